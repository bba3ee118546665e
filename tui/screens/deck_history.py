"""The deck's keys for what is saved: steps and what they changed, branches, values found, seen whole and kept."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, Final

from textual import events, on

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.tui import bridge, history_bridge
from graphdeck.tui.clock import Clock
from graphdeck.tui.history_bridge import HistoryBridge
from graphdeck.tui.rules import Rules
from graphdeck.tui.screens.checkpoints import PAGE, Checkpoints, followed
from graphdeck.tui.screens.deck_threads import DeckThreads
from graphdeck.tui.screens.look import Look
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from graphdeck.graphs.differences import Change
    from graphdeck.graphs.values import Json
    from graphdeck.tui.widgets.difference_view import DifferenceView
    from graphdeck.tui.widgets.find_line import FindLine, For

MOST_INNER: Final = 30
"""Runs of unfolded subgraphs that are read of a thread, the newest ones: an agent may have called one very often."""
STEP_LINES: Final = 6
"""Lines of a text that a step changed, at the most, beside the timeline."""


class DeckHistory(DeckThreads):
    """What a person does to understand a thread."""

    def __init__(self, engine: Engine, clock: Clock, rules: Rules) -> None:
        super().__init__(engine, clock, rules)
        self._saved = HistoryBridge(engine, self)
        self._step: DifferenceView | None = None
        self._told: tuple[ThreadKey, CheckpointRow] | None = None
        self._changes: Sequence[Change] | None = None
        self._marked: CheckpointRow | None = None
        self._inner_asked: set[str] = set()
        self._thread = ThreadKey()

    # -- steps -------------------------------------------------------------------------------------------------------

    def see(self, look: Look) -> None:
        """Look at this; what the step of the timeline's cursor changed is shown beside it."""
        if not look.key.may_be(self._thread):
            self._marked = None
            self.panes.timeline.forget()
            self._inner_asked.clear()
        self._thread = look.key
        super().see(look)
        self._tell_step()
        self._read_unfolded()

    @on(Timeline.CheckpointHighlighted)
    @on(events.DescendantFocus)
    def _tell_step(self) -> None:
        """Show what the step of the cursor did, where the timeline is in sight."""
        if self._step is None:
            if self.look.history:
                self.call_after_refresh(self._make_step)
            return
        if self.is_covered or not self.panes.query_one("#timeline").display:
            return
        row = self.panes.timeline.highlighted
        if row is None:
            if self._told is not None and not self.look.history:
                self._told = self._changes = None
                self._step.show(())
            return
        told = (self.look.key, row)
        if told == self._told:
            return
        is_new = self._told is None or (told[0], row.checkpoint) != (self._told[0], self._told[1].checkpoint)
        self._told = told
        if is_new:
            self._changes = None
            if not row.error:
                self._saved.compare(told[0], row.checkpoint, None, ns=row.ns)
        self._show_step(row, self._step)

    def action_show_timeline(self) -> None:
        """Go to the checkpoints; what the step of the cursor changed is painted with them, not after them."""
        super().action_show_timeline()
        self._tell_step()

    def _make_step(self) -> None:
        """Make room for it before the timeline is shown, so that the screen is arranged once when it is."""
        from graphdeck.tui.widgets.difference_view import DifferenceView

        if self._step is None:
            self._step = DifferenceView(most=STEP_LINES, id="step")
            self.panes.timeline_pane.add_step(self._step)
            self._tell_step()

    def _show_step(self, row: CheckpointRow, step: "DifferenceView") -> None:
        from graphdeck.tui.step_lines import heading, step_lines

        changes = () if row.error else self._changes
        step.show(changes, [heading(row), *step_lines(row)], "" if row.error else "this step changed nothing")

    @on(history_bridge.Compared)
    def _compared(self, message: history_bridge.Compared) -> None:
        if message.thread != self.look.key:
            return
        if message.other is not None:
            self._show_difference(message)
        elif self._step is not None and self._told is not None and self._told[1].checkpoint == message.checkpoint:
            self._changes = message.changes
            self._show_step(self._told[1], self._step)

    def _view_step(self) -> None:
        """Show all that the step of the cursor changed."""
        from graphdeck.tui.screens.difference import DifferenceScreen

        if self._told is None or self._changes is None:
            self.say("no step has been read yet: go to a checkpoint", style=WARNING)
        else:
            row = self._told[1]
            inside = f" inside {row.ns}" if row.ns else ""
            self.app.push_screen(DifferenceScreen(f"what step {row.step}{inside} changed", self._changes))

    # -- history -----------------------------------------------------------------------------------------------------

    @on(Timeline.MoreWanted)
    def _older_wanted(self) -> None:
        if self.look.history:
            self._saved.read_older(self.look.key, self.look.history[-1].checkpoint, PAGE)

    @on(history_bridge.OlderRead)
    def _older_read(self, message: history_bridge.OlderRead) -> None:
        if message.thread == self.look.key:
            self.change(history=followed(self.look.history, message.rows, message.before))

    @on(Timeline.InnerWanted)
    def _inner_wanted(self, event: Timeline.InnerWanted) -> None:
        self._saved.read_inner(self.look.key, event.ns)

    @on(bridge.HistoryRead)
    def _inner_again(self) -> None:
        """Subgraphs that are still at work may have gone on."""
        growing = self.panes.timeline.growing
        if self.look.inner and self.look.history:
            from graphdeck.graphs.ran_tasks import subgraphs_of

            growing |= subgraphs_of(self.look.history[0].after).keys() & self.look.inner.keys()
        for ns in growing:
            self._saved.read_inner(self.look.key, ns)

    @on(history_bridge.InnerRead)
    def _inner_read(self, message: history_bridge.InnerRead) -> None:
        if message.thread == self.look.key:
            self.panes.timeline.show_inner({message.ns: message.rows})
            self.change(inner={**self.look.inner, message.ns: message.rows})

    def _read_unfolded(self) -> None:
        """Read what the subgraphs that are drawn in place did, as far as no run of this session tells it."""
        look, unfolded = self.look, self.panes.graph.unfolded
        if unfolded and look.history and (look.fresh is None or look.old is not None):
            from graphdeck.tui.screens.saved_view import unread

            wanted = (ns for ns in unread(look.history, look.inner, unfolded) if ns not in self._inner_asked)
            for ns in islice(wanted, max(0, MOST_INNER - len(self._inner_asked))):
                self._inner_asked.add(ns)
                self._saved.read_inner(look.key, ns)

    def action_other_branch(self) -> None:
        """Look at the end of the thread's next branch; the timeline's cursor goes along, since keys act on it."""
        history = self.look.history if isinstance(self.look.history, Checkpoints) else Checkpoints(self.look.history)
        branches = history.tree.branches
        if len(branches) < 2:
            self.say("this thread has one branch: a fork (f) makes another one", style=WARNING)
            return
        here = history.branch(self.look.old.checkpoint) if self.look.old else 0
        following = (here + 1) % len(branches)
        tip = branches[following].tip
        self.panes.timeline.go_to(tip)
        if following:
            self.bridge.read_state(self.look.thread, tip, file=self.look.file)
        else:
            self.see(self.look.with_old(None))

    # -- differences -------------------------------------------------------------------------------------------------

    def action_compare(self) -> None:
        """Mark a checkpoint; where one is marked, show what differs between the two."""
        row, marked = self.panes.timeline.highlighted, self._marked
        if self.panes.pane != "timeline":
            self.panes.go("timeline")
            self.say("d marks the checkpoint of the cursor, d on another one shows what differs")
        elif row is None:
            self.say("go to a checkpoint: this row opens what a subgraph did", style=WARNING)
        elif marked is None or marked.checkpoint == row.checkpoint:
            self._mark(row if marked is None else None)
        elif marked.ns != row.ns:
            self.say("these are of different graphs: only checkpoints of one can be compared", style=WARNING)
        else:
            self._compare(marked, row)

    def _mark(self, row: CheckpointRow | None) -> None:
        self._marked = row
        self.panes.timeline.marked = row.checkpoint if row else ""
        self.say(f"step {row.step} is marked: d on another one shows what differs, Esc takes it back" if row else "")

    def _compare(self, row: CheckpointRow, other: CheckpointRow) -> None:
        self._heading = f"from step {row.step} to step {other.step}"
        self._saved.compare(self.look.key, row.checkpoint, other.checkpoint, ns=row.ns)

    def _show_difference(self, message: history_bridge.Compared) -> None:
        from graphdeck.tui.screens.difference import DifferenceScreen

        self._mark(None)
        self.app.push_screen(DifferenceScreen(self._heading, message.changes))

    def action_back(self) -> None:
        """Take back the mark of a checkpoint, else as before."""
        if self._marked is not None and self.panes.pane == "timeline":
            self._mark(None)
        else:
            super().action_back()

    # -- in the state ------------------------------------------------------------------------------------------------

    async def action_filter(self) -> None:
        """Look for a text in the state, where that is what the person is in; else filter the threads."""
        if self.panes.pane == "state":
            await self._find("text")
        else:
            await super().action_filter()

    async def action_go_to_path(self) -> None:
        """Go to a value of the state by its path."""
        await self._find("path")

    async def _find(self, looks_for: "For") -> None:
        from graphdeck.tui.widgets.find_line import FindLine

        self.panes.go("state")
        for line in self.panes.query(FindLine):
            line.remove()
        await self.panes.query_one("#state").mount(FindLine(self.panes.state, looks_for))

    def on_find_line_searched(self, event: "FindLine.Searched") -> None:
        """Say what came of the search."""
        event.stop()
        self.say(event.said)

    def action_next_hit(self) -> None:
        """Go to the next place that has what was looked for."""
        self._go_to_hit(1)

    def action_previous_hit(self) -> None:
        """Go to the one before."""
        self._go_to_hit(-1)

    def _go_to_hit(self, step: int) -> None:
        if self.panes.state.hits:
            self.panes.go("state")
            self.panes.state.go_to_hit(step)
        else:
            self.say("nothing is looked for: / in the state (2) looks for a text", style=WARNING)

    def action_raw(self) -> None:
        """Show the state as JSON, or made readable."""
        self.panes.go("state")
        self.panes.state.raw = not self.panes.state.raw
        self.say("the state as it is in JSON: j makes it readable" if self.panes.state.raw else "")

    # -- whole values ------------------------------------------------------------------------------------------------

    @property
    def _selected(self) -> "tuple[str, Json] | None":
        """What is selected in the pane that has the focus, with its name; None where nothing is."""
        if self.focused is self.panes.timeline and self._changes:
            from graphdeck.tui.widgets.difference_lines import as_text

            return "difference", as_text(self._changes)
        selected: tuple[str, Json] | None = getattr(self.focused, "selected_whole", None)
        if selected is None and (text := getattr(self.focused, "selected_text", "")):
            return "text", text
        return selected

    def on_messages_view_message_chosen(self) -> None:
        """Show the message whole."""
        self.action_view()

    def on_difference_view_change_chosen(self) -> None:
        """Show the value whole."""
        self.action_view()

    def action_view(self) -> None:
        """Show the selected value or message whole."""
        from graphdeck.tui.screens.whole import ValueScreen

        if self.focused is self.panes.timeline:
            self._view_step()
        elif self._selected is None:
            self.say("nothing to view here", style=WARNING)
        else:
            self.app.push_screen(ValueScreen(*self._selected))

    def action_write(self) -> None:
        """Write the selected value to a file."""
        from graphdeck.tui.screens.to_file import ask_and_write, suggested_name

        if self._selected is None:
            self.say("nothing to write here", style=WARNING)
            return
        name, value = self._selected
        text = value if isinstance(value, str) else getattr(self.focused, "selected_text", "")
        told = suggested_name(name, value)
        ask_and_write(self, text, told, lambda said, style: self.say(said, style=style), self.clock)
