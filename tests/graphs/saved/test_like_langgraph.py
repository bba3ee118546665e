"""Random small graphs, stopped anywhere: rows must tell what the graph's own code tells."""

import operator
import uuid
from collections import Counter
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, StateSnapshot, interrupt

from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.saved.file import CheckpointFile, open_file
from graphdeck.graphs.saved.history import read_history
from graphdeck.graphs.saved.state import read_state
from graphdeck.graphs.saved.threads import list_threads
from graphdeck.graphs.saved.waiting import waiting_places, waiting_row
from graphdeck.graphs.values import to_json

NAMES = ["a", "b", "a+b", "c d", "e"]
KINDS = ["say", "ask", "ask", "tough", "fail", "send", "goto", "inner", "quiet"]
THREADS_A_FILE = 50
WIDEST = 8
"""Tasks at most from which a thread goes on: a loop that sends triples them with each step, and four steps follow."""
ACTIONS = ["go on", "answer one", "answer all", "input", "update", "fork"]


def keep_last(old: str, new: str) -> str:
    return new


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]
    last: Annotated[str, keep_last]


def act(kind: str, name: str, target: str) -> Any:
    """The action of a node of one kind."""

    def node(state: State) -> Any:
        match kind:
            case "ask":
                return {"log": [f"{name}: {interrupt(f'{name}?')}"]}
            case "tough" if interrupt(f"{name}?") and len(state.get("log", [])) % 2:
                raise ValueError(name)
            case "fail" if len(state.get("log", [])) % 2:
                raise ValueError(name)
            case "goto":
                return Command(update={"log": [name]}, goto=[target, Send(target, {"log": [name]})])
            case "quiet":
                return {}
        return {"log": [name], "last": name}

    return node


def inner_graph(target: str) -> Any:
    builder: Any = StateGraph(State)
    builder.add_node("deep", act("ask", "deep", target)).add_node("then", act("say", "then", target))
    return builder.add_edge(START, "deep").add_edge("deep", "then").compile()


