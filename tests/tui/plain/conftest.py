"""The command line in this process, and checkpoint files made by LangGraph's own saver."""

import operator
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import interrupt

from graphdeck.tui.start import main


@dataclass(frozen=True)
class Finished:
    """What a command left behind."""

    status: int
    out: str
    err: str


Cli = Callable[..., Finished]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs `graphdeck WORDS...` in an empty folder, 100 columns wide, and gives back what it printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.delenv("GRAPHDECK_ASCII", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*words: str) -> Finished:
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main(list(words))
        out, err = capsys.readouterr()
        assert isinstance(exit_.value.code, int)
        return Finished(exit_.value.code, out, err)

    return run


class State(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], add_messages]
    city: str
    log: Annotated[list[str], operator.add]


def _search(state: State) -> State:
    return {"messages": [AIMessage("four hotels found", id="m2")], "city": "Rome", "log": ["searched"]}


def _book(state: State) -> State:
    if state.get("city") == "nowhere":
        raise ValueError("there is no such city")
    answer = interrupt({"action": "book", "city": state["city"], "guest": "Kim \u202edrow"})
    return {"log": [f"booked: {answer}"]}


def _graph() -> StateGraph[State, Any, Any, Any]:
    graph = StateGraph(State)
    graph.add_node("search", _search)
    graph.add_node("book", _book)
    graph.add_edge(START, "search")
    graph.add_edge("search", "book")
    graph.add_edge("book", END)
    return graph


@pytest.fixture
def threads_file(tmp_path: Path) -> Path:
    """Three threads: `trip/1 é` waits at `book`, `old` is done, `plain` was stopped before `book`."""
    path = tmp_path / "trips.sqlite"
    connection = sqlite3.connect(path, check_same_thread=False)
    saver = SqliteSaver(connection)
    graph = _graph().compile(checkpointer=saver)
    stopping = _graph().compile(checkpointer=saver, interrupt_before=["book"])

    def start(compiled: Any, thread: str, text: str, **more: Any) -> None:
        config = {"configurable": {"thread_id": thread}, "metadata": {"graphdeck_graph": "trips.py:graph"}}
        compiled.invoke({"messages": [HumanMessage(text, id="m1")], **more}, config)

    start(_no_question().compile(checkpointer=saver), "old", "a long time ago")
    start(stopping, "plain", "just look")
    start(graph, "trip/1 é", "a quiet hotel in Rome, with a view of the old town and the river, three nights, please")
    connection.close()
    return path


def _no_question() -> StateGraph[State, Any, Any, Any]:
    graph = StateGraph(State)
    graph.add_node("search", _search)
    graph.add_edge(START, "search")
    return graph


@pytest.fixture
def json_lines() -> Callable[[str], Sequence[dict[str, Any]]]:
    """Reads JSON lines, which must be ASCII."""
    import json

    def read(text: str) -> Sequence[dict[str, Any]]:
        assert text.isascii()
        return [json.loads(line) for line in text.splitlines()]

    return read
