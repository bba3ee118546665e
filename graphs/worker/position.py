"""Where a thread stands before and after a run: what it runs next, and what it waits for."""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.pregel import Pregel
from langgraph.types import Interrupt as Asked
from langgraph.types import StateSnapshot

from graphdeck.graphs.channels import BRANCH
from graphdeck.graphs.errors import RunFailed
from graphdeck.graphs.events import Interrupt
from graphdeck.graphs.failed_answers import OWN_ANSWER, answered_sql
from graphdeck.graphs.local.home import frames_of
from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.values import to_json
from graphdeck.graphs.worker.saver import NO_OUTPUT, TellingSaver, is_internal


@dataclass(frozen=True, slots=True)
class Question:
    """An interrupt that waits for its answer, and the task that asked."""

    interrupt: Asked
    """LangGraph's own."""
    task: str = ""
    """Task id; empty where the state cannot be read through the graph."""
    node: str = ""
    """Node name; empty likewise."""
    ns: tuple[str, ...] = ()
    """Subgraph path."""
    cancelled: bool = False
    """The task was cancelled since: another one failed, or the run was stopped."""

    @property
    def asked(self) -> PendingInterrupt:
        """The question as everybody outside of the worker knows it."""
        return PendingInterrupt(
            id=self.interrupt.id,
            node=self.node,
            ns=self.ns,
            value=to_json(self.interrupt.value),
            schema=to_json(self.interrupt.response_schema),
        )


@dataclass(frozen=True, slots=True)
class Position:
    """Where a thread stands."""

    checkpoint: str = ""
    """Id of the newest checkpoint; empty for a new thread."""
    next: tuple[str, ...] = ()
    """Nodes that a continued run would run."""
    questions: Mapping[str, Question] = field(default_factory=dict)
    """Those that wait, by interrupt id."""
    answered: Mapping[str, Question] = field(default_factory=dict)
    """Those whose tasks failed with their answers, by interrupt id: going on gives them the same answers again."""
    done: bool = False
    """The graph has come to its end. `next` may be empty without it: where a run was killed when the last task of a
    step had finished, and where the graph cannot read the state that it has saved."""
    source: str = ""
    """What made the checkpoint: `input`, `loop`, `update` or `fork`."""
    paths: tuple[str, ...] = ()
    """`next`, with the nodes inside subgraphs that have begun."""


async def read_position(graph: Pregel[Any, Any, Any, Any], saver: TellingSaver, config: RunnableConfig) -> Position:
    """Where a thread stands, also where its state does not fit the graph's schema; raises sqlite3.Error."""
    state = await read_state(graph, config)
    if state is None:
        return await _position_of_rows(saver, config)
    if not state.created_at:
        return Position()
    questions = {question.interrupt.id: question for question in _questions(state, ())}
    open_ = _open(state)
    waiting = {interrupt.id: questions[interrupt.id] for interrupt in state.interrupts if interrupt.id in open_}
    answered: dict[str, Question] = {}
    if any(task.error and task.interrupts for task in state.tasks):
        answered = await _take_answered(waiting, saver, config)
    checkpoint = state.config["configurable"]["checkpoint_id"]
    source = str((state.metadata or {}).get("source", ""))
    paths, done = tuple(_standing_before(state)), not state.tasks
    return Position(checkpoint, tuple(state.next), waiting, answered, done=done, source=source, paths=paths)


async def read_state(
    graph: Pregel[Any, Any, Any, Any], config: RunnableConfig, *, inside: bool = True
) -> StateSnapshot | None:
    """The state as the graph reads it, subgraphs too if `inside`; None where it cannot. Raises sqlite3.Error."""
    try:
        return await graph.aget_state(config, subgraphs=inside)
    except sqlite3.Error:
        raise
    except Exception:  # noqa: BLE001 - the user's schema and reducers run here, and may raise anything
        return None  # a run that goes on tells the error


async def _take_answered(
    waiting: dict[str, Question], saver: TellingSaver, config: RunnableConfig
) -> dict[str, Question]:
    """Take the questions out that have their answers already; those whose own tasks failed with them."""
    query = (
        f"SELECT task_id, {OWN_ANSWER} FROM writes AS asks"
        f" WHERE thread_id = ? AND channel = '__interrupt__' AND {answered_sql()}"
    )
    async with saver.conn.execute(query, (config["configurable"]["thread_id"],)) as rows:
        failed = {task: bool(own) async for task, own in rows}
    taken = {id_: waiting.pop(id_) for id_, question in [*waiting.items()] if question.task in failed}
    return {id_: question for id_, question in taken.items() if failed[question.task] and not question.cancelled}


