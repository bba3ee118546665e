"""What a tool call would do, shown by kind: the change of a file, a command line, who gets what, what is deleted.

All of it comes from the tool's name and arguments, and for files from what is there now. Nothing is shortened, and
nothing is guessed: a call that fits no kind has no preview.
"""

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from graphdeck.tools.command_facts import command_facts
from graphdeck.tools.effects import Effect, effect, words_of
from graphdeck.tools.file_changes import PATHS, LineKind, PreviewLine, file_change, text_of
from graphdeck.tools.present_files import what_is_there
from graphdeck.tools.quoting import counted

__all__ = ["Effect", "LineKind", "Preview", "PreviewLine", "effect", "preview"]


class Preview(NamedTuple):
    """What a tool call would do."""

    effect: Effect
    """In two words, such as `spends money`."""
    lines: tuple[PreviewLine, ...]
    """All of it, in order; outside text for whoever shows it."""


def preview(name: str, args: Mapping[str, object], *, root: Path) -> Preview | None:
    """What a call of the tool `name` would do; None where its name and arguments fit nothing that is known.

    Paths are taken from `root`, the project's folder. Regular files are read, up to `present_files.LARGEST` bytes.
    """
    kind = effect(name)
    if not kind:
        return None
    lines = _BY_EFFECT[kind](words_of(name), args, root)
    return Preview(kind, tuple(lines)) if lines else None


_Lines = list[PreviewLine]


def _file(words: Sequence[str], args: Mapping[str, object], root: Path) -> _Lines | None:
    return file_change(words, args, root)


# -- commands and code ----------------------------------------------------------------------------------------------

_COMMANDS: Final = ("command", "cmd", "shell_command", "script", "commands", "input", "args", "argv", "code", "query")


def _command(_: Sequence[str], args: Mapping[str, object], __: Path) -> _Lines | None:
    given = next((args[key] for key in _COMMANDS if args.get(key)), None)
    lines: _Lines = []
    for command in _command_lines(given, one=any(args.get(key) is given for key in ("args", "argv"))):
        lines += [PreviewLine("command", line) for line in command.split("\n")]
        lines += [PreviewLine("text", fact) for fact in command_facts(command)]
    folder = text_of(args, ("cwd", "workdir", "working_directory", "working_dir", "directory"))
    return [*lines, *([PreviewLine("text", f"in the folder {folder}")] if folder else [])] if lines else None


def _command_lines(given: object, *, one: bool) -> list[str]:
    """The command lines of an argument: a text, a list of texts, or the words of one command."""
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list) or not all(isinstance(word, str) for word in given):
        return []
    words_of_one = one or not re.search(r"\s", given[0]) if given else False
    return [shlex.join(given)] if words_of_one else list(given)


def _code(_: Sequence[str], args: Mapping[str, object], __: Path) -> _Lines | None:
    code = text_of(args, ("code", "script", "query", "sql", "source", "input", "python", "expression"))
    return [PreviewLine("command", line) for line in code.split("\n")] if code else None


# -- what is sent, paid, deleted, asked for -------------------------------------------------------------------------

_RECIPIENTS: Final = (
    "to", "recipient", "recipients", "to_email", "email", "cc", "bcc", "channel", "channel_id", "chat_id", "room",
    "user", "user_id", "phone", "phone_number", "number", "reply_to", "thread_id",
)  # fmt: skip
_SUBJECTS: Final = ("subject", "title")
_BODIES: Final = ("body", "text", "message", "content", "html", "attachments", "files")
_AMOUNTS: Final = ("amount", "total", "price", "cost", "sum", "value", "amount_cents", "amount_minor", "total_price")
_CURRENCIES: Final = ("currency", "ccy", "currency_code")
_PAYEES: Final = (
    "to", "recipient", "destination", "payee", "beneficiary", "merchant", "vendor", "account", "account_number",
    "to_account", "iban", "bic", "wallet", "address", "hotel", "flight", "restaurant", "item", "product",
)  # fmt: skip
_PURPOSES: Final = ("reference", "memo", "note", "description", "purpose", "reason")
_URLS: Final = ("url", "uri", "endpoint", "href", "link")


def _send(_: Sequence[str], args: Mapping[str, object], __: Path) -> _Lines | None:
    who = _named(args, _RECIPIENTS)
    what = [*_named(args, _SUBJECTS), *_named(args, _BODIES)]
    people = args.get("to", args.get("recipients"))
    if isinstance(people, list) and len(people) > 1:
        who.insert(0, PreviewLine("text", counted(len(people), "recipient")))
    if who or what:
        return [*(who or [PreviewLine("text", "the call does not say to whom")]), *what]
    return None


def _pay(_: Sequence[str], args: Mapping[str, object], __: Path) -> _Lines | None:
    to = _named(args, _PAYEES)
    amount = next((key for key in _AMOUNTS if isinstance(args.get(key), (int, float, str, dict))), None)
    if not to and amount is None:
        return None
    if amount is None:
        return [*to, PreviewLine("text", "the call does not say how much")]
    currency = text_of(args, _CURRENCIES)
    value = args[amount]
    has_own = isinstance(value, dict) or (isinstance(value, str) and re.search(r"[^\d\s.,+-]", value))
    unit = f" {currency}" if currency else "" if has_own else ", in a currency that the call does not say"
    return [PreviewLine("text", f"{amount} {_shown(value)}{unit}"), *to, *_named(args, _PURPOSES)]


def _book(_: Sequence[str], args: Mapping[str, object], __: Path) -> _Lines | None:
    return _named(args, tuple(args)) or None


def _delete(_: Sequence[str], args: Mapping[str, object], root: Path) -> _Lines | None:
    lines = _named(args, tuple(key for key in args if key not in PATHS and key not in ("paths", "files")))
    for key in (*PATHS, "paths", "files"):
        value = args.get(key)
        for path in value if isinstance(value, list) else [value]:
            if isinstance(path, str) and path:
                lines.append(PreviewLine("removed", path))
                lines += [PreviewLine("text", fact) for fact in what_is_there(path, root)]
    return lines or None


def _request(words: Sequence[str], args: Mapping[str, object], _: Path) -> _Lines | None:
    url = text_of(args, _URLS)
    if not url:
        return None
    verb = next((word.upper() for word in words if word in ("get", "post", "put", "delete", "patch", "head")), "")
    method = text_of(args, ("method", "http_method", "verb")) or verb
    sent = _named(args, tuple(key for key in args if key not in (*_URLS, "method", "http_method", "verb")))
    return [PreviewLine("command", f"{method.upper()} {url}".strip()), *sent]


def _named(args: Mapping[str, object], keys: Sequence[str]) -> _Lines:
    """Arguments by name, each whole; further lines of a text follow it."""
    lines: _Lines = []
    for key in keys:
        value = args.get(key)
        if value is None or value == "" or value == []:
            continue
        parts = value if isinstance(value, list) and all(isinstance(part, str) for part in value) else [value]
        for part in parts:
            first, *rest = _shown(part).split("\n")
            lines += [PreviewLine("text", f"{key} {first}"), *(PreviewLine("text", f"  {line}") for line in rest)]
    return lines


def _shown(value: object) -> str:
    """A value as it is: text without quotes, all else as JSON; what JSON does not know as Python writes it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=repr)


_BY_EFFECT: Final[Mapping[str, Callable[[Sequence[str], Mapping[str, object], Path], _Lines | None]]] = {
    "writes a file": _file,
    "runs a command": _command,
    "runs code": _code,
    "sends": _send,
    "spends money": _pay,
    "books": _book,
    "deletes": _delete,
    "makes a request": _request,
}
