"""Where the vertices and pins of a flow stand across the way it flows, counted in slots.

A slot is what a line needs: two columns from left to right, one row from top to bottom. A pin stands in one slot, a
box reaches over the slots of its pins and its name.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from math import ceil, floor, inf
from typing import NamedTuple, TypeAlias

from graphdeck.graphs.drawing.nets import Pin, Strand, Wiring
from graphdeck.graphs.drawing.vertices import bring_in_line, bring_near, means_in_order, pulls

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


class _Row(NamedTuple):
    """The pins of one side of a node, from left to right."""

    pins: Sequence[Pin]
    offsets: Sequence[int]
    """Slots from the first pin to each, at least."""
    need: int
    """Slots from the last pin to what comes next."""


def place(wiring: Wiring, grid: Grid) -> Slots:
    """Give every vertex and pin its slots: no two overlap, and neighbours are in line where there is room."""
    nodes = len(wiring.names)
    strands = [
        strand for strand in wiring.strands if min([pin.vertex for pin in (*strand.uppers, *strand.lowers)]) < nodes
    ]
    sides = {side: _row(pins, grid) for side, pins in _sides(wiring, strands).items()}
    boxes = _boxes(wiring, sides, grid)
    least = {vertex: step for layer in wiring.layers for vertex, step in _steps(layer, boxes, nodes, grid)}
    offsets: Mapping[Pin, float] = {
        pin: (boxes[pin.vertex].slots - 1) / 2 for row in sides.values() for pin in row.pins
    }
    shifts = dict.fromkeys(least, 0)
    for bring in (bring_near, bring_in_line):
        shifts = bring(wiring.layers, shifts, pulls(wiring, least, offsets))
        firsts = {vertex: least[vertex] + shift for vertex, shift in shifts.items()}
        pins = _place_pins(strands, sides, firsts, boxes)
        offsets = {pin: slot - firsts[pin.vertex] for pin, slot in pins.items()}
    margin = min(firsts.values(), default=0)
    firsts = {vertex: first - margin for vertex, first in firsts.items()}
    found = {pin: firsts[pin.vertex] for strand in wiring.strands for pin in (*strand.uppers, *strand.lowers)}
    found.update((pin, slot - margin) for pin, slot in pins.items())
    return Slots(firsts, boxes, found)


# -- sides and boxes ---------------------------------------------------------------------------------------------


def _sides(wiring: Wiring, strands: Sequence[Strand]) -> dict[Side, list[Pin]]:
    """The pins of each side, from left to right as what they lead to stands; of one vertex, as their pins there do."""
    nodes = len(wiring.names)
    turn = {vertex: index for layer in wiring.layers for index, vertex in enumerate(layer)}
    pairs = [pair for strand in strands for pair in ((strand.uppers, strand.lowers), (strand.lowers, strand.uppers))]
    toward = {pin: _toward(pin, pins, others, turn) for pins, others in pairs for pin in pins}
    keys: dict[Pin, tuple[float, float, int, int]] = {}
    for pins, others in pairs:
        there = sum([toward[other] for other in others]) / len(others) if others else 0
        keys.update((pin, (toward[pin], there, pin.net, pin.edge)) for pin in pins if pin.vertex < nodes)
    sides: dict[Side, list[Pin]] = {}
    for pin in sorted(keys, key=keys.__getitem__):
        sides.setdefault((pin.vertex, pin.lower), []).append(pin)
    return sides


def _toward(pin: Pin, pins: Sequence[Pin], others: Sequence[Pin], turn: Mapping[int, int]) -> float:
    """Where a pin's line goes: the middle of what it leads to, or outwards to a node of its own layer."""
    if others:
        return sum([turn[other.vertex] for other in others]) / len(others)
    return -inf if any(turn[other.vertex] < turn[pin.vertex] for other in pins) else inf


def _row(pins: Sequence[Pin], grid: Grid) -> _Row:
    *steps, need = [grid.need(pin.label) for pin in pins]
    return _Row(pins, list(accumulate(steps, initial=0)), need)


