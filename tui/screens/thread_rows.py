"""The threads that were read so far, page by page, while the file goes on changing: pure."""

from collections.abc import Iterable
from typing import NamedTuple

from graphdeck.graphs.records import ThreadPage, ThreadRow
from graphdeck.graphs.thread_key import ThreadKey, key_of


class ThreadRows(NamedTuple):
    """Threads, in the order that they were asked for."""

    rows: tuple[ThreadRow, ...] = ()
    """What was read."""
    cursor: str | None = None
    """Where the next page begins; None at the end."""

    @classmethod
    def of(cls, page: ThreadPage) -> "ThreadRows":
        """What was read from the beginning."""
        return cls(page.rows, page.cursor)

    def refreshed(self, page: ThreadPage) -> "ThreadRows":
        """The first page, newest activity first, was read again: what it holds is new, what is older than it stays."""
        if page.cursor is None or not page.rows:
            return ThreadRows.of(page)
        newer = {key_of(row) for row in page.rows}
        oldest = page.rows[-1].updated
        older = tuple(row for row in self.rows if key_of(row) not in newer and row.updated < oldest)
        return ThreadRows((*page.rows, *older), self.cursor if older else page.cursor)

    def followed(self, page: ThreadPage) -> "ThreadRows":
        """The next page was read."""
        known = {key_of(row) for row in self.rows}
        return ThreadRows((*self.rows, *(row for row in page.rows if key_of(row) not in known)), page.cursor)

    def without(self, threads: Iterable[ThreadKey]) -> "ThreadRows":
        """Some threads are gone."""
        gone = set(threads)
        return self._replace(rows=tuple(row for row in self.rows if key_of(row) not in gone))

    def find(self, thread: ThreadKey) -> ThreadRow | None:
        """A thread; the first of its id where its file is not known."""
        return next((row for row in self.rows if thread.may_be(key_of(row))), None)
