"""Writing to saved threads apart from runs: delete, copy, update. Each under the lease."""

import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from langgraph.errors import InvalidUpdateError
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel

from graphdeck.graphs.errors import FileError, InputError
from graphdeck.graphs.local.home import note_pause
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.values import Json
from graphdeck.graphs.worker.saver import LOCK_TIMEOUT, cannot_write, open_saver
from graphdeck.graphs.worker.saving import Saving

TABLES = ("checkpoints", "writes")


def delete_threads(file: Path, threads: Sequence[str]) -> None:
    """Delete threads with all their rows, all or none; raises RunningElsewhere where one of them is being run."""
    with ExitStack() as stack:
        for thread in threads:
            lease = Lease.take(file, thread, "delete")
            stack.callback(lease.release)
        with _transaction(file) as connection:
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
        with _transaction(file) as connection:
            for table in TABLES:
                columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
                others = ", ".join(column for column in columns if column != "thread_id")
                connection.execute(
                    f"INSERT INTO {table} (thread_id, {others}) SELECT ?, {others} FROM {table} WHERE thread_id = ?",
                    (new, thread),
                )
    finally:
        lease.release()
    return new


async def update_state(
    graph: Pregel[Any, Any, Any, Any],
    saving: Saving,
    thread: str,
    values: Json,
    *,
    as_node: str | None,
    checkpoint: str | None,
) -> str:
    """Write values into a thread's state as LangGraph's `update_state` does; the new checkpoint's id."""
    assert saving.file is not None
    _check_keys(graph, values)
    lease = Lease.take(saving.file, thread, "update")
    try:
        async with open_saver(saving.file, saving.serde) as saver:
            configurable = {"thread_id": thread, "checkpoint_ns": ""}
            if checkpoint:
                configurable["checkpoint_id"] = checkpoint
            lent = graph.copy(update={"checkpointer": saver})
            try:
                config = await lent.aupdate_state({"configurable": configurable}, values, as_node=as_node)
            except (InvalidUpdateError, ValueError, TypeError) as error:
                raise InputError(
                    f"the state was not changed: {type(error).__name__}: {error}",
                    "give values that fit the state, and a node that exists as as_node",
                ) from error
            return str(config["configurable"]["checkpoint_id"])
    except (sqlite3.Error, OSError) as error:
        raise cannot_write(saving.file, error) from error
    finally:
        lease.release()


def _check_keys(graph: Pregel[Any, Any, Any, Any], values: Json) -> None:
    """Refuse keys that the state does not have: LangGraph leaves them out, and writes a checkpoint all the same."""
    builder = graph.builder if isinstance(graph, CompiledStateGraph) else None
    if builder is None or "__root__" in builder.channels or not isinstance(values, dict):
        return
    if unknown := [key for key in values if key not in builder.channels]:
        raise InputError(
            f"the state was not changed: it has no key {', '.join(map(repr, unknown))}",
            f"its keys are: {', '.join(builder.channels)}",
        )


@contextmanager
def _transaction(file: Path) -> Iterator[sqlite3.Connection]:
    """One write transaction on an existing checkpoint file."""
    uri = f"{file.absolute().as_uri()}?mode=rw"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=LOCK_TIMEOUT)) as connection, connection:
            yield connection
    except sqlite3.Error as error:
        raise FileError(f"{file} could not be changed: {error}", "nothing was changed; is it writable?") from error
