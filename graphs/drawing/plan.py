"""What a rail drawing is made of, before anything is measured: rows, trunks, fans, gathers and their lanes."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final, NamedTuple

from graphdeck.graphs.drawing.canvas import line_kind
from graphdeck.graphs.records import Edge

NONE: Final[Mapping[str, int]] = {}


class Tap(NamedTuple):
    """Where an edge meets a bus."""

    row: int
    edge: Edge


class Bus(NamedTuple):
    """A vertical line that one node owns: the source of a fan, or the target of a gather."""

    node: str
    """Its hub."""
    row: int
    """Row of the hub."""
    taps: tuple[Tap, ...]
    """Sorted by row."""
    lane: int
    """Counts outwards from the names."""


class Link(NamedTuple):
    """A row, or the right part of a node's row, from which edges of one kind and label leave to gathers."""

    node: str
    """Source."""
    row: int
    edges: tuple[Edge, ...]


class Trunk(NamedTuple):
    """An edge to the node just below."""

    edge: Edge
    row: int
    """The row between the two nodes in which it is seen."""


class Plan(NamedTuple):
    """A rail in rows and lanes."""

    rows: Mapping[str, int]
    """Row of each node, from top to bottom."""
    height: int
    trunks: Sequence[Trunk]
    links: Sequence[Link]
    fans: Sequence[Bus]
    """Buses on the left."""
    gathers: Sequence[Bus]
    """Buses on the right."""

    @property
    def cost(self) -> tuple[int, int, int]:
        """What to have little of: room (a lane is two columns wide), then lanes, then line."""
        lanes = lane_count(self.fans) + lane_count(self.gathers)
        reach = sum(abs(bus.row - tap.row) for bus in (*self.fans, *self.gathers) for tap in bus.taps)
        return 2 * lanes + self.height, lanes, reach


def make_plan(
    order: Sequence[str], edges: Sequence[Edge], *, fans: bool, labels: bool, inner: Mapping[str, int] = NONE
) -> Plan:
    """Give every edge its place; without `fans` all edges that are no trunk go to the right.

    `inner` has how many rows stand below a node for what is inside it.
    """
    place = {node: index for index, node in enumerate(order)}
    trunks, rest = _split_trunks(edges, place)
    fanned = _choose_fans(trunks, rest, place, labels=labels) if fans else {}
    in_fans = {edge for chosen in fanned.values() for edge in chosen}
    trunks = {source: edge for source, edge in trunks.items() if edge not in in_fans}
    gathered = [edge for edge in rest if edge not in in_fans]
    return _Rows(order, trunks, fanned, gathered, inner, labels=labels).plan()


def _split_trunks(edges: Sequence[Edge], place: Mapping[str, int]) -> tuple[dict[str, Edge], list[Edge]]:
    trunks: dict[str, Edge] = {}
    rest = []
    for edge in edges:
        if place[edge.target] == place[edge.source] + 1 and edge.source not in trunks:
            trunks[edge.source] = edge
        else:
            rest.append(edge)
    return trunks, rest


def _choose_fans(
    trunks: Mapping[str, Edge], rest: Sequence[Edge], place: Mapping[str, int], *, labels: bool
) -> dict[str, list[Edge]]:
    """A node with two or more edges that skip rows downwards fans out, its trunk included: they read as one list.

    A row takes arrivals from several fans only if they are of one kind and label.
    """
    skipping: dict[str, dict[str, Edge]] = {}
    for edge in rest:
        if place[edge.target] > place[edge.source] + 1:
            skipping.setdefault(edge.source, {}).setdefault(edge.target, edge)
    arrivals: dict[str, tuple[str, str]] = {}
    fanned: dict[str, list[Edge]] = {}
    for source, by_target in sorted(skipping.items(), key=lambda item: (-len(item[1]), place[item[0]])):
        trunk = trunks.get(source)
        wanted = [edge for edge in by_target.values() if _may_arrive(arrivals, edge, labels=labels)]
        if len(wanted) < 2:
            continue
        if trunk and _may_arrive(arrivals, trunk, labels=labels):
            wanted.append(trunk)
        fanned[source] = sorted(wanted, key=lambda edge: place[edge.target])
        arrivals.update((edge.target, _look(edge, labels=labels)) for edge in wanted)
    return fanned


