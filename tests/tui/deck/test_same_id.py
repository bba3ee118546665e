"""Threads of one id in two checkpoint files: each has its own run, events, question, keys and row."""

import importlib
import pkgutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.message import Message

import graphdeck.tui
from graphdeck.graphs.differences import Change
from graphdeck.graphs.errors import GraphdeckError, ThreadNotFound
from graphdeck.graphs.events import NodeStarted, Output, RunEnded, RunStarted
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import CheckpointRow, PendingInterrupt, RunRequest, Snapshot
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.tui import bridge
from graphdeck.tui.history_bridge import Compared, InnerRead, OlderRead
from graphdeck.tui.screens.approval import ApprovalScreen
from graphdeck.tui.screens.inbox import InboxScreen
from graphdeck.tui.screens.runs import RunsScreen
from graphdeck.tui.widgets.input_line import InputLine

WORKS = """
    import asyncio, pathlib
    from typing import Any, TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class State(TypedDict, total=False):
        who: str
        said: Any

    async def work(state):
        print("works in", state["who"], flush=True)
        while not pathlib.Path(FOLDER, "free " + state["who"]).exists():
            await asyncio.sleep(0.01)

    def ask(state):
        return {"said": interrupt("may " + state["who"] + "?")}

    graph = StateGraph(State).add_sequence([work, ask]).add_edge(START, "work").compile()
"""


