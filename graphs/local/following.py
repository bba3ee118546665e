"""A thread that another process runs, followed to the end: its rows tell what happens, its lease that it is run."""

import dataclasses
import time
from typing import Final

from graphdeck.graphs.errors import FileError
from graphdeck.graphs.events import Event, Interrupt, RunEnded, RunStarted, RunStatus
from graphdeck.graphs.local.home import frames_of, stopped_by_breakpoint, stops_of
from graphdeck.graphs.local.lease import holder_of
from graphdeck.graphs.local.names import names_of
from graphdeck.graphs.records import ThreadRow
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.follow import Follower
from graphdeck.graphs.saved.lookup import holds, missing
from graphdeck.graphs.saved.rows import load_tasks
from graphdeck.graphs.saved.threads import thread_row

POLL: Final = 0.1
"""Seconds between two looks at the file."""

REST: Final = 0.5
"""Seconds without a change after which a thread that waits or has failed is at rest, where no lease tells."""

_SURE: Final = ("done", "breakpoint")
_AT_REST: Final = (*_SURE, "waiting", "failed")
_GRAPH_ERROR: Final = "graph"


class Following:
    """One reader of one thread. Not to be used from two threads at a time."""

    def __init__(self, file: CheckpointFile, thread: str) -> None:
        self._file = file
        self._thread = thread
        self._follower = Follower(file, thread)
        self._version: object = None
        self._was_held = False
        self._changed_at = 0.0
        self._row: ThreadRow | None = None
        self._seq = 0

    def turn(self) -> tuple[list[Event], bool]:
        """What has happened since the last turn, and whether it was the last: `run_ended` closes it.

        The run ends with the lease of whoever holds it. Without a lease, another program may be at work: then the
        thread is followed until it is done, or waits or has failed and stays so, and for ever where rows cannot tell.
        Raises `ThreadNotFound` and `FileError`.
        """
        is_held = holder_of(self._file.path, self._thread) is not None  # before the rows: after it, they are all there
        version = self._file.version()
        found: list[Event] = []
        if self._version is None:
            found = self._begin()
        elif version != self._version:
            found = self._follower.turn()
        if version != self._version or is_held != self._was_held:
            self._changed_at, self._row = time.monotonic(), None
        is_over = not is_held and self._is_over()
        if is_over:
            found += self._follower.rest()
            found.append(self._ended())
        self._version, self._was_held = version, self._was_held or is_held
        return [self._stamped(event) for event in found], is_over

    def _begin(self) -> list[Event]:
        events = self._follower.begin()
        row = self._read_row()
        started = RunStarted(thread=self._thread, graph=row.graph, file=str(self._file.path), time=row.updated)
        return [started, *events]

    def _is_over(self) -> bool:
        """Whether the run cannot go on."""
        row = self._row = self._row or self._read_row()
        is_quiet = time.monotonic() - self._changed_at >= REST
        return self._was_held or row.status in _SURE or (row.status in _AT_REST and is_quiet)

    def _ended(self) -> RunEnded:
        row = self._row or self._read_row()
        status: RunStatus = "stopped" if row.status == "running" else row.status
        stops = stops_of(self._file.path, self._thread, self._follower.newest[2])
        return RunEnded(status=status, next=row.next or (), error=self._error(row), stops=stops, time=row.updated)

    def _read_row(self) -> ThreadRow:
        if not holds(self._file, self._thread):
            raise missing(self._file, self._thread)
        row = thread_row(
            self._file,
            self._thread,
            names=names_of(self._file.path),
            stopped_by_breakpoint=lambda thread, at: stopped_by_breakpoint(self._file.path, thread, at),
        )
        if row.error:
            raise FileError(row.error, "`graphdeck history` lists the checkpoints that can be read.")
        return row

    def _error(self, row: ThreadRow) -> dict[str, str] | None:
        if row.status != "failed":
            return None
        newest = self._follower.newest
        why = next((task.error for task in load_tasks(self._file, newest) if task.failed), "")
        return {"type": _GRAPH_ERROR, "message": why, "hint": "`graphdeck show` tells how to go on"}

    def _stamped(self, event: Event) -> Event:
        self._seq += 1
        if isinstance(event, Interrupt):
            event = dataclasses.replace(event, frames=frames_of(self._file.path, self._thread, event.id))
        return dataclasses.replace(event, seq=self._seq, run=self._follower.run)
