"""What a worker keeps of a run while it goes on and on: of a step that is over, nothing."""

import operator
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.worker.frames import InterruptFrames
from graphdeck.graphs.worker.translate import STREAM_MODES, UNSAVED_MODES, Translator

STEPS = 8
PARTS = 8


class State(TypedDict, total=False):
    round: int
    done: Annotated[int, operator.add]


def graph(*, inner: bool, saved: bool) -> Any:
    """START -> spread -> many times part -> spread, and so on; parts may be graphs themselves."""

    async def part(state: State) -> State:
        return {"done": 1}

    def spread(state: State) -> State:
        return {"round": state.get("round", 0) + 1}

    def again(state: State) -> Any:
        return END if state["round"] > STEPS else [Send("part", {"done": 0}) for _ in range(PARTS)]

    node: Any = part
    if inner:
        node = StateGraph(State).add_node(part).add_edge(START, "part").compile()
    builder = StateGraph(State).add_node(spread).add_node("part", node).add_edge(START, "spread")
    builder.add_conditional_edges("spread", again, ["part", END]).add_edge("part", "spread")
    return builder.compile(checkpointer=InMemorySaver() if saved else False)


@pytest.mark.parametrize(("inner", "saved"), [(False, True), (True, True), (True, False)])
async def test_of_a_step_that_is_over_nothing_is_kept(inner: bool, saved: bool) -> None:
    found: list[Event] = []
    translator = Translator(found.append, InterruptFrames(None, "t"), kept=())
    config: RunnableConfig = {"configurable": {"thread_id": "t"}, "recursion_limit": 10 * STEPS}
    modes: Any = list(STREAM_MODES if saved else UNSAVED_MODES)
    parts: Any = graph(inner=inner, saved=saved).astream(
        {}, config, stream_mode=modes, subgraphs=True, version="v2", durability="sync" if saved else None
    )
    sizes: list[int] = []
    async for part in parts:
        if part["type"] == "checkpoints":
            translator.put(part["data"]["config"]["configurable"]["checkpoint_id"], {})
        translator.feed(part)
        if part["type"] == "updates" and "spread" in part["data"]:
            sizes.append(held(translator))
    assert len(sizes) == STEPS + 1
    assert max(sizes[2:]) == sizes[2]
    assert sum(isinstance(event, events.NodeFinished) and event.node == "part" for event in found) == STEPS * PARTS * (
        1 + inner
    )
    routed = [event.routed for event in found if isinstance(event, events.Checkpoint) and not event.ns and saved]
    assert len(routed) == (2 * STEPS + 3 if saved else 0)


def held(thing: object) -> int:
    """How many items its collections hold, those of its own parts among them."""
    count, waiting = 0, [thing]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict | list | set):
            count += len(each)
            waiting += each.values() if isinstance(each, dict) else ()
        elif type(each).__module__.startswith("graphdeck.graphs.worker"):
            waiting += vars(each).values() if hasattr(each, "__dict__") else ()
    return count
