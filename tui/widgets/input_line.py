"""The line in which a person writes to the graph: text, or JSON."""

import re
from typing import Literal, TypeAlias

from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widgets import TextArea

from graphdeck.tui.theme import glyphs

InputMode: TypeAlias = Literal["text", "json"]


class InputLine(TextArea):
    """Enter sends, Ctrl+J begins a new line, up and down bring back what was sent earlier; posts `Submitted`."""

    DEFAULT_CSS = """
    InputLine, InputLine:focus {
        border: none;
        padding: 0 1;
        height: auto;
        min-height: 1;
        max-height: 8;
        background: transparent;
        scrollbar-size-vertical: 1;
    }
    """

    mode: reactive[InputMode] = reactive[InputMode]("text")
    """What is sent: text as a message, or JSON as it stands."""

    class Submitted(Message):
        """Enter was pressed on a text that is not empty."""

        def __init__(self, input_line: "InputLine", text: str, mode: InputMode) -> None:
            super().__init__()
            self.input_line = input_line
            """The widget."""
            self.text = text
            """What was written."""
            self.mode = mode
            """Whether it is text or JSON."""

        @property
        def control(self) -> "InputLine":
            """The widget."""
            return self.input_line

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, compact=True, highlight_cursor_line=False)
        self.cursor_blink = False  # it would send bytes over SSH all day long
        self._sent: list[str] = []
        self._place = 0
        self._draft = ""
        self.watch_mode(self.mode)

    def watch_mode(self, mode: InputMode) -> None:
        """Say what is expected."""
        what = "message" if mode == "text" else "input as JSON"
        self.border_title = "text" if mode == "text" else "JSON"
        up = glyphs().up
        self.placeholder = f"{glyphs().cursor} {what} (Enter sends, Ctrl+J new line, {up} earlier input)"

    def render_line(self, y: int) -> Strip:
        """Paint a line; in a terminal of hardly any columns there are no cells, into which Textual fails to wrap."""
        return super().render_line(y) if self.content_size.width else Strip.blank(self.size.width)

    def done(self) -> None:
        """Keep what was sent for later and empty the line; the deck calls it once the text was taken."""
        if self.text.strip() and (not self._sent or self._sent[-1] != self.text):
            self._sent.append(self.text)
        self._place = len(self._sent)
        self._draft = ""
        self.text = ""

    def give_back(self) -> None:
        """Show again what was sent last, because it was refused; what is typed meanwhile is kept."""
        if self._sent and not self.text:
            self.text = self._sent.pop()
            self._place = len(self._sent)
            self.move_cursor(self.document.end)

    async def _on_key(self, event: events.Key) -> None:
        """Enter and Ctrl+J mean other things here than in a text area; up and down leave the first and last line."""
        match event.key:
            case "enter":
                event.stop()
                event.prevent_default()
                if self.text.strip():
                    self.post_message(self.Submitted(self, self.text, self.mode))
            case "ctrl+j":
                event.stop()
                event.prevent_default()
                self.insert("\n")
            case "up" if self._bring_back(-1):
                event.stop()
                event.prevent_default()
            case "down" if self._bring_back(1):
                event.stop()
                event.prevent_default()
            case _:
                pass  # Textual hands the key to the text area by itself

    async def _on_paste(self, event: events.Paste) -> None:
        """Pasted controls and direction overrides would reach the terminal, so they are left out."""
        event.stop()
        event.prevent_default()
        self.replace(typeable(event.text), *self.selection, maintain_selection_offset=False)

    def _bring_back(self, step: int) -> bool:
        """Show earlier or later input, where the cursor is on the first or last line; whether it did."""
        row = self.cursor_location[0]
        at_edge = row == 0 if step < 0 else row == self.document.line_count - 1
        place = self._place + step
        if not at_edge or not 0 <= place <= len(self._sent):
            return False
        if self._place == len(self._sent):
            self._draft = self.text
        self._place = place
        self.text = self._draft if place == len(self._sent) else self._sent[place]
        self.move_cursor(self.document.end)
        return True


def typeable(text: str) -> str:
    """Text as it could have been typed: line ends as line feeds, without controls and hidden direction changes."""
    if text.isascii() and text.isprintable():
        return text
    from graphdeck.tools.invisible import ALWAYS, TAGS  # plain text, which is most of it, needs no tables

    return re.sub(f"(?![\n\t])[{ALWAYS}{TAGS}]", "", re.sub("\r\n?", "\n", text))
