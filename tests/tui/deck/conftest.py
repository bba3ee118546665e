"""The deck under real keys: on the real engine, or on a recorded one where the picture must not vary."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from textual.events import Paste
from textual.message import Message
from textual.pilot import Pilot

from graphdeck.graphs.differences import Change
from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import GraphdeckError, ThreadNotFound
from graphdeck.graphs.events import Event, RunEnded
from graphdeck.graphs.forks import ForkPlan
from graphdeck.graphs.keeping import ThreadSize
from graphdeck.graphs.kept_runs import RunRecord
from graphdeck.graphs.records import (
    END,
    START,
    CheckpointRow,
    Edge,
    FileProblem,
    GraphInfo,
    GraphShape,
    Node,
    PendingInterrupt,
    RunRequest,
    Snapshot,
    ThreadPage,
    ThreadRow,
    ThreadStatus,
    Value,
    WaitingPage,
    WaitingRow,
)
from graphdeck.graphs.stopping import KeptStop
from graphdeck.graphs.values import Json
from graphdeck.graphs.wanted import ThreadSort
from graphdeck.tui.app import GraphdeckApp
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.screens.look import Look
from graphdeck.tui.widgets.input_line import InputLine
from no_configs import NoConfigs

PATIENCE = 30.0
"""Seconds after which a test gives up waiting: each of its workers takes some on a busy machine."""


class Driver:
    """Presses keys in a running app, and waits for what follows from them, never for a time."""

    def __init__(self, app: GraphdeckApp, clock: StoppedClock) -> None:
        self.app = app
        self.clock = clock
        self._moved = asyncio.Event()
        self.pilot: Pilot[None]

    def hear(self, _: Message) -> None:
        """Told of every message that any widget gets."""
        self._moved.set()

    @property
    def look(self) -> Look:
        """What the deck looks at."""
        return self.app.deck.look

    @property
    def text(self) -> str:
        """The whole screen as text."""
        compositor = self.app.screen._compositor  # the one place where Textual has the painted lines
        return "\n".join("".join(segment.text for segment in line) for line in compositor.render_strips())

    async def press(self, *keys: str) -> None:
        """Press keys, and let them have their effect."""
        await self.pilot.press(*keys)

    async def click(self, text: str) -> None:
        """Click where a text begins on the screen."""
        row, line = next((row, line) for row, line in enumerate(self.text.splitlines()) if text in line)
        await self.pilot.click(offset=(line.index(text), row))

    async def type(self, text: str) -> None:
        """Type a text into the input line and send it."""
        await self.press("i")
        await self.until(lambda: self.app.focused is not None and self.app.focused.id == "input")
        if len(text) > 8:  # as from a clipboard: pressing each key takes its time
            self.app.post_message(Paste(text))
            await self.until(lambda: self.app.query_one(InputLine).text == text)
        else:
            await self.press(*text)
        await self.press("enter")

    async def until(self, holds: Callable[[], object]) -> None:
        """Wait until something holds; fails where it never does."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    await self.pilot.pause()
                    if holds():
                        return
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            pytest.fail(f"waited in vain; on the screen is:\n{self.text}")

    async def until_shown(self, text: str) -> None:
        """Wait until a text is on the screen."""
        await self.until(lambda: text in self.text)


OpenDeck: TypeAlias = Callable[..., AbstractAsyncContextManager[Driver]]


@pytest.fixture
def open_deck() -> OpenDeck:
    """Run the workbench on an engine: `async with open_deck(engine, graph="travel") as deck`."""

    @contextlib.asynccontextmanager
    async def run(
        engine: Engine,
        *,
        graph: str | None = None,
        thread: str | None = None,
        pick: bool = True,
        inbox: bool = False,
        size: tuple[int, int] = (120, 34),
    ) -> AsyncIterator[Driver]:
        clock = StoppedClock()
        app = GraphdeckApp(engine, graph=graph, thread=thread, pick=pick, inbox=inbox, clock=clock)
        driver = Driver(app, clock)
        async with driver.app.run_test(size=size, message_hook=driver.hear) as pilot:
            driver.pilot = pilot
            await pilot.pause()
            yield driver
            if app.is_running and not app._exit:
                await pilot.pause()  # what is just opening is whole before it is closed

    return run


# -- a recorded engine -----------------------------------------------------------------------------------------------

