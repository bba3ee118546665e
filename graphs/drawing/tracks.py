"""Tracks of a flow: where between two layers the lines of one channel turn."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count
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
    uppers: Sequence[int]
    """Slots of lines that come down to it."""
    lowers: Sequence[int]
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
        uppers, lowers = [slots[pin] for pin in strand.uppers], [slots[pin] for pin in strand.lowers]
        if uppers != lowers or len(uppers) > 1:  # it does not lead straight on
            lines.append(_line(index, uppers, lowers))
    pinned = (slots[pin] for strand in channel for pin in (*strand.uppers, *strand.lowers))
    lines, below = _without_circles(lines, pinned)
    above = _turned(below)
    found: dict[int, Turn] = {}
    for index, track in _packed(lines, above, _ordered(lines, above)).items():
        line = lines[index]
        before = found.get(line.strand)  # the half above
        found[line.strand] = Turn(before.upper if before else track, track, line.between)
    return found


def _line(strand: int, uppers: Sequence[int], lowers: Sequence[int], between: int | None = None) -> _Line:
    slots = [*uppers, *lowers] if between is None else [*uppers, *lowers, between]
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


def _without_circles(lines: list[_Line], pinned: Iterable[int]) -> tuple[list[_Line], list[set[int]]]:
    """The lines, as many as it takes cut in halves, and for each those below it; `pinned` are the slots of pins."""
    taken: set[int] = set()
    while circling := _circling(below := _below(lines)):
        taken.update(pinned)
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
    return lines, below


def _circling(below: Sequence[Collection[int]]) -> list[int]:
    """The lines that are in a circle, or between two."""
    left = {index for index, found in enumerate(below) if found}
    for succession in (below, _turned(below)) if left else ():
        while ending := {index for index in left if left.isdisjoint(succession[index])}:
            left -= ending
    return sorted(left)


def _turned(below: Sequence[Collection[int]]) -> list[set[int]]:
    above: list[set[int]] = [set() for _ in below]
    for index, found in enumerate(below):
        for other in found:
            above[other].add(index)
    return above


def _ordered(lines: Sequence[_Line], above: Sequence[Collection[int]]) -> list[int]:
    """From above to below, with few crossings: of the lines that may come next the one that crosses least."""
    costs = [0] * len(lines)  # crossings more, if a line is above all that are left, than if it is below them
    shares: list[list[tuple[int, int]]] = [[] for _ in lines]  # what each of the others has in them
    beside = sorted(range(len(lines)), key=lambda index: lines[index].first)
    for turn, one in enumerate(beside, 1):
        for other in beside[turn:]:
            if lines[other].first >= lines[one].last:
                break  # as are all that come after it
            cost = _crossed(lines[one], lines[other])
            if cost:
                costs[one] += cost
                costs[other] -= cost
                shares[one].append((other, cost))
                shares[other].append((one, -cost))
    left = set(range(len(lines)))
    order = []
    while left:
        _, best = min([(costs[index], index) for index in left if left.isdisjoint(above[index])])
        left.remove(best)
        order.append(best)
        for other, cost in shares[best]:
            costs[other] += cost
    return order


def _crossed(one: _Line, other: _Line) -> int:
    """How often two lines cross more when one is above the other than when it is below."""
    found = 0
    for slot in other.uppers:
        found += one.first < slot < one.last
    for slot in one.lowers:
        found += other.first < slot < other.last
    for slot in one.uppers:
        found -= other.first < slot < other.last
    for slot in other.lowers:
        found -= one.first < slot < one.last
    return found


def _packed(lines: Sequence[_Line], above: Sequence[Collection[int]], order: Sequence[int]) -> dict[int, int]:
    """The uppermost track for each line that is below all before it that it meets, or must be below."""
    tracks: dict[int, int] = {}
    for index in order:
        line, higher = lines[index], above[index]
        track = 0
        for other, taken in tracks.items():
            if taken >= track and (
                other in higher or (lines[other].first <= line.last and line.first <= lines[other].last)
            ):
                track = taken + 1
        tracks[index] = track
    return tracks
