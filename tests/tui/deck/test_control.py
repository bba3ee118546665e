"""Control of a run from the deck, on the real engine: breakpoints, steps, watched values, and why it stopped."""

import asyncio
import dataclasses
from typing import Any

import pytest
from textual.events import Paste

from graphdeck.graphs.errors import InputError
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import GraphShape, Node
from graphdeck.graphs.stopping import Breakpoint, Watch
from graphdeck.tui.run_setup import RunSetup
from graphdeck.tui.screens.deck_control import why_no_stop
from graphdeck.tui.screens.stops import StopsScreen, parse_stop, why_idle
from graphdeck.tui.widgets.one_line import OneLine

ONE_CITY = '{"title": "T", "cities": ["Rome"]}'


async def add(deck: Any, text: str) -> None:
    """Type a stop in the list of stops."""
    await deck.press("a")
    deck.app.post_message(Paste(text))
    await deck.until(lambda: deck.app.screen.query_one(OneLine).value == text)
    await deck.press("enter")


async def test_a_run_stops_where_keys_on_the_drawing_say_and_tells_why(
    open_deck: Any, engine: LocalEngine, pool: WorkerPool, tmp_path: Any
) -> None:
    async with open_deck(engine, graph="report", size=(80, 24)) as deck:
        await deck.until_shown("○ plan")
        await deck.press("b")
        await deck.until_shown("○◉plan")
        await deck.until_shown("stops before it  ·  report.py")
        await deck.type(ONE_CITY)
        await deck.until_shown("◉ breakpoint before plan  ·  nothing to answer: space goes on")
        await deck.press("escape", "s")
        await deck.until_shown("◉ one step is done  ·  next: section, compare  ·  space goes on")
        await deck.press("down", "down", "down", "b")
        await deck.until_shown("○◉assemble")
        await deck.press("b")
        await deck.until_shown("○ assemble◉")
        assert "○◉assemble" not in deck.text
        await deck.press("b")
        await deck.until_shown("no stop at assemble any more")
        await deck.press("m")
        await deck.until_shown("it was to run to assemble  ·  nothing to answer")
        thread = deck.look.thread
    later = LocalEngine(tmp_path, pool=pool)
    async with open_deck(later, graph="report", thread=thread, size=(80, 24)) as deck:
        await deck.until_shown("it was to run to assemble  ·  nothing to answer")
        await deck.until_shown("◉plan")
        assert [stop.key for stop in await later.stops("report")] == [
            ("plan", "before", "ours"), ("publish", "before", "code")
        ]  # fmt: skip
        await deck.press("space")
        await deck.until_shown("breakpoint before publish (in the code)")
        await deck.press("m")
        await deck.until_shown("the run ended: plan did not come")
    await later.close()


