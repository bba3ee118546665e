"""The way from the deck into the inbox and back; the inbox itself is imported when it is first opened."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import ThreadRow, WaitingRow
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.tui.attention import Attention
from graphdeck.tui.clock import Clock
from graphdeck.tui.rules import Rules
from graphdeck.tui.run_setup import RunSetups

if TYPE_CHECKING:
    from graphdeck.tui.screens.inbox import InboxScreen


class InboxDoor:
    """Keeps one inbox, whose runs go on while it is not shown."""

    def __init__(self, engine: Engine, clock: Clock, rules: Rules, attention: Attention, setups: RunSetups) -> None:
        self.attention = attention
        """Bell and title."""
        self._parts = (engine, clock, rules, attention, setups)
        self._inbox: InboxScreen | None = None

    @property
    def running(self) -> Collection[ThreadKey]:
        """The threads that answers which were given there are on their way to."""
        return self._inbox.rows.running if self._inbox is not None else ()

    def screen(self) -> "tuple[InboxScreen, bool]":
        """The inbox, and whether it was made just now."""
        from graphdeck.tui.screens.inbox import InboxScreen

        is_new = self._inbox is None
        self._inbox = self._inbox or InboxScreen(*self._parts)
        return self._inbox, is_new


def thread_row(row: WaitingRow) -> ThreadRow:
    """A thread of the inbox as the deck lists it."""
    return ThreadRow(
        thread=row.thread,
        status="waiting" if row.interrupts else "breakpoint",
        file=row.file,
        graph=row.graph,
        title=row.title,
        first_text=row.first_text,
        updated=row.since,
    )
