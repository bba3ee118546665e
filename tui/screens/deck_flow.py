"""The deck's flow: what the engine says changes what is looked at, and what is looked at is painted."""

import dataclasses
from collections.abc import Mapping
from typing import Final

from textual import on
from textual.worker import Worker, WorkerState

from graphdeck.graphs.engine import PAGE, Engine
from graphdeck.graphs.errors import MissingFileError, ThreadNotFound
from graphdeck.graphs.events import Checkpoint, Decided, Interrupt, RunEnded
from graphdeck.graphs.records import FileProblem, RunRequest, ThreadPage, ThreadRow
from graphdeck.tui import bridge
from graphdeck.tui.asked import Asked
from graphdeck.tui.bridge import Bridge
from graphdeck.tui.clock import Clock
from graphdeck.tui.rules import Rules, apply
from graphdeck.tui.screens import deck_lines
from graphdeck.tui.screens.checkpoints import refreshed
from graphdeck.tui.screens.deck_painting import DeckPainting
from graphdeck.tui.screens.look import Look
from graphdeck.tui.screens.thread_rows import ThreadRows
from graphdeck.tui.theme import ERROR
from graphdeck.tui.widgets.input_line import InputLine
from graphdeck.tui.widgets.log_lines import decided_text
from graphdeck.tui.widgets.run_state import RunView, fold, was_refused

LOOK_EVERY: Final = 0.5
"""Seconds between two looks whether a checkpoint file has changed."""


