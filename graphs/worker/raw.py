"""Checkpoints as they are stored: read whole, and edited past a graph whose schema refuses what they hold."""

from collections.abc import Mapping
from datetime import UTC, datetime
from shlex import quote
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.base import CheckpointMetadata, CheckpointTuple, copy_checkpoint
from langgraph.checkpoint.base.id import uuid6
from langgraph.pregel import Pregel

from graphdeck.graphs.errors import InputError, ThreadNotFound
from graphdeck.graphs.local.home import note_blocked
from graphdeck.graphs.records import START
from graphdeck.graphs.values import json_line
from graphdeck.graphs.worker.blocked import blocked_types
from graphdeck.graphs.worker.saver import TellingSaver


async def whole_checkpoint(saver: TellingSaver, config: RunnableConfig) -> CheckpointTuple:
    """The stored checkpoint; raises ThreadNotFound, and InputError where a type in it is not built.

    What is not built would be written as something else, beside the edit.
    """
    blocked: list[str] = []
    with blocked_types(blocked.append):
        saved = await saver.aget_tuple(config)
    if saved is None:
        thread, wanted = config["configurable"]["thread_id"], config["configurable"].get("checkpoint_id", "")
        raise ThreadNotFound(
            f"thread {json_line(thread)} has no checkpoint {wanted}".rstrip(), f"see: graphdeck history {quote(thread)}"
        )
    if blocked:
        note_blocked(saver.file, blocked)
        raise InputError(
            f"the state was not changed: it holds {', '.join(blocked)}, which would not be kept as it is",
            "allow the type first: graphdeck run TARGET --thread THREAD --trust",
        )
    return saved


async def put_raw(
    graph: Pregel[Any, Any, Any, Any],
    saver: TellingSaver,
    saved: CheckpointTuple,
    values: Mapping[str, Any],
    identity: Mapping[str, Any],
) -> RunnableConfig:
    """Put a copy of a checkpoint with these values beside it, as its child, with the same nodes to run next."""
    checkpoint = copy_checkpoint(saved.checkpoint)
    channels, versions = checkpoint["channel_values"], checkpoint["channel_versions"]
    if deltas := [key for key in values if isinstance(graph.channels.get(key), DeltaChannel)]:
        raise InputError(
            f"the state was not changed: {', '.join(deltas)} is stored as a chain of writes",
            "a raw edit cannot replace it; start from an earlier checkpoint",
        )
    step = int(saved.metadata.get("step", -1)) + 1
    checkpoint["id"], checkpoint["ts"] = str(uuid6(clock_seq=step)), datetime.now(UTC).isoformat()
    given = channels.get(START)
    changed: dict[str, str | int | float] = {}
    for key, value in values.items():
        if isinstance(given, dict) and key in given:  # an input that no node has taken yet
            channels[START] = given = {**given, key: value}
            continue
        channels[key] = value
        changed[key] = versions[key] = saver.get_next_version(versions.get(key), None)  # type: ignore[arg-type] # its own versions
    metadata: CheckpointMetadata = {"source": "update", "step": step, "parents": saved.metadata.get("parents", {})}
    told: Any = {**metadata, **identity}
    return await saver.aput(saved.config, checkpoint, told, changed)
