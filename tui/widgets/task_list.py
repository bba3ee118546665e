"""The tasks of a node, a row for each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from textual.content import Content
from textual.message import Message

from graphdeck.graphs.tasks import TaskValues
from graphdeck.tui.clock import duration
from graphdeck.tui.node_lines import result_of
from graphdeck.tui.task_log import TaskRun
from graphdeck.tui.text import fit, one_line, short_json
from graphdeck.tui.theme import ERROR, MUTED, colour, glyphs, word
from graphdeck.tui.widgets.rows import Rows

_STATE: Final = 14
_TOOK: Final = 8
_STEP: Final = 9
_WORDS: Final = 12
"""Cells at least of what a task was given, and of what it wrote."""


class TaskList(Rows):
    """Tasks, newest first; posts `TaskChosen`."""

    DEFAULT_CSS = "TaskList { height: 1; }"
    clicks = 2

    class TaskChosen(Message):
        """A task was chosen."""

        def __init__(self, task_list: "TaskList", task: TaskRun) -> None:
            super().__init__()
            self.task_list = task_list
            """The widget."""
            self.task = task
            """The task."""

        @property
        def control(self) -> "TaskList":
            """The widget."""
            return self.task_list

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._tasks: Sequence[TaskRun] = ()
        self._marked: Collection[str] = ()
        self._depths: Mapping[str, int] = {}
        self._glances: dict[str, TaskValues] = {}
        self.empty_text = "no task of it is known"

    def show(self, tasks: Sequence[tuple[TaskRun, int]], marked: Collection[str] = ()) -> None:
        """Show tasks, with their levels below the node's own; the cursor stays on its task.

        Those of the step that the deck shows are marked.
        """
        kept = self.selected
        first = not self._tasks
        self._tasks, self._marked = [task for task, _ in tasks], marked
        self._depths = {task.id: depth for task, depth in tasks if depth}
        self.rows_changed()
        ids = [task.id for task in self._tasks]
        if kept is not None and kept.id in ids:
            self.keep_place(self.cursor, ids.index(kept.id))
        elif first:
            self.move_to(next((index for index, task in enumerate(ids) if task in marked), 0))

    def show_glances(self, glances: Mapping[str, TaskValues]) -> None:
        """Show what tasks were given and wrote, by task id, besides what is shown already."""
        self._glances.update(glances)
        self.refresh()

    @property
    def selected(self) -> TaskRun | None:
        """The task of the cursor."""
        return self._tasks[self.cursor] if self.cursor < len(self._tasks) else None

    def row_count(self) -> int:
        """Number of tasks."""
        return len(self._tasks)

    def chosen(self, index: int) -> None:
        """Tell which one."""
        self.post_message(self.TaskChosen(self, self._tasks[index]))

    def row(self, index: int, width: int) -> Content:
        """State, step, time, attempts, what it was given and wrote, its error."""
        task, signs = self._tasks[index], glyphs()
        step = "" if task.step is None else f"step {task.step:,}"
        tries = f"  {task.attempts} attempts" if task.attempts > 1 else ""
        error = one_line(task.error, 300)
        head = Content.assemble(
            (signs.cursor if task.id in self._marked else " ", ""),
            ("  " * self._depths.get(task.id, 0), ""),
            (f"{signs.of(task.state)} {fit(word(task.state), _STATE)}", colour(task.state)),
            (fit(step, _STEP), ""),
            (fit("" if task.ms is None else duration(task.ms), _TOOK, right=True), ""),
            (tries + ("  Send" if task.sent else ""), ""),
            (f"  {one_line(task.path.rpartition(':')[2], 40, identifier=True)}" if task.id in self._depths else "", ""),
        )
        return Content.assemble(
            head,
            *self._values(task, max(_WORDS, (width - head.cell_length) // 2)),
            (f"  {error}" if error else "", ERROR if task.state == "failed" else MUTED),
        )

    def _values(self, task: TaskRun, cells: int) -> Iterator[tuple[str, str]]:
        """What it was given, where that is no part of the state, and what it wrote."""
        glance = self._glances.get(task.id, TaskValues())
        if glance.has_argument or task.call:
            given = glance.argument if glance.has_argument else task.given
            yield f"  {short_json(given, cells) if given is not None or glance.has_argument else ''}", ""
        if glance.wrote:
            yield f"  {glyphs().arrow} {short_json(result_of(glance), cells)}", MUTED
        elif task.keys:
            yield f"  wrote {', '.join(one_line(key, 40, identifier=True) for key in task.keys[:20])}", MUTED
