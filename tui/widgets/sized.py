"""A widget that hears of its size in any case."""

from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen
from textual.scroll_view import ScrollView


class Sized(ScrollView):
    """Gets `Resize` whenever a layout has changed its size.

    Textual tells those that a layout has shown or resized since the one before. Whoever looks for the place of any
    widget before that layout (the focus does, to scroll) has it know all places already: then it tells nobody, and a
    widget that was hidden would stay empty.
    """

    _told_size: Size = Size(0, 0)

    def on_mount(self) -> None:
        """Look at each layout."""
        self.screen.screen_layout_refresh_signal.subscribe(self, self._note_layout, immediate=True)

    def on_resize(self, event: Resize) -> None:
        """It is told."""
        self._told_size = event.size

    def _note_layout(self, _: Screen[object]) -> None:
        if self.size != self._told_size:
            self.call_later(self._tell_size)  # behind what Textual itself may have told

    def _tell_size(self) -> None:
        if self.size != self._told_size:
            self.post_message(Resize(self.size, self.virtual_size, self.container_size))
