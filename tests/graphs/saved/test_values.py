"""Values of a state by path, values that are stored in parts, and states that are not there or cannot be read."""

import operator
from collections.abc import Callable
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph, add_messages

from graphdeck.graphs.errors import FileError, PathNotFound, ThreadNotFound
from graphdeck.graphs.saved.delta import DELTA_CHANNEL
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.state import read_state, read_value

Look = Callable[[], CheckpointFile]


class State(TypedDict):
    log: Annotated[list[str], operator.add]


def config(thread: str = "t") -> RunnableConfig:
    return {"configurable": {"thread_id": thread}}


def says(name: str) -> Any:
    return lambda state: {"log": [name]}


def test_values_by_path(saver: SqliteSaver, look: Look) -> None:
    class Mixed(TypedDict):
        messages: Annotated[list[AnyMessage], add_messages]
        data: Any

    data = {"a.b": {"/": 1}, "set": {7}, 5: "five", "list": [1, [2]], "": "empty"}
    graph = StateGraph(Mixed).add_node("a", lambda state: {}).add_edge(START, "a").compile(checkpointer=saver)
    graph.invoke({"messages": [HumanMessage("hi", id="m")], "data": data}, config())
    file = look()

    def value(path: str) -> Any:
        found = read_value(file, "t", None, path)
        assert found.path == path
        return found.value

    assert value("messages.0.content") == "hi"
    assert value("/messages/0/id") == value("messages.-1.id") == "m"
    assert value("data.list.1.0") == 2
    assert value("data.5") == "five"
    assert value("/data/a.b/~1") == 1
    assert value("/data/") == "empty"
    assert value("data.set.0") == 7
    assert value("data.set.$type") == "set"
    assert value("") == read_state(file, "t").values
    for path, hint in [
        ("mesages", '"messages"'), ("messages.1", "0 to 0"), ("messages.x", "0 to 0"),
        ("messages.0.content.x", "no parts"), ("data.a.b", "starts with /"), ("messages.-2", "0 to 0"),
        ("messages.²", "0 to 0"),
    ]:  # fmt: skip
        with pytest.raises(PathNotFound) as caught:
            read_value(file, "t", None, path)
        assert hint in caught.value.hint


def test_a_state_of_one_value(saver: SqliteSaver, look: Look) -> None:
    schema: Any = int
    graph: Any = StateGraph(schema).add_node("a", lambda n: n + 1).add_edge(START, "a").compile(checkpointer=saver)
    graph.invoke(3, config())
    assert read_state(look(), "t").values == {"__root__": 4}


@pytest.mark.parametrize(("frequency", "form"), [(3, "whole"), (4, "writes")])
def test_a_delta_channel_is_shown_as_snapshot_and_writes(
    saver: SqliteSaver, look: Look, frequency: int, form: str
) -> None:
    def add(state: list[str], writes: Any) -> list[str]:
        return [*state, *(item for write in writes for item in write)]

    class Delta(TypedDict):
        log: Annotated[list[str], DeltaChannel(add, snapshot_frequency=frequency)]

    graph = StateGraph(Delta).add_node("a", says("a")).add_node("b", says("b"))
    graph.add_edge(START, "a").add_edge("a", "b")
    compiled = graph.compile(checkpointer=saver)
    forms = set()
    for round_ in range(3):
        compiled.invoke({"log": [f"in {round_}"]}, config())
        whole = compiled.get_state(config()).values["log"]
        shown = read_state(look(), "t").values["log"]
        if isinstance(shown, dict):
            assert shown["$type"] == DELTA_CHANNEL
            parts: Any = shown["value"]
            shown = [*(parts["snapshot"] or []), *(item for write in parts["writes"] for item in write)]
            forms.add("writes")
        else:
            forms.add("whole")
        assert shown == whole
    assert forms == {form}


# -- not there, not readable -----------------------------------------------------------------------------------


def test_a_thread_or_checkpoint_that_is_not_there(saver: SqliteSaver, look: Look) -> None:
    graph = StateGraph(State).add_node("a", says("a")).add_edge(START, "a").compile(checkpointer=saver)
    graph.invoke({"log": []}, config("Rome in May"))
    with pytest.raises(ThreadNotFound, match="no thread") as caught:
        read_state(look(), "rome")
    assert '"Rome in May"' in caught.value.hint
    with pytest.raises(ThreadNotFound, match="no thread") as caught:
        read_state(look(), "Rom in Mai")
    assert '"Rome in May"' in caught.value.hint
    with pytest.raises(ThreadNotFound, match="no thread") as caught:
        read_state(look(), "zzz")
    assert "graphdeck threads" in caught.value.hint
    for odd in ("\udcff", "", "a\x00b", "'"):
        with pytest.raises(ThreadNotFound, match="no thread"):
            read_state(look(), odd)
    newest = read_state(look(), "Rome in May").checkpoint
    with pytest.raises(ThreadNotFound, match="no checkpoint") as caught:
        read_state(look(), "Rome in May", newest[:-3])
    assert newest in caught.value.hint


def test_a_checkpoint_that_cannot_be_decoded(saver: SqliteSaver, look: Look) -> None:
    graph = StateGraph(State).add_node("a", says("a")).add_edge(START, "a").compile(checkpointer=saver)
    graph.invoke({"log": []}, config())
    saver.conn.execute("UPDATE checkpoints SET checkpoint = x'c1'")
    saver.conn.commit()
    with pytest.raises(FileError, match=r'Thread "t" .* cannot be read: broken msgpack'):
        read_state(look(), "t")
