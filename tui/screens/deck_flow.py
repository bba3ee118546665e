"""The deck's flow: what the engine says changes what is looked at, and what is looked at is painted."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

from textual import on
from textual.worker import Worker, WorkerState

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import MissingFileError, ThreadNotFound
from graphdeck.graphs.events import Checkpoint, Decided, Interrupt, RunEnded
from graphdeck.graphs.records import RunRequest, ThreadRow
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.tui import bridge
from graphdeck.tui.asked import Asked, Earlier
from graphdeck.tui.clock import Clock
from graphdeck.tui.rules import Rules, apply
from graphdeck.tui.screens import deck_lines
from graphdeck.tui.screens.checkpoints import refreshed
from graphdeck.tui.screens.deck_listing import DeckListing
from graphdeck.tui.screens.look import Look
from graphdeck.tui.theme import ERROR
from graphdeck.tui.widgets.input_line import InputLine
from graphdeck.tui.widgets.log_lines import decided_text
from graphdeck.tui.widgets.run_state import RunView, fold, was_refused

LONG: Final = 4.0
"""Seconds from which on a graph takes long to load."""


class DeckFlow(DeckListing):
    """Follows the engine; what a person does is the deck's."""

    def __init__(self, engine: Engine, clock: Clock, rules: Rules) -> None:
        super().__init__(engine, clock, rules)
        self.asks = False
        """The thread's question opens as soon as it may."""
        self.earlier = Earlier()
        """What was asked before and was left or not taken, with the decisions so far."""
        self.written_at: str | None = None
        """Checkpoint at which something was written a moment ago, for a run that goes on from there."""
        self._views: dict[ThreadKey, RunView] = {}
        self._by_rule = ""
        self._typed_for: ThreadKey | None = None

    # -- what is looked at -------------------------------------------------------------------------------------------

    def see(self, look: Look) -> None:
        """Look at this; edges that were seen taken are kept, and belong to the graph from then on."""
        if look.shape is not None and look.view.taken.told:
            from graphdeck.tui.screens.drawn import drawn, unkept  # the first paint may know no graph yet

            if taken := unkept(look):
                self.bridge.keep_edges(look.graph, taken)
                look = dataclasses.replace(look, shape=drawn(look))
        super().see(look)

    def open_graph(self, graph: str, *, thread: Look | None = None) -> None:
        """Look at a graph, and at a new thread of it or at the given one."""
        shape = self.bridge.last_shape(graph)
        kept = thread or Look(runs=self.look.runs)
        self.panes.graph.tell(None)
        self.see(dataclasses.replace(kept, graph=graph, shape=shape))
        self.call_after_refresh(self._load, graph)
        self.call_after_refresh(self.bridge.read_policy, graph)

    def _load(self, graph: str) -> None:
        self.bridge.describe(graph)
        self.set_timer(LONG, lambda: self._tell_long(graph))

    def _tell_long(self, graph: str) -> None:
        if self.look.graph == graph and self.look.shape is None and self.bridge.loads(graph):
            self.panes.graph.tell_loading(graph)

    def open_thread(self, thread: str, row: ThreadRow | None = None) -> None:
        """Look at a thread, and at the graph that ran it; its question asks again."""
        old = self.look
        look = Look(graph=old.graph, shape=old.shape, thread=thread, row=row, runs=old.runs)
        look = dataclasses.replace(look, live=self._views.get(look.key))
        self.asks = True
        if row is not None and row.graph and row.graph != old.graph:
            self.open_graph(row.graph, thread=look)
        else:
            self.see(look)
        self.read_thread()

    @property
    def asked(self) -> Asked:
        """The thread's questions, with what rules decide of them; ValueError where none waits."""
        asked, snapshot = self.look.asked, self.look.snapshot
        if (earlier := self.earlier.get(asked.key)) is not None:
            asked = asked.after(earlier)
        if self.policy is None or snapshot is None:
            return asked
        return dataclasses.replace(asked, sheet=apply(asked.sheet, self.policy, asked.thread, snapshot.file))

    def start(self, request: RunRequest) -> None:
        """Run the thread that is looked at, or the new one that the request names."""
        key = key_of(request)
        view = dataclasses.replace(self.look.view_from(request.checkpoint or self.written_at), thread=request.thread)
        if self.look.live is not None:  # even where the file has gone on without us
            view = dataclasses.replace(view, log=self.look.live.log, logged=self.look.live.logged)
        self._views[key] = view
        self._by_rule, self.written_at = "", None
        self.asks = False
        self._typed_for = key if request.has_input else None
        self.bridge.run(request)
        if self.bridge.last_shape(request.graph) is None:  # its source was edited
            self.bridge.describe(request.graph)
        look = self.look.with_old(None).without_questions()  # they ask again once they are read again
        self.see(dataclasses.replace(look, thread=request.thread, live=view, runs=look.runs | {key}))

    # -- what the engine says ----------------------------------------------------------------------------------------

    @on(bridge.GraphDescribed)
    def _described(self, message: bridge.GraphDescribed) -> None:
        if message.graph == self.look.graph:
            self.panes.graph.tell(None)
            self.change(shape=message.shape)

    def threads_gone(self, threads: Sequence[ThreadKey]) -> None:
        """Threads were deleted: forget all that is known of them."""
        for thread in threads:
            self._views.pop(thread, None)
            self.earlier.forget(thread)
        if self.look.key in threads:
            self.see(Look(graph=self.look.graph, shape=self.look.shape, runs=self.look.runs))
        self.panes.threads.list.forget(threads)
        self.show_threads(self._threads.without(threads))
        self.read_threads()

    @on(bridge.StateRead)
    def _state_read(self, message: bridge.StateRead) -> None:
        snapshot = message.snapshot
        if not self.look.key.may_be(key_of(snapshot)):
            return
        if message.checkpoint is not None:
            self.see(self.look.with_old(snapshot))
            return
        if snapshot.status == "running" and message.ran and not self.look.running:
            self.read_thread()  # that was our own run, which has ended since
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
        if key_of(message) == self.look.key:
            self.change(history=refreshed(self.look.history, message.rows))

    @on(bridge.RunPlaced)
    def _run_placed(self, message: bridge.RunPlaced) -> None:
        """Whatever is kept by thread goes by the name that it has now."""
        was, now = message.was, message.now
        if was in self._views:
            self._views[now] = self._views.pop(was)
        if self._typed_for == was:
            self._typed_for = now
        file = now.file if self.look.key == was else self.look.run_file
        self.look = dataclasses.replace(self.look, runs=self.look.runs - {was} | {now}, run_file=file)

    @on(bridge.RunEvents)
    def _run_events(self, message: bridge.RunEvents) -> None:
        thread = key_of(message.request)
        view = self._views[thread] = fold(self._views.get(thread, RunView()), message.events)
        ended = next((event for event in message.events if isinstance(event, RunEnded)), None)
        runs = self.look.runs - {thread} if ended else self.look.runs
        if thread != self.look.key:
            if ended is not None:
                self.change(runs=runs)
        else:
            self.look = dataclasses.replace(self.look, runs=runs, live=view)
            if ended is not None and not was_refused(view):
                self.look = self.look.without_run(ended.status)
            reads = not self.look.refuses_saving
            asks_at_once = reads and ended is not None and ended.status == "waiting"
            if not (message.more or asks_at_once):  # else what follows is painted with it
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
        thread = key_of(request)
        self.read_threads()
        if ended.error is not None:
            self._not_taken(thread, ended.error)
        else:
            self.earlier.taken(thread, request.resume)
        if was_refused(self._views[thread]):
            self._give_back(thread)
        if ended.error is not None:
            self.say(ended.error.get("message", ""), ended.error.get("hint", ""), ERROR)
        elif thread == self.look.key and ended.status == "stopped" and was_refused(self._views[thread]):
            self.say("stopped before it began: nothing has run")
        elif thread != self.look.key:
            row = self._threads.find(thread)
            title = (row.title or row.first_text if row else "") or thread.thread
            self.say(f"{title}: {deck_lines.ended(ended)}", "t goes to the threads")
        else:
            self.say(self._by_rule)
            self.asks = ended.status == "waiting"

    def _not_taken(self, thread: ThreadKey, error: Mapping[str, str]) -> None:
        """What a person decided or edited came to nothing: ask again, with it, if its question still waits."""
        if self.earlier.not_taken(thread, error):
            self.asks = thread == self.look.key

    def _give_back(self, thread: ThreadKey) -> None:
        """A run of this thread was refused: bring back what was typed for it."""
        if self._typed_for == thread == self.look.key:
            self.query_one(InputLine).give_back()
            self.query_one(InputLine).focus()

    @on(bridge.Failed)
    def _failed(self, message: bridge.Failed) -> None:
        error, thread = message.error, ThreadKey(message.file, message.about)
        match message.kind:
            case "describe" if message.about == self.look.graph:
                self.change(shape=None)
                self.panes.graph.tell(error)
            case "describe":
                return
            case "threads":
                self.no_threads(error)
            case "run":
                self.change(runs=self.look.runs - {thread})
                self._give_back(thread)
                self._not_taken(thread, error.to_dict())
                self.read_thread()
                self.tell(error)
            case "edit":
                self._not_taken(thread, error.to_dict())
                self.tell(error)
            case "state" | "history" if isinstance(error, ThreadNotFound | MissingFileError):
                self._thread_missing(thread)
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
            self.change(runs=frozenset(self.bridge.running))
        text = f"a fault in graphdeck itself: {type(error).__name__}: {error}"
        self.say(text, "nothing saved is lost; please report it", ERROR)

    def _thread_missing(self, thread: ThreadKey) -> None:
        look = self.look
        if thread != look.key or look.running:
            return
        if look.snapshot is not None:
            self.say("this thread is gone")
        elif look.live is None:
            self.say("this thread is new: its first input makes it")
        self.change(row=None, snapshot=None, history=(), old=None)
