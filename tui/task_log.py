"""The tasks of a thread, one by one: what a run tells of each, and what the rows of its checkpoints tell."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, TypeAlias

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.frozen import Frozen, with_fields
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.stopping import level_names
from graphdeck.graphs.tasks import RanTask
from graphdeck.graphs.values import Json
from graphdeck.tui.theme import NodeStatus

MOST: Final = 5_000
"""Tasks that are kept of one thread; the oldest go first."""
SENT: Final = "__pregel_push"
"""The trigger of a task that a `Send` made."""

_OfNode: TypeAlias = (
    events.NodeStarted
    | events.NodeRetry
    | events.NodeFinished
    | events.NodeCached
    | events.NodeKept
    | events.NodeFailed
    | events.NodeStopped
)


class TaskRun(Frozen):
    """One run of one node."""

    id: str
    """Task id."""
    path: str
    """Its node's path, `team:desk:review`."""
    ns: tuple[str, ...] = ()
    """Subgraph path, `node:task id` for each level."""
    state: NodeStatus = "running"
    """How it stands or ended."""
    step: int | None = None
    """Step that it ran in, of its own graph; None where not known."""
    ms: float | None = None
    """Milliseconds that it took, where a run of this session told."""
    attempts: int = 1
    """How often it was tried, as far as known."""
    keys: tuple[str, ...] = ()
    """State keys written."""
    error: str = ""
    """Its error, or that of the last attempt that was tried again."""
    traceback: str = ""
    """The user's frames of the error."""
    sent: bool = False
    """A `Send` made it, with an input of its own."""
    began: str = ""
    """Id of the checkpoint that it began at, where known."""
    ended: str = ""
    """Id of the checkpoint that has what it wrote, where known."""
    call: int = 0
    """Which of its caller's calls it was, from 1, in the functional API; 0 where no task called it."""
    caller: str = ""
    """Id of the task that called it; empty where none did, or that is not known."""
    given: Json = None
    """What it was called with, where a run of this session told."""

    @property
    def checkpoint_ns(self) -> str:
        """The subgraph that it ran in, as checkpoints name it."""
        return "|".join(self.ns)


class TaskLog:
    """The tasks that runs of this session tell of, in the order of their starts."""

    def __init__(self) -> None:
        self._tasks: dict[str, TaskRun] = {}
        self._at: dict[tuple[str, ...], tuple[str, int]] = {}
        self._unsaved: dict[tuple[str, ...], list[str]] = {}
        self._early: dict[tuple[str, ...], list[str]] = {}

    @property
    def tasks(self) -> Sequence[TaskRun]:
        """All that are kept, oldest first."""
        return list(self._tasks.values())

    def add(self, batch: Iterable[Event]) -> None:
        """Take in some more events."""
        for event in batch:
            self._add(event)
        for task in list(self._tasks)[: max(0, len(self._tasks) - MOST)]:
            del self._tasks[task]

    def _add(self, event: Event) -> None:
        match event:
            case events.RunStarted():
                self._at, self._unsaved, self._early = {}, {}, {}
            case events.Checkpoint():
                self._at[event.ns] = (event.id, event.step)
                if event.source == "input":  # what its input starts, and even its end, may be told of before
                    for task in self._early.pop(event.ns, ()):
                        self._change(task, began=event.id, step=event.step + 1)
                else:
                    for task in self._unsaved.pop(event.ns, ()):
                        self._change(task, ended=event.id)
            case events.NodeStarted():
                self._start(event)
            case events.NodeRetry():
                self._change(event.task or self._running(event), attempts=event.attempt + 1, error=event.error)
            case events.Interrupt():
                for task in (event.task, *(level.partition(":")[2] for level in event.ns)):
                    self._change(task, state="waiting")
            case events.RunEnded():
                left: NodeStatus = "failed" if event.status == "lost" else "stopped"
                for task in [task.id for task in self._tasks.values() if task.state == "running"]:
                    self._change(task, state=left)
            case _:
                self._add_end(event)

    def _add_end(self, event: Event) -> None:
        match event:
            case events.NodeFinished():
                self._end(event, event.task, "done", ms=event.ms, keys=event.keys)
            case events.NodeCached():
                self._end(event, event.task or self._running(event), "cached", keys=event.keys)
            case events.NodeKept():
                called = {"call": event.call, "caller": event.caller, "given": event.given} if event.call else {}
                self._end(event, event.task, "kept", **called)
            case events.NodeFailed() if event.node:
                error = f"{event.error}: {event.message}" if event.message else event.error
                self._end(event, event.task, "failed", error=error, traceback=event.traceback)
            case events.NodeStopped():
                self._end(event, event.task, "stopped")
            case _:
                pass

    def _start(self, event: events.NodeStarted) -> None:
        before = self._tasks.pop(event.task, None)  # it goes on after a question: it is the newest again
        task = self._new(event, event.task, sent=SENT in event.triggers and not event.call)
        if before is not None and task.step is None:  # a run that goes on does not tell where it began
            task = replace(task, step=before.step, began=before.began)
        self._tasks[event.task] = task
        if event.ns not in self._at:
            self._early.setdefault(event.ns, []).append(event.task)

    def _new(self, event: _OfNode, task: str, *, sent: bool = False) -> TaskRun:
        checkpoint, step = self._at.get(event.ns, ("", None))
        called: dict[str, Any] = {}
        if isinstance(event, (events.NodeStarted, events.NodeKept)) and event.call:
            called = {"call": event.call, "caller": event.caller, "given": event.given}
        return TaskRun(
            id=task,
            path=events.path_text(event.ns, event.node),
            ns=event.ns,
            step=None if step is None else step + 1,
            sent=sent,
            began=checkpoint,
            **called,
        )

    def _end(self, event: _OfNode, task: str, state: NodeStatus, **fields: Any) -> None:
        task = task or f"{event.run} {event.seq}"  # LangGraph does not tell which one it was
        if task not in self._tasks:
            self._tasks[task] = self._new(event, task)
        self._change(task, state=state, **fields)
        if state in ("done", "cached", "kept"):
            self._unsaved.setdefault(event.ns, []).append(task)

    def _running(self, event: _OfNode) -> str:
        """The newest running task of the event's node; empty without one."""
        found = (
            task.id
            for task in reversed(self._tasks.values())
            if task.state == "running" and task.ns == event.ns and task.path.rpartition(":")[2] == event.node
        )
        return next(found, "")

    def _change(self, task: str, **fields: Any) -> None:
        if task in self._tasks:
            self._tasks[task] = with_fields(self._tasks[task], **fields)


