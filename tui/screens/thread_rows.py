"""The threads that were read so far, page by page, while the file goes on changing: pure."""

from collections.abc import Iterable
from typing import NamedTuple

from graphdeck.graphs.records import ThreadPage, ThreadRow


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
        newer = {_key(row) for row in page.rows}
        oldest = page.rows[-1].updated
        older = tuple(row for row in self.rows if _key(row) not in newer and row.updated < oldest)
        return ThreadRows((*page.rows, *older), self.cursor if older else page.cursor)

    def followed(self, page: ThreadPage) -> "ThreadRows":
        """The next page was read."""
        known = {_key(row) for row in self.rows}
        return ThreadRows((*self.rows, *(row for row in page.rows if _key(row) not in known)), page.cursor)

    def without(self, threads: Iterable[tuple[str, str]]) -> "ThreadRows":
        """Some threads are gone, each named by its file and id."""
        gone = set(threads)
        return self._replace(rows=tuple(row for row in self.rows if _key(row) not in gone))

    def find(self, thread: str, file: str = "") -> ThreadRow | None:
        """A thread by its id, and by the file that holds it where that is known."""
        return next((row for row in self.rows if row.thread == thread and file in ("", row.file)), None)


def _key(row: ThreadRow) -> tuple[str, str]:
    """What tells a thread from all others: several files may hold one of its id."""
    return row.file, row.thread