def asked_again(position: Position, file: Path, thread: str) -> Iterator[Interrupt]:
    """The questions that wait as events, with the frames that were kept of when they were asked."""
    for identity, question in position.questions.items():
        asked = question.asked
        yield Interrupt(
            id=identity,
            task=question.task,
            node=asked.node,
            ns=asked.ns,
            value=asked.value,
            schema=asked.schema,
            frames=frames_of(file, thread, identity),
        )


async def finished_tasks(saver: TellingSaver | None, config: RunnableConfig) -> Mapping[str, tuple[str, ...]]:
    """Tasks of the newest step that have a result already, with the state keys that they wrote; none without a saver.

    The stream starts them again all the same.
    """
    found = await saver.aget_tuple(config) if saver is not None else None
    finished: dict[str, tuple[str, ...]] = {}
    for task, channel, _ in (found.pending_writes if found else None) or []:
        if channel not in NO_OUTPUT:
            finished[task] = (*finished.get(task, ()), *([] if is_internal(channel) else [channel]))
    return finished


async def check_nodes_are_there(graph: Pregel[Any, Any, Any, Any], saver: TellingSaver, config: RunnableConfig) -> None:
    """Raise RunFailed where a checkpoint starts a node that the graph no longer has.

    LangGraph would pass it over without a word, and with it what its task has written: alone, it would be the end.
    """
    found = await saver.aget_tuple(config)
    if found is None:
        return
    versions, seen = found.checkpoint["channel_versions"], found.checkpoint["versions_seen"]
    for channel in found.checkpoint["channel_values"]:
        node = channel.removeprefix(BRANCH)
        is_due = channel.startswith(BRANCH) and seen.get(node, {}).get(channel) != versions.get(channel)
        if is_due and node not in graph.nodes:
            raise RunFailed(
                f"the thread stands before node {node!r}, which the graph no longer has",
                "put the node back, or run again from an earlier checkpoint: see graphdeck history",
            )


async def _position_of_rows(saver: TellingSaver, config: RunnableConfig) -> Position:
    found = await saver.aget_tuple(config)
    if found is None:
        return Position()
    finished = await finished_tasks(saver, config)
    questions = {
        interrupt.id: Question(interrupt, task)
        for task, channel, value in found.pending_writes or []
        if channel == "__interrupt__" and task not in finished
        for interrupt in (value if isinstance(value, (list, tuple)) else [value])
    }
    answered = await _take_answered(questions, saver, config)
    return Position(found.checkpoint["id"], (), questions, answered, source=str(found.metadata.get("source", "")))


def _questions(state: StateSnapshot, ns: tuple[str, ...]) -> Iterator[Question]:
    """Each interrupt with its task, as every level of subgraphs repeats it: the deepest comes last."""
    for task in state.tasks:
        cancelled = str(task.error or "").startswith("CancelledError(")
        yield from (Question(interrupt, task.id, task.name, ns, cancelled) for interrupt in task.interrupts)
        if isinstance(task.state, StateSnapshot):
            yield from _questions(task.state, (*ns, f"{task.name}:{task.id}"))


def _open(state: StateSnapshot) -> set[str]:
    """Ids of the interrupts that take an answer.

    Where the state of a subgraph was edited while its question waited, the levels above still tell of that question,
    but LangGraph will ask it anew, under another id, as soon as the thread goes on.
    """
    found: set[str] = set()
    for task in state.tasks:
        ids = {interrupt.id for interrupt in task.interrupts}
        if isinstance(task.state, StateSnapshot) and _was_edited(task.state):
            ids &= _open(task.state)
        found |= ids
    return found


def _was_edited(state: StateSnapshot) -> bool:
    inner = (task.state for task in state.tasks)
    by_hand = (state.metadata or {}).get("source") == "update"
    return by_hand or any(isinstance(each, StateSnapshot) and _was_edited(each) for each in inner)


def _standing_before(state: StateSnapshot) -> Iterator[str]:
    """Paths of the nodes that the next step runs, the innermost ones."""
    inner = [(task.name, task.state) for task in state.tasks if isinstance(task.state, StateSnapshot)]
    for name in state.next:
        child = next((each for each in inner if each[0] == name and each[1].next), None)
        if child is None:
            yield name
        else:
            inner.remove(child)
            yield from (f"{name}:{path}" for path in _standing_before(child[1]))