def saved_tasks(rows: Iterable[CheckpointRow], node: str) -> Iterator[TaskRun]:
    """The tasks of a node as the checkpoints of its graph tell them, newest first."""
    return saved_tasks_of(rows, lambda name: name == node)


def saved_tasks_of(rows: Iterable[CheckpointRow], is_wanted: Callable[[str], bool]) -> Iterator[TaskRun]:
    """The same of all nodes whose names are wanted."""
    rows = list(rows)
    over = {row.parent for row in rows if row.source == "loop"}
    for row in rows:
        for task in row.after:  # once the step is over, the finished ones stand at the checkpoint that they made
            if is_wanted(task.node) and not (task.path or (task.finished and row.checkpoint in over)):
                yield saved_task(task, row, began=row.checkpoint, step=row.step + 1)
        for task in row.made_by:
            if is_wanted(task.node) and not task.path:
                yield saved_task(task, row, began=row.parent or "", ended=row.checkpoint, step=row.step)


def saved_task(task: RanTask, row: CheckpointRow, *, began: str, step: int, ended: str = "") -> TaskRun:
    """A task of the step that begins or ends at a checkpoint."""
    ns = tuple(row.ns.split("|")) if row.ns else ()
    return TaskRun(
        id=task.id,
        path=":".join((*level_names(row.ns), task.node)),
        ns=ns,
        state=_state(task),
        step=step,
        keys=task.wrote,
        error=task.error,
        began=began,
        ended=ended,
    )


def _state(task: RanTask) -> NodeStatus:
    if task.waits:
        return "waiting"
    if task.finished:
        return "done"
    if task.error.startswith("CancelledError"):
        return "stopped"
    return "failed" if task.error else "queued"


def together(live: Iterable[TaskRun], saved: Iterable[TaskRun]) -> list[TaskRun]:
    """What a run tells and what is saved of the same tasks, newest first; the run knows more, the file what follows."""
    told: Mapping[str, TaskRun] = {task.id: task for task in live}
    kept = {task.id: task for task in saved}
    joined = [_joined(task, kept[task.id]) if task.id in kept else task for task in told.values()]
    return [*reversed(joined), *(task for task in kept.values() if task.id not in told)]


def _joined(told: TaskRun, kept: TaskRun) -> TaskRun:
    # That a called task asks, a run tells of its caller alone; and a record may end before the run does.
    known_better = told.state == "stopped" and kept.state in ("waiting", "failed", "done")
    return replace(
        told,
        state=kept.state if known_better else told.state,
        began=kept.began or told.began,
        ended=kept.ended or told.ended,
        step=told.step if kept.step is None else kept.step,
        keys=told.keys or kept.keys,
        caller=told.caller or kept.caller,
        call=told.call or kept.call,
    )
