"""One line in which a list's filter is typed."""

from textual import events
from textual.message import Message
from textual.widgets import Input

from graphdeck.tui.widgets.one_line import OneLine


class FilterLine(OneLine):
    """Posts `Filtered` at each key; Enter keeps the filter, Esc takes it away, both post `Left`."""

    DEFAULT_CSS = """
    FilterLine, FilterLine:focus { border: none; height: 1; padding: 0 1; background: transparent; }
    """

    class Filtered(Message):
        """The filter is another one now."""

        def __init__(self, filter_line: "FilterLine", text: str) -> None:
            super().__init__()
            self.filter_line = filter_line
            """The widget."""
            self.text = text
            """What to look for; empty for no filter."""

        @property
        def control(self) -> "FilterLine":
            """The widget."""
            return self.filter_line

    class Left(Message):
        """The person is done with the filter."""

        def __init__(self, filter_line: "FilterLine") -> None:
            super().__init__()
            self.filter_line = filter_line
            """The widget."""

        @property
        def control(self) -> "FilterLine":
            """The widget."""
            return self.filter_line

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(placeholder="/ filter", id=id)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Filter at once."""
        event.stop()
        self.post_message(self.Filtered(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep the filter."""
        event.stop()
        self.post_message(self.Left(self))

    def on_key(self, event: events.Key) -> None:
        """Esc clears and leaves, Down leaves."""
        if event.key not in ("escape", "down"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.value = ""
        self.post_message(self.Left(self))
