"""A dialog that asks a person something that cannot be undone: its keys count once it can have been read."""

from textual import on
from textual.content import Content
from textual.events import Key, MouseDown
from textual.screen import ModalScreen, ScreenResultType
from textual.widgets import Static

from graphdeck.tui.approval_gate import ApprovalGate
from graphdeck.tui.clock import Clock
from graphdeck.tui.theme import MUTED, WARNING


class ReadFirstScreen(ModalScreen[ScreenResultType]):
    """Tells whether a key or click is an answer to what is shown; has a line `#hint` for what it says of that."""

    CSS_PATH = "confirm.tcss"

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock, self._gate = clock, ApprovalGate()
        self._counts = False

    def on_mount(self) -> None:
        """Keys count once the dialog has been seen."""
        self.call_after_refresh(lambda: self._gate.note_painted(self._clock.monotonic()))

    def on_key(self, _: Key) -> None:
        """Note every key, before it does anything: who typed on has not read this."""
        self._counts = self._gate.may_decide(self._clock.monotonic())
        self._gate.note_key(self._clock.monotonic())

    @on(MouseDown)
    def _clicked(self) -> None:
        self._counts = self._gate.may_decide(self._clock.monotonic())

    def counts(self) -> bool:
        """Whether the key that was pressed decides; says why not."""
        if not self._counts:
            self.say("too soon after another key: press it again", WARNING)
        return self._counts

    def say(self, text: str, style: str = MUTED) -> None:
        """Put a sentence into the hint line."""
        hint = self.query_one("#hint", Static)
        hint.display = True
        hint.update(Content.styled(text, style))
