"""Where the vertices and pins of a flow stand across the way it flows, counted in slots.

A slot is what a line needs: two columns from left to right, one row from top to bottom. A pin stands in one slot, a
box reaches over the slots of its pins and its name.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import ceil, floor, inf
from typing import NamedTuple, TypeAlias

from graphdeck.graphs.drawing.nets import Pin, Strand, Wiring

Side: TypeAlias = tuple[int, bool]
"""A vertex, and whether it is its upper side."""

MOVES, ROUNDS = 1500, 10
"""Times that a vertex is moved to where its neighbours are, and times that all are, at most: few where there are many.
"""
ALONE, STRAIGHT = 3, 8
"""How much more a line that neither forks nor joins wants to be straight, and one that passes through a layer."""


class Grid(NamedTuple):
    """How much room things need, in slots."""

    boxes: Sequence[int]
    """Slots that each node's box needs for its name, at least."""
    need: Callable[[str], int]
    """Slots from a pin with this label to the next one."""
    between_boxes: int
    """From a box's last slot to the next one's first."""
    beside_box: int
    """From a box's last slot to a line, and back."""


class Box(NamedTuple):
    """A node's or a passing line's share of its layer."""

    slots: int
    """Slots of the box; a line has one."""
    label: int = 0
    """Slots that a label reaches beyond it."""


class Slots(NamedTuple):
    """Where everything stands."""

    firsts: Mapping[int, int]
    """First slot by vertex."""
    boxes: Mapping[int, Box]
    """Size by vertex."""
    pins: Mapping[Pin, int]
    """Slot of each pin."""


def place(wiring: Wiring, grid: Grid) -> Slots:
    """Give every vertex and pin its slots: no two overlap, and neighbours are in line where there is room."""
    sides = _sides(wiring)
    boxes = _boxes(wiring, sides, grid)
    steps = [_steps(layer, boxes, len(wiring.names), grid) for layer in wiring.layers]
    firsts = {
        vertex: step
        for layer, row in zip(wiring.layers, steps, strict=True)
        for vertex, step in zip(layer, row, strict=True)
    }
    offsets: Mapping[Pin, float] = {pin: (boxes[pin.vertex].slots - 1) / 2 for pins in sides.values() for pin in pins}
    for wish in (_mean, _median):
        firsts = _place_vertices(wiring, steps, firsts, _pulls(wiring, offsets), wish)
        pins = _place_pins(wiring, sides, Slots(firsts, boxes, {}), grid)
        offsets = {pin: slot - firsts[pin.vertex] for pin, slot in pins.items()}
    least = min(firsts.values(), default=0)
    return Slots(
        {vertex: first - least for vertex, first in firsts.items()},
        boxes,
        {pin: slot - least for pin, slot in pins.items()},
    )


def spread(wishes: Sequence[float], offsets: Sequence[int], weights: Sequence[float]) -> list[float]:
    """The places nearest to the wishes (least squares) of which each is its offset or more after the one before.

    Offsets count from the first. Neighbours whose wishes are too close are moved as one block.
    """
    blocks: list[tuple[float, float, int]] = []  # mean, weight, members
    for wish, offset, weight in zip(wishes, offsets, weights, strict=True):
        mean, members = wish - offset, 1
        while blocks and blocks[-1][0] > mean:
            before, heavy, more = blocks.pop()
            mean = (before * heavy + mean * weight) / (heavy + weight)
            weight, members = heavy + weight, members + more
        blocks.append((mean, weight, members))
    means = [mean for mean, _, members in blocks for _ in range(members)]
    return [mean + offset for mean, offset in zip(means, offsets, strict=True)]


# -- pins in order ---------------------------------------------------------------------------------------------


def _sides(wiring: Wiring) -> dict[Side, list[Pin]]:
    """The pins of each side, from left to right as what they lead to stands."""
    turn = {vertex: index for layer in wiring.layers for index, vertex in enumerate(layer)}
    keys: dict[Pin, tuple[float, int, int]] = {}
    for channel in wiring.channels:
        for strand in channel:
            for pins, others in ((strand.uppers, strand.lowers), (strand.lowers, strand.uppers)):
                for pin in pins:
                    keys[pin] = (_toward(pin, pins, others, turn), strand.net, pin.edge)
    sides: dict[Side, list[Pin]] = {}
    for pin in sorted(keys, key=keys.__getitem__):
        sides.setdefault((pin.vertex, pin.lower), []).append(pin)
    return sides


