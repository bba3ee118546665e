"""Where the vertices of a flow stand side by side: near to what they are joined to, then in line with it.

A vertex stands behind its least place by its *shift*. Those of a layer stand apart as long as no shift is less than
that of the vertex before.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from math import floor
from typing import NamedTuple, TypeAlias

from graphdeck.graphs.drawing.layers import Layers
from graphdeck.graphs.drawing.nets import Pin, Wiring

MOVES, ROUNDS = 1000, 10
"""Times that a vertex is moved near to others, and times that all are, at most: less often the more there are."""
ALONE, STRAIGHT = 3, 8
"""How much more a line that neither forks nor joins wants to be straight, and one that passes through a layer."""
STAY = 0.5
"""How strongly what nothing pulls at wants to stay where it is."""

Pull: TypeAlias = tuple[int, float, float]
"""The vertex that pulls, the shift that it wants from its own one, and how strongly."""
Wish: TypeAlias = tuple[float, float]
"""A shift, and how strong the wish for it is."""
Moment: TypeAlias = tuple[float, float]
"""Of some wishes the sum of the shifts, each times its strength, and the sum of the strengths."""


class Pulls(NamedTuple):
    """What pulls at each vertex from the layer above and from the layer below."""

    above: Mapping[int, Sequence[Pull]]
    below: Mapping[int, Sequence[Pull]]


def pulls(wiring: Wiring, least: Mapping[int, int], offsets: Mapping[Pin, float]) -> Pulls:
    """What the strands pull at.

    `least` has each vertex' least place, `offsets` how far the pins of nodes are from the first slot of their box.
    """
    nodes = len(wiring.names)
    above: dict[int, list[Pull]] = {vertex: [] for vertex in least}
    below: dict[int, list[Pull]] = {vertex: [] for vertex in least}
    for strand in wiring.strands:
        alone = len(strand.uppers) == len(strand.lowers) == 1
        for upper, lower in product(strand.uppers, strand.lowers):
            one, other = upper.vertex, lower.vertex
            strength = (1, 2, STRAIGHT)[(one >= nodes) + (other >= nodes)] * (ALONE if alone else 1)
            offset: float = least[one] - least[other]
            if one < nodes:
                offset += offsets[upper]
            if other < nodes:
                offset -= offsets[lower]
            below[one].append((other, -offset, strength))
            above[other].append((one, offset, strength))
    return Pulls(above, below)


def bring_near(layers: Layers, shifts: Mapping[int, int], pulled: Pulls) -> dict[int, int]:
    """Shifts, each moved to the middle of all that pulls at it."""
    moved: dict[int, float] = {**shifts}
    at_both = {vertex: [*pulled.above[vertex], *pulled.below[vertex]] for vertex in moved}
    pulling = {vertex: found or [(vertex, 0, STAY)] for vertex, found in at_both.items()}
    strengths = {vertex: sum([strength for _, _, strength in found]) for vertex, found in pulling.items()}
    rounds = min(max(MOVES // (2 * len(moved) + 1), 2), ROUNDS)
    for layer in [*layers, *reversed(layers)] * rounds:
        moments = []
        for vertex in layer:
            moment = 0.0
            for other, offset, strength in pulling[vertex]:
                moment += (moved[other] + offset) * strength
            moments.append((moment, strengths[vertex]))
        moved.update(zip(layer, means_in_order(moments), strict=True))
    return {vertex: floor(shift + 0.5) for vertex, shift in moved.items()}


def bring_in_line(layers: Layers, shifts: Mapping[int, int], pulled: Pulls) -> dict[int, int]:
    """Shifts, each moved in line with what pulls most: upwards with those below, then downwards.

    To look at one side at a time keeps two that only follow each other from staying where they are.
    """
    moved: dict[int, float] = {**shifts}
    for pulling, order in ((pulled.below, layers[::-1]), (pulled.above, layers)) * 2:
        for layer in order:
            wishes = []
            for vertex in layer:
                wanted = []
                for other, offset, strength in pulling[vertex]:
                    wanted.append((moved[other] + offset, strength))
                wishes.append(wanted or [(moved[vertex], STAY)])
            moved.update(zip(layer, medians_in_order(wishes), strict=True))
    return {vertex: floor(shift + 0.5) for vertex, shift in moved.items()}


def means_in_order(moments: Iterable[Moment]) -> list[float]:
    """Shifts, none less than the one before it, with the least squares to what is wished for; all have a part in it.

    Those that would change places are moved as one block, to the mean of all its wishes.
    """
    blocks: list[tuple[float, float, float, int]] = []  # shift, moment, strength, members
    for moment, strength in moments:
        shift, members = moment / strength, 1
        while blocks and blocks[-1][0] > shift:
            _, before, weight, more = blocks.pop()
            moment, strength, members = before + moment, weight + strength, more + members
            shift = moment / strength
        blocks.append((shift, moment, strength, members))
    return [shift for shift, _, _, members in blocks for _ in range(members)]


def medians_in_order(wishes: Iterable[list[Wish]]) -> list[float]:
    """Shifts, none less than the one before it, with the least distances to what is wished for: most often to one.

    Each has one wish or more. Those that would change places are moved as one block, to the median of all its wishes.
    """
    blocks: list[tuple[float, list[Wish], float, int]] = []  # shift, wishes, their strength, members
    for wanted in wishes:
        (shift, strength), *others = wanted
        members = 1
        if others:
            strength += sum([other for _, other in others])
            shift = _median(wanted, strength / 2)
        while blocks and blocks[-1][0] > shift:
            _, before, weight, more = blocks.pop()
            wanted += before
            strength, members = strength + weight, members + more
            shift = _median(wanted, strength / 2)
        blocks.append((shift, wanted, strength, members))
    return [shift for shift, _, _, members in blocks for _ in range(members)]


def _median(wishes: list[Wish], half: float) -> float:
    """Sorts the wishes: as much strength, half of all, pulls to the left as to the right."""
    wishes.sort()
    index, passed = 0, wishes[0][1]
    while passed < half:
        index += 1
        passed += wishes[index][1]
    return (wishes[index][0] + wishes[index + (passed == half)][0]) / 2
