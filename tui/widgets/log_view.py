"""What a run printed, what failed, what was tried again."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from graphdeck.tui.clock import time_of_day
from graphdeck.tui.text import fit, one_line
from graphdeck.tui.theme import ERROR, MUTED, WARNING
from graphdeck.tui.widgets.log_lines import LogLine
from graphdeck.tui.widgets.rows import Rows

_STYLES: Final = {
    "stdout": "",
    "stderr": WARNING,
    "custom": "",
    "retry": WARNING,
    "error": f"{ERROR} bold",
    "trace": ERROR,
    "note": MUTED,
}
_WORDS: Final = {"stderr": "err", "custom": "custom", "retry": "retry", "error": "failed", "trace": "", "note": "note"}

_TIME_CELLS: Final = 10


class LogView(Rows):
    """Lines of the log; it stays at the end while the cursor is there."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: Sequence[LogLine] = ()
        self._logged = 0
        self.empty_text = "nothing printed, nothing failed"

    def show(self, lines: Sequence[LogLine], logged: int) -> None:
        """Show these lines, the newest of `logged`; the cursor stays on its line, or at the end."""
        at_end = self.cursor >= len(self._lines) - 1
        gone = (logged - len(lines)) - (self._logged - len(self._lines))
        cursor = len(lines) - 1 if at_end or logged < self._logged else max(0, self.cursor - gone)
        self._lines, self._logged = lines, logged
        self.set_reactive(Rows.cursor, cursor)
        self.rows_changed()
        if at_end and lines:
            self.keep_in_view(len(lines) - 1)

    @property
    def selected_text(self) -> str:
        """What copying gives: the line."""
        return self._lines[self.cursor].text if 0 <= self.cursor < len(self._lines) else ""

    def row_count(self) -> int:
        """Number of lines."""
        return len(self._lines)

    def row(self, index: int, width: int) -> Content:
        """Time, node, kind, text; a traceback has the room to itself, since it follows on its error."""
        line = self._lines[index]
        text = line.text.replace("\t", "    ")
        if line.kind == "trace":
            return Content.assemble(
                (" " * _TIME_CELLS, ""), (one_line(text, max(0, width - _TIME_CELLS - 1)), _STYLES["trace"])
            )
        node = one_line(line.node or "run", 16, identifier=True)
        room = max(0, width - _TIME_CELLS - 27)
        return Content.assemble(
            (fit(f" {time_of_day(line.time)}", _TIME_CELLS), MUTED),
            (fit(node, 17), MUTED),
            (fit(_WORDS.get(line.kind, ""), 7), _STYLES[line.kind]),
            (" ", ""),
            (one_line(text, room), _STYLES[line.kind]),
        )
