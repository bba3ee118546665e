"""Pictures of the deck at the two sizes that it is made for."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from graphdeck.graphs import events
from graphdeck.graphs.differences import Change
from graphdeck.graphs.records import CheckpointRow, PendingInterrupt, RanTask, Snapshot, ThreadRow
from graphdeck.tui.app import GraphdeckApp
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.screens.deck import DeckScreen
from graphdeck.tui.widgets.difference_view import DifferenceView

SIZES = [(80, 24), (120, 34)]
NOW = "2026-05-04T12:04:11+00:00"
CALL = {"name": "search_hotels", "args": {"city": "Rome", "max_price": 150}, "id": "k1"}
MESSAGES: list[Any] = [
    {"type": "human", "content": "a quiet hotel in Rome, 3 nights, under 150 euros", "id": "m1"},
    {"type": "ai", "content": "I look for hotels in Rome.", "tool_calls": [CALL], "id": "m2"},
    {
        "type": "tool",
        "name": "search_hotels",
        "content": "Casa Verde, 124 EUR a night",
        "tool_call_id": "k1",
        "id": "m3",
    },
]
QUESTION = PendingInterrupt(id="q1", node="tools", ns=(), value={"action": "book_hotel", "nights": 3})

App = Callable[..., GraphdeckApp]


@pytest.fixture
def app(recorded: Any) -> App:
    """The workbench on a recorded engine with four threads, one of which is looked at in a given state."""

    def make(status: Any, *, interrupts: tuple[PendingInterrupt, ...] = (), **opened: Any) -> GraphdeckApp:
        others: tuple[tuple[str, Any], ...] = (
            ("Oslo weekend", "done"),
            ("Kim's flat", "stopped"),
            ("Q3 in Lisbon", "failed"),
        )
        recorded.rows = [
            ThreadRow(thread="rome", status=status, file="f", graph="travel", title="Rome in May", updated=NOW,
                      interrupts=tuple(question.id for question in interrupts)),
            *(ThreadRow(thread=title, status=other, file="f", title=title, updated="2026-05-04T10:00:00+00:00")
              for title, other in others),
        ]  # fmt: skip
        following = () if status == "done" else ("tools",)
        recorded.snapshots["rome", None] = Snapshot(
            thread="rome", checkpoint="c3", step=2, status=status, next=following, interrupts=interrupts,
            values={"messages": MESSAGES, "city": "Rome", "budget": 450}, changed=("messages",), graph="travel",
            file="f", time=NOW,
        )  # fmt: skip
        recorded.checkpoints["rome"] = [
            CheckpointRow(checkpoint=f"c{step}", parent=f"c{step - 1}" if step else None, step=step - 1, source=source,
                          time=NOW, next=after, changed=("messages",))
            for step, source, after in (
                (3, "loop", following), (2, "loop", ("tools",)), (1, "loop", ("assistant",)),
                (0, "input", ("__start__",)),
            )
        ]  # fmt: skip
        return GraphdeckApp(recorded, clock=StoppedClock(NOW), **opened)

    return make


def settled(holds: Callable[[DeckScreen], object]) -> Callable[[Pilot[None]], Awaitable[None]]:
    """Before the picture: wait until the deck is as far as it should be."""

    async def wait(pilot: Pilot[None]) -> None:
        assert isinstance(pilot.app, GraphdeckApp)
        await _until(pilot, lambda: holds(pilot.app.deck) and pilot.app.deck.policy)  # type: ignore[attr-defined] # narrowed above
        await pilot.app.workers.wait_for_complete()  # all that is read
        await pilot.pause()

    return wait


async def _until(pilot: Pilot[None], holds: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await pilot.pause()
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_idle(snap_compare: Any, app: App, size: tuple[int, int]) -> None:
    ready = settled(lambda deck: deck.look.shape and deck.panes.threads.list.highlighted)
    assert snap_compare(app("done", graph="travel"), terminal_size=size, run_before=ready)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_waiting(snap_compare: Any, app: App, size: tuple[int, int]) -> None:
    async def left(pilot: Pilot[None]) -> None:
        await _until(pilot, lambda: pilot.app.screen.id != "_default" and len(pilot.app.screen_stack) == 2)
        await pilot.press("escape")
        await _until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await settled(lambda deck: deck.look.history and deck.look.row and deck.look.shape)(pilot)

    waiting = app("waiting", interrupts=(QUESTION,), thread="rome")
    assert snap_compare(waiting, terminal_size=size, run_before=left)


def test_a_new_message_to_a_thread_that_waits(snap_compare: Any, app: App) -> None:
    async def send(pilot: Pilot[None]) -> None:
        await _until(pilot, lambda: len(pilot.app.screen_stack) == 2)
        await pilot.press("escape")
        await _until(pilot, lambda: len(pilot.app.screen_stack) == 1)
        await pilot.press("i", *"Oslo", "enter")
        await _until(pilot, lambda: len(pilot.app.screen_stack) == 2)

    waiting = app("waiting", interrupts=(QUESTION,), thread="rome")
    assert snap_compare(waiting, terminal_size=(80, 24), run_before=send)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_in_the_middle_of_a_run(snap_compare: Any, app: App, recorded: Any, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[None]) -> None:
        deck = pilot.app.screen
        assert isinstance(deck, DeckScreen)
        await _until(pilot, lambda: deck.look.snapshot and deck.look.history and deck.look.row and deck.policy)
        await pilot.press("space")
        await _until(pilot, lambda: recorded.runs)
        for event in (
            events.RunStarted(thread="rome", graph="travel", run="r1"),
            events.NodeStarted(task="1", node="tools"),
            events.NodeFinished(task="1", node="tools", ms=120),
            events.Checkpoint(id="c4", parent="c3", step=3, source="loop", next=("assistant",), changed={}),
            events.NodeStarted(task="2", node="assistant"),
            events.Output(task="2", node="assistant", stream="stdout", text="asking\nthe model\n"),
            events.Token(task="2", node="assistant", message="m4", text="Casa Verde has a room with a garden"),
        ):
            recorded.runs[0].given.put_nowait(event)
        await _until(pilot, lambda: deck.look.live and deck.look.live.messages and deck.look.live.logged == 2)

    assert snap_compare(app("breakpoint", thread="rome"), terminal_size=size, run_before=run)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_failed(snap_compare: Any, app: App, recorded: Any, size: tuple[int, int]) -> None:
    async def run(pilot: Pilot[None]) -> None:
        deck = pilot.app.screen
        assert isinstance(deck, DeckScreen)
        await _until(pilot, lambda: deck.look.snapshot and deck.look.history and deck.look.row and deck.policy)
        await pilot.press("space")
        await _until(pilot, lambda: recorded.runs)
        error = {
            "type": "graph",
            "message": "ValueError: no room in [Casa Verde]",
            "hint": "mend the node and continue",
        }
        for event in (
            events.RunStarted(thread="rome", graph="travel", run="r1"),
            events.NodeStarted(task="1", node="tools"),
            events.NodeFailed(task="1", node="tools", error="ValueError", message="no room", traceback="line 3"),
            events.RunEnded(status="failed", next=("tools",), error=error),
        ):
            recorded.runs[0].given.put_nowait(event)
        await _until(pilot, lambda: deck.look.status == "failed")

    assert snap_compare(app("breakpoint", thread="rome"), terminal_size=size, run_before=run)


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_history(snap_compare: Any, app: App, recorded: Any, size: tuple[int, int]) -> None:
    async def gone_to(pilot: Pilot[None]) -> None:
        deck = pilot.app.screen
        assert isinstance(deck, DeckScreen)
        await _until(pilot, lambda: deck.look.history and deck.look.row and deck.policy)
        await pilot.press("h", "down", "d")
        await _until(pilot, lambda: deck.panes.timeline.marked and deck.query(DifferenceView))
        await _until(pilot, lambda: deck.query_one(DifferenceView).changes)

    at: dict[str, Any] = {"time": NOW, "source": "loop", "changed": ("messages",)}
    reply = RanTask(id="t3", node="assistant", wrote=("messages",))
    search = RanTask(id="t1", node="tools", wrote=("messages",), routed=("assistant",), inner=("tools:t1",))
    recorded_app = app("done", thread="rome")
    recorded.checkpoints["rome"] = [
        CheckpointRow(checkpoint="c6", parent="c5", step=2, next=("tools",), **at,
                      made_by=(reply,),
                      after=(RanTask(id="t5", node="tools", error="KeyError('Casa Verde')", finished=False),)),
        CheckpointRow(checkpoint="c5", parent="c2", step=1, next=("assistant",), **{**at, "source": "fork"}),
        CheckpointRow(checkpoint="c4", parent="c3", step=3, next=(), **at, made_by=(reply,)),
        CheckpointRow(checkpoint="c3", parent="c2", step=2, next=("assistant",), **at, made_by=(search,)),
        CheckpointRow(checkpoint="c2", parent=None, step=1, next=("tools",), **at),
    ]  # fmt: skip

    async def diff(*_: Any, **__: Any) -> tuple[Change, ...]:
        return (
            Change(path="/city", kind="changed", before="Roma", after="Rome"),
            Change(path="/messages/3", kind="added", after={"type": "ai", "content": "Casa Verde is quiet."}),
            Change(path="/budget", kind="removed", before=450),
        )

    recorded.diff = diff
    assert snap_compare(recorded_app, terminal_size=size, run_before=gone_to)
