"""Graphs like those that users had trouble with, run in the deck by keys on the real engine: what is promised of each.

Each test takes a picture where its promise shows. Durations and times of day are made even in it, nothing else is.
"""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import users_graphs
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.image import SVGImageSnapshotExtension

from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.run_setup import RunSetup
from graphdeck.tui.widgets.input_line import InputLine

SMALL = (80, 24)


class EvenRun:
    """A run whose tasks all take 12 ms, at one moment."""

    def __init__(self, run: Any) -> None:
        self.id, self._run = run.id, run
        self.drain, self.cancel, self.kill = run.drain, run.cancel, run.kill

    async def events(self) -> AsyncIterator[Event]:
        now = StoppedClock().now().isoformat()
        async for event in self._run.events():
            took = {"ms": 12} if hasattr(event, "ms") else {}
            yield dataclasses.replace(event, time=now, **took)


class EvenEngine(LocalEngine):
    """The engine of this machine, whose runs look alike each time."""

    async def run(self, request: RunRequest) -> Any:
        return EvenRun(await super().run(request))


@pytest.fixture
async def even(tmp_path: Path, pool: WorkerPool) -> AsyncIterator[LocalEngine]:
    engine = EvenEngine(tmp_path, pool=pool)
    yield engine
    await engine.close()


@pytest.fixture
def picture(snapshot: SnapshotAssertion) -> Any:
    """Compare what is on the screen with the picture that people looked at."""
    stored = snapshot.use_extension(SVGImageSnapshotExtension)

    async def compare(deck: Any, *shown: str) -> None:
        for each in shown:
            await deck.until_shown(each)
        shot = deck.app.export_screenshot(title="graphdeck")
        if shot != stored:  # two pictures side by side in a report would be two long lines
            pytest.fail(f"this is not the stored picture:\n{deck.text}")

    return compare


async def start(deck: Any, text: str) -> None:
    """Send an input once the graph is there."""
    await deck.until(lambda: deck.look.shape)
    await deck.type(text)
    await deck.until(lambda: not isinstance(deck.app.focused, InputLine))


async def test_what_no_edge_declares_is_marked_and_then_added_as_it_was_taken(
    open_deck: Any, even: LocalEngine, write_graph: Any, picture: Any
) -> None:
    async with open_deck(even, graph=write_graph(users_graphs.UNDECLARED), size=SMALL) as deck:
        await deck.until_shown("hand_over ⇢ ?")
        assert "sort ⇢ ?" in deck.text
        await start(deck, '{"topic": "post"}')
        await picture(deck, "● done", "› post", "step 8")
        await deck.press("enter")
        await deck.until_shown("targets unknown: add a path map or a Literal return type")
        assert "post" in deck.text  # where it went


async def test_of_sixty_nodes_the_running_one_is_in_view(
    open_deck: Any, even: LocalEngine, write_graph: Any, picture: Any, tmp_path: Path
) -> None:
    async with open_deck(even, graph=write_graph(users_graphs.SIXTY), size=SMALL) as deck:
        await start(deck, '{"title": "sixty"}')
        await picture(deck, "◐ stage_31", "› sixty", "step 23")
        await deck.press("end")
        await deck.until_shown("stage_59")
        await deck.press("full_stop")
        await deck.until_shown("◐ stage_31")
        await deck.press("slash", *"_4")
        await deck.until_shown("1 of 10")
        await deck.press("up", "enter")
        await deck.until(lambda: deck.app.deck.panes.graph.view.selected == "stage_49")
        assert "○ stage_49" in deck.text
        (tmp_path / "go").touch()
        await deck.until(lambda: deck.look.status == "done")


async def test_a_stop_in_the_code_is_no_question_and_holds_after_a_write_as_its_node(
    open_deck: Any, even: LocalEngine, write_graph: Any, picture: Any
) -> None:
    async with open_deck(even, graph=write_graph(users_graphs.STOPS), size=SMALL) as deck:
        await start(deck, '{"text": "memo"}')
        await picture(deck, "breakpoint before check (in the code)", "› memo", "step 1")
        assert deck.app.screen is deck.app.deck  # nothing asks
        await deck.press("f")
        await deck.until_shown("Fork at step 1")
        await deck.press("ctrl+n", "ctrl+n", "ctrl+n")
        await deck.until_shown("written as check")
        await deck.until_shown("a breakpoint stops it at publish, before anything runs")
        await deck.press("enter")
        deck.clock.move_on(1)
        await deck.press("y")
        await deck.until_shown("written; nothing has run")
        await deck.press("space")
        await deck.until_shown("breakpoint before publish (in the code)")
        assert deck.look.values["by"] == "write "
        await deck.type('{"text": "another"}')
        await deck.until_shown("publish, which it stands before, does not run")
        await deck.press("escape")
        assert len((await even.threads()).rows) == 1


async def test_what_nodes_print_is_kept_with_their_names_and_nothing_reaches_the_screen(
    open_deck: Any, even: LocalEngine, write_graph: Any, picture: Any, tmp_path: Path
) -> None:
    async with open_deck(even, graph=write_graph(users_graphs.NOISY), size=SMALL) as deck:
        await start(deck, '{"title": "noise"}')
        await picture(deck, "◐ block", "› noise", "step 2", "Log 7")
        await deck.press("5")
        await deck.until_shown("by a child")
        (tmp_path / "go").touch()
        await picture(deck, "a node has no keyboard", "● done")
        await deck.until(lambda: deck.look.values.get("typed") == "end of file")


async def test_only_what_failed_runs_again_and_tries_are_counted(
    open_deck: Any, even: LocalEngine, write_graph: Any, picture: Any, tmp_path: Path
) -> None:
    async with open_deck(even, graph=write_graph(users_graphs.FAILING), size=SMALL) as deck:
        await start(deck, '{"title": "service"}')
        failed = "✗ flaky failed  ·  space runs it again"
        await picture(deck, failed, "the service said no (5 shows all of it)", "› service", "step 0")
        await deck.press("5")
        await deck.until_shown("KeyError: 'upstream'")
        (tmp_path / "up").touch()
        await deck.press("1", "space")
        await picture(deck, "● done", "step 2")
        assert (tmp_path / "calls").read_text() == "good\n"


async def test_a_limit_is_told_keeps_the_state_and_offers_more_steps(
    open_deck: Any, even: LocalEngine, write_graph: Any, picture: Any
) -> None:
    target = write_graph(users_graphs.FAILING, variable="loop")
    async with open_deck(even, graph=target, size=SMALL) as deck:
        await deck.until(lambda: deck.look.shape)
        deck.app.deck.setups.keep(target, RunSetup(recursion_limit=10))
        await start(deck, '{"title": "round"}')
        await picture(deck, "its limit of 10 steps; its state is kept", "› round", "step 10")
        assert deck.look.values["turns"] == 10
        await deck.press("space")
        await deck.until(lambda: deck.look.values["turns"] > 20)
