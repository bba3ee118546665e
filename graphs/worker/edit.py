"""Writing to saved threads apart from runs: delete, copy, update. Each under the lease."""

import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import CheckpointTuple
from langgraph.errors import InvalidUpdateError
from langgraph.pregel import Pregel
from langgraph.types import Overwrite, StateSnapshot, StateUpdate
from pydantic import ValidationError

from graphdeck.graphs.errors import FileError, InputError
from graphdeck.graphs.local.home import note_pause
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.values import Json
from graphdeck.graphs.worker.checks import STATE_DOES_NOT_FIT, check_raw, check_update, faults
from graphdeck.graphs.worker.frames import error_line
from graphdeck.graphs.worker.plan import no_such_node
from graphdeck.graphs.worker.position import finished_tasks
from graphdeck.graphs.worker.raw import put_raw, whole_checkpoint
from graphdeck.graphs.worker.saver import LOCK_TIMEOUT, TellingSaver, cannot_write, open_saver
from graphdeck.graphs.worker.saving import Saving
from graphdeck.graphs.worker.state_keys import has_reducer

TABLES = ("checkpoints", "writes")
ROOT = "__root__"
"""LangGraph's name of the only channel of a state without keys."""


def delete_threads(file: Path, threads: Sequence[str]) -> None:
    """Delete threads with all their rows, all or none; raises RunningElsewhere where one of them is being run."""
    with ExitStack() as stack:
        for thread in threads:
            lease = Lease.take(file, thread, "delete")
            stack.callback(lease.release)
        with change_file(file) as connection:
            for table in TABLES:
                connection.executemany(f"DELETE FROM {table} WHERE thread_id = ?", [(thread,) for thread in threads])
        for thread in threads:
            note_pause(file, thread, frames={})


def copy_thread(file: Path, thread: str) -> str:
    """Copy a thread's rows under a new id, and give that id.

    LangGraph's SqliteSaver has no copy of its own; checkpoint ids stay as they are, since they are unique by thread.
    """
    lease = Lease.take(file, thread, "copy")
    new = str(uuid.uuid4())
    try:
        with change_file(file) as connection:
            for table in TABLES:
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                others = ", ".join(column for column in columns if column != "thread_id")
                connection.execute(  # in their order, which tells what was written after what
                    f"INSERT INTO {table} (thread_id, {others})"
                    f" SELECT ?, {others} FROM {table} WHERE thread_id = ? ORDER BY rowid",
                    (new, thread),
                )
    finally:
        lease.release()
    return new


class Change(NamedTuple):
    """What is to be written into a thread's state."""

    thread: str
    """Thread id."""
    values: Json
    """The values by key."""
    as_node: str | None = None
    """The node that they are said to come from; None for the one that ran last."""
    checkpoint: str | None = None
    """Checkpoint id to start from; None for the newest."""
    ns: tuple[str, ...] = ()
    """Subgraph path, `node:task id` for each level."""
    replace: bool | tuple[str, ...] = False
    """Values of these keys, or of all, take the place of what is there although the key has a reducer."""
    raw: bool = False
    """The checkpoint is edited past the graph, which cannot read it."""
    graph: str = ""
    """Target, for the new checkpoint to be known by."""


async def update_state(graph: Pregel[Any, Any, Any, Any], saving: Saving, change: Change) -> str:
    """Write values into a state as LangGraph's `update_state` does; the new checkpoint's id."""
    assert saving.file is not None
    edited = _graph_at(graph, change.ns)
    if change.as_node and change.as_node not in edited.nodes:
        raise no_such_node(change.as_node, edited)
    values: Any = None if change.ns else _checked(edited, change)  # of a subgraph once it is known to be the right one
    lease = Lease.take(saving.file, change.thread, "update")
    try:
        async with open_saver(saving.file, saving.serde) as saver:
            lent = graph.copy(update={"checkpointer": saver})
            try:
                if change.ns:
                    return await InnerEdit(lent, edited, saver, saving.file, change).write()
                config = _config(change.thread, (), change.checkpoint)
                config["metadata"] = {"graphdeck_graph": change.graph} if change.graph else {}
                saved = await whole_checkpoint(saver, config)
                if change.raw:
                    return _id_of(await put_raw(edited, saver, saved, values, config["metadata"]))
                return _id_of(await lent.aupdate_state(config, values, as_node=change.as_node))
            except (InvalidUpdateError, ValueError, TypeError) as error:
                why = faults(error) if isinstance(error, ValidationError) else error_line(error)
                raise InputError(f"the state was not changed: {why}", _way_out(error)) from error
    except (sqlite3.Error, OSError) as error:
        raise cannot_write(saving.file, error) from error
    finally:
        lease.release()


def _checked(graph: Pregel[Any, Any, Any, Any], change: Change) -> Any:
    """What is to be written for the values in JSON form; raises InputError where they do not fit."""
    values = (check_raw if change.raw else check_update)(graph, change.values)
    if change.raw or not isinstance(values, dict):
        return values
    wanted = change.replace if isinstance(change.replace, tuple) else tuple(values) if change.replace else ()
    written = {key: _replacing(graph, key, value) if key in wanted else value for key, value in values.items()}
    return written[ROOT] if written.keys() == {ROOT} else written  # a state without keys is written as it is


def _graph_at(graph: Pregel[Any, Any, Any, Any], ns: tuple[str, ...]) -> Pregel[Any, Any, Any, Any]:
    """The graph itself, or its subgraph at a path; raises InputError."""
    if not ns:
        return graph
    if any(level.isdigit() for level in ns):  # a number counts the subgraphs that one task calls
        raise _one_of_several()
    names = "|".join(level.partition(":")[0] for level in ns)
    found = next((inner for _, inner in graph.get_subgraphs(namespace=names, recurse=True)), None)
    if not isinstance(found, Pregel):
        raise InputError(f"the state was not changed: there is no subgraph {names}", "it is reached by code alone")
    return found


