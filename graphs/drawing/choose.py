"""Which drawing a room gets: the flow where it fits, else the rail, else the rail with equal siblings folded."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product
from typing import Literal, NamedTuple, TypeAlias

from graphdeck.graphs.drawing.canvas import ASCII, UNICODE, Drawing
from graphdeck.graphs.drawing.flow import Flow
from graphdeck.graphs.drawing.fold import Folded, fold
from graphdeck.graphs.drawing.inside import CLOSED, Inside
from graphdeck.graphs.drawing.measure import Measure, width
from graphdeck.graphs.drawing.orientation import FlowDirection
from graphdeck.graphs.drawing.rail import INDENT, rail
from graphdeck.graphs.drawing.texts import Texts
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
        found = layouts.flow(layouts.laid(nodes, edges), room, shorten=False)
        if found:
            return Picture(found, "flow", {})
    folded = fold(nodes, edges, ascii=lettering.ascii) if folding else graph
    if wish.style == "flow":
        wide = Room(room.columns)
        graphs = (graph, folded) if folded.members else (graph,)
        candidates = [(layouts.laid(each.nodes, each.edges), each.members) for each in graphs]
        for space, (laid, members) in product((room, wide, Room()) if beyond else (room, wide), candidates):
            found = layouts.flow(laid, space, shorten=True)
            if found:
                return Picture(found, "flow", members)
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
        self._inner: dict[FlowDirection, Mapping[str, Drawing]] = {}

    def laid(self, nodes: Sequence[Node], edges: Sequence[Edge], prefix: str = "") -> Flow:
        """What the flows of a graph have in common, in all rooms and both directions."""
        ascii_only, measure, show = self._lettering
        texts = Texts(ASCII if ascii_only else UNICODE, measure, show, labels=True, prefix=prefix)
        return Flow(nodes, edges, texts)

    def flow(self, laid: Flow, room: Room, *, shorten: bool) -> Drawing | None:
        """The first direction that fits; None where neither does."""
        for direction in self._directions:
            if direction not in self._inner:
                self._inner[direction] = self._inside.drawings(partial(self._inner_flow, direction))
            inner = self._inner[direction]
            found = laid.draw(direction, room.columns, room.rows, shorten=shorten, inner=inner)
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
        found = self.laid(nodes, edges, prefix).draw(direction, None, None, shorten=False, inner=inner)
        return found or self._rail(None, nodes, edges, inner, prefix)

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