def _boxes(wiring: Wiring, sides: Mapping[Side, _Row], grid: Grid) -> dict[int, Box]:
    line = Box(1)
    boxes = {vertex: line for layer in wiring.layers for vertex in layer}
    for vertex in range(len(wiring.names)):
        rows = [sides[vertex, lower] for lower in (False, True) if (vertex, lower) in sides]
        slots = max([grid.boxes[vertex], *(row.offsets[-1] + 1 for row in rows)])
        beyond = [_last_in_middle(row, slots) + row.need - slots for row in rows]
        boxes[vertex] = Box(slots, max([0, *beyond]))
    return boxes


def _last_in_middle(row: _Row, slots: int) -> int:
    """Slot of the last pin, from 0, when the pins stand in the middle of their box."""
    return ceil((slots - 1 + row.offsets[-1]) / 2)


def _steps(layer: Sequence[int], boxes: Mapping[int, Box], nodes: int, grid: Grid) -> Iterator[tuple[int, int]]:
    """How far each vertex stands, at least, behind the first."""
    steps = [0]
    for vertex, after in pairwise(layer):
        box, lines = boxes[vertex], (vertex >= nodes) + (after >= nodes)
        gap = (grid.between_boxes, grid.beside_box, 1)[lines]
        steps.append(box.slots - 1 + max(gap, box.label + 1))
    return zip(layer, accumulate(steps), strict=True)


# -- pins ------------------------------------------------------------------------------------------------------


def _place_pins(
    strands: Sequence[Strand], sides: Mapping[Side, _Row], firsts: Mapping[int, int], boxes: Mapping[int, Box]
) -> dict[Pin, int]:
    """First the pins below each layer, then those on top of the next in line with them where that can be, and back."""
    placed: dict[Pin, int] = {
        pin: firsts[pin.vertex]
        for strand in strands
        for pin in (*strand.uppers, *strand.lowers)
        if (pin.vertex, pin.lower) not in sides
    }
    wishes: dict[Pin, int] = {}
    for strand in strands:
        if len(strand.uppers) == len(strand.lowers) == 1:
            upper, lower = strand.uppers[0], strand.lowers[0]
            wishes[upper] = wishes[lower] = _common(_span(upper, firsts, boxes), _span(lower, firsts, boxes))
    for is_lower in (False, True, False):
        for strand in strands:
            pins, others = (strand.lowers, strand.uppers) if is_lower else (strand.uppers, strand.lowers)
            if len(others) == 1 and others[0] in placed and (is_lower or len(pins) == 1):
                for pin in pins:
                    wishes[pin] = placed[others[0]]
        for (vertex, below), row in sides.items():
            if below == is_lower:
                placed.update(zip(row.pins, _on_side(row, firsts[vertex], boxes[vertex], wishes), strict=True))
    return placed


def _span(pin: Pin, firsts: Mapping[int, int], boxes: Mapping[int, Box]) -> tuple[int, int]:
    """The slots that a pin's vertex has: the first and the last."""
    first = firsts[pin.vertex]
    return first, first + boxes[pin.vertex].slots - 1


def _common(one: tuple[int, int], other: tuple[int, int]) -> int:
    """The middle of the slots that two spans have in common, or of what lies between them."""
    return (max(one[0], other[0]) + min(one[1], other[1])) // 2


def _on_side(row: _Row, first: int, box: Box, wishes: Mapping[Pin, int]) -> list[int]:
    """Slots for the pins of one side: where they wish to be if that is at the box, else around its middle."""
    last = first + box.slots - 1
    highest = last + min(0, box.label + 1 - row.need) - row.offsets[-1]
    middle = (first + last - row.offsets[-1]) / 2
    wanted = []
    for pin, offset in zip(row.pins, row.offsets, strict=True):
        wish = wishes.get(pin, inf)
        wanted.append((wish - offset if first <= wish <= last else middle, 1))
    if len(wanted) == 1:
        return [floor(min(wanted[0][0], highest) + 0.5)]
    return [
        floor(min(max(place, first), highest) + 0.5) + offset
        for place, offset in zip(means_in_order(wanted), row.offsets, strict=True)
    ]