async def test_the_list_of_stops_adds_conditions_inside_subgraphs_and_puts_stops_off(
    open_deck: Any, engine: LocalEngine
) -> None:
    async with open_deck(engine, graph="report") as deck:
        await deck.until(lambda: deck.look.shape)
        await deck.press("S")
        await deck.until(lambda: isinstance(deck.app.screen, StopsScreen))
        await add(deck, "plan")
        await add(deck, "section:write if facts exists")
        await add(deck, "after gone")
        await deck.until_shown("after gone  · no such node now: kept, does nothing")
        await add(deck, "watch totl")
        await deck.until_shown("there is no state key 'totl'")
        await deck.press("escape")
        await add(deck, "watch sections")
        await deck.until_shown("◎ when sections changes")
        await deck.press("home", "space")
        await deck.until_shown("before plan  · off")
        await deck.press("down", "down", "d", "escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        await deck.until(lambda: "◉" not in deck.text)
        await deck.type(ONE_CITY)
        await deck.until_shown("before section:write, where facts exists")
        await deck.press("escape", "space")
        await deck.until_shown("sections changed  ·  next: assemble")
        kept = [stop for stop in await engine.stops("report") if isinstance(stop, Breakpoint) and not stop.declared]
        assert [(point.node, point.condition) for point in kept] == [("plan", ""), ("section:write", "facts exists")]
        deck.app.deck.panes.graph.view.select("publish")
        await deck.until_shown("▣publish")
        await deck.press("b")
        await deck.until_shown("runs pass publish now, where the graph's code stops them")
        await deck.until_shown("the stop of the code before it is off")
        assert "▣" not in deck.text
        await deck.press("space")
        await deck.until_shown("● done")


async def test_a_limit_offers_more_steps_also_later_and_a_watched_value_stops_the_run(
    open_deck: Any, engine: LocalEngine, pool: WorkerPool, write_graph: Any, tmp_path: Any
) -> None:
    target = write_graph(
        """
        from typing import TypedDict
        from langgraph.graph import StateGraph

        class State(TypedDict):
            n: int

        builder = StateGraph(State).add_node("count", lambda state: {"n": state["n"] + 1}).set_entry_point("count")
        builder.add_conditional_edges("count", lambda state: "count" if state["n"] < 19 else "__end__")
        graph = builder.compile()
        """
    )
    async with open_deck(engine, graph=target) as deck:
        await deck.until(lambda: deck.look.shape)
        deck.app.deck.setups.keep(target, RunSetup(recursion_limit=2))
        await deck.type('{"n": 0}')
        await deck.until_shown("its limit of 2 steps")
        assert "limit of 2 steps reached  ·  next: count  ·  space goes on with 2 more" in deck.text
        await deck.press("escape", "2", "b")
        await deck.until_shown("runs of this graph stop when n changes")
        await deck.until(lambda: deck.look.snapshot and deck.look.snapshot.values["n"])
        before = deck.look.snapshot.values["n"]
        await deck.press("space")
        await deck.until_shown("n changed  ·  next: count")
        await deck.until(lambda: deck.look.values["n"] == before + 1)
        await deck.press("b", "1", "space")
        await deck.until_shown("its limit of 2 steps")
        thread = deck.look.thread
    later = LocalEngine(tmp_path, pool=pool)
    async with open_deck(later, graph=target, thread=thread, size=(80, 24)) as deck:
        await deck.until_shown("■ limit of 2 steps reached  ·  next: count  ·  space goes on with 2 more")
        before = deck.look.snapshot.values["n"]
        await deck.press("space")
        await deck.until(lambda: deck.look.status == "recursion_limit" and deck.look.values["n"] > before)
        deck.app.deck.setups.keep(target, RunSetup(recursion_limit=20))
        await deck.press("space")
        await deck.until(lambda: deck.look.status == "done")
    await later.close()


async def test_a_run_that_is_started_right_after_a_breakpoint_was_set_stops_there(
    open_deck: Any, engine: LocalEngine, run_graph: Any, monkeypatch: Any
) -> None:
    await run_graph("report", "q3", input={"title": "Q3", "cities": ["Rome"]}, before=("assemble",))
    written, keep = asyncio.Event(), engine.keep_stop

    async def keep_late(graph: str, stop: Any) -> None:
        await written.wait()
        await keep(graph, stop)

    monkeypatch.setattr(engine, "keep_stop", keep_late)
    async with open_deck(engine, graph="report", thread="q3") as deck:
        await deck.until_shown("breakpoint before assemble")
        await deck.until_shown("▣publish")
        deck.app.deck.panes.graph.view.select("assemble")
        await deck.press("b", "b", "space")
        await deck.until(lambda: deck.look.running)
        written.set()
        await deck.until_shown("breakpoint after assemble; breakpoint before publish (in the code)")
        await deck.until_shown("assemble◉")


def test_what_cannot_be_stopped_at_is_told_with_the_reason() -> None:
    shape = GraphShape(target="t", title="t", nodes=(Node(id="work"),), edges=(), state_keys=("n",), file="f")
    assert "START" in why_no_stop("__start__", shape)
    assert "folded" in why_no_stop("work_1..9", shape)
    assert "no drawing" in why_no_stop(None, None)
    assert not why_no_stop("work", shape)
    functional = GraphShape(target="t", title="t", nodes=(Node(id="work"),), edges=(), kind="functional")
    assert why_idle(Breakpoint(node="gone"), shape) == "no such node now: kept, does nothing"
    assert "no subgraph there that can be stopped in" in why_idle(Breakpoint(node="work:inner"), shape)
    hidden = dataclasses.replace(shape, nodes=(Node(id="work", hidden_graph="in a list or dict"),))
    assert "not found: in a list or dict" in why_idle(Breakpoint(node="work:inner"), hidden)
    assert "before its node only" in why_idle(Breakpoint(node="work", when="after"), functional)
    assert parse_stop(" after work if n > 3 ", shape) == Breakpoint(node="work", when="after", condition="n > 3")
    assert parse_stop("watch sub:total", shape) == Watch(path="sub:total")
    for wrong in ("work if m > 3", "watch m", "work if n", ""):
        with pytest.raises(InputError):
            parse_stop(wrong, shape)


async def test_leaving_says_how_many_runs_are_on_and_what_becomes_of_them(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome", "breakpoint")
    put(recorded, "oslo", "breakpoint")
    async with open_deck(recorded, thread="rome", size=(80, 24)) as deck:
        await deck.until_shown("before tools")
        await deck.press("space", "6", "down", "enter")
        await deck.until(lambda: deck.look.thread == "oslo" and deck.look.snapshot)
        await deck.press("space")
        await deck.until(lambda: len(recorded.runs) == 2)
        await deck.press("q")
        await deck.until_shown("2 runs are on. Leave?")
        await deck.until_shown("stop all 2 and leave")
        assert "Each stops at its next step." in deck.text
        assert "is killed" in deck.text
