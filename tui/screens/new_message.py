"""Asks what is to become of a question when a new message, or other input, is sent to the thread that waits."""

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from graphdeck.graphs.questions.model import Decision, Sheet
from graphdeck.tui import actions
from graphdeck.tui.clock import Clock
from graphdeck.tui.screens.read_first import ReadFirstScreen
from graphdeck.tui.text import safe
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints

Way: TypeAlias = Literal["reject_first", "drop"]
"""What becomes of the question; the message follows."""


def why_not_reject(asked: Sheet) -> str:
    """Why not all that is asked can be rejected; empty where it can."""
    name = next((action.name for action in asked.actions if not action.may_reject), "")
    return f"{name} takes no rejection: answer it (a)" if name else ""


def rejected(asked: Sheet) -> Sheet:
    """The sheet with everything rejected, as a person would in the dialog; ValueError where that cannot be."""
    for index in range(len(asked.actions)):
        asked = asked.decide(index, Decision("reject"))
    return asked


class NewMessageScreen(ReadFirstScreen[Way | None]):
    """Offers to reject the question first, or to drop it; None keeps what was typed and sends nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("message")]

    _keys = query_one(KeyHints)

    def __init__(self, clock: Clock, asked: Sheet, askers: str, lost: Sequence[str]) -> None:
        super().__init__(clock)
        self._askers, self._lost = askers, lost
        self._rejecting = "reject it" if all(action.is_tool for action in asked.actions) else "say no (false)"
        self._why_not_reject = why_not_reject(asked)

    def compose(self) -> ComposeResult:
        """The question, what would be lost, a hint, the keys."""
        lost = "\n".join(f"- {safe(sentence)}" for sentence in self._lost)
        with Vertical(id="dialog"):
            yield Static(Content.styled(f"{safe(self._askers)} still waits for an answer", "bold"), id="question")
            with VerticalScroll(id="detail", can_focus=False):
                yield Static(Content("If the question is dropped:"))
                yield Static(Content.styled(lost, WARNING))
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Show the keys."""
        labels = {"reject_first": f"{self._rejecting} first, then send", "drop": "drop it and send", "back": "go back"}
        self._keys.show(
            [
                KeyHint(
                    action=each.id,
                    key=each.shown_key,
                    label=labels[each.id],
                    is_on=each.id != "reject_first" or not self._why_not_reject,
                )
                for each in actions.actions_of("message")
            ]
        )
        self.say("what is typed is kept until it is sent")

    def action_reject_first(self) -> None:
        """Reject the question properly, then send."""
        if self._why_not_reject:
            self.say(self._why_not_reject, WARNING)
        else:
            self._choose("reject_first")

    def action_drop(self) -> None:
        """Drop the question, and send."""
        self._choose("drop")

    def action_back(self) -> None:
        """Send nothing."""
        self.dismiss(None)

    def _choose(self, way: Way) -> None:
        if self.counts():
            self.dismiss(way)
