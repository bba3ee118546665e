"""The deck's runs over time: that of the thread, while it goes on and after it, and those on record."""

from functools import cached_property
from typing import TYPE_CHECKING, Final

from textual import on
from textual.timer import Timer

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import CheckpointRow, Snapshot
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.tui import bridge
from graphdeck.tui.clock import Clock
from graphdeck.tui.rules import Rules
from graphdeck.tui.screens.deck_forks import DeckForks
from graphdeck.tui.screens.look import Look
from graphdeck.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from graphdeck.tui.run_times import RunTimes
    from graphdeck.tui.runs_bridge import LastRunRead, RunRead, RunsBridge, RunsRead
    from graphdeck.tui.screens.runs import RunsScreen

REMEMBERED: Final = 20
"""Runs of this session that are kept, those of all threads that told something last."""
READ_EVERY: Final = 1.0
"""Seconds between two looks at the record of a run that another process is on."""
NO_RUN: Final = "no run of this thread is on record here"
NOTHING_YET: Final = "nothing has run yet"


class DeckRuns(DeckForks):
    """Shows the run of the thread over time, and how those on record went."""

    _runs_screen: "RunsScreen | None" = None

    def __init__(self, engine: Engine, clock: Clock, rules: Rules) -> None:
        super().__init__(engine, clock, rules)
        self._runs_told: dict[str, RunTimes] = {}
        self._last_run: tuple[ThreadKey, RunTimes | None] | None = None
        self._asked_for: tuple[ThreadKey, str, str] | None = None
        self._may_lag = False
        self._reads_again: Timer | None = None
        self._marks_of: CheckpointRow | None = None

    @cached_property
    def _runs_bridge(self) -> "RunsBridge":
        from graphdeck.tui.runs_bridge import RunsBridge  # the first paint reads no record

        return RunsBridge(self._engine, self)

    # -- the run of the thread ---------------------------------------------------------------------------------------

    @on(bridge.RunEvents)
    def _times_told(self, message: bridge.RunEvents) -> None:
        """Keep what a run tells of its tasks over time."""
        from graphdeck.tui.run_times import RunTimes

        run = message.events[0].run
        times = self._runs_told.pop(run, None) or RunTimes()
        times.add(message.events)
        self._runs_told = dict([*self._runs_told.items(), (run, times)][-REMEMBERED:])

    def see(self, look: Look) -> None:
        """Look at this; the tasks that are shown over time are those of its run."""
        super().see(look)
        self._show_times()

    def on_run_pane_seen(self) -> None:
        """Show the run of the thread, now that it can be seen."""
        self._show_times()

    def _show_times(self) -> None:
        if self.is_covered:
            return
        look, pane = self.look, self.panes.timeline_pane
        told = self._runs_told.get(look.fresh.run) if look.fresh else None
        pane.know_run(told is not None)
        if pane.run is None or not pane.run.is_on_screen:
            return
        if told is None and look.snapshot is not None:
            told = self._kept_run(look.key, look.snapshot)
        pane.run.show(told, NO_RUN if look.thread else NOTHING_YET)
        self._mark_tasks()

    def _kept_run(self, thread: ThreadKey, snapshot: Snapshot) -> "RunTimes | None":
        """The newest run on record of a thread; it is read again where the thread has gone on."""
        asked = (thread, snapshot.checkpoint, snapshot.status)
        if asked != self._asked_for:
            self._asked_for, self._may_lag = asked, True
            self._runs_bridge.read_last_run(thread)
        return self._last_run[1] if self._last_run is not None and self._last_run[0] == thread else None

    def on_last_run_read(self, message: "LastRunRead") -> None:
        """Show it."""
        from graphdeck.tui.run_times import RunTimes

        run = message.run
        self._last_run = (message.thread, RunTimes(message.events, run) if run else None)
        if self._reads_again is not None:
            self._reads_again.stop()
        if self._may_lag or self.look.elsewhere or (run is not None and run.status == "running"):
            self._reads_again = self.set_timer(READ_EVERY, self._read_again)
        self._may_lag = False
        self._show_times()

    def _read_again(self) -> None:
        """A record is written a moment after the checkpoints, and that of a run elsewhere grows without a word."""
        run = self.panes.timeline_pane.run
        if run is not None and run.is_on_screen:
            self._runs_bridge.read_last_run(self.look.key)
        else:
            self._asked_for = None

    @on(Timeline.CheckpointHighlighted)
    def _bring_tasks(self) -> None:
        self._mark_tasks(bring=True)

    def _mark_tasks(self, *, bring: bool = False) -> None:
        """Mark the tasks of the checkpoint that the cursor of the list is on."""
        row, run = self.panes.timeline.highlighted, self.panes.timeline_pane.run
        if run is not None and (row is not self._marks_of or bring):
            from graphdeck.graphs.ran_tasks import ids_of

            self._marks_of = row
            run.view.mark(set(ids_of(row.made_by)) if row else (), bring=bring)

    async def action_tasks(self) -> None:
        """Go to the tasks of the run over time, or back to the checkpoints."""
        self.panes.enter("timeline")
        await self.panes.timeline_pane.turn()

    def action_show_timeline(self) -> None:
        """Go to the checkpoints."""
        super().action_show_timeline()
        self.panes.timeline_pane.to_list()

    # -- runs on record ----------------------------------------------------------------------------------------------

    def action_runs(self) -> None:
        """Show the runs of the thread, or of all where none is open."""
        from graphdeck.tui.screens.runs import RunsScreen

        self._runs_screen = RunsScreen(self.look.thread, self.clock, self)
        self.app.push_screen(self._runs_screen, self._runs_left)
        self._runs_bridge.read_runs(self.look.key)

    def _runs_left(self, _: None) -> None:
        self._runs_screen = None

    def on_runs_read(self, message: "RunsRead") -> None:
        """List them."""
        if self._runs_screen is not None:
            self._runs_screen.show_runs(message.runs)

    def on_runs_screen_run_wanted(self, message: "RunsScreen.RunWanted") -> None:
        """Read how it went."""
        self._runs_bridge.read_run(message.run)

    def on_run_read(self, message: "RunRead") -> None:
        """Show how it went."""
        if self._runs_screen is not None:
            self._runs_screen.show_run(message.run, message.events)
