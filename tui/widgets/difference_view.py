"""What differs between two checkpoints, or what a step changed, with what is to be said of it above."""

from collections.abc import Sequence
from typing import Final

from textual import events
from textual.content import Content
from textual.message import Message

from graphdeck.graphs.differences import Change
from graphdeck.graphs.values import Json
from graphdeck.tui.text import cut, ellipsis
from graphdeck.tui.theme import MUTED
from graphdeck.tui.widgets.difference_lines import MOST, Line, as_text, change_lines, shown_path
from graphdeck.tui.widgets.rows import Rows

_NO_CHANGE: Final = -1


class DifferenceView(Rows):
    """Differences, path by path; posts `ChangeChosen` for the one that is to be seen whole."""

    class ChangeChosen(Message):
        """A difference was chosen."""

        def __init__(self, difference_view: "DifferenceView") -> None:
            super().__init__()
            self.difference_view = difference_view
            """The widget."""

        @property
        def control(self) -> "DifferenceView":
            """The widget."""
            return self.difference_view

    clicks = 2

    def __init__(self, *, most: int, id: str | None = None) -> None:
        super().__init__(id=id)
        self._most = most
        self._notes: Sequence[tuple[str, str]] = ()
        self._changes: Sequence[Change] | None = None
        self._shown: Sequence[Change] = ()
        self._wanted = ""
        self._lines: list[tuple[int, Line]] = []

    def show(self, changes: Sequence[Change] | None, notes: Sequence[tuple[str, str]] = (), nothing: str = "") -> None:
        """Show these differences below some notes, safe lines with a style; None while they are read.

        `nothing` is said where there are none.
        """
        self._changes, self._notes = changes, notes
        if changes is None:
            self._notes = [*notes, (f"reads {ellipsis()}", MUTED)]
        elif not changes and nothing:
            self._notes = [*notes, (nothing, MUTED)]
        self._lay_out()
        self.set_reactive(Rows.cursor, 0)
        self.scroll_home(animate=False)

    @property
    def changes(self) -> Sequence[Change]:
        """The differences that are shown."""
        return self._shown

    def filter(self, wanted: str) -> None:
        """Show only those whose path has a text, whether in small or capital letters."""
        self._wanted = wanted.casefold()
        self._lay_out()

    @property
    def highlighted(self) -> Change | None:
        """The difference that the cursor is on."""
        number = self._lines[self.cursor][0] if 0 <= self.cursor < len(self._lines) else _NO_CHANGE
        return self._shown[number] if number != _NO_CHANGE else None

    @property
    def selected_text(self) -> str:
        """What copying gives: the difference of the cursor."""
        return as_text([self.highlighted]) if self.highlighted else ""

    @property
    def selected_whole(self) -> tuple[str, Json] | None:
        """The path and the value of the cursor's difference, or both values where it changed."""
        change = self.highlighted
        if change is None:
            return None
        if change.kind == "changed":
            return shown_path(change.path), {"before": change.before, "after": change.after}
        return shown_path(change.path), change.after if change.kind == "added" else change.before

    def row_count(self) -> int:
        """Number of lines."""
        return len(self._lines)

    def row(self, index: int, width: int) -> Content:
        """One line."""
        parts, room = [], width
        for text, style in self._lines[index][1]:
            shown = cut(text, room)
            parts.append((shown, style))
            room -= len(shown)
        return Content.assemble(*parts)

    def chosen(self, index: int) -> None:
        """Tell that one is to be seen whole."""
        if self.highlighted is not None:
            self.post_message(self.ChangeChosen(self))

    def on_resize(self, event: events.Resize) -> None:
        """Lay out for the new width."""
        self._lay_out()

    def _lay_out(self) -> None:
        changes = self._changes or ()
        wanted = self._wanted
        self._shown = [each for each in changes if wanted in shown_path(each.path).casefold()] if wanted else changes
        self._lines = [(_NO_CHANGE, ((f" {text}", style),)) for text, style in self._notes]
        self._lines += change_lines(self._shown, max(20, self.size.width), self._most)
        if len(self._shown) > MOST:
            rest = f" {len(self._shown) - MOST:,} more: filter by path, or write all of them to a file (w)"
            self._lines.append((_NO_CHANGE, ((rest, MUTED),)))
        elif not self._shown and changes:
            self._lines.append((_NO_CHANGE, ((" nothing of this path differs", MUTED),)))
        self.rows_changed()
