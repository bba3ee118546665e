"""Static breakpoints that a write has brought a thread to: LangGraph passes them, since a run begins right there."""

from collections.abc import Sequence
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.pregel import Pregel

from graphdeck.graphs.local.home import stopped_by_breakpoint
from graphdeck.graphs.worker.position import Position, read_position
from graphdeck.graphs.worker.saver import TellingSaver

Nodes = Sequence[str] | str
"""Names of nodes, or `*` for all."""


async def stands_at_breakpoint(
    graph: Pregel[Any, Any, Any, Any],
    saver: TellingSaver,
    config: RunnableConfig,
    position: Position,
    stops: tuple[Nodes, Nodes],
) -> bool:
    """Whether writes alone have led to where the thread stands, past a node to stop after, or to one to stop before.

    Where the same nodes come next as before the writes, whoever wrote stood at that breakpoint already; so did
    whoever was told of it by `note_pause`.
    """
    if stopped_by_breakpoint(saver.file, config["configurable"]["thread_id"], position.checkpoint):
        return False
    saved = await saver.aget_tuple(config)
    written = False
    while saved is not None and saved.metadata.get("source") == "update" and saved.parent_config is not None:
        saved, written = await saver.aget_tuple(saved.parent_config), True
    if saved is None or not written:
        return False
    earlier = await read_position(graph, saver, saved.config)
    if not earlier.next and not earlier.done:  # it cannot be read, and was repaired: that leads nowhere else
        return False
    following, were = set(position.next), set(earlier.next)
    before, after = stops
    return _any(following - were, before) or (following != were and _any(were - following, after))


def _any(names: set[str], nodes: Nodes) -> bool:
    return bool(names) if nodes == "*" else bool(names & set(nodes))
