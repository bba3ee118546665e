"""What the deck does with a thread that waits besides answering it: a new message, its end, an answer taken back."""

import uuid
from typing import TYPE_CHECKING

from textual import on

from graphdeck.graphs.events import RunEnded
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.tui import bridge
from graphdeck.tui.screens.deck_answers import DeckAnswers
from graphdeck.tui.screens.look import Refused
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.input_line import InputLine
from graphdeck.tui.widgets.run_state import RunView

if TYPE_CHECKING:
    from graphdeck.tui.screens.new_message import Way


class Later(Frozen):
    """What was typed for a thread whose question is rejected first."""

    thread: ThreadKey
    """The thread."""
    text: str
    """What was typed."""


class DeckWaiting(DeckAnswers):
    """The deck's keys that have to do with threads that wait, or that failed with their answers."""

    later: Later | None = None
    """What is sent once the run that rejects a question is done."""

    # -- input -------------------------------------------------------------------------------------------------------

    @on(InputLine.Submitted)
    def _submitted(self, event: InputLine.Submitted) -> None:
        self.with_graph(lambda: self._submit(event))

    def _submit(self, event: InputLine.Submitted) -> None:
        try:
            request = self.look.starting(event.text, str(uuid.uuid4()))
        except Refused as reason:
            self.say(str(reason), style=WARNING)
            return
        if request.drop_question:
            self._ask_what_becomes(event.text)
            return
        event.input_line.done()
        if event.mode == "json":  # a conversation is typed on; other input is followed by watching it run
            self.action_back()
        self.start(request)

    def _ask_what_becomes(self, text: str) -> None:
        """Ask what is to become of the question; until that is said, what was typed stays in its line."""
        from graphdeck.graphs.questions.consequences import dropped
        from graphdeck.tui.screens.new_message import NewMessageScreen

        thread, snapshot = self.look.key, self.look.snapshot
        assert snapshot is not None  # its question was read
        asked = self.look.asked.sheet

        def chosen(way: "Way | None") -> None:
            if way is None:
                return
            now = self.look.asked.sheet if self.look.questions else None
            if self.look.key != thread or now is None or now.seen() != asked.seen():
                self.say("another question waits by now: nothing was sent", style=WARNING)
                return
            try:
                self._send(way, text)
            except Refused as reason:
                self.say(str(reason), style=WARNING)

        self.app.push_screen(NewMessageScreen(self.clock, asked, self.look.askers, dropped(snapshot, "input")), chosen)

    def _send(self, way: "Way", text: str) -> None:
        """Reject the question and keep the text until that is done, or send the text in place of the question."""
        if way == "reject_first":
            from graphdeck.tui.screens.new_message import rejected

            asked = rejected(self.look.asked.sheet)
            request = self.look.answering(asked.answers(), asked.by("key"), asked.seen())
        else:
            request = self.look.starting(text, self.look.thread)
        self.query_one(InputLine).done()
        if not self.look.takes_text:
            self.action_back()
        self.start(request)
        if way == "reject_first":
            self.later = Later(thread=key_of(request), text=text)
            self.say("rejects the question; what you typed is sent when that is done")

    @on(bridge.RunEvents)
    def _send_later(self, message: bridge.RunEvents) -> None:
        ended = next((event for event in message.events if isinstance(event, RunEnded)), None)
        later = self.later
        if ended is None or later is None or later.thread != key_of(message.request):
            return
        self.later = None
        self.call_next(self._send_or_keep, later, ended)  # once the end is looked at

    @on(bridge.Failed)
    def _not_rejected(self, message: bridge.Failed) -> None:
        later = self.later
        if message.kind == "run" and later is not None and later.thread == (message.file, message.about):
            self.later = None
            self._keep(later, "the question was not rejected")

    def _send_or_keep(self, later: Later, ended: RunEnded) -> None:
        """Send what was typed; where the thread asks again, or its run failed, bring it back into its line."""
        may_start = later.thread == self.look.key and later.thread not in self.bridge.running
        if ended.status == "done" and may_start:
            try:
                self.start(self.look.after_rejection(later.text))
            except Refused as reason:
                self._keep(later, str(reason))
        else:
            self._keep(later, "it asks again" if ended.status == "waiting" else f"its run is {ended.status}")

    def _keep(self, later: Later, why: str) -> None:
        line = self.query_one(InputLine)
        if later.thread == self.look.key and not line.text:
            line.give_back()
            self.say(f"{why}: what you typed was not sent, and is in the input line", style=WARNING)
        else:
            self.say(f"{why}: what you typed was not sent", "up in the input line brings it back", WARNING)

    # -- ending, and taking back -------------------------------------------------------------------------------------

    def action_end_thread(self) -> None:
        """End the thread without answering it, after asking."""
        from graphdeck.graphs.questions.consequences import dropped
        from graphdeck.tui.screens.end_thread import EndScreen

        snapshot = self.look.snapshot
        if self.is_off("end_thread") or snapshot is None:
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self.asks = False
                self.with_graph(lambda: self.bridge.end(snapshot, self.look.graph))

        self.app.push_screen(EndScreen(self.clock, self.look.title, dropped(snapshot, "end")), confirmed)

    def action_take_back(self) -> None:
        """Take back the answer with which a node failed, to be asked again."""
        snapshot = self.look.snapshot
        if not self.is_off("take_back") and snapshot is not None:
            self.with_graph(lambda: self.bridge.repair(snapshot, self.look.graph))

    @on(bridge.ThreadActed)
    def _acted(self, message: bridge.ThreadActed) -> None:
        """What the run of this session says of the thread is over; its log stays."""
        ended = message.act == "end"
        self.say("the thread is ended" if ended else "the answer is taken back: it asks again")
        key = key_of(message)
        live = self._views.pop(key, None)
        if live is not None:
            self._views[key] = RunView(thread=live.thread, graph=live.graph, log=live.log, logged=live.logged)
        if key == self.look.key:
            self.change(live=self._views.get(key))
            self.asks = not ended
            self.read_thread()
        self.read_threads()
