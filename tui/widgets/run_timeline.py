"""The tasks of a run over time: a row a task, its bar beside those that ran at the same time."""

from collections.abc import Collection
from typing import ClassVar, Final

from textual.message import Message

from graphdeck.graphs.timeline import RunTimeline, TaskBar
from graphdeck.tui.bars import PartKind, bar, task_name
from graphdeck.tui.clock import Clock, duration
from graphdeck.tui.text import ascii_mode, fit
from graphdeck.tui.theme import MUTED, WARNING, colour, glyphs
from graphdeck.tui.widgets.part_rows import Part, PartRows
from graphdeck.tui.widgets.rows import Rows

_NAME_CELLS: Final = 24
"""Room for the name of a node, at the most."""
_TEXT_CELLS: Final = 100
"""Cells of a row in a text."""
_TIME_CELLS: Final = 8
_TRIES_CELLS: Final = 4
_FIXED: Final = 3 + _TIME_CELLS + _TRIES_CELLS
"""Cells of what every row has: mark, glyph, duration, attempts and the spaces between."""
_START_FROM: Final = 60
"""Cells of a row from which on it tells when its task began, too, and not by its bar alone."""
_FRAMES_A_SECOND: Final = 8


class RunTimelineView(PartRows):
    """Tasks with their bars; the row of the cursor is copied with its error. Posts `TaskChosen`.

    With a clock, the glyphs of those that run move, as often as it is told what to show.
    """

    clicks: ClassVar[int] = 2

    class TaskChosen(Message):
        """A task was chosen."""

        def __init__(self, run_timeline: "RunTimelineView", task: TaskBar) -> None:
            super().__init__()
            self.run_timeline = run_timeline
            """The widget."""
            self.task = task
            """The task."""

        @property
        def control(self) -> "RunTimelineView":
            """The widget."""
            return self.run_timeline

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._timeline = RunTimeline()
        self._newest = -1
        self._marked: Collection[str] = ()
        self._ascii_only = ascii_mode()
        self.empty_text = "no task has run"

    def show(self, timeline: RunTimeline) -> None:
        """Show a run's tasks; the cursor stays on its task, or goes on with the newest where it was on that.

        The view goes along with the cursor, unless that was scrolled out of sight.
        """
        on, top = self.selected, self.scroll_offset.y
        in_sight = on is None or top <= self.cursor < top + self.size.height
        newest = timeline.newest
        if on is None or self.cursor == self._newest:
            cursor = newest
        else:
            cursor = next((place for place, task in enumerate(timeline.tasks) if task.task == on.task), 0)
        self._timeline, self._newest = timeline, newest
        self.set_reactive(Rows.cursor, max(0, cursor))
        self.rows_changed()
        if timeline.tasks and in_sight:
            self.keep_in_view(self.cursor)

    def forget(self) -> None:
        """Show no run."""
        self.show(RunTimeline())

    def mark(self, tasks: Collection[str], *, bring: bool = False) -> None:
        """Mark tasks by their ids; `bring` the first of them into view."""
        if tasks != self._marked:
            self._marked = tasks
            self.refresh()
        if bring:
            place = next((place for place, task in enumerate(self._timeline.tasks) if task.task in tasks), None)
            if place is not None:
                self.keep_in_view(place)

    @property
    def selected(self) -> TaskBar | None:
        """The task of the cursor."""
        tasks = self._timeline.tasks
        return tasks[self.cursor] if 0 <= self.cursor < len(tasks) else None

    @property
    def selected_text(self) -> str:
        """What copying gives: the node, and its error where it has one."""
        task = self.selected
        if task is None:
            return ""
        return f"{task.path}: {task.why}" if task.why else task.path

    @property
    def text(self) -> str:
        """All tasks, a line each."""
        return "\n".join(self.row(index, _TEXT_CELLS).plain.rstrip() for index in range(self.row_count()))

    def row_count(self) -> int:
        """Number of tasks."""
        return len(self._timeline.tasks)

    def chosen(self, index: int) -> None:
        """Tell which one."""
        self.post_message(self.TaskChosen(self, self._timeline.tasks[index]))

    def parts(self, index: int, width: int) -> list[Part]:
        """Mark, glyph, node, start, bar, duration, attempts."""
        task, total = self._timeline.tasks[index], self._timeline.total
        begin = _TIME_CELLS if width >= _START_FROM else 0
        name = min(_NAME_CELLS, max(8, (width - _FIXED - begin) // 2))
        cells = max(0, width - _FIXED - begin - name)
        took = (total if task.end is None else task.end) - task.start
        tint = colour(task.status)
        mark = glyphs().cursor if task.task in self._marked else " "
        return [
            (mark, "bold"),
            (f"{glyphs().of(task.status, self._frame)} ", tint),
            (fit(task_name(task, name), name), ""),
            (fit(f"{duration(task.start)} ", begin, right=True), MUTED),
            *((part.text, _style(part.kind, tint)) for part in bar(task, total, cells, ascii_only=self._ascii_only)),
            (fit(duration(took) if task.attempts else task.status, _TIME_CELLS, right=True), ""),
            (fit(f" {glyphs().times}{task.attempts}" if task.retries else "", _TRIES_CELLS), WARNING),
        ]

    @property
    def _frame(self) -> int:
        return int(self._clock.monotonic() * _FRAMES_A_SECOND) if self._clock else 0


def _style(kind: PartKind, tint: str) -> str:
    return {"none": "", "work": tint, "again": f"{WARNING} bold", "wait": MUTED}[kind]
