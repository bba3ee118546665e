"""The stops of a run at its begin and at its end: where it stands already, and why it stopped."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.pregel import Pregel
from langgraph.types import StateSnapshot

from graphdeck.graphs.events import RunStatus
from graphdeck.graphs.local.home import note_going_on, stops_of, was_told_of_breakpoint
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.stopping import Stop
from graphdeck.graphs.worker.boundaries import Boundaries, levels_of
from graphdeck.graphs.worker.control import Control
from graphdeck.graphs.worker.position import Position, read_position, read_state
from graphdeck.graphs.worker.saver import TellingSaver


async def set_stops(
    boundaries: Boundaries,
    graph: Pregel[Any, Any, Any, Any],
    saver: TellingSaver | None,
    config: RunnableConfig,
    request: RunRequest,
    before: Position,
) -> None:
    """From now on, boundaries are asked about, and no earlier reason stands; a run without stops is left alone."""
    if saver is not None and before.checkpoint:
        with suppress(OSError):  # where nothing can be written, no earlier reason stands either
            note_going_on(saver.file, request.thread, before.checkpoint)
    plan = boundaries.plan
    if plan.is_empty and not plan.leaves_out:
        return
    boundaries.install(graph)
    if saver is None:
        return
    if plan.judged:
        saver.on_state = boundaries.put
    if plan.needs_start and not request.has_input:
        state = await read_state(graph, config, inside=request.checkpoint is None)
        if state is not None:
            boundaries.begin(state)
            await _begin_with_saved(boundaries, saver, state)


async def _begin_with_saved(boundaries: Boundaries, saver: TellingSaver, state: StateSnapshot) -> None:
    """Tell what the checkpoints hold, as is told of each later one.

    The values of a state that is read have besides what finished tasks of the unfinished step wrote: compared with
    these, a key that a sibling of the task that stopped has written would never change.
    """
    for level in levels_of(state):
        saved = await saver.aget_tuple(level.config)
        if saved is not None:
            ns = str(level.config["configurable"].get("checkpoint_ns") or "")
            boundaries.begin_with(ns, saved.checkpoint["channel_values"])


def why(
    status: RunStatus, control: Control, boundaries: Boundaries, paths: Sequence[str], limit: int = 0
) -> tuple[Stop, ...]:
    """Why a run stopped before the nodes at these paths, all reasons; `limit` is what it had of steps, if known."""
    match status:
        case "stopped":
            return (Stop(kind="cancel" if control.stopped_by == "cancel" else "pause"),)
        case "recursion_limit":
            return (Stop(kind="limit", steps=limit),)
        case "done":  # something may have been about to stop it, but nothing came next
            return ()
        case _:
            return boundaries.told(paths)


async def written_to(
    graph: Pregel[Any, Any, Any, Any],
    saver: TellingSaver,
    config: RunnableConfig,
    position: Position,
    boundaries: Boundaries,
) -> tuple[Stop, ...]:
    """The stops where a thread stands, if writes alone have led it there, past or to their nodes, or a limit of steps.

    LangGraph passes them, since a run begins right there. Where the same nodes come next as before the writes, whoever
    wrote stood at that breakpoint already; so did whoever was told of it by `note_pause`.
    """
    thread = config["configurable"]["thread_id"]
    if boundaries.plan.is_empty or was_told_of_breakpoint(saver.file, thread, position.checkpoint):
        return ()
    saved = newest = await saver.aget_tuple(config)
    if newest and any(stop.kind == "limit" for stop in stops_of(saver.file, thread, position.checkpoint)):
        return boundaries.at_written(set(position.next), set(), newest.checkpoint["channel_values"])
    while saved is not None and saved.metadata.get("source") == "update" and saved.parent_config is not None:
        saved = await saver.aget_tuple(saved.parent_config)
    if newest is None or saved is None or saved is newest:
        return ()
    earlier = await read_position(graph, saver, saved.config)
    if not earlier.next and not earlier.done:  # it cannot be read, and was repaired: that leads nowhere else
        return ()
    following, were = set(position.next), set(earlier.next)
    left = were - following if following != were else set()
    return boundaries.at_written(following - were, left, newest.checkpoint["channel_values"])
