"""Differences between two states, laid out in lines: what was added, removed and changed, texts by word."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal, TypeAlias

from graphdeck.graphs.differences import Change, ChangeKind, WordKind, same, word_changes
from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.message_text import is_message, role
from graphdeck.tui.paragraphs import fold
from graphdeck.tui.text import clip, cut, ellipsis, fit, message_line, one_line, safe, short_json, size, width
from graphdeck.tui.theme import MUTED, glyphs

Line: TypeAlias = tuple[tuple[str, str], ...]
"""The parts of a line, each a safe text and its style."""

SIGNS: Final[dict[ChangeKind, str]] = {"added": "+", "removed": "-", "changed": "~"}
STYLES: Final[dict[ChangeKind, str]] = {
    "added": "$text-success",
    "removed": "$text-error",
    "changed": "$text-warning",
}
MOST: Final = 2_000
"""Differences that are laid out: a filter finds the others."""
_PATH_CELLS: Final = 28
_KEPT: Final = 40
"""Characters of a text that stayed the same that are shown on each side of what changed."""
_LONGEST: Final = 20_000
"""Characters of a text that are looked at."""


def shown_path(pointer: str) -> str:
    """A JSON Pointer as people write paths: `messages.7.content`; as it is where a key has a dot."""
    if not pointer:
        return "(the whole state)"
    parts = pointer[1:].split("/")
    if any("." in part or not part for part in parts):
        return pointer
    return ".".join(part.replace("~1", "/").replace("~0", "~") for part in parts)


def change_lines(changes: Sequence[Change], cells: int, most: int) -> Iterator[tuple[int, Line]]:
    """The lines of some differences, each with the number of its difference; of long texts at most so many lines."""
    column = min(_PATH_CELLS, cells // 3, max((width(shown_path(each.path)) for each in changes[:MOST]), default=0))
    for number, change in enumerate(changes[:MOST]):
        for line in _lines(change, cells, column, most):
            yield number, line


def _lines(change: Change, cells: int, column: int, most: int) -> Iterator[Line]:
    style = STYLES[change.kind]
    path = one_line(shown_path(change.path), cells - 4, identifier=True)
    head: Line = ((f" {SIGNS[change.kind]} ", f"bold {style}"), (fit(path, max(column, width(path))), "bold"))
    room = cells - 5 - max(column, width(path))
    if change.kind == "changed":
        short = _in_one_line(change, room)
        if short is not None:
            yield (*head, ("  ", ""), *short)
            return
        if same(change.before, change.after):
            yield (*head, (cut("  reads the same, but is stored in another way", max(0, room + 2)), MUTED))
            return
        yield head
        yield from _before_and_after(change.before, change.after, cells - 6, most)
        return
    value = change.after if change.kind == "added" else change.before
    lines, rest = _value_lines(value, room if room >= cells // 3 else cells - 6, most)
    if room >= cells // 3:
        indent = " " * (cells - room)
        yield (*head, ("  ", ""), (lines[0], style))
        lines = lines[1:]
    else:
        indent = " " * 6
        yield head
    for line in lines:
        yield (indent, ""), (line, style)
    if rest:
        yield (indent, ""), (cut(rest, cells - len(indent)), MUTED)


def _in_one_line(change: Change, room: int) -> Line | None:
    """`"Roma" → "Rome"`; None where that does not fit, or could not tell what differs."""
    cells = room - 3
    before, after = (short_json(value, cells + 1) for value in (change.before, change.after))
    if width(before) + width(after) > cells or before == after:
        return None
    return (before, STYLES["removed"]), (f" {glyphs().arrow} ", MUTED), (after, STYLES["added"])


def _before_and_after(before: Json, after: Json, cells: int, most: int) -> Iterator[Line]:
    """A line or more of what was there, and of what is there now; of two texts the words that differ."""
    sides: tuple[tuple[Literal["removed", "added"], Json], ...] = (("removed", before), ("added", after))
    if isinstance(before, str) and isinstance(after, str):
        runs = word_changes(before, after)
        for side, _ in sides:
            parts = [run for run in runs if run[0] in ("same", side)] or [(side, '""')]
            for index, line in enumerate(_worded(parts, STYLES[side], cells - 2, most)):
                yield (f"    {' ' if index else SIGNS[side]} ", f"bold {STYLES[side]}"), *line
        return
    alike = short_json(before, 400) == short_json(after, 400)
    for side, value in sides:
        lines, rest = ([json_line(value)[: cells - 2]], "") if alike else _value_lines(value, cells - 2, most)
        style = STYLES[side]
        for index, text in enumerate(lines):
            yield (f"    {' ' if index else SIGNS[side]} ", f"bold {style}"), (text, style)
        if rest:
            yield ("      ", ""), (cut(rest, cells), MUTED)


def _worded(runs: Sequence[tuple[WordKind, str]], style: str, cells: int, most: int) -> Iterator[Line]:
    """One side of a text: words that differ are underlined, long stretches that stayed are left out."""
    line: list[tuple[str, str]] = []
    used = count = 0
    for place, (kind, run) in enumerate(runs):
        text = _near(run, first=place == 0, last=place == len(runs) - 1) if kind == "same" else run[:_LONGEST]
        pieces = text.split("\n")
        for piece_number, piece in enumerate(map(safe, pieces)):
            if piece_number < len(pieces) - 1:
                piece += safe("\n")  # the sign for it: a line break may be what differs
            if piece_number:
                yield tuple(line)
                line, used, count = [], 0, count + 1
            while piece:
                part = fold(piece, max(4, cells - used))[0] if cells - used > 3 else ""
                if part:
                    line.append((part, MUTED if kind == "same" else f"{style} underline bold"))
                piece = piece[len(part) :]
                used += width(part)
                if piece:
                    yield tuple(line)
                    line, used, count = [], 0, count + 1
            if count >= most:
                yield ((cut(f"{ellipsis()} v shows all", cells), MUTED),)
                return
    if line:
        yield tuple(line)


def _near(text: str, *, first: bool, last: bool) -> str:
    """What is near to a change of a text that stayed."""
    if len(text) <= 2 * _KEPT + 20:
        return text
    start = "" if first else text[:_KEPT]
    end = "" if last else text[-_KEPT:]
    return f"{start} {ellipsis()} {end}"


def _value_lines(value: Json, cells: int, most: int) -> tuple[list[str], str]:
    """A value in at most so many safe lines, and what is to be said of the rest."""
    if is_message(value):
        text = f"{role(value)}  {message_line(value, _LONGEST)}"
    elif isinstance(value, str):
        text = value
    else:
        return [short_json(value, cells)], ""
    if isinstance(value, str) and len(value) <= cells - 2 and "\n" not in value:
        return [short_json(value, cells)], ""
    shown, more = clip(text, _LONGEST)
    lines = [part for line in safe(shown, lines=True).split("\n") for part in fold(line, cells)]
    if len(lines) <= most and not more:
        return lines, ""
    return lines[:most], f"{ellipsis()} {size(len(text))}: v shows all"


def as_text(changes: Sequence[Change]) -> str:
    """Differences as text to be kept: paths are JSON Pointers, values JSON."""
    lines: list[str] = []
    for change in changes:
        lines.append(f"{SIGNS[change.kind]} {change.path or '/'}")
        if change.kind != "added":
            lines.append(f"  - {json_line(change.before)}")
        if change.kind != "removed":
            lines.append(f"  + {json_line(change.after)}")
    return "\n".join(lines) + ("\n" if lines else "")
