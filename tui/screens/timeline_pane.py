"""The deck's timeline: the checkpoints, what the step of their cursor changed, and the tasks of the run over time."""

from typing import TYPE_CHECKING, Final

from textual.widget import AwaitMount, Widget

from graphdeck.tui.clock import Clock
from graphdeck.tui.screens.pane import Pane
from graphdeck.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from graphdeck.tui.screens.run_pane import RunPane
    from graphdeck.tui.widgets.difference_view import DifferenceView

BESIDE_FROM: Final = 100
"""Columns from which on two stand beside each other where the pane has the screen for itself."""
THREE_FROM: Final = {True: 200, False: 150}
"""Columns of the screen from which on all three do, by whether the other panes are shown, too."""


class TimelinePane(Pane):
    """Checkpoints; the step stands beside or below them. The run takes its place, in a narrow one that of both.

    Until a person chooses, the run is shown where it does not hide the checkpoints, and one of this session is known.
    """

    def __init__(self, clock: Clock) -> None:
        self.list = Timeline(clock=clock)
        """The checkpoints."""
        super().__init__("timeline", self.list)
        self.run: RunPane | None = None
        """The tasks of the run; None before they were shown for the first time."""
        self._mounting: AwaitMount | None = None
        self._step: DifferenceView | None = None
        self._clock = clock
        self._beside = 0  # how many stand beside the checkpoints, not below
        self._chosen: bool | None = None
        self._knows_run = False

    @property
    def shows_run(self) -> bool:
        """Whether the tasks of the run are in sight, as soon as the pane is."""
        chosen = self._knows_run and self._beside > 0 if self._chosen is None else self._chosen
        return chosen or self._beside > 1

    @property
    def main(self) -> Widget:
        """What takes the focus: the tasks, where a person went to them."""
        return self.run.view if self.run is not None and self._chosen else self.list

    def fit_to(self, columns: int, *, with_others: bool) -> None:
        """Arrange for a screen of so many columns; `with_others` where all panes share it."""
        two = with_others or columns >= BESIDE_FROM
        self._beside = 2 if columns >= THREE_FROM[with_others] else int(two)
        self._lay_out()

    def know_run(self, known: bool) -> None:
        """A run of this session is there to be shown, or none."""
        if known != self._knows_run:
            self._knows_run = known
            self._lay_out()

    async def turn(self) -> None:
        """Go to the tasks of the run; from there back to the checkpoints."""
        leaves = self.run is not None and self.run.view.has_focus
        self._chosen = not leaves
        self._lay_out()
        if leaves or self.run is None:
            self.screen.set_focus(self.list)
            return
        if self._mounting is not None:
            await self._mounting
        self.screen.set_focus(self.run.view)

    def to_list(self) -> None:
        """Go to the checkpoints."""
        if not self._beside:
            self._chosen = False
        self._lay_out()
        self.list.focus()

    def add_step(self, step: "DifferenceView") -> None:
        """Make room for what a step changed."""
        self._step = step
        self.mount(step)
        self._lay_out()

    def _lay_out(self) -> None:
        if not self.display:
            return
        run = self.shows_run
        if run and self.run is None:
            from graphdeck.tui.screens.run_pane import RunPane  # the first paint has none

            self.run = RunPane(self._clock)
            self._mounting = self.mount(self.run, after=self.list)
        self.set_class(self._beside > 0, "-beside")
        self.list.display = self._beside > 0 or not run
        if self._step is not None:
            self._step.display = not run or self._beside > 1
        if self.run is not None:
            self.run.display = run
