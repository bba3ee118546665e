"""What follows from an answer, and what is lost without one: told from files that the real saver has written."""

import operator
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypedDict

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from graphdeck.graphs.questions.consequences import consequences, dropped
from graphdeck.graphs.records import Snapshot
from graphdeck.graphs.saved.file import open_file
from graphdeck.graphs.saved.state import read_state

CONFIG: RunnableConfig = {"configurable": {"thread_id": "t"}}
Stop = Callable[[Any, Any], Snapshot]


@pytest.fixture
def stop(tmp_path: Path) -> Iterator[Stop]:
    """Runs what a builder or an agent's options make until it stops, and gives its state as the reader has it."""
    path = tmp_path / "threads.sqlite"
    with SqliteSaver.from_conn_string(str(path)) as saver:

        def run(make: Any, given: Any) -> Snapshot:
            make(saver).invoke(given, CONFIG)
            with open_file(path) as file:
                return read_state(file, "t")

        yield run


@tool
def send(to: str) -> str:
    """Send something."""
    return f"sent to {to}"


@tool
def look(term: str) -> str:
    """Look something up."""
    return f"{term}: found"


class Model(GenericFakeChatModel):
    """Says what it was told to, and takes tools."""

    def bind_tools(self, *_: Any, **__: Any) -> Any:
        """Itself."""
        return self


def agent(saver: Any = None, mode: Literal["batched", "per_call"] = "batched") -> Any:
    calls = [("send", {"to": "a"}), ("look", {"term": "tide"}), ("send", {"to": "b"})]
    asked = [{"name": name, "args": args, "id": f"c{at}"} for at, (name, args) in enumerate(calls)]
    asks = HumanInTheLoopMiddleware({"send": True}, interrupt_mode=mode)
    model = Model(messages=iter([AIMessage("", tool_calls=asked)]))
    return create_agent(model, [send, look], middleware=[asks], checkpointer=saver)


HELLO = {"messages": [HumanMessage("hello")]}
REFUSED = "most models refuse a conversation that goes on so"


def test_what_nobody_is_asked_about_runs_by_itself(stop: Stop) -> None:
    snapshot = stop(agent, HELLO)
    assert consequences(snapshot) == ("look runs without being asked about, as soon as it goes on",)
    lost = (
        "the questions of send (2) are dropped: nobody can answer them any more",
        f"3 tool calls stay without a result: send (2), look; {REFUSED}",
    )
    assert dropped(snapshot, "input") == dropped(snapshot, "end") == lost


def test_a_tool_that_has_run_beside_the_questions_does_not_run_again(stop: Stop) -> None:
    snapshot = stop(lambda saver: agent(saver, "per_call"), HELLO)
    assert consequences(snapshot) == ("look has run already, and does not run again",)
    _, *by_input = dropped(snapshot, "input")
    assert by_input == [
        "what look did in the same step is dropped, although it ran",
        f"3 tool calls stay without a result: send (2), look; {REFUSED}",
    ]
    _, *by_end = dropped(snapshot, "end")
    assert by_end == [f"2 tool calls stay without a result: send (2); {REFUSED}"]


def test_an_agent_inside_of_a_graph(stop: Stop) -> None:
    def make(saver: Any) -> Any:
        builder = StateGraph(MessagesState).add_node("desk", agent()).add_edge(START, "desk")
        return builder.compile(checkpointer=saver)

    snapshot = stop(make, HELLO)
    assert consequences(snapshot) == ("look runs without being asked about, as soon as it goes on",)
    assert dropped(snapshot, "input")[1:] == ("what desk did up to there is dropped with it",)


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]


def test_branches_beside_a_question(stop: Stop) -> None:
    def make(saver: Any) -> Any:
        builder = StateGraph(State)
        nodes: dict[str, Any] = {
            "ask": lambda state: {"log": [interrupt("what?")]},
            "pay": lambda state: {"log": ["paid"]},
            "note": lambda state: None,
        }
        for name, node in nodes.items():
            builder.add_node(name, node).add_edge(START, name)
        return builder.compile(checkpointer=saver)

    snapshot = stop(make, {"log": []})
    assert consequences(snapshot) == ("note, pay have finished beside it, and do not run again",)
    assert dropped(snapshot, "input") == (
        "the question of ask is dropped: nobody can answer it any more",
        "what note, pay did in the same step is dropped, although it ran",
    )
    assert dropped(snapshot, "end") == ("the question of ask is dropped: nobody can answer it any more",)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "a task of flow has finished beside it, and does not run again"),
        (3, "3 tasks of flow have finished beside it, and do not run again"),
    ],
)
def test_tasks_of_a_functional_graph_beside_a_question_are_counted(stop: Stop, count: int, said: str) -> None:
    def make(saver: Any) -> Any:
        @task
        def load(number: int) -> int:
            return number

        @entrypoint(checkpointer=saver)
        def flow(numbers: int) -> list[int]:
            loaded = [each.result() for each in [load(number) for number in range(numbers)]]
            return [*loaded, interrupt("what?")]

        return flow

    assert consequences(stop(make, count)) == (said,)


def test_a_lone_question_has_nothing_around_it(stop: Stop) -> None:
    def ask(state: State) -> State:
        return {"log": [interrupt("what?")]}

    snapshot = stop(
        lambda saver: StateGraph(State).add_node("ask", ask).add_edge(START, "ask").compile(checkpointer=saver), {}
    )
    assert consequences(snapshot) == ()