def _may_arrive(arrivals: Mapping[str, tuple[str, str]], edge: Edge, *, labels: bool) -> bool:
    return arrivals.get(edge.target) in (None, _look(edge, labels=labels))


def _look(edge: Edge, *, labels: bool) -> tuple[str, str]:
    return line_kind(edge), edge.label if labels else ""


class _Rows:
    """Deals out rows from top to bottom."""

    def __init__(
        self,
        order: Sequence[str],
        trunks: Mapping[str, Edge],
        fanned: Mapping[str, Sequence[Edge]],
        gathered: Sequence[Edge],
        inner: Mapping[str, int],
        *,
        labels: bool,
    ) -> None:
        self._order = order
        self._inner = inner
        self._trunks = trunks
        self._fanned = fanned
        self._labels = labels
        self._arrivals = {edge.target for edges in fanned.values() for edge in edges}
        self._hubs = {edge.target for edge in gathered}
        self._leaving: dict[str, list[Edge]] = {}
        for edge in gathered:
            self._leaving.setdefault(edge.source, []).append(edge)
        self._next = 0

    def plan(self) -> Plan:
        rows: dict[str, int] = {}
        hub_rows: dict[str, int] = {}
        links: list[Link] = []
        trunks: list[Trunk] = []
        for node in self._order:
            rows[node] = hub_rows[node] = self._take()
            self._next += self._inner.get(node, 0)
            if node in self._fanned and node in self._arrivals:
                hub_rows[node] = self._take()
            links.extend(self._links(node, rows[node]))
            if node in self._trunks:
                trunks.append(Trunk(self._trunks[node], self._take()))
        fan_taps = {source: [Tap(rows[edge.target], edge) for edge in edges] for source, edges in self._fanned.items()}
        gather_taps: dict[str, list[Tap]] = {}
        for link in links:
            for edge in link.edges:
                gather_taps.setdefault(edge.target, []).append(Tap(link.row, edge))
        fans, gathers = _buses(fan_taps, hub_rows), _buses(gather_taps, rows)
        return Plan(rows, self._next, trunks, links, fans, gathers)

    def _take(self) -> int:
        self._next += 1
        return self._next - 1

    def _links(self, node: str, row: int) -> Iterable[Link]:
        """One link for each kind and label; one without a label uses the node's own row where that is free."""
        looks = {edge: _look(edge, labels=self._labels) for edge in self._leaving.get(node, ())}
        first = {look: index for index, look in reversed(list(enumerate(looks.values())))}
        free = node not in self._hubs
        by_look = sorted(looks, key=lambda edge: (free and bool(looks[edge][1]), first[looks[edge]]))
        for look, edges in groupby(by_look, key=looks.__getitem__):
            at_node = free and not look[1]
            free = False
            yield Link(node, row if at_node else self._take(), tuple(edges))


def _buses(taps: Mapping[str, Sequence[Tap]], rows: Mapping[str, int]) -> list[Bus]:
    spans = {node: (min(rows[node], found[0].row), max(rows[node], found[-1].row)) for node, found in taps.items()}
    lanes = _colour(spans)
    return [Bus(node, rows[node], tuple(found), lanes[node]) for node, found in taps.items()]


def _colour(spans: Mapping[str, tuple[int, int]]) -> dict[str, int]:
    """A lane for each span, so that spans of one lane are apart; short ones are inside."""
    lanes: list[list[tuple[int, int]]] = []
    result = {}
    for node, span in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[1][0])):
        lane = next((index for index, taken in enumerate(lanes) if _is_free(taken, span)), len(lanes))
        if lane == len(lanes):
            lanes.append([])
        insort(lanes[lane], span)
        result[node] = lane
    return result


def _is_free(taken: Sequence[tuple[int, int]], span: tuple[int, int]) -> bool:
    index = bisect_left(taken, span)
    below = index == len(taken) or taken[index][0] > span[1]
    return below and (index == 0 or taken[index - 1][1] < span[0])


def lane_count(buses: Sequence[Bus]) -> int:
    """Lanes that buses of one side take."""
    return max((bus.lane + 1 for bus in buses), default=0)
