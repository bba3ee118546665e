"""Lists of threads that are searched, filtered or in another order than that of their newest activity."""

import dataclasses
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, TypeAlias

from graphdeck.graphs.errors import InputError
from graphdeck.graphs.records import ThreadPage, ThreadRow, ThreadStatus
from graphdeck.graphs.saved.file import CheckpointFile, Turns
from graphdeck.graphs.saved.rows import newest_checkpoint, step_of, time_of
from graphdeck.graphs.saved.sizes import all_sizes, size_of
from graphdeck.graphs.saved.threads import ThreadReader, newest_first, not_a_cursor, page_of, read_cursor
from graphdeck.graphs.wanted import SORT_KEYS, Wanted

_FEW: Final = 1000
"""Threads for which the newest row is looked up one by one; of more, the file is read from its newest row on."""

_IN_TEXTS: Final = "text:"
"""Begins the cursor of a search whose names have all been listed."""

_MARKS: Final[Mapping[ThreadStatus, str]] = {"waiting": "__interrupt__", "failed": "__error__"}
"""Channels without which a thread cannot have the status."""

_MARKED_SQL: Final = "SELECT DISTINCT thread_id FROM writes WHERE channel = ?"
_IDS_SQL: Final = "SELECT DISTINCT thread_id FROM checkpoints"
_LATEST_SQL: Final = "SELECT max(rowid) FROM checkpoints WHERE thread_id = ?"

_Keyed: TypeAlias = tuple[Any, str]
"""What an order compares of a thread, and its id."""


def chosen_page(reader: ThreadReader, wanted: Wanted, limit: int, cursor: str | None) -> Turns[ThreadPage]:
    """A page of the wanted threads, with a rest at each that is looked at; raises `FileError` and `InputError`.

    A search lists what it finds in ids, titles and tags first, which needs no state, and ends the page there: what it
    finds in the first texts comes with the next one.
    """
    chosen = _Chosen.of(reader, wanted)
    if wanted.sort != "updated":
        return (yield from chosen.sorted_page(limit, cursor))
    if wanted.query:
        return (yield from chosen.searched_page(limit, cursor))
    found = newest_first(reader.file, read_cursor(cursor))
    return (yield from page_of(found, chosen.row, limit, may=chosen.may, fits=chosen.fits))


def all_ids(file: CheckpointFile) -> list[str]:
    """The ids of all threads, kept until the file is written."""
    ids: list[str]
    version, ids = file.remembered.get(_IDS_SQL, (None, []))
    now = file.version()
    if version != now:
        ids = [row[0] for row in file.query(_IDS_SQL)]
        file.remembered.put(_IDS_SQL, (now, ids))
    return ids