def _toward(pin: Pin, pins: Sequence[Pin], others: Sequence[Pin], turn: Mapping[int, int]) -> float:
    """Where a pin's line goes: the middle of what it leads to, or outwards to a node of its own layer."""
    if others:
        return sum(turn[other.vertex] for other in others) / len(others)
    return -inf if any(turn[other.vertex] < turn[pin.vertex] for other in pins) else inf


def _boxes(wiring: Wiring, sides: Mapping[Side, Sequence[Pin]], grid: Grid) -> dict[int, Box]:
    boxes = {}
    for vertex in (vertex for layer in wiring.layers for vertex in layer):
        if vertex >= len(wiring.names):
            boxes[vertex] = Box(1)
            continue
        needs = [[grid.need(pin.label) for pin in sides.get((vertex, lower), ())] for lower in (False, True)]
        slots = max(grid.boxes[vertex], *(sum(side[:-1]) + 1 for side in needs))
        beyond = [_last_in_middle(side, slots) + side[-1] - slots for side in needs if side]
        boxes[vertex] = Box(slots, max(0, *beyond, 0))
    return boxes


def _last_in_middle(needs: Sequence[int], slots: int) -> int:
    """Slot of the last pin, from 0, when the pins stand in the middle of their box."""
    return ceil((slots - 1 + sum(needs[:-1])) / 2)


# -- vertices --------------------------------------------------------------------------------------------------


class _Pull(NamedTuple):
    """What a vertex wants to be in line with."""

    other: int
    offset: float
    """Where its first slot then is, from the other's."""
    strength: float


_Wish: TypeAlias = Callable[[Mapping[int, float], int, Sequence[_Pull]], float]
"""Where a vertex wants to be, from the first slots of all and from what pulls at it."""