TRAVEL = GraphShape(
    target="travel",
    title="travel",
    nodes=(
        Node(id=START, kind="start"),
        Node(id="assistant", file="/p/travel.py", line=12, doc="Ask the model."),
        Node(id="tools", kind="tools", file="/p/travel.py", line=31, doc="Run what the model calls."),
        Node(id=END, kind="end"),
    ),
    edges=(
        Edge(source=START, target="assistant"),
        Edge(source="assistant", target="tools", label="tool_calls", conditional=True),
        Edge(source="assistant", target=END, label="end", conditional=True),
        Edge(source="tools", target="assistant"),
    ),
    takes_messages=True,
    model="offline rules, not a language model",
)


class RecordedRun:
    """A run whose events the test gives."""

    def __init__(self) -> None:
        self.id = "r1"
        self.stops: list[str] = []
        self.given: asyncio.Queue[Event | GraphdeckError] = asyncio.Queue()

    async def events(self) -> AsyncIterator[Event]:
        while True:
            event = await self.given.get()
            if isinstance(event, GraphdeckError):
                raise event
            yield event
            if isinstance(event, RunEnded):
                return

    async def drain(self) -> None:
        self.stops.append("drain")

    async def cancel(self) -> None:
        self.stops.append("cancel")

    async def kill(self) -> None:
        self.stops.append("kill")


class RecordedRuns(list[RecordedRun]):
    """The runs that were started; called, as the engine's own `runs` is, it tells that none is on record."""

    async def __call__(self, **_: object) -> Sequence[RunRecord]:
        return ()


class RecordedEngine(NoConfigs):
    """An engine that says what the test has put into it."""

    def __init__(self) -> None:
        self.shape: GraphShape | None = TRAVEL
        self.infos: list[GraphInfo] = [GraphInfo(target="travel", title="travel", origin="bundled")]
        self.rows: list[ThreadRow] = []
        self.problems: tuple[FileProblem, ...] = ()
        self.waits: list[WaitingRow] = []
        self.snapshots: dict[tuple[str, str | None], Snapshot] = {}
        self.checkpoints: dict[str, list[CheckpointRow]] = {}
        self.requests: list[RunRequest] = []
        self.asked: list[str] = []
        self.runs = RecordedRuns()
        self.is_changed = False

    async def graphs(self) -> Sequence[GraphInfo]:
        return self.infos

    def last_shape(self, graph: str) -> GraphShape | None:
        return self.shape

    def project(self, graph: str = "") -> Path:
        return Path("/nowhere")

    async def describe(self, graph: str) -> GraphShape:
        assert self.shape is not None
        return self.shape

    async def keep_edges(self, graph: str, taken: Collection[tuple[str, str]]) -> None:
        self.asked.append(f"keep {sorted(taken)}")

    async def stops(self, graph: str) -> Sequence[KeptStop]:
        return ()

    async def keep_stop(self, graph: str, stop: KeptStop) -> None:
        raise NotImplementedError

    async def forget_stop(self, graph: str, stop: KeptStop) -> None:
        raise NotImplementedError

    async def run(self, request: RunRequest) -> RecordedRun:
        self.requests.append(request)
        self.runs.append(RecordedRun())
        return self.runs[-1]

    def first_threads(self) -> ThreadPage | None:
        return None

    async def threads(
        self,
        *,
        status: ThreadStatus | None = None,
        query: str = "",
        graph: str = "",
        tag: str = "",
        since: str = "",
        sort: ThreadSort = "updated",
        sizes: bool = False,
        limit: int = 50,
        cursor: str | None = None,
    ) -> ThreadPage:
        start = int(cursor or 0)
        self.asked.append(f"threads {start}")
        following = str(start + limit) if start + limit < len(self.rows) else None
        return ThreadPage(rows=tuple(self.rows[start : start + limit]), cursor=following, problems=self.problems)

    async def waiting(self, *, limit: int = 50, cursor: str | None = None, newest_first: bool = True) -> WaitingPage:
        ordered = sorted(self.waits, key=lambda row: row.checkpoint, reverse=newest_first)
        return WaitingPage(rows=tuple(ordered[:limit]), total=len(ordered))

    async def assign(self, thread: str, graph: str, *, file: str = "") -> None:
        raise NotImplementedError

    async def state(
        self, thread: str, checkpoint: str | None = None, *, ns: str = "", compared: bool = True, file: str = ""
    ) -> Snapshot:
        self.asked.append("state")
        if (thread, checkpoint) not in self.snapshots:
            raise ThreadNotFound(f"there is no thread {thread}")
        return self.snapshots[thread, checkpoint]

    async def history(
        self, thread: str, *, limit: int = 100, before: str | None = None, ns: str = "", file: str = ""
    ) -> Sequence[CheckpointRow]:
        return self.checkpoints.get(thread, [])

    def follow(self, thread: str, *, file: str = "") -> AsyncIterator[Event]:
        raise NotImplementedError

    async def diff(
        self, thread: str, checkpoint: str, other: str | None = None, *, ns: str = "", file: str = ""
    ) -> tuple[Change, ...]:
        return ()

    async def value(self, thread: str, checkpoint: str | None, path: str, *, ns: str = "", file: str = "") -> Value:
        raise NotImplementedError

    async def fork_plan(
        self, thread: str, checkpoint: str = "", *, as_node: str = "", file: str = "", graph: str = ""
    ) -> ForkPlan:
        raise NotImplementedError

    async def taken_at(self, thread: str, message: str, checkpoint: str, *, file: str = "") -> str:
        raise NotImplementedError

    async def written_at(self, thread: str, message: str, checkpoint: str, *, file: str = "") -> str:
        raise NotImplementedError

    async def update(self, thread: str, values: Json, **options: Any) -> str:
        raise NotImplementedError

    async def delete(self, threads: Sequence[str], *, file: str = "") -> None:
        self.rows = [row for row in self.rows if row.thread not in threads or row.file != file]

    async def rename(self, thread: str, title: str, *, file: str = "") -> None:
        raise NotImplementedError

    async def copy(self, thread: str, *, file: str = "") -> str:
        raise NotImplementedError

    async def file_of(self, thread: str, *, file: str = "") -> str:
        raise NotImplementedError

    def search(self, text: str) -> AsyncGenerator[Any, None]:
        raise NotImplementedError

    async def sizes(self, threads: Sequence[str], *, file: str = "") -> Sequence[ThreadSize]:
        return [ThreadSize(thread=thread, file=file, checkpoints=2, bytes=2048) for thread in threads]

    async def tag(self, thread: str, **options: Any) -> Sequence[str]:
        raise NotImplementedError

    async def prune(self, thread: str, **options: Any) -> Any:
        raise NotImplementedError

    async def vacuum(self, file: str) -> int:
        raise NotImplementedError

    async def export_threads(self, threads: Sequence[str], to: Path, *, file: str = "") -> Any:
        raise NotImplementedError

    async def import_threads(self, source: Path, *, into: str = "") -> Any:
        raise NotImplementedError

    async def changed(self) -> bool:
        changed, self.is_changed = self.is_changed, False
        return changed

    async def close(self) -> None:
        return


