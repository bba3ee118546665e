"""A key in an open deck against an answer from elsewhere: one of them is applied, whoever is faster."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest
from graphdeck.tui.plain.answer import AnswerOptions, answer
from graphdeck.tui.plain.run import run
from graphdeck.tui.screens.approval import ApprovalScreen

PAY = """
    import pathlib
    from typing import TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class State(TypedDict, total=False):
        to: str

    def pay(state):
        by_key = interrupt("pay?")
        with pathlib.Path(__file__).with_name(state["to"]).open("a") as log:
            log.write("key " if by_key else "command ")

    graph = StateGraph(State).add_node(pay).add_edge(START, "pay").compile()
"""


@pytest.mark.soak
async def test_twenty_races_have_one_winner_each(
    open_deck: Any, engine: LocalEngine, write_graph: Any, tmp_path: Path, pool: WorkerPool
) -> None:
    target = write_graph(PAY)
    elsewhere = LocalEngine(tmp_path, pool=pool)
    async with open_deck(engine, graph=target) as deck:
        for number in range(20):
            name = f"paid{number}"
            request = RunRequest(graph=target, thread=name, input={"to": name}, has_input=True)
            assert await run(elsewhere, request, as_json=True) == 2
            deck.app.deck.open_thread(name)
            await deck.until(lambda: deck.look.questions)
            deck.clock.move_on(2)
            await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen) and "pay?" in deck.text)
            deck.clock.move_on(2)
            refuse = AnswerOptions(thread=name, kind="reject")
            await asyncio.gather(deck.press("a"), answer(elsewhere, refuse, as_json=True), return_exceptions=True)
            await deck.until(lambda: not deck.look.runs and not deck.look.questions)
            [winner] = (tmp_path / name).read_text().split()
            record = await elsewhere.decisions(thread=name)
            applied = [each.by for each in record if each.outcome == "applied"]
            assert applied == [{"key": "key", "command": "command line"}[winner]]
            assert {each.outcome for each in record} <= {"applied", "refused"}
            await deck.press("escape")
    await elsewhere.close()
