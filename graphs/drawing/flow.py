"""The flow: boxes in layers, joined by lines that turn at right angles; top-down or left-right.

How to read it. A line that leaves a box has no arrowhead there (`┬`, upwards `┴`): its *tail*. Lines that touch are
joined, and what is joined has exactly one tail or exactly one arrowhead:

* one tail: each arrowhead is an edge from the tail's node, its label beside the arrowhead;
* one arrowhead: each tail is an edge to the arrowhead's node, its label, which all of them have, beside it.

A line with a gap at both sides of another goes under it and has nothing to do with it. All lines that are joined are
of one kind: `─` plain, `╌` conditional, `·` observed (seen taken, not declared); an arrowhead right at the box that its
line leaves is of a plain edge. Edges that lead back point upwards (left-right: to the left).
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from graphdeck.graphs.drawing.canvas import ASCII, NOTHING, UNICODE, Cell, Drawing, Places, Point, Rect, line_kind
from graphdeck.graphs.drawing.layers import ranks
from graphdeck.graphs.drawing.measure import Measure, width
from graphdeck.graphs.drawing.nets import Pin, Strand, Wiring, wire
from graphdeck.graphs.drawing.orientation import ORIENTATIONS, Extent, FlowDirection, Heads, Orientation
from graphdeck.graphs.drawing.slots import Grid, Slots, place
from graphdeck.graphs.drawing.texts import LABEL_LIMIT, NAME_LIMIT, SMALLEST_LABEL, SMALLEST_NAME, Texts, all_nodes
from graphdeck.graphs.drawing.tracks import Turn, turns
from graphdeck.graphs.records import Edge, Node

MOST_PIECES = 1500
"""Pieces of line between two layers; a graph with more is a tangle, and takes too long."""
LIMITS = ((NAME_LIMIT, LABEL_LIMIT), (20, 14), (12, 8), (SMALLEST_NAME, SMALLEST_LABEL))
"""Cells of names and labels: the first with which a drawing fits."""


def flow(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    direction: FlowDirection = "TB",
    ascii: bool = False,
    labels: bool = True,
    max_width: int | None = None,
    max_height: int | None = None,
    shorten: bool = True,
    measure: Measure = width,
    show: Callable[[str], str] = str,
    inner: Mapping[str, Drawing] = NOTHING,
    prefix: str = "",
) -> Drawing | None:
    """Draw a graph as a flow; None where it does not fit, or would be a tangle.

    The same graph gives the same drawing, and observed edges do not change which nodes stand side by side. Names and
    labels are cut as far as the width needs, without `shorten` only where they are very long. `show` and `measure` as
    for the rail. Nodes that only edges name are drawn too. `inner` has what stands in the boxes of some nodes; names
    are shown without `prefix`.
    """
    texts = Texts(ASCII if ascii else UNICODE, measure, show, labels=labels, prefix=prefix)
    return Flow(nodes, edges, texts).draw(direction, max_width, max_height, shorten=shorten, inner=inner)


class Flow:
    """A graph that is to be drawn as a flow: its lines are laid once, for all rooms and both directions."""

    def __init__(self, nodes: Sequence[Node], edges: Sequence[Edge], texts: Texts) -> None:
        self._nodes = all_nodes(nodes, edges)
        self._edges = tuple(dict.fromkeys(edges))
        self._texts = texts

    def draw(
        self,
        direction: FlowDirection,
        max_width: int | None,
        max_height: int | None,
        *,
        shorten: bool,
        inner: Mapping[str, Drawing],
    ) -> Drawing | None:
        """As `flow` does."""
        if self._wiring is None:
            return None
        texts, nodes = self._texts, tuple(self._nodes.values())
        room = Point(sys.maxsize if max_width is None else max_width, sys.maxsize if max_height is None else max_height)
        tried: _Painter | None = None
        for texts.name_limit, texts.label_limit in LIMITS if shorten else LIMITS[:1]:
            painter = _Painter(self._wiring, nodes, texts, ORIENTATIONS[direction](texts.charset), inner)
            if tried and painter.widths == tried.widths:
                continue  # to cut more has cut nothing
            tried = painter
            if painter.least.x <= room.x and painter.least.y <= room.y:
                drawing = painter.draw()
                if drawing.width <= room.x and drawing.height <= room.y:
                    return drawing
        return None

    @cached_property
    def _wiring(self) -> Wiring | None:
        """None for a tangle."""
        rank = ranks(tuple(self._nodes), self._edges)
        if sum(abs(rank[edge.source] - rank[edge.target]) or 1 for edge in self._edges) > MOST_PIECES:
            return None
        return wire(tuple(self._nodes), self._edges, rank, [self._texts.label(edge) for edge in self._edges])


class _Channel(NamedTuple):
    """The depths of the room between two layers."""

    layer: int
    """Where the layer above begins."""
    first: int
    last: int
    tracks: tuple[int, ...]
    turns: Mapping[int, Turn]
    """By place of the strand."""


class _Size(NamedTuple):
    """How deep a box is, and its layer."""

    box: int
    layer: int


class _Painter:
    """Puts a wiring on a canvas."""

    def __init__(
        self,
        wiring: Wiring,
        nodes: Sequence[Node],
        texts: Texts,
        orientation: Orientation,
        inner: Mapping[str, Drawing],
    ) -> None:
        self._wiring = wiring
        self._nodes = nodes
        self._texts = texts
        self._to = orientation
        self._inner = inner
        self._bodies = [self._body(node) for node in nodes]
        labels = {"", *(texts.label(edge) for edge in wiring.edges)}
        self._labels = {label: len(texts.label_cells(label, ())) for label in labels}
        self._alone = [(edge,) for edge in wiring.edges]

    @property
    def widths(self) -> tuple[Sequence[int], Mapping[str, int]]:
        """Cells of what stands in each box, and of each label: all that the size of the drawing depends on."""
        return [len(body) for body in self._bodies], self._labels

    @property
    def least(self) -> Point:
        """Columns and rows of the drawing, at least: to know that it cannot fit before it is made."""
        return self._to.least([self._contents(layer) for layer in self._wiring.layers])

    def draw(self) -> Drawing:
        """The drawing."""
        self._edges = self._edges_by_pin()
        self._slots = self._place()
        layers, channels = self._depths()
        self._sizes = self._box_sizes(layers)
        places = self._draw_boxes(layers)
        routes: dict[int, list[Point]] = {}
        for strands, channel in zip(self._wiring.channels, channels, strict=True):
            for number, strand in enumerate(strands):
                self._draw_strand(strand, channel.turns.get(number), channel)
                self._add_routes(strand, channel.turns.get(number), channel, routes)
        places.routes.update((self._wiring.edges[edge], tuple(points)) for edge, points in routes.items())
        size = self._to.canvas.size
        return places.drawing(size, self._to.canvas.rows(*size))

    def _draw_boxes(self, layers: Sequence[tuple[int, int]]) -> Places:
        places = Places()
        tails: dict[int, list[Pin]] = {}
        for pin in self._edges:
            if pin.tail:
                tails.setdefault(pin.vertex, []).append(pin)
        for layer, (depth, _) in zip(self._wiring.layers, layers, strict=True):
            for vertex in (vertex for vertex in layer if vertex < len(self._nodes)):
                node, body, size = self._nodes[vertex], self._bodies[vertex], self._sizes[vertex].box
                frame = self._to.frame(self._slots.firsts[vertex], self._slots.boxes[vertex].slots, depth, size)
                leaving = {
                    self._to.point(self._slots.pins[pin], depth if pin.lower else depth + size - 1): (
                        self._to.arm(pin.lower),
                        self._edges[pin],
                    )
                    for pin in tails.get(vertex, ())
                }
                inner = self._inner.get(node.id)
                start, below = self._to.box(node.id, frame, body, leaving, inner.rows if inner else ())
                places.nodes.append(node)
                places.boxes[node.id], places.glyphs[node.id] = frame, start
                length = sum(cell.kind == "name" for cell in body)
                places.rects[node.id] = Rect(start.x + 2, start.y, length, 1)
                if inner:
                    places.add(inner, below)
        return places

    # -- sizes -------------------------------------------------------------------------------------------------

    def _body(self, node: Node) -> list[Cell]:
        charset = self._texts.charset
        head = [Cell(charset.glyph, "glyph", node.id), Cell(" ", "blank", node.id)]
        return [*head, *self._texts.name_cells(node), *self._texts.mark_cells(node)]

    def _contents(self, layer: Sequence[int]) -> list[Extent]:
        """What stands in the boxes of a layer."""
        return [self._content(vertex) for vertex in layer if vertex < len(self._nodes)]

    def _content(self, vertex: int) -> Extent:
        inner = self._inner.get(self._nodes[vertex].id)
        text = len(self._bodies[vertex])
        return Extent(max(text, inner.width), 1 + inner.height) if inner else Extent(text, 1)

    def _box_sizes(self, layers: Sequence[tuple[int, int]]) -> dict[int, _Size]:
        """Boxes of a layer are alike, but a graph in one makes no towers of those that have a name alone."""
        sizes: dict[int, _Size] = {}
        for layer, (_, size) in zip(self._wiring.layers, layers, strict=True):
            nodes = [vertex for vertex in layer if vertex < len(self._nodes)]
            names = [vertex for vertex in nodes if self._nodes[vertex].id not in self._inner]
            small = self._to.box_depth([self._content(vertex) for vertex in names])
            sizes.update((vertex, _Size(small if vertex in names else size, size)) for vertex in nodes)
        return sizes

    def _leaves(self, pin: Pin, channel: _Channel) -> int:
        """The depth at which a line leaves the vertex above a channel, or comes to it."""
        size = self._sizes.get(pin.vertex)
        return channel.first - 1 - (size.layer - size.box if size else 0)

    def _place(self) -> Slots:
        boxes = [self._to.box_slots(self._content(vertex)) for vertex in range(len(self._nodes))]
        grid = Grid(
            boxes,
            lambda label: self._to.label_slots(self._labels[label]),
            self._to.between_boxes,
            self._to.beside_box,
        )
        return place(self._wiring, grid)

    def _depths(self) -> tuple[list[tuple[int, int]], list[_Channel]]:
        """Depth and size of each layer, and the channels between them."""
        layers, channels = [], []
        depth = 0
        for index, layer in enumerate(self._wiring.layers):
            size = self._to.box_depth(self._contents(layer))
            layers.append((depth, size))
            channels.append(self._channel(self._wiring.channels[index], depth, depth + size))
            depth = channels[-1].last + 1
        return layers, channels

    def _channel(self, strands: Sequence[Strand], layer: int, first: int) -> _Channel:
        found = turns(strands, self._slots.pins)
        count = max((turn.lower + 1 for turn in found.values()), default=0)
        before, after = self._to.zones(
            self._heads([strand.uppers for strand in strands]), self._heads([strand.lowers for strand in strands])
        )
        if not any(strand.lowers for strand in strands):
            after = 0
        tracks = tuple(first + before + self._to.track_step * track for track in range(count))
        if tracks:
            last = tracks[-1] + after
        else:
            dashed = any(line_kind(self._wiring.edges[strand.ways[0].edge]) != "plain" for strand in strands)
            last = first - 1 + (max(before + after + dashed, 1) if strands else 0)
        return _Channel(layer, first, last, tracks, found)

    def _heads(self, sides: Sequence[Sequence[Pin]]) -> Heads:
        labels = [self._labels[pin.label] for pins in sides for pin in pins if pin.head]
        return Heads(bool(labels), max(labels, default=0))

    # -- lines -------------------------------------------------------------------------------------------------

    def _edges_by_pin(self) -> dict[Pin, tuple[Edge, ...]]:
        """The edges that pass each pin."""
        found: dict[Pin, tuple[Edge, ...]] = {}
        for strand in self._wiring.strands:
            if len(strand.ways) == 1:
                edge, start, stop = strand.ways[0]
                found[start] = found[stop] = self._alone[edge]
                continue
            several: dict[Pin, list[Edge]] = {pin: [] for pin in strand.pins}
            for edge, start, stop in strand.ways:
                several[start].append(self._wiring.edges[edge])
                several[stop].append(self._wiring.edges[edge])
            found.update((pin, tuple(edges)) for pin, edges in several.items())
        return found

    def _draw_strand(self, strand: Strand, turn: Turn | None, channel: _Channel) -> None:
        """The lines of a strand, and of what of it passes through the layer above."""
        slots = self._slots.pins
        for pin in strand.pins:
            slot, edges = slots[pin], self._edges[pin]
            beside = channel.last if pin.lower else self._leaves(pin, channel) + 1  # where an arrowhead stands
            if not pin.lower:
                above = beside - 1 if pin.vertex < len(self._nodes) else channel.layer
                self._to.along(slot, above, channel.last + 1 if turn is None else channel.tracks[turn.upper], edges)
            elif turn is not None:
                self._to.along(slot, channel.tracks[turn.lower], beside + 1, edges)
            if pin.head:
                label = self._texts.label_cells(pin.label, edges) if pin.label else []
                self._to.head(slot, beside, pin.lower, label, edges)
        if turn is None:
            return
        upper, lower, between = channel.tracks[turn.upper], channel.tracks[turn.lower], turn.between
        if between is None:
            self._draw_track(upper, [(slots[start], slots[stop], edge) for edge, start, stop in strand.ways])
            return
        for track, is_lower in ((upper, False), (lower, True)):
            reaches = [
                (slots[start if start.lower == is_lower else stop], between, edge) for edge, start, stop in strand.ways
            ]
            self._draw_track(track, reaches)
        self._to.along(between, upper, lower, tuple(self._wiring.edges[way.edge] for way in strand.ways))

    def _draw_track(self, depth: int, reaches: Sequence[tuple[int, int, int]]) -> None:
        """The line across, in pieces from slot to slot, each with the edges that pass: those that reach over it."""
        if len(reaches) == 1:
            one, other, edge = reaches[0]
            self._to.across(depth, min(one, other), max(one, other), self._alone[edge])
            return
        stops = sorted({slot for one, other, _ in reaches for slot in (one, other)})
        for first, last in pairwise(stops):
            passing = [edge for one, other, edge in reaches if min(one, other) <= first and last <= max(one, other)]
            self._to.across(depth, first, last, tuple(self._wiring.edges[edge] for edge in passing))

    def _add_routes(self, strand: Strand, turn: Turn | None, channel: _Channel, routes: dict[int, list[Point]]) -> None:
        slots, point = self._slots.pins, self._to.point
        for edge, start, stop in strand.ways:
            up = start.lower
            above, below = (stop, start) if up else (start, stop)
            first, last = slots[above], slots[below]
            points = [point(first, self._leaves(above, channel) + 1)]
            if turn is not None:
                upper, lower = channel.tracks[turn.upper], channel.tracks[turn.lower]
                points.append(point(first, upper))
                if turn.between is not None:
                    points += [point(turn.between, upper), point(turn.between, lower)]
                points.append(point(last, lower))
            points.append(point(last, channel.last if below.lower else self._leaves(below, channel) + 1))
            route = routes.setdefault(edge, [])
            if up:
                route[:0] = points[::-1]
            else:
                route += points