def _one_of_several() -> InputError:
    return InputError(
        "the state was not changed: its node calls several subgraphs, and LangGraph knows one of them from outside",
        "answer first, or fork the thread before that node",
    )


def _replacing(graph: Pregel[Any, Any, Any, Any], key: str, value: Any) -> Any:
    return Overwrite(value) if has_reducer(graph.channels.get(key)) else value


def _way_out(error: Exception) -> str:
    if isinstance(error, InvalidUpdateError) and "as_node" in str(error):
        return "several nodes ran before it: say which one the values come from (as_node)"
    if isinstance(error, ValidationError):
        return STATE_DOES_NOT_FIT
    return "give values that fit the state"


def _config(thread: str, ns: tuple[str, ...], checkpoint: str | None = None) -> RunnableConfig:
    configurable = {"thread_id": thread, "checkpoint_ns": "|".join(ns)}
    return {"configurable": configurable | ({"checkpoint_id": checkpoint} if checkpoint else {})}


def _id_of(config: RunnableConfig) -> str:
    return str(config["configurable"]["checkpoint_id"])


class InnerEdit:
    """An edit of a subgraph's state while its question waits.

    Nothing else may come of it: what comes next stays as it was, and what has run in this step does not run again.
    LangGraph tells neither before it has written, so that a checkpoint that says otherwise, or cannot be read, is taken
    back.
    """

    def __init__(
        self,
        graph: Pregel[Any, Any, Any, Any],
        inner: Pregel[Any, Any, Any, Any],
        saver: TellingSaver,
        file: Path,
        change: Change,
    ) -> None:
        self._graph, self._inner, self._saver, self._file = graph, inner, saver, file
        self._thread, self._ns, self._as_node = change.thread, change.ns, change.as_node
        self._change = change

    async def write(self) -> str:
        """Write the values; the new checkpoint's id."""
        config = _config(self._thread, self._ns)
        saved = await self._saver.aget_tuple(config)
        if saved is not None and not self._wrote(saved):
            raise _one_of_several()
        before = await self._asking()
        values = _checked(self._inner, self._change)
        if done := await finished_tasks(self._saver, config):
            names = ", ".join(task.name for task in before.tasks if task.id in done)
            raise InputError(
                f"the state was not changed: {names} has finished beside the question, and would run again",
                "answer first",
            )
        assert saved is not None  # its question waits
        ran = [self._as_node] if self._as_node else self._ran_last(saved)
        updates = [StateUpdate(values if index == 0 else None, node) for index, node in enumerate(ran)]
        checkpoint = _id_of(await self._graph.abulk_update_state(config, [updates]))
        try:
            after = await self._graph.aget_state(config)
        except BaseException:  # the user's schema may refuse what was written
            self._take_back(checkpoint, saved)
            raise
        if sorted(after.next) != sorted(before.next):
            self._take_back(checkpoint, saved)
            raise InputError(
                f"the state was not changed: {', '.join(after.next) or 'nothing'} would come next then,"
                f" instead of {', '.join(before.next)}",
                "answer first, or give other values",
            )
        return checkpoint

    def _wrote(self, saved: CheckpointTuple) -> bool:
        """Whether the subgraph that LangGraph finds in the code is the one that wrote the checkpoint."""
        ran = {node for node in saved.checkpoint["versions_seen"] if not node.startswith("__")}
        return (
            ran <= self._inner.nodes.keys() and saved.checkpoint["channel_values"].keys() <= self._inner.channels.keys()
        )

    async def _asking(self) -> StateSnapshot:
        """The subgraph's state; raises InputError unless its question waits now, on every level."""
        for depth in range(len(self._ns) + 1):
            state = await self._graph.aget_state(_config(self._thread, self._ns[:depth]))
            task = self._ns[depth].partition(":")[2] if depth < len(self._ns) else ""
            if not any(each.interrupts for each in state.tasks if task in ("", each.id)):
                raise InputError("the state was not changed: its question does not wait any more", "look at it again")
        return state

    def _ran_last(self, saved: CheckpointTuple) -> list[str]:
        """The nodes of the step before: all of them say again what comes next."""
        seen = saved.checkpoint["versions_seen"]
        last = {node: max(seen[node].values()) for node in self._inner.nodes if seen.get(node)}
        return [node for node, version in last.items() if version == max(last.values())]

    def _take_back(self, checkpoint: str, saved: CheckpointTuple) -> None:
        """Leave the rows as they were: LangGraph also writes what it was given beside the checkpoint before."""
        tasks = {task for task, _, _ in saved.pending_writes or ()}
        key = (self._thread, "|".join(self._ns))
        which = "thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
        with change_file(self._file) as connection:
            for table in TABLES:
                connection.execute(f"DELETE FROM {table} WHERE {which}", (*key, checkpoint))
            connection.execute(
                f"DELETE FROM writes WHERE {which} AND task_id NOT IN ({', '.join('?' * len(tasks))})",
                (*key, saved.checkpoint["id"], *tasks),
            )


@contextmanager
def change_file(file: Path) -> Iterator[sqlite3.Connection]:
    """One write transaction on an existing checkpoint file."""
    uri = f"{file.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=LOCK_TIMEOUT)) as connection, connection:
            yield connection
    except sqlite3.Error as error:
        raise FileError(f"{file} could not be changed: {error}", "nothing was changed; is it writable?") from error