class DeckFlow(DeckPainting):
    """Follows the engine; what a person does is the deck's."""

    def __init__(self, engine: Engine, clock: Clock, rules: Rules) -> None:
        super().__init__(clock)
        self.rules = rules
        """What decides without a person."""
        self.bridge = Bridge(engine, self, rules)
        """The way to the engine."""
        self.asks = False
        """The thread's question opens as soon as it may."""
        self.earlier: Asked | None = None
        """What was asked before and was not taken, with the decisions so far: they are kept for the same question."""
        self._views: dict[str, RunView] = {}
        self._by_rule = ""
        self._typed_for = ""
        self._threads = ThreadRows()
        self._problems: tuple[FileProblem, ...] = ()

    # -- what is looked at -------------------------------------------------------------------------------------------

    def open_graph(self, graph: str, *, thread: Look | None = None) -> None:
        """Look at a graph, and at a new thread of it or at the given one."""
        shape = self.bridge.last_shape(graph)
        kept = thread or Look(run=self.look.run)
        self.panes.graph.tell(None)
        self.see(dataclasses.replace(kept, graph=graph, shape=shape))
        self.call_after_refresh(self.bridge.describe, graph)
        self.call_after_refresh(self.bridge.read_policy, graph)

    def open_thread(self, thread: str, row: ThreadRow | None = None) -> None:
        """Look at a thread, and at the graph that ran it; its question asks again."""
        old = self.look
        look = Look(graph=old.graph, shape=old.shape, thread=thread, row=row, live=self._views.get(thread), run=old.run)
        self.asks = True
        if row is not None and row.graph and row.graph != old.graph:
            self.open_graph(row.graph, thread=look)
        else:
            self.see(look)
        self.read_thread()

    def read_thread(self, *, at_once: bool = False) -> None:
        """Read the newest state of the thread; once that is painted, its checkpoints."""
        if self.look.thread and not self.look.refuses_saving:
            self.bridge.read_state(self.look.thread, file=self.look.file, at_once=at_once)

    @property
    def asked(self) -> Asked:
        """The thread's questions, with what rules decide of them; ValueError where none waits."""
        asked, snapshot = self.look.asked, self.look.snapshot
        if self.earlier is not None and self.earlier.key == asked.key:
            asked = asked.after(self.earlier)
        if self.policy is None or snapshot is None:
            return asked
        return dataclasses.replace(asked, sheet=apply(asked.sheet, self.policy, asked.thread, snapshot.file))

    def start(self, request: RunRequest) -> None:
        """Run the thread that is looked at, or the new one that the request names."""
        view = dataclasses.replace(self.look.with_old(None).view, thread=request.thread)
        if self.look.live is not None:  # even where the file has gone on without us
            view = dataclasses.replace(view, log=self.look.live.log, logged=self.look.live.logged)
        self._views[request.thread] = view
        self._by_rule = ""
        self.asks = False
        self._typed_for = request.thread if request.has_input else ""
        self.bridge.run(request)
        if self.bridge.last_shape(request.graph) is None:  # its source was edited
            self.bridge.describe(request.graph)
        look = self.look.with_old(None).without_questions()  # they ask again once they are read again
        self.see(dataclasses.replace(look, thread=request.thread, live=view, run=request.thread))

    # -- what the engine says ----------------------------------------------------------------------------------------

    @on(bridge.GraphDescribed)
    def _described(self, message: bridge.GraphDescribed) -> None:
        if message.graph == self.look.graph:
            self.panes.graph.tell(None)
            self.change(shape=message.shape)

    def look_around(self) -> None:
        """See whether the files have changed; a lease that another process lets go changes none."""
        if any(row.status == "running" and row.thread != self.look.run for row in self._threads.rows):
            self.bridge.read_threads(PAGE)
        else:
            self.bridge.look()

    def first_threads(self) -> None:
        """Show the first page of threads: at once where it has been read, so that the first paint has it."""
        page = self.bridge.first_threads()
        if page is None:
            self.bridge.read_threads(PAGE)
        else:
            self._show_page(page)

    def _show_page(self, page: ThreadPage) -> None:
        self.show_threads(self._threads.refreshed(page))
        if page.problems and page.problems != self._problems:  # once, and not at every look
            self.say(page.problems[0].message, page.problems[0].hint, ERROR)
        self._problems = page.problems

    @on(bridge.FilesChanged)
    def _files_changed(self) -> None:
        self.bridge.read_threads(PAGE)

    @on(bridge.ThreadsRead)
    def _threads_read(self, message: bridge.ThreadsRead) -> None:
        if self.is_covered:  # they are read again when they can be seen
            return
        if message.follows:
            self.show_threads(self._threads.followed(message.page))
        else:
            self._show_page(message.page)

    def show_threads(self, threads: ThreadRows) -> None:
        """Show these threads; the one that is looked at is read again where it has changed."""
        self._threads = threads
        self.panes.threads.list.show(threads.rows, more=threads.cursor is not None)
        row, known = threads.find(self.look.thread, self.look.file), self.look.row
        if row is None or row == known:
            return
        self.change(row=row)
        moved = known is None or (row.updated, row.status, row.interrupts) != (
            known.updated, known.status, known.interrupts
        )  # fmt: skip
        if moved and not self.look.running:
            self.read_thread()

    def more_threads(self) -> None:
        """Read the next page of threads."""
        if self._threads.cursor is not None:
            self.bridge.read_threads(PAGE, cursor=self._threads.cursor)

    @on(bridge.ThreadsChanged)
    def _threads_changed(self, message: bridge.ThreadsChanged) -> None:
        self.say(message.said)
        for _, thread in message.deleted:
            self._views.pop(thread, None)
        if (self.look.file, self.look.thread) in message.deleted:
            self.see(Look(graph=self.look.graph, shape=self.look.shape, run=self.look.run))
        self.show_threads(self._threads.without(message.deleted))
        self.bridge.read_threads(PAGE)

    @on(bridge.StateRead)
    def _state_read(self, message: bridge.StateRead) -> None:
        snapshot = message.snapshot
        if snapshot.thread != self.look.thread or self.look.file not in ("", snapshot.file):
            return
        if message.checkpoint is not None:
            self.see(self.look.with_old(snapshot))
            return
        self.policy = message.policy or self.policy
        look = self.look.with_state(snapshot)
        if snapshot.graph and not look.graph:
            self.open_graph(snapshot.graph, thread=look)
        else:
            self.see(look)
        self.panes.state.call_after_refresh(self.bridge.read_history, snapshot.thread, snapshot.file)

    @on(bridge.PolicyRead)
    def _policy_read(self, message: bridge.PolicyRead) -> None:
        if message.graph == self.look.graph:
            self.policy = message.policy
            self.paint_lines()

    @on(bridge.HistoryRead)
    def _history_read(self, message: bridge.HistoryRead) -> None:
        if (message.thread, message.file) == (self.look.thread, self.look.file):
            self.change(history=refreshed(self.look.history, message.rows))

    @on(bridge.RunEvents)
    def _run_events(self, message: bridge.RunEvents) -> None:
        thread = message.request.thread
        view = self._views[thread] = fold(self._views.get(thread, RunView()), message.events)
        ended = next((event for event in message.events if isinstance(event, RunEnded)), None)
        run = "" if ended else self.look.run
        if thread != self.look.thread:
            self.change(run=run)
        else:
            self.look = dataclasses.replace(self.look, run=run, live=view)
            reads = not self.look.refuses_saving
            if not (reads and ended is not None and ended.status == "waiting"):  # else what it asks comes at once
                self.see(self.look)
            if any(isinstance(event, Checkpoint | Interrupt | RunEnded) for event in message.events):
                self.read_thread(at_once=ended is not None)
        for event in message.events:
            if isinstance(event, Decided):
                self._by_rule = decided_text(event)
                self.say(self._by_rule)
        if ended is not None:
            self._run_over(message.request, ended)

    def _run_over(self, request: RunRequest, ended: RunEnded) -> None:
        thread = request.thread
        self.bridge.read_threads(PAGE)
        if ended.error is not None:
            self._not_taken(request.thread, ended.error)
        elif self.earlier is not None and self.earlier.thread == thread:
            self.earlier = self.earlier.without(request.resume)
        if was_refused(self._views[thread]):
            self._give_back(thread)
        if ended.error is not None:
            self.say(ended.error.get("message", ""), ended.error.get("hint", ""), ERROR)
        elif thread != self.look.thread:
            row = self._threads.find(thread)
            title = (row.title or row.first_text if row else "") or thread
            self.say(f"{title}: {deck_lines.ended(ended)}", "t goes to the threads")
        else:
            self.say(self._by_rule)
            self.asks = ended.status == "waiting"

    def _not_taken(self, thread: str, error: Mapping[str, str]) -> None:
        """What a person decided or edited came to nothing: ask again, with it, if its question still waits."""
        if self.earlier is not None and self.earlier.thread == thread:
            self.earlier = self.earlier.not_taken(error)
            self.asks = thread == self.look.thread

    def _give_back(self, thread: str) -> None:
        """A run of this thread was refused: bring back what was typed for it."""
        if self._typed_for == thread == self.look.thread:
            self.query_one(InputLine).give_back()
            self.query_one(InputLine).focus()

    @on(bridge.Failed)
    def _failed(self, message: bridge.Failed) -> None:
        error = message.error
        match message.kind:
            case "describe" if message.about == self.look.graph:
                self.change(shape=None)
                self.panes.graph.tell(error)
            case "describe":
                return
            case "threads" if isinstance(error, MissingFileError):  # the first run makes it
                self.show_threads(ThreadRows())
            case "run":
                self.change(run="")
                self._give_back(message.about)
                self._not_taken(message.about, error.to_dict())
                self.read_thread()
                self.tell(error)
            case "edit":
                self._not_taken(message.about, error.to_dict())
                self.tell(error)
            case "state" | "history" if isinstance(error, ThreadNotFound | MissingFileError):
                self._thread_missing(message.about)
            case _:
                self.see(self.look)
                self.tell(error)

    @on(Worker.StateChanged)
    def _work_failed(self, event: Worker.StateChanged) -> None:
        """A fault of ours: tell it, and let the person go on."""
        error = event.worker.error
        if event.state is not WorkerState.ERROR or error is None:
            return
        if event.worker.name == "run":
            self.change(run="")
        text = f"a fault in graphdeck itself: {type(error).__name__}: {error}"
        self.say(text, "nothing saved is lost; please report it", ERROR)

    def _thread_missing(self, thread: str) -> None:
        look = self.look
        if thread != look.thread or look.running:
            return
        if look.snapshot is not None:
            self.say("this thread is gone")
        elif look.live is None:
            self.say("this thread is new: its first input makes it")
        self.change(row=None, snapshot=None, history=(), old=None)
