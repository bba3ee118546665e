"""The deck's way to a text in any state: where it was found is shown, at its checkpoint and path."""

import dataclasses
from typing import TYPE_CHECKING

from textual import on

from graphdeck.graphs.records import Snapshot, ThreadRow
from graphdeck.graphs.thread_key import key_of
from graphdeck.tui import bridge
from graphdeck.tui.screens.deck_history import DeckHistory
from graphdeck.tui.screens.deck_threads import row_of
from graphdeck.tui.widgets.thread_row import title_of

if TYPE_CHECKING:
    from graphdeck.graphs.searching import SearchHit
    from graphdeck.tui.screens.find_text import Found


class DeckFinding(DeckHistory):
    """Opens the search, and goes to what is chosen of its hits."""

    _goal: "SearchHit | None" = None
    """What is to be shown as soon as its state is read."""
    _found: "Found | None" = None

    def action_find_text(self) -> None:
        """Look for a text in the states of all threads."""
        from graphdeck.tui.screens.find_text import FindTextScreen, Found

        screen = FindTextScreen(self._engine.search, self._found or Found(), self._name_of, self.clock)

        def closed(hit: "SearchHit | None") -> None:
            self._found = screen.found
            if hit is not None:
                self._go_to(hit)

        self.app.push_screen(screen, closed)

    def _name_of(self, hit: "SearchHit") -> str:
        row = self._threads.find(key_of(hit))
        return title_of(row) if row else hit.thread

    def _go_to(self, hit: "SearchHit") -> None:
        self._goal = hit
        row = self._threads.find(key_of(hit))
        self.open_thread(hit.thread, row or ThreadRow(thread=hit.thread, status="stopped", file=hit.file))
        self.asks = False  # to look is what was asked for

    @on(bridge.StateRead)
    def _state_of_goal(self, message: bridge.StateRead) -> None:
        goal, snapshot = self._goal, message.snapshot
        if goal is not None and key_of(goal) == key_of(snapshot):
            self.call_next(self._near, goal, snapshot, message.checkpoint)  # once it is looked at

    def _near(self, goal: "SearchHit", snapshot: Snapshot, asked: str | None) -> None:
        """Go on to the checkpoint, where the newest one was read first and is another one."""
        if goal is not self._goal or self.look.key != key_of(goal):
            return
        if asked is None:
            self.look = dataclasses.replace(self.look, row=self._threads.find(key_of(goal)) or row_of(snapshot))
            if snapshot.graph and snapshot.graph != self.look.graph:
                self.open_graph(snapshot.graph, thread=self.look)
            if snapshot.checkpoint != goal.checkpoint:
                self.bridge.read_state(
                    goal.thread, goal.checkpoint, ns=goal.ns, file=goal.file, at_once=True, compared=True
                )
                return
        self._goal = None
        self._show_goal(goal)

    def _show_goal(self, goal: "SearchHit") -> None:
        from graphdeck.tui.widgets.state_search import path_to

        if goal.where == "write":  # in no state, or only in a later one
            self.panes.go("timeline")
            self.say(f"at step {goal.step} was written {goal.path}: {goal.excerpt}")
            return
        self.panes.go("state")
        path = path_to(self.panes.state.values, goal.path)
        if path is not None:
            self.panes.state.open_path(path)
        self.say(f"{goal.path}: {goal.excerpt}")