@st.composite
def graphs(draw: st.DrawFn) -> tuple[Any, dict[str, Any]]:
    """A builder, and the keyword arguments to compile it with."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
    builder: Any = StateGraph(State)
    for name in names:
        kind, target = draw(st.sampled_from(KINDS)), draw(st.sampled_from(names))
        node = inner_graph(target) if kind == "inner" else act(kind, name, target)
        builder.add_node(name, node, defer=draw(st.integers(0, 4)) == 0)
        if kind == "send":
            count = draw(st.integers(0, 3))
            sends = [Send(target, {"log": [str(number)]}) for number in range(count)]
            builder.add_conditional_edges(name, lambda state, sends=sends: sends or END, [target, END])
    builder.add_edge(START, names[0])
    pairs = st.tuples(st.sampled_from([START, *names]), st.sampled_from([*names, END]))
    for source, target in draw(st.lists(pairs, max_size=5, unique=True)):
        if (source, target) != (START, END):
            builder.add_edge(source, target)
    if draw(st.booleans()):
        sources = draw(st.lists(st.sampled_from(names), min_size=2, max_size=3, unique=True))
        if {*sources} != {"a", "b", "a+b"}:  # rows cannot tell what their join waits for
            builder.add_edge(sources, draw(st.sampled_from(names)))
    stops = {key: draw(st.lists(st.sampled_from(names), max_size=1)) for key in ("interrupt_before", "interrupt_after")}
    return builder, stops


def apply(graph: Any, config: RunnableConfig, action: str, choice: int) -> None:
    """Do something to a thread; whatever the graph raises is one of the ways to stop."""
    state = graph.get_state(config)
    answers = {question.id: "yes" for question in state.interrupts}
    given: Any = None
    if action == "input":
        given = {"log": ["in"]}
    elif action == "answer all" and answers:
        given = Command(resume=answers)
    elif action == "answer one" and answers:
        given = Command(resume=dict([list(answers.items())[choice % len(answers)]]))
    try:
        if action == "update":
            graph.update_state(config, {"last": "by hand"}, as_node=sorted(graph.nodes)[choice % len(graph.nodes)])
            return
        history = list(graph.get_state_history(config))
        if action == "fork" and history:
            old = history[choice % len(history)]
            # From a newest one that is an update or a fork itself, LangGraph asks a question again that has an answer
            # with which its node failed, and then takes no other one; no row tells that from a second question.
            if old is not history[0] or not any(task.error for task in old.tasks):
                graph.invoke(None, {**old.config, "recursion_limit": 4})
            return
        graph.invoke(given, {**config, "recursion_limit": 4})
    except Exception:  # noqa: BLE001 - see the docstring
        return


def without_empty(values: Any) -> Any:
    """A reducer's empty start is made by the graph's code, not stored."""
    return {key: to_json(value) for key, value in values.items() if value}


def pending_ids(snapshot: StateSnapshot, saver: Any) -> set[str]:
    """The questions that wait: LangGraph goes on telling of those whose nodes failed with their answers."""
    writes = saver.get_tuple(snapshot.config).pending_writes
    answered = {task for task, channel, _ in writes if channel == "__resume__"}
    failed = {
        question.id for task in snapshot.tasks if task.error and task.id in answered for question in task.interrupts
    }
    return {question.id for question in snapshot.interrupts} - failed


def check(graph: Any, config: RunnableConfig, file: CheckpointFile, thread: str) -> None:
    """Compare all that rows tell with what the graph tells."""
    head = graph.get_state(config)
    pending = pending_ids(head, graph.checkpointer)
    state = read_state(file, thread)
    assert state.next is not None
    assert sorted(state.next) == sorted(head.next)
    assert {question.id for question in state.interrupts} == pending
    failed = [task for task in head.tasks if task.error is not None and task.result is None]
    assert len(state.failed) <= len(failed)
    if pending:
        assert state.status == "waiting"
    elif failed:
        assert state.status in ("failed", "stopped")
    else:
        assert state.status == ("stopped" if head.next else "done")
    (row,) = [row for row in list_threads(file).rows if row.thread == thread]
    assert (row.status, row.next, row.step) == (state.status, state.next, state.step)
    assert set(row.interrupts) == pending

    places = [place for place in waiting_places(file) if place.thread == thread]
    assert bool(places) == (row.status == "waiting")
    waiting = [waiting_row(file, place) for place in places]
    assert [row_.interrupts for row_ in waiting if row_] == ([state.interrupts] if places else [])

    rows = read_history(file, thread)
    history = list(graph.get_state_history(config))
    assert [row.checkpoint for row in rows] == [old.config["configurable"]["checkpoint_id"] for old in history]
    for row_, old in zip(rows, history, strict=True):
        parent = old.parent_config["configurable"]["checkpoint_id"] if old.parent_config else None
        assert (row_.parent, row_.source, row_.time) == (parent, old.metadata["source"], old.created_at)
        shown = read_state(file, thread, row_.checkpoint)
        assert without_empty(old.values) == {key: value for key, value in shown.values.items() if value}
        if row_ is not rows[0]:
            assert row_.next is not None
            assert sorted(row_.next) == sorted(old.next)
            assert shown.next == row_.next
        check_tasks(row_, old, edited=any(row_.checkpoint == each.parent and each.source == "update" for each in rows))
    check_steps(rows)
    inner = {ns: task for row_ in rows for task in row_.after for ns in task.inner}
    for ns, task in inner.items():
        inside = read_history(file, thread, ns=ns)
        assert inside[-1].source == "input"
        assert ns.endswith(f"{task.node}:{task.id}")
        assert not task.finished or inside[0].next == ()


def check_tasks(row: CheckpointRow, old: StateSnapshot, *, edited: bool) -> None:
    """Compare the tasks after a checkpoint: LangGraph tells of each that is due, rows of each that wrote.

    LangGraph takes an update by hand for the result of a task that waited, rows tell them apart.
    """
    told = {task.id: task for task in old.tasks}
    for ran in row.after:
        task = told[ran.id]
        assert ran.node == task.name
        assert ran.error == (str(task.error) if task.error else "")
        assert edited or bool(ran.wrote) == bool(task.result)
        assert not (ran.waits and not task.interrupts)
    assert edited or {task.id for task in old.tasks if task.result} <= {ran.id for ran in row.after if ran.finished}


def check_steps(rows: Sequence[CheckpointRow]) -> None:
    """A step's tasks have finished, are those that its parent began, and changed nothing that they did not write."""
    parents = {row.checkpoint: row for row in rows}
    for row in rows:
        parent = parents.get(row.parent or "")
        if row.source != "loop":
            assert row.made_by == ()
        elif parent is not None:
            assert row.made_by == tuple(task for task in parent.after if task.finished)
            assert parent.next is not None
            assert Counter(task.node for task in row.made_by) <= Counter(parent.next)  # LangGraph names deferred ones
            assert {*row.changed} <= {key for task in row.made_by for key in task.wrote}


def compare(path: Path, examples: int, *, same: bool) -> None:
    """Run random graphs, one thread each and fifty threads a file, and look after every action."""
    numbers = count()

    @settings(deadline=None, max_examples=examples, derandomize=same, suppress_health_check=list(HealthCheck))
    @given(graphs(), st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 9)), max_size=4))
    def run(made: tuple[Any, dict[str, Any]], actions: list[tuple[str, int]]) -> None:
        builder, stops = made
        thread = str(uuid.uuid4())
        config: RunnableConfig = {"configurable": {"thread_id": thread}}
        fresh = path.with_stem(f"{path.stem}-{next(numbers) // THREADS_A_FILE}")
        with SqliteSaver.from_conn_string(str(fresh)) as saver:
            saver.setup()
            saver.conn.execute("PRAGMA synchronous=OFF")
            graph = builder.compile(checkpointer=saver, **stops)
            apply(graph, config, "input", 0)
            with open_file(fresh) as file:
                check(graph, config, file, thread)
                for action, choice in actions:
                    if len(graph.get_state(config).next) > WIDEST:
                        break
                    apply(graph, config, action, choice)
                    check(graph, config, file, thread)

    run()


def test_random_graphs(path: Path) -> None:
    compare(path, 25, same=True)


@pytest.mark.soak
def test_many_random_graphs(path: Path) -> None:
    compare(path, 2000, same=False)
