"""The layers of a flow: which nodes stand side by side, and in which order, so that few lines cross."""

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

from graphdeck.graphs.drawing.order import back_edges, targets_of
from graphdeck.graphs.records import START, Edge

Layers: TypeAlias = list[list[int]]
"""Vertices of each layer, in order. Vertices count from 0: the nodes first, then the places that lines pass."""
Link: TypeAlias = tuple[int, int]
"""A line from a vertex of one layer to a vertex of the next."""
Neighbours: TypeAlias = Sequence[Sequence[int]]
"""For each vertex those of the layer above, or of the layer below, that lines lead to."""

SWEEPS, PATIENCE = 12, 4
"""Times that the order is looked at again, at most, and times that it may come out no better."""


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
    above, below = _neighbours(layers, links)
    layers = _walked(layers, below)
    best, fewest, last = layers, _crossings(layers, below), 0
    before: Layers = []
    for sweep in range(SWEEPS):
        if not fewest or sweep - last > PATIENCE:
            break
        earlier, before = before, layers
        layers = _swept(layers[::-1], below)[::-1] if sweep % 2 else _swept(layers, above)
        if layers == earlier:  # so all that follows has been there before
            break
        count = _crossings(layers, below)
        if count < fewest:
            best, fewest, last = layers, count, sweep
    return best


def _crossings(layers: Layers, below: Neighbours) -> int:
    """Pairs of links that cross."""
    count = 0
    place = [0] * len(below)
    for uppers, lowers in pairwise(layers):
        for index, vertex in enumerate(lowers):
            place[vertex] = index
        passed: list[int] = []
        for upper in uppers:
            found = below[upper]
            for end in [place[found[0]]] if len(found) == 1 else sorted([place[lower] for lower in found]):
                at = bisect_right(passed, end)
                count += len(passed) - at
                passed.insert(at, end)
    return count


def _neighbours(layers: Layers, links: Sequence[Sequence[Link]]) -> tuple[Neighbours, Neighbours]:
    vertices = range(max([vertex for layer in layers for vertex in layer], default=-1) + 1)
    above: list[list[int]] = [[] for _ in vertices]
    below: list[list[int]] = [[] for _ in vertices]
    for channel in links:
        for upper, lower in channel:
            above[lower].append(upper)
            below[upper].append(lower)
    return above, below


def _walked(layers: Layers, below: Neighbours) -> Layers:
    """Each layer in the order in which a depth-first walk comes to its vertices."""
    met: dict[int, None] = {}
    todo = [vertex for layer in reversed(layers) for vertex in reversed(layer)]
    while todo:
        vertex = todo.pop()
        if vertex not in met:
            met[vertex] = None
            todo.extend(reversed(below[vertex]))
    turn = {vertex: index for index, vertex in enumerate(met)}
    return [sorted(layer, key=turn.__getitem__) for layer in layers]


def _swept(layers: Layers, before: Neighbours) -> Layers:
    """The layers, each after the first sorted by the middle of the neighbours in the one before it."""
    swept = layers[:1]
    place = [0] * len(before)
    middle = [0.0] * len(before)
    for index, vertex in enumerate(layers[0]):
        place[vertex] = index
    for layer in layers[1:]:
        for own, vertex in enumerate(layer):
            found = before[vertex]
            if len(found) == 1:
                middle[vertex] = place[found[0]]
            elif found:
                middle[vertex] = sum([place[other] for other in found]) / len(found)
            else:
                middle[vertex] = own
        swept.append(sorted(layer, key=middle.__getitem__))
        for index, vertex in enumerate(swept[-1]):
            place[vertex] = index
    return swept
