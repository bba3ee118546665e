"""The one door for outside text: state, names, prints, errors, ids and whatever else graphdeck did not write itself.

What comes out holds no control or escape byte and nothing hidden, is cut before it reaches a widget, and is measured
in terminal cells. Nothing here reads markup, and nothing here needs Textual.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from typing import Final

from rich.cells import cell_len, split_graphemes

from graphdeck.graphs.values import Json
from graphdeck.tui.message_text import content_text, is_message, role, tool_calls

_TAB_WIDTH: Final = 4


def ascii_mode(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether only ASCII may be shown: `GRAPHDECK_ASCII=1`, or a locale that names another encoding than UTF-8."""
    asked = environ.get("GRAPHDECK_ASCII", "")
    if asked:
        return asked != "0"
    locale = next((environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if environ.get(name)), "")
    return bool(locale) and "utf" not in locale.lower()


def safe(text: str, *, identifier: bool = False, lines: bool = False, ascii_only: bool | None = None) -> str:
    """Text that may go to a terminal: what it would obey or hide is shown as a mark such as `⟨U+001B⟩`.

    A line break becomes `⏎` and a tab `⇥`, unless `lines` is set: then line breaks stay and tabs become spaces.
    In an `identifier` (ids, hosts, paths, keys, tool arguments) joiners, direction marks, variation selectors and
    odd spaces are marked too. `ascii_only` is `ascii_mode()` where it is not given.
    """
    if text.isascii() and text.isprintable():
        return text
    if ascii_only is None:
        ascii_only = ascii_mode()
    if lines:
        text = "\n".join(line.expandtabs(_TAB_WIDTH) for line in re.split("\r\n|\n", text))
    from graphdeck.tui.invisible import marked  # plain text, which is most of it, needs no tables

    return marked(text, identifier=identifier, lines=lines, ascii_only=ascii_only)


def safe_name(name: str) -> str:
    """The name of a node or edge, as `safe` shows identifiers."""
    return safe(name, identifier=True)


def width(text: str) -> int:
    """Cells that the text takes in a terminal."""
    return cell_len(text)


def ellipsis() -> str:
    """The sign for "cut here"."""
    return "..." if ascii_mode() else "…"


def cut(text: str, cells: int) -> str:
    """Safe text, cut to at most so many cells, a `…` in place of what is gone."""
    if len(text) <= cells and text.isascii():
        return text
    head = text[: 16 * cells + 16]  # a cell holds a base, at most 8 piled marks, joiners and selectors
    if len(head) == len(text) and cell_len(text) <= cells:
        return text
    return _end(head, cells)


def _end(text: str, cells: int) -> str:
    """As much of the text as leaves room for the ellipsis, which then follows."""
    end = ellipsis()
    if text[: cells + 1].isascii():  # safe text of one cell a character, and nothing behind it that joins
        return text[: max(0, cells - len(end))] + end[: max(cells, 0)]
    taken = used = 0
    for _start, stop, size in split_graphemes(text)[0]:
        if used + size > cells - len(end):
            break
        taken, used = stop, used + size
    return text[:taken] + end[: max(cells, 0)]


def one_line(text: str, cells: int, *, identifier: bool = False) -> str:
    """Outside text of any length as one safe line of at most so many cells."""
    raw = text[: _room(cells)]
    shown = safe(raw, identifier=identifier)
    return cut(shown, cells) if len(raw) == len(text) or width(shown) > cells else _end(shown, cells)


def fit(text: str, cells: int, *, right: bool = False) -> str:
    """Safe text, cut or padded to exactly so many cells; set to the right where `right` is true."""
    shown = cut(text, cells)
    room = " " * max(0, cells - cell_len(shown))
    fitted = room + shown if right else shown + room
    missing = cells - cell_len(fitted)  # a sign of no width that joins what follows takes a space with it
    return fitted if missing <= 0 else fitted + " " * missing


def size(characters: int) -> str:
    """A length for people: `1,000,000 characters`."""
    return f"{characters:,} character{'' if characters == 1 else 's'}"


def clip(text: str, characters: int) -> tuple[str, str]:
    """The start of outside text, and what to say of the rest: `… 1,000,000 characters`, or nothing."""
    if len(text) <= characters:
        return text, ""
    return text[:characters], f"{ellipsis()} {size(len(text))}"


# -- values in JSON form -----------------------------------------------------------------------------------------


def short_json(value: Json, cells: int) -> str:
    """A value in JSON form as one safe line of at most so many cells; looks at no more of it than it shows."""
    return one_line(_start(_pieces(value, _room(cells)), _room(cells)), cells)


