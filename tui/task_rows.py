"""The task tree of a functional graph, row by row: its entrypoint, under it what that called, and so on."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from graphdeck.graphs.frozen import Frozen
from graphdeck.tui.task_log import TaskRun
from graphdeck.tui.theme import NodeStatus

FOLD: Final = 4
"""Calls of one task after each other from which on they are one row."""
_RANK: Final[tuple[NodeStatus, ...]] = (
    "idle", "queued", "kept", "cached", "done", "stopped", "breakpoint", "running", "failed", "waiting",
)  # fmt: skip
"""Several tasks in one row show the state that stands last here."""


class TaskRow(Frozen):
    """A row of the tree."""

    key: str
    """What it is known by, while others come and go."""
    name: str
    """Name of the task; empty where rows do not tell it."""
    depth: int = 0
    """Levels below the entrypoint."""
    tasks: tuple[TaskRun, ...] = ()
    """The task; several where calls are folded; none of one that has not run."""
    is_open: bool | None = None
    """Whether the calls of the row are shown below it; None where it is one call."""

    @property
    def path(self) -> str:
        """Path of the task's node, `essay:work` of one in a subgraph; empty where rows do not tell it."""
        return self.tasks[0].path if self.tasks else self.name

    @property
    def state(self) -> NodeStatus:
        """Of several tasks, the state that a person most wants to know."""
        return max((task.state for task in self.tasks), key=_RANK.index, default="idle")


def shown_entry(tasks: Iterable[TaskRun], at: str = "") -> TaskRun | None:
    """The run of the entrypoint that is shown: that of a checkpoint's step, else the newest of these, oldest first."""
    entries = [task for task in tasks if not (task.call or task.ns)]
    of_step = (task for task in reversed(entries) if at and at == task.ended)
    from_there = (task for task in reversed(entries) if at and at == task.began)
    newest = max(reversed(entries), key=lambda task: (task.step is None, task.step or 0), default=None)
    return next(of_step, None) or next(from_there, None) or (None if at else newest)


def task_rows(
    entry: TaskRun | None, tasks: Sequence[TaskRun], known: Sequence[str], opened: Collection[str] = ()
) -> tuple[TaskRow, ...]:
    """The rows of one run of an entrypoint, from the tasks of its thread, oldest first.

    `known` are the names of the entrypoint and of the tasks that its code calls: they are shown where none has run.
    """
    if entry is None:
        return tuple(TaskRow(key=name, name=name, depth=min(number, 1)) for number, name in enumerate(known))
    below: dict[str, list[TaskRun]] = {}
    for task in tasks:
        if task.step == entry.step or task.ns:
            below.setdefault(_caller(task) or (entry.id if task.call else ""), []).append(task)
    rows = [TaskRow(key=entry.id, name=_name(entry), tasks=(entry,)), *_rows_below(entry.id, below, opened, 1)]
    if len(rows) == 1:
        rows += [TaskRow(key=name, name=name, depth=1) for name in known[1:]]
    return tuple(rows)


def with_called(tasks: Iterable[TaskRun], known: Iterable[TaskRun]) -> list[tuple[TaskRun, int]]:
    """Tasks, below each what it called, with the levels below it; `known` are all tasks of the thread, oldest first."""
    below: dict[str, list[TaskRun]] = {}
    for task in known:
        if caller := _caller(task):
            below.setdefault(caller, []).append(task)
    callers = {caller for caller, called in below.items() if any(task.call for task in called)}
    found: list[tuple[TaskRun, int]] = []

    def add(task: TaskRun, depth: int) -> None:
        found.append((task, depth))
        for each in _in_order(below.pop(task.id, ())):
            if each.call or each.id in callers:  # of a subgraph only what called tasks: its nodes are drawn
                add(each, depth + 1)

    for task in tasks:
        add(task, 0)
    return found


def _caller(task: TaskRun) -> str:
    """Id of the task whose code started another, by a call or by running a subgraph; empty where that is not known."""
    return task.caller or ("" if task.call or not task.ns else task.ns[-1].rpartition(":")[2])


def _rows_below(caller: str, below: dict[str, list[TaskRun]], opened: Collection[str], depth: int) -> Iterator[TaskRow]:
    """The rows below a task; what is below them is taken out of `below`, so that no circle is walked."""
    for name, group in groupby(_in_order(below.pop(caller, [])), key=_name):
        calls = tuple(group)
        if len(calls) < FOLD:
            yield from _each(calls, below, opened, depth)
            continue
        key = f"{caller} {calls[0].id}"
        yield TaskRow(key=key, name=name, depth=depth, tasks=calls, is_open=key in opened)
        if key in opened:
            yield from _each(calls, below, opened, depth + 1)


def _each(
    calls: Iterable[TaskRun], below: dict[str, list[TaskRun]], opened: Collection[str], depth: int
) -> Iterator[TaskRow]:
    for task in calls:
        yield TaskRow(key=task.id, name=_name(task), depth=depth, tasks=(task,))
        yield from _rows_below(task.id, below, opened, depth + 1)


def _in_order(tasks: Iterable[TaskRun]) -> list[TaskRun]:
    """By the number of their calls; what a subgraph ran stays behind the call that was told before it."""
    placed: list[tuple[int, TaskRun]] = []
    last = 0
    for task in tasks:
        last = task.call or last
        placed.append((last, task))
    return [task for _, task in sorted(placed, key=lambda pair: pair[0])]


def _name(task: TaskRun) -> str:
    return task.path.rpartition(":")[2]
