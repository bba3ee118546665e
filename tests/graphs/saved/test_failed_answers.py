"""Threads whose nodes failed with the answers to their questions: failed, not waiting, and their rows say why."""

import contextlib
from collections.abc import Callable
from typing import Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import tool
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from graphdeck.graphs.questions.failed import explanation
from graphdeck.graphs.records import Snapshot
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.state import read_state
from graphdeck.graphs.saved.threads import list_threads
from graphdeck.graphs.saved.waiting import waiting_places

Look = Callable[[], CheckpointFile]
CONFIG: RunnableConfig = {"configurable": {"thread_id": "t"}}


class State(TypedDict, total=False):
    n: int


def count(state: State) -> State:
    return {"n": int(interrupt("how many?"))}


def compiled(node: Any, saver: Any = None) -> Any:
    return StateGraph(State).add_node("count", node).add_edge(START, "count").compile(checkpointer=saver)


def answered(graph: Any, *answers: Any) -> None:
    """Run it, and answer its questions one after the other, as a program does that knows nothing of ids."""
    graph.invoke({"n": 0}, CONFIG)
    for answer in answers:
        with contextlib.suppress(ValueError):
            graph.invoke(Command(resume=answer), CONFIG)


def stands(file: CheckpointFile) -> tuple[Snapshot, set[str]]:
    """The state, and what list, inbox and state say of the status, which is the same."""
    snapshot = read_state(file, "t")
    row = list_threads(file).rows[0]
    in_inbox = "waiting" if waiting_places(file) else row.status
    return snapshot, {snapshot.status, row.status, in_inbox}


def test_a_node_that_failed_with_its_answer_does_not_wait(saver: SqliteSaver, look: Look) -> None:
    answered(compiled(count, saver), "many")
    snapshot, status = stands(look())
    assert status == {"failed"}
    assert not snapshot.interrupts
    (failed,) = snapshot.failed
    assert failed.question is not None
    assert (failed.node, failed.question.value, failed.answer) == ("count", "how many?", "many")
    assert explanation(failed).endswith("'many', and gets that one again when it goes on")


def test_an_answer_that_named_no_interrupt_is_told_too(saver: SqliteSaver, look: Look) -> None:
    answered(compiled(count, saver), "many", "more", 3)
    snapshot, status = stands(look())
    assert status == {"failed"}
    assert snapshot.failed[0].answer == "many", "LangGraph takes no other one, whatever is sent"


def test_a_subgraph_is_looked_through(saver: SqliteSaver, look: Look) -> None:
    answered(compiled(compiled(compiled(count)), saver), "many")
    snapshot, status = stands(look())
    assert status == {"failed"}
    (failed,) = snapshot.failed
    assert failed.question is not None
    assert failed.question.path == ("count", "count", "count")
    assert failed.answer == "many"


def test_a_subgraph_that_fails_later_did_not_fail_with_its_answer(saver: SqliteSaver, look: Look) -> None:
    def fail(state: State) -> State:
        raise ValueError("no luck")

    builder = StateGraph(State).add_node("count", count).add_node("fail", fail)
    inner = builder.add_edge(START, "count").add_edge("count", "fail").compile()
    answered(compiled(inner, saver), "3")
    snapshot, status = stands(look())
    assert status == {"failed"}
    assert not snapshot.interrupts, "LangGraph still tells of the question"
    assert [(failed.node, failed.question) for failed in snapshot.failed] == [("count", None)]


def test_the_functional_api_tells_it_once(saver: SqliteSaver, look: Look) -> None:
    @task
    def counted() -> int:
        return int(interrupt("how many?"))

    @entrypoint(checkpointer=saver)
    def graph(given: Any) -> int:
        return counted().result()

    answered(graph, "many")
    snapshot, status = stands(look())
    assert status == {"failed"}
    assert {failed.answer for failed in snapshot.failed} == {"many"}


def test_a_node_that_failed_before_it_asked_waits(saver: SqliteSaver, look: Look) -> None:
    luck = iter((False, True, True, False))

    def lucky(state: State) -> State:
        if not next(luck):
            raise ValueError("no luck")
        return {"n": interrupt("first?") + interrupt("second?")}

    graph = compiled(lucky, saver)
    with contextlib.suppress(ValueError):
        graph.invoke({"n": 0}, CONFIG)
    graph.invoke(None, CONFIG)
    assert stands(look())[1] == {"waiting"}, "it failed, then asked"
    graph.invoke(Command(resume=1), CONFIG)
    snapshot, status = stands(look())
    assert status == {"waiting"}, "it failed, asked, was answered, and asked again"
    assert [question.value for question in snapshot.interrupts] == ["second?"]
    with pytest.raises(ValueError, match="no luck"):
        graph.invoke(Command(resume={snapshot.interrupts[0].id: 2}), CONFIG)
    unheard, status = stands(look())
    assert status == {"waiting"}, "it failed before it had received the second answer"
    assert [question.value for question in unheard.interrupts] == ["second?"]
    luck = iter((True, True))
    graph.invoke(Command(resume={snapshot.interrupts[0].id: 2}), CONFIG)
    assert graph.get_state(CONFIG).values == {"n": 3}


@tool
def send(to: str) -> str:
    """Send something."""
    return f"sent to {to}"


class Model(GenericFakeChatModel):
    """Says what it was told to, and takes tools."""

    def bind_tools(self, *_: Any, **__: Any) -> Any:
        """Itself."""
        return self


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"decisions": [{"type": "approve"}]}, "1 decision for 2 actions"),
        ({"decisions": [{"type": "approve"}, {"type": "edit"}]}, "decision 2 (send)"),
        ([{"type": "approve"}] * 2, 'it must be {"decisions": [...]}'),
        ("yes", 'it must be {"decisions": [...]}'),
    ],
)
def test_a_wrong_answer_to_the_middleware_is_explained(saver: SqliteSaver, look: Look, wrong: Any, told: str) -> None:
    calls = [{"name": "send", "args": {"to": name}, "id": name} for name in "ab"]
    model = Model(messages=iter([AIMessage("", tool_calls=calls)]))
    asks = HumanInTheLoopMiddleware(interrupt_on={"send": {"allowed_decisions": ["approve", "reject"]}})
    agent: Any = create_agent(model, [send], middleware=[asks], checkpointer=saver)
    agent.invoke({"messages": [("user", "send two")]}, CONFIG)
    for answer in (wrong, {"decisions": [{"type": "approve"}] * 2}):
        with contextlib.suppress(ValueError, TypeError):
            agent.invoke(Command(resume=answer), CONFIG)
    snapshot, status = stands(look())
    assert status == {"failed"}
    (failed,) = snapshot.failed
    assert told in explanation(failed)
    assert "Whatever is sent now" in explanation(failed)