class _Chosen(NamedTuple):
    """The threads that are wanted of those of a file."""

    reader: ThreadReader
    wanted: Wanted
    since: datetime | None
    marked: set[str] | None
    """Those that can have the status, where one look at the writes tells; None for all."""

    @classmethod
    def of(cls, reader: ThreadReader, wanted: Wanted) -> "_Chosen":
        mark = _MARKS.get(wanted.status) if wanted.status else None
        marked = {row[0] for row in reader.file.query(_MARKED_SQL, (mark,))} if mark else None
        return cls(reader, wanted, _time(wanted.since) if wanted.since else None, marked)

    def row(self, thread: str) -> ThreadRow:
        """A thread's row, with its size where that is asked for."""
        row = self.reader.row(thread)
        if self.wanted.sizes or self.wanted.sort == "size":
            size = size_of(self.reader.file, thread)
            row = dataclasses.replace(row, size=size.bytes, checkpoints=size.checkpoints)
        return row

    def may(self, thread: str) -> bool:
        """Whether a thread may be wanted, as far as can be told without its state."""
        if self.marked is not None and thread not in self.marked:
            return False
        if self.wanted.tag and self.wanted.tag not in self.reader.named(thread).tags:
            return False
        if self.since is None:
            return True
        newest = newest_checkpoint(self.reader.file, thread)
        time = time_of(newest[0]) if newest else ""
        return not time or _time(time) >= self.since

    def fits(self, row: ThreadRow) -> bool:
        """Whether a thread is wanted, its name aside."""
        wanted = self.wanted
        if wanted.status and row.status != wanted.status:
            return False
        if wanted.graph.casefold() not in row.graph.casefold():
            return False
        return self.since is None or (bool(row.updated) and _time(row.updated) >= self.since)

    # -- searched ------------------------------------------------------------------------------------------------

    def searched_page(self, limit: int, cursor: str | None) -> Turns[ThreadPage]:
        file, hits = self.reader.file, self._named()
        if cursor is None or not cursor.startswith(_IN_TEXTS):
            before = read_cursor(cursor)
            found = newest_first(file, before) if len(hits) > _FEW else _latest(file, hits, before)
            page = yield from page_of(found, self.row, limit, may=lambda thread: thread in hits, fits=self.fits)
            if page.rows:
                return ThreadPage(rows=page.rows, cursor=page.cursor or _IN_TEXTS)
            cursor = _IN_TEXTS
        found = newest_first(file, read_cursor(cursor.removeprefix(_IN_TEXTS) or None))
        wanted = self.wanted.query.casefold()
        page = yield from page_of(
            found,
            self.row,
            limit,
            may=lambda thread: thread not in hits and self.may(thread) and self._begins_with(thread, wanted),
            fits=self.fits,
        )
        return ThreadPage(rows=page.rows, cursor=page.cursor and _IN_TEXTS + page.cursor)

    def _named(self) -> set[str]:
        """The threads whose id, title or tag holds the query."""
        wanted = self.wanted.query.casefold()
        called = {  # few are
            thread
            for thread, named in self.reader.names.items()
            if any(wanted in text.casefold() for text in (named.title, *named.tags))
        }
        ids = all_ids(self.reader.file)
        return {each for each in ids if (wanted in each.casefold() or each in called) and self.may(each)}

    def _begins_with(self, thread: str, wanted: str) -> bool:
        return wanted in self.reader.first_text(thread).casefold()

    # -- in another order ------------------------------------------------------------------------------------------

    def sorted_page(self, limit: int, cursor: str | None) -> Turns[ThreadPage]:
        after = _read_place(cursor)
        keyed = yield from self._keyed()
        rows: list[ThreadRow] = []
        last: _Keyed | None = None
        for place in sorted(keyed):
            yield
            if after is not None and place <= after:
                continue
            row = self.row(place[1])
            if not self.fits(row):
                continue
            if len(rows) >= limit:
                return ThreadPage(rows=tuple(rows), cursor=json.dumps(last))
            rows.append(row)
            last = place
        return ThreadPage(rows=tuple(rows))

    def _keyed(self) -> Turns[list[_Keyed]]:
        key = self._key()
        wanted = self.wanted.query.casefold()
        named = self._named() if wanted else set()
        keyed: list[_Keyed] = []
        for thread in all_ids(self.reader.file):
            yield
            if not self.may(thread):
                continue
            if not wanted or thread in named or self._begins_with(thread, wanted):
                keyed.append((key(thread), thread))
        return keyed

    def _key(self) -> Callable[[str], Any]:
        """What the order compares of a thread: by its row alone where nothing quicker tells."""
        sort, file = self.wanted.sort, self.reader.file
        by_row = SORT_KEYS[sort]
        if sort == "thread":
            return str
        if sort == "size":
            sizes = all_sizes(file)
            return lambda thread: -sizes[thread].bytes if thread in sizes else 0
        if sort == "step":
            return lambda thread: _step_key(file, thread, lambda: by_row(self.reader.row(thread)))
        return lambda thread: by_row(self.reader.row(thread))


def _step_key(file: CheckpointFile, thread: str, otherwise: Callable[[], int]) -> int:
    newest = newest_checkpoint(file, thread)
    step = step_of(newest[0]) if newest else None
    key: int = otherwise() if step is None else -step
    return key


def _latest(file: CheckpointFile, threads: set[str], before: int) -> list[tuple[int, str]]:
    """The threads with their newest rows, newest first, from before a row on."""
    found = [(file.query(_LATEST_SQL, (thread,))[0][0], thread) for thread in threads]
    return sorted(((rowid, thread) for rowid, thread in found if rowid and rowid < before), reverse=True)


def _time(text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(f"{text!r} is not a time", "give one in ISO 8601, as 2026-01-31T09:30:00+00:00") from None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _read_place(cursor: str | None) -> _Keyed | None:
    if cursor is None:
        return None
    try:
        key, thread = json.loads(cursor)
    except (ValueError, TypeError):
        raise not_a_cursor() from None
    return key, str(thread)
