"""Tracks of a flow: where between two layers the lines of one channel turn."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, count
from typing import NamedTuple

from graphdeck.graphs.drawing.nets import Pin, Strand


class Turn(NamedTuple):
    """Where a strand runs across its channel; tracks count from the layer above."""

    upper: int
    """Track at which the lines from above end."""
    lower: int
    """Track at which the lines to below begin: mostly the same."""
    between: int | None = None
    """Slot of the line that leads from one track to the other, where they differ."""


class _Line(NamedTuple):
    """What has to get a track: a strand, or half of one that turns twice."""

    strand: int
    uppers: tuple[int, ...]
    """Slots of lines that come down to it."""
    lowers: tuple[int, ...]
    """Slots of lines that go down from it."""
    first: int
    """The least of its slots."""
    last: int
    """The greatest."""
    between: int | None = None
    """Slot of the line to its other half."""


def turns(channel: Sequence[Strand], slots: Mapping[Pin, int]) -> dict[int, Turn]:
    """Where the strands of a channel turn, by their place in it; one that leads straight on does not turn.

    Two lines share a track only where they are apart. A line that comes down in a slot in which another one goes on
    down has the track above; where lines want this of each other in a circle, one of them turns twice, in a slot that
    no pin has.
    """
    lines = []
    for index, strand in enumerate(channel):
        uppers, lowers = (tuple(slots[pin] for pin in pins) for pins in (strand.uppers, strand.lowers))
        if len({*uppers, *lowers}) > 1:
            lines.append(_line(index, uppers, lowers))
    lines = _without_circles(lines, {slots[pin] for strand in channel for pin in (*strand.uppers, *strand.lowers)})
    found: dict[int, Turn] = {}
    for line, track in _packed(_ordered(lines)):
        before = found.get(line.strand)  # the half above
        found[line.strand] = Turn(before.upper if before else track, track, line.between)
    return found


def _line(strand: int, uppers: tuple[int, ...], lowers: tuple[int, ...], between: int | None = None) -> _Line:
    slots = (*uppers, *lowers) if between is None else (*uppers, *lowers, between)
    return _Line(strand, uppers, lowers, min(slots), max(slots), between)


def _below(lines: Sequence[_Line]) -> list[set[int]]:
    """For each line those whose tracks must be below its own."""
    owners = {slot: index for index, line in enumerate(lines) for slot in line.lowers}
    halves = {line.between: index for index, line in enumerate(lines) if line.between is not None and line.lowers}
    found = []
    for index, line in enumerate(lines):
        below = {owners[slot] for slot in line.uppers if slot in owners} - {index}
        if line.between is not None and line.uppers:
            below.add(halves[line.between])
        found.append(below)
    return found


def _without_circles(lines: list[_Line], taken: set[int]) -> list[_Line]:
    """The lines, with as many cut in halves as it takes."""
    while True:
        circling = _circling(_below(lines))
        if not circling:
            return lines
        cut = min(circling, key=lambda index: len(lines[index].uppers) + len(lines[index].lowers))
        line = lines[cut]
        middle = (line.first + line.last) // 2
        free = next(
            slot for away in count() for slot in (middle - away, middle + away) if slot >= 0 and slot not in taken
        )
        taken.add(free)
        lines = [
            *lines[:cut],
            _line(line.strand, line.uppers, (), free),
            _line(line.strand, (), line.lowers, free),
            *lines[cut + 1 :],
        ]


def _circling(below: Sequence[Iterable[int]]) -> list[int]:
    """The lines that are in a circle, or between two."""
    left = set(range(len(below)))
    for succession in (below, _turned(below)):
        while ending := {index for index in left if not left.intersection(succession[index])}:
            left -= ending
    return sorted(left)


def _turned(below: Sequence[Iterable[int]]) -> list[set[int]]:
    above: list[set[int]] = [set() for _ in below]
    for index, found in enumerate(below):
        for other in found:
            above[other].add(index)
    return above


def _ordered(lines: Sequence[_Line]) -> list[_Line]:
    """From above to below, with few crossings: of the lines that may come next the one that crosses least."""
    above = _turned(_below(lines))
    left = set(range(len(lines)))
    cost = [[0] * len(lines) for _ in lines]  # crossings more, if one is above the other, than the other way round
    for one, other in combinations(left, 2):
        cost[one][other] = _crossed(lines[one], lines[other]) - _crossed(lines[other], lines[one])
        cost[other][one] = -cost[one][other]
    costs = [sum(row) for row in cost]
    order = []
    while left:
        best = min((index for index in left if not above[index] & left), key=lambda index: (costs[index], index))
        left.remove(best)
        order.append(lines[best])
        costs = [before - row[best] for before, row in zip(costs, cost, strict=True)]
    return order


def _crossed(upper: _Line, lower: _Line) -> int:
    """How often two lines cross when one is above the other."""
    if upper.last < lower.first or lower.last < upper.first:
        return 0
    found = 0
    for slot in lower.uppers:
        found += upper.first < slot < upper.last
    for slot in upper.lowers:
        found += lower.first < slot < lower.last
    return found


def _packed(order: Sequence[_Line]) -> list[tuple[_Line, int]]:
    """The uppermost track for each line that is below all before it that it meets, or must be below."""
    below = _below(order)
    packed: list[tuple[_Line, int]] = []
    for index, line in enumerate(order):
        meeting = (
            track
            for other, (before, track) in enumerate(packed)
            if index in below[other] or (before.first <= line.last and line.first <= before.last)
        )
        packed.append((line, max(meeting, default=-1) + 1))
    return packed
