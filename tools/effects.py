"""What a tool does to the world, told from its name alone; empty where the name does not say."""

import re
from typing import Final, Literal, TypeAlias

Effect: TypeAlias = Literal[
    "writes a file", "runs a command", "runs code", "sends", "spends money", "books", "deletes", "makes a request", ""
]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LOOKS: Final = _set(
    "get list search find read show lookup check status count describe view history load preview validate estimate "
    "quote is has can explain summarize compare draft plan"
)
_MONEY: Final = _set("money payment payments payout fund funds amount salary refund")
_PAYS: Final = _set("pay purchase buy refund charge checkout donate withdraw wire tip")
_ORDERS: Final = _set("book order reserve rent subscribe")
_FREE: Final = _set("meeting appointment slot calendar call interview demo desk")
_DELETES: Final = _set("delete remove rm rmdir drop purge destroy erase unlink truncate wipe")
_SENDS: Final = _set("send reply forward email mail sms tweet notify")
_POSTS: Final = _set("post publish add share")
_POSTED: Final = _set("message comment tweet reply announcement sms slack status")
_WRITES: Final = _set("write save create append edit multiedit update overwrite insert replace modify patch apply")
_FILES: Final = _set("file files patch diff notebook")
_EDITORS: Final = frozenset({"write", "edit", "multi edit", "multiedit", "patch"})
_SHELLS: Final = _set("shell bash sh zsh powershell terminal command commands cmd subprocess")
_RUNS: Final = _set("run execute exec eval start interpret")
_CODE: Final = _set("python javascript js code repl script eval ipython interpreter sql")
_WEB: Final = _set("http https fetch request requests curl wget browse webhook url urlopen")
_ABOUT_WEB: Final = _WEB | _set("get post put delete patch head web page webpage website tool call api open json text")


def words_of(name: str) -> tuple[str, ...]:
    """The words of a tool's name, in small letters: `mcp__files__writeFile` is `write`, `file`."""
    own = re.split(r"__|[./:]", name)[-1]
    return tuple(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", own))


def effect(name: str) -> Effect:
    """What a tool of this name does: `writes a file`, `runs a command`, `spends money`; empty where it is not told."""
    words = words_of(name)
    if not words or words[0] in _LOOKS:
        return ""
    for test in (_money, _deletes, _sends, _writes, _runs, _web):
        if found := test(words, frozenset(words)):
            return found
    return ""


def _money(words: tuple[str, ...], each: frozenset[str]) -> Effect:
    moves = words[0] in ("send", "move", "transfer", "make", "issue", "submit", "create") and each & _MONEY
    transfers = words == ("transfer",) or words[-2:] == ("bank", "transfer")
    if words[0] in _PAYS or each & {"pay", "payout"} or moves or transfers:
        return "spends money"
    if words[0] in _ORDERS and not each & _LOOKS:
        return "books" if each & _FREE else "spends money"
    return ""


def _deletes(words: tuple[str, ...], each: frozenset[str]) -> Effect:
    return "deletes" if words[0] in _DELETES or (each & _FILES and each & _DELETES) else ""


def _sends(words: tuple[str, ...], each: frozenset[str]) -> Effect:
    return "sends" if words[0] in _SENDS or "send" in each or (words[0] in _POSTS and each & _POSTED) else ""


def _writes(words: tuple[str, ...], each: frozenset[str]) -> Effect:
    edits = " ".join(words) in _EDITORS or words[:2] == ("str", "replace")
    return "writes a file" if edits or (each & _WRITES and each & _FILES) else ""


def _runs(words: tuple[str, ...], each: frozenset[str]) -> Effect:
    if each & _CODE and (each & _RUNS or each <= _CODE | {"tool"}):
        return "runs code"
    return "runs a command" if each & _SHELLS or words in (("execute",), ("exec",), ("run",)) else ""


def _web(words: tuple[str, ...], each: frozenset[str]) -> Effect:
    return "makes a request" if each & _WEB and each <= _ABOUT_WEB else ""
