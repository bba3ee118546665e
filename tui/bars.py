"""The bar of one task in a run's timeline, cell by cell: when it worked, was tried again, waited for others."""

import math
from itertools import groupby
from typing import Final, Literal, NamedTuple, TypeAlias

from graphdeck.graphs.timeline import TaskBar
from graphdeck.tui.text import one_line

PartKind: TypeAlias = Literal["none", "work", "again", "wait"]

_SIGNS: Final[dict[PartKind, str]] = {"none": " ", "work": "█", "again": "↻", "wait": "·"}
_ASCII: Final[dict[PartKind, str]] = {"none": " ", "work": "#", "again": "r", "wait": "."}

LEGEND: Final = "█ works  ↻ tried again  · waits for its step"
ASCII_LEGEND: Final = "# works  r tried again  . waits for its step"


class BarPart(NamedTuple):
    """Cells of a bar that mean the same."""

    kind: PartKind
    text: str


def bar(task: TaskBar, total: float, cells: int, *, ascii_only: bool) -> list[BarPart]:
    """The bar of a task in so many cells that stand for the `total` milliseconds of its run; as long as they are."""
    if cells <= 0:
        return []
    scale = cells / total if total > 0 else 0.0

    def cell(ms: float) -> int:
        return min(cells - 1, int(ms * scale))

    def last_cell(ms: float) -> int:
        return min(cells - 1, math.ceil(ms * scale) - 1)

    first = cell(task.start)
    last = max(first, last_cell(total if task.end is None else task.end))
    kinds: list[PartKind] = ["none"] * cells
    kinds[first : last + 1] = ["work"] * (last + 1 - first)
    for moment in task.retries:
        kinds[cell(moment)] = "again"
    waits = last_cell(total if task.until is None else task.until) - last
    if waits > 0:
        kinds[last + 1 : last + 1 + waits] = ["wait"] * waits
    signs = _ASCII if ascii_only else _SIGNS
    return [BarPart(kind, signs[kind] * len(list(same))) for kind, same in groupby(kinds)]


def task_name(task: TaskBar, cells: int) -> str:
    """The node of a task in at most so many cells, set in under the task that ran it; safe."""
    indent = "  " * min(task.depth, cells // 4)
    name = task.path.split(":", task.depth)[-1]
    return indent + one_line(name, cells - len(indent), identifier=True)
