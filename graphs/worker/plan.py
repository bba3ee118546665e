"""What a fork from a checkpoint comes to: found under no lease, without writing, and without running a node."""

import dataclasses
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from shlex import quote
from typing import Any

import aiosqlite
from langchain_core.runnables import RunnableConfig
from langgraph.pregel import Pregel
from langgraph.types import StateSnapshot
from pydantic import ValidationError

from graphdeck.graphs.errors import FileError, InputError, ThreadNotFound
from graphdeck.graphs.first_bytes import WAL_VERSION, look_at
from graphdeck.graphs.forks import ForkPlan
from graphdeck.graphs.values import json_line
from graphdeck.graphs.worker.checks import faults
from graphdeck.graphs.worker.frames import error_line
from graphdeck.graphs.worker.load import AnyGraph
from graphdeck.graphs.worker.saver import TellingSaver
from graphdeck.graphs.worker.saving import Saving
from graphdeck.graphs.worker.state_keys import node_choices, state_keys


async def plan_fork(graph: AnyGraph, saving: Saving, plan: ForkPlan) -> ForkPlan:
    """The plan for its thread and checkpoint, filled with what the graph alone can tell.

    Raises ThreadNotFound where there is no such checkpoint, and InputError where its `as_node` is no node.
    """
    assert saving.file is not None
    nodes = tuple(
        dataclasses.replace(each, stops=_breakpoints(graph, (*each.next, *each.may))) for each in node_choices(graph)
    )
    if plan.as_node and plan.as_node not in {each.node for each in nodes}:
        raise no_such_node(plan.as_node, graph)
    async with _reading(saving.file, saving) as saver:
        checkpoint, inside = await _outermost(saver, plan.thread, plan.checkpoint)
        plan = dataclasses.replace(
            plan, checkpoint=checkpoint, inside=inside, keys=state_keys(graph), nodes=nodes,
            is_head=checkpoint == await _head(saver, plan.thread),
        )  # fmt: skip
        config: RunnableConfig = {
            "configurable": {"thread_id": plan.thread, "checkpoint_ns": "", "checkpoint_id": checkpoint}
        }
        try:
            state = await graph.copy(update={"checkpointer": saver}).aget_state(config)
        except sqlite3.Error:
            raise
        except Exception as error:  # noqa: BLE001 - the user's schema and reducers run here, and may raise anything
            why = faults(error) if isinstance(error, ValidationError) else error_line(error)
            return dataclasses.replace(plan, unreadable=why)
    if plan.as_node:
        return plan.written_as(plan.as_node)
    return _of_state(plan, graph, state)


def no_such_node(name: str, graph: AnyGraph) -> InputError:
    """The error for a write as a node that is not there."""
    names = ", ".join(each.node for each in node_choices(graph))
    hint = f"nodes are: {names}" if names else "in the functional API nothing can be written as a node"
    return InputError(f"the state was not changed: there is no node {name!r} to write as", hint)


def _of_state(plan: ForkPlan, graph: AnyGraph, state: StateSnapshot) -> ForkPlan:
    following = tuple(task.name for task in state.tasks)
    inner = {name for name, _ in graph.get_subgraphs()}
    return dataclasses.replace(
        plan,
        next=following,
        asks=tuple(task.name for task in state.tasks if task.interrupts),
        finished=tuple(task.name for task in state.tasks if task.result is not None) if plan.is_head else (),
        passed=_breakpoints(graph, following),
        subgraphs=tuple(name for name in dict.fromkeys(following) if name in inner),
    )


def _breakpoints(graph: Pregel[Any, Any, Any, Any], nodes: tuple[str, ...]) -> tuple[str, ...]:
    before = graph.interrupt_before_nodes
    return tuple(node for node in dict.fromkeys(nodes) if node != "__end__" and (before == "*" or node in before))


async def _outermost(saver: TellingSaver, thread: str, checkpoint: str) -> tuple[str, tuple[str, ...]]:
    """The checkpoint of the graph itself that a run starts from, and the subgraph that the given one is in."""
    query = (
        "SELECT checkpoint_ns, json_extract(metadata, '$.parents.\"\"') FROM checkpoints"
        " WHERE thread_id = ? AND checkpoint_id = ? ORDER BY checkpoint_ns LIMIT 1"
    )
    async with saver.conn.execute(query, (thread, checkpoint)) as rows:
        found = await rows.fetchone()
    if found is None or (found[0] and not found[1]):
        hint = f"see: graphdeck history {quote(thread)}"
        raise ThreadNotFound(f"thread {json_line(thread)} has no checkpoint {checkpoint}", hint)
    ns, outer = found
    return (outer, tuple(level.partition(":")[0] for level in ns.split("|"))) if ns else (checkpoint, ())


async def _head(saver: TellingSaver, thread: str) -> str:
    query = "SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ''"
    async with saver.conn.execute(query, (thread,)) as rows:
        found = await rows.fetchone()
    return str(found[0]) if found else ""


@asynccontextmanager
async def _reading(file: Path, saving: Saving) -> AsyncIterator[TellingSaver]:
    """The checkpoint file, opened so that nothing in it or beside it changes."""
    try:
        # Its first bytes are not looked at: the user's own saver may have it open, and would lose its locks.
        look = look_at(file.absolute(), WAL_VERSION)
        async with aiosqlite.connect(look.uri, uri=True) as connection:
            if look.is_alone:
                await connection.execute("PRAGMA locking_mode=EXCLUSIVE")
            saver = TellingSaver(connection, serde=saving.serde)
            saver.file, saver.writers, saver.is_setup = file, {}, True
            yield saver
    except (sqlite3.Error, OSError) as error:
        raise FileError(f"the checkpoint file {file} cannot be read: {error}", "nothing was changed") from error
