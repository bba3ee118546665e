"""A list of what stops runs: breakpoints and watched values, each with what is wrong with it."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.message import Message

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.stopping import Breakpoint, KeptStop
from graphdeck.tui.text import one_line
from graphdeck.tui.theme import MUTED, WARNING, colour, glyphs
from graphdeck.tui.widgets.rows import Rows

_IN_THE_CODE: Final = "in the graph's code"


class StopRow(Frozen):
    """A breakpoint, or a value that is watched."""

    stop: KeptStop
    """What it is."""
    text: str
    """It in words; raw."""
    why_not: str = ""
    """Why it does nothing although it is on; empty where it does."""


class StopList(Rows):
    """Shows them; posts `Chosen` for the one to edit."""

    class Chosen(Message):
        """Enter was pressed on a row, or it was clicked twice."""

        def __init__(self, stop_list: "StopList") -> None:
            super().__init__()
            self.stop_list = stop_list
            """The widget."""

        @property
        def control(self) -> "StopList":
            """The widget."""
            return self.stop_list

    clicks = 2

    def __init__(self) -> None:
        super().__init__()
        self._stops: Sequence[StopRow] = ()
        self.empty_text = "nothing stops a run but the graph itself: a adds a breakpoint"

    @property
    def current(self) -> StopRow | None:
        """The row of the cursor."""
        return self._stops[self.cursor] if 0 <= self.cursor < len(self._stops) else None

    def show(self, stops: Sequence[StopRow]) -> None:
        """Show these."""
        self._stops = stops
        self.rows_changed()

    def row_count(self) -> int:
        """Number of rows."""
        return len(self._stops)

    def row(self, index: int, width: int) -> Content:
        """Sign, words, and what is wrong with it."""
        row, signs = self._stops[index], glyphs()
        is_plain = isinstance(row.stop, Breakpoint) and not row.stop.condition
        is_coded = isinstance(row.stop, Breakpoint) and row.stop.declared
        idle = row.stop.off or bool(row.why_not)
        sign = signs.declared if is_coded else signs.breakpoint if is_plain else signs.conditional
        told = ", ".join(filter(None, (_IN_THE_CODE * is_coded, "off" if row.stop.off else row.why_not)))
        words = one_line(row.text, max(12, width - 4 - (min(len(told), 40) + 3 if told else 0)))
        tail = f"  {signs.separator} {told}" if told else ""
        room = max(0, width - 3 - len(words))
        return Content.assemble(
            (f" {signs.idle if idle else sign} ", MUTED if idle else colour("breakpoint")),
            (words, MUTED if idle else ""),
            (one_line(tail, room) if tail else "", WARNING if row.why_not and not row.stop.off else MUTED),
        )

    def chosen(self, index: int) -> None:
        """It is to be edited."""
        self.post_message(self.Chosen(self))
