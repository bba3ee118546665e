"""Which drawing a room gets: the flow where it fits, else the rail, else the rail with equal siblings folded."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from typing import Literal, NamedTuple, TypeAlias

from graphdeck.graphs.drawing.canvas import Drawing
from graphdeck.graphs.drawing.flow import flow
from graphdeck.graphs.drawing.fold import Folded, fold
from graphdeck.graphs.drawing.measure import Measure, width
from graphdeck.graphs.drawing.orientation import FlowDirection
from graphdeck.graphs.drawing.rail import rail
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
    lettering: Lettering = PLAIN,
) -> Picture:
    """The drawing for a room.

    Without a wish a flow is taken only where it fits with names and labels whole. A flow that is wished for may be
    higher than the room and, with `beyond`, wider, so that one scrolls; a graph that would be a tangle is a rail all
    the same. A direction that is wished for is kept. Without `folding` all nodes are drawn.
    """
    graph = Folded(tuple(nodes), tuple(edges), {})
    if wish.style is None:
        found = _flow(graph, room, wish, lettering, shorten=False)
        if found:
            return Picture(found, "flow", {})
    folded = fold(nodes, edges, ascii=lettering.ascii) if folding else graph
    if wish.style == "flow":
        wide = Room(room.columns)
        candidates = (graph, folded) if folded.members else (graph,)
        for space, candidate in product((room, wide, Room()) if beyond else (room, wide), candidates):
            found = _flow(candidate, space, wish, lettering, shorten=True)
            if found:
                return Picture(found, "flow", candidate.members)
    drawing = _rail(graph, room, lettering)
    if not folded.members or (room.rows is None or drawing.height <= room.rows):
        return Picture(drawing, "rail", {})
    return Picture(_rail(folded, room, lettering), "rail", folded.members)


def _flow(graph: Folded, room: Room, wish: Wish, lettering: Lettering, *, shorten: bool) -> Drawing | None:
    directions: tuple[FlowDirection, ...] = (wish.direction,) if wish.direction else ("TB", "LR")
    for direction in directions:
        found = flow(
            graph.nodes,
            graph.edges,
            direction=direction,
            ascii=lettering.ascii,
            max_width=room.columns,
            max_height=room.rows,
            shorten=shorten,
            measure=lettering.measure,
            show=lettering.show,
        )
        if found:
            return found
    return None


def _rail(graph: Folded, room: Room, lettering: Lettering) -> Drawing:
    return rail(
        graph.nodes,
        graph.edges,
        ascii=lettering.ascii,
        max_width=room.columns,
        measure=lettering.measure,
        show=lettering.show,
    )
