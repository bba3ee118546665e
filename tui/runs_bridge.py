"""The deck's way to the runs on record: which there are, and how one of them went."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from textual.dom import DOMNode
from textual.message import Message

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import MissingFileError
from graphdeck.graphs.events import Event
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.tui.background import Background
from graphdeck.tui.bridge import Failed

if TYPE_CHECKING:
    from graphdeck.graphs.kept_runs import RunRecord

MOST: Final = 200
"""Runs that are listed."""


@dataclass(eq=False, repr=False)
class RunsRead(Message):
    """The runs of a thread were read, or those of all threads."""

    thread: ThreadKey
    runs: "Sequence[RunRecord]"


@dataclass(eq=False, repr=False)
class RunRead(Message):
    """The events of a run were read."""

    run: str
    events: Sequence[Event]


@dataclass(eq=False, repr=False)
class LastRunRead(Message):
    """The newest run on record of a thread was read."""

    thread: ThreadKey
    run: "RunRecord | None"
    """None where none is on record."""
    events: Sequence[Event]


class RunsBridge(Background):
    """Reads in workers of the receiver, of each kind one thing at a time."""

    def __init__(self, engine: Engine, receiver: DOMNode) -> None:
        super().__init__(receiver, Failed)
        self._engine = engine

    def read_runs(self, thread: ThreadKey) -> None:
        """Read the runs of a thread, of all where none is named: `RunsRead`."""

        async def read() -> Message:
            return RunsRead(thread, await self._runs(thread))

        self._ask("runs", thread.thread, read, thread.file)

    async def _runs(self, thread: ThreadKey, limit: int = MOST) -> "Sequence[RunRecord]":
        try:
            return await self._engine.runs(thread=thread.thread, file=thread.file, limit=limit)
        except MissingFileError:  # nothing has run yet
            return ()

    def read_run(self, run: str) -> None:
        """Read the events of a run: `RunRead`."""

        async def read() -> Message:
            return RunRead(run, await self._engine.run_events(run))

        self._ask("run on record", run, read)

    def read_last_run(self, thread: ThreadKey) -> None:
        """Read how the newest run of a thread went: `LastRunRead`."""

        async def read() -> Message:
            run = next(iter(await self._runs(thread, limit=1)), None)
            return LastRunRead(thread, run, await self._engine.run_events(run.id) if run else ())

        self._ask("last run", thread.thread, read, thread.file)
