"""Past runs of a thread in the deck: listed, and shown over time with what they used."""

import re
from pathlib import Path
from typing import Any

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tui.screens.runs import RunsScreen
from graphdeck.tui.widgets.graph_view import GraphView
from graphdeck.tui.widgets.run_timeline import RunTimelineView

SOURCE = """
from typing import TypedDict
from langchain_core.messages import AIMessage
from langgraph.graph import START, StateGraph

class State(TypedDict, total=False):
    n: int
    said: list

def plan(state):
    used = {"input_tokens": 30, "output_tokens": 12, "total_tokens": 42}
    return {"said": [AIMessage("x", usage_metadata=used, response_metadata={"cost": 0.5})]}

def check(state):
    if state["n"] < 0:
        raise ValueError("n is negative")

graph = StateGraph(State).add_node(plan).add_node(check).add_edge(START, "plan").add_edge("plan", "check").compile()
"""


async def test_past_runs_are_listed_and_shown_over_time(
    open_deck: Any, engine: LocalEngine, write_graph: Any, run_graph: Any
) -> None:
    target = write_graph(SOURCE)
    async with open_deck(engine, graph=target) as deck:
        await deck.press("H")
        await deck.until_shown("no run is on record")
        await deck.press("escape")
        assert deck.app.screen is deck.app.deck
    await run_graph(target, "t", input={"n": 1})
    await run_graph(target, "t", input={"n": -1})
    async with open_deck(engine, graph=target, thread="t", size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.thread == "t")
        await deck.press("H")
        await deck.until_shown("2 tasks")
        assert isinstance(deck.app.screen, RunsScreen)
        assert "Runs of thread t   2" in deck.text
        assert "failed: ValueError: n is negative" in deck.text
        assert "42 tokens (30 read, 12 written, cost 0.5): plan 42 for 0.5" in deck.text
        rows = [line.split()[1:3] for line in deck.text.splitlines() if "█" in line]
        assert [row[-1] for row in rows] == ["plan", "check"]
        await deck.press("down")
        view = deck.app.screen.query_one(RunTimelineView)
        await deck.until(lambda: "✗" not in view.text)
        await deck.press("t", "down")
        assert view.selected_text == "check"
        await deck.press("c")
        assert deck.app.clipboard.splitlines()[0].split()[1] == "plan"
        await deck.press("escape")
        assert deck.app.screen is deck.app.deck


async def test_a_thread_that_is_opened_again_has_the_times_of_its_nodes(
    open_deck: Any, engine: LocalEngine, write_graph: Any, run_graph: Any, tmp_path: Path
) -> None:
    """As it was then, too; the time of all tasks only where all are on record, and that of the last where it is."""
    target = write_graph(SOURCE)
    for n in (1, 2, 3):
        await run_graph(target, "t", input={"n": n})

    def row(deck: Any) -> str:
        view: GraphView = deck.app.deck.panes.graph.view
        found = (view.row(index, view.size.width).plain.rstrip() for index in range(view.row_count()))
        return next(line.partition("plan")[2].strip() for line in found if " plan" in line)

    async with open_deck(engine, graph=target, thread="t", size=(150, 30)) as deck:
        await deck.press("l", "l")
        await deck.until(lambda: re.fullmatch(r"×3 +[\d.]+ m?s +[\d.]+ m?s in all", row(deck)))
        early = next(row.checkpoint for row in deck.look.history if row.step == 1)
        deck.app.deck.bridge.read_state("t", early, file=deck.look.file)
        await deck.until(lambda: re.fullmatch(r"×1 +[\d.]+ m?s", row(deck)))
    oldest, _, newest = sorted((tmp_path / ".graphdeck" / "runs").iterdir())
    for gone, wanted in ((oldest, r"×3 +[\d.]+ m?s"), (newest, "×3")):
        gone.unlink()
        again = LocalEngine(tmp_path, pool=engine._pool)
        async with open_deck(again, graph=target, thread="t", size=(150, 30)) as deck:
            await deck.press("l", "l")
            await deck.until(lambda: deck.look.kept)
            await deck.until(lambda wanted=wanted: re.fullmatch(wanted, row(deck)))
