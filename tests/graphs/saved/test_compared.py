"""What differs between checkpoints that the real engine made."""

import operator
from collections.abc import Callable
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages

from graphdeck.graphs.errors import FileError, ThreadNotFound
from graphdeck.graphs.saved.compared import read_differences
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.history import read_history

Look = Callable[[], CheckpointFile]


class State(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], add_messages]
    log: Annotated[list[str], operator.add]
    any: Any
    other: Any


def config(checkpoint: str | None = None) -> RunnableConfig:
    more = {"checkpoint_id": checkpoint} if checkpoint else {}
    return {"configurable": {"thread_id": "t", "checkpoint_ns": "", **more}}


def told(file: CheckpointFile, one: str, other: str | None = None) -> list[tuple[Any, ...]]:
    found = read_differences(file, "t", one, other)
    return [(each.kind, each.path, each.before, each.after) for each in found]


@pytest.fixture
def graph(saver: SqliteSaver) -> Any:
    """A node that answers `ok`, rewrites the first message, and gives back what else it got."""

    def answer(state: State) -> State:
        return {"messages": [HumanMessage("hello Rome", id="1"), AIMessage("ok", id="2")], "log": ["answered"]}

    return StateGraph(State).add_node("answer", answer).add_edge(START, "answer").compile(checkpointer=saver)


def test_a_step_against_its_parent_and_two_branches(graph: Any, look: Look) -> None:
    graph.invoke({"messages": [HumanMessage("hello", id="1")], "any": {1, 2}, "log": ["go"], "other": 1}, config())
    tip, start, first = (row.checkpoint for row in read_history(look(), "t"))
    file = look()
    added = ("added", "/messages/1", None, {"type": "ai", "content": "ok", "id": "2"})
    assert told(file, tip) == [
        ("changed", "/messages/0/content", "hello", "hello Rome"),
        added,
        ("added", "/log/1", None, "answered"),
    ]
    assert {path for _, path, _, _ in told(file, start)} == {"/messages", "/log", "/any", "/other"}
    assert all(kind == "added" for kind, *_ in told(file, start))
    assert told(file, first) == []
    assert told(file, start, start) == []

    graph.update_state(config(start), {"any": {2, 3}, "other": 1.0}, as_node="answer")
    branch = read_history(look(), "t")[0].checkpoint
    assert read_history(look(), "t")[0].changed == ("any", "other")
    assert told(file, branch) == [
        ("removed", "/any/value/0", 1, None),
        ("added", "/any/value/1", None, 3),
        ("changed", "/other", 1, 1.0),
    ]
    assert told(file, branch, tip) == [
        ("changed", "/messages/0/content", "hello", "hello Rome"),
        added,
        ("added", "/log/1", None, "answered"),
        ("added", "/any/value/0", None, 1),
        ("removed", "/any/value/1", 3, None),
        ("changed", "/other", 1.0, 1),
    ]


def test_long_lists_keep_their_places(graph: Any, look: Look) -> None:
    texts = [HumanMessage(str(number), id=f"m{number}") for number in range(9)]
    graph.invoke({"messages": texts}, config())
    graph.update_state(config(), {"messages": [HumanMessage("new", id="m5")]})
    newest = read_history(look(), "t")[0].checkpoint
    assert told(look(), newest) == [("changed", "/messages/5/content", "5", "new")]


def test_what_reads_the_same_but_is_stored_differently(graph: Any, look: Look, saver: SqliteSaver) -> None:
    """A change is told wherever the history tells one."""
    graph.invoke({"any": [AIMessage("x", id="9"), AIMessage("y", id="8")], "other": "same"}, config())
    graph.update_state(config(), {"any": [AIMessage("x", id="9", name=""), AIMessage("y", id="8")]})
    row = read_history(look(), "t")[0]
    (change,) = read_differences(look(), "t", row.checkpoint)
    assert row.changed == ("any",)
    assert (change.path, change.kind) == ("/any", "changed")
    assert change.before == change.after != []


def test_delta_channels_and_files_of_old_versions(saver: SqliteSaver, look: Look) -> None:
    """Of a delta channel, what is stored is compared: only the graph's own code can add it up."""

    class Delta(TypedDict):
        log: Annotated[list[Any], DeltaChannel(lambda old, new: [*old, *new], snapshot_frequency=3)]

    builder: Any = (
        StateGraph(Delta).add_node("a", lambda state: {"log": [1]}).add_node("b", lambda state: {"log": [1.0]})
    )
    builder.add_edge(START, "a").add_edge("a", "b").compile(checkpointer=saver).invoke({"log": []}, config())
    saver.conn.execute("ALTER TABLE writes DROP COLUMN task_path")
    saver.conn.commit()
    rows = read_history(look(), "t")
    assert [row.changed for row in rows] == [("log",)] * 4
    assert [[(task.node, task.wrote) for task in row.made_by] for row in rows] == [
        [("b", ("log",))],
        [("a", ("log",))],
        [("", ("log",))],  # who takes the input, no row tells
        [],
    ]
    assert told(look(), rows[1].checkpoint) == [("added", "/log/value/writes/1", None, [1])]
    assert [change[:2] for change in told(look(), rows[0].checkpoint)] == [("changed", "/log")]  # stored whole again


def test_what_is_not_there(graph: Any, look: Look, saver: SqliteSaver) -> None:
    graph.invoke({"log": ["go"]}, config())
    tip, start, first = (row.checkpoint for row in read_history(look(), "t"))
    with pytest.raises(ThreadNotFound, match='no checkpoint "x"'):
        read_differences(look(), "t", tip, "x")
    with pytest.raises(ThreadNotFound, match="no checkpoint"):
        read_differences(look(), "t", tip, ns="sub:1")
    saver.conn.execute("DELETE FROM checkpoints WHERE checkpoint_id = ?", (start,))
    saver.conn.execute("UPDATE checkpoints SET checkpoint = x'c1' WHERE checkpoint_id = ?", (first,))
    saver.conn.commit()
    with pytest.raises(ThreadNotFound, match=f'no checkpoint "{start}"'):
        read_differences(look(), "t", tip)
    with pytest.raises(FileError, match="broken msgpack"):
        read_differences(look(), "t", tip, first)
