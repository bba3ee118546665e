"""One line in which a part of a node's name is typed."""

from textual import events
from textual.message import Message
from textual.widgets import Input

from graphdeck.tui.widgets.one_line import OneLine


class NodeLine(OneLine):
    """Posts `Typed` at each key, `Stepped` for down and up, and `Left` for Enter, which keeps the place, and Esc."""

    DEFAULT_CSS = """
    NodeLine, NodeLine:focus { border: none; height: 1; padding: 0 1; background: $panel; }
    """

    class Typed(Message):
        """Another text is looked for."""

        def __init__(self, node_line: "NodeLine", text: str) -> None:
            super().__init__()
            self.node_line = node_line
            """The widget."""
            self.text = text
            """A part of a name."""

        @property
        def control(self) -> "NodeLine":
            """The widget."""
            return self.node_line

    class Stepped(Message):
        """The next node is wanted, or the one before."""

        def __init__(self, node_line: "NodeLine", step: int) -> None:
            super().__init__()
            self.node_line = node_line
            """The widget."""
            self.step = step
            """1 or -1."""

        @property
        def control(self) -> "NodeLine":
            """The widget."""
            return self.node_line

    class Left(Message):
        """The person is done."""

        def __init__(self, node_line: "NodeLine", *, keeps: bool) -> None:
            super().__init__()
            self.node_line = node_line
            """The widget."""
            self.keeps = keeps
            """Stay at what was found; else go back to where it began."""

        @property
        def control(self) -> "NodeLine":
            """The widget."""
            return self.node_line

    def __init__(self) -> None:
        super().__init__(placeholder="/ a part of a node's name; down: next")

    def on_mount(self) -> None:
        """Wait for keys."""
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look at once."""
        event.stop()
        self.post_message(self.Typed(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Stay there."""
        event.stop()
        self.post_message(self.Left(self, keeps=True))

    def on_key(self, event: events.Key) -> None:
        """Down and up go from one to the next, Esc goes back."""
        if event.key not in ("down", "up", "escape"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.post_message(self.Left(self, keeps=False))
        else:
            self.post_message(self.Stepped(self, 1 if event.key == "down" else -1))
