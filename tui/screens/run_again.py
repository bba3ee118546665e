"""Asks before a thread runs again from a checkpoint."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from graphdeck.graphs.forks import ForkPlan
from graphdeck.tui import actions
from graphdeck.tui.clock import Clock
from graphdeck.tui.screens.read_first import ReadFirstScreen
from graphdeck.tui.text import safe
from graphdeck.tui.theme import MUTED, WARNING
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints


class RunAgainScreen(ReadFirstScreen[bool]):
    """Says what runs and what that may repeat; Enter never runs it."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("confirm")]

    def __init__(self, clock: Clock, plan: ForkPlan, question: str) -> None:
        super().__init__(clock)
        self._plan, self._question = plan, question

    def compose(self) -> ComposeResult:
        """What runs, what else there is to know, a hint, the two keys."""
        with Vertical(id="dialog"):
            yield Static(Content.styled(safe(self._question), "bold"), id="question")
            with VerticalScroll(id="detail", can_focus=False):
                yield Static(Content.styled(safe(self._plan.headline), WARNING))
                yield Static(Content.styled("\n".join(f"- {safe(each)}" for each in self._plan.remarks), MUTED))
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Show the keys."""
        labels = {"yes": "run it", "back": "no, go back"}
        self.query_one(KeyHints).show(
            [
                KeyHint(action=each.id, key=each.shown_key, label=labels[each.id])
                for each in actions.actions_of("confirm")
            ]
        )

    def action_yes(self) -> None:
        """Run it."""
        if self.counts():
            self.dismiss(True)

    def action_back(self) -> None:
        """Do nothing."""
        self.dismiss(False)
