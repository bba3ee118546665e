"""The tasks of the thread's run over time in the deck: while it runs, after it, and from its record."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import CheckpointRow, GraphShape, RanTask
from graphdeck.tui.app import GraphdeckApp
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.screens.deck import DeckScreen
from graphdeck.tui.screens.node import NodeScreen
from graphdeck.tui.screens.run_pane import RunPane
from graphdeck.tui.widgets.node_state import NodeState
from graphdeck.tui.widgets.run_timeline import RunTimelineView

NOW = "2026-05-04T12:04:11+00:00"
"""When the deck is looked at."""


def at(after: int, kind: type[Event], node: str = "", ns: tuple[str, ...] = (), **more: Any) -> Event:
    names: dict[str, Any] = {"task": f"t-{node}", "node": node} if node else {}
    time = f"2026-05-04T12:04:{8 + after // 1000:02}.{after % 1000:03}000+00:00"
    return kind(time=time, run="r1", ns=ns, **names, **more)


USED = {"usage_metadata": {"input_tokens": 300, "output_tokens": 120, "total_tokens": 420}}
RUN: Sequence[Event] = (
    at(0, events.RunStarted, thread="rome", graph="travel"),
    at(20, events.NodeKept, "greet"),
    at(30, events.NodeStarted, "assistant"),
    at(600, events.Message, "assistant", role="ai",
       data={"type": "ai", "id": "m9", **USED, "response_metadata": {"cost": 0.0031}}),
    at(640, events.NodeFinished, "assistant", ms=600.0),
    at(650, events.Checkpoint, id="rome3", parent="rome2", step=2, source="loop", next=("tools",), changed={}),
    at(700, events.NodeStarted, "tools"),
    at(700, events.NodeStarted, "search"),
    at(700, events.NodeStarted, "prices"),
    at(710, events.NodeCached, "prices"),
    at(720, events.NodeStarted, "rank", ("search:t-search",)),
    at(1500, events.NodeRetry, "tools", attempt=1, error="TimeoutError: no answer"),
    at(1900, events.NodeFinished, "rank", ("search:t-search",), ms=1180.0),
    at(1910, events.NodeFinished, "search", ms=1200.0),
)  # fmt: skip


async def begin(recorded: Any, holds: Any, deck: DeckScreen, press: Any) -> None:
    """Go on with the thread, and let the run tell what it did in its first two seconds."""
    await holds(lambda: deck.look.snapshot and deck.look.history and deck.look.row and deck.policy)
    await press("space")
    await holds(lambda: recorded.runs)
    for event in RUN:
        recorded.runs[0].given.put_nowait(event)
    await holds(lambda: deck.look.view.nodes.get("search", NodeState()).status == "done")


@pytest.mark.parametrize(
    ("size", "ascii_only"), [((80, 24), False), ((120, 34), False), ((150, 24), False), ((80, 24), True)], ids=str
)
def test_a_run_over_time(
    snap_compare: Any, recorded: Any, put: Any, monkeypatch: Any, size: tuple[int, int], ascii_only: bool
) -> None:
    if ascii_only:
        monkeypatch.setenv("GRAPHDECK_ASCII", "1")
    put(recorded, "rome", "stopped")
    newest, *older = recorded.checkpoints["rome"]
    made = RanTask(id="t-assistant", node="assistant", wrote=("city",))
    recorded.checkpoints["rome"] = [CheckpointRow(**{**vars(newest), "made_by": (made,)}), *older]
    recorded.shape = GraphShape(target="travel", title="travel", nodes=(), edges=())
    app = GraphdeckApp(recorded, thread="rome", clock=StoppedClock(NOW))

    async def run(pilot: Any) -> None:
        async def holds(condition: Any) -> None:
            async with asyncio.timeout(20):
                while not condition():
                    await pilot.pause()
            await pilot.pause()

        await begin(recorded, holds, app.deck, pilot.press)
        await pilot.press("G")
        await holds(lambda: isinstance(app.focused and app.focused.parent, RunPane))
        await holds(lambda: app.deck.query_one(RunTimelineView).row_count() == 6)

    assert snap_compare(app, terminal_size=size, run_before=run)


async def test_bars_grow_and_a_key_goes_to_them_and_back(recorded: Any, put: Any, open_deck: Any) -> None:
    put(recorded, "rome", "stopped")
    async with open_deck(recorded, graph="travel", thread="rome", size=(80, 24)) as deck:
        await begin(recorded, deck.until, deck.app.deck, deck.press)
        pane: Any = deck.app.deck.panes.timeline_pane
        await deck.press("h")
        assert not deck.app.deck.query(RunPane), "a narrow pane has the checkpoints until a person chooses"
        await deck.press("G")
        await deck.until_shown("3.0 s · 420 tokens · cost 0.0031 · 6 tasks")
        await deck.until(lambda: deck.app.focused is pane.run.view)
        deck.clock.move_on(2)
        await deck.until_shown("5.0 s · 420 tokens")
        assert "4.3 s ×2" in deck.text
        await deck.press("home", "down", "down", "enter")
        await deck.until(lambda: isinstance(deck.app.screen, NodeScreen))
        assert deck.app.screen.seen.path == "tools"
        deck.clock.move_on(2)
        await deck.press("escape")
        assert deck.app.deck.panes.graph.view.selected == "tools"
        await deck.until_shown("7.0 s · 420 tokens")
        failed = at(2500, events.NodeFailed, "tools", error="KeyError", message="Casa Verde", traceback="")
        for event in (failed, at(2510, events.RunEnded, status="failed", next=("tools",), error=None)):
            recorded.runs[0].given.put_nowait(event)
        await deck.until_shown("✗ 2.5 s · 420 tokens")
        await deck.press("end", "up", "up", "up")
        await deck.until(lambda: pane.run.view.selected.path == "tools")
        await deck.press("c")
        assert deck.app.clipboard == "tools: KeyError: Casa Verde"
        await deck.press("G")
        assert deck.app.focused is pane.list
        assert not pane.run.display
        await deck.press("1", "G")
        assert deck.app.focused is pane.run.view
        await deck.press("4")
        assert deck.app.focused is pane.list


async def test_beside_the_checkpoints_a_run_marks_the_tasks_of_their_cursor(
    recorded: Any, put: Any, open_deck: Any
) -> None:
    put(recorded, "rome", "stopped")
    newest, *older = recorded.checkpoints["rome"]
    made = RanTask(id="t-assistant", node="assistant", wrote=("city",))
    recorded.checkpoints["rome"] = [newest, *(CheckpointRow(**{**vars(row), "made_by": (made,)}) for row in older)]
    async with open_deck(recorded, graph="travel", thread="rome") as deck:
        await deck.press("h")
        pane: Any = deck.app.deck.panes.timeline_pane
        assert not pane.shows_run, "none is known: the step has the place"
        await begin(recorded, deck.until, deck.app.deck, deck.press)
        await deck.until_shown("420 tokens")
        assert deck.app.focused is pane.list
        await deck.press("down")
        await deck.until(lambda: "›● assistant" in pane.run.view.text)
        await deck.press("G", "i", "escape")
        await deck.until(lambda: deck.app.focused is pane.run.view)
        await deck.press("G")
        await deck.until(lambda: not pane.shows_run)
        await deck.until_shown("step 0")


async def test_there_is_hardly_room(recorded: Any, put: Any, open_deck: Any) -> None:
    put(recorded, "rome", "stopped")
    async with open_deck(recorded, graph="travel", thread="rome", size=(40, 10)) as deck:
        await begin(recorded, deck.until, deck.app.deck, deck.press)
        await deck.press("G")
        await deck.until(lambda: deck.app.deck.panes.timeline_pane.run.view.row_count() == 6)
        assert "rank" in deck.text, "the newest is in view"
        for size in ((20, 4), (3, 2), (1, 1)):
            await deck.pilot.resize_terminal(*size)
        await deck.press("home", "end", "enter")


async def test_a_thread_from_its_file_shows_its_newest_run_on_record(
    open_deck: Any, engine: LocalEngine, write_graph: Any, run_graph: Any, tmp_path: Path
) -> None:
    target = write_graph(
        """
        from typing import TypedDict
        from langgraph.graph import START, StateGraph

        class State(TypedDict, total=False):
            n: int

        def plan(state):
            return {"n": state["n"] + 1}

        def check(state):
            if state["n"] < 0:
                raise ValueError("n is negative")

        builder = StateGraph(State).add_node(plan).add_node(check).add_edge(START, "plan").add_edge("plan", "check")
        graph = builder.compile()
        """
    )
    await run_graph(target, "other", input={"n": 5})
    await run_graph(target, "t", input={"n": 1})
    await run_graph(target, "t", input={"n": -2})
    async with open_deck(engine, graph=target, thread="t", size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.snapshot)
        await deck.press("G")
        pane: Any = deck.app.deck.panes.timeline_pane
        await deck.until(lambda: pane.run.view.row_count() == 2)
        rows = [line.lstrip("› ").split()[:2] for line in pane.run.view.text.splitlines()]
        assert rows == [["●", "plan"], ["✗", "check"]]
        assert "2 tasks" in deck.text
        await run_graph(target, "t", input={"n": 3})
        await deck.press("f5")
        await deck.until(lambda: "✗" not in pane.run.view.text)
    await asyncio.to_thread(_lose_end, tmp_path)
    async with open_deck(engine, graph=target, thread="t", size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.snapshot)
        await deck.press("G")
        await deck.until_shown("✗")
        assert "■ check" in deck.text, "what showed the run was gone before its end"
        await deck.press("H", "t")
        await deck.until_shown("■ check")
    await asyncio.to_thread(_forget_runs, tmp_path)
    async with open_deck(engine, graph=target, thread="t", size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.snapshot)
        await deck.press("G")
        await deck.until_shown("no run of this thread is on record here")
        await deck.press("n", "escape")
        await deck.until_shown("nothing has run yet")


def _lose_end(folder: Path) -> None:
    newest = max(folder.glob(".graphdeck/runs/*"))
    lines = newest.read_text().splitlines(keepends=True)
    last = max(number for number, line in enumerate(lines) if '"node_started"' in line)
    newest.write_text("".join(lines[: last + 1]))


def _forget_runs(folder: Path) -> None:
    for record in folder.glob(".graphdeck/runs/*"):
        record.unlink()
