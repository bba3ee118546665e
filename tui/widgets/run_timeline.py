"""The tasks of a run over time: a row a task, its bar beside those that ran at the same time."""

from typing import Final

from textual.content import Content

from graphdeck.graphs.timeline import RunTimeline
from graphdeck.tui.bars import PartKind, bar, task_name
from graphdeck.tui.clock import duration
from graphdeck.tui.text import ascii_mode, fit
from graphdeck.tui.theme import MUTED, WARNING, colour, glyphs
from graphdeck.tui.widgets.rows import Rows

_NAME_CELLS: Final = 24
"""Room for the name of a node, at the most."""
_TEXT_CELLS: Final = 100
"""Cells of a row in a text."""
_TIME_CELLS: Final = 8
_TRIES_CELLS: Final = 4
_FIXED: Final = 3 + 2 * _TIME_CELLS + _TRIES_CELLS
"""Cells of what every row has: the glyph, the times, the attempts and the spaces between."""


class RunTimelineView(Rows):
    """Tasks with their bars; the row of the cursor is copied with its error."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._timeline = RunTimeline()
        self._ascii_only = ascii_mode()
        self.empty_text = "no task has run"

    def show(self, timeline: RunTimeline) -> None:
        """Show a run's tasks; the cursor stays on its task, or goes on with the newest where it was on that."""
        before, at_end = self._timeline.tasks, self.cursor >= len(self._timeline.tasks) - 1
        on = before[self.cursor].task if not at_end else ""
        self._timeline = timeline
        if at_end:
            cursor = len(timeline.tasks) - 1
        else:
            cursor = next((i for i, task in enumerate(timeline.tasks) if task.task == on), 0)
        self.set_reactive(Rows.cursor, max(0, cursor))
        self.rows_changed()
        if timeline.tasks:
            self.keep_in_view(self.cursor)

    @property
    def selected_text(self) -> str:
        """What copying gives: the node, and its error where it has one."""
        tasks = self._timeline.tasks
        if not 0 <= self.cursor < len(tasks):
            return ""
        task = tasks[self.cursor]
        return f"{task.path}: {task.why}" if task.why else task.path

    @property
    def text(self) -> str:
        """All tasks, a line each."""
        return "\n".join(self.row(index, _TEXT_CELLS).plain.rstrip() for index in range(self.row_count()))

    def row_count(self) -> int:
        """Number of tasks."""
        return len(self._timeline.tasks)

    def row(self, index: int, width: int) -> Content:
        """Glyph, node, start, bar, duration, attempts."""
        task, total = self._timeline.tasks[index], self._timeline.total
        name = min(_NAME_CELLS, max(8, (width - _FIXED) // 2))
        cells = max(0, width - _FIXED - name)
        took = (total if task.end is None else task.end) - task.start
        tint = colour(task.status)
        return Content.assemble(
            (f" {glyphs().of(task.status)} ", tint),
            (fit(task_name(task, name), name), ""),
            (fit(duration(task.start), _TIME_CELLS - 1, right=True) + " ", MUTED),
            *((part.text, _style(part.kind, tint)) for part in bar(task, total, cells, ascii_only=self._ascii_only)),
            (fit(duration(took) if task.attempts else task.status, _TIME_CELLS, right=True), ""),
            (fit(f" {glyphs().times}{task.attempts}" if task.retries else "", _TRIES_CELLS), WARNING),
        )


def _style(kind: PartKind, tint: str) -> str:
    return {"none": "", "work": tint, "again": f"{WARNING} bold", "wait": MUTED}[kind]
