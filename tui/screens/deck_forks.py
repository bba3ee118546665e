"""The deck's keys for trying another way: run again from a checkpoint, write there, edit a message and go on."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual import on

from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.thread_key import key_of
from graphdeck.graphs.values import Json
from graphdeck.tui import bridge
from graphdeck.tui.screens.deck_waiting import DeckWaiting
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.input_line import InputLine

if TYPE_CHECKING:
    from graphdeck.graphs.forks import ForkPlan
    from graphdeck.tui.fork_bridge import ForkBridge, ForkWritten, MessagePlanRead, PlanRead, Purpose
    from graphdeck.tui.fork_form import ForkEdit, ForkForm


class DeckForks(DeckWaiting):
    """What a person does at a checkpoint of the thread: the one of the Timeline's cursor, the shown one, the newest."""

    _fork_bridge: "ForkBridge | None" = None
    _typed: InputLine.Submitted | None = None
    """What was typed to be sent at an older checkpoint, or at a breakpoint."""
    _draft: "ForkForm | None" = None
    """What was typed last and is not written: it comes back at the same checkpoint."""

    @property
    def forks(self) -> "ForkBridge":
        """The way to what is planned and written."""
        from graphdeck.tui.fork_bridge import ForkBridge

        if self._fork_bridge is None:
            self._fork_bridge = ForkBridge(self._engine, self)
        return self._fork_bridge

    # -- at a checkpoint ---------------------------------------------------------------------------------------------

    def action_run_again(self) -> None:
        """Run again from the checkpoint, or what wrote the message of the cursor, after asking."""
        message = self.panes.messages.highlighted if self.panes.pane == "messages" else None
        shown = self.look.shown
        if message is None or shown is None or shown.ns or self.is_off("run_again"):
            self._plan("run")
        elif not message.id or not message.source:
            self.say("this message has no id: run again from its checkpoint in the timeline (4)", style=WARNING)
        else:
            source, request = dict(message.source), self._request(shown.checkpoint)
            self.with_graph(lambda: self.forks.plan_anew(dataclasses.replace(request, graph=self.look.graph), source))

    def action_fork(self) -> None:
        """Write at the checkpoint."""
        self._plan("fork")

    def action_answer(self) -> None:
        """Open the question that waits; one of an older checkpoint is asked anew first, by running from there."""
        if self.look.old is not None:
            self._plan("run")
        else:
            super().action_answer()

    def _plan(self, purpose: "Purpose") -> None:
        if self.is_off("fork"):
            return
        row = self.panes.timeline.highlighted if self.panes.pane == "timeline" else None
        shown = self.look.shown
        checkpoint = row.checkpoint if row else shown.checkpoint if shown else None
        self.with_graph(lambda: self.forks.plan(self._request(checkpoint), purpose))

    def _request(self, checkpoint: str | None) -> RunRequest:
        look = self.look
        return RunRequest(graph=look.graph, thread=look.thread, file=look.file, checkpoint=checkpoint)

    def on_plan_read(self, message: "PlanRead") -> None:
        """Ask what was wanted, once it is known what comes of it."""
        plan, snapshot = message.plan, message.snapshot
        if not self._is_shown(plan) or self.is_off("fork"):
            return
        where = f"step {snapshot.step}" + (" (the newest)" if plan.is_head else "")
        if message.purpose in ("run", "anew"):
            does = "Write this message anew," if message.purpose == "anew" else "Run again"
            self._ask_to_run(plan, f"{does} from {where}?", lambda: self.start(self._request(plan.checkpoint)))
            return
        if message.purpose == "input":
            self._ask_to_send(plan, f"Send this at {where}?")
            return
        from graphdeck.tui.fork_form import ForkForm

        kept = self._draft
        same = kept is not None and (key_of(kept.plan), kept.plan.checkpoint) == (key_of(plan), plan.checkpoint)
        self._ask_to_write(kept if same and kept else ForkForm.of(plan, snapshot.values), f"Fork at {where}")

    def _is_shown(self, plan: "ForkPlan") -> bool:
        return self.is_active and key_of(plan) == self.look.key

    def _ask_to_run(self, plan: "ForkPlan", question: str, run: Callable[[], None]) -> None:
        from graphdeck.tui.screens.run_again import RunAgainScreen

        if plan.unreadable or not plan.runs:
            self.say(plan.headline, "f repairs it" if plan.unreadable else "f writes there", WARNING)
            return

        def chosen(yes: bool | None) -> None:
            if yes and not self.is_off("fork"):
                run()

        self.app.push_screen(RunAgainScreen(self.clock, plan, question), chosen)

    def _submit(self, event: InputLine.Submitted) -> None:
        """Ask first at an older checkpoint and at a breakpoint; until then, what was typed stays in its line."""
        old = self.look.old
        asks = not old.ns if old is not None else self.look.status == "breakpoint"
        if asks and not self.is_off("fork"):
            self._typed = event
            self.forks.plan(self._request(old.checkpoint if old is not None else None), "input")
        else:
            super()._submit(event)

    def _ask_to_send(self, plan: "ForkPlan", question: str) -> None:
        typed, old = self._typed, self.look.old
        if typed is not None and (old.checkpoint == plan.checkpoint if old is not None else plan.is_head):
            self._ask_to_run(plan, question, lambda: super(DeckForks, self)._submit(typed))

    def start(self, request: RunRequest) -> None:
        """Run the thread; say where it leaves the branch that was shown."""
        super().start(request)
        if request.checkpoint is not None:
            self.say("runs on another branch; the one that was there stays", "B shows it")

    # -- writing -----------------------------------------------------------------------------------------------------

    def _ask_to_write(self, fork: "ForkForm", heading: str, trouble: str = "") -> None:
        from graphdeck.tui.screens.fork import ForkScreen

        screen = ForkScreen(self.clock, fork, heading, trouble=trouble)

        def chosen(edit: "ForkEdit | None") -> None:
            self._draft = screen.fork
            if edit is not None:
                self.forks.write(screen.fork.plan, edit)

        self.app.push_screen(screen, chosen)

    def on_fork_written(self, message: "ForkWritten") -> None:
        """Look at what was written; a message is gone on with at once."""
        self._draft = None
        plan = message.plan
        self.read_threads()
        if key_of(plan) != self.look.key:
            return
        self.see(self.look.with_old(None))
        if message.goes_on and not self.is_off("fork"):
            self.written_at = plan.checkpoint
            self.start(self._request(None))
            self.say("runs on another branch; the one that was there stays", "B shows it")
        else:
            on_its_own = "" if plan.is_head else " on a branch of its own"
            keys = [*(["space goes on"] if plan.runs else []), *(["B shows the other"] if on_its_own else [])]
            self.say(f"written{on_its_own}; nothing has run", ", ".join(keys))
            self.read_thread(at_once=True)

    @on(bridge.Failed)
    def _not_written(self, message: bridge.Failed) -> None:
        """Ask again with what was typed, where that was not written."""
        if message.kind == "fork" and self._draft is not None and self._is_shown(self._draft.plan):
            self._ask_to_write(self._draft, "Fork", f"{message.error.message}; {message.error.hint}".rstrip("; "))

    # -- a message ---------------------------------------------------------------------------------------------------

    def action_edit_message(self) -> None:
        """Give a person's message another text, and go on from there."""
        if self.is_off("fork"):
            return
        message = self.panes.messages.highlighted if self.panes.pane == "messages" else None
        shown = self.look.shown
        if message is None or message.role != "human" or not message.id or not message.source or shown is None:
            self.panes.go("messages")
            self.say("go to a message of yours: M gives it another text, and goes on from there", style=WARNING)
            return
        source, request = dict(message.source), self._request(shown.checkpoint)
        self.with_graph(lambda: self.forks.plan_message(dataclasses.replace(request, graph=self.look.graph), source))

    def on_message_plan_read(self, message: "MessagePlanRead") -> None:
        """Ask for the other text."""
        from graphdeck.graphs.forks import StateKey
        from graphdeck.tui.fork_form import ForkForm
        from graphdeck.tui.screens.fork import ForkScreen

        plan, source = message.plan, message.message
        key = _key_of(self.look.values, source)
        if not self._is_shown(plan) or not key:
            return
        content: dict[str, Json] = {"content": source["content"]}
        fork = ForkForm.of(dataclasses.replace(plan, keys=(StateKey(name="content"),)), content)

        def chosen(edit: "ForkEdit | None") -> None:
            if edit is not None and edit.values and not self.is_off("fork"):
                changed: Json = [{**source, **edit.values}]
                written = dataclasses.replace(edit, values={key: changed}, replaced=())
                self.forks.write(plan, written, goes_on=True)

        self.app.push_screen(ForkScreen(self.clock, fork, "Edit this message, and go on", runs=True), chosen)


def _key_of(values: Mapping[str, Json], message: Mapping[str, Json]) -> str:
    """The state key whose list holds a message."""
    for key, messages in values.items():
        for each in messages if isinstance(messages, list) else ():
            if isinstance(each, dict) and each.get("id") == message["id"]:
                return key
    return ""
