"""The conversation in the deck, by keys: read without its tool calls, and written anew from any of its messages."""

import dataclasses
from collections.abc import Callable
from typing import Any

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tui.screens.run_again import RunAgainScreen
from told import RunGraph, WriteGraph

SAID: list[dict[str, Any]] = [
    {"type": "human", "content": "a hotel in Rome", "id": "1"},
    {"type": "ai", "content": "", "id": "2", "tool_calls": [{"name": "search", "args": {"city": "Rome"}, "id": "k1"}]},
    {"type": "tool", "content": "4 found", "name": "search", "tool_call_id": "k1", "id": "3"},
    {"type": "ai", "content": "Book it?", "id": "4", "tool_calls": [{"name": "book", "args": {"n": 3}, "id": "k2"}]},
]


async def test_a_key_hides_tool_calls_in_all_threads_but_never_one_that_waits(
    open_deck: Any, recorded: Any, put: Callable[..., None]
) -> None:
    for thread, said in (("rome", SAID), ("oslo", SAID[1:3])):
        put(recorded, thread)
        for key in ((thread, None), (thread, f"{thread}1")):
            recorded.snapshots[key] = dataclasses.replace(recorded.snapshots[key], values={"messages": said})
    async with open_deck(recorded, thread="rome", size=(80, 24)) as deck:
        await deck.until_shown("a hotel in Rome")
        await deck.press("k")
        await deck.until_shown("Messages · tool calls hidden: 1")
        assert "4 found" not in deck.text
        assert "→ book  n=3  ◆ not run yet" in deck.text
        await deck.press("up", "v")
        await deck.until_shown("message of ai")
        await deck.press("escape", "home")
        assert deck.app.deck.panes.messages.highlighted.id == "1"
    async with open_deck(recorded, thread="oslo", size=(120, 34)) as deck:
        await deck.until_shown("4 found")
        await deck.press("k")
        await deck.until_shown("nothing but tool calls")
        await deck.press("k")
        await deck.until_shown("4 found")
        assert "tool calls hidden" not in deck.text


ANSWERS = """
    from langchain_core.messages import AIMessage
    from langgraph.graph import START, MessagesState, StateGraph

    def assistant(state): return {"messages": [AIMessage(f"answer to {state['messages'][-1].content}")]}
    graph = StateGraph(MessagesState).add_node(assistant).add_edge(START, "assistant").compile()
"""


async def test_an_answer_is_written_anew_once_it_was_read_what_runs(
    open_deck: Any, engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_graph(ANSWERS)
    for text in ("one", "two"):
        await run_graph(target, input={"messages": [{"type": "human", "content": text, "id": text}]})
    async with open_deck(engine, thread="t", size=(80, 24)) as deck:
        await deck.until(lambda: len(deck.look.messages) == 4)
        talk, ids = [message.text for message in deck.look.messages], [message.id for message in deck.look.messages]
        for keys, asks, left in (
            (("end",), "Write this message anew, from step 3?", 4),
            (("home", "down"), "Write this message anew, from step 0?", 2),
            (("home",), "Run again from step 0?", 2),
        ):
            await deck.press("3", *keys, "r")
            await deck.until(lambda: isinstance(deck.app.screen, RunAgainScreen))
            await deck.until_shown(asks)
            assert "runs assistant; may repeat what assistant" in deck.text
            deck.clock.move_on(2)
            await deck.press("y")
            await deck.until(lambda: deck.look.status == "done" and deck.look.messages[-1].id not in ids)
            ids.append(deck.look.messages[-1].id)
            assert [message.text for message in deck.look.messages] == talk[:left]
