"""Asks what is to become of a question when a new message, or other input, is sent to the thread that waits."""

from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key, MouseDown
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static

from graphdeck.graphs.questions.model import Decision, Sheet
from graphdeck.tui import actions
from graphdeck.tui.approval_gate import ApprovalGate
from graphdeck.tui.clock import Clock
from graphdeck.tui.text import safe
from graphdeck.tui.theme import MUTED, WARNING
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


class NewMessageScreen(ModalScreen[Way | None]):
    """Offers to reject the question first, or to drop it; None keeps what was typed and sends nothing."""

    CSS_PATH = "confirm.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("message")]

    _keys = query_one(KeyHints)
    _hint = query_one("#hint", Static)

    def __init__(self, clock: Clock, asked: Sheet, askers: str, lost: Sequence[str]) -> None:
        super().__init__()
        self._clock, self._gate = clock, ApprovalGate()
        self._askers, self._lost = askers, lost
        self._rejecting = "reject it" if all(action.is_tool for action in asked.actions) else "say no (false)"
        self._why_not_reject = why_not_reject(asked)
        self._counts = False

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
        """Show the keys; they count once they have been seen."""
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
        self._say("what is typed is kept until it is sent")
        self.call_after_refresh(lambda: self._gate.note_painted(self._clock.monotonic()))

    def on_key(self, _: Key) -> None:
        """Note every key, before it does anything: who typed on has not read this."""
        self._counts = self._gate.may_decide(self._clock.monotonic())
        self._gate.note_key(self._clock.monotonic())

    @on(MouseDown)
    def _clicked(self) -> None:
        self._counts = self._gate.may_decide(self._clock.monotonic())

    def action_reject_first(self) -> None:
        """Reject the question properly, then send."""
        if self._why_not_reject:
            self._say(self._why_not_reject, WARNING)
        else:
            self._choose("reject_first")

    def action_drop(self) -> None:
        """Drop the question, and send."""
        self._choose("drop")

    def action_back(self) -> None:
        """Send nothing."""
        self.dismiss(None)

    def _choose(self, way: Way) -> None:
        if self._counts:
            self.dismiss(way)
        else:
            self._say("too soon after another key: press it again", WARNING)

    def _say(self, text: str, style: str = MUTED) -> None:
        self._hint.update(Content.styled(text, style))
