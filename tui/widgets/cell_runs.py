"""The rows of a drawing in runs of cells that always look alike: a style is found for each run, not for each cell."""

from collections.abc import Mapping
from functools import cache, partial
from itertools import groupby
from typing import Final, NamedTuple

from textual.style import Style

from graphdeck.graphs.drawing.canvas import Cell, Drawing
from graphdeck.tui.text import safe, width
from graphdeck.tui.theme import ACCENT, MUTED, Status, colour, glyphs
from graphdeck.tui.widgets.node_state import NodeState
from graphdeck.tui.widgets.part_rows import Part
from graphdeck.tui.widgets.taken_edges import NOTHING_TAKEN, Taken

_BRIGHT: Final = ("waiting", "breakpoint", "failed", "running")
"""What a node does where its name has the colour of that."""
_LINES: Final = ("blank", "mark", "line", "arrow", "label")
"""Cells that show edges, or nothing: alike where their edges are."""


class CellRun(NamedTuple):
    """Neighbouring cells of a row."""

    cell: Cell
    """The first of them, which the others look like."""
    texts: tuple[str, ...]
    """What is in each, made safe."""
    text: str
    """All of it."""
    pairs: frozenset[tuple[str, str]]
    """Ends of the edges that they show."""


class Shown(NamedTuple):
    """What a row of a drawing shows of a run."""

    states: Mapping[str, NodeState]
    """What the nodes do."""
    taken: Taken
    counts: Mapping[int, str]
    """Signs of counts, by column."""
    marks: Mapping[int, str]
    """Signs of breakpoints, by column; one beyond the row stands after it."""
    frame: int
    """What runs moves with it."""
    selected: str | None
    """The node that the cursor marks."""
    cursor: Style

    def status(self, node: str) -> Status:
        """What a node does, in one word."""
        return self.states[node].status if node in self.states else "idle"


class CellRuns:
    """The runs of a drawing, found when a row is painted first."""

    def __init__(self, drawing: Drawing) -> None:
        self._of = cache(lambda row: _runs(drawing.rows[row]))
        self._hidden = frozenset(node.id for node in drawing.nodes if node.hidden_graph)
        self._on(NOTHING_TAKEN)

    def _on(self, taken: Taken) -> None:
        """Find the styles of lines anew, once for all that show the same edges."""
        self._taken, self._edges = taken, cache(partial(_edges, taken))

    def parts(self, row: int, shown: Shown) -> list[Part]:
        """The parts of a row, each in the style of what its nodes and edges do."""
        if shown.taken is not self._taken:
            self._on(shown.taken)
        styled: list[Part] = []
        for run in self._of(row):
            style: str | Style
            kind, node = run.cell.kind, run.cell.node
            if shown.selected and node == shown.selected and kind != "box":
                style = shown.cursor
            elif kind in ("glyph", "name"):
                style = _of_node(kind, shown.status(node), is_grey=node in self._hidden)
            else:
                style = self._edges(run.pairs)
            if kind == "glyph":
                styled.append((glyphs().of(shown.status(node), shown.frame), style))
            elif shown.counts or shown.marks:
                styled += [(text, style) for text in run.texts]
            else:
                styled.append((run.text, style))
        for column, sign in shown.counts.items():
            styled[column] = (sign, ACCENT)
        for column, sign in shown.marks.items():
            styled[column : column + 1] = [(sign, colour("breakpoint"))]
        return styled


def _of_node(kind: str, status: Status, *, is_grey: bool) -> str:
    if kind == "glyph" or status in _BRIGHT:
        return colour(status)
    return MUTED if is_grey else ""


def _edges(taken: Taken, pairs: frozenset[tuple[str, str]]) -> str:
    if not taken.newest.isdisjoint(pairs):
        return f"bold {ACCENT}"
    return MUTED if taken.times.keys().isdisjoint(pairs) else ACCENT


def _runs(row: tuple[Cell, ...]) -> tuple[CellRun, ...]:
    runs = []
    for _, same in groupby(row, key=_look):
        cells = tuple(same)
        texts = tuple(map(_text, cells))
        pairs = frozenset((edge.source, edge.target) for edge in cells[0].edges)
        runs.append(CellRun(cells[0], texts, "".join(texts), pairs))
    return tuple(runs)


def _look(cell: Cell) -> tuple[object, ...]:
    return "line" if cell.kind in _LINES else cell.kind, cell.node, cell.edges


def _text(cell: Cell) -> str:
    if cell.kind in ("name", "label") and safe(cell.text) != cell.text:  # its cells are counted already
        return "?" * width(cell.text)
    return cell.text
