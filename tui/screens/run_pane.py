"""The tasks of the thread's run over time, while it runs and afterwards, under a line on what it took and used."""

from typing import Final

from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Static

from graphdeck.tui.clock import Clock, age
from graphdeck.tui.run_times import RunTimes, run_words
from graphdeck.tui.theme import MUTED, colour, glyphs
from graphdeck.tui.widgets.run_timeline import RunTimelineView

PICTURES_A_SECOND: Final = 5
"""Pictures of a run that goes on, however many events it tells meanwhile."""


class RunPane(Vertical):
    """Shows one run, and lets its bars grow; posts `Seen` when it comes into sight, to be told which run that is."""

    class Seen(Message):
        """It came into sight."""

    def __init__(self, clock: Clock) -> None:
        self.view = RunTimelineView(clock=clock)
        """The tasks."""
        self._line = Static(markup=False, classes="told")
        super().__init__(self._line, self.view, id="run")
        self._clock = clock
        self._run: RunTimes | None = None
        self._painted = -1
        self._pictures: Timer | None = None

    def on_mount(self) -> None:
        """Paint while it runs."""
        self._pictures = self.set_interval(1 / PICTURES_A_SECOND, self._next_picture, pause=True)

    def on_show(self) -> None:
        """Say that it is in sight."""
        self.post_message(self.Seen())

    def show(self, run: RunTimes | None, nothing: str = "") -> None:
        """Show a run from now on; where there is none, say `nothing`."""
        is_new, self._run = run is not self._run, run
        self.view.empty_text = "no task has run yet" if run else nothing
        if self._pictures is None:  # it is not mounted yet, and asks again when it is
            return
        if run is not None and run.goes_on:
            self._pictures.resume()
        if is_new or run is None or (not run.goes_on and run.told != self._painted):
            self._paint()

    def give_way(self) -> None:
        """Have the next picture later: a key is on its way to the screen."""
        if self._pictures is not None and self._run is not None and self._run.goes_on:
            self._pictures.reset()

    def _next_picture(self) -> None:
        if self._run is None or not self._run.goes_on:
            if self._pictures is not None:
                self._pictures.pause()
        elif self.screen.is_active and self.is_on_screen:
            self._paint()

    def _paint(self) -> None:
        run, now = self._run, self._clock.now()
        if run is None:
            self._line.update("", layout=False)
            self.view.forget()
            return
        self._painted = run.told
        timeline = run.timeline(now.isoformat())
        words = run_words(timeline, run.used, age(run.started, now))
        self._line.update(
            Content.assemble((f" {glyphs().of(run.status)} ", colour(run.status)), (words, MUTED)), layout=False
        )
        self.view.show(timeline)
