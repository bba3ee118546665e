"""The rows of a drawing in runs of cells that always look alike: a style is found for each run, not for each cell."""

from functools import cache
from itertools import groupby
from typing import Final, NamedTuple

from graphdeck.graphs.drawing.canvas import Cell, Drawing
from graphdeck.tui.text import safe, width

_LINES: Final = ("blank", "mark", "line", "arrow", "label")
"""Cells that show edges, or nothing: alike where their edges are."""


class CellRun(NamedTuple):
    """Neighbouring cells of a row."""

    cell: Cell
    """The first of them, which the others look like."""
    texts: tuple[str, ...]
    """What is in each, made safe."""


class CellRuns:
    """The runs of a drawing, found when a row is painted first."""

    def __init__(self, drawing: Drawing) -> None:
        self.of = cache(lambda row: _runs(drawing.rows[row]))
        """The runs of a row."""


def _runs(row: tuple[Cell, ...]) -> tuple[CellRun, ...]:
    runs = []
    for _, same in groupby(row, key=_look):
        cells = tuple(same)
        runs.append(CellRun(cells[0], tuple(map(_text, cells))))
    return tuple(runs)


def _look(cell: Cell) -> tuple[object, ...]:
    return "line" if cell.kind in _LINES else cell.kind, cell.node, cell.edges


def _text(cell: Cell) -> str:
    if cell.kind in ("name", "label") and safe(cell.text) != cell.text:  # its cells are counted already
        return "?" * width(cell.text)
    return cell.text
