"""The checkpoint files that the engine reads, as one library of threads.

What the first screen does not read is imported where it is read.
"""

import contextlib
import dataclasses
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from graphdeck.graphs.errors import GraphdeckError, MissingFileError, ThreadNotFound
from graphdeck.graphs.local.home import frames_of, home_of, stopped_by_breakpoint
from graphdeck.graphs.local.lease import any_held, told_holder
from graphdeck.graphs.local.memory import NAMES, graphs_of, titles_of
from graphdeck.graphs.records import (
    CheckpointRow,
    DecisionRecord,
    FileProblem,
    PendingInterrupt,
    Snapshot,
    ThreadPage,
    ThreadStatus,
    Value,
    WaitingPage,
)
from graphdeck.graphs.saved.file import CheckpointFile, open_file
from graphdeck.graphs.saved.history import read_history
from graphdeck.graphs.saved.state import read_state, read_value
from graphdeck.graphs.saved.threads import list_threads, nobody

T = TypeVar("T")
_ENDED = "end"
"""In a cursor over several files: this one has no more."""


class Library:
    """Threads of one or several checkpoint files. Not to be used from two threads at a time."""

    def __init__(self, files: Sequence[Path], *, may_be_missing: bool) -> None:
        self._paths = list(dict.fromkeys(files))
        self._may_be_missing = may_be_missing
        self._open: dict[Path, CheckpointFile] = {}
        self._signature: object = None

    def add(self, file: Path, *, first: bool = False) -> None:
        """Read one more file from now on."""
        if file in self._paths:
            self._paths.remove(file)
        self._paths.insert(0 if first else len(self._paths), file)

    def close(self) -> None:
        """Close all files."""
        for file in self._open.values():
            file.close()
        self._open.clear()

    def threads(self, status: ThreadStatus | None, query: str, limit: int, cursor: str | None) -> ThreadPage:
        """A page over all files, newest activity first."""
        files = self._files()
        if self._signature is None:
            self.changed()  # what is written from here on is a change, what this page shows is not
        cursors: list[str | None] = json.loads(cursor) if cursor else [None] * len(files)
        cursors += [None] * (len(files) - len(cursors))
        pages = [
            ThreadPage(rows=()) if start == _ENDED else self._page(file, status, query, limit, start)
            for file, start in zip(files, cursors, strict=False)
        ]
        merged = sorted((row for page in pages for row in page.rows), key=lambda row: row.updated, reverse=True)
        chosen = merged if len(files) > 1 else list(pages[0].rows)
        taken = chosen[:limit]
        following: list[str | None] = []
        for file, page, start in zip(files, pages, cursors, strict=False):
            count = sum(row.file == str(file.path) for row in taken)
            if start == _ENDED or (count == len(page.rows) and page.cursor is None):
                following.append(_ENDED)
            elif count == len(page.rows):
                following.append(page.cursor)
            elif count:
                following.append(self._page(file, status, query, count, start).cursor)
            else:
                following.append(start)
        ended = all(each == _ENDED for each in following)
        return ThreadPage(rows=tuple(taken), cursor=None if ended else json.dumps(following))

    def waiting(self, limit: int, cursor: str | None, newest_first: bool) -> WaitingPage:
        """A page of what waits for a person in all files; those that cannot be read are named in it."""
        from graphdeck.graphs.local.waiting import waiting_page

        files, problems = self._readable()
        return waiting_page(files, problems, limit=limit, cursor=cursor, newest_first=newest_first)

    def state(self, thread: str, checkpoint: str | None, *, compared: bool = True, file: str = "") -> Snapshot:
        """The state of a thread, with the frames that were kept for its questions."""
        snapshot = self._first(thread, lambda each: self._state(each, thread, checkpoint, compared), file)
        path = Path(snapshot.file)
        interrupts = tuple(
            dataclasses.replace(pending, frames=frames_of(path, thread, pending.id)) for pending in snapshot.interrupts
        )
        graph = snapshot.graph or graphs_of(path).get(thread, "")
        return dataclasses.replace(snapshot, interrupts=interrupts, graph=graph)

    def history(self, thread: str, limit: int, before: str | None) -> list[CheckpointRow]:
        """The checkpoints of a thread, newest first."""
        return self._first(thread, lambda file: read_history(file, thread, limit=limit, before=before))

    def value(self, thread: str, checkpoint: str | None, path: str) -> Value:
        """One value of a state."""
        return self._first(thread, lambda file: read_value(file, thread, checkpoint, path))

    def questions(self, thread: str, files: Sequence[Path]) -> tuple[Path, str, tuple[PendingInterrupt, ...]] | None:
        """What waits in a thread now, and at which checkpoint: in the first file that holds it, the given ones first.

        None where no file that can be read does.
        """
        from graphdeck.graphs.saved.asked import read_questions

        for path in dict.fromkeys((*files, *self._paths)):
            with contextlib.suppress(GraphdeckError), open_file(path) as file:
                return path, *read_questions(file, thread)
        return None

    def decisions(self, thread: str | None, limit: int) -> list[DecisionRecord]:
        """The recorded decisions about all files, newest first."""
        from graphdeck.graphs.local.decisions import read_decisions

        self._files()  # like every reader, this tells of files that are not there
        return read_decisions(self._paths, thread=thread, limit=limit)

    def file_of(self, thread: str) -> Path:
        """The file that holds a thread."""
        return self._first(thread, lambda file: (read_history(file, thread, limit=1), file.path)[1])

    def changed(self) -> bool:
        """Whether a file, a lease or a title has changed since this was last asked."""
        signature = [_times(path) for path in self._paths]
        moved = signature != self._signature
        self._signature = signature
        written = [file.changed() for file in self._open.values()]
        return moved or any(written)

    # -- one file ------------------------------------------------------------------------------------------------

    def _files(self) -> list[CheckpointFile]:
        """The files, opened; those that may be missing and are, are left out."""
        found = []
        missing: MissingFileError | None = None
        for path in self._paths:
            try:
                found.append(self._opened(path))
            except MissingFileError as error:
                missing = error
                if not self._may_be_missing:
                    raise
        if not found:
            raise missing or MissingFileError("there is no checkpoint file yet", "run a graph, or name one: --db FILE")
        return found

    def _opened(self, path: Path) -> CheckpointFile:
        return self._open.get(path) or self._open.setdefault(path, open_file(path))

    def _readable(self) -> tuple[list[CheckpointFile], list[FileProblem]]:
        """The files that can be opened, and what is wrong with the others; raises where there is no good one."""
        from graphdeck.graphs.local.waiting import problem

        found: list[CheckpointFile] = []
        errors: dict[Path, GraphdeckError] = {}
        for path in self._paths:
            try:
                found.append(self._opened(path))
            except GraphdeckError as error:
                if not (self._may_be_missing and isinstance(error, MissingFileError)):
                    errors[path] = error
        if not found:
            self._files()
        return found, [problem(str(path), error) for path, error in errors.items()]

    def _page(
        self, file: CheckpointFile, status: ThreadStatus | None, query: str, limit: int, cursor: str | None
    ) -> ThreadPage:
        held = any_held(file.path)
        page = list_threads(
            file,
            limit=limit,
            cursor=cursor,
            status=status,
            query=query,
            holder=(lambda thread: told_holder(file.path, thread)) if held else nobody,
            titles=titles_of(file.path),
            stopped_by_breakpoint=lambda thread, at: stopped_by_breakpoint(file.path, thread, at),
        )
        graphs = graphs_of(file.path)
        named = (dataclasses.replace(row, graph=row.graph or graphs.get(row.thread, "")) for row in page.rows)
        return dataclasses.replace(page, rows=tuple(named)) if graphs else page

    def _state(self, file: CheckpointFile, thread: str, checkpoint: str | None, compared: bool) -> Snapshot:
        return read_state(
            file,
            thread,
            checkpoint,
            compared=compared,
            holder=lambda name: told_holder(file.path, name),
            stopped_by_breakpoint=lambda name, at: stopped_by_breakpoint(file.path, name, at),
        )

    def _first(self, thread: str, read: Callable[[CheckpointFile], T], only: str = "") -> T:
        """What the first file that holds the thread gives, or the named one."""
        error: GraphdeckError | None = None
        files = [file for file in self._files() if only in ("", str(file.path))]
        for file in files or [self._opened(Path(only))]:
            try:
                return read(file)
            except ThreadNotFound as not_here:
                error = error or not_here
        assert error is not None
        raise error


def _times(file: Path) -> list[int]:
    """Change times of what is beside a checkpoint file: leases come and go, titles are written."""
    times = []
    for path in (file, home_of(file) / "leases", home_of(file) / NAMES):
        try:
            times.append(path.stat().st_mtime_ns)
        except OSError:
            times.append(0)
    return times
