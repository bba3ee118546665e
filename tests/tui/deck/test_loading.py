"""Graphs that take long to load: that is said, and nothing else waits for them."""

from typing import Any

import pytest

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tui.screens import deck_flow

SIMPLE = """
    from typing import TypedDict
    from langgraph.graph import START, StateGraph

    class State(TypedDict, total=False):
        step: int

    graph = StateGraph(State).add_node("quick", lambda state: {"step": 1}).add_edge(START, "quick").compile()
"""


async def test_a_module_that_never_ends_is_told_and_keeps_no_other_graph_waiting(
    open_deck: Any, engine: LocalEngine, write_graph: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deck_flow, "LONG", 0.01)
    endless = write_graph("import time\nwhile True:\n    time.sleep(1)\n" + SIMPLE, "endless.py")
    async with open_deck(engine, graph=endless) as deck:
        await deck.until_shown("endless.py:graph still loads")
        await deck.press("f5")  # begins anew
        deck.app.deck.open_graph(write_graph(SIMPLE, "quick.py"))
        await deck.until(lambda: deck.look.shape is not None and "quick" in str(deck.look.shape.nodes))
        await deck.until_shown("START")
        assert "still loads" not in deck.text
