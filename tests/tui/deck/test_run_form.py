"""The form of a run, by keys on real runs: what a graph needs besides its input is asked for, checked, and kept."""

import dataclasses
from typing import Any

import pytest
from textual.app import App

from graphdeck.graphs.events import RunEnded
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest
from graphdeck.tui.inbox_bridge import InboxBridge
from graphdeck.tui.rules import Rules
from graphdeck.tui.run_setup import RunSetup, RunSetups
from graphdeck.tui.screens.approval import ApprovalScreen
from graphdeck.tui.screens.new_message import NewMessageScreen
from graphdeck.tui.screens.run_form import RunFormScreen
from graphdeck.tui.widgets.form_line import FormLine
from told import WriteGraph

ORDERS = """
    from dataclasses import dataclass
    from typing import Literal, TypedDict

    from langgraph.graph import START, StateGraph
    from langgraph.runtime import Runtime
    from langgraph.types import interrupt
    from pydantic import BaseModel

    class Ask(BaseModel):
        order_id: int
        speed: Literal["slow", "fast"] = "slow"

    class Whole(Ask):
        price_cents: int = 0

    class Scratch(TypedDict):
        raw_quote: float

    @dataclass
    class Ctx:
        tenant: str
        discount: float = 0.0

    def quote(state: Whole, runtime: Runtime[Ctx]) -> Scratch:
        return {"raw_quote": 12.5 * (2 if state.speed == "fast" else 1) + len(runtime.context.tenant)}

    def settle(state: Scratch, runtime: Runtime[Ctx]) -> dict:
        agreed = interrupt(f"quote {state['raw_quote']} for {runtime.context.tenant}?")
        return {"price_cents": round(state["raw_quote"] * 100 * (1 - runtime.context.discount)) * agreed}

    builder = StateGraph(Whole, input_schema=Ask, context_schema=Ctx).add_node(quote).add_node(settle)
    graph = builder.add_edge(START, "quote").add_edge("quote", "settle").compile()
"""


async def form_of(deck: Any) -> RunFormScreen:
    await deck.until(lambda: isinstance(deck.app.screen, RunFormScreen) and len(deck.app.screen.query(FormLine)) > 2)
    await deck.pilot.pause()
    screen: RunFormScreen = deck.app.screen
    return screen


async def decide(deck: Any, screen: type[Any], key: str) -> None:
    """Press a key that counts only once the dialog has been painted."""
    for _ in range(5):
        deck.clock.move_on(2)
        await deck.press(key)
        if not isinstance(deck.app.screen, screen):
            return
    pytest.fail(f"still open:\n{deck.text}")


async def test_a_context_is_asked_for_checked_and_given_to_every_later_run(
    open_deck: Any, engine: LocalEngine, write_graph: WriteGraph
) -> None:
    target = write_graph(ORDERS)
    async with open_deck(engine, graph=target, size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.shape)
        await deck.type('{"order_id": "seven"}')
        await form_of(deck)
        for told in ("order_id *", "must be integer", "tenant *", "discount", "recursion_limit", "durability"):
            assert told in deck.text
        await deck.press("ctrl+r")
        await deck.until_shown("nothing has run")
        await deck.press("escape")
        assert deck.look.thread == ""
        assert '{"order_id": "seven"}' in deck.text

        await deck.press("escape", "g")
        form = await form_of(deck)
        assert deck.app.focused.text == '"seven"'
        await deck.press("end", "ctrl+u", "7", "enter", "right", "enter")  # from the speed into the context
        await deck.press("n", "enter", "enter", "right", "down")
        await deck.until_shown("LangGraph's own limit")
        await deck.press("ctrl+l")
        await deck.until(lambda: form.form.is_json)
        await deck.press("ctrl+l")
        await deck.until(lambda: not form.form.is_json and len(form.query(FormLine)) == 6)
        await deck.press("ctrl+r")
        await deck.until(lambda: deck.look.questions)
        assert deck.look.questions[0].value == "quote 26.0 for n?"
        assert deck.app.deck.setups.of(target).words == "context: tenant=n discount=0.0, async"
        await deck.until(lambda: "context: " in deck.text.splitlines()[0])
        thread = deck.look.thread

        await deck.press("a")
        await deck.until_shown("leave waiting")
        await decide(deck, ApprovalScreen, "a")
        await deck.until(lambda: deck.look.status == "done")
    assert (await engine.state(thread)).values["price_cents"] == 2600


async def test_a_thread_from_another_session_goes_on_once_its_context_is_given(
    open_deck: Any, engine: LocalEngine, write_graph: WriteGraph, run_graph: Any
) -> None:
    target = write_graph(ORDERS)
    await run_graph(target, input={"order_id": 1}, context={"tenant": "east"}, before=("settle",))
    async with open_deck(engine, graph=target, thread="t", size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.shape and deck.look.snapshot)
        await deck.press("space")
        await form_of(deck)
        assert "order_id" not in deck.text
        await deck.press("escape")
        assert deck.look.snapshot.next == ("settle",)
        await deck.press("g")
        form = await form_of(deck)
        await deck.press("down", "down", "w", "ctrl+s")
        await deck.until(lambda: deck.app.screen is not form)
        assert not deck.look.running
        await deck.press("space")
        await deck.until(lambda: deck.look.questions)
        assert deck.look.questions[0].value == "quote 16.5 for w?"
        await deck.press("g")  # as typed input would, that of the form asks first what becomes of the question
        await form_of(deck)
        await deck.press("2", "ctrl+r")
        await deck.until(lambda: isinstance(deck.app.screen, NewMessageScreen))
        await decide(deck, NewMessageScreen, "d")
        await deck.until(lambda: deck.look.questions and deck.look.values["order_id"] == 2)


async def test_answers_in_the_inbox_go_on_with_the_context_of_the_deck(recorded: Any) -> None:
    setups = RunSetups()
    setups.keep("travel", RunSetup(context={"tenant": "north"}, recursion_limit=9))
    app: App[None] = App()
    async with app.run_test() as pilot:
        InboxBridge(recorded, app, Rules(recorded), setups).answer(
            RunRequest(graph="travel", thread="t", resume={"q": 1})
        )
        while not recorded.requests:
            await pilot.pause()
        recorded.runs[0].given.put_nowait(RunEnded(status="done"))
    [request] = recorded.requests
    assert (request.resume, request.context, request.recursion_limit) == ({"q": 1}, {"tenant": "north"}, 9)


async def test_a_message_is_typed_as_text(open_deck: Any, recorded: Any) -> None:
    said: Any = {"type": "object", "properties": {"messages": {"type": "array"}}, "required": ["messages"]}
    recorded.shape = dataclasses.replace(recorded.shape, input_schema=said)
    async with open_deck(recorded, graph="travel", size=(80, 24)) as deck:
        await deck.press("g")
        await form_of(deck)
        await deck.press("h", "i", "ctrl+r")
        await deck.until(lambda: recorded.requests)
        assert recorded.requests[0].input == {"messages": [{"role": "user", "content": "hi"}]}
        recorded.runs[0].given.put_nowait(RunEnded(status="done"))
        await deck.until(lambda: not deck.look.runs)
