"""The deck's way to a node's tasks: those of nodes inside subgraphs, and the values that one was given and wrote."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.dom import DOMNode
from textual.message import Message

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.graphs.values import Json
from graphdeck.tui.background import Background
from graphdeck.tui.bridge import Failed
from graphdeck.tui.task_log import TaskRun, saved_tasks

MOST_RUNS: Final = 20
"""Runs of a subgraph, the newest ones, in which a node's tasks are looked for."""


@dataclass(eq=False, repr=False)
class InnerTasksRead(Message):
    """The saved tasks of a node inside a subgraph were read, newest first."""

    thread: ThreadKey
    path: str
    tasks: Sequence[TaskRun]


@dataclass(eq=False, repr=False)
class TaskRead(Message):
    """What a task was given and what it wrote was read."""

    thread: ThreadKey
    task: TaskRun
    given: dict[str, Json] | None
    """The keys that it reads, as they were; None where that is not known."""
    result: dict[str, Json] | None
    """The keys that it wrote, as its step left them; None where that is not known."""


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
                spaces = dict.fromkeys(
                    ns for row in rows for task in (*row.after, *row.made_by) if task.node == name for ns in task.inner
                )
                rows = []
                for ns in list(spaces)[:MOST_RUNS]:
                    rows += await self._engine.history(thread.thread, ns=ns, file=thread.file)
            return InnerTasksRead(thread, path, list(saved_tasks(rows, node)))

        self._ask("tasks", thread.thread, read, thread.file)

    def read_task(self, thread: ThreadKey, task: TaskRun, reads: Sequence[str]) -> None:
        """Read what a task was given and what it wrote: `TaskRead`."""

        async def read() -> Message:
            given = await self._values(thread, task, task.began, reads) if not task.sent else None
            return TaskRead(thread, task, given, await self._values(thread, task, task.ended, task.keys))

        self._ask("task", thread.thread, read, thread.file)

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
