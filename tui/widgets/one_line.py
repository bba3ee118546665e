"""A line of text to edit, safe for what is pasted into it."""

from textual import events
from textual.widgets import Input

from graphdeck.tui.widgets.input_line import typeable


class OneLine(Input):
    """An Input that takes only what could have been typed, and keeps still while nothing is typed.

    A blinking cursor would send bytes over SSH all day long.
    """

    def __init__(self, text: str = "", *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(_first_line(text), placeholder=placeholder, id=id, select_on_focus=False)
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        """Take the first line of what is pasted, without what a terminal would obey."""
        event.stop()
        event.prevent_default()
        self.insert_text_at_cursor(_first_line(event.text))


def _first_line(text: str) -> str:
    return typeable(text).partition("\n")[0].replace("\t", " ")
