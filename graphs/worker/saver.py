"""The checkpointer of every run: LangGraph's own AsyncSqliteSaver, which also tells what each checkpoint changed."""

import hashlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from graphdeck.graphs.channels import BRANCH, JOIN
from graphdeck.graphs.errors import FileError
from graphdeck.graphs.failed_answers import ARGUMENTS, NEXT_QUESTION, is_next_question
from graphdeck.graphs.local.sqlite_locks import locks_stay
from graphdeck.graphs.new_file import new_file
from graphdeck.graphs.records import START
from graphdeck.graphs.worker.routes import Writes

LOCK_TIMEOUT = 30.0
"""Seconds that a write waits for another program's lock."""

NO_OUTPUT = frozenset({"__error__", "__error_source_node__", "__interrupt__", "__resume__"})
"""Channels that a task writes without having finished."""

Changed = Mapping[str, tuple[int, str]]


class Unsaveable(Exception):
    """A value that LangGraph's serializer refuses."""

    def __init__(self, key: str, reason: str, task: str = "") -> None:
        super().__init__(reason)
        self.key = key
        self.reason = reason
        self.task = task


class TellingSaver(AsyncSqliteSaver):
    """An AsyncSqliteSaver that says which state keys each checkpoint changed, once its row is written.

    What cannot be written is told by FileError and Unsaveable.
    """

    file: Path
    on_put: Callable[[str, Changed], None] | None = None
    on_state: Callable[[str, str, Mapping[str, Any]], None] | None = None
    """Told of a checkpoint that is written: its `checkpoint_ns`, its source and its values."""
    on_answers: Callable[[str, int], None] | None = None
    """Told of a task, and of how many answers it has received up to now, once they are stored."""
    on_writes: Callable[[str, str, Writes, str], None] | None = None
    """Told of what a task of the step that began at a checkpoint writes or wrote before, with the task's path."""
    writers: dict[str, str]
    """Task that wrote each key last: the state that it became may be refused before its own writes are."""
    refused: Unsaveable | None = None
    """The first value that was refused: LangGraph may tell of a later one."""

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """Read a checkpoint, then tell `on_writes` what tasks of its step had written."""
        found = await super().aget_tuple(config)
        if found is not None and self.on_writes is not None:
            by_task: dict[str, list[tuple[str, Any]]] = {}
            for task, channel, value in found.pending_writes or ():
                by_task.setdefault(task, []).append((channel, value))
            path = START if found.metadata.get("source") == "input" else ""  # nothing else runs after an input
            for task, writes in by_task.items():
                self.on_writes(found.checkpoint["id"], task, writes, path)
        return found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Write the checkpoint, then tell `on_put` its id and what changed."""
        with self._told(checkpoint["channel_values"].items()):
            written = await super().aput(config, checkpoint, metadata, new_versions)
        if self.on_put is not None:
            self.on_put(checkpoint["id"], self._changed(checkpoint["channel_values"], new_versions))
        if self.on_state is not None:
            ns = str(config["configurable"].get("checkpoint_ns") or "")
            self.on_state(ns, str(metadata.get("source", "")), checkpoint["channel_values"])
        return written

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Write what a task wrote; of one that failed or was cancelled, nothing but that.

        Such a task may have written a part of its output, such as the state without the router's choice. LangGraph
        would then take it for finished (its `_task_status.py` says so), and the rest of the graph would never run.
        """
        if any(channel == "__error__" for channel, _ in writes):
            writes = [write for write in writes if write[0] in NO_OUTPUT]
        self.writers.update((channel, task_id) for channel, _ in writes)
        if self.on_writes is not None:
            self.on_writes(config["configurable"]["checkpoint_id"], task_id, writes, task_path)
        with self._told(writes):
            await super().aput_writes(config, writes, task_id, task_path)
        if self.on_answers is not None and (count := count_answers(writes)):
            self.on_answers(task_id, count)

    @contextmanager
    def _told(self, values: Iterable[tuple[str, Any]]) -> Iterator[None]:
        """Say of an error which file or which value it is about."""
        try:
            yield
        except sqlite3.Error as error:
            raise cannot_write(self.file, error) from error
        except (TypeError, ValueError) as error:
            for key, value in values:
                try:
                    self.serde.dumps_typed(value)
                except (TypeError, ValueError) as refused:
                    self.refused = self.refused or Unsaveable(key, str(refused), self.writers.get(key, ""))
                    raise self.refused from error
            raise

    def _changed(self, values: Mapping[str, Any], new_versions: ChannelVersions) -> Changed:
        return {key: self._measure(values[key]) for key in new_versions if key in values and not is_internal(key)}

    def _measure(self, value: object) -> tuple[int, str]:
        """Size in bytes and hash of a value as it is stored."""
        _, data = self.serde.dumps_typed(value)
        return len(data), hashlib.blake2b(data, digest_size=8).hexdigest()


def count_answers(writes: Iterable[tuple[str, Any]]) -> int:
    """How many answers a task has received, by the channels and values that it wrote."""
    received = (value for channel, value in writes if channel == "__resume__")
    return max((len(value) if isinstance(value, list) else 1 for value in received), default=0)


def is_internal(channel: str) -> bool:
    """Whether a channel is LangGraph's own rather than a state key."""
    return channel.startswith(("__", BRANCH, JOIN))


def cannot_write(file: Path, error: sqlite3.Error | OSError) -> FileError:
    """The error for a checkpoint file that cannot be written, or read by whoever is about to."""
    return FileError(
        f"the checkpoint file {file} cannot be written: {error}",
        "the thread is whole up to its last checkpoint: when the file can be written again, continue",
    )


@asynccontextmanager
async def open_saver(file: Path, serde: SerializerProtocol) -> AsyncIterator[TellingSaver]:
    """Open a checkpoint file for writing; made where it does not exist, and never seen without its tables.

    `synchronous=NORMAL` in WAL mode keeps the file whole through crashes and kills, and halves the cost of a step;
    only a power failure may lose the last commits (https://sqlite.org/pragma.html#pragma_synchronous).
    """
    # There is one of an earlier run, or of one that made it meanwhile; or a `-wal` of one that was removed.
    with suppress(FileExistsError), new_file(file) as part:
        async with aiosqlite.connect(part) as connection:
            await AsyncSqliteSaver(connection).setup()
    async with aiosqlite.connect(file, timeout=LOCK_TIMEOUT) as connection:
        await connection.execute("PRAGMA synchronous=NORMAL")
        await connection.create_function(NEXT_QUESTION, ARGUMENTS, is_next_question, deterministic=True)
        saver = TellingSaver(connection, serde=serde)
        saver.file, saver.writers = file, {}
        await saver.setup()
        with locks_stay(file) if await _is_shared(connection) else nullcontext():
            try:
                yield saver
            finally:
                await _merge(connection)


async def _is_shared(connection: aiosqlite.Connection) -> bool:
    """Whether a file's locks can be held while others write it: not without a `-wal`, as on some network folders."""
    async with connection.execute("PRAGMA journal_mode") as rows:
        return await rows.fetchone() == ("wal",)


async def _merge(connection: aiosqlite.Connection) -> None:
    """Bring what is in the `-wal` into the file, so that who copies the file has all of it.

    SQLite does so when the last program closes a file: not while somebody looks on.
    """
    with suppress(sqlite3.OperationalError):  # another program has locked it: the `-wal` is as safe a place
        await connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
