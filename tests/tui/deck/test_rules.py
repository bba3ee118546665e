"""Rules in the workbench: runs go on by themselves, and questions open with what rules decided."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.events import Interrupt, RunEnded, RunStarted
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.questions.model import Decision
from graphdeck.graphs.records import PendingInterrupt, RunRequest
from graphdeck.graphs.values import Json
from graphdeck.tools.policy import Kept
from graphdeck.tui.screens.approval import Answered, ApprovalScreen
from told import WriteGraph

ORDERS = """
    from typing import TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class State(TypedDict, total=False):
        totals: list
        said: list

    def tools(state):
        calls = [{"name": "pay", "args": {"total": total}} for total in state["totals"]]
        configs = [{"action_name": "pay", "allowed_decisions": ["approve", "edit", "reject"]}] * len(calls)
        return {"said": interrupt({"action_requests": calls, "review_configs": configs})["decisions"]}

    graph = StateGraph(State).add_node(tools).add_edge(START, "tools").compile()
"""
"""Asks as the middleware does, and keeps what it was answered."""

RULES = """
[[rule]]
tool = "pay"
where.total = "<= 100"
then = "allow"
reason = "pocket money"

[[rule]]
tool = "pay"
where.total = "> 1000"
then = "refuse"
reason = "too much"
"""


@pytest.fixture
def rules(own_folders: Path) -> Path:
    """The user's rules: little is allowed, much is refused."""
    path = own_folders / "config" / "graphdeck" / "graphdeck.toml"
    path.parent.mkdir(parents=True)
    path.write_text(RULES)
    return path


@pytest.fixture
def orders(write_graph: WriteGraph) -> str:
    """A graph that pays what its input says, each after asking."""
    return write_graph(ORDERS)


async def said(engine: LocalEngine, thread: str) -> Any:
    return (await engine.state(thread)).values.get("said")


async def test_a_run_goes_on_where_rules_decide_everything(
    open_deck: Any, engine: LocalEngine, orders: str, rules: Path
) -> None:
    async with open_deck(engine, graph=orders) as deck:
        await deck.until_shown("rules: 2")
        await deck.type('{"totals": [30, 2000]}')
        await deck.until(lambda: deck.look.status == "done")
        await deck.until_shown("pay rejected by rule yours 2: too much")
        assert await said(engine, deck.look.thread) == [{"type": "approve"}, {"type": "reject", "message": "too much"}]
        await deck.press("5")
        await deck.until_shown("pay approved by rule yours 1: pocket money")
        await deck.until_shown("pay rejected by rule yours 2: too much")
        (first, *_) = await engine.decisions(thread=deck.look.thread)
        assert first.by == "rule yours 1, rule yours 2"


async def test_a_question_opens_with_what_rules_decided_and_a_refusal_has_to_be_taken_back(
    open_deck: Any, engine: LocalEngine, orders: str, rules: Path
) -> None:
    async with open_deck(engine, graph=orders) as deck:
        await deck.until_shown("rules: 2")
        await deck.type('{"totals": [2000, 500]}')
        await deck.until(lambda: deck.look.questions)
        deck.clock.move_on(2)
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        await deck.until_shown("too much")
        deck.clock.move_on(2)
        await deck.press("p")  # from the undecided action to the one that is refused
        await deck.until_shown("action 1 of 2")
        deck.clock.move_on(2)
        await deck.press("a")
        await deck.until_shown("take that back first")
        deck.clock.move_on(2)
        await deck.press("u")
        deck.clock.move_on(2)
        await deck.press("a")
        await deck.until_shown("action 2 of 2")
        deck.clock.move_on(2)
        await deck.press("a")
        await deck.until_shown("all decided")
        deck.clock.move_on(2)
        await deck.press("s")
        await deck.until(lambda: deck.look.status == "done")
        assert await said(engine, deck.look.thread) == [{"type": "approve"}, {"type": "approve"}]


async def test_opening_a_thread_runs_nothing_even_where_rules_would_answer_it(
    open_deck: Any, engine: LocalEngine, orders: str, run_graph: Any, rules: Path
) -> None:
    await run_graph(orders, thread="t", input={"totals": [30]})
    async with open_deck(engine, thread="t") as deck:
        await deck.until(lambda: deck.look.questions and deck.app.deck.policy)
        deck.clock.move_on(2)
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        await deck.until_shown("pocket money")
        assert deck.look.status == "waiting"
        assert await said(engine, "t") is None


