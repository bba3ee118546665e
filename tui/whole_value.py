"""A value laid out to be read whole, as a person reads it or as the JSON that it is."""

import json
from collections.abc import Iterator, Mapping
from typing import Final

from graphdeck.graphs.values import Json
from graphdeck.tui.message_text import content_text, is_message, role, tool_calls
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.text import clip, safe, size
from graphdeck.tui.theme import MUTED, glyphs
from graphdeck.tui.value_lines import table, text_line

LIMIT: Final = 1_000_000
"""Characters of text that are laid out: more would hold up the screen."""
JSON_LIMIT: Final = 200_000
"""The same for JSON, whose pieces are small."""
_FEW: Final = 20
"""Parts of a value that are shown under each other, where one of them is a text with lines."""
_LONG_TEXT: Final = 60
_FIELDS: Final = ("type", "content", "tool_calls")
"""What a message says in its own paragraphs."""


def readable(value: Json) -> list[Paragraph]:
    """A value as a person reads it: text with its lines, a message by its parts, all else as indented JSON."""
    if isinstance(value, str):
        return _clipped(value)
    if is_message(value):
        return list(_message(value))
    if isinstance(value, dict) and len(value) <= _FEW and any(map(_has_lines, value.values())):
        return [paragraph for key, item in value.items() for paragraph in _part(key, item)]
    return _json(value, indent=2)


def _has_lines(value: Json) -> bool:
    """Whether a value is a text that JSON would make hard to read."""
    return isinstance(value, str) and (len(value) > _LONG_TEXT or "\n" in value)


def _part(key: str, value: Json) -> Iterator[Paragraph]:
    """A part of a value under its name."""
    yield Paragraph(text=safe(key, identifier=True), style="bold")
    yield from (_clipped(value) if isinstance(value, str) and _has_lines(value) else _json(value, indent=2))
    yield Paragraph()


def raw(value: Json) -> list[Paragraph]:
    """A value as the JSON that it is."""
    return _json(value, indent=None)


def _message(message: Mapping[str, Json]) -> Iterator[Paragraph]:
    yield Paragraph(text=role(message), style=f"bold {MUTED}")
    yield from _clipped(content_text(message, LIMIT + 1))
    for call in tool_calls(message):
        yield Paragraph()
        yield Paragraph(text=f"{glyphs().arrow} {safe(call.name, identifier=True)}", style="bold")
        if call.args:
            yield from table(call.args, glyphs(), "  ")
    rest = {name: value for name, value in message.items() if name not in _FIELDS}
    if rest:
        yield Paragraph()
        yield from table(rest, glyphs())


def _json(value: Json, indent: int | None) -> list[Paragraph]:
    """The JSON of a value, written no further than it is shown."""
    pieces: list[str] = []
    length = 0
    for piece in json.JSONEncoder(ensure_ascii=False, indent=indent).iterencode(value):
        pieces.append(piece)
        length += len(piece)
        if length > JSON_LIMIT:
            return [*_clipped("".join(pieces)[:JSON_LIMIT]), _rest()]
    return _clipped("".join(pieces))


def _clipped(text: str) -> list[Paragraph]:
    shown, rest = clip(text, LIMIT)
    return [text_line("", shown, glyphs()), *([_rest(f"{size(len(text))} in all, ")] if rest else [])]


def _rest(length: str = "") -> Paragraph:
    return Paragraph(text=f"{length}cut here: w writes all of it to a file", style=MUTED)
