"""What differs between two checkpoints, on the whole screen."""

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType
from textual.widget import Widget

from graphdeck.graphs.differences import Change
from graphdeck.tui import actions
from graphdeck.tui.screens.to_file import suggested_name
from graphdeck.tui.screens.whole import ValueScreen, WholeScreen
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.difference_lines import as_text
from graphdeck.tui.widgets.difference_view import DifferenceView
from graphdeck.tui.widgets.filter_line import FilterLine

LINES: Final = 200
"""Lines of one text, at the most: its value can be seen whole."""


class DifferenceScreen(WholeScreen):
    """Differences, path by path, under a filter."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("difference")]

    def __init__(self, heading: str, changes: Sequence[Change]) -> None:
        super().__init__(heading, "difference")
        self._changes = changes
        self._view = DifferenceView(most=LINES)
        self._filter = FilterLine()

    def body(self) -> Iterable[Widget]:
        """The filter above the differences."""
        yield self._filter
        yield self._view

    def on_mount(self) -> None:
        """Show all of them."""
        super().on_mount()
        self._view.show(self._changes, nothing="nothing differs")
        self._view.focus()
        self.show_heading()

    @property
    def detail(self) -> str:
        """How many there are of each kind."""
        kinds = Counter(map(attrgetter("kind"), self._view.changes))
        return ", ".join(f"{kinds[kind]:,} {kind}" for kind in ("added", "removed", "changed") if kinds[kind])

    @property
    def text(self) -> str:
        """The differences that are shown: paths are JSON Pointers, values JSON."""
        return as_text(self._view.changes)

    @property
    def file_name(self) -> str:
        """A name made of the heading."""
        return suggested_name(f"difference {self._heading}", "")

    @on(FilterLine.Filtered)
    def _filtered(self, event: FilterLine.Filtered) -> None:
        self._view.filter(event.text)
        self.show_heading()

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        self._view.focus()

    def action_filter(self) -> None:
        """Go to the filter."""
        self._filter.focus()

    @on(DifferenceView.ChangeChosen)
    def action_view(self) -> None:
        """Show the value of the cursor whole."""
        if self._view.selected_whole is None:
            self.say("go to a difference", WARNING)
        else:
            self.app.push_screen(ValueScreen(*self._view.selected_whole))