@pytest.fixture
def recorded() -> RecordedEngine:
    """An engine with one graph and no threads."""
    return RecordedEngine()


@pytest.fixture
def travel() -> GraphShape:
    """A chat loop with tools."""
    return TRAVEL


SAID: dict[str, Any] = {"messages": [{"type": "human", "content": "a hotel in Rome", "id": "m1"}], "city": "Rome"}


def put_thread(
    engine: Any, thread: str, status: Any = "done", *, interrupts: tuple[PendingInterrupt, ...] = (), **row: Any
) -> None:
    """Put a thread of three checkpoints into the recorded engine."""
    following = () if status == "done" else ("tools",)
    ids = tuple(question.id for question in interrupts)
    engine.rows.append(
        ThreadRow(
            thread=thread, status=status, file="f.sqlite", graph="travel", interrupts=ids,
            **{"first_text": f"text of {thread}", "updated": "2026-05-04T12:02:00+00:00", "step": 1, **row},
        )
    )  # fmt: skip
    newest = Snapshot(
        thread=thread, checkpoint=f"{thread}2", step=1, status=status, next=following, values=SAID,
        interrupts=interrupts, changed=("city",), parent=f"{thread}1", graph="travel", file="f.sqlite",
        time="2026-05-04T12:02:00+00:00",
    )  # fmt: skip
    older = Snapshot(
        thread=thread, checkpoint=f"{thread}1", step=0, status="stopped", next=("assistant",),
        values={"city": "Oslo"}, graph="travel", file="f.sqlite", time="2026-05-04T12:01:00+00:00",
    )  # fmt: skip
    engine.snapshots |= {(thread, None): newest, (thread, f"{thread}1"): older}
    engine.checkpoints[thread] = [
        CheckpointRow(checkpoint=f"{thread}2", parent=f"{thread}1", step=1, source="loop",
                      time="2026-05-04T12:02:00+00:00", next=following, changed=("city",)),
        CheckpointRow(checkpoint=f"{thread}1", parent=None, step=0, source="loop",
                      time="2026-05-04T12:01:00+00:00", next=("assistant",), changed=()),
    ]  # fmt: skip


@pytest.fixture
def put() -> Callable[..., None]:
    """Put a thread of three checkpoints into the recorded engine."""
    return put_thread
