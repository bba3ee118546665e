"""The tasks of a run over time: which ran beside each other, which waited for others, which were tried again."""

import heapq
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal, TypeAlias

from graphdeck.graphs import events
from graphdeck.graphs.events import Event, path_text
from graphdeck.graphs.frozen import Frozen

TaskStatus: TypeAlias = Literal["running", "kept", "cached", "done", "waiting", "failed", "stopped"]


class TaskBar(Frozen):
    """One task of a run. All times are milliseconds since the run started."""

    task: str
    """Task id; empty for a cached one that LangGraph does not name."""
    path: str
    """Path of the node, `team:desk:review`."""
    depth: int
    """Subgraphs around it."""
    lane: int
    """Which of the tasks that run beside each other, from 0; those inside a task have other lanes than it."""
    start: float
    """When it began."""
    end: float | None
    """When it ended; None while it runs."""
    until: float | None
    """When the last task of its step ended, for which what comes next waited; None while one of them runs."""
    status: TaskStatus
    """How it ended."""
    retries: tuple[float, ...] = ()
    """When an attempt had failed and it was tried again."""
    why: str = ""
    """Its error, or that of its last failed attempt; empty without one."""

    @property
    def attempts(self) -> int:
        """How often its node was run."""
        return 0 if self.status in ("kept", "cached") else len(self.retries) + 1


class RunTimeline(Frozen):
    """All tasks of a run, in the order in which they began, those of a subgraph below the task that ran it."""

    tasks: tuple[TaskBar, ...] = ()
    """The tasks."""
    lanes: int = 0
    """Tasks that ran at the same time, at the most."""
    total: float = 0.0
    """Milliseconds from the run's start to its end, or as far as it is told of."""
    retries: int = 0
    """Failed attempts of nodes of which several tasks ran, so that none of them can be named."""

    @property
    def idle(self) -> float:
        """Milliseconds in which no task ran: planning, saving."""
        outer = [bar for bar in self.tasks if not bar.depth]
        return self.total - _covered((bar.start, self.total if bar.end is None else bar.end) for bar in outer)

    @property
    def newest(self) -> int:
        """Place of the task that began last; -1 without tasks."""
        starts = [task.start for task in reversed(self.tasks)]
        return len(starts) - 1 - starts.index(max(starts)) if starts else -1


def run_timeline(found: Iterable[Event], *, is_over: bool = False) -> RunTimeline:
    """The tasks that the events of a run tell of, which `is_over` even where they do not tell its end."""
    builder = TimelineBuilder()
    for event in found:
        builder.feed(event)
    if is_over and not builder.is_over:
        builder.end()
    return builder.timeline()


class _Task:
    """A task that is being told of."""

    def __init__(self, event: Event, task: str, node: str, start: float, step: "_Step") -> None:
        self.task, self.ns, self.path = task, event.ns, path_text(event.ns, node)
        self.start = start
        self.end: float | None = None
        self.status: TaskStatus = "running"
        self.retries: list[float] = []
        self.why = ""
        self.lane = 0
        self.step = step
        self.bar: TaskBar | None = None  # until something of it changes

    @property
    def level(self) -> str:
        """How the `ns` of what runs inside begins."""
        return f"{self.path.rpartition(':')[2]}:{self.task}"


class _Step:
    """Tasks of one graph that run beside each other."""

    def __init__(self) -> None:
        self.tasks: list[_Task] = []
        self.open = 0
        self.end = 0.0


