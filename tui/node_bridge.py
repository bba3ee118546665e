"""The deck's way to a node's tasks: those of nodes inside subgraphs, and the values that one was given and wrote."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from textual.dom import DOMNode
from textual.message import Message

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import GraphdeckError, ThreadNotFound
from graphdeck.graphs.events import RunEnded
from graphdeck.graphs.ran_tasks import subgraphs_of
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.tasks import TaskValues
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.graphs.values import Json
from graphdeck.tui.background import Background
from graphdeck.tui.bridge import Failed
from graphdeck.tui.task_log import TaskLog, TaskRun, saved_tasks

MOST_RUNS: Final = 20
"""Runs of a subgraph, and runs on record, in which a node's tasks are looked for: the newest ones."""
MOST_EVENTS: Final = 20_000
"""Events of runs on record after which no older run is read."""


@dataclass(eq=False, repr=False)
class InnerTasksRead(Message):
    """The saved tasks of a node inside a subgraph were read, newest first."""

    thread: ThreadKey
    path: str
    tasks: Sequence[TaskRun]


@dataclass(eq=False, repr=False)
class InsideRead(Message):
    """The checkpoints of subgraphs were read, newest first of each."""

    thread: ThreadKey
    rows: Sequence[CheckpointRow]


@dataclass(eq=False, repr=False)
class TaskRead(Message):
    """What a task was given and what it wrote was read."""

    thread: ThreadKey
    task: TaskRun
    values: TaskValues
    """What it was given that is no part of the state, and what it wrote."""
    state: dict[str, Json] | None
    """The keys that it reads, as they were; None where that is not known."""
    after: dict[str, Json] | None
    """The keys that it wrote, as its step left them, where its own writes are not kept."""


@dataclass(eq=False, repr=False)
class GlancesRead(Message):
    """What some tasks were given and wrote was read, by task id."""

    thread: ThreadKey
    steps: Mapping[tuple[str, str], bool]
    glances: Mapping[str, TaskValues]


@dataclass(eq=False, repr=False)
class KeptTasksRead(Message):
    """What the runs on record of a thread told of its tasks was read."""

    thread: ThreadKey
    log: TaskLog


class NodeBridge(Background):
    """Reads in workers of the receiver."""

    def __init__(self, engine: Engine, receiver: DOMNode) -> None:
        super().__init__(receiver, Failed)
        self._engine = engine

    def read_inner_tasks(self, thread: ThreadKey, path: str, history: Sequence[CheckpointRow]) -> None:
        """Read the saved tasks of a node inside a subgraph, from the whole graph's checkpoints: `InnerTasksRead`."""

        async def read() -> Message:
            *around, node = path.split(":")
            rows = list(history)
            for name in around:
                ran = (tasks for row in rows for tasks in (row.after, row.made_by) if subgraphs_of(tasks))
                spaces = dict.fromkeys(ns for tasks in ran for task in tasks if task.node == name for ns in task.inner)
                rows = []
                for ns in list(spaces)[:MOST_RUNS]:
                    rows += await self._engine.history(thread.thread, ns=ns, file=thread.file)
            return InnerTasksRead(thread, path, list(saved_tasks(rows, node)))

        self._ask("tasks", thread.thread, read, thread.file)

    def read_inside(self, thread: ThreadKey, spaces: Sequence[str]) -> None:
        """Read the checkpoints of subgraphs, by their `checkpoint_ns`: `InsideRead`."""

        async def read() -> Message:
            rows: list[CheckpointRow] = []
            for ns in spaces[:MOST_RUNS]:
                rows += await self._engine.history(thread.thread, ns=ns, file=thread.file)
            return InsideRead(thread, rows)

        self._ask("inside", thread.thread, read, thread.file)

    def read_task(self, thread: ThreadKey, task: TaskRun, reads: Sequence[str]) -> None:
        """Read what a task was given and what it wrote: `TaskRead`."""

        async def read() -> Message:
            values, state, after = TaskValues(), None, None
            with suppress(ThreadNotFound):  # its checkpoint has been deleted, or was not written yet
                if task.began:
                    values = await self._engine.task(
                        thread.thread, task.began, task.id, ns=task.checkpoint_ns, file=thread.file
                    )
            if not (values.has_argument or task.call):
                state = await self._values(thread, task, task.began, reads)
            if not values.wrote:
                after = await self._values(thread, task, task.ended, task.keys)
            return TaskRead(thread, task, values, state, after)

        self._ask("task", thread.thread, read, thread.file)

    def read_glances(self, thread: ThreadKey, steps: Mapping[tuple[str, str], bool]) -> None:
        """Read what the tasks of some steps were given and wrote, by checkpoint and its `ns`: `GlancesRead`."""

        async def read() -> Message:
            found: dict[str, TaskValues] = {}
            for checkpoint, ns in steps:
                with suppress(ThreadNotFound):  # it has been deleted
                    found |= await self._engine.glances(thread.thread, checkpoint, ns=ns, file=thread.file)
            return GlancesRead(thread, steps, found)

        self._ask("glances", thread.thread, read, thread.file)

    def read_kept(self, thread: ThreadKey, *, running: bool) -> None:
        """Read what the newest runs on record of a thread told of its tasks: `KeptTasksRead`.

        Unless it is `running`, elsewhere, the newest one is over, also where its record has no end.
        """

        async def read() -> Message:
            log, told, left = TaskLog(), [], MOST_EVENTS
            for run in await self._engine.runs(thread=thread.thread, file=thread.file, limit=MOST_RUNS):
                told.append((run, await self._engine.run_events(run.id)))
                left -= len(told[-1][1])
                if left <= 0:
                    break
            for run, events in reversed(told):
                log.add(events)
                if run.status != "running" or not running:
                    log.add([RunEnded(status="stopped" if run.status == "running" else run.status)])
            return KeptTasksRead(thread, log)

        self._ask("kept tasks", thread.thread, read, thread.file)

    async def _values(
        self, thread: ThreadKey, task: TaskRun, checkpoint: str, keys: Sequence[str]
    ) -> dict[str, Json] | None:
        if not checkpoint:
            return None
        found: dict[str, Json] = {}
        for key in keys:
            try:
                value = await self._engine.value(
                    thread.thread,
                    checkpoint,
                    "/" + key.replace("~", "~0").replace("/", "~1"),
                    ns=task.checkpoint_ns,
                    file=thread.file,
                )
            except GraphdeckError:  # the key has no value there
                continue
            found[key] = value.value
        return found
