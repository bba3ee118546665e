"""How often the edges of a drawing were taken, written where nothing else stands."""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property
from typing import Final

from graphdeck.graphs.drawing.beside import Place, places, rows_of_edges
from graphdeck.graphs.drawing.canvas import Drawing
from graphdeck.graphs.records import END, START, Edge
from graphdeck.tui.theme import glyphs
from graphdeck.tui.widgets.taken_edges import Pair

FROM: Final = 2
"""The least count that is written: that an edge was taken at all, its colour tells."""
MOST_CELLS: Final = 12_000
"""Cells of a flow that is searched for room, as many as a large screen has: a tangle would hold up the keys."""


class EdgeCounts:
    """The counts of one drawing: in a flow beside the lines, in a rail behind the rows of the edges alone.

    Each stands where it stands, whatever else is counted. The only edge of a node has none: that of the node says it.
    """

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._leaving = Counter(edge.source for edge in drawing.routes)

    def of(self, times: Mapping[Pair, int]) -> tuple[Mapping[int, Mapping[int, str]], Mapping[int, str]]:
        """What goes into blank cells, by row and column, and what goes behind rows; what has no room is left out."""
        return self._in_cells(times), self._in_rows(times)

    def _in_cells(self, times: Mapping[Pair, int]) -> dict[int, dict[int, str]]:
        found: dict[int, dict[int, str]] = {}
        sign = glyphs().times
        if self._drawing.boxes and any(count >= FROM for count in times.values()):
            for edge, place in self._places.items():
                text = _text(times.get((edge.source, edge.target), 0), sign)
                if len(text) <= place.room:
                    first = place.x + place.room - len(text) if place.is_left else place.x
                    found.setdefault(place.y, {}).update(enumerate(text, first))
        return found

    def _in_rows(self, times: Mapping[Pair, int]) -> dict[int, str]:
        if self._drawing.boxes or not times:
            return {}
        sign = glyphs().times
        counts = ((row, times.get((edge.source, edge.target), 0)) for row, edge in self._rows.items())
        return {row: _text(count, sign) for row, count in counts if count >= FROM}

    @cached_property
    def _places(self) -> Mapping[Edge, Place]:
        if self._drawing.width * self._drawing.height > MOST_CELLS:
            return {}
        return {edge: place for edge, place in places(self._drawing).items() if self._leaving[edge.source] > 1}

    @cached_property
    def _rows(self) -> Mapping[int, Edge]:
        return {row: edge for row, edge in rows_of_edges(self._drawing).items() if self._leaving[edge.source] > 1}


def _text(count: int, sign: str) -> str:
    """A count, as it is written; empty where it goes without saying."""
    return f"{sign}{count:,}" if count >= FROM else ""


def ways_text(node: str, times: Mapping[Pair, int]) -> str:
    """Where a node has led, and how often, as `to poll ×2, archive ×1`; raw, empty where nothing is known of it."""
    ways = sorted((-count, target) for (source, target), count in times.items() if source == node)
    sign = glyphs().times
    names = (f"{_title(target)} {sign}{-count:,}" for count, target in ways)
    return f"to {', '.join(names)}" if ways else ""


def _title(path: str) -> str:
    name = path.rpartition(":")[2]
    return {START: "START", END: "END"}.get(name, name)
