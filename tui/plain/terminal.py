"""Where lines for people go: how wide the terminal is, which characters and colours it takes; tables that fit."""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TextIO, TypeVar

from graphdeck.graphs.records import END, START
from graphdeck.tui.text import ascii_mode, cut, fit, safe, width
from graphdeck.tui.theme import ASCII, UNICODE, Status

NARROWEST: Final = 40
"""Cells that lines are laid out for at the least, however narrow the terminal."""
WAS_CUT: Final = "(some texts are cut; --json has them whole)"
"""What is said below lines that are not whole."""

T = TypeVar("T")

_STYLES: Final = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "bold": 1, "dim": 2}

_COLOURS: Final[Mapping[str, str]] = {
    "running": "blue",
    "done": "green",
    "cached": "green",
    "waiting": "yellow",
    "breakpoint": "yellow",
    "failed": "red",
    "lost": "red",
    "recursion_limit": "red",
}
"""Colours of the states; they only repeat what the glyphs say."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """How lines for people may look."""

    columns: int = 80
    """Cells in a line."""
    ascii_only: bool = False
    """Glyphs of graphdeck's own are ASCII."""
    colour: bool = False
    """Escape sequences for colour are understood and wanted."""

    def glyph(self, state: Status) -> str:
        """The glyph of a state, coloured where colour is wanted."""
        signs = ASCII if self.ascii_only else UNICODE
        return self.style(signs.of(state), _COLOURS.get(state, "dim"))

    def style(self, text: str, style: str) -> str:
        """Safe text in a colour, or `bold` or `dim`."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text else text

    def pick(self, character: str, twin: str) -> str:
        """A character of graphdeck's own, or its ASCII twin."""
        return twin if self.ascii_only else character


def terminal_of(stream: TextIO, environ: Mapping[str, str] = os.environ) -> Terminal:
    """The terminal behind a stream; 80 columns and no colour where it is a file or a pipe."""
    columns = max(NARROWEST, shutil.get_terminal_size().columns)
    colour = stream.isatty() and "NO_COLOR" not in environ and environ.get("TERM") != "dumb"
    return Terminal(columns=columns, ascii_only=ascii_mode(environ), colour=colour)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    title: str
    """Its heading."""
    most: int | None = None
    """Cells at the most; None where it is never cut."""
    least: int = 0
    """Cells at the least, for the one column that takes the room that is left; 0 for all others."""


def table(columns: Sequence[Column], rows: Sequence[Sequence[str]], terminal: Terminal) -> tuple[list[str], bool]:
    """Safe cells as aligned lines under their headings, and whether anything was cut.

    A column without any text is left out. The elastic column (`least`) takes the room that the others leave.
    """
    kept = [i for i, column in enumerate(columns) if column.least or any(row[i] for row in rows)]
    widths = {i: _natural(columns[i], [row[i] for row in rows]) for i in kept}
    room = terminal.columns - 2 * (len(kept) - 1)
    for i in kept:
        if columns[i].least:
            rest = room - sum(cells for j, cells in widths.items() if j != i)
            widths[i] = max(columns[i].least, min(widths[i], rest))
    was_cut = any(width(row[i]) > widths[i] for row in rows for i in kept)
    heading = terminal.style(_line([columns[i].title for i in kept], widths.values()), "dim")
    return [heading, *(_line([row[i] for i in kept], widths.values()) for row in rows)], was_cut


def listed(
    columns: Sequence[Column],
    records: Sequence[T],
    cells: Callable[[T], Sequence[str]],
    lines: Callable[[T], Iterable[str]],
    terminal: Terminal,
) -> list[str]:
    """Records as a table of their cells, or in lines of their own where the terminal is too narrow for one.

    What was cut is said last.
    """
    found, was_cut = table(columns, [cells(record) for record in records], terminal)
    if any(width(line) > terminal.columns for line in found):
        whole = [line for record in records for line in lines(record)]
        found = [cut(line, terminal.columns) for line in whole]
        was_cut = found != whole
    return [*found, *([WAS_CUT] if was_cut else [])]


def _natural(column: Column, cells: Iterable[str]) -> int:
    longest = max([width(column.title), *map(width, cells)])
    return longest if column.most is None else min(longest, column.most)


def _line(cells: Iterable[str], widths: Iterable[int]) -> str:
    return "  ".join(fit(cell, cells_) for cell, cells_ in zip(cells, widths, strict=True)).rstrip()


def indent(text: str, by: str = "  ") -> str:
    """Each line of the text, moved to the right."""
    return "\n".join(by + line if line else line for line in text.split("\n"))


def node_names(names: Sequence[str] | None) -> str:
    """Nodes for people; empty where they cannot be known."""
    titles = {START: "START", END: "END"}
    return ", ".join(titles.get(name) or safe(name, identifier=True) for name in names or ())
