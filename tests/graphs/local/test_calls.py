"""Tasks that other tasks call: a run tells who called each, in which order and with what."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.worker.callers import MOST_GIVEN, Call, Callers

WriteGraph = Callable[[str], str]
RunGraph = Callable[..., Awaitable[list[Event]]]

ESSAY = """
from langchain_core.messages import AIMessage
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

@task
def once(n): return n

@task
def say(text): return AIMessage(text)

@task
def nested(n, *, more): return once(n).result() + once(more).result()

@task
def ask(text): return interrupt(text)

def work(state): return {"n": once(state["n"]).result()}
inner = StateGraph(dict).add_node(work).add_edge(START, "work").compile()

@entrypoint()
def graph(n: int):
    parts = [once(number) for number in range(n)]
    whole = nested(7, more=8).result() + sum(part.result() for part in parts) + inner.invoke({"n": 3})["n"]
    return ask("x" * 9_000).result(), whole, say("hello").result()
"""


def calls(found: Sequence[Event]) -> list[tuple[str, str, int, Any]]:
    """Each called task: its caller's name, its own, the number of the call, and what it was given."""
    started = [event for event in found if isinstance(event, (events.NodeStarted, events.NodeKept))]
    names = {event.task: event.node for event in started}
    return [(names[event.caller], event.node, event.call, event.given) for event in started if event.call]


async def test_a_run_tells_who_called_a_task_and_with_what(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    target = write_graph(ESSAY)
    found = await run_graph(target, input=2)
    large = f"more than {MOST_GIVEN:,} characters"
    of_entrypoint = [
        ("graph", "once", 1, 0),
        ("graph", "once", 2, 1),
        ("graph", "nested", 3, [7, {"more": 8}]),
        ("graph", "ask", 4, large),
    ]
    inside = [("nested", "once", 1, 7), ("nested", "once", 2, 8), ("work", "once", 1, 3)]
    assert sorted(calls(found), key=str) == sorted([*of_entrypoint, *inside], key=str)
    [question] = [event for event in found if isinstance(event, events.Interrupt)]
    answered = await run_graph(target, resume={question.id: "yes"})
    assert calls(answered) == [*of_entrypoint, ("graph", "say", 5, "hello")]  # what had finished is called again
    told = [(event.ns, event.node) for event in answered if isinstance(event, events.Message)]
    assert told == [((), "say")]
    assert [event.node for event in answered if isinstance(event, events.NodeKept)] == ["once", "once", "nested"]
    kept = await engine.run_events(found[0].run)
    assert [call[:3] for call in calls(kept)] == [call[:3] for call in calls(found)]
    assert not any(given for *_, given in calls(kept))  # a record holds no values


def test_calls_without_checkpoints_are_told_without_their_callers() -> None:
    callers = Callers()
    told: dict[str, Any] = {"id": "t", "name": "once", "triggers": ("__pregel_push",), "input": ((1, 2), {})}
    assert [callers.started((), told), callers.started((), told)] == [Call("", 1, [1, 2]), Call("", 2, [1, 2])]
    assert callers.started((), {**told, "input": {"n": 1}}) == callers.started((), {**told, "triggers": ()}) == Call()
