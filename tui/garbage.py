"""Python's search for cycles of garbage, made where no key waits for it: between keys, not under them."""

import gc
import time
from collections.abc import Callable
from typing import Final

from graphdeck.tui.keys_first import KeysFirst

EVERY: Final = 0.2
"""Seconds between two looks whether there is something to search."""
YOUNG: Final = 3_000
"""New objects from which on they are searched: what is painted leaves thousands a second in cycles."""
OLDER: Final = 5
"""Searches among new objects for each one that goes further back."""
IDLE: Final = 0.5
"""Seconds without a key after which all objects may be searched, the old ones too."""
AT_LAST: Final = 60.0
"""Seconds since the last such search after which it is made also while a person types."""
SHARE: Final = 0.005
"""Share of the time that searching all objects may take."""


class Garbage:
    """Searches in the place of Python's own search, which comes whenever enough was made; `look` is called often."""

    def __init__(self, keys: KeysFirst, now: Callable[[], float] = time.monotonic) -> None:
        self._keys, self._now = keys, now
        self._searches = 0
        self._due = now()  # when all may be searched next
        self._at_last = self._due + AT_LAST

    def begin(self) -> None:
        """Turn Python's own search off; what is there by now stays, and is not looked at again."""
        gc.disable()
        gc.freeze()

    def look(self) -> None:
        """Search what is new, if that is much, unless a key is on its way; all that there is where a person rests."""
        if self._keys.idle < 0 or gc.get_count()[0] < YOUNG:
            return
        self._searches += 1
        if self._may_search_all():
            self._search_all()
        else:
            gc.collect(0 if self._searches % OLDER else 1)

    def _may_search_all(self) -> bool:
        now = self._now()
        return now >= self._at_last or (now >= self._due and self._keys.idle >= IDLE)

    def _search_all(self) -> None:
        start = self._now()
        gc.collect()
        end = self._now()
        self._due = end + (end - start) / SHARE
        self._at_last = max(self._due, end + AT_LAST)