def _place_vertices(
    wiring: Wiring,
    steps: Sequence[Sequence[int]],
    before: Mapping[int, int],
    pulls: Mapping[int, Sequence[_Pull]],
    wish: _Wish,
) -> dict[int, int]:
    """First slots, layer after layer as near to their wishes as may be; `before` has where they start from."""
    weights = [[sum(pull.strength for pull in pulls[vertex]) or 1 for vertex in layer] for layer in wiring.layers]
    firsts: dict[int, float] = {**before}
    rounds = min(max(MOVES // (2 * len(firsts) + 1), 2), ROUNDS)
    for index in [*range(len(steps)), *reversed(range(len(steps)))] * rounds:
        layer = wiring.layers[index]
        wishes = [wish(firsts, vertex, pulls[vertex]) for vertex in layer]
        firsts.update(zip(layer, spread(wishes, steps[index], weights[index]), strict=True))
    return {
        vertex: floor(firsts[vertex] - step + 0.5) + step
        for layer, row in zip(wiring.layers, steps, strict=True)
        for vertex, step in zip(layer, row, strict=True)
    }


def _mean(firsts: Mapping[int, float], vertex: int, pulls: Sequence[_Pull]) -> float:
    """The place in the middle of all that pulls, by strength: brings everything near to where it belongs."""
    if not pulls:
        return firsts[vertex]
    return sum([(firsts[other] + offset) * strength for other, offset, strength in pulls]) / sum(
        [pull.strength for pull in pulls]
    )


def _median(firsts: Mapping[int, float], vertex: int, pulls: Sequence[_Pull]) -> float:
    """In line with one of them: the place that as much strength pulls to the left from as to the right."""
    if not pulls:
        return firsts[vertex]
    wishes = sorted([(firsts[other] + offset, strength) for other, offset, strength in pulls])
    half = sum([strength for _, strength in wishes]) / 2
    passed = list(accumulate([strength for _, strength in wishes]))
    return (wishes[bisect_left(passed, half)][0] + wishes[min(bisect_right(passed, half), len(wishes) - 1)][0]) / 2


def _steps(layer: Sequence[int], boxes: Mapping[int, Box], nodes: int, grid: Grid) -> list[int]:
    """How far each vertex stands, at least, behind the first."""
    steps = [0]
    for vertex, after in pairwise(layer):
        box, lines = boxes[vertex], (vertex >= nodes) + (after >= nodes)
        gap = (grid.between_boxes, grid.beside_box, 1)[lines]
        steps.append(box.slots - 1 + max(gap, box.label + 1))
    return list(accumulate(steps))


def _pulls(wiring: Wiring, pins: Mapping[Pin, float]) -> dict[int, list[_Pull]]:
    nodes = len(wiring.names)
    pulls: dict[int, list[_Pull]] = {vertex: [] for layer in wiring.layers for vertex in layer}
    for channel in wiring.channels:
        for strand in channel:
            alone = len(strand.uppers) == len(strand.lowers) == 1
            for upper in strand.uppers:
                for lower in strand.lowers:
                    lines = (upper.vertex >= nodes) + (lower.vertex >= nodes)
                    strength = (1, 2, STRAIGHT)[lines] * (ALONE if alone else 1)
                    offset = pins[upper] - pins[lower]
                    pulls[upper.vertex].append(_Pull(lower.vertex, -offset, strength))
                    pulls[lower.vertex].append(_Pull(upper.vertex, offset, strength))
    return pulls


# -- pins ------------------------------------------------------------------------------------------------------


def _place_pins(wiring: Wiring, sides: Mapping[Side, Sequence[Pin]], slots: Slots, grid: Grid) -> dict[Pin, int]:
    """First the pins below each layer, then those on top of the next, in line with them where that can be."""
    wishes: dict[Pin, float] = {}
    for channel in wiring.channels:
        for strand in channel:
            if len(strand.uppers) == len(strand.lowers) == 1:
                wishes.update(dict.fromkeys((*strand.uppers, *strand.lowers), _common(strand, slots)))
    placed: dict[Pin, int] = {}
    for lower in (False, True):
        if lower:
            for channel in wiring.channels:
                for strand in channel:
                    if len(strand.uppers) == 1:
                        wishes.update(dict.fromkeys(strand.lowers, placed[strand.uppers[0]]))
        for (vertex, below), pins in sides.items():
            if below == lower:
                placed.update(_on_side(pins, vertex, wishes, slots, grid))
    return placed


def _common(strand: Strand, slots: Slots) -> float:
    """A slot that both ends of a strand have, or what lies between them."""
    spans = [_span(pin.vertex, slots) for pin in (*strand.uppers, *strand.lowers)]
    low, high = max(first for first, _ in spans), min(last for _, last in spans)
    middle = sum(first + last for first, last in spans) / 4
    return floor(min(max(middle, low), high)) if low <= high else middle


def _span(vertex: int, slots: Slots) -> tuple[int, int]:
    first = slots.firsts[vertex]
    return first, first + slots.boxes[vertex].slots - 1


def _on_side(pins: Sequence[Pin], vertex: int, wishes: Mapping[Pin, float], slots: Slots, grid: Grid) -> dict[Pin, int]:
    """The pins of one side: where they wish to be if that is at the box, else around its middle."""
    first, last = _span(vertex, slots)
    if first == last:
        return dict.fromkeys(pins, first)
    needs = [grid.need(pin.label) for pin in pins]
    offsets = list(accumulate(needs[:-1], initial=0))
    high = min(last, last + slots.boxes[vertex].label + 1 - needs[-1]) - offsets[-1]
    middle = (first + last - offsets[-1]) / 2
    wanted = []
    for pin, offset in zip(pins, offsets, strict=True):
        wish = wishes.get(pin, inf)
        wanted.append(wish if first <= wish <= last else middle + offset)
    found = spread(wanted, offsets, [1] * len(pins))
    return {
        pin: floor(min(max(place - offset, first), high) + 0.5) + offset
        for pin, place, offset in zip(pins, found, offsets, strict=True)
    }
