"""The threads of a checkpoint file, newest activity first."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from graphdeck.graphs.errors import InputError
from graphdeck.graphs.named import UNNAMED, Named
from graphdeck.graphs.records import ThreadPage, ThreadRow
from graphdeck.graphs.saved.decode import Undecodable
from graphdeck.graphs.saved.file import CheckpointFile, Turns, at_once
from graphdeck.graphs.saved.rows import (
    SavedCheckpoint,
    Task,
    load_checkpoint,
    load_tasks,
    newest_checkpoint,
    read_metadata,
    step_of,
    time_of,
)
from graphdeck.graphs.saved.status import Due, due_after, next_nodes, pending, status_of
from graphdeck.graphs.saved.texts import first_text
from graphdeck.graphs.wanted import ALL, Wanted

if TYPE_CHECKING:
    from graphdeck.graphs.stopping import Stop

_SCAN: Final = 2000
"""Newest rows looked at before all threads are counted: enough for a page, and read in a millisecond."""

_GRAPH_LOOKBACK: Final = 64
"""Newest checkpoints searched for the name of the graph; another program's runs leave none."""

_MARK: Final = b"graphdeck_graph"
"""Without this, metadata need not be decoded to look for the name."""

_PASSED: Final = 1 << 23
"""Bytes of checkpoints, besides the given one, that are passed on the way to that name: 3 ms for each thread."""

_NEWEST_SQL: Final = "SELECT rowid, thread_id FROM checkpoints NOT INDEXED WHERE rowid < ? ORDER BY rowid DESC LIMIT ?"
_LATEST_SQL: Final = "SELECT max(rowid) FROM checkpoints WHERE thread_id = ?"
_ALL_SQL: Final = """
WITH RECURSIVE ids(id) AS (
    SELECT min(thread_id) FROM checkpoints
    UNION ALL
    SELECT (SELECT min(thread_id) FROM checkpoints WHERE thread_id > ids.id) FROM ids WHERE ids.id IS NOT NULL
)
SELECT (SELECT max(rowid) FROM checkpoints WHERE thread_id = ids.id) AS latest, id
FROM ids WHERE id IS NOT NULL AND latest < ? ORDER BY latest DESC
"""
_SIZES_SQL: Final = """
SELECT checkpoint_id, coalesce(length(checkpoint), 0) FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ''
ORDER BY checkpoint_id DESC LIMIT ?
"""
_METADATA_SQL: Final = """
SELECT metadata FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = '' AND checkpoint_id IN ({marks})
ORDER BY checkpoint_id DESC
"""
_END: Final = 2**63 - 1

_Newest: TypeAlias = tuple[str, str, int]
"""Thread id, id of its newest checkpoint, and that one's size."""


def nobody(thread: str) -> str:
    """Default `holder`: no thread is being run."""
    return ""


def never(thread: str, checkpoint: str) -> bool:
    """Default `stopped_by_breakpoint`: no thread was stopped by one."""
    return False


def anything(_: object) -> bool:
    """Default of what a thread or its row must be."""
    return True


def list_threads(
    file: CheckpointFile,
    wanted: Wanted = ALL,
    *,
    limit: int = 50,
    cursor: str | None = None,
    holder: Callable[[str], str] = nobody,
    names: Mapping[str, Named] | None = None,
    stopped_by_breakpoint: Callable[[str, str], bool] = never,
) -> ThreadPage:
    """A page of threads; one with broken rows is listed with its `error`.

    `holder` tells who runs a thread (empty for nobody), `stopped_by_breakpoint` whether a breakpoint stopped it at a
    checkpoint. Raises `FileError`, and `InputError` for a cursor or a time that is none.
    """
    reader = ThreadReader(file, holder, names or {}, stopped_by_breakpoint)
    return at_once(threads_in_turns(reader, wanted, limit, cursor))


