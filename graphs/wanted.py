"""Which threads a list is to have, and in what order."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, TypeAlias

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import ThreadRow, ThreadStatus

ThreadSort: TypeAlias = Literal["updated", "status", "thread", "graph", "title", "step", "size"]


class Wanted(Frozen):
    """What is asked of a list of threads."""

    query: str = ""
    """Text that an id, title, tag or first text holds, in either case."""
    status: ThreadStatus | None = None
    """Only threads of this status."""
    graph: str = ""
    """Text that the graph's target holds, in either case."""
    tag: str = ""
    """Only threads with this tag."""
    since: str = ""
    """Only threads written at this time or later, ISO 8601."""
    sort: ThreadSort = "updated"
    """Newest activity, most steps and largest first; the others in the order of the alphabet."""
    sizes: bool = False
    """Tell the size of each thread, which its order by size does anyway."""


ALL: Final = Wanted()

_STATUS_ORDER: Final = ("running", "waiting", "breakpoint", "failed", "stopped", "done")

SORT_KEYS: Final[Mapping[ThreadSort, Callable[[ThreadRow], Any]]] = {
    "status": lambda row: _STATUS_ORDER.index(row.status),
    "thread": lambda row: row.thread,
    "graph": lambda row: row.graph.casefold(),
    "title": lambda row: (row.title or row.first_text).casefold(),
    "step": lambda row: 2 if row.step is None else -row.step,
    "size": lambda row: -(row.size or 0),
}
"""What the orders other than `updated` compare, smallest first; threads that are alike in it go by their ids."""


def in_order(rows: list[ThreadRow], sort: ThreadSort) -> list[ThreadRow]:
    """Rows of several files in one order."""
    if sort == "updated":
        return sorted(rows, key=lambda row: row.updated, reverse=True)
    key = SORT_KEYS[sort]
    return sorted(rows, key=lambda row: (key(row), row.thread))
