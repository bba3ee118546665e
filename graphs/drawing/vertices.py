"""Where the vertices of a flow stand side by side: near to what they are joined to, then in line with it."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, product
from math import floor
from typing import NamedTuple, TypeAlias

from graphdeck.graphs.drawing.layers import Layers
from graphdeck.graphs.drawing.nets import Pin, Wiring

MOVES, ROUNDS = 1000, 10
"""Times that a vertex is moved near to others, and times that all are, at most: less often the more there are."""
ALONE, STRAIGHT = 3, 8
"""How much more a line that neither forks nor joins wants to be straight, and one that passes through a layer."""

Steps: TypeAlias = Sequence[Sequence[int]]
"""How far each vertex of each layer stands, at least, behind the layer's first one; in slots."""
Wish: TypeAlias = tuple[float, float]
"""A place, and how strong the wish for it is."""
Middle: TypeAlias = Callable[[Sequence[Wish]], float]
"""What is best for several wishes; at least one."""


class _Pull(NamedTuple):
    """What a vertex wants to be in line with."""

    other: int
    offset: float
    """Where its first slot then is, from the other's."""
    strength: float


class Pulls(NamedTuple):
    """What pulls at each vertex: from the layer above, from the layer below, and both."""

    above: Mapping[int, Sequence[_Pull]]
    below: Mapping[int, Sequence[_Pull]]
    all: Mapping[int, Sequence[_Pull]]


def pulls(wiring: Wiring, pins: Mapping[Pin, float]) -> Pulls:
    """What the strands pull at; `pins` has how far each pin is from the first slot of its vertex."""
    nodes = len(wiring.names)
    above: dict[int, list[_Pull]] = {vertex: [] for layer in wiring.layers for vertex in layer}
    below: dict[int, list[_Pull]] = {vertex: [] for vertex in above}
    for strand in (strand for channel in wiring.channels for strand in channel):
        alone = len(strand.uppers) == len(strand.lowers) == 1
        for upper, lower in product(strand.uppers, strand.lowers):
            lines = (upper.vertex >= nodes) + (lower.vertex >= nodes)
            strength = (1, 2, STRAIGHT)[lines] * (ALONE if alone else 1)
            offset = pins[upper] - pins[lower]
            below[upper.vertex].append(_Pull(lower.vertex, -offset, strength))
            above[lower.vertex].append(_Pull(upper.vertex, offset, strength))
    return Pulls(above, below, {vertex: [*above[vertex], *below[vertex]] for vertex in above})


def bring_near(layers: Layers, steps: Steps, firsts: Mapping[int, int], pulled: Pulls) -> dict[int, int]:
    """First slots, each moved to the middle of all that pulls at it."""
    moved: dict[int, float] = {**firsts}
    rounds = min(max(MOVES // (2 * len(moved) + 1), 2), ROUNDS)
    for index in [*range(len(layers)), *reversed(range(len(layers)))] * rounds:
        _move(moved, layers[index], steps[index], pulled.all, mean)
    return _in_slots(layers, steps, moved)


def bring_in_line(layers: Layers, steps: Steps, firsts: Mapping[int, int], pulled: Pulls) -> dict[int, int]:
    """First slots, each moved in line with what pulls most: upwards with those below, then downwards.

    To look at one side at a time keeps two that only follow each other from staying where they are.
    """
    moved: dict[int, float] = {**firsts}
    for _ in range(2):
        for index in reversed(range(len(layers))):
            _move(moved, layers[index], steps[index], pulled.below, median)
        for index in range(len(layers)):
            _move(moved, layers[index], steps[index], pulled.above, median)
    return _in_slots(layers, steps, moved)


def in_order(wishes: Sequence[Sequence[Wish]], middle: Middle) -> list[float]:
    """Places, none before the one before it, that are best for all wishes; each has one or more.

    Those that would change places are moved as one block, to the middle of all its wishes.
    """
    blocks: list[tuple[float, Sequence[Wish], int]] = []  # place, wishes, members
    for wanted in wishes:
        place, members = middle(wanted), 1
        while blocks and blocks[-1][0] > place:
            _, before, more = blocks.pop()
            wanted, members = [*before, *wanted], members + more
            place = middle(wanted)
        blocks.append((place, wanted, members))
    return [place for place, _, members in blocks for _ in range(members)]


def mean(wishes: Sequence[Wish]) -> float:
    """Least squares: all have a part in it."""
    if len(wishes) == 1:
        return wishes[0][0]
    return sum([place * strength for place, strength in wishes]) / sum([strength for _, strength in wishes])


def median(wishes: Sequence[Wish]) -> float:
    """Least distances: as much strength pulls to the left as to the right, so that most often one has its wish."""
    if len(wishes) == 1:
        return wishes[0][0]
    ordered = sorted(wishes)
    passed = list(accumulate([strength for _, strength in ordered]))
    half = passed[-1] / 2
    left, right = bisect_left(passed, half), min(bisect_right(passed, half), len(ordered) - 1)
    return (ordered[left][0] + ordered[right][0]) / 2


def _move(
    firsts: dict[int, float],
    layer: Sequence[int],
    steps: Sequence[int],
    pulled: Mapping[int, Sequence[_Pull]],
    middle: Middle,
) -> None:
    """Move the vertices of one layer; what nothing pulls at stays where it can."""
    wishes = [
        [(firsts[other] + offset - step, strength) for other, offset, strength in pulled[vertex]]
        or [(firsts[vertex] - step, 0.5)]
        for vertex, step in zip(layer, steps, strict=True)
    ]
    places = in_order(wishes, middle)
    firsts.update((vertex, place + step) for vertex, place, step in zip(layer, places, steps, strict=True))


def _in_slots(layers: Layers, steps: Steps, firsts: Mapping[int, float]) -> dict[int, int]:
    """Whole slots; as all of a layer are rounded alike, they stay apart."""
    return {
        vertex: floor(firsts[vertex] - step + 0.5) + step
        for layer, row in zip(layers, steps, strict=True)
        for vertex, step in zip(layer, row, strict=True)
    }