def raw_json(value: Json, cells: int) -> str:
    """The same, with the JSON form as it is: messages and values of other types are not made shorter."""
    return one_line(_start(raw_pieces(value, _room(cells)), _room(cells)), cells)


def _room(cells: int) -> int:
    return 16 * cells + 64


def _start(pieces: Iterator[str], room: int) -> str:
    """As many pieces as fill a room."""
    taken: list[str] = []
    for piece in pieces:
        taken.append(piece)
        room -= len(piece)
        if room <= 0:
            break
    return "".join(taken)


def raw_pieces(value: Json, limit: int) -> Iterator[str]:
    """The JSON form of a value in pieces, texts of it cut at so many characters."""
    if isinstance(value, dict):
        yield "{"
        for index, (key, item) in enumerate(value.items()):
            yield f"{', ' if index else ''}{json.dumps(key[:limit], ensure_ascii=False)}: "
            yield from raw_pieces(item, limit)
        yield "}"
    elif isinstance(value, list):
        yield "["
        for index, item in enumerate(value):
            yield ", " if index else ""
            yield from raw_pieces(item, limit)
        yield "]"
    else:
        yield from _pieces(value, limit)


def _pieces(value: Json, limit: int) -> Iterator[str]:
    if isinstance(value, str):
        shown = json.dumps(value[:limit], ensure_ascii=False)
        yield shown if len(value) <= limit else f"{shown[:-1]}{ellipsis()}"
    elif isinstance(value, list):
        yield from _sequence("[", value, "]", limit)
    elif not isinstance(value, dict):
        yield json.dumps(value) if not isinstance(value, int) or isinstance(value, bool) else _whole(value)
    elif is_message(value):
        yield f"{role(value)} {message_line(value, limit)}"
    elif value.keys() == {"$type", "value"}:
        yield from _tagged(str(value["$type"]), value["value"], limit)
    else:
        yield from _mapping(value, limit)


def _whole(value: int) -> str:
    """Python refuses to write out whole numbers of more than 4,300 digits."""
    return str(value) if value.bit_length() < 4096 else f"<whole number of {value.bit_length():,} bits>"


def _sequence(start: str, items: list[Json], end: str, limit: int) -> Iterator[str]:
    yield start
    for index, item in enumerate(items):
        yield ", " if index else ""
        yield from _pieces(item, limit)
    yield end


def _mapping(value: Mapping[str, Json], limit: int) -> Iterator[str]:
    yield "{"
    for index, (key, item) in enumerate(value.items()):
        yield ", " if index else ""
        yield f"{json.dumps(key[:limit], ensure_ascii=False)}: "
        yield from _pieces(item, limit)
    yield "}"


def _tagged(kind: str, value: Json, limit: int) -> Iterator[str]:
    """A value of a type that JSON does not have: `set {1, 2}`, `(1, 2)`, `Point {"x": 1}`, `nan`."""
    name = kind.rpartition(".")[2]
    if name == "dict" and isinstance(value, list):
        yield "{"
        for index, pair in enumerate(pair for pair in value if isinstance(pair, list) and len(pair) == 2):
            yield ", " if index else ""
            yield from _pieces(pair[0], limit)
            yield ": "
            yield from _pieces(pair[1], limit)
        yield "}"
    elif isinstance(value, list):
        start, end = ("{", "}") if "set" in name else ("(", ")")
        yield from _sequence(start if name == "tuple" else f"{name} {start}", value, end, limit)
    elif name == "float":
        yield str(value)
    elif isinstance(value, str):
        yield f"{name} {value[:limit]}"
    else:
        yield f"{name} "
        yield from _pieces(value, limit)


def message_line(message: Mapping[str, Json], limit: int = 400) -> str:
    """What a message says, in raw text, without its role: its text, its tool calls, or a tool's name and result."""
    parts = [content_text(message, limit)] if message.get("content") else []
    name = message.get("name")
    if role(message) == "tool" and isinstance(name, str):
        parts.insert(0, f"{name[:limit]}:")
    arrow = "->" if ascii_mode() else "→"
    for call in tool_calls(message):
        parts.append(f"{arrow} {call.name[:limit]}({', '.join(call_arguments(call.args, limit))})")
    return " ".join(parts)


def call_arguments(arguments: Mapping[str, Json], limit: int = 400) -> Iterator[str]:
    """The arguments of a tool call, each as safe `name=value`."""
    for name, value in arguments.items():
        yield f"{safe(name[:limit], identifier=True)}={short_json(value, limit)}"
