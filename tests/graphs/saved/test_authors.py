"""Who wrote a message, as the writes of the tasks tell it."""

from collections.abc import Callable
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph, add_messages
from langgraph.types import Send

from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.state import read_state

CONFIG: RunnableConfig = {"configurable": {"thread_id": "t"}}


class Chat(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def says(*ids: str | None, text: str = "hi") -> Any:
    return lambda state: {"messages": [AIMessage(text, id=each and f"{each}{len(state['messages'])}") for each in ids]}


@pytest.fixture
def graph(saver: SqliteSaver) -> Any:
    """START -> planner -> writer, and a task of a `Send`, whose node no row names."""
    builder = StateGraph(Chat)
    builder.add_node("planner", says("plan", None)).add_node("writer", says("a", "b"))
    builder.add_node("sent", says("sent")).add_node("long", says("long", text="x" * 100_000))
    builder.add_edge(START, "planner").add_edge("planner", "writer").add_edge("planner", "long")
    builder.add_conditional_edges("writer", lambda state: [Send("sent", state)], ["sent"])
    return builder.compile(checkpointer=saver)


def test_messages_have_their_node_as_far_as_rows_tell(graph: Any, look: Callable[[], CheckpointFile]) -> None:
    graph.invoke({"messages": [HumanMessage("go", id="h")]}, CONFIG)
    file = look()
    first = read_state(file, "t")
    named = {id_: node for id_, node in first.authors.items() if len(id_) < 10}  # LangGraph names the one without id
    assert named == {"plan1": "planner", "a3": "writer", "b3": "writer"}
    graph.invoke({"messages": [HumanMessage("again", id="h2")]}, CONFIG)
    again = read_state(file, "t")
    assert {*again.authors} > {*first.authors}
    assert again.authors == read_state(look(), "t").authors, "what was read in parts is the whole"
    assert read_state(file, "t", first.checkpoint).authors == {}
