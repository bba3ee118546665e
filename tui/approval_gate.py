"""When a question may appear, and when a key may decide it: never under a person's typing fingers."""

from typing import Final

OPEN_AFTER: Final = 1.0
"""Seconds without a key before a dialog opens by itself."""
DECIDE_AFTER: Final = 0.4
"""Seconds that a dialog has been painted, without a key, before a key decides."""


class ApprovalGate:
    """Remembers the last key and the last painting; all times are the injected clock's `monotonic()`."""

    def __init__(self) -> None:
        self._last_key = float("-inf")
        self._painted: float | None = None

    def note_key(self, now: float) -> None:
        """A key was pressed, whichever."""
        self._last_key = now

    def note_changed(self) -> None:
        """Something else is to be decided, and not yet on screen."""
        self._painted = None

    def note_painted(self, now: float) -> None:
        """What is to be decided is on screen, all of it new to the person."""
        self._painted = now

    def may_open(self, now: float) -> bool:
        """Whether a dialog may open by itself."""
        return now - self._last_key >= OPEN_AFTER

    def may_decide(self, now: float) -> bool:
        """Whether a key or click now is an answer to what is on screen; ask before noting that key."""
        return self._painted is not None and now - max(self._painted, self._last_key) >= DECIDE_AFTER
