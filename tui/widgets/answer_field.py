"""The open text field of a question: a reason, what is said for a tool, or an answer, with what exactly it sends."""

from typing import Literal, TypeAlias

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, TextArea

from graphdeck.graphs.questions.model import Decision
from graphdeck.graphs.questions.typed import sends, typed
from graphdeck.tui.text import one_line
from graphdeck.tui.theme import ACCENT, ERROR, MUTED
from graphdeck.tui.widgets.answer_text import AnswerText

Wanted: TypeAlias = Literal["", "reason", "respond", "answer"]
"""What the field asks for; empty while it is closed."""


class AnswerField(Vertical):
    """Asks for a text; closed until one is asked for."""

    DEFAULT_CSS = """
    AnswerField { height: auto; display: none; }
    AnswerField Static { height: 1; }
    """

    class Submitted(Message):
        """Enter was pressed on what can be sent."""

        def __init__(self, control: "AnswerField", decision: Decision) -> None:
            super().__init__()
            self.field = control
            """The field."""
            self.decision = decision
            """The rejection with its reason, what is said for the tool, or the typed answer."""

        @property
        def control(self) -> "AnswerField":
            """The field."""
            return self.field

    class Typed(Message):
        """The text has changed."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.asks_for: Wanted = ""
        """What it asks for."""
        self._as_json = False

    def ask(self, wanted: Wanted, text: str = "", *, as_json: bool = False) -> None:
        """Ask for this, with a text to begin with; an answer is taken as text or as JSON first."""
        self.asks_for, self._as_json = wanted, as_json
        self.display = True
        if not self.children:  # only now: most questions are answered by a key
            prompt, preview = Static(id="answer-prompt", markup=False), Static(id="answer-preview", markup=False)
            self.mount(prompt, AnswerText(id="answer-text"), preview)
        field = self.query_one(AnswerText)
        field.show(text)
        field.focus()
        self._refresh()

    def toggle_json(self) -> None:
        """Take the same answer as text instead of JSON, or the other way round."""
        if self.asks_for == "answer":
            self._as_json = not self._as_json
            self._refresh()

    def close(self) -> None:
        """Ask no more."""
        self.asks_for = ""
        self.display = False

    @property
    def text(self) -> str:
        """What is typed."""
        return self.query_one(AnswerText).text

    @property
    def suffix(self) -> str:
        """The ending of a file that would hold what is typed."""
        return ".json" if self._as_json else ".txt"

    def put(self, text: str) -> None:
        """Take a text in place of what was typed."""
        self.query_one(AnswerText).show(text)

    @on(TextArea.Changed)
    def _text_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self._refresh()
        self.post_message(self.Typed())

    @on(AnswerText.Submitted)
    def _submit(self, event: AnswerText.Submitted) -> None:
        event.stop()
        if self.asks_for == "reason":
            self.post_message(self.Submitted(self, Decision("reject", reason=self.text)))
        elif self.asks_for == "respond":
            self.post_message(self.Submitted(self, Decision("respond", reason=self.text)))
        elif self.asks_for == "answer":
            try:
                value = typed(self.text, self._as_json)
            except ValueError:  # the preview says so already
                return
            self.post_message(self.Submitted(self, Decision("answer", value=value)))

    def on_resize(self) -> None:
        """Cut the lines to the new width."""
        if self.asks_for:
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
        if self.asks_for == "respond":
            return "what the model is told in the tool's place: the tool does not run; Enter takes it"
        kind, other = ("JSON", "text") if self._as_json else ("text", "JSON")
        return f"your answer as {kind} (Ctrl+T: as {other}); Enter takes it, Ctrl+J new line"

    def _preview(self) -> str:
        if self.asks_for == "reason":
            return f"rejects: {self.text}" if self.text else "rejects without a reason"
        if self.asks_for == "respond":
            return f"the tool's result will be: {self.text}" if self.text else "the tool's result will be empty"
        return sends(self.text, self._as_json)
