"""Histories: order, parents, forks, what each checkpoint changed, and what ran."""

import gc
import operator
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send, interrupt

from graphdeck.graphs.errors import ThreadNotFound
from graphdeck.graphs.ran_tasks import RanTasks
from graphdeck.graphs.records import RanTask
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.history import read_history
from graphdeck.graphs.saved.state import read_state, read_value

Look = Callable[[], CheckpointFile]


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]
    same: int
    left: str


def config(checkpoint: str | None = None) -> RunnableConfig:
    return {
        "configurable": {"thread_id": "t", "checkpoint_ns": ""} | ({"checkpoint_id": checkpoint} if checkpoint else {})
    }


@pytest.fixture
def graph(saver: SqliteSaver) -> Any:
    """START -> a -> b; `a` writes the value that was there, `b` nothing."""
    builder = StateGraph(State)
    builder.add_node("a", lambda state: {"log": ["a"], "same": state["same"]}).add_node("b", lambda state: {})
    return builder.add_edge(START, "a").add_edge("a", "b").compile(checkpointer=saver)


def test_newest_first_with_what_each_step_changed(graph: Any, look: Look) -> None:
    graph.invoke({"same": 1, "left": "x", "log": []}, config())
    rows = read_history(look(), "t")
    assert [(row.step, row.source, row.next, row.changed, row.lengths_before) for row in rows] == [
        (2, "loop", (), (), {}),
        (1, "loop", ("b",), ("log",), {"log": 0}),
        (0, "loop", ("a",), ("log", "same", "left"), {}),
        (-1, "input", ("__start__",), (), {}),
    ]
    for row in rows:
        state = read_state(look(), "t", row.checkpoint)
        assert (state.changed, state.lengths_before) == (row.changed, row.lengths_before)
    assert [row.parent for row in rows] == [*(row.checkpoint for row in rows[1:]), None]
    assert [row.time for row in rows] == [saved.created_at for saved in graph.get_state_history(config())]