def threads_in_turns(reader: "ThreadReader", wanted: Wanted, limit: int, cursor: str | None) -> Turns[ThreadPage]:
    """What `list_threads` gives, with a rest at each thread."""
    reader.file.refresh()
    if wanted == ALL:
        return (yield from page_of(newest_first(reader.file, read_cursor(cursor)), reader.row, limit))
    from graphdeck.graphs.saved.listing import chosen_page

    return (yield from chosen_page(reader, wanted, limit, cursor))


def page_of(
    found: Iterable[tuple[int, str]],
    read: Callable[[str], ThreadRow],
    limit: int,
    *,
    may: Callable[[str], bool] = anything,
    fits: Callable[[ThreadRow], bool] = anything,
) -> Turns[ThreadPage]:
    """The first rows of threads that come with their newest rowids; `may` spares the reading of one that cannot fit."""
    rows: list[ThreadRow] = []
    last = _END
    for rowid, thread in found:
        yield
        if not may(thread):
            continue
        row = read(thread)
        if not fits(row):
            continue
        if len(rows) >= limit:
            return ThreadPage(rows=tuple(rows), cursor=str(last))
        rows.append(row)
        last = rowid
    return ThreadPage(rows=tuple(rows))


def thread_row(
    file: CheckpointFile,
    thread: str,
    *,
    holder: Callable[[str], str] = nobody,
    names: Mapping[str, Named] | None = None,
    stopped_by_breakpoint: Callable[[str, str], bool] = never,
) -> ThreadRow:
    """One thread as `list_threads` lists it."""
    return ThreadReader(file, holder, names or {}, stopped_by_breakpoint).row(thread)


def find_graph(file: CheckpointFile, saved: SavedCheckpoint, *, passed: int = _PASSED) -> str:
    """The target that ran a thread last, by a checkpoint or the newest that names one; empty where none does.

    A checkpoint's metadata lies behind its values: `passed` is how many bytes of them may be on the way, newest first.
    """
    if name := _graph_of(saved.metadata):
        return name
    left, asked = passed, [saved.key[0]]
    for id_, size in file.query(_SIZES_SQL, (saved.key[0], _GRAPH_LOOKBACK)):
        if id_ != saved.id and size <= left:
            left -= size
            asked.append(id_)
    rows = file.query(_METADATA_SQL.format(marks=", ".join("?" * (len(asked) - 1))), asked)
    telling = (metadata for (metadata,) in rows if _MARK in _bytes(metadata))
    return next((name for metadata in telling if (name := _graph_of(read_metadata(metadata)))), "")


def _bytes(metadata: bytes | str | None) -> bytes:
    return metadata if isinstance(metadata, bytes) else (metadata or "").encode("utf-8", "surrogatepass")


def _graph_of(metadata: Mapping[str, object]) -> str:
    name = metadata.get("graphdeck_graph")
    return name if isinstance(name, str) else ""


def not_a_cursor() -> InputError:
    """The error for a cursor that no page gave."""
    return InputError("The cursor is not one that a page of threads gave.", "Leave it out to start at the newest.")


def read_cursor(cursor: str | None) -> int:
    """The rowid where a page begins; raises `InputError`."""
    if cursor is None:
        return _END
    if not cursor.isdigit() or int(cursor) > _END:
        raise not_a_cursor()
    return int(cursor)


def newest_first(file: CheckpointFile, before: int = _END) -> Iterator[tuple[int, str]]:
    """Each thread with its newest row, if that is older than `before`: what is newer was on an earlier page."""
    rows = file.query(_NEWEST_SQL, (before, _SCAN))
    met: set[str] = set()
    for rowid, thread in rows:
        if thread in met:
            continue
        met.add(thread)
        if before == _END or file.query(_LATEST_SQL, (thread,))[0][0] == rowid:
            yield rowid, thread
    if len(rows) == _SCAN:
        yield from file.query(_ALL_SQL, (rows[-1][0],))


class _Head(NamedTuple):
    """What a list needs of the newest checkpoint of a thread."""

    step: int
    time: str
    due: Due
    graph: str


