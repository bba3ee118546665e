"""The lines of a flow, before they have a place: nets, cut into the pieces that lie between two layers.

A *net* is what joined lines stand for. It is a star: the edges that one node sends out (one tail, a head for each
edge), or those that one node receives (a tail for each edge, one head). So whatever a drawing joins, it joins to one
node, and no edge can be read that is not there. All edges of a net are of one kind and lead the same way.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, product
from typing import Literal, NamedTuple, TypeAlias

from graphdeck.graphs.drawing.canvas import LineKind, line_kind
from graphdeck.graphs.drawing.layers import Layers, arrange
from graphdeck.graphs.records import Edge

Direction: TypeAlias = Literal["down", "up", "level"]
"""Where an edge leads: to a later layer, to an earlier one, or to its own."""


class Pin(NamedTuple):
    """Where a net meets a vertex, at the side of it that looks into one channel."""

    net: int
    vertex: int
    lower: bool
    """The vertex stands below the channel (the pin is on top of it)."""
    tail: bool = False
    """The edges begin here."""
    head: bool = False
    """The edges end here, with an arrowhead."""
    edge: int = -1
    """Tells apart the heads of a net at one node; -1 where all its edges share one."""
    label: str = ""
    """Stands at the arrowhead."""


class Way(NamedTuple):
    """One edge's way through one channel."""

    edge: int
    start: Pin
    stop: Pin


class Strand(NamedTuple):
    """What of one net lies in one channel."""

    net: int
    ways: tuple[Way, ...]
    uppers: tuple[Pin, ...]
    """Its pins under the layer above."""
    lowers: tuple[Pin, ...]
    """Its pins on top of the layer below."""

    @property
    def pins(self) -> Iterable[Pin]:
        """All of them, as its ways come to them."""
        return _pins(self.ways)


class Wiring(NamedTuple):
    """A graph as layers of vertices and the strands between them."""

    names: tuple[str, ...]
    """Nodes; vertex i is node i, the vertices after them are places where a net passes through a layer."""
    edges: tuple[Edge, ...]
    layers: Layers
    channels: tuple[tuple[Strand, ...], ...]
    """Channel i is the room between layer i and the next."""

    @property
    def strands(self) -> Iterator[Strand]:
        """All strands, from the first channel to the last."""
        return chain.from_iterable(self.channels)


class _Net(NamedTuple):
    edges: tuple[int, ...]
    direction: Direction
    fan: bool
    """One tail, else one head."""


def wire(names: Sequence[str], edges: Sequence[Edge], rank: Mapping[str, int], labels: Sequence[str]) -> Wiring:
    """Lay the edges into nets, and the nets into channels; `labels` has what is shown at each edge."""
    nets = _nets(edges, rank, labels)
    ids = {name: vertex for vertex, name in enumerate(names)}
    layers: Layers = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for vertex, name in enumerate(names):
        layers[rank[name]].append(vertex)
    channels: list[list[Strand]] = [[] for _ in layers]
    vertices = count(len(names))
    for number, net in enumerate(nets):
        spans = {index: sorted((rank[edges[index].source], rank[edges[index].target])) for index in net.edges}
        inner = sorted({layer for first, last in spans.values() for layer in range(first + 1, last)})
        passing = dict(zip(inner, vertices, strict=False))  # by layer: all edges of a net pass in one place
        for layer, vertex in passing.items():
            layers[layer].append(vertex)
        uppers = {layer: Pin(number, vertex, False) for layer, vertex in passing.items()}
        lowers = {layer: Pin(number, vertex, True) for layer, vertex in passing.items()}
        up, down = net.direction == "up", net.direction == "down"
        ways: dict[int, list[Way]] = {}
        for index, (first, last) in spans.items():
            own = index if net.fan else -1
            tail = Pin(number, ids[edges[index].source], up, tail=True)
            head = Pin(number, ids[edges[index].target], down, head=True, edge=own, label=labels[index])
            near, far = (head, tail) if up else (tail, head)
            for channel in range(first, max(last, first + 1)):
                above = near if channel == first else uppers[channel]
                below = far if channel + 1 >= last else lowers[channel + 1]
                way = Way(index, below, above) if up else Way(index, above, below)
                ways.setdefault(channel, []).append(way)
        for channel, found in ways.items():
            channels[channel].append(_strand(number, found))
    seen = {number for number, net in enumerate(nets) if edges[net.edges[0]].observed}
    return Wiring(tuple(names), tuple(edges), _arranged(layers, channels, seen), tuple(map(tuple, channels)))


def _nets(edges: Sequence[Edge], rank: Mapping[str, int], labels: Sequence[str]) -> list[_Net]:
    """Edges that are alone at their source are gathered at their target; all others fan out from their source."""
    directions = [_direction(edge, rank) for edge in edges]
    fans: dict[tuple[str, LineKind, Direction], list[int]] = {}
    for index, edge in enumerate(edges):
        fans.setdefault((edge.source, line_kind(edge), directions[index]), []).append(index)
    gathers: dict[tuple[str, LineKind, Direction, str], list[int]] = {}
    for (_, kind, direction), found in fans.items():
        if len(found) == 1:
            gathers.setdefault((edges[found[0]].target, kind, direction, labels[found[0]]), []).append(found[0])
    gathered = {index for found in gathers.values() if len(found) > 1 for index in found}
    nets = [_Net(tuple(found), directions[found[0]], fan=True) for found in fans.values() if found[0] not in gathered]
    nets += [_Net(tuple(found), directions[found[0]], fan=False) for found in gathers.values() if len(found) > 1]
    return nets


def _direction(edge: Edge, rank: Mapping[str, int]) -> Direction:
    source, target = rank[edge.source], rank[edge.target]
    return "level" if source == target else "down" if source < target else "up"


def _strand(number: int, ways: Sequence[Way]) -> Strand:
    pins = _pins(ways)
    uppers, lowers = [pin for pin in pins if not pin.lower], [pin for pin in pins if pin.lower]
    return Strand(number, tuple(ways), tuple(uppers), tuple(lowers))


def _pins(ways: Sequence[Way]) -> Iterable[Pin]:
    if len(ways) == 1:
        return ways[0].start, ways[0].stop
    return dict.fromkeys([pin for way in ways for pin in (way.start, way.stop)])


def _arranged(layers: Layers, channels: Sequence[Sequence[Strand]], seen: Collection[int]) -> Layers:
    """The order of the layers, found without the observed nets; these then pass where their ends are."""
    late: dict[int, list[int]] = {}  # vertices that only observed nets have, with those above them
    for strand in (strand for channel in channels for strand in channel if strand.net in seen):
        for pin in strand.lowers:
            if not (pin.tail or pin.head):
                late[pin.vertex] = [upper.vertex for upper in strand.uppers]
    arranged = arrange(
        [[vertex for vertex in layer if vertex not in late] for layer in layers],
        [
            [
                (upper.vertex, lower.vertex)
                for strand in channel
                if strand.net not in seen
                for upper, lower in product(strand.uppers, strand.lowers)
            ]
            for channel in channels
        ],
    )
    for index, layer in enumerate(layers):
        place = {vertex: turn / len(arranged[index - 1]) for turn, vertex in enumerate(arranged[index - 1])}
        for vertex in (vertex for vertex in layer if vertex in late):
            middle = sum(place[above] for above in late[vertex]) / len(late[vertex])
            arranged[index].insert(round(middle * len(arranged[index])), vertex)
    return arranged