class TimelineBuilder:
    """Takes a run's events as they come; `timeline` tells of those that have come.

    Of a run that goes on and on, the oldest tasks go once there are more than `most`.
    """

    def __init__(self, *, most: int | None = None) -> None:
        self._most = most
        self._begin: datetime | None = None
        self._now = 0.0
        self.is_over = False
        """The run has ended."""
        self._tasks: list[_Task] = []
        self._running: dict[str, _Task] = {}
        self._by_id: dict[str, _Task] = {}
        self._steps: dict[tuple[str, ...], _Step] = {}
        self._free: list[int] = []
        self._lanes = 0
        self._retries = 0
        self._is_nested = False

    def feed(self, event: Event) -> None:
        """Take one event."""
        self._now = max(self._now, self._moment(event.time))
        match event:
            case events.NodeStarted(task=task, node=node):
                self._start(event, task, node)
            case events.NodeKept(task=task, node=node):
                self._start(event, task, node)
                self._end(task, "kept")
            case events.NodeCached(task=task, node=node):
                if task not in self._running:
                    self._start(event, task, node)
                self._end(task, "cached")
            case events.NodeFinished(task=task, ms=ms):
                self._end(task, "done", ms)
            case events.NodeFailed(task=task, error=error, message=message):
                self._end(task, "failed", why=f"{error}: {message}")
            case events.NodeStopped(task=task):
                self._end(task, "stopped")
            case events.NodeRetry():
                self._retry(event)
            case events.Interrupt(task=task, ns=ns):
                for level in reversed(ns):
                    self._end(level.rpartition(":")[2], "waiting")
                self._end(task, "waiting")
            case events.RunEnded():
                self.end()

    def end(self) -> None:
        """The run is over, also where no event tells it; what nobody told the end of was stopped with it."""
        self.is_over = True
        for task in self._running.values():
            task.status, task.end, task.bar = "stopped", self._now, None
            self._end_in_step(task, self._now)
        self._running.clear()

    def timeline(self, now: str = "") -> RunTimeline:
        """What is known by the last event; by `now`, in ISO 8601, where the run goes on since."""
        total = self._now if self.is_over or self._begin is None else max(self._now, self._moment(now))
        bars = tuple([task.bar or _bar(task) for task in self._ordered()])
        return RunTimeline(tasks=bars, lanes=self._lanes, total=total, retries=self._retries)

    def _moment(self, time: str) -> float:
        """Milliseconds since the first event; where the time cannot be read, those of the one before."""
        try:
            moment = datetime.fromisoformat(time)
            self._begin = self._begin or moment
            return (moment - self._begin).total_seconds() * 1000
        except (ValueError, TypeError):  # TypeError: one of them has no time zone
            return self._now

    def _start(self, event: Event, task: str, node: str) -> None:
        step = self._steps.get(event.ns)
        if step is None or not step.open:
            step = self._steps[event.ns] = _Step()
        step.open += 1
        started = _Task(event, task, node, self._now, step)
        step.tasks.append(started)
        started.lane = heapq.heappop(self._free) if self._free else self._lanes
        self._lanes = max(self._lanes, started.lane + 1)
        self._tasks.append(started)
        self._running[task] = self._by_id[task] = started
        self._is_nested = self._is_nested or bool(event.ns)
        if self._most is not None and len(self._tasks) > self._most + _SPARE:
            self._forget(len(self._tasks) - self._most)

    def _end(self, task: str, status: TaskStatus, ms: float | None = None, why: str = "") -> None:
        ended = self._running.pop(task, None)
        if ended is None:
            if status == "failed" and task in self._by_id:  # what it returned cannot be stored
                failed = self._by_id[task]
                failed.status, failed.why, failed.bar = status, why, None
            return
        ended.status, ended.why = status, why or ended.why
        ended.end = self._now if ms is None else min(self._now, ended.start + ms)
        heapq.heappush(self._free, ended.lane)
        ended.bar = None
        self._end_in_step(ended, ended.end)

    def _end_in_step(self, task: _Task, end: float) -> None:
        step = task.step
        step.open -= 1
        step.end = max(step.end, end)
        if not step.open:
            for each in step.tasks:
                each.bar = None
            step.tasks.clear()

    def _retry(self, event: events.NodeRetry) -> None:
        tried = self._running.get(event.task)
        if tried is None:
            self._retries += 1
            return
        tried.retries.append(self._now)
        tried.why, tried.bar = event.error, None

    def _forget(self, count: int) -> None:
        """Let go of the oldest tasks; those that still run stay."""
        for task in self._tasks[:count]:
            if task.end is not None:
                self._by_id.pop(task.task, None)
        self._tasks = [*(task for task in self._tasks[:count] if task.end is None), *self._tasks[count:]]
        self._steps = {ns: step for ns, step in self._steps.items() if step.open}

    def _ordered(self) -> Iterable[_Task]:
        return _in_order(self._tasks) if self._is_nested else self._tasks


def _bar(task: _Task) -> TaskBar:
    """The bar of a task, made once for what is known of it."""
    task.bar = TaskBar(
        task=task.task,
        path=task.path,
        depth=len(task.ns),
        lane=task.lane,
        start=task.start,
        end=task.end,
        until=None if task.step.open else task.step.end,
        status=task.status,
        retries=tuple(task.retries),
        why=task.why,
    )
    return task.bar


_ROOT: Final = ""
_SPARE: Final = 1_000
"""Tasks more than the most before the oldest go: all at once, not one by one."""


def _in_order(tasks: Iterable[_Task]) -> Iterable[_Task]:
    """As they began, those inside a task below it."""
    inside: dict[str, list[_Task]] = {}
    levels = {task.level for task in tasks}
    for task in tasks:
        around = task.ns[-1] if task.ns and task.ns[-1] in levels else _ROOT
        inside.setdefault(around, []).append(task)
    waiting = inside.pop(_ROOT, [])[::-1]
    while waiting:
        task = waiting.pop()
        yield task
        waiting += inside.pop(task.level, [])[::-1]


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """How much of the time at least one of the spans covers."""
    covered = reached = 0.0
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return covered
