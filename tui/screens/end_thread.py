"""Asks before a thread is ended unanswered."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from graphdeck.tui import actions
from graphdeck.tui.clock import Clock
from graphdeck.tui.screens.read_first import ReadFirstScreen
from graphdeck.tui.text import one_line, safe
from graphdeck.tui.theme import MUTED, WARNING
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints

_CELLS = 58


class EndScreen(ReadFirstScreen[bool]):
    """Says what is lost with the thread; Enter never ends it."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("confirm")]

    def __init__(self, clock: Clock, about: str, lost: Sequence[str]) -> None:
        super().__init__(clock)
        self._about, self._lost = about, lost

    def compose(self) -> ComposeResult:
        """The thread, what is lost, a hint, the two keys."""
        lost = "\n".join(f"- {safe(sentence)}" for sentence in self._lost)
        with Vertical(id="dialog"):
            yield Static(Content.styled("End this thread?", "bold"), id="question")
            with VerticalScroll(id="detail", can_focus=False):
                yield Static(Content.styled(one_line(self._about, _CELLS), MUTED))
                yield Static(Content.styled(lost, WARNING))
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Show the keys."""
        labels = {"yes": "end it", "back": "no, go back"}
        hints = [
            KeyHint(action=each.id, key=each.shown_key, label=labels[each.id]) for each in actions.actions_of("confirm")
        ]
        self.query_one(KeyHints).show(hints)
        self.say("Nothing more of it runs; what has finished is kept.")

    def action_yes(self) -> None:
        """End it."""
        if self.counts():
            self.dismiss(True)

    def action_back(self) -> None:
        """Do nothing."""
        self.dismiss(False)
