"""Events gathered for a moment, so that thousands a second stay smooth."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from graphdeck.graphs.events import Event
from graphdeck.tui.keys_first import KeysFirst

BATCH: Final = 1 / 30
"""Seconds in which events are gathered."""
MANY: Final = 50
"""Events in one batch from which on the next one is gathered for longer: each is painted, and keys wait for that."""
LONG: Final = 0.2
"""Seconds for which that is."""
PIECE: Final = 100
"""Events that are given on at a time: between two pieces a key has its turn."""


class Give(Protocol):
    """Takes a piece of what was gathered; with `more`, the next one follows at once."""

    def __call__(self, events: Sequence[Event], *, more: bool) -> object: ...


class Batch:
    """Gathers events for a moment, and gives them on in pieces; a first one and a last one never wait long."""

    def __init__(self, give: Give, keys: KeysFirst) -> None:
        self._give, self._keys = give, keys
        self._events: list[Event] = []
        self._due = 0  # those of them that are being given on
        self._since = 0.0
        self._next: asyncio.Handle | None = None
        self._wait = BATCH

    def add(self, event: Event) -> None:
        """Take in one event."""
        self._events.append(event)
        if self._next is None:
            self._next = asyncio.get_running_loop().call_later(self._wait, self._begin)

    def flush(self) -> None:
        """Give on what was gathered, at once."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
        self._due = len(self._events)
        while self._due:
            self._piece()

    def _begin(self) -> None:
        self._due, self._since = len(self._events), asyncio.get_running_loop().time()
        self._wait = BATCH if self._due < MANY else LONG
        self._go_on()

    def _go_on(self) -> None:
        """Give on the next piece; behind it the loop looks for keys."""
        loop = asyncio.get_running_loop()
        if rest := self._keys.rest(self._since):
            self._next = loop.call_later(rest, self._go_on)
            return
        self._piece()
        if self._due:
            self._next = loop.call_soon(self._go_on)
        else:
            self._next = loop.call_later(self._wait, self._begin) if self._events else None

    def _piece(self) -> None:
        count = min(self._due, PIECE)
        piece, self._events = self._events[:count], self._events[count:]
        self._due -= count
        self._give(piece, more=self._due > 0)
