"""Which items of two sequences belong together, as a person would say who sees both."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Final

_COMPARED: Final = 40_000
"""Pairs of items that are compared at the most where nothing stands out: 10 ms."""


def alignment(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Places of equal items in both, in ascending order, so that all others were taken out or put in.

    First what is alike at both ends, then what each side has once, then the most that can be had of a short rest; in
    a long one without anything unique, nothing. Takes little more time than it takes to read both.
    """
    found: list[tuple[int, int]] = []
    parts = [(0, len(before), 0, len(after))]
    while parts:
        start, end, from_, to = parts.pop()
        front = common(before[start:end], after[from_:to])
        found += zip(range(start, start + front), range(from_, from_ + front), strict=True)
        start, from_ = start + front, from_ + front
        back = common(before[start:end][::-1], after[from_:to][::-1])
        found += zip(range(end - back, end), range(to - back, to), strict=True)
        end, to = end - back, to - back
        if start == end or from_ == to:
            continue
        if anchors := _unique(before, after, (start, end, from_, to)):
            found += anchors
            for i, j in [*anchors, (end, to)]:
                parts.append((start, i, from_, j))
                start, from_ = i + 1, j + 1
        elif (end - start) * (to - from_) <= _COMPARED:
            found += _longest(before, after, (start, end, from_, to))
    return sorted(found)


def common(one: Sequence[object], other: Sequence[object]) -> int:
    """How many items, or characters, are equal at the beginning of both."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


_Part = tuple[int, int, int, int]


def _unique(before: Sequence[Hashable], after: Sequence[Hashable], part: _Part) -> list[tuple[int, int]]:
    """The longest ascending run of the items that both sides hold once."""
    start, end, from_, to = part
    ours, theirs = Counter(before[start:end]), Counter(after[from_:to])
    places = {after[j]: j for j in range(from_, to)}
    pairs = [
        (i, places[before[i]]) for i in range(start, end) if ours[before[i]] == 1 and theirs.get(before[i], 0) == 1
    ]
    ends: list[int] = []
    last: list[int] = []
    came_from: list[int] = []
    for number, (_, j) in enumerate(pairs):
        length = bisect_left(ends, j)
        came_from.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [j]
        last[length : length + 1] = [number]
    run: list[tuple[int, int]] = []
    here = last[-1] if last else -1
    while here >= 0:
        run.append(pairs[here])
        here = came_from[here]
    return run[::-1]


def _longest(before: Sequence[Hashable], after: Sequence[Hashable], part: _Part) -> list[tuple[int, int]]:
    """The longest common subsequence."""
    start, end, from_, to = part
    width = to - from_ + 1
    lengths = [[0] * width for _ in range(end - start + 1)]
    for i in range(end - start - 1, -1, -1):
        row, below = lengths[i], lengths[i + 1]
        for j in range(width - 2, -1, -1):
            same = before[start + i] == after[from_ + j]
            row[j] = below[j + 1] + 1 if same else max(below[j], row[j + 1])
    i = j = 0
    found = []
    while i < end - start and j < width - 1:
        if before[start + i] == after[from_ + j]:
            found.append((start + i, from_ + j))
            i, j = i + 1, j + 1
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i += 1
        else:
            j += 1
    return found
