"""The checkpointer of every run: LangGraph's own AsyncSqliteSaver, which also tells what each checkpoint changed."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

LOCK_TIMEOUT = 30.0
"""Seconds that a write waits for another program's lock."""

Changed = Mapping[str, tuple[int, str]]


class TellingSaver(AsyncSqliteSaver):
    """An AsyncSqliteSaver that says which state keys each checkpoint changed, once its row is written."""

    on_put: Callable[[str, Changed], None] | None = None

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Write the checkpoint, then tell `on_put` its id and what changed."""
        written = await super().aput(config, checkpoint, metadata, new_versions)
        if self.on_put is not None:
            self.on_put(checkpoint["id"], self._changed(checkpoint["channel_values"], new_versions))
        return written

    def _changed(self, values: Mapping[str, Any], new_versions: ChannelVersions) -> Changed:
        return {key: self._measure(values[key]) for key in new_versions if key in values and not is_internal(key)}

    def _measure(self, value: object) -> tuple[int, str]:
        """Size in bytes and hash of a value as it is stored."""
        _, data = self.serde.dumps_typed(value)
        return len(data), hashlib.blake2b(data, digest_size=8).hexdigest()


def is_internal(channel: str) -> bool:
    """Whether a channel is LangGraph's own rather than a state key."""
    return channel.startswith(("__", "branch:to:", "join:"))


@asynccontextmanager
async def open_saver(file: Path, serde: SerializerProtocol) -> AsyncIterator[TellingSaver]:
    """Open a checkpoint file for writing; made where it does not exist.

    `synchronous=NORMAL` in WAL mode keeps the file whole through crashes and kills, and halves the cost of a step;
    only a power failure may lose the last commits (https://sqlite.org/pragma.html#pragma_synchronous).
    """
    async with aiosqlite.connect(file, timeout=LOCK_TIMEOUT) as connection:
        await connection.execute("PRAGMA synchronous=NORMAL")
        saver = TellingSaver(connection, serde=serde)
        await saver.setup()
        yield saver
