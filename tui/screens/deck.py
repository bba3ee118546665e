"""The deck: a graph running, its state, its conversation, and the threads of the file.

Dialogs are imported where they open: the first paint need not wait for them.
"""

import dataclasses
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import BindingType
from textual.timer import Timer

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import TargetError
from graphdeck.graphs.records import WaitingRow
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.tui import actions, bridge
from graphdeck.tui.actions import Action
from graphdeck.tui.attention import Attention
from graphdeck.tui.clock import Clock
from graphdeck.tui.rules import Rules
from graphdeck.tui.screens import deck_lines
from graphdeck.tui.screens.deck_control import DeckControl
from graphdeck.tui.screens.deck_listing import LOOK_EVERY
from graphdeck.tui.screens.inbox_door import InboxDoor, thread_row
from graphdeck.tui.screens.look import Look
from graphdeck.tui.text import size
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.input_line import InputLine
from graphdeck.tui.widgets.key_footer import KeyFooter

if TYPE_CHECKING:
    from graphdeck.tools.policy import Policy

ASK_EVERY: Final = 0.1
"""Seconds between two looks whether a question may open by itself."""


class DeckScreen(DeckControl):
    """The main screen; carries out what a person wants."""

    AUTO_FOCUS = "GraphView"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("deck")]

    def __init__(
        self,
        engine: Engine,
        clock: Clock,
        *,
        graph: str | None,
        thread: str | None,
        pick: bool,
        inbox: bool,
        rules: Rules,
        attention: Attention,
    ) -> None:
        super().__init__(engine, clock, rules)
        self.inbox = InboxDoor(engine, clock, rules, attention, self.setups)
        """The way into the inbox."""
        self._first = (graph, thread)
        self._pick = pick
        self._inbox_first = inbox
        self._several = ""
        self._rounds: tuple[Timer, ...] = ()

    def on_mount(self) -> None:
        """Paint what is known at once; the engine adds to it."""
        graph, thread = self._first
        self.say("")
        self.see(Look())
        if graph:
            self.open_graph(graph)
        if thread:
            self.open_thread(thread)
            self.look = dataclasses.replace(self.look, is_graph_named=bool(graph))
        self.first_threads()
        if self._inbox_first:
            self.action_inbox()
        elif not graph and not thread and self._pick:
            self.action_open_target()
        elif not graph and not thread:  # a checkpoint file alone: its threads are what there is to see
            self.panes.go("threads")
        self._rounds = (self.set_interval(LOOK_EVERY, self.look_around), self.set_interval(ASK_EVERY, self.ask))

    def on_screen_suspend(self) -> None:
        """Rest while a dialog is open: whatever stirs below makes Textual paint the whole dialog again."""
        for timer in self._rounds:
            timer.pause()

    def on_screen_resume(self) -> None:
        """Look around again."""
        for timer in self._rounds:
            timer.resume()

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self.paint_lines()

    def on_descendant_focus(self) -> None:
        """The keys that matter are others in the input line."""
        self.paint_lines()

    # -- running -----------------------------------------------------------------------------------------------------

    def action_stop(self) -> None:
        """Copy what is selected; else the next step of the ladder: pause, cancel, kill."""
        selected = self.get_selected_text() or self.query_one(InputLine).selected_text
        if selected:
            self._copy(selected)
        else:
            self.say(self.bridge.stop(self.look.key) or self.look.why_not("stop"), style=WARNING)

    def action_rules(self) -> None:
        """Show the rules in force."""
        from graphdeck.tui.screens.policy import PolicyScreen

        def closed(policy: "Policy | None") -> None:
            self.policy = policy or self.policy
            self.paint_lines()

        self.app.push_screen(PolicyScreen(self.rules, self.look.graph, self.clock), closed)

    # -- graphs ------------------------------------------------------------------------------------------------------

    def action_open_target(self) -> None:
        """Choose a graph."""
        self._pick_graph()

    def _pick_graph(self, wanted: str = "") -> None:
        from graphdeck.tui.screens.picker import PickerScreen

        def chosen(target: str | None) -> None:
            if target is not None:
                self.open_graph(target)
                self.panes.go("graph")

        self.app.push_screen(PickerScreen(self.bridge.find_graphs, wanted), chosen)

    @on(bridge.GraphsFound)
    def _graphs_found(self, message: bridge.GraphsFound) -> None:
        from graphdeck.tui.screens.picker import PickerScreen

        for screen in self.app.screen_stack:
            if isinstance(screen, PickerScreen):
                screen.show(message.graphs)
        file, self._several = self._several, ""
        if file and self.is_active and any(info.target.startswith(f"{file}:") for info in message.graphs):
            self._pick_graph(f"{file}:")

    def action_refresh(self) -> None:
        """Read graph, threads and state again."""
        if self.look.graph:
            self.bridge.describe(self.look.graph, anew=True)
        self.read_threads()
        self.read_thread()
        self.say("read again")

    # -- the inbox ---------------------------------------------------------------------------------------------------

    @property
    def running(self) -> frozenset[ThreadKey]:
        """The threads that runs are on, those of the inbox among them."""
        return self.look.runs.union(self.inbox.running)

    def action_inbox(self) -> None:
        """Open everything that waits for a person."""
        screen, is_new = self.inbox.screen()
        if is_new:  # an installed screen is kept when it is left
            self.app.install_screen(screen, "inbox")
        self.app.push_screen(screen, self._inbox_left)

    def _inbox_left(self, row: WaitingRow | None) -> None:
        self.read_threads()
        if row is not None:
            self.open_thread(row.thread, thread_row(row))
        else:
            self.read_thread()

    @on(bridge.FilesChanged)
    def _count_waiting(self) -> None:
        if self.inbox.attention.is_on:
            self.bridge.count_waiting()

    @on(bridge.WaitingCounted)
    def _waiting_counted(self, message: bridge.WaitingCounted) -> None:
        self.inbox.attention.tell(message.total)

    # -- keys --------------------------------------------------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy what is selected in the pane."""
        text = getattr(self.focused, "selected_text", "") or getattr(self.focused, "selected", "")
        if text:
            self._copy(text)
        else:
            self.say("nothing to copy here", style=WARNING)

    def _copy(self, text: str) -> None:
        self.app.copy_to_clipboard(text)
        self.say(f"copied {size(len(text))}")

    def action_help(self) -> None:
        """List all keys; the chosen one is carried out."""
        from graphdeck.tui.screens.help import HelpScreen

        self.app.push_screen(HelpScreen(deck_lines.help_rows(self.why_not)), self._run_chosen)

    @on(KeyFooter.Chosen)
    def _key_clicked(self, event: KeyFooter.Chosen) -> None:
        self._run_chosen(event.action)

    def _run_chosen(self, chosen: Action | None) -> None:
        if chosen is not None:
            where = "app" if chosen.where == "app" else "screen"
            self.call_later(self.run_action, f"{where}.{chosen.id}")

    @on(bridge.Failed)
    def _target_is_a_file(self, message: bridge.Failed) -> None:
        """It may hold several graphs: let one be chosen."""
        if message.kind == "describe" and isinstance(message.error, TargetError) and message.about.endswith(".py"):
            self._several = message.about.removeprefix("./")
            self.bridge.find_graphs()
