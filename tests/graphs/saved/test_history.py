"""Histories: order, parents, forks, and what each checkpoint changed."""

import operator
from collections.abc import Callable
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph

from graphdeck.graphs.errors import FileError, ThreadNotFound
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.history import read_history

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
    assert [(row.step, row.source, row.next, row.changed) for row in rows] == [
        (2, "loop", (), ()),
        (1, "loop", ("b",), ("log",)),
        (0, "loop", ("a",), ("log", "same", "left")),
        (-1, "input", ("__start__",), ()),
    ]
    assert [row.parent for row in rows] == [*(row.checkpoint for row in rows[1:]), None]
    assert [row.time for row in rows] == [saved.created_at for saved in graph.get_state_history(config())]


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


def test_a_broken_checkpoint(graph: Any, look: Look, saver: SqliteSaver) -> None:
    graph.invoke({"same": 1, "log": []}, config())
    saver.conn.execute("UPDATE checkpoints SET checkpoint = x'c1' WHERE parent_checkpoint_id IS NULL")
    saver.conn.commit()
    with pytest.raises(FileError, match="broken msgpack"):
        read_history(look(), "t")
