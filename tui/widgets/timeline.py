"""The checkpoints of a thread, newest first."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from graphdeck.graphs.records import END, START, CheckpointRow
from graphdeck.tui.clock import Clock, SystemClock, age
from graphdeck.tui.text import fit, one_line
from graphdeck.tui.theme import ACCENT, MUTED, NodeStatus, colour, glyphs
from graphdeck.tui.widgets.rows import Rows

_ENDS: Final = {START: "START", END: "END"}


class Timeline(Rows):
    """Checkpoints; posts `CheckpointSelected` for the chosen one."""

    current: reactive[str] = reactive("")
    """Id of the checkpoint that the deck shows."""

    class CheckpointSelected(Message):
        """A checkpoint was chosen."""

        def __init__(self, timeline: "Timeline", row: CheckpointRow, newest: bool) -> None:
            super().__init__()
            self.timeline = timeline
            """The widget."""
            self.row = row
            """The checkpoint."""
            self.newest = newest
            """It is the first of the list."""

        @property
        def control(self) -> "Timeline":
            """The widget."""
            return self.timeline

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock or SystemClock()
        self._checkpoints: Sequence[CheckpointRow] = ()
        self.empty_text = "no checkpoints yet"

    def show(self, checkpoints: Sequence[CheckpointRow]) -> None:
        """Show these checkpoints, newest first; the cursor stays on its checkpoint, or on the newest."""
        kept = self.highlighted.checkpoint if self.highlighted and self.cursor else ""
        self._checkpoints = checkpoints
        places = {row.checkpoint: index for index, row in enumerate(checkpoints)}
        self.set_reactive(Rows.cursor, places.get(kept, 0))
        self.rows_changed()

    @property
    def highlighted(self) -> CheckpointRow | None:
        """The checkpoint that the cursor is on."""
        return self._checkpoints[self.cursor] if 0 <= self.cursor < len(self._checkpoints) else None

    @property
    def selected_text(self) -> str:
        """What copying gives: the checkpoint's id."""
        return self.highlighted.checkpoint if self.highlighted else ""

    def watch_current(self) -> None:
        """Mark the shown one."""
        self.refresh()

    def row_count(self) -> int:
        """Number of checkpoints."""
        return len(self._checkpoints)

    def row(self, index: int, width: int) -> Content:
        """Step, source, where it goes, what changed, age."""
        row = self._checkpoints[index]
        is_current = row.checkpoint == self.current or (not self.current and index == 0)
        status: NodeStatus = "done" if row.next == () else "kept"
        where = f"{glyphs().arrow} {_next(row, 200)}"
        changed = ", ".join(one_line(key, 40, identifier=True) for key in row.changed[:20])
        room = max(0, width - 22)
        target = min(24, room)
        return Content.assemble(
            (glyphs().cursor if is_current else " ", "bold"),
            (glyphs().of(status), colour(status)),
            (fit(str(row.step), 4, right=True), "bold" if is_current else ""),
            ("  ", ""),
            (fit(one_line(row.source, 8), 8), ACCENT if row.source in ("fork", "update") else MUTED),
            (fit(where, target), ""),
            (" ", ""),
            (fit(changed, max(0, room - target)), MUTED),
            (fit(age(row.time, self._clock.now()), 4, right=True), MUTED),
            (" ", ""),
        )

    def chosen(self, index: int) -> None:
        """Tell which checkpoint it is."""
        self.post_message(self.CheckpointSelected(self, self._checkpoints[index], index == 0))


def _next(row: CheckpointRow, cells: int) -> str:
    """The nodes that follow, in words: `tools`, `END`, `?` where only the graph's code can tell."""
    if row.next is None:
        return "?"
    names = dict.fromkeys(_ENDS.get(name) or one_line(name, 60, identifier=True) for name in row.next[:20])
    return one_line(", ".join(names) or "END", cells)
