"""Values as a person reads them before deciding: whole, unmistakable, and with everything hidden made visible."""

import json
from collections.abc import Iterator, Mapping
from typing import Final, TypeGuard

from graphdeck.graphs.values import Json
from graphdeck.tools.invisible import is_name
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.text import ascii_mode, safe, width
from graphdeck.tui.theme import MUTED, WARNING, Glyphs

HIDDEN: Final = "hidden characters, shown as marks"
"""The note of a value that has some."""

_KEY_CELLS: Final = 24
"""The widest column of keys."""
_DEEPEST: Final = 6
"""Cells of indent from which on a table in a table is shown as JSON."""
_ONE_LINE: Final = 60
"""Characters of JSON that are shown in one line."""
_TOO_LONG_TO_INDENT: Final = 200_000
"""Characters of JSON from which on it is no longer laid out for reading: that would hold up the screen."""


def table(values: Mapping[str, Json], signs: Glyphs, indent: str = "") -> Iterator[Paragraph]:
    """Values by their names, whole; a record in its own lines below its name."""
    keys = {key: safe(key, identifier=True) for key in values}
    column = min(_KEY_CELLS, max(map(width, keys.values())))
    for key, value in values.items():
        if _is_record(value) and len(indent) < _DEEPEST:
            yield Paragraph(head=indent + keys[key], head_style=MUTED)
            yield from table(value, signs, f"{indent}  ")
        else:
            yield value_line(indent + keys[key] + " " * max(0, column - width(keys[key])) + "   ", value, signs)


def _is_record(value: Json) -> TypeGuard[dict[str, Json]]:
    """Whether a value is easier to read as a table of its own than in one line."""
    return isinstance(value, dict) and len(value) > 1 and "$type" not in value and len(json.dumps(value)) > _ONE_LINE


def value_line(head: str, value: Json, signs: Glyphs, style: str = "") -> Paragraph:
    """A value behind its name, whole, in a style."""
    return text_line(head, _text(value), signs, style)


def text_line(head: str, value: str, signs: Glyphs, style: str = "") -> Paragraph:
    """A text behind its name, whole and as it is, in a style."""
    text = "\n".join(line.expandtabs(4) for line in value.replace("\r\n", "\n").split("\n"))
    name = is_name(text)
    marked = safe(text, identifier=name, lines=True, ascii_only=False)
    return Paragraph(
        head=head,
        head_style=MUTED,
        text=safe(text, identifier=name, lines=True) if ascii_mode() else marked,
        style=style,
        note="" if marked == text else f"{signs.warning} {HIDDEN}",
        note_style=WARNING,
    )


def _text(value: Json) -> str:
    """A value for people: text as it is, unless it could be taken for something else; the rest as JSON."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False) if _is_ambiguous(value) else value
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or not _ONE_LINE < len(flat) < _TOO_LONG_TO_INDENT:
        return flat
    return json.dumps(value, ensure_ascii=False, indent=2)


def _is_ambiguous(text: str) -> bool:
    """Whether a text looks like another type, or like less than it is."""
    if "\n" in text:
        return False
    if text != text.strip() or not text:
        return True
    return len(text) < 100 and (text in ("true", "false", "null") or (text[0] in '"-0123456789' and _is_json(text)))


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
