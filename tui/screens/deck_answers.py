"""The deck's questions: when one opens, and what becomes of an answer, or of an edit of the state before it."""

import asyncio
import dataclasses
import importlib
from typing import TYPE_CHECKING, Any, Final

from textual import on

from graphdeck.graphs.questions.model import Sheet
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.thread_key import key_of
from graphdeck.tui import bridge
from graphdeck.tui.approval_gate import ApprovalGate
from graphdeck.tui.asked import Asked
from graphdeck.tui.rules import forbidden, keep_grants
from graphdeck.tui.screens.deck_finding import DeckFinding
from graphdeck.tui.screens.look import Look, Refused
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.input_line import InputLine

if TYPE_CHECKING:
    from graphdeck.tui.screens.approval import Answered, ApprovalScreen, Outcome, StateEdit


_DIALOG: Final = "graphdeck.tui.screens.approval"


class DeckAnswers(DeckFinding):
    """The deck's keys that have to do with questions."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._gate = ApprovalGate()
        self._dialog: ApprovalScreen | None = None
        self._sent: Sheet | None = None  # its grants are kept once its answers are on their way

    def key_pressed(self) -> None:
        """Told by the app of every key, wherever it goes."""
        self._gate.note_key(self.clock.monotonic())
        self.bridge.keys.pressed()
        if self.panes.timeline_pane.run is not None:
            self.panes.timeline_pane.run.give_way()
        if self.is_active:  # under a dialog nobody has read it yet
            self.say("")

    def ask(self) -> None:
        """Open a question by itself, when nobody types and nothing else is open.

        A person who is in the middle of a text may type on at any moment: then the banner is enough.
        """
        line = self.query_one(InputLine)
        in_a_text = line.has_focus and bool(line.text)
        may_open = self._gate.may_open(self.clock.monotonic()) and not in_a_text
        if self.asks and self.look.questions and self.is_active and may_open:
            self._open_question()

    def see(self, look: Look) -> None:
        """Look at this, and paint it; where it asks, that first."""
        self.look = look
        if self.asks:
            self.ask()
        super().see(look)

    def start(self, request: RunRequest) -> None:
        """Run the thread; what it may be asked in is made ready meanwhile."""
        super().start(request)
        answered, self._sent = self._sent, None
        if answered is not None and request.resume:
            self._keep_grants(answered, request)
        self.run_worker(self._prepare_dialog(), name="dialog", exit_on_error=False)

    async def _prepare_dialog(self) -> None:
        dialog = await asyncio.to_thread(importlib.import_module, _DIALOG)
        dialog.ApprovalScreen.read_styles(self.app)

    def action_answer(self) -> None:
        """Open the question that waits."""
        if not self.is_off("answer"):
            self._open_question()

    def action_open_question(self) -> None:
        """Open the question that waits."""
        self.action_answer()

    def _open_question(self, asked: Asked | None = None) -> None:
        from graphdeck.tui.screens.approval import ApprovalScreen

        self.asks = False
        self._dialog = ApprovalScreen(asked or self.asked, self.clock)
        self.app.push_screen(self._dialog, self._decided)
        self.is_covered = True

    @on(bridge.GraphDescribed)
    def _tell_dialog(self, message: bridge.GraphDescribed) -> None:
        is_its_own = message.graph == self.look.graph and self.look.is_graph_known
        if is_its_own and self._dialog is not None:
            self._dialog.learn(message.shape)

    def _decided(self, outcome: "Outcome | None") -> None:
        assert outcome is not None  # the dialog always says which
        from graphdeck.tui.screens.approval import Answered, StateEdit

        self._dialog = None
        self.is_covered = False
        self.see(self.look)
        self.read_threads()
        asked = outcome.asked
        if isinstance(outcome, Answered):
            self.earlier.keep(asked)
            self._answered(outcome)
        elif isinstance(outcome, StateEdit):
            self.earlier.keep(asked)
            self._edited(outcome)
        else:
            self.earlier.leave(asked)
            if asked.by_hand:
                self.say(
                    f"decided {asked.by_hand} of {len(asked.sheet.actions)}, nothing is sent", "a goes on deciding"
                )

    def _answered(self, answered: "Answered") -> None:
        """Send the answers, unless a rule refuses them."""
        sheet, thread, file = answered.asked.sheet, answered.asked.thread, answered.asked.file
        if self.policy is not None:
            why = forbidden(sheet, answered.answers, self.policy, thread, file, edits_only=True)
            if why:
                self._open_question(dataclasses.replace(answered.asked, trouble=why))
                return
        self.with_graph(lambda: self._send_answers(answered))

    def _send_answers(self, answered: "Answered") -> None:
        if not answered.asked.key.may_be(self.look.key):  # a copy of a thread asks with the same ids
            self.say("nothing was sent: another thread is shown than the one that asked", style=WARNING)
            return
        self._sent = answered.asked.sheet
        try:
            self.start(self.look.answering(answered.answers, answered.by, self._sent.seen()))
        except Refused as reason:
            self.say(str(reason), style=WARNING)

    def _keep_grants(self, sheet: Sheet, request: RunRequest) -> None:
        try:
            keep_grants(sheet, request.file, request.thread)
        except OSError as error:
            self.say(f"the grant is not kept: {error}", style=WARNING)

    def _edited(self, edit: "StateEdit") -> None:
        """Have the state of the subgraph written; then its question is asked anew."""
        self.with_graph(lambda: self._write_state(edit))

    def _write_state(self, edit: "StateEdit") -> None:
        self.say("writes the state, to be asked again")
        request = RunRequest(graph=self.look.graph, thread=edit.asked.thread, file=edit.asked.file)
        self.bridge.edit_state(request, edit.ns, edit.values)

    @on(bridge.StateWritten)
    def _state_written(self, message: bridge.StateWritten) -> None:
        request = message.request
        key = key_of(request)
        self.earlier.written(key)
        if key == self.look.key and not self.look.running:
            self.start(request)
        else:
            self.say("the state is written; space goes on with its thread, and asks again")