class Files:
    """Two checkpoint files with a thread `1` each, which stands before its node `work`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.a, self.b = (ThreadKey(str(folder / f"{name}.sqlite"), "1") for name in "ab")

    def free(self, who: str) -> None:
        """Have the node come to its end."""
        (self.folder / f"free {who}").touch()


@pytest.fixture
async def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
async def both(files: Files, pool: WorkerPool, write_graph: Any) -> Any:
    """The engine of the two files."""
    target = write_graph(WORKS.replace("FOLDER", repr(str(files.folder))))
    engine = LocalEngine(files.folder, [Path(files.a.file), Path(files.b.file)], pool=pool)
    for name, key in (("a", files.a), ("b", files.b)):
        request = RunRequest(graph=target, thread="1", input={"who": name}, has_input=True, before=("work",))
        run = await engine.run(replace(request, file=key.file))
        assert [event async for event in run.events()]
    yield engine
    await engine.close()


async def go_to(deck: Any, key: ThreadKey) -> None:
    """Open a thread from the list, by keys."""
    await deck.press("t", "home")
    for row in deck.app.deck.panes.threads.list._threads:  # in their order
        if key_of(row) == key:
            break
        await deck.press("down")
    await deck.press("enter")
    await deck.until(lambda: deck.look.key == key and deck.look.snapshot is not None)


def log_of(deck: Any) -> str:
    """What the log of the thread that is looked at has."""
    return " ".join(line.text for line in deck.look.live.log) if deck.look.live else ""


async def test_they_run_at_once_and_everything_is_its_own(open_deck: Any, both: LocalEngine, files: Files) -> None:
    a, b = files.a, files.b
    async with open_deck(both, pick=False, size=(120, 36)) as deck:
        await deck.until(lambda: len(deck.app.deck._threads.rows) == 2)
        for key in (a, b):
            await go_to(deck, key)
            assert not deck.look.running, "the other one runs"
            await deck.press("space")
            await deck.until(lambda: "works in" in log_of(deck))
        assert deck.look.runs == {a, b}
        assert "works in b" in log_of(deck)
        assert "works in a" not in log_of(deck)
        await deck.until_shown("running: work")
        await deck.press("ctrl+c", "ctrl+c")
        await deck.until_shown("■ stopped")
        assert deck.look.runs == {a}
        await go_to(deck, a)
        assert deck.look.running
        assert "works in b" not in log_of(deck)
        files.free("a")
        await deck.until_shown("opens the question")
        deck.clock.move_on(2)
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen) and "may a?" in deck.text)
        deck.app.deck.open_thread("1", next(row for row in deck.app.deck._threads.rows if key_of(row) == b))
        deck.clock.move_on(2)
        await deck.press("a")  # what a person decided of one thread is for no other
        await deck.until(lambda: deck.app.screen is deck.app.deck and "nothing was sent" in deck.text)
        statuses = {key_of(row): row.status for row in deck.app.deck._threads.rows}
        assert statuses == {a: "waiting", b: "stopped"}
        await go_to(deck, b)
        assert (deck.look.status, deck.look.questions) == ("stopped", ())
        files.free("b")
        await deck.press("space")
        await deck.until(lambda: deck.look.questions and not deck.look.runs)
        await deck.press("I")
        await deck.until(lambda: isinstance(deck.app.screen, InboxScreen) and "2 wait for you" in deck.text)
        for key, question in ((a, "may a?"), (b, "may b?")):
            place = next(at for at, item in enumerate(deck.app.screen.listing.items) if key_of(item.row) == key)
            deck.app.screen.listing.move_to(place)
            await deck.press("d")
            await deck.until(lambda key=key: deck.app.screen is deck.app.deck and deck.look.key == key)
            await deck.until(lambda: deck.look.questions)
            deck.clock.move_on(2)
            await deck.until(lambda text=question: isinstance(deck.app.screen, ApprovalScreen) and text in deck.text)
            deck.clock.move_on(2)
            await deck.press("a" if key == b else "escape")
            await deck.until(lambda: deck.app.screen is deck.app.deck and not deck.look.runs)
            await deck.press("I")
            await deck.until(lambda: isinstance(deck.app.screen, InboxScreen))
        await deck.press("escape", "H")
        await deck.until(lambda: isinstance(deck.app.screen, RunsScreen) and deck.app.screen._found)
        assert {run.file for run in deck.app.screen._found} == {b.file}
    assert [(await both.state("1", file=key.file)).status for key in (a, b)] == ["waiting", "done"]


# -- everything that is kept or told by thread -----------------------------------------------------------------------


def test_whatever_is_told_of_a_thread_names_its_file() -> None:
    names = [each.name for each in pkgutil.iter_modules(graphdeck.tui.__path__, "graphdeck.tui.")]
    found = [kind for name in names if name.endswith("bridge") for kind in vars(importlib.import_module(name)).values()]
    told = {kind for kind in found if isinstance(kind, type) and issubclass(kind, Message) and kind is not Message}
    assert bridge.Failed in told
    for message in told:
        fields = vars(message).get("__annotations__", {})
        assert str not in (fields.get("thread"), fields.get("about")) or "file" in fields, message.__name__


ELSEWHERE = ThreadKey("g.sqlite", "rome")
TOLD = RunRequest(graph="travel", thread="rome", file="g.sqlite")
STATE = Snapshot(thread="rome", checkpoint="z", step=7, status="done", next=(), values={}, file="g.sqlite")
ROWS = [CheckpointRow(checkpoint="other", parent=None, step=7, source="loop", time="", next=(), changed=())]
OF_THE_OTHER: list[Message] = [
    bridge.StateRead(STATE, None),
    bridge.HistoryRead("rome", ROWS, "g.sqlite"),
    OlderRead(ELSEWHERE, "rome1", ROWS),
    InnerRead(ELSEWHERE, "", ROWS),
    Compared(ELSEWHERE, "rome2", None, [Change(path="city", kind="changed", before="Rome", after="Bari")]),
    bridge.RunEvents(TOLD, [RunStarted(thread="rome", graph="travel", run="r9")]),
    bridge.RunEvents(TOLD, [Output(task="", node="", stream="stdout", text="x"), NodeStarted(task="1", node="tools")]),
    bridge.RunEvents(TOLD, [RunEnded(status="failed", error={"message": "no luck"})]),
    bridge.Failed("run", "rome", GraphdeckError("no luck"), "g.sqlite"),
    bridge.Failed("edit", "rome", GraphdeckError("no luck"), "g.sqlite"),
    bridge.Failed("state", "rome", ThreadNotFound("gone"), "g.sqlite"),
    bridge.Failed("history", "rome", ThreadNotFound("gone"), "g.sqlite"),
    bridge.ThreadActed("rome", "g.sqlite", "repair"),
    bridge.GraphAssigned("rome", "g.sqlite", "report"),
    bridge.StateWritten(TOLD),
]


async def test_what_is_told_of_the_thread_in_the_other_file_changes_nothing(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome", "waiting", interrupts=(PendingInterrupt(id="q1", node="tools", ns=(), value="book?"),))
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen) and deck.look.history)
        await deck.press("escape", "4")
        await deck.until(lambda: deck.app.screen is deck.app.deck and deck.app.deck._changes is not None)
        screen, before = deck.app.deck, deck.look
        screen.earlier.keep(screen.asked)
        for message in OF_THE_OTHER:
            screen.post_message(message)
        await deck.until_shown("the state is written; space goes on with its thread")
        for name in ("graph", "thread", "row", "snapshot", "old", "live", "runs", "is_graph_named"):
            assert getattr(deck.look, name) == getattr(before, name), name
        assert [row.checkpoint for row in deck.look.history] == ["rome2", "rome1"]
        assert screen._changes == ()
        assert screen.earlier.get(before.key).trouble == ""
        assert (screen.asks, recorded.requests) == (False, [])


async def test_a_new_thread_goes_by_its_file_once_its_run_has_begun_and_nothing_of_it_is_lost(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    async with open_deck(recorded, graph="travel") as deck:
        await deck.type("a hotel")
        await deck.until(lambda: recorded.runs)
        thread, run = recorded.requests[0].thread, recorded.runs[0]
        assert deck.look.runs == {ThreadKey("", thread)}
        await deck.press("ctrl+c")
        await deck.until(lambda: run.stops == ["drain"])
        put(recorded, thread)
        recorded.rows += [replace(recorded.rows[0], file="g.sqlite")]
        recorded.is_changed = True
        run.given.put_nowait(RunStarted(thread=thread, graph="travel", run="r1", file="f.sqlite", note="saved"))
        key = ThreadKey("f.sqlite", thread)
        await deck.until(lambda: deck.look.live and deck.look.live.logged and deck.look.key == key)
        assert deck.look.runs == {key}
        rows = deck.app.deck.panes.threads.list
        await deck.until(lambda: rows.row_count() == 2)
        assert [rows._is_current(row) for row in rows._threads] == [True, False]
        await deck.press("ctrl+c")
        await deck.until(lambda: run.stops == ["drain", "cancel"])
        run.given.put_nowait(RunEnded(status="failed", error={"message": "refused"}))
        await deck.until(lambda: not deck.look.runs and deck.app.query_one(InputLine).text == "a hotel")
