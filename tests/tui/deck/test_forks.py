"""Trying another way in the deck, by keys, on real runs: run again, write at a checkpoint, edit a message."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.values import Json
from graphdeck.tui.screens.fork import ForkScreen
from graphdeck.tui.screens.run_again import RunAgainScreen
from graphdeck.tui.widgets.form_line import FormLine
from told import RunGraph, WriteGraph

CHAT = """
    import operator
    from typing import Annotated, TypedDict
    from langchain_core.messages import AIMessage, AnyMessage
    from langgraph.graph import START, StateGraph
    from langgraph.graph.message import add_messages
    from langgraph.types import interrupt

    class State(TypedDict, total=False):
        city: str
        nights: int
        log: Annotated[list[str], operator.add]
        messages: Annotated[list[AnyMessage], add_messages]

    def look(state): return {"city": state["messages"][-1].content, "nights": 2, "log": ["looked"]}
    def ask(state): return {"log": [f"{interrupt('book ' + state['city'] + '?')} {state['nights']}"]}
    def tell(state): return {"messages": [AIMessage(f"booked {state['city']}")]}

    builder = StateGraph(State).add_node(look).add_node(ask).add_node(tell).add_edge(START, "look")
    graph = builder.add_edge("look", "ask").add_edge("ask", "tell").compile()
"""

ROME: Json = {"messages": [{"type": "human", "content": "Rome", "id": "h1"}]}

Booked: TypeAlias = Callable[[], Awaitable[str]]


@pytest.fixture
def booked(engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph) -> Booked:
    """Run a thread to its end, its question answered; gives its target."""

    async def book() -> str:
        target = write_graph(CHAT)
        await run_graph(target, input=ROME)
        [question] = (await engine.state("t")).interrupts
        await run_graph(target, resume={question.id: "yes"})
        return target

    return book


async def go_to(deck: Any, node: str) -> None:
    """Put the Timeline's cursor on the newest checkpoint that has this node next."""
    await deck.until(lambda: deck.look.history)
    await deck.press("4")
    timeline = deck.app.deck.panes.timeline
    while timeline.highlighted is None or timeline.highlighted.next != (node,):
        await deck.press("down")


async def decide(deck: Any, screen: type[Any], key: str) -> None:
    """Press a key in a dialog until it counts: not too soon after the one before."""
    await deck.until(lambda: isinstance(deck.app.screen, screen))
    dialog = deck.app.screen
    while deck.app.screen is dialog:
        deck.clock.move_on(2)
        await deck.press(key)


async def test_an_old_question_is_asked_anew_and_input_begins_where_one_looks(
    open_deck: Any, engine: LocalEngine, booked: Booked
) -> None:
    await booked()
    async with open_deck(engine, thread="t", size=(80, 24)) as deck:
        await go_to(deck, "ask")
        await deck.press("enter")
        await deck.until(lambda: deck.look.old)
        at = deck.look.old.checkpoint
        await deck.press("a")  # there is no answer to an old question: it is asked anew
        await deck.until(lambda: isinstance(deck.app.screen, RunAgainScreen))
        assert "runs ask, which asks anew; may repeat what ask, tell did" in " ".join(deck.text.split())
        deck.clock.move_on(2)
        await deck.press("enter")
        assert isinstance(deck.app.screen, RunAgainScreen)
        await decide(deck, RunAgainScreen, "y")
        await deck.until(lambda: deck.look.questions)
        assert deck.look.snapshot.parent == at
        assert deck.look.snapshot.source == "fork"
        deck.app.deck.asks = False
        await deck.press("4", "home", "end", "up", "enter")
        await deck.until(lambda: deck.look.old)
        at = deck.look.old.checkpoint
        await deck.type("Oslo")
        await deck.until_shown("Send this at step ")
        await decide(deck, RunAgainScreen, "y")
        await deck.until(lambda: deck.look.questions and deck.look.questions[0].value == "book Oslo?")
    assert any(row.source == "input" and row.parent == at for row in await engine.history("t"))


async def test_a_fork_is_typed_seen_and_written(open_deck: Any, engine: LocalEngine, booked: Booked) -> None:
    await booked()
    async with open_deck(engine, thread="t", size=(80, 24)) as deck:
        await go_to(deck, "ask")
        at = deck.app.deck.panes.timeline.highlighted.checkpoint
        await deck.press("f")
        await deck.until(lambda: isinstance(deck.app.screen, ForkScreen) and deck.app.screen.query(FormLine))
        await deck.until_shown("runs ask, which asks anew")
        await deck.press("enter")
        assert "nothing is changed" in deck.text
        await deck.press("end", *"!")
        await deck.press("down", "end", "0", "down")
        await deck.until_shown("log: replaces what is there; Ctrl+R appends instead")
        await deck.press("ctrl+r")
        await deck.until_shown("log: appends; Ctrl+R replaces instead")
        await deck.press("end", "left", *'"x"', "enter")
        await deck.until_shown("Rome!")
        for line in ("- city", "+ nights", "+ log", "log: appends"):
            assert line in deck.text
        await deck.press("escape", "ctrl+n", "ctrl+n", "ctrl+n")
        await deck.until_shown("written as ask")
        await deck.until_shown("runs tell; may repeat what ask, tell did")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        await deck.press("f")
        await deck.until_shown("written as ask")  # what was typed came back
        await deck.press("enter")
        await decide(deck, ForkScreen, "y")
        await deck.until_shown("written on a branch of its own")
        await deck.until(lambda: deck.look.snapshot.parent == at)
        forked = deck.look.snapshot
        assert (forked.values["city"], forked.values["nights"], forked.values["log"]) == ("Rome!", 20, ["looked", "x"])
        assert forked.next == ("tell",)
        await deck.press("space")
        await deck.until(lambda: deck.look.status == "done")


async def test_a_message_is_edited_and_gone_on_with(open_deck: Any, engine: LocalEngine, booked: Booked) -> None:
    await booked()
    async with open_deck(engine, thread="t") as deck:
        await deck.until(lambda: deck.look.messages)
        await deck.press("3", "home", "M")
        await deck.until(lambda: isinstance(deck.app.screen, ForkScreen) and deck.app.screen.query(FormLine))
        await deck.press("end", *" 2", "enter")
        await deck.until_shown("write it and go on")
        await decide(deck, ForkScreen, "y")
        await deck.until(lambda: deck.look.questions)
        assert deck.look.questions[0].value == "book Rome 2?"
        nodes = deck.look.view.nodes
        assert (nodes["look"].times, nodes["ask"].times, "tell" in nodes) == (1, 1, False), "those of this branch"
    messages: Any = (await engine.state("t")).values["messages"]
    assert [message["content"] for message in messages] == ["Rome 2"]


async def test_input_at_a_breakpoint_is_sent_once_it_was_read_what_does_not_run_then(
    open_deck: Any, engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_graph(CHAT.replace(".compile()", '.compile(interrupt_before=["ask"])'))
    await run_graph(target, input=ROME)
    async with open_deck(engine, thread="t", size=(80, 24)) as deck:
        await deck.until_shown("breakpoint before ask")
        await deck.type("Oslo")
        await deck.until_shown("ask, which it stands before, does not run")
        await decide(deck, RunAgainScreen, "n")
        assert "Oslo" in deck.text  # it stays in its line
        await deck.press("enter")
        await deck.until_shown("ask, which it stands before, does not run")
        await decide(deck, RunAgainScreen, "y")
        await deck.until(lambda: deck.look.values.get("city") == "Oslo")
