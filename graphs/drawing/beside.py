"""Where there is room for a word on an edge, beside its line, without touching anything else.

The places follow from the drawing alone, and no two share a cell: what is written there, and changes as a graph runs,
moves nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from graphdeck.graphs.drawing.canvas import Cell, Drawing, Point
from graphdeck.graphs.records import Edge

MOST: Final = 5
"""Cells of a place, at the most."""
LEAST: Final = 2
"""Cells of a place, at the least."""


class Place(NamedTuple):
    """Free cells beside the line of an edge."""

    x: int
    y: int
    room: int
    """Cells."""
    is_left: bool = False
    """The line is at its right end."""


def rows_of_edges(drawing: Drawing) -> dict[int, Edge]:
    """The rows of a rail in which an edge leaves its source, and no other edge does and no node stands."""
    leaving: dict[int, list[Edge]] = {}
    for edge, route in drawing.routes.items():
        leaving.setdefault(route[1].y, []).append(edge)
    return {row: edges[0] for row, edges in leaving.items() if len(edges) == 1 and not drawing.nodes_in(row)}


def places(drawing: Drawing) -> Mapping[Edge, Place]:
    """A place for each edge of a flow that has one: after its label, else as near as may be to its arrowhead."""
    return _Finder(drawing).places()


class _Finder:
    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._used: set[Point] = set()

    def places(self) -> dict[Edge, Place]:
        own = {edge: self._own(edge) for edge in self._drawing.routes}
        found: dict[Edge, Place] = {}
        for fitting in (self._behind_label, self._beside_line, self._along_line):
            for edge in own:
                place = None if edge in found else next(fitting(edge, own[edge]), None)
                if place is not None:
                    found[edge] = place
                    self._used.update(Point(x, place.y) for x in range(place.x, place.x + place.room))
        return found

    def _own(self, edge: Edge) -> list[Point]:
        """The cells of its line that are no other edge's, its arrowhead first."""
        return [point for point in reversed(self._drawing.path_of(edge)) if self._is_own(edge, *point)]

    def _behind_label(self, edge: Edge, own: Sequence[Point]) -> Iterator[Place]:
        for x, y in own:
            end = x + 1  # one blank stands between an arrowhead and its label
            while self._kind(end + 1, y) == "label" and self._is_own(edge, end + 1, y):
                end += 1
            if end > x + 1 and (room := self._free(end + 2, y, 1)) and self._is_free(end + 1, y):
                yield Place(end + 2, y, room)

    def _beside_line(self, edge: Edge, own: Sequence[Point]) -> Iterator[Place]:
        for x, y in own:
            if room := self._free(x + 1, y, 1):
                yield Place(x + 1, y, room)
            if room := self._free(x - 1, y, -1):
                yield Place(x - room, y, room, is_left=True)

    def _along_line(self, edge: Edge, own: Sequence[Point]) -> Iterator[Place]:
        for x, y in own:
            for beside in (y - 1, y + 1):
                room = self._along(edge, x, y, beside)
                if room >= LEAST:
                    yield Place(x, beside, room)

    def _free(self, x: int, y: int, step: int) -> int:
        """The free cells from there on, with more behind them: none to a box or the rim, two to a label on the left."""
        count = 0
        while count <= MOST + 1 and self._is_free(x + step * count, y):
            count += 1
        behind = self._kind(x + step * count, y)
        apart = 0 if behind in ("", "box") else 2 if behind == "label" and step < 0 else 1
        room = min(count - apart, MOST)
        return room if room >= LEAST else 0

    def _along(self, edge: Edge, x: int, y: int, beside: int) -> int:
        """The free cells above or below a piece of its line, beyond which there is no other line."""
        count, beyond = 0, 2 * beside - y
        while (
            count < MOST
            and self._is_own(edge, x + count, y)
            and self._is_free(x + count, beside)
            and self._kind(x + count, beyond) not in ("line", "arrow", "label")
        ):
            count += 1
        ends = (self._kind(x - 1, beside), self._kind(x + count, beside))
        return count if all(end in ("", "box", "blank") for end in ends) else 0

    def _is_free(self, x: int, y: int) -> bool:
        cell = self._cell(x, y)
        return cell is not None and cell.kind == "blank" and not cell.node and (x, y) not in self._used

    def _is_own(self, edge: Edge, x: int, y: int) -> bool:
        cell = self._cell(x, y)
        return cell is not None and cell.edges == (edge,)

    def _kind(self, x: int, y: int) -> str:
        cell = self._cell(x, y)
        return "label" if (x, y) in self._used else cell.kind if cell is not None else ""

    def _cell(self, x: int, y: int) -> Cell | None:
        inside = 0 <= y < self._drawing.height and 0 <= x < self._drawing.width
        return self._drawing.rows[y][x] if inside else None
