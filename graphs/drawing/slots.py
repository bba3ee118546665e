"""Where the vertices and pins of a flow stand across the way it flows, counted in slots.

A slot is what a line needs: two columns from left to right, one row from top to bottom. A pin stands in one slot, a
box reaches over the slots of its pins and its name.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import ceil, floor, inf
from typing import NamedTuple, TypeAlias

from graphdeck.graphs.drawing.nets import Pin, Strand, Wiring
from graphdeck.graphs.drawing.vertices import bring_in_line, bring_near, in_order, mean, pulls

Side: TypeAlias = tuple[int, bool]
"""A vertex, and whether it is its upper side."""


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
    for bring in (bring_near, bring_in_line):
        firsts = bring(wiring.layers, steps, firsts, pulls(wiring, offsets))
        pins = _place_pins(wiring, sides, Slots(firsts, boxes, {}), grid)
        offsets = {pin: slot - firsts[pin.vertex] for pin, slot in pins.items()}
    least = min(firsts.values(), default=0)
    return Slots(
        {vertex: first - least for vertex, first in firsts.items()},
        boxes,
        {pin: slot - least for pin, slot in pins.items()},
    )


# -- sides and boxes ---------------------------------------------------------------------------------------------


def _sides(wiring: Wiring) -> dict[Side, list[Pin]]:
    """The pins of each side, from left to right as what they lead to stands; of one vertex, as their pins there do."""
    turn = {vertex: index for layer in wiring.layers for index, vertex in enumerate(layer)}
    strands = [strand for channel in wiring.channels for strand in channel]
    pairs = [pair for strand in strands for pair in ((strand.uppers, strand.lowers), (strand.lowers, strand.uppers))]
    toward = {pin: _toward(pin, pins, others, turn) for pins, others in pairs for pin in pins}
    keys: dict[Pin, tuple[float, float, int, int]] = {}
    for pins, others in pairs:
        there = sum(toward[other] for other in others) / len(others) if others else 0
        keys.update((pin, (toward[pin], there, pin.net, pin.edge)) for pin in pins)
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


def _steps(layer: Sequence[int], boxes: Mapping[int, Box], nodes: int, grid: Grid) -> list[int]:
    """How far each vertex stands, at least, behind the first."""
    steps = [0]
    for vertex, after in pairwise(layer):
        box, lines = boxes[vertex], (vertex >= nodes) + (after >= nodes)
        gap = (grid.between_boxes, grid.beside_box, 1)[lines]
        steps.append(box.slots - 1 + max(gap, box.label + 1))
    return list(accumulate(steps))


# -- pins ------------------------------------------------------------------------------------------------------


def _place_pins(wiring: Wiring, sides: Mapping[Side, Sequence[Pin]], slots: Slots, grid: Grid) -> dict[Pin, int]:
    """First the pins below each layer, then those on top of the next in line with them where that can be, and back."""
    nodes = len(wiring.names)
    strands = [
        strand
        for channel in wiring.channels
        for strand in channel
        if any(pin.vertex < nodes for pin in (*strand.uppers, *strand.lowers))
    ]
    placed: dict[Pin, int] = {}
    wishes: dict[Pin, float] = {}
    for (vertex, _), pins in sides.items():
        if vertex >= nodes:
            placed.update(dict.fromkeys(pins, slots.firsts[vertex]))
    for strand in strands:
        if len(strand.uppers) == len(strand.lowers) == 1:
            wishes.update(dict.fromkeys((*strand.uppers, *strand.lowers), _common(strand, slots)))
    for lower in (False, True, False):
        for strand in strands:
            pins, others = (strand.lowers, strand.uppers) if lower else (strand.uppers, strand.lowers)
            if len(others) == 1 and others[0] in placed and (lower or len(pins) == 1):
                wishes.update(dict.fromkeys(pins, placed[others[0]]))
        for (vertex, below), found in sides.items():
            if below == lower and vertex < nodes:
                placed.update(_on_side(found, vertex, wishes, slots, grid))
    return placed


def _common(strand: Strand, slots: Slots) -> float:
    """The middle of the slots that both ends of a strand have, or of what lies between them."""
    spans = [_span(pin.vertex, slots) for pin in (*strand.uppers, *strand.lowers)]
    return floor((max(first for first, _ in spans) + min(last for _, last in spans)) / 2)


def _span(vertex: int, slots: Slots) -> tuple[int, int]:
    first = slots.firsts[vertex]
    return first, first + slots.boxes[vertex].slots - 1


def _on_side(pins: Sequence[Pin], vertex: int, wishes: Mapping[Pin, float], slots: Slots, grid: Grid) -> dict[Pin, int]:
    """The pins of one side: where they wish to be if that is at the box, else around its middle."""
    first, last = _span(vertex, slots)
    needs = [grid.need(pin.label) for pin in pins]
    offsets = list(accumulate(needs[:-1], initial=0))
    high = min(last, last + slots.boxes[vertex].label + 1 - needs[-1]) - offsets[-1]
    middle = (first + last - offsets[-1]) / 2
    if len(pins) == 1:
        wish = wishes.get(pins[0], inf)
        return {pins[0]: floor(min(wish if first <= wish <= last else middle, high) + 0.5)}
    wanted = [
        [(wish - offset if first <= wish <= last else middle, 1.0)]
        for wish, offset in zip([wishes.get(pin, inf) for pin in pins], offsets, strict=True)
    ]
    return {
        pin: floor(min(max(place, first), high) + 0.5) + offset
        for pin, place, offset in zip(pins, in_order(wanted, mean), offsets, strict=True)
    }
