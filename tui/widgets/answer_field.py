"""The open text field of an approval: a reason, or a typed answer, with what exactly it will send."""

from typing import ClassVar, Literal

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Paste
from textual.message import Message
from textual.widgets import Static, TextArea

from graphdeck.graphs.questions.model import Decision
from graphdeck.graphs.questions.typed import sends, typed
from graphdeck.tui.text import one_line
from graphdeck.tui.theme import ACCENT, ERROR, MUTED
from graphdeck.tui.widgets.input_line import typeable


class AnswerText(TextArea):
    """A text field where Enter submits and Ctrl+J is a new line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Submit", show=False, priority=True),
        Binding("ctrl+j", "new_line", "New line", show=False, priority=True),
    ]

    class Submitted(Message):
        """Enter was pressed."""

    def on_mount(self) -> None:
        """Keep still while nothing is typed."""
        self.cursor_blink = False

    async def _on_paste(self, event: Paste) -> None:
        """Leave out what a terminal would obey: the field paints its text as it is."""
        event.stop()
        event.prevent_default()
        self.replace(typeable(event.text), *self.selection, maintain_selection_offset=False)

    def action_submit(self) -> None:
        """Hand the text on."""
        self.post_message(self.Submitted())

    def action_new_line(self) -> None:
        """Begin a new line."""
        self.insert("\n")


class AnswerField(Vertical):
    """Asks for a reason or an answer; closed until one of both is asked for."""

    DEFAULT_CSS = """
    AnswerField { height: auto; display: none; }
    AnswerField AnswerText { height: auto; max-height: 5; border: none; padding: 0 1; background: $panel; }
    AnswerField AnswerText:focus { border: none; }
    AnswerField Static { height: 1; }
    """

    class Submitted(Message):
        """Enter was pressed on what can be sent."""

        def __init__(self, control: "AnswerField", decision: Decision) -> None:
            super().__init__()
            self.field = control
            """The field."""
            self.decision = decision
            """The rejection with its reason, or the typed answer."""

        @property
        def control(self) -> "AnswerField":
            """The field."""
            return self.field

    class Typed(Message):
        """The text has changed."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.asks_for: Literal["", "reason", "answer"] = ""
        """What it asks for; empty while it is closed."""
        self._as_json = False

    def compose(self) -> ComposeResult:
        """What it is for, the text, what it sends."""
        yield Static(id="answer-prompt", markup=False)
        yield AnswerText(id="answer-text", compact=True, soft_wrap=True, highlight_cursor_line=False)
        yield Static(id="answer-preview", markup=False)

    def ask_reason(self) -> None:
        """Ask why something is rejected."""
        self._open("reason")

    def ask_answer(self, *, as_json: bool) -> None:
        """Ask for an answer, first as text or first as JSON."""
        self._as_json = as_json
        self._open("answer")

    def toggle_json(self) -> None:
        """Take the same answer as text instead of JSON, or the other way round."""
        self._as_json = not self._as_json
        self._refresh()

    def close(self) -> None:
        """Ask no more."""
        self.asks_for = ""
        self.display = False

    def _open(self, asks_for: Literal["reason", "answer"]) -> None:
        self.asks_for = asks_for
        self.display = True
        field = self.query_one(AnswerText)
        field.load_text("")
        field.focus()
        self._refresh()

    @on(TextArea.Changed)
    def _text_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._refresh()
        self.post_message(self.Typed())

    @on(AnswerText.Submitted)
    def _submit(self, event: AnswerText.Submitted) -> None:
        event.stop()
        text = self.query_one(AnswerText).text
        if self.asks_for == "reason":
            self.post_message(self.Submitted(self, Decision("reject", reason=text)))
        elif self.asks_for == "answer":
            try:
                value = typed(text, self._as_json)
            except ValueError:  # the preview says so already
                return
            self.post_message(self.Submitted(self, Decision("answer", value=value)))

    def on_resize(self) -> None:
        """Cut the lines to the new width."""
        self._refresh()

    def _refresh(self) -> None:
        cells = max(20, self.size.width - 1)
        self.query_one("#answer-prompt", Static).update(Content.styled(one_line(self._prompt(), cells), MUTED))
        try:
            shown, style = self._preview(), ACCENT
        except ValueError as refused:
            shown, style = str(refused), ERROR
        self.query_one("#answer-preview", Static).update(Content.styled(one_line(shown, cells), style))

    def _prompt(self) -> str:
        if self.asks_for == "reason":
            return "why it is rejected (may stay empty); Enter rejects"
        kind, other = ("JSON", "text") if self._as_json else ("text", "JSON")
        return f"your answer as {kind} (Ctrl+T: as {other}); Enter takes it, Ctrl+J new line"

    def _preview(self) -> str:
        text = self.query_one(AnswerText).text
        if self.asks_for == "reason":
            return f"rejects: {text}" if text else "rejects without a reason"
        return sends(text, self._as_json)