async def test_a_call_is_granted_for_its_thread_and_forgotten_with_it(
    open_deck: Any, engine: LocalEngine, orders: str, rules: Path
) -> None:
    async with open_deck(engine, graph=orders) as deck:
        await deck.until_shown("rules: 2")
        await deck.type('{"totals": [500]}')
        await deck.until(lambda: deck.look.questions)
        deck.clock.move_on(2)
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen) and "leave waiting" in deck.text)
        deck.clock.move_on(2)
        await deck.press("g")
        await deck.until(lambda: deck.look.status == "done")
        (grant,) = Kept().grants()
        assert (grant.thread, grant.tool, grant.args) == (deck.look.thread, "pay", '{"total":500}')
        await deck.type('{"totals": [500]}')
        await deck.until(lambda: any("rule grant" in line.text for line in deck.look.live.log))
        await deck.until(lambda: deck.look.status == "done" and not deck.look.runs and deck.look.row)
        await deck.type('{"totals": [700]}')
        await deck.until(lambda: deck.look.questions)
        deck.clock.move_on(2)
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen) and "with any arguments too" in deck.text)
        deck.clock.move_on(2)
        await deck.press("G")
        await deck.until(lambda: deck.look.status == "done" and not deck.look.runs)
        assert [each.args for each in Kept().grants()] == ['{"total":500}', None]
        await deck.type('{"totals": [701]}')
        await deck.until(lambda: deck.look.values.get("said") and deck.look.values["totals"] == [701])
        await deck.until(lambda: deck.look.status == "done" and not deck.look.runs)
        await deck.press("escape", "D")
        await deck.until_shown("Delete this thread?")
        deck.clock.move_on(1)
        await deck.press("y")
        await deck.until_shown("thread deleted")
        assert Kept().grants() == ()


async def test_an_edited_call_is_held_to_the_rules(open_deck: Any, recorded: Any, put: Any, rules: Path) -> None:
    call: Json = {"name": "pay", "args": {"total": 500}}
    value: Json = {"action_requests": [call], "review_configs": [{"action_name": "pay", "allowed_decisions": ["edit"]}]}
    put(recorded, "t", "waiting", interrupts=(PendingInterrupt(id="q", node="tools", ns=(), value=value),))
    async with open_deck(recorded, thread="t") as deck:
        await deck.until(lambda: deck.look.questions and deck.app.deck.policy)
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        sheet = deck.app.deck.asked.sheet
        edited = sheet.decide(0, Decision("edit", value={"total": 2000}))
        asked = deck.app.deck.asked
        deck.app.screen.dismiss(Answered(asked, edited.answers(), {"q": "key"}))
        await deck.until_shown("rule yours 2 refuses pay: too much")
        assert recorded.requests == []


async def test_a_stopped_run_is_not_gone_on_with_by_rules(open_deck: Any, recorded: Any, rules: Path) -> None:
    call: Json = {"name": "pay", "args": {"total": 30}}
    value: Json = {
        "action_requests": [call],
        "review_configs": [{"action_name": "pay", "allowed_decisions": ["approve"]}],
    }
    async with open_deck(recorded, graph="travel") as deck:
        deck.app.deck.start(RunRequest(graph="travel", thread="t"))
        await deck.until(lambda: recorded.runs)
        await deck.press("space")
        await deck.until(lambda: recorded.runs[0].stops)
        for event in (
            RunStarted(thread="t", graph="travel", file="f", run="r1"),
            Interrupt(id="q", task="1", node="tools", value=value),
            RunEnded(status="waiting"),
        ):
            recorded.runs[0].given.put_nowait(event)
        await deck.until(lambda: not deck.look.runs)
        assert len(recorded.requests) == 1


@pytest.mark.parametrize("presses", [1, 2, 3])
async def test_what_stops_a_run_of_rules_while_it_is_started_stops_it(
    open_deck: Any, recorded: Any, put: Any, rules: Path, monkeypatch: pytest.MonkeyPatch, presses: int
) -> None:
    call: Json = {"name": "pay", "args": {"total": 30}}
    value: Json = {
        "action_requests": [call],
        "review_configs": [{"action_name": "pay", "allowed_decisions": ["approve"]}],
    }
    run, may_start, starts = recorded.run, asyncio.Event(), asyncio.Event()

    async def slow(request: RunRequest) -> Any:
        if recorded.runs:
            starts.set()
            await may_start.wait()
        return await run(request)

    monkeypatch.setattr(recorded, "run", slow)
    put(recorded, "t", "waiting", interrupts=(PendingInterrupt(id="q", node="tools", ns=(), value=value),))
    async with open_deck(recorded, graph="travel") as deck:
        deck.app.deck.start(RunRequest(graph="travel", thread="t"))
        await deck.until(lambda: recorded.runs)
        for event in (
            RunStarted(thread="t", graph="travel", file="f.sqlite", run="r1"),
            Interrupt(id="q", task="1", node="tools", value=value),
            RunEnded(status="waiting"),
        ):
            recorded.runs[0].given.put_nowait(event)
        await deck.until(starts.is_set)
        await deck.press(*["ctrl+c"] * presses)
        ladder = ["drain", "cancel", "kill"][:presses]
        await deck.until(lambda: recorded.runs[0].stops == ladder)
        may_start.set()
        await deck.until(lambda: recorded.runs[1:] and recorded.runs[1].stops == ladder[-1:])
        recorded.runs[1].given.put_nowait(RunEnded(status="stopped"))
        await deck.until(lambda: not deck.look.runs)


async def test_broken_rules_ask_and_the_first_line_says_so(
    open_deck: Any, engine: LocalEngine, orders: str, rules: Path
) -> None:
    rules.write_text(RULES + "x = ")
    async with open_deck(engine, graph=orders, size=(80, 24)) as deck:
        await deck.until_shown("rules broken: asks all")
        await deck.type('{"totals": [30]}')
        await deck.until(lambda: deck.look.questions)
