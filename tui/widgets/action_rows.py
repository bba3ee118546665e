"""The actions of an approval, one a row, with what is decided about each."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import RenderResult
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from graphdeck.graphs.frozen import Frozen
from graphdeck.tui.text import cut, fit
from graphdeck.tui.theme import ACCENT, MUTED, glyphs


class ActionRow(Frozen):
    """One action in the list."""

    name: str
    """Who asks: safe text."""
    decision: str
    """What is decided: safe text, empty while nothing is."""


class ActionRows(Widget):
    """A window of rows around the current one; a click goes to a row, no key does anything here."""

    DEFAULT_CSS = """
    ActionRows { height: auto; }
    """

    ROWS: ClassVar[int] = 4
    """Rows that are shown at most."""

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, control: "ActionRows", index: int) -> None:
            super().__init__()
            self.action_rows = control
            """The list."""
            self.index = index
            """Which row."""

        @property
        def control(self) -> "ActionRows":
            """The list."""
            return self.action_rows

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._rows: Sequence[ActionRow] = ()
        self._current = 0

    def show(self, rows: Sequence[ActionRow], current: int) -> None:
        """Show these rows, around the current one."""
        self._rows, self._current = rows, current
        self.refresh(layout=True)

    def render(self) -> RenderResult:
        """The rows of the window."""
        signs, cells = glyphs(), self.size.width
        digits = len(str(len(self._rows)))
        lines: list[Content] = []
        for index in self._window():
            row = self._rows[index]
            here = index == self._current
            name = (
                f"{signs.cursor if here else ' '} {signs.done if row.decision else signs.idle} {index + 1:>{digits}} "
            )
            name += fit(row.name, min(30, max(10, cells // 3)))
            decision = cut(row.decision or "undecided", max(4, cells - len(name) - 4))
            lines.append(
                Content.assemble(
                    (name, f"bold {ACCENT}" if here else ""), "   ", (decision, "" if row.decision else MUTED)
                )
            )
        return Content("\n").join(lines)

    def on_click(self, event: Click) -> None:
        """Choose the row under the pointer."""
        window = self._window()
        if 0 <= event.y < len(window):
            self.post_message(self.Chosen(self, window[event.y]))

    def _window(self) -> range:
        first = max(0, min(self._current - self.ROWS // 2, len(self._rows) - self.ROWS))
        return range(first, min(first + self.ROWS, len(self._rows)))
