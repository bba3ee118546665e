"""Small dialogs: one that asks before something cannot be undone, one that asks for a line of text."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from graphdeck.tui import actions
from graphdeck.tui.clock import Clock
from graphdeck.tui.screens.read_first import ReadFirstScreen
from graphdeck.tui.text import safe
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints
from graphdeck.tui.widgets.one_line import OneLine


class ConfirmScreen(ReadFirstScreen[bool]):
    """Asks whether to do something; Enter never says yes."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("confirm")]

    def __init__(self, clock: Clock, question: str, detail: str, yes: str) -> None:
        super().__init__(clock)
        self._question, self._detail, self._yes = question, detail, yes

    def compose(self) -> ComposeResult:
        """The question, what it means, a hint, the two keys."""
        with Vertical(id="dialog"):
            yield Static(Content.styled(safe(self._question), "bold"), id="question")
            yield Static(Content(safe(self._detail, lines=True)), id="detail")
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Show the keys."""
        labels = {"yes": self._yes, "back": "no, go back"}
        hints = [
            KeyHint(action=each.id, key=each.shown_key, label=labels[each.id]) for each in actions.actions_of("confirm")
        ]
        self.query_one(KeyHints).show(hints)
        self.query_one("#hint").display = False

    def action_yes(self) -> None:
        """Do it."""
        if self.counts():
            self.dismiss(True)

    def action_back(self) -> None:
        """Do nothing."""
        self.dismiss(False)


class LineScreen(ModalScreen[str | None]):
    """Asks for one line of text; None where the person went back."""

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "back", "back")]

    def __init__(self, question: str, text: str) -> None:
        super().__init__()
        self._question, self._text = question, text

    def compose(self) -> ComposeResult:
        """The question, and the line."""
        with Vertical(id="dialog"):
            yield Static(Content.styled(safe(self._question), "bold"), id="question")
            yield OneLine(self._text, id="line")
            yield Static(Content.styled("Enter keeps it, Esc goes back", "$text-muted"), id="detail")

    @on(Input.Submitted)
    def _keep(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)

    def action_back(self) -> None:
        """Change nothing."""
        self.dismiss(None)
