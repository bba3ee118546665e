"""The layers of a flow: which nodes stand side by side, and in which order, so that few lines cross."""

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from graphdeck.graphs.drawing.order import back_edges, targets_of
from graphdeck.graphs.records import START, Edge

Layers: TypeAlias = list[list[int]]
"""Vertices of each layer, in order. Vertices count from 0: the nodes first, then the places that lines pass."""

SWEEPS, PATIENCE = 12, 4
"""Times that the order is looked at again, at most, and times that it may come out no better."""


class Link(NamedTuple):
    """A line from a vertex of one layer to a vertex of the next."""

    upper: int
    lower: int


def ranks(nodes: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The layer of each node: edges lead to later layers unless they close a cycle.

    Observed edges count only for a node that no declared edge leads to, so that a run does not move the others.
    """
    declared = {edge.target for edge in edges if not edge.observed}
    targets = targets_of(nodes, (edge for edge in edges if not edge.observed or edge.target not in declared))
    back = back_edges(nodes, targets)
    forward = {node: [target for target in targets[node] if (node, target) not in back] for node in nodes}
    missing = dict.fromkeys(nodes, 0)
    for node in nodes:
        for target in forward[node]:
            missing[target] += 1
    rank = dict.fromkeys(nodes, 0)
    ready = [node for node in nodes if not missing[node]]
    roots = [node for node in ready if node != START]
    for node in ready:
        for target in forward[node]:
            rank[target] = max(rank[target], rank[node] + 1)
            missing[target] -= 1
            if not missing[target]:
                ready.append(target)
    for root in roots:  # just above what they lead to
        rank[root] = min((rank[target] - 1 for target in forward[root]), default=0)
    return rank


def arrange(layers: Layers, links: Sequence[Sequence[Link]]) -> Layers:
    """The same layers in an order with few crossings; `links[i]` lead from layer i to the next.

    Starts from the order in which a walk from the first layer meets the vertices, and then sorts layer after layer by
    the middle of the neighbours, downwards and upwards in turn.
    """
    neighbours = _neighbours(links)
    layers = _walked(layers, neighbours.below)
    best, fewest, last = layers, crossings(layers, links), 0
    for sweep in range(SWEEPS):
        if not fewest or sweep - last > PATIENCE:
            break
        layers = _sweep(layers, neighbours, upwards=bool(sweep % 2))
        count = crossings(layers, links)
        if count < fewest:
            best, fewest, last = layers, count, sweep
    return best


def crossings(layers: Layers, links: Sequence[Sequence[Link]]) -> int:
    """Pairs of links that cross."""
    count = 0
    place = {vertex: index for layer in layers for index, vertex in enumerate(layer)}
    for channel in links:
        passed: list[int] = []
        for upper, lower in sorted((place[link.upper], place[link.lower]) for link in channel):
            del upper
            count += len(passed) - bisect_right(passed, lower)
            insort(passed, lower)
    return count


class _Neighbours(NamedTuple):
    above: Mapping[int, Sequence[int]]
    below: Mapping[int, Sequence[int]]


def _neighbours(links: Sequence[Sequence[Link]]) -> _Neighbours:
    above: dict[int, list[int]] = {}
    below: dict[int, list[int]] = {}
    for channel in links:
        for upper, lower in channel:
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    return _Neighbours(above, below)


def _walked(layers: Layers, below: Mapping[int, Sequence[int]]) -> Layers:
    """Each layer in the order in which a depth-first walk comes to its vertices."""
    met: dict[int, None] = {}
    todo = [vertex for layer in reversed(layers) for vertex in reversed(layer)]
    while todo:
        vertex = todo.pop()
        if vertex not in met:
            met[vertex] = None
            todo.extend(reversed(below.get(vertex, ())))
    turn = {vertex: index for index, vertex in enumerate(met)}
    return [sorted(layer, key=turn.__getitem__) for layer in layers]


def _sweep(layers: Layers, neighbours: _Neighbours, *, upwards: bool) -> Layers:
    beside = neighbours.below if upwards else neighbours.above
    order = list(reversed(layers)) if upwards else list(layers)
    for index in range(1, len(order)):
        place = {vertex: place for place, vertex in enumerate(order[index - 1])}
        middle: dict[int, float] = {}
        for own, vertex in enumerate(order[index]):
            found = [place[other] for other in beside.get(vertex, ())]
            middle[vertex] = sum(found) / len(found) if found else own
        order[index] = sorted(order[index], key=middle.__getitem__)
    return order[::-1] if upwards else order
