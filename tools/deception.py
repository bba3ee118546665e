"""What a text shows may not be what it is: hidden characters, look-alike letters, hosts that pretend.

Pure facts for the person who decides, each in one plain sentence; honest text in any language, with its emoji, its
joiners and its direction marks, has none. What is warned of here as hidden, bidirectional or a control is what
`graphdeck.tui.text` shows as a mark, since both read the tables in `graphdeck.tools.invisible`.
"""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from graphdeck.tools.hosts import odd_hosts
from graphdeck.tools.invisible import COMBINING, ODD_SPACES, PILE, TAGS, is_name, odd_places
from graphdeck.tools.lookalikes import mixed_words, odd_names
from graphdeck.tools.quoting import code, counted, quoted

Kind: TypeAlias = Literal["hidden", "bidi", "control", "lookalike", "host"]

MOST: Final = 100
"""Findings that are listed of one value; a person has long been warned by then."""

COMMAND_KEYS: Final = frozenset({"command", "commands", "cmd", "script", "shell", "shell_command", "code"})
"""Arguments that hold something to run."""
HOST_KEYS: Final = frozenset({"url", "uri", "host", "hostname", "domain", "link", "href", "endpoint", "server"})
"""Arguments that hold a host or an address."""


class Finding(NamedTuple):
    """Something in a value that is not what it seems."""

    path: str
    """Where in the value, as `graphdeck show` names it (`args.to.0`); empty for the value itself."""
    kind: Kind
    """What it is about."""
    text: str
    """One sentence; it may quote the value, and is outside text for whoever shows it."""


def findings(value: object, *, path: str = "") -> tuple[Finding, ...]:
    """What is deceptive in a value in JSON form and in its keys, in their order; after `MOST`, a last one says so."""
    found: list[Finding] = []
    for place, text, role in _texts(value, path):
        for kind, sentence in _odd(text, role):
            if len(found) == MOST:
                return (*found, Finding(path, "hidden", f"and more: only the first {MOST} warnings are listed"))
            found.append(Finding(place, kind, sentence))
    return tuple(found)


def name_findings(name: str, *, path: str = "") -> tuple[Finding, ...]:
    """What is deceptive in a name that stands alone: of a tool, a node, an argument."""
    return tuple(Finding(path, kind, sentence) for kind, sentence in _odd(name, "key"))


_Role: TypeAlias = Literal["key", "command", "host", "name", "prose"]


def _texts(value: object, path: str) -> Iterator[tuple[str, str, _Role]]:
    """Each text of a value with its place and what kind of text it is; however deep the value is nested."""
    rest: list[tuple[str, object, str]] = [(path, value, "")]
    while rest:
        place, item, key = rest.pop()
        if isinstance(item, str):
            yield place, item, _role(item, key)
        elif isinstance(item, Mapping):
            inner = [(_join(place, name), name, each) for name, each in item.items()]
            yield from ((where, name, "key") for where, name, _ in inner if isinstance(name, str))
            rest.extend((where, each, str(name).lower()) for where, name, each in reversed(inner))
        elif isinstance(item, list | tuple):
            rest.extend((_join(place, index), item[index], key) for index in range(len(item) - 1, -1, -1))


def _join(place: str, name: object) -> str:
    return f"{place}.{name}" if place else str(name)


def _role(text: str, key: str) -> _Role:
    if key in COMMAND_KEYS:
        return "command"
    if key in HOST_KEYS:
        return "host"
    return "name" if is_name(text) else "prose"


def _odd(text: str, role: _Role) -> Iterator[tuple[Kind, str]]:
    yield from _invisible(text, identifier=role == "key" or is_name(text))
    yield from _out_of_sight(text)
    yield from (("lookalike", sentence) for sentence in mixed_words(text))
    if role != "prose":
        yield from (("lookalike", sentence) for sentence in odd_names(text))
    if role != "key":
        yield from (("host", sentence) for sentence in odd_hosts(text, is_host=role == "host"))


# -- characters that are obeyed or not seen ------------------------------------------------------------------------

_ENOUGH: Final = 10_000
"""Characters of one text that are counted; each of them may have to be looked at from both sides."""