class ThreadReader(NamedTuple):
    """Reads rows of a list, with what is known of threads beside their file."""

    file: CheckpointFile
    """The file."""
    holder: Callable[[str], str]
    """Who runs a thread; empty for nobody."""
    names: Mapping[str, Named]
    """What a person said of threads."""
    stopped_by_breakpoint: Callable[[str, str], bool]
    """Whether a breakpoint stopped a thread at a checkpoint."""
    stops: "Callable[[str, str], tuple[Stop, ...]]" = lambda thread, checkpoint: ()
    """Why a thread stopped at a checkpoint."""

    def row(self, thread: str) -> ThreadRow:
        """The row of a thread, whatever state its own rows are in."""
        newest = self._newest(thread)
        if newest is None:
            return self._broken(thread, "", "It has checkpoints of subgraphs only.")
        try:
            return self._row(*newest)
        except Undecodable as error:
            return self._broken(thread, newest[1], f"Checkpoint {newest[1]} cannot be read: {error}.")

    def named(self, thread: str) -> Named:
        """What a person said of a thread."""
        return self.names.get(thread, UNNAMED)

    def first_text(self, thread: str) -> str:
        """The first human text of a thread; empty where it cannot be read."""
        newest = self._newest(thread)
        try:
            return self._first_text(newest) if newest else ""
        except Undecodable:  # it is listed, with its error, wherever its id is enough
            return ""

    def _newest(self, thread: str) -> _Newest | None:
        newest = newest_checkpoint(self.file, thread)
        return (thread, *newest) if newest else None

    def _row(self, thread: str, checkpoint: str, size: int) -> ThreadRow:
        newest = (thread, checkpoint, size)
        tasks = load_tasks(self.file, (thread, "", checkpoint))
        head = self._head(newest, tasks)
        next_ = next_nodes(head.due, tasks)
        holder, named = self.holder(thread), self.named(thread)
        status = status_of(head.due, next_, tasks, running=bool(holder))
        if status == "stopped" and self.stopped_by_breakpoint(thread, checkpoint):
            status = "breakpoint"
        return ThreadRow(
            thread=thread,
            status=status,
            file=str(self.file.path),
            graph=head.graph or named.graph,
            title=named.title,
            tags=named.tags,
            stops=self.stops(thread, checkpoint) if status in ("breakpoint", "stopped") else (),
            first_text=self._first_text(newest),
            step=head.step,
            updated=head.time,
            next=next_,
            interrupts=tuple(str(interrupt.get("id", "")) for _, interrupt in pending(tasks)),
            holder=holder,
            answered=status == "failed" and any(task.answered and task.failed for task in tasks),
        )

    def _head(self, newest: _Newest, tasks: list[Task]) -> _Head:
        key = ("head", *newest)
        head: _Head | None = self.file.remembered.get(key)
        if head is None:
            saved = self._load(newest)
            head = _Head(saved.step, saved.time, due_after(saved, tasks), find_graph(self.file, saved))
            if head.due.known:  # else its writes, which may still come, have a say
                self.file.remembered.put(key, head)
            self.file.remembered.put(("text", *newest), first_text(self.file, saved))
        return head

    def _first_text(self, newest: _Newest) -> str:
        key = ("text", *newest)
        text: str | None = self.file.remembered.get(key)
        if text is None:
            text = first_text(self.file, self._load(newest))
            self.file.remembered.put(key, text)
        return text

    def _load(self, newest: _Newest) -> SavedCheckpoint:
        saved = load_checkpoint(self.file, newest[0], "", newest[1])
        if saved is None:
            raise Undecodable("it was deleted meanwhile")
        return saved

    def _broken(self, thread: str, checkpoint: str, why: str) -> ThreadRow:
        holder, named = self.holder(thread), self.named(thread)
        return ThreadRow(
            thread=thread,
            status="running" if holder else "stopped",
            file=str(self.file.path),
            graph=named.graph,
            title=named.title,
            tags=named.tags,
            step=step_of(checkpoint),
            updated=time_of(checkpoint),
            next=None,
            holder=holder,
            error=why,
        )
