"""Rows of which some run: these move, and the one that began last comes into view until a person goes elsewhere."""

from typing import ClassVar, Final, NamedTuple

from textual.geometry import Offset

from graphdeck.tui.clock import Clock
from graphdeck.tui.widgets.part_rows import PartRows

FRAMES_A_SECOND: Final = 8


class Stand(NamedTuple):
    """Where a person is in the rows."""

    key: str
    """What the cursor is on; empty where there is nothing."""
    scroll: Offset
    follows: bool
    """What begins to run comes into view."""


class LiveRows(PartRows):
    """Rows of nodes or tasks; a subclass says which are on the screen and running, and where the cursor goes."""

    clicks: ClassVar[int] = 2

    def __init__(self, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._follows = True

    def on_mount(self) -> None:
        """Let what runs move."""
        self.set_interval(1 / FRAMES_A_SECOND, self._next_frame)

    # -- what a subclass defines ---------------------------------------------------------------------------------

    @property
    def standing_on(self) -> str:
        """What the cursor is on, as `go_to` takes it; empty where there is nothing."""
        raise NotImplementedError

    def go_to(self, key: str) -> None:
        """Put the cursor there, and it into view; nothing happens where there is none such."""
        raise NotImplementedError

    def at_work(self) -> str:
        """What runs, else what waits, failed, or comes next; empty where nothing does."""
        raise NotImplementedError

    def _next_frame(self) -> None:
        """Paint again what runs."""
        raise NotImplementedError

    # -- moving --------------------------------------------------------------------------------------------------

    @property
    def stand(self) -> Stand:
        """Where a person is."""
        return Stand(self.standing_on, self.scroll_offset, self._follows)

    def go_back(self, stand: Stand) -> None:
        """Be there again."""
        self.go_to(stand.key)
        self.scroll_to(*stand.scroll, animate=False, force=True)
        self._follows = stand.follows

    def follow(self) -> bool:
        """Go to what is at work, and follow again what begins to run; whether anything is."""
        found = self.at_work()
        self.go_to(found)
        self._follows = True
        return bool(found)

    def move_to(self, index: int) -> None:
        """Go where a person wants to be, and stay there."""
        self._follows = False
        super().move_to(index)

    def on_mouse_scroll_up(self) -> None:
        """Stay where a person scrolls to."""
        self._follows = False

    def on_mouse_scroll_down(self) -> None:
        """Stay where a person scrolls to."""
        self._follows = False

    def _frame(self) -> int:
        return int(self._clock.monotonic() * FRAMES_A_SECOND)