_CONTROL_NAMES: Final = {
    "\x00": "null", "\x07": "bell", "\x08": "backspace", "\t": "tab", "\n": "line feed", "\x0b": "line tabulation",
    "\x0c": "form feed", "\r": "carriage return", "\x1b": "escape", "\x7f": "delete", "\x85": "next line",
    "\x9b": "control sequence introducer",
}  # fmt: skip
_BIDI: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_WORDS: Final[Mapping[Kind, tuple[str, str]]] = {
    "bidi": ("character that changes the direction of the text", "characters that change the direction of the text"),
    "control": ("control character", "control characters"),
    "hidden": ("hidden character", "hidden characters"),
}


def _invisible(text: str, *, identifier: bool) -> Iterator[tuple[Kind, str]]:
    """One sentence for each kind of character that a terminal would obey or hide."""
    found: dict[Kind, Counter[str]] = {}
    places = list(itertools.islice(odd_places(text, identifier=identifier), _ENOUGH))
    for character in map(text.__getitem__, places):
        found.setdefault(_kind(character), Counter())[character] += 1
    at_least = "at least " if len(places) == _ENOUGH else ""
    for kind, counts in found.items():
        named = [f"{_name(each)}{f' ×{count}' if count > 1 else ''}" for each, count in counts.most_common(5)]
        more = f" and {len(counts) - 5} others" if len(counts) > 5 else ""
        number = counted(counts.total(), *_WORDS[kind])
        yield kind, f"{at_least}{number}: {', '.join(named)}{more}{_smuggled(text, counts)}"
    # Nine marks in a row: two of them are neighbours among every fourth character.
    if not text.isascii() and re.search(f"{COMBINING}{{2}}", text[::4]) and (pile := re.search(PILE, text)):
        yield "hidden", f"{len(pile[1]) + len(pile[2])} marks are piled on one letter, which cover the lines around it"


def _kind(character: str) -> Kind:
    if character in _BIDI:
        return "bidi"
    return "control" if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") else "hidden"


def _name(character: str) -> str:
    if "\ud800" <= character <= "\udfff":
        return f"half a character ({code(character)})"
    name = _CONTROL_NAMES.get(character) or unicodedata.name(character, "").lower()
    return f"{name} ({code(character)})" if name else code(character)


def _smuggled(text: str, counts: Mapping[str, int]) -> str:
    """What tag characters spell, which a model reads and a person does not see."""
    if not any(re.match(f"[{TAGS}]", character) for character in counts):
        return ""
    spelled = "".join(chr(ord(tag) - 0xE0000) for tag in re.findall(f"[{TAGS}]", text) if tag != "\U000e007f")
    return f", which spell {quoted(spelled)}" if spelled.strip() else ""


# -- room that pushes text out of sight -----------------------------------------------------------------------------

_WIDE_GAP: Final = f"[ \t{ODD_SPACES}]{{40,}}"
_TALL_GAP: Final = r"\n\s{30,}"
_FEWEST_CELLS: Final = 60
_FEWEST_INDENT: Final = 160
_FEWEST_LINES: Final = 30


def _out_of_sight(text: str) -> Iterator[tuple[Kind, str]]:
    # Forty in a row: seven of them are neighbours among every fifth character.
    may_have_wide = re.search(f"[ \t{ODD_SPACES}]{{7}}", text[::5])
    for gap in re.finditer(_WIDE_GAP, text) if may_have_wide else ():
        cells = len(gap[0]) + 3 * gap[0].count("\t")
        indents = gap.start() == 0 or text[gap.start() - 1] == "\n"
        ends = gap.end() == len(text) or text[gap.end()] in "\r\n"
        if not ends and cells >= (_FEWEST_INDENT if indents else _FEWEST_CELLS):
            yield "hidden", f"{cells} spaces in a row, and then more text: {quoted(text[gap.end() :][:40])}"
            break
    for gap in re.finditer(_TALL_GAP, text):
        lines = gap[0].count("\n")
        if lines >= _FEWEST_LINES and gap.end() < len(text):
            yield "hidden", f"{lines - 1} empty lines, and then more text: {quoted(text[gap.end() :][:40])}"
            break
