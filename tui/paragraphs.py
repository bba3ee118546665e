"""Long text laid out in rows of a given width: nothing is cut, so that everything can be reached by scrolling."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from rich.cells import split_graphemes

from graphdeck.graphs.frozen import Frozen
from graphdeck.tui.text import width

Row: TypeAlias = tuple[tuple[str, str], ...]
"""The parts of a row, each a text and its style."""

_LONG: Final = 4_000
"""Characters from which on a line is folded without looking for words: it is data, and may be megabytes."""


class Paragraph(Frozen):
    """A text with a head to its left, and a note at the right end of its first row."""

    text: str = ""
    """Safe text; line breaks are kept."""
    style: str = ""
    """Style of the text."""
    head: str = ""
    """Safe text of one line; further rows are indented by its width."""
    head_style: str = ""
    """Style of the head."""
    note: str = ""
    """Safe text; it gets a row of its own, below, where there is no room for it."""
    note_style: str = ""
    """Style of the note."""
    note_may_go: bool = False
    """The note is left out where there is no room for it."""


def rows(paragraphs: Sequence[Paragraph], cells: int) -> list[Row]:
    """All rows of some paragraphs, each at most so many cells wide."""
    return [row for paragraph in paragraphs for row in _rows(paragraph, max(cells, 8))]


def _rows(paragraph: Paragraph, cells: int) -> Iterator[Row]:
    head = width(paragraph.head)
    if head > cells // 2:  # too long a head stands on its own
        for part in fold(paragraph.head, cells):
            yield ((part, paragraph.head_style),)
        indent, first = 4, " " * 4
    else:
        indent, first = head, paragraph.head
    parts = [part for line in paragraph.text.split("\n") for part in fold(line, cells - indent)]
    note = width(paragraph.note)
    room = cells - indent - width(parts[0]) - note
    for number, part in enumerate(parts):
        row: Row = ((" " * indent if number else first, paragraph.head_style), (part, paragraph.style))
        if note and number == 0 and room >= 2:
            row = (*row, (" " * room, ""), (paragraph.note, paragraph.note_style))
        yield row
    if note and room < 2 and not paragraph.note_may_go:
        yield ((" " * max(0, cells - note), ""), (paragraph.note, paragraph.note_style))


def fold(line: str, cells: int) -> list[str]:
    """One line in parts of at most so many cells, together the line again; broken after spaces if possible."""
    cells = max(cells, 2)
    if len(line) > _LONG:
        step = cells if line.isascii() else cells // 2  # no character is wider than two cells
        return [line[start : start + step] for start in range(0, len(line), step)]
    if line.isascii():
        return _fold_ascii(line, cells)
    if width(line) <= cells:
        return [line]
    parts: list[str] = []
    begin = used = 0
    after_space = 0
    for start, stop, size in split_graphemes(line)[0]:
        while used + size > cells and start > begin:  # again where what follows the last space is too long itself
            end = after_space if after_space > begin else start
            parts.append(line[begin:end])
            begin, used = end, width(line[end:start])
        used += size
        if line[start:stop] == " ":
            after_space = stop
    return [*parts, line[begin:]]


def _fold_ascii(line: str, cells: int) -> list[str]:
    """The same for text whose characters all take one cell: most of it, and twenty times as fast."""
    parts: list[str] = []
    begin = 0
    while len(line) - begin > cells:
        after_space = line.rfind(" ", begin, begin + cells) + 1
        end = after_space if after_space > begin else begin + cells
        parts.append(line[begin:end])
        begin = end
    return [*parts, line[begin:]]
