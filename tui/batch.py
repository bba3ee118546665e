"""Events gathered for a moment, so that thousands a second stay smooth."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from graphdeck.graphs.events import Event

BATCH: Final = 1 / 30
"""Seconds in which events are gathered."""
MANY: Final = 50
"""Events in one batch from which on the next one is gathered for longer: each is painted, and keys wait for that."""
LONG: Final = 0.1
"""Seconds for which that is."""


class Batch:
    """Gathers events for a moment; a first one and a last one never wait long."""

    def __init__(self, give: Callable[[Sequence[Event]], object]) -> None:
        self._give = give
        self._events: list[Event] = []
        self._timer: asyncio.TimerHandle | None = None
        self._wait = BATCH

    def add(self, event: Event) -> None:
        """Take in one event."""
        self._events.append(event)
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(self._wait, self.flush)

    def flush(self) -> None:
        """Give on what was gathered."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._events:
            events, self._events = self._events, []
            self._wait = BATCH if len(events) < MANY else LONG
            self._give(events)