def test_steps_of_many_tasks_are_not_remembered_without_end(
    saver: SqliteSaver, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphdeck.graphs.saved.file._STEPS", 60)
    builder = StateGraph(State).add_node("many", lambda state: {"log": ["x"]}).add_node("spread", lambda state: {})
    builder.add_conditional_edges("spread", lambda state: [Send("many", {})] * 20, ["many"])
    graph = builder.add_edge(START, "spread").compile(checkpointer=saver)
    file = look()
    for _ in range(8):
        graph.invoke({"log": []}, config())
        newest = read_history(file, "t", limit=2)
        assert len(newest[0].made_by) == 20
        assert newest[1] is read_history(file, "t", limit=2)[1], "the steps that it has room for are remembered"
        assert (len(newest[1].next or ()), len(set(map(id, newest[1].next or ())))) == (20, 1)
    del newest
    held = [each for each in gc.get_objects() if isinstance(each, RanTasks) and len(each) == 20]
    assert 1 <= len(held) <= 5


def test_forks_keep_their_parents(graph: Any, look: Look) -> None:
    graph.invoke({"same": 1, "log": []}, config())
    at_one = read_history(look(), "t")[1]
    graph.update_state(config(at_one.checkpoint), {"same": 2}, as_node="a")
    graph.invoke(None, config(at_one.checkpoint))
    rows = {row.checkpoint: row for row in read_history(look(), "t")}
    saved = list(graph.get_state_history(config()))
    assert list(rows) == [state.config["configurable"]["checkpoint_id"] for state in saved]
    for state, row in zip(saved, rows.values(), strict=True):
        parent = state.parent_config
        assert row.parent == (parent["configurable"]["checkpoint_id"] if parent else None)
        assert (row.source, row.step) == (state.metadata["source"], state.metadata["step"])
    children = [row for row in rows.values() if row.parent == at_one.checkpoint]
    assert {row.source for row in children} == {"loop", "update", "fork"}
    assert next(row for row in children if row.source == "update").changed == ("same",)


def test_pages(graph: Any, look: Look) -> None:
    for _ in range(3):
        graph.invoke({"same": 1, "log": []}, config())
    file = look()
    whole = read_history(file, "t")
    assert len(whole) == 12
    assert read_history(file, "t", limit=10**30) == whole
    assert read_history(file, "t", limit=5) == whole[:5]
    assert read_history(file, "t", limit=5, before=whole[4].checkpoint) == whole[5:10]
    assert read_history(file, "t", before=whole[-1].checkpoint) == []


def test_what_is_not_there(graph: Any, look: Look) -> None:
    graph.invoke({"same": 1, "log": []}, config())
    with pytest.raises(ThreadNotFound, match="no thread"):
        read_history(look(), "other")
    with pytest.raises(ThreadNotFound, match="no checkpoint"):
        read_history(look(), "t", before="other")


def test_a_broken_checkpoint_is_listed_with_why(graph: Any, look: Look, saver: SqliteSaver) -> None:
    graph.invoke({"same": 1, "log": []}, config())
    before = read_history(look(), "t")
    saver.conn.execute("UPDATE checkpoints SET checkpoint = x'c1' WHERE checkpoint_id = ?", (before[1].checkpoint,))
    saver.conn.commit()
    rows = read_history(look(), "t")
    assert [bool(row.error) for row in rows] == [False, True, False, False]
    broken = rows[1]
    assert (broken.checkpoint, broken.parent, broken.step) == (before[1].checkpoint, before[1].parent, 1)
    assert "broken msgpack" in broken.error
    assert broken.time[:22] == before[1].time[:22]
    assert (broken.next, broken.changed, broken.after) == (None, (), ())
    assert (rows[0].made_by, rows[2:]) == ((), before[2:])


# -- what ran --------------------------------------------------------------------------------------------------


def ran(tasks: Sequence[RanTask]) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    return [(task.node, task.wrote, task.routed) for task in tasks]


def test_what_ran_in_each_step_and_where_it_led(saver: SqliteSaver, look: Look) -> None:
    inner: Any = StateGraph(State).add_node("deep", lambda state: {"log": ["deep"]}).add_edge(START, "deep").compile()
    builder: Any = StateGraph(State)
    builder.add_node("plan", lambda state: {"same": 1})
    builder.add_node("work", lambda state: {"log": ["w"]})
    builder.add_node("turn", lambda state: Command(update={"left": "x"}, goto="inner"))
    builder.add_node("inner", inner)
    builder.add_node("twice", lambda state: (inner.invoke({}), inner.invoke({}), {})[2])
    builder.add_node("quiet", lambda state: None)
    builder.add_edge(START, "plan").add_edge(["twice", "quiet"], "turn")
    builder.add_conditional_edges("plan", lambda state: [Send("work", {}), Send("work", {}), "quiet"])
    builder.add_edge("work", "twice")
    builder.compile(checkpointer=saver).invoke({"left": "l"}, config())
    file = look()
    rows = read_history(file, "t")
    assert [ran(row.made_by) for row in rows] == [
        [("inner", ("log", "same", "left"), ())],
        [("turn", ("left",), ("inner",))],
        [("twice", (), ("turn",))],
        [("quiet", (), ("turn",)), ("work", ("log",), ("twice",)), ("work", ("log",), ("twice",))],
        [("plan", ("same",), ("quiet", "work", "work"))],
        [("__start__", ("left",), ("plan",))],
        [],
    ]
    assert [row.after for row in rows[1:]] == [row.made_by for row in rows[:-1]]
    ((first, second),) = (task.inner for task in rows[2].made_by)
    assert second == f"{first}|1"
    ((deep,),) = (task.inner for task in rows[0].made_by)
    for ns in (first, second, deep):
        inside = read_history(file, "t", ns=ns)
        assert [(row.step, row.source, row.next, row.ns) for row in inside] == [
            (1, "loop", (), ns),
            (0, "loop", ("deep",), ns),
            (-1, "input", ("__start__",), ns),
        ]
        assert ran(inside[0].made_by) == [("deep", ("log",), ())]
        states = [read_state(file, "t", row.checkpoint, ns=ns) for row in inside]
        assert [(each.ns, each.status, each.next, each.changed) for each in states] == [
            (ns, "done", (), inside[0].changed),
            (ns, "stopped", ("deep",), inside[1].changed),
            (ns, "stopped", ("__start__",), inside[2].changed),
        ]
        assert read_state(file, "t", ns=ns) == states[0]
        assert read_value(file, "t", states[0].checkpoint, "log", ns=ns).value == states[0].values["log"]
    with pytest.raises(ThreadNotFound, match='no subgraph "x:1"'):
        read_history(file, "t", ns="x:1")


def test_what_a_fork_ran_is_its_own(graph: Any, look: Look) -> None:
    """LangGraph copies a checkpoint to run from it again; an update by hand is kept among the writes of its parent."""
    graph.invoke({"same": 1, "log": []}, config())
    newest, at_one, *_ = read_history(look(), "t")
    graph.invoke(None, config(at_one.checkpoint))
    graph.update_state(config(), {"same": 3}, as_node="a")
    rows = read_history(look(), "t")
    assert [(row.source, [task.node for task in row.made_by], [task.node for task in row.after]) for row in rows] == [
        ("update", [], []),
        ("loop", ["b"], []),
        ("fork", [], ["b"]),
        ("loop", ["b"], []),
        ("loop", ["a"], ["b"]),
        ("loop", ["__start__"], ["a"]),
        ("input", [], ["__start__"]),
    ]
    assert {row.parent for row in rows[2:4]} == {at_one.checkpoint}
    ids = [task.id for row in rows for task in row.after if task.node == "b"]
    assert len(set(ids)) == 2
    assert rows[3] == newest


def test_failures_questions_and_unfinished_subgraphs(saver: SqliteSaver, look: Look) -> None:
    calls: list[str] = []

    def flaky(state: State) -> State:
        calls.append("flaky")
        if len(calls) == 1:
            while not look().query("SELECT 1 FROM writes WHERE channel = '__interrupt__'"):
                pass  # LangGraph drops what `ask` asks where its sibling fails first
            raise ValueError("not yet")
        return {"log": ["flaky"]}

    def stop(state: State) -> State:
        raise KeyboardInterrupt

    inner: Any = StateGraph(State).add_node("deep", stop).add_edge(START, "deep").compile()
    builder: Any = StateGraph(State)
    builder.add_node("ask", lambda state: {"left": interrupt("q?")}).add_node("flaky", flaky).add_node("sub", inner)
    builder.add_edge(START, "ask").add_edge(START, "flaky").add_edge("flaky", "sub")
    graph = builder.compile(checkpointer=saver)
    with pytest.raises(ValueError, match="not yet"):
        graph.invoke({"log": []}, config())
    file = look()
    tasks = {task.node: task for task in read_history(file, "t")[0].after}
    assert (tasks["ask"].waits, tasks["ask"].finished, tasks["ask"].error) == (True, False, "")
    assert (tasks["flaky"].waits, tasks["flaky"].finished) == (False, False)
    assert tasks["flaky"].error == "ValueError('not yet')"

    with pytest.raises(KeyboardInterrupt):
        graph.invoke(Command(resume="yes"), config())
    rows = read_history(file, "t")
    assert [(task.node, task.waits, task.error) for task in rows[0].made_by] == [
        ("ask", False, ""),
        ("flaky", False, "ValueError('not yet')"),
    ]
    (unfinished,) = rows[0].after
    assert (unfinished.node, unfinished.finished, unfinished.wrote) == ("sub", False, ())
    assert [row.next for row in read_history(file, "t", ns=unfinished.inner[0])] == [("deep",), ("__start__",)]


def test_functional_api(saver: SqliteSaver, look: Look) -> None:
    @task
    def double(number: int) -> int:
        return number * 2

    @entrypoint(checkpointer=saver)
    def main(number: int) -> int:
        return double(number).result() + double(1).result()

    main.invoke(3, config())
    newest, first = read_history(look(), "t")
    assert ran(newest.made_by) == [("main", ("__end__", "__previous__"), ()), ("main", (), ()), ("main", (), ())]
    assert (first.after, newest.source, newest.step) == (newest.made_by, "loop", 0)
