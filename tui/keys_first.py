"""Keys go first: what is told of a run waits a moment while the effect of a key is on its way to the screen."""

import asyncio
import time
from typing import Final

HOLD: Final = 0.05
"""Seconds in which a key has its effect, and is painted."""
LONGEST: Final = 0.2
"""Seconds that other work waits at the most, however long a key is held down."""


class KeysFirst:
    """Knows whether a key is on its way."""

    def __init__(self) -> None:
        self._until = 0.0

    def pressed(self) -> None:
        """Note a key; from any thread."""
        self._until = time.monotonic() + HOLD

    @property
    def idle(self) -> float:
        """Seconds since the last key had its effect; negative while one is on its way."""
        return time.monotonic() - self._until

    def rest(self, since: float) -> float:
        """Seconds that work which could be done `since` that monotonic time is to wait now; 0 for none."""
        now = time.monotonic()
        return max(0.0, min(self._until, since + LONGEST) - now)

    async def turn(self) -> None:
        """Wait until it is the turn of other work."""
        since = time.monotonic()
        while rest := self.rest(since):
            await asyncio.sleep(rest)
