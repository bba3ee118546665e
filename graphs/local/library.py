"""The checkpoint files that the engine reads, as one library of threads.

What the first screen does not read is imported where it is read.
"""

import contextlib
import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from graphdeck.graphs.errors import FileError, GraphdeckError, InputError, MissingFileError, ThreadNotFound
from graphdeck.graphs.local.home import frames_of, home_of, stopped_by_breakpoint, stops_of
from graphdeck.graphs.local.lease import any_held, told_holder
from graphdeck.graphs.local.names import NAMES, names_of
from graphdeck.graphs.named import UNNAMED
from graphdeck.graphs.records import (
    CheckpointRow,
    FileProblem,
    PendingInterrupt,
    Snapshot,
    ThreadPage,
    Value,
    WaitingPage,
)
from graphdeck.graphs.saved.file import CheckpointFile, Turns, open_file
from graphdeck.graphs.saved.lookup import find_checkpoint, holds
from graphdeck.graphs.saved.state import read_state, read_value
from graphdeck.graphs.saved.threads import ThreadReader, nobody, threads_in_turns
from graphdeck.graphs.wanted import Wanted, in_order

if TYPE_CHECKING:
    from graphdeck.graphs.decided import DecisionRecord
    from graphdeck.graphs.differences import Change
    from graphdeck.graphs.events import Event
    from graphdeck.graphs.keeping import Exported, ThreadSize
    from graphdeck.graphs.kept_runs import RunRecord
    from graphdeck.graphs.local.following import Following
    from graphdeck.graphs.saved.pruning import PrunePlan
    from graphdeck.graphs.searching import SearchHit, SearchProgress
    from graphdeck.graphs.tasks import TaskValues

