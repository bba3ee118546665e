"""A question that changes while a person looks at it: their key decides what they saw, or nothing."""

from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest
from graphdeck.tui.screens.approval import ApprovalScreen
from graphdeck.tui.screens.new_message import NewMessageScreen
from graphdeck.tui.widgets.input_line import InputLine

PRICES = """
    import pathlib
    from typing import TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    HERE = pathlib.Path(__file__).parent

    def pay(state):
        interrupt(f"pay {HERE.joinpath('price').read_text()} Euro?")
        HERE.joinpath("paid").touch()
    def other(state):
        interrupt("other?")

    builder = StateGraph(TypedDict("State", {"n": int}, total=False)).add_node(pay).add_node(other)
    graph = builder.add_edge(START, "pay").add_edge(START, "other").compile()
"""


@pytest.fixture
def price(tmp_path: Path) -> Path:
    """What the node asks for."""
    path = tmp_path / "price"
    path.write_text("3")
    return path


@pytest.fixture
async def go_up(price: Path, tmp_path: Path, pool: WorkerPool, run_graph: Any, write_graph: Any) -> Any:
    """Has both questions wait; then, when it is called, the price goes up and another terminal answers `other?`."""
    target = write_graph(PRICES)
    await run_graph(target, input={})
    elsewhere = LocalEngine(tmp_path, pool=pool)

    async def meddle() -> None:
        price.write_text("300")
        [other] = [each.id for each in (await elsewhere.state("t")).interrupts if each.node == "other"]
        run = await elsewhere.run(RunRequest(graph=target, thread="t", resume={other: True}))
        assert [event async for event in run.events()]

    yield meddle
    await elsewhere.close()


async def look_at_the_price(deck: Any) -> None:
    """Have the price on the screen; questions come in the order of their tasks' ids."""
    await deck.until(lambda: "pay 3 Euro?" in deck.text or "other?" in deck.text)
    if "pay 3 Euro?" not in deck.text:
        await deck.press("n")
    await deck.until_shown("pay 3 Euro?")


async def say_yes(deck: Any) -> None:
    """Send a yes to it alone: the first S says what runs again because of that."""
    for key in ("a", "S", "S"):
        deck.clock.move_on(2)
        await deck.press(key)


async def test_a_key_in_the_deck_is_refused(
    open_deck: Any, engine: LocalEngine, go_up: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await engine.state("t")

    async def stale(*_: Any, **__: Any) -> Any:
        return before

    async with open_deck(engine, thread="t") as deck:
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        await look_at_the_price(deck)
        monkeypatch.setattr(engine, "state", stale)  # what the deck has read: it may look at any moment
        await go_up()
        await say_yes(deck)
        await deck.until_shown("has changed since it was read")
        newest = (await engine.decisions(thread="t"))[0]
        assert (newest.outcome, newest.by, newest.decision) == ("refused", "key", True)
        assert not (tmp_path / "paid").exists()


@pytest.mark.parametrize("is_seen", [True, False])
async def test_a_question_that_changes_while_a_person_reads_what_dropping_it_means_is_not_dropped(
    open_deck: Any, engine: LocalEngine, go_up: Any, monkeypatch: pytest.MonkeyPatch, is_seen: bool
) -> None:
    """The deck may have been about to read the thread when the dialog opened, or not."""
    before = await engine.state("t")

    async def stale(*_: Any, **__: Any) -> Any:
        return before

    async with open_deck(engine, thread="t") as deck:
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen))
        await deck.press("escape")
        await deck.type('{"n": 1}')
        await deck.until(lambda: isinstance(deck.app.screen, NewMessageScreen) and "go back" in deck.text)
        if not is_seen:
            monkeypatch.setattr(engine, "state", stale)
        await go_up()
        deck.app.deck.read_thread(at_once=True)
        await deck.until(lambda: is_seen == ("pay 300 Euro?" in [each.value for each in deck.look.questions]))
        deck.clock.move_on(2)
        await deck.press("d")
        await deck.until_shown("another question waits by now: nothing was sent" if is_seen else "nothing was sent")
        await deck.until(lambda: deck.app.deck.query_one(InputLine).text == '{"n": 1}')
        dropped = [each for each in await engine.decisions(thread="t") if each.act]
        assert [(each.act, each.outcome) for each in dropped] == ([] if is_seen else [("drop", "refused")] * 2)


async def test_a_key_in_the_inbox_finds_the_question_gone_or_is_refused(
    open_deck: Any, engine: LocalEngine, go_up: Any, tmp_path: Path
) -> None:
    async with open_deck(engine, pick=False) as deck:
        await deck.press("I")
        await deck.until_shown("action 1 of 2")
        await deck.press("enter")
        await deck.until(lambda: deck.app.screen.panel.has_focus_within)
        await look_at_the_price(deck)
        await go_up()
        await say_yes(deck)
        said = "Answered elsewhere", "has changed since it was read"  # as the file was looked at before, or was not
        await deck.until(lambda: any(text in deck.text for text in said))
        assert {each.outcome for each in await engine.decisions(thread="t") if each.by == "key"} <= {"refused"}
        assert not (tmp_path / "paid").exists()
