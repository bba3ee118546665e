"""Past runs, on the whole screen: which there are, and how the one of the cursor went."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from graphdeck.graphs.events import Event
from graphdeck.graphs.kept_runs import RunRecord
from graphdeck.graphs.timeline import RunTimeline
from graphdeck.graphs.usage import NONE, Usage, usage_by_node
from graphdeck.tui import actions
from graphdeck.tui.amounts import count_text
from graphdeck.tui.clock import Clock, duration
from graphdeck.tui.run_times import RunTimes
from graphdeck.tui.screens.to_file import suggested_name
from graphdeck.tui.screens.whole import WholeScreen
from graphdeck.tui.text import one_line
from graphdeck.tui.widgets.run_list import RunList
from graphdeck.tui.widgets.run_timeline import RunTimelineView


class RunsScreen(WholeScreen):
    """Runs above the timeline of one of them; posts `RunWanted` to the screen below for the one of the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("runs")]

    class RunWanted(Message):
        """The events of a run are to be shown."""

        def __init__(self, run: str) -> None:
            super().__init__()
            self.run = run
            """The run's id."""

    def __init__(self, thread: str, clock: Clock, receiver: Widget) -> None:
        super().__init__(f"Runs of thread {thread}" if thread else "Runs of all threads", "runs")
        self._receiver = receiver
        self._runs = RunList(clock)
        self._timeline = RunTimelineView()
        self._found: Sequence[RunRecord] | None = None

    def body(self) -> Iterable[Widget]:
        """The runs, the tasks of one, and what it used."""
        yield self._runs
        yield Static(id="tasks", markup=False, classes="hint")
        yield self._timeline
        yield Static(id="usage", markup=False, classes="hint")

    def on_mount(self) -> None:
        """Say that they are read, until they are there."""
        super().on_mount()
        self._runs.empty_text = "reads them"
        self._timeline.empty_text = ""
        self._runs.focus()
        if self._found is not None:
            self.show_runs(self._found)

    def show_runs(self, runs: Sequence[RunRecord]) -> None:
        """Show the runs on record."""
        self._found = runs
        if not self._runs.is_attached:  # `on_mount` shows them
            return
        self._runs.styles.height = max(1, min(len(runs), self.size.height // 3))
        self._runs.show(runs, nothing="no run is on record")
        self.show_heading()

    def show_run(self, run: str, found: Sequence[Event]) -> None:
        """Show how a run went, if the cursor is still on it."""
        at = self._runs.highlighted
        if at is None or at.id != run:
            return
        timeline = RunTimes(found, at).timeline()
        self._timeline.empty_text = "no task ran"
        self._timeline.show(timeline)
        self._timeline.move_to(0)
        self.query_one("#tasks", Static).update(one_line(tasks_text(timeline), 400))
        self.query_one("#usage", Static).update(one_line(usage_text(found), 400))

    @on(RunList.RunHighlighted)
    def _highlighted(self, event: RunList.RunHighlighted) -> None:
        self._receiver.post_message(self.RunWanted(event.run.id))

    def action_tasks(self) -> None:
        """Go from the runs to the tasks, or back."""
        (self._runs if self._timeline.has_focus else self._timeline).focus()

    @property
    def detail(self) -> str:
        """How many there are."""
        return "" if self._found is None else f"{len(self._found):,}"

    @property
    def text(self) -> str:
        """The tasks, a line each."""
        return self._timeline.text

    @property
    def file_name(self) -> str:
        """A name made of the run's id."""
        at = self._runs.highlighted
        return suggested_name(f"run {at.id[:8] if at else ''}", "")


def tasks_text(timeline: RunTimeline) -> str:
    """How many tasks there were, and how long it took."""
    beside = f", {timeline.lanes} at the same time" if timeline.lanes > 1 else ""
    unnamed = f", {count_text(timeline.retries, 'failed attempt')} of tasks that look alike" if timeline.retries else ""
    idle = f", {duration(timeline.idle)} of it between tasks"
    return f"{count_text(len(timeline.tasks), 'task')}{beside}, {duration(timeline.total)} in all{idle}{unnamed}"


def usage_text(found: Sequence[Event]) -> str:
    """What its models used, in all and by node; empty where no message tells it."""
    used = usage_by_node(found)
    if not used:
        return ""
    total = sum(used.values(), NONE)
    nodes = ", ".join(f"{path} {usage.total:,}{_cost(usage, ' for ')}" for path, usage in used.items())
    return f"{total.total:,} tokens ({total.input:,} read, {total.output:,} written{_cost(total)}): {nodes}"


def _cost(usage: Usage, between: str = ", cost ") -> str:
    return "" if usage.cost is None else f"{between}{usage.cost:.4g}"
