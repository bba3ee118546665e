"""Which drawing a room gets: the flow where it fits, else the rail, else the rail with equal siblings folded."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Literal, NamedTuple, TypeAlias

from graphdeck.graphs.drawing.canvas import Drawing
from graphdeck.graphs.drawing.flow import flow
from graphdeck.graphs.drawing.fold import Folded, fold
from graphdeck.graphs.drawing.inside import CLOSED, Inside
from graphdeck.graphs.drawing.measure import Measure, width
from graphdeck.graphs.drawing.orientation import FlowDirection
from graphdeck.graphs.drawing.rail import INDENT, rail
from graphdeck.graphs.records import Edge, Node

Style: TypeAlias = Literal["rail", "flow"]


class Room(NamedTuple):
    """Cells that there are for a drawing; None where there is no end to them."""

    columns: int | None = None
    rows: int | None = None


class Wish(NamedTuple):
    """What a person wants, whatever fits; the drawing chooses where it is None."""

    style: Style | None = None
    direction: FlowDirection | None = None
    """Of a flow."""


class Picture(NamedTuple):
    """A drawing, and how it came to be."""

    drawing: Drawing
    style: Style
    members: Mapping[str, str]
    """The drawn node by node id, for nodes that are folded into one."""


class Lettering(NamedTuple):
    """How names and labels are shown and measured."""

    ascii: bool = False
    measure: Measure = width
    show: Callable[[str], str] = str


NO_WISH, PLAIN = Wish(), Lettering()


def picture(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    room: Room,
    *,
    wish: Wish = NO_WISH,
    folding: bool = True,
    beyond: bool = True,
    inside: Inside = CLOSED,
    lettering: Lettering = PLAIN,
) -> Picture:
    """The drawing for a room.

    Without a wish a flow is taken only where it fits with names and labels whole. A flow that is wished for may be
    higher than the room and, with `beyond`, wider, so that one scrolls; a graph that would be a tangle is a rail all
    the same. A direction that is wished for is kept. Without `folding` all nodes are drawn. Subgraphs that are open are
    drawn in the style of the whole.
    """
    graph = Folded(tuple(nodes), tuple(edges), {})
    layouts = _Layouts(wish, inside, lettering)
    if wish.style is None:
        found = layouts.flow(graph, room, shorten=False)
        if found:
            return Picture(found, "flow", {})
    folded = fold(nodes, edges, ascii=lettering.ascii) if folding else graph
    if wish.style == "flow":
        wide = Room(room.columns)
        candidates = (graph, folded) if folded.members else (graph,)
        for space, candidate in product((room, wide, Room()) if beyond else (room, wide), candidates):
            found = layouts.flow(candidate, space, shorten=True)
            if found:
                return Picture(found, "flow", candidate.members)
    drawing = layouts.rail(graph, room)
    if not folded.members or (room.rows is None or drawing.height <= room.rows):
        return Picture(drawing, "rail", {})
    return Picture(layouts.rail(folded, room), "rail", folded.members)


class _Layouts:
    """Both layouts, as this drawing wants them."""

    def __init__(self, wish: Wish, inside: Inside, lettering: Lettering) -> None:
        self._directions: tuple[FlowDirection, ...] = (wish.direction,) if wish.direction else ("TB", "LR")
        self._inside = inside
        self._lettering = lettering

    def flow(self, graph: Folded, room: Room, *, shorten: bool) -> Drawing | None:
        """The first direction that fits; None where neither does."""
        for direction in self._directions:
            inner = self._inside.drawings(partial(self._inner_flow, direction))
            found = self._flow(direction, room, graph.nodes, graph.edges, inner, shorten=shorten)
            if found:
                return found
        return None

    def rail(self, graph: Folded, room: Room) -> Drawing:
        """As narrow as the room wants it, as far as may be."""
        inner = self._inside.drawings(partial(self._rail, room.columns))
        return self._rail(room.columns, graph.nodes, graph.edges, inner, "")

    def _inner_flow(
        self,
        direction: FlowDirection,
        nodes: Sequence[Node],
        edges: Sequence[Edge],
        inner: Mapping[str, Drawing],
        prefix: str,
    ) -> Drawing:
        """As large as it wants to be; a tangle is a rail."""
        found = self._flow(direction, Room(), nodes, edges, inner, prefix)
        return found or self._rail(None, nodes, edges, inner, prefix)

    def _flow(
        self,
        direction: FlowDirection,
        room: Room,
        nodes: Sequence[Node],
        edges: Sequence[Edge],
        inner: Mapping[str, Drawing],
        prefix: str = "",
        *,
        shorten: bool = False,
    ) -> Drawing | None:
        return flow(
            nodes,
            edges,
            direction=direction,
            ascii=self._lettering.ascii,
            max_width=room.columns,
            max_height=room.rows,
            shorten=shorten,
            measure=self._lettering.measure,
            show=self._lettering.show,
            inner=inner,
            prefix=prefix,
        )

    def _rail(
        self,
        columns: int | None,
        nodes: Sequence[Node],
        edges: Sequence[Edge],
        inner: Mapping[str, Drawing],
        prefix: str,
    ) -> Drawing:
        depth = prefix.count(":")
        return rail(
            nodes,
            edges,
            ascii=self._lettering.ascii,
            max_width=None if columns is None else columns - 2 * INDENT * depth,
            measure=self._lettering.measure,
            show=self._lettering.show,
            inner=inner,
            prefix=prefix,
        )
