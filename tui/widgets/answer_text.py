"""A text field in which a person answers."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.events import Paste
from textual.message import Message
from textual.widgets import TextArea

from graphdeck.tui.widgets.input_line import typeable


class AnswerText(TextArea):
    """A text field where Enter submits and Ctrl+J is a new line."""

    DEFAULT_CSS = """
    AnswerText, AnswerText:focus { height: auto; max-height: 5; border: none; padding: 0 1; background: $panel; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Submit", show=False, priority=True),
        Binding("ctrl+j", "new_line", "New line", show=False, priority=True),
    ]

    class Submitted(Message):
        """Enter was pressed."""

    class Left(Message):
        """The cursor left the text by its first or last line."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step
            """Where to: -1 upwards, 1 downwards."""

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        super().__init__(text, id=id, compact=True, soft_wrap=True, highlight_cursor_line=False)
        self.cursor_blink = False  # keeps still while nothing is typed

    def show(self, text: str) -> None:
        """Show this text, the cursor at its end."""
        self.load_text(text)
        self.move_cursor(self.document.end)

    async def _on_paste(self, event: Paste) -> None:
        """Leave out what a terminal would obey: the field paints its text as it is."""
        event.stop()
        event.prevent_default()
        if not self.read_only:
            self.replace(typeable(event.text), *self.selection, maintain_selection_offset=False)

    def action_submit(self) -> None:
        """Hand the text on."""
        self.post_message(self.Submitted())

    def action_new_line(self) -> None:
        """Begin a new line."""
        if not self.read_only:
            self.insert("\n")

    def action_cursor_up(self, select: bool = False) -> None:
        """Go up a line, or out of the text."""
        if self.cursor_at_first_line and not select:
            self.post_message(self.Left(-1))
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        """Go down a line, or out of the text."""
        if self.cursor_at_last_line and not select:
            self.post_message(self.Left(1))
        super().action_cursor_down(select)
