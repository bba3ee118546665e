"""What an approval shows of an action: what is asked, and what runs again when it is answered."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeGuard

from textual.content import Content

from graphdeck.graphs.questions.model import Action, Decision, Shape, Sheet
from graphdeck.graphs.values import Json
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.source_lines import Excerpt
from graphdeck.tui.text import ascii_mode, one_line, safe, width
from graphdeck.tui.theme import ACCENT, MUTED, WARNING, Glyphs

_KEY_CELLS: Final = 24
"""The widest column of keys."""
_DEEPEST: Final = 6
"""Cells of indent from which on a table in a table is shown as JSON."""
_ONE_LINE: Final = 60
"""Characters of JSON that are shown in one line."""
_TOO_LONG_TO_INDENT: Final = 200_000
"""Characters of JSON from which on it is no longer laid out for reading: that would hold up the screen."""
_HIDDEN: Final = "hidden characters, shown as marks"


def heading(action: Action, where: tuple[str, str], number: tuple[int, int], cells: int, signs: Glyphs) -> Content:
    """Two lines: who asks and which action it is, then its node and `where` (graph and thread)."""
    count = f"action {number[0]} of {number[1]}" if number[1] > 1 else ""
    asks = "asks to run" if action.is_tool else "asks"
    name = f"{one_line(action.name, cells - width(count) - width(asks) - 3, identifier=True)} {asks}"
    place = one_line(f" {signs.path} ".join(where), cells // 2)
    node = one_line(f"node {_path(action, signs)}", cells - width(place) - 2)
    return Content.assemble(
        (name, "bold"),
        (" " * (cells - width(name) - width(count)) + count, MUTED),
        "\n",
        (node + " " * (cells - width(node) - width(place)) + place, MUTED),
    )


def name_of(action: Action, signs: Glyphs) -> str:
    """The action in the list: its tool, and its node path where that tells something."""
    path = _path(action, signs)
    if not action.is_tool:
        return path
    name = one_line(action.name, 80, identifier=True)
    return f"{name} ({path})" if len(action.path) > 1 else name


def decided(decision: Decision | None) -> str:
    """A decision in the list; empty where there is none."""
    if decision is None:
        return ""
    if decision.kind == "answer":
        return one_line(f"answers {json.dumps(decision.value, ensure_ascii=False)}", 100)
    word = f"{decision.kind}d" if decision.kind == "approve" else "rejected"
    return one_line(f"{word}: {decision.reason}" if decision.reason else word, 100)


def still_to_do(rows: Sheet) -> str:
    """What the dialog waits for."""
    missing = [str(index + 1) for index in rows.undecided]
    if len(rows.actions) == 1:
        return "one decision, sent at once"
    if not missing:
        return "all decided: s sends them together"
    named = ", ".join(missing[:8]) + (f" and {len(missing) - 8} more" if len(missing) > 8 else "")
    return f"send waits for {'a decision' if len(missing) == 1 else 'decisions'} on {named}"


def _path(action: Action, signs: Glyphs) -> str:
    return f" {signs.path} ".join(one_line(name, 80, identifier=True) for name in action.path)


def body(action: Action, excerpts: Sequence[Excerpt], signs: Glyphs) -> list[Paragraph]:
    """Everything about the action, whole."""
    asked = list(_asked(action, signs))
    return [*_warnings(action, asked, signs), *asked, Paragraph(), *_runs_again(action, excerpts, signs)]


def _warnings(action: Action, asked: Sequence[Paragraph], signs: Glyphs) -> Iterator[Paragraph]:
    marked = [one_line(part.head.strip() or "the text", 30) for part in asked if part.note.endswith(_HIDDEN)]
    if marked:
        text = f"{_HIDDEN}, in: {', '.join(marked[:5])}{', ...' if len(marked) > 5 else ''}"
        yield Paragraph(head=f"{signs.warning} ", head_style=WARNING, text=text, style=WARNING)
    if action.note:
        yield Paragraph(head=f"{signs.warning} ", head_style=WARNING, text=safe(action.note), style=WARNING)
    if marked or action.note:
        yield Paragraph()


def _asked(action: Action, signs: Glyphs) -> Iterator[Paragraph]:
    if isinstance(action.payload, dict) and action.payload:
        yield from _table(action.payload, signs)
    elif action.is_tool:
        yield Paragraph(text="without arguments", style=MUTED)
    else:
        yield _value("", action.payload, signs)
    for heading, value in action.details.items():
        yield Paragraph()
        yield Paragraph(text=safe(heading, identifier=True), style=MUTED)
        yield _value("", value, signs)


def _table(values: dict[str, Json], signs: Glyphs, indent: str = "") -> Iterator[Paragraph]:
    keys = {key: safe(key, identifier=True) for key in values}
    column = min(_KEY_CELLS, max(map(width, keys.values())))
    for key, value in values.items():
        if _is_record(value) and len(indent) < _DEEPEST:
            yield Paragraph(head=indent + keys[key], head_style=MUTED)
            yield from _table(value, signs, f"{indent}  ")
        else:
            yield _value(indent + keys[key] + " " * max(0, column - width(keys[key])) + "   ", value, signs)


def _is_record(value: Json) -> TypeGuard[dict[str, Json]]:
    """Whether a value is easier to read as a table of its own than in one line."""
    return isinstance(value, dict) and len(value) > 1 and "$type" not in value and len(json.dumps(value)) > _ONE_LINE


def _value(head: str, value: Json, signs: Glyphs) -> Paragraph:
    text = "\n".join(line.expandtabs(4) for line in _text(value).replace("\r\n", "\n").split("\n"))
    # A single word is a name, a path or a host, where nothing invisible has a job.
    word = not re.search(r"\s", text)
    marked = safe(text, identifier=word, lines=True, ascii_only=False)
    return Paragraph(
        head=head,
        head_style=MUTED,
        text=safe(text, identifier=word, lines=True) if ascii_mode() else marked,
        note="" if marked == text else f"{signs.warning} {_HIDDEN}",
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


def _runs_again(action: Action, excerpts: Sequence[Excerpt], signs: Glyphs) -> Iterator[Paragraph]:
    node = one_line(action.path[-1], 200, identifier=True)
    if not excerpts and action.shape in (Shape.BATCHED, Shape.PER_CALL):
        yield Paragraph(text=f"When it goes on, none of your lines repeat: `{node}` is not your code.", style=MUTED)
        return
    yield Paragraph(text=f"When it goes on, node `{node}` runs again from its first line (resume always does):")
    if not excerpts:
        yield Paragraph(
            head="  ", text="which lines those are is not known: none of them was seen when it asked", style=MUTED
        )
    for number, excerpt in enumerate(excerpts, 1):
        yield from _excerpt(excerpt, signs, is_last=number == len(excerpts))


def _excerpt(excerpt: Excerpt, signs: Glyphs, *, is_last: bool) -> Iterator[Paragraph]:
    file, line = excerpt.frame.file, excerpt.frame.line
    where = f"{file.rpartition('/')[2]}:{line} {signs.separator} {excerpt.frame.function}"
    yield Paragraph(head="  ", text=safe(where), style=MUTED)
    if excerpt.trouble:
        yield Paragraph(head=f"  {signs.warning} ", head_style=WARNING, text=safe(excerpt.trouble), style=WARNING)
    indent = min((len(code) - len(code.lstrip()) for _, code in excerpt.lines if code.strip()), default=0)
    for number, code in excerpt.lines:
        stops = number == line
        arrives = is_last and stops
        again = "runs again" if code.strip() and not code.lstrip().startswith("#") else ""
        yield Paragraph(
            head=f"  {number:>5} {signs.closed if stops else ' '} ",
            head_style=ACCENT if stops else MUTED,
            text=safe(code[indent:].rstrip().expandtabs(4)),
            note="your answer arrives here" if arrives else again,
            note_style=ACCENT if arrives else MUTED,
            note_may_go=not arrives,
        )