T = TypeVar("T")
_NO_FILE_HINT = "run a graph, or name one: --db FILE"
_ENDED = "end"
"""In a cursor over several files: this one has no more."""
_NO_MORE = ThreadPage(rows=())


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

    def threads(self, wanted: Wanted, limit: int, cursor: str | None) -> Turns[ThreadPage]:
        """A page over all files; those that cannot be read are named in it."""
        files, problems = self._readable()
        if self._signature is None:
            self.changed()  # what is written from here on is a change, what this page shows is not
        starts = _read_cursor(cursor)
        pages: dict[CheckpointFile, ThreadPage] = {}
        for file in files:
            start = starts.get(str(file.path))
            try:
                pages[file] = _NO_MORE if start == _ENDED else (yield from self._page(file, wanted, limit, start))
            except (FileError, MissingFileError) as error:
                if len(files) == 1:
                    raise
                problems.append(problem(str(file.path), error))
        rows = [row for page in pages.values() for row in page.rows]
        if len(pages) > 1:
            rows = in_order(rows, wanted.sort)
        rows = rows[:limit]
        ends: dict[str, str | None] = {}
        for file, page in pages.items():
            name = str(file.path)
            ends[name] = start = starts.get(name)
            count = sum(row.file == name for row in rows)
            if count == len(page.rows) and start != _ENDED:
                ends[name] = page.cursor or _ENDED
            elif count:
                ends[name] = (yield from self._page(file, wanted, count, start)).cursor
        following = None if all(end == _ENDED for end in ends.values()) else json.dumps(ends)
        return ThreadPage(rows=tuple(rows), cursor=following, problems=tuple(problems))

    def waiting(self, limit: int, cursor: str | None, newest_first: bool) -> Turns[WaitingPage]:
        """A page of what waits for a person in all files; those that cannot be read are named in it."""
        from graphdeck.graphs.local.waiting import waiting_page

        files, problems = self._readable()
        return (yield from waiting_page(files, problems, limit=limit, cursor=cursor, newest_first=newest_first))

    def state(
        self, thread: str, checkpoint: str | None, *, ns: str = "", compared: bool = True, file: str = ""
    ) -> Snapshot:
        """The state of a thread or of a subgraph in it, with what was kept of its last pause."""
        snapshot = self._first(thread, lambda each: self._state(each, thread, checkpoint, ns, compared), file)
        path = Path(snapshot.file)
        interrupts = tuple(
            dataclasses.replace(pending, frames=frames_of(path, thread, pending.id)) for pending in snapshot.interrupts
        )
        graph = snapshot.graph or names_of(path).get(thread, UNNAMED).graph
        stops = stops_of(path, thread, snapshot.checkpoint) if snapshot.status != "running" else ()
        return dataclasses.replace(snapshot, interrupts=interrupts, graph=graph, stops=stops)

    def history(
        self, thread: str, limit: int, before: str | None, file: str = "", ns: str = ""
    ) -> Turns[list[CheckpointRow]]:
        """The checkpoints of a thread or of a subgraph in it, newest first."""
        from graphdeck.graphs.saved.history import history_in_turns

        found = self._with(thread, file)
        return history_in_turns(found, thread, limit=limit, before=before, ns=ns)

    def differences(
        self, thread: str, checkpoint: str, other: str | None, file: str = "", ns: str = ""
    ) -> "tuple[Change, ...]":
        """What leads from a checkpoint to the other one, or from its parent to it."""
        from graphdeck.graphs.saved.compared import read_differences

        return self._first(thread, lambda each: read_differences(each, thread, checkpoint, other, ns=ns), file)

    def value(self, thread: str, checkpoint: str | None, path: str, file: str = "", ns: str = "") -> Value:
        """One value of a state, of the thread's own or of a subgraph's."""
        return self._first(thread, lambda each: read_value(each, thread, checkpoint, path, ns=ns), file)

    def task(self, thread: str, checkpoint: str, task: str, file: str = "", ns: str = "") -> "TaskValues":
        """What a task of the step after a checkpoint was given and what it wrote."""
        from graphdeck.graphs.saved.task_values import read_task_values

        return self._first(thread, lambda each: read_task_values(each, thread, checkpoint, task, ns=ns), file)

    def glances(self, thread: str, checkpoint: str, file: str = "", ns: str = "") -> "Mapping[str, TaskValues]":
        """The same of all tasks of the step, by task id."""
        from graphdeck.graphs.saved.task_values import read_glances

        return self._first(thread, lambda each: read_glances(each, thread, checkpoint, ns=ns), file)

    def following(self, thread: str, file: str = "") -> "Following":
        """A reader of what happens in a thread from now on."""
        from graphdeck.graphs.local.following import Following

        return Following(self._first(thread, lambda each: _with_thread(each, thread), file), thread)

    def questions(
        self, thread: str, files: Sequence[Path], *, others: bool
    ) -> tuple[Path, str, tuple[PendingInterrupt, ...]] | None:
        """What waits in a thread now, and at which checkpoint: in the first of the files that holds it, or of `others`.

        None where no file that can be read does.
        """
        from graphdeck.graphs.saved.asked import read_questions

        for path in dict.fromkeys((*files, *(self._paths if others else ()))):
            with contextlib.suppress(GraphdeckError), open_file(path) as file:
                return path, *read_questions(file, thread)
        return None

    def decisions(self, thread: str | None, limit: int) -> "list[DecisionRecord]":
        """The recorded decisions about all files, newest first."""
        from graphdeck.graphs.local.decisions import read_decisions

        self._readable()  # like every reader, this tells of files that are not there
        return read_decisions(self._paths, thread=thread, limit=limit)

    def runs(self, thread: str, limit: int, file: str = "") -> "list[RunRecord]":
        """The runs on record of all files, or of one, newest first; of one thread where one is named."""
        from graphdeck.graphs.local.run_records import read_runs

        self._readable()  # as in decisions
        return read_runs([Path(file)] if file else self._paths, thread=thread, limit=limit)

    def run_events(self, run: str) -> "list[Event]":
        """What is kept of a run's events."""
        from graphdeck.graphs.local.run_records import read_run

        self._readable()  # as in decisions
        return read_run(self._paths, run)

    def file_of(self, thread: str, file: str = "") -> Path:
        """The file in which a thread may be changed: the named one, else the only one that holds it."""
        first = self._with(thread, file).path
        if not file:
            others = [each.path for each in self._readable()[0] if each.path != first and holds(each, thread)]
            if others:
                raise InputError(f'thread "{thread}" is in {first} and in {others[0]}', "name the file: --db FILE")
        return first

    def search(self, text: str) -> "Iterator[SearchHit | SearchProgress]":
        """What the state of threads holds of a text, file by file."""
        from graphdeck.graphs.saved.search import file_bytes, search
        from graphdeck.graphs.searching import SearchHit, SearchProgress

        files, problems = self._readable()
        total = sum(map(file_bytes, files))
        read = hits = 0
        for file in files:
            size = file_bytes(file)
            try:
                for told in search(file, text):
                    if isinstance(told, SearchHit):
                        hits += 1
                        yield told
                    else:
                        yield SearchProgress(read=read + told.read, total=total, hits=hits)
            except (FileError, MissingFileError) as error:
                problems.append(problem(str(file.path), error))
            read += size
        yield SearchProgress(read=total, total=total, hits=hits, problems=tuple(problems))

    def size(self, thread: str, file: str = "") -> "ThreadSize":
        """How much room a thread takes in the file in which it may be changed."""
        from graphdeck.graphs.saved.sizes import size_of

        return size_of(self._opened(self.file_of(thread, file)), thread)

    def prune_plan(self, thread: str, keep: int, file: str = "") -> "tuple[Path, PrunePlan]":
        """The file in which a thread may be changed, and what of it can go."""
        from graphdeck.graphs.saved.pruning import plan_prune

        path = self.file_of(thread, file)
        return path, plan_prune(self._opened(path), thread, keep)

    def export(self, threads: Sequence[str], to: Path, file: str = "") -> "Turns[Exported]":
        """Copy threads into a new file."""
        from graphdeck.graphs.saved.export import export_in_turns

        found: dict[Path, list[str]] = {}
        for thread in dict.fromkeys(threads):
            found.setdefault(self._with(thread, file).path, []).append(thread)
        if len(found) != 1:
            raise InputError("the threads are in several files", "export those of one file at a time: --db FILE")
        [(path, names)] = found.items()
        return (yield from export_in_turns(self._opened(path), names, to, names_of(path)))

    def changed(self) -> bool:
        """Whether a file, a lease or a title has changed since this was last asked."""
        signature = [_times(path) for path in self._paths]
        moved = signature != self._signature
        self._signature = signature
        written = [self._has_changed(path) for path in list(self._open)]
        return moved or any(written)

    def _has_changed(self, path: Path) -> bool:
        try:
            return self._open[path].changed()
        except (FileError, MissingFileError):  # gone, or no longer one: whoever reads next is told
            self._open.pop(path).close()
            return True

    # -- one file ------------------------------------------------------------------------------------------------

    def _readable(self) -> tuple[list[CheckpointFile], list[FileProblem]]:
        """The files that can be read, and what is wrong with the others; raises where there is no good one.

        Those that may be missing and are, are left out.
        """
        found: list[CheckpointFile] = []
        errors: dict[Path, GraphdeckError] = {}
        missing: GraphdeckError = MissingFileError("there is no checkpoint file yet", _NO_FILE_HINT)
        for path in self._paths:
            try:
                found.append(self._opened(path))
            except MissingFileError as error:
                missing = error
                if not self._may_be_missing:
                    errors[path] = error
            except GraphdeckError as error:
                errors[path] = error
        if not found:
            raise next(iter(errors.values()), missing)
        return found, [problem(str(path), error) for path, error in errors.items()]

    def _opened(self, path: Path) -> CheckpointFile:
        file = self._open.get(path)
        if file is None:
            file = self._open[path] = open_file(path)
        else:
            file.refresh()
        return file

    def _page(self, file: CheckpointFile, wanted: Wanted, limit: int, cursor: str | None) -> Turns[ThreadPage]:
        held = any_held(file.path)
        reader = ThreadReader(
            file,
            holder=(lambda thread: told_holder(file.path, thread)) if held else nobody,
            names=names_of(file.path),
            stopped_by_breakpoint=lambda thread, at: stopped_by_breakpoint(file.path, thread, at),
            stops=lambda thread, at: stops_of(file.path, thread, at),
        )
        return (yield from threads_in_turns(reader, wanted, limit, cursor))

    def _state(self, file: CheckpointFile, thread: str, checkpoint: str | None, ns: str, compared: bool) -> Snapshot:
        return read_state(
            file,
            thread,
            checkpoint,
            ns=ns,
            compared=compared,
            holder=lambda name: told_holder(file.path, name),
            stopped_by_breakpoint=lambda name, at: stopped_by_breakpoint(file.path, name, at),
        )

    def _with(self, thread: str, file: str) -> CheckpointFile:
        """The first file that holds the thread, or the named one."""
        return self._first(thread, lambda each: _with_thread(each, thread), file)

    def _first(self, thread: str, read: Callable[[CheckpointFile], T], only: str = "") -> T:
        """What the first file that holds the thread gives, or the named one."""
        files, problems = self._readable()
        errors: list[ThreadNotFound] = []
        for file in [file for file in files if only in ("", str(file.path))] or [self._opened(Path(only))]:
            try:
                return read(file)
            except ThreadNotFound as error:
                errors.append(error)
        if problems:
            hint = f"it may be in {problems[0].file}, which cannot be read: {problems[0].message}"
            raise ThreadNotFound(errors[0].message, hint)
        raise errors[0]


def problem(file: str, error: GraphdeckError) -> FileProblem:
    """A file that cannot be read, for lists that go on without it."""
    return FileProblem(file=file, message=error.message, hint=error.hint)


def _with_thread(file: CheckpointFile, thread: str) -> CheckpointFile:
    """The file, where it holds the thread."""
    if not holds(file, thread):
        find_checkpoint(file, thread)  # raises, and names what is near
    return file


def _read_cursor(cursor: str | None) -> dict[str, str | None]:
    """Where the page of each file begins."""
    try:
        starts = json.loads(cursor or "{}")
    except ValueError:
        starts = None
    if isinstance(starts, dict) and all(isinstance(start, str | None) for start in starts.values()):
        return starts
    raise InputError("the cursor is not one that a page of threads gave", "leave it out to start at the newest")


def _times(file: Path) -> list[int]:
    """Change times of what is beside a checkpoint file: leases come and go, titles are written."""
    times = []
    for path in (file, home_of(file) / "leases", home_of(file) / NAMES):
        try:
            times.append(path.stat().st_mtime_ns)
        except OSError:
            times.append(0)
    return times
