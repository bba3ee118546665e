"""What happened at a checkpoint, in words: what ran, what it wrote, where it led, what failed and what waits."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from graphdeck.graphs.ran_tasks import Alike, alike
from graphdeck.graphs.records import END, START, CheckpointRow
from graphdeck.graphs.tasks import RanTask
from graphdeck.tui.clock import time_of_day
from graphdeck.tui.text import one_line
from graphdeck.tui.theme import MUTED, NodeStatus, colour, glyphs

_ENDS: Final = {START: "START", END: "END"}
_MOST: Final = 12
"""Lines for tasks at the most."""
_NAMES: Final = 20
"""Node names in one line at the most."""
_NAME_CELLS: Final = 60
_CELLS: Final = 400


class StepLine(NamedTuple):
    """A safe line, and its style."""

    text: str
    style: str


def node_names(names: Iterable[str] | Mapping[str, int]) -> str:
    """Node names in words, each once, with how often it is there; or with how often it is said to be."""
    counts = Counter(names)
    shown = [_node(name) + _times(times) for name, times in islice(counts.items(), _NAMES)]
    return ", ".join(shown) + (f" and {len(counts) - _NAMES} more" if len(counts) > _NAMES else "")


def _node(name: str) -> str:
    return _ENDS.get(name) or one_line(name, _NAME_CELLS, identifier=True)


def _times(times: int) -> str:
    return f" {glyphs().times}{times:,}" if times > 1 else ""


def is_cancelled(task: RanTask) -> bool:
    """Whether it was cancelled because a sibling failed or the run was stopped: no failure of its own."""
    return task.error.startswith("CancelledError")


def has_failed(task: RanTask) -> bool:
    """Whether it failed itself."""
    return bool(task.error) and not is_cancelled(task)


def failures(tasks: Sequence[RanTask]) -> list[Alike]:
    """The tasks that failed themselves, those together that tell the same."""
    return [kind for kind in alike(tasks) if has_failed(kind.task)]


def nodes_of(tasks: Sequence[RanTask]) -> Mapping[str, int]:
    """The nodes whose tasks these are, with how many each has; not those that were called by others."""
    counts: Counter[str] = Counter()
    for task, times in alike(tasks):
        if not task.path:
            counts[task.node] += times
    return counts


def row_status(row: CheckpointRow, *, is_tip: bool) -> NodeStatus:
    """How it stands at a checkpoint."""
    if is_tip and failures(row.after):
        return "failed"
    if is_tip and any(task.waits for task, _ in alike(row.after)):
        return "waiting"
    return "done" if row.next == () else "kept"


def heading(row: CheckpointRow) -> StepLine:
    """Which step it is, how it came about, and when."""
    dot = f"  {glyphs().separator}  "
    return StepLine(f"step {row.step}{dot}{one_line(row.source, 12)}{dot}{time_of_day(row.time)}", "bold")


def step_lines(row: CheckpointRow) -> Iterator[StepLine]:
    """What led to a checkpoint and what became of the step after it."""
    if row.error:
        yield _line("failed", f"this checkpoint cannot be read: {one_line(row.error, _CELLS)}")
    after = alike(row.after)
    yield from _some([_ran(task, times) for task, times in _counted(alike(row.made_by))])
    failed = failures(row.after)
    for task, times in _counted(failed):
        yield _line("failed", f"{_name(task, times)} failed: {one_line(task.error, _CELLS)}")
    if cancelled := sum(times for task, times in after if is_cancelled(task)):
        others = "1 other task was" if cancelled == 1 else f"{cancelled:,} other tasks were"
        yield _line("stopped", f"{others} cancelled")
    for task, times in _counted([kind for kind in after if kind.task.waits and not kind.task.path]):
        yield _line("waiting", f"{_name(task, times)} waits for an answer")
    if failed or any(task.waits for task, _ in after):
        finished = [kind for kind in after if kind.task.finished and not kind.task.error and not kind.task.waits]
        yield from _some(
            [
                _line("kept", f"{_wrote(task, times)}, and {_is(task, times)} not run again")
                for task, times in _counted(finished)
            ]
        )


def _ran(task: RanTask, times: int) -> StepLine:
    routed = f"  {glyphs().separator}  led to {node_names(task.routed)}" if task.routed else ""
    return _line("done", f"{_wrote(task, times)}{routed}")


def _wrote(task: RanTask, times: int) -> str:
    keys = ", ".join(one_line(key, _NAME_CELLS, identifier=True) for key in task.wrote[:20])
    return f"{_name(task, times)} " + ("returned" if task.path else f"wrote {keys or 'nothing'}")


def _name(task: RanTask, times: int) -> str:
    if task.path:
        return f"{'a task' if times == 1 else f'{times:,} tasks'} of {_node(task.node)}"
    return _node(task.node) + _times(times)


def _is(task: RanTask, times: int) -> str:
    return "are" if task.path and times > 1 else "is"


def _line(status: NodeStatus, text: str) -> StepLine:
    return StepLine(f"{glyphs().of(status)} {text}", colour(status) if status in ("failed", "waiting") else "")


def _counted(kinds: Iterable[Alike]) -> list[Alike]:
    """Tasks of which the same is told here, each once with how many they are."""
    found: dict[tuple[object, ...], Alike] = {}
    for task, times in kinds:
        key = (task.node, bool(task.path), task.wrote, task.routed, task.error)
        found[key] = Alike(task, found[key].times + times if key in found else times)
    return list(found.values())


def _some(lines: Sequence[StepLine]) -> Iterator[StepLine]:
    yield from lines[:_MOST]
    if len(lines) > _MOST:
        yield StepLine(f"  and {len(lines) - _MOST:,} more", MUTED)
