"""The inbox: everything that waits for a person, over all threads of all files, answered in place."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType
from textual.worker import Worker, WorkerState

from graphdeck.graphs.errors import MissingFileError
from graphdeck.graphs.events import RunEnded
from graphdeck.graphs.questions.model import Sheet
from graphdeck.graphs.records import RunRequest, Snapshot, WaitingRow
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.tui import actions, bridge
from graphdeck.tui.rules import forbidden, keep_grants
from graphdeck.tui.screens import inbox_lines
from graphdeck.tui.screens.inbox_flow import InboxFlow
from graphdeck.tui.screens.inbox_rows import InboxRows, next_to_answer, same_question
from graphdeck.tui.screens.picker import PickerScreen
from graphdeck.tui.screens.whose import NOT_KNOWN, whose
from graphdeck.tui.theme import ERROR, WARNING
from graphdeck.tui.widgets.key_footer import KeyFooter
from graphdeck.tui.widgets.question_panel import QuestionPanel

_NOTHING: Final = Sheet(())


class InboxScreen(InboxFlow):
    """Lists what waits and asks it; gives the thread that the deck is to show, or None. Runs go on when it is left."""

    CSS_PATH = "inbox.tcss"
    AUTO_FOCUS = "InboxList"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("inbox")]

    _last_target = ""
    """The target that was named last for a thread without one."""

    # -- answering ---------------------------------------------------------------------------------------------------

    @on(QuestionPanel.Decided)
    def _decided(self, event: QuestionPanel.Decided) -> None:
        row = self.on_screen
        if row is None or key_of(row) != event.asked.key:
            return
        why = forbidden(event.asked.sheet, event.answers, self.policy, row.thread, row.file, edits_only=True)
        if why:
            self.panel.show(dataclasses.replace(event.asked, trouble=why))
        else:
            self._run(row, event)

    def _run(self, row: WaitingRow, decided: QuestionPanel.Decided | None = None) -> None:
        """Go on with a thread in a worker of its own, with what was decided."""
        answers, by, sheet = (decided.answers, decided.by, decided.asked.sheet) if decided else ({}, {}, _NOTHING)
        request = RunRequest(
            graph=row.graph, thread=row.thread, resume=answers, by=by, seen=sheet.seen(), file=row.file
        )

        def send(request: RunRequest) -> None:
            if decided is not None:
                self.earlier.keep(decided.asked)
            self.bridge.answer_as(row, request)
            self._sent(row, sheet)

        self._with_graph(row, request, send)

    @on(QuestionPanel.StateEdited)
    def _state_edited(self, event: QuestionPanel.StateEdited) -> None:
        row = self.on_screen
        if row is None or key_of(row) != event.asked.key:
            return

        def write(request: RunRequest) -> None:
            self.earlier.keep(event.asked)
            self.bridge.edit(row, request, event.ns, event.values)
            self.on_screen = None
            self.show(self.rows.answered(row))
            self.look(self.listing.highlighted)

        self._with_graph(row, RunRequest(graph=row.graph, thread=row.thread, file=row.file), write)

    def _with_graph(self, row: WaitingRow, request: RunRequest, go: Callable[[RunRequest], None]) -> None:
        """Do it at once where the thread's graph is known, else once a person has named it."""
        if row.graph:
            go(request)
            return

        def chosen(target: str | None) -> None:
            if target is None:
                self.say(NOT_KNOWN, style=WARNING)
            elif self._still_waits(row):
                self._last_target = target
                go(dataclasses.replace(request, graph=target))
            else:
                self.say("nothing was done: it does not wait any more", style=WARNING)

        keys = tuple(self.asked.snapshot.values) if self.asked and self.asked.snapshot else ()
        about = whose(row.thread, row.file, keys, self.size.width)
        self.app.push_screen(PickerScreen(self.bridge.find_graphs, about=about, start=self._last_target), chosen)

    def _still_waits(self, row: WaitingRow) -> bool:
        items = (item for item in self.rows.items() if key_of(item.row) == key_of(row))
        return any(item.status in ("waiting", "breakpoint") and same_question(item.row, row) for item in items)

    def _sent(self, row: WaitingRow, decided: Sheet) -> None:
        """Its run is on: go to the next question."""
        try:
            keep_grants(decided, row.file, row.thread)
        except OSError as error:
            self.say(f"the grant is not kept: {error}", style=WARNING)
        self.on_screen = None
        self.is_told_gone = True  # nothing is looked at before the cursor has moved
        self.show(self.rows.answered(row))
        index = next_to_answer(self.listing.items, self.listing.cursor)
        if index is not None:
            self.listing.move_to(index)
        self.look(self.listing.highlighted)

    @on(bridge.RunEvents)
    def _run_events(self, message: bridge.RunEvents) -> None:
        ended = next((event for event in message.events if isinstance(event, RunEnded)), None)
        if ended is not None:
            error = ended.error or {}
            key = key_of(message.request)
            if not error:
                self.earlier.taken(key, message.request.resume)
            self._run_over(key, error)

    @on(bridge.Failed)
    def _failed(self, message: bridge.Failed) -> None:
        error = message.error
        if message.kind == "run":
            self._run_over(ThreadKey(message.file, message.about), error.to_dict())
        elif message.kind == "waiting" and isinstance(error, MissingFileError):  # the first run makes it
            self.listing.empty_text = "nothing waits for you"
            self.show(InboxRows(newest_first=self.rows.newest_first))
        else:
            self.say(error.message, error.hint, ERROR)

    def _run_over(self, key: ThreadKey, error: Mapping[str, str]) -> None:
        row = self.rows.own[key].row if key in self.rows.own else None
        message = error.get("message", "")
        if error:
            self.earlier.not_taken(key, error)
            self.say(f"{inbox_lines.name(row) if row else key.thread}: {message}", style=ERROR)
        self.bridge.has_ended(key)
        self.rows = self.rows.ended(key, message)
        self.read()

    @on(Worker.StateChanged)
    def _work_failed(self, event: Worker.StateChanged) -> None:
        """A fault of ours: tell it, and let the person go on."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            text = f"a fault in graphdeck itself: {type(error).__name__}: {error}"
            self.say(text, "nothing saved is lost; please report it", ERROR)

    @on(bridge.GraphsFound)
    def _graphs_found(self, message: bridge.GraphsFound) -> None:
        if isinstance(self.app.screen, PickerScreen):
            self.app.screen.show(message.graphs)

    # -- what a person does ------------------------------------------------------------------------------------------

    def _is_off(self, name: str) -> bool:
        reason = self.why_not(name)
        if reason:
            self.say(reason, style=WARNING)
        return bool(reason)

    def action_choose(self) -> None:
        """Go to the question."""
        self.listing.action_choose()

    def action_go_on(self) -> None:
        """Go on behind a breakpoint."""
        item = self.listing.highlighted
        if item is not None and not self._is_off("go_on"):
            self._run(item.row)

    def action_filter(self) -> None:
        """Filter the list."""
        self.go_out()
        self.filter_line.focus()

    def action_order(self) -> None:
        """Turn the order round."""
        self.show(self.rows._replace(newest_first=not self.rows.newest_first))
        self.read()

    def action_end_thread(self) -> None:
        """End the thread without answering it, after asking."""
        from graphdeck.graphs.questions.consequences import dropped
        from graphdeck.tui.screens.end_thread import EndScreen

        item = self.listing.highlighted
        if item is None or self._is_off("end_thread"):
            return
        row = item.row

        def confirmed(yes: bool | None) -> None:
            if yes:
                about = RunRequest(graph=row.graph, thread=row.thread, file=row.file)
                self._with_graph(row, about, lambda request: self.bridge.end_as(row, request))

        known = self.asked.snapshot if self.asked and self.asked.key == key_of(row) else None
        lost = dropped(known or _only_questions(row), "end")
        self.app.push_screen(EndScreen(self._clock, inbox_lines.name(row), lost), confirmed)

    @on(bridge.ThreadActed)
    def _acted(self, message: bridge.ThreadActed) -> None:
        """Its question is gone by the person's own hand: the next one is shown, also where the list knew it first."""
        self.say("the thread is ended")
        key = key_of(message)
        if self.on_screen is not None and key_of(self.on_screen) == key:
            self.on_screen = None
        if self._gone is not None and key_of(self._gone[0]) == key:
            self.is_told_gone = False
        self.read()

    def action_open_thread(self) -> None:
        """Look at the thread in the deck."""
        item = self.listing.highlighted
        if item is not None:
            self._leave(item.row)

    def action_copy(self) -> None:
        """Copy the thread's id."""
        if not self._is_off("copy"):
            self.app.copy_to_clipboard(self.listing.selected_text)
            self.say("copied the thread's id")

    def action_back(self) -> None:
        """Back to the list, or to the deck."""
        if self.has_class("-reading"):
            self.go_out()
        else:
            self._leave(None)

    def _leave(self, row: WaitingRow | None) -> None:
        self.rows = self.rows.forgotten()
        self.dismiss(row)

    def action_help(self) -> None:
        """List all keys; the chosen one is carried out."""
        from graphdeck.tui.screens.help import HelpScreen  # where it opens, as in the deck

        self.app.push_screen(HelpScreen(inbox_lines.help_rows(self.why_not)), self._run_chosen)

    @on(KeyFooter.Chosen)
    def _key_clicked(self, event: KeyFooter.Chosen) -> None:
        self._run_chosen(event.action)

    def _run_chosen(self, chosen: actions.Action | None) -> None:
        if chosen is not None:
            where = "app" if chosen.where == "app" else "screen"
            self.call_later(self.run_action, f"{where}.{chosen.id}")


def _only_questions(row: WaitingRow) -> Snapshot:
    """What is known of a thread whose state has not been read."""
    return Snapshot(
        thread=row.thread,
        checkpoint=row.checkpoint,
        step=None,
        status="waiting",
        next=None,
        values={},
        interrupts=row.interrupts,
    )
