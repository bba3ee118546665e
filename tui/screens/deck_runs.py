"""The deck's past runs: read from their records when they are asked for."""

from functools import cached_property
from typing import TYPE_CHECKING

from graphdeck.tui.screens.deck_forks import DeckForks

if TYPE_CHECKING:
    from graphdeck.tui.runs_bridge import RunRead, RunsBridge, RunsRead
    from graphdeck.tui.screens.runs import RunsScreen


class DeckRuns(DeckForks):
    """Shows the runs of the thread, and how one of them went."""

    _runs_screen: "RunsScreen | None" = None

    @cached_property
    def _runs_bridge(self) -> "RunsBridge":
        from graphdeck.tui.runs_bridge import RunsBridge  # the first paint reads no record

        return RunsBridge(self._engine, self)

    def action_runs(self) -> None:
        """Show the runs of the thread, or of all where none is open."""
        from graphdeck.tui.screens.runs import RunsScreen

        self._runs_screen = RunsScreen(self.look.thread, self.clock, self)
        self.app.push_screen(self._runs_screen, self._runs_left)
        self._runs_bridge.read_runs(self.look.thread)

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
