"""The task tree of a functional graph: the entrypoint, and under it the tasks that it called, as they start."""

from collections.abc import Sequence
from typing import Final

from textual.message import Message

from graphdeck.tui.clock import Clock, duration
from graphdeck.tui.task_log import TaskRun
from graphdeck.tui.task_rows import TaskRow, task_rows
from graphdeck.tui.text import one_line, short_json
from graphdeck.tui.theme import ERROR, MUTED, colour, glyphs, word
from graphdeck.tui.widgets.live_rows import LiveRows
from graphdeck.tui.widgets.part_rows import Part
from graphdeck.tui.widgets.rows import Rows

_NAME: Final = 40
_MEMBERS: Final = 40
"""Calls of a folded row that have a sign of their own, at the most."""
_UNNAMED: Final = "a task whose name is not kept"


class TaskTree(LiveRows):
    """Tasks by their callers; posts `TaskSelected` and `TaskChosen`. Many calls of one task are one row that opens."""

    class TaskSelected(Message):
        """The cursor came to a task."""

        def __init__(self, task_tree: "TaskTree", row: TaskRow) -> None:
            super().__init__()
            self.task_tree = task_tree
            """The widget."""
            self.row = row
            """Its row."""

        @property
        def control(self) -> "TaskTree":
            """The widget."""
            return self.task_tree

    class TaskChosen(TaskSelected):
        """Enter was pressed on a task, or it was clicked twice."""

    def __init__(self, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(clock, id=id)
        self._shown: tuple[TaskRun | None, Sequence[TaskRun], Sequence[str]] = (None, (), ())
        self._rows: Sequence[TaskRow] = ()
        self._opened: set[str] = set()

    # -- attributes down -----------------------------------------------------------------------------------------

    def show(self, entry: TaskRun | None, tasks: Sequence[TaskRun], known: Sequence[str]) -> None:
        """Show a run of the entrypoint, of the tasks of its thread, oldest first; see `task_rows` for `known`."""
        before, self._shown = self._shown[0], (entry, tasks, known)
        if (before and before.id) != (entry and entry.id):
            self._follows = True
        self._make_rows()

    @property
    def selected(self) -> TaskRow | None:
        """The row of the cursor."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def rows(self) -> Sequence[TaskRow]:
        """All rows, from top to bottom."""
        return self._rows

    @property
    def standing_on(self) -> str:
        """Key of the row of the cursor."""
        return self.selected.key if self.selected else ""

    def go_to(self, key: str) -> None:
        """Put the cursor on a row."""
        place = next((place for place, row in enumerate(self._rows) if row.key == key), None)
        if place is not None:
            self.move_to(place)

    def at_work(self) -> str:
        """The task that began last of those that run or wait; else the last one that failed or was stopped."""
        for states in (("running", "waiting"), ("failed",), ("breakpoint", "stopped")):
            found = next((row.key for row in reversed(self._rows) if row.state in states), None)
            if found is not None:
                return found
        return ""

    @property
    def selected_text(self) -> str:
        """What copying gives: the name."""
        return self.selected.name if self.selected else ""

    def _make_rows(self) -> None:
        kept = self.selected
        self._rows = task_rows(*self._shown, self._opened)
        places = {row.key: place for place, row in enumerate(self._rows)}
        newest = max((place for place, row in enumerate(self._rows) if row.state in ("running", "waiting")), default=-1)
        self.rows_changed()
        if self._follows and newest >= 0:
            self.set_reactive(Rows.cursor, newest)
            self.keep_in_view(newest)
        elif kept is not None and kept.key in places and places[kept.key] != self.cursor:
            self.keep_place(self.cursor, places[kept.key])
        if self.selected is not None and (kept is None or self.selected.key != kept.key):
            self.post_message(self.TaskSelected(self, self.selected))

    # -- rows ----------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Number of rows."""
        return len(self._rows)

    def cursor_moved(self, index: int) -> None:
        """Tell which task it is."""
        self.post_message(self.TaskSelected(self, self._rows[index]))

    def chosen(self, index: int) -> None:
        """Open or close folded calls; tell which task it is."""
        row = self._rows[index]
        if row.is_open is None:
            self.post_message(self.TaskChosen(self, row))
            return
        self._opened.symmetric_difference_update((row.key,))
        self._make_rows()

    def parts(self, index: int, width: int) -> list[Part]:
        """Name below its caller, state, time, attempts, what it was given; of folded calls a sign for each."""
        row, signs = self._rows[index], glyphs()
        head = f"{' ' * (1 + 2 * row.depth)}{signs.of(row.state, self._frame())} "
        name = one_line(row.name, _NAME, identifier=True) or _UNNAMED
        times = f" {signs.times}{len(row.tasks):,}" if row.is_open is not None else ""
        fold = "" if row.is_open is None else f" {signs.opened if row.is_open else signs.closed}"
        named = colour(row.state) if row.state in ("running", "waiting", "failed") else MUTED if not row.tasks else ""
        parts: list[Part] = [(head, colour(row.state)), (name, named), (times + fold, MUTED)]
        parts += self._many(row) if row.is_open is not None else self._one(row) if row.tasks else []
        return parts

    def _one(self, row: TaskRow) -> Sequence[Part]:
        (task,) = row.tasks
        took = "" if task.ms is None else duration(task.ms)
        told = "" if task.state in ("done", "running") else word(task.state)
        tries = f"{task.attempts} attempts" if task.attempts > 1 else ""
        words = "  ".join(filter(None, (took, told, tries)))
        given = f"  {short_json(task.given, 60)}" if task.call and task.given is not None else ""
        error = f"  {one_line(task.error, 200)}" if task.state == "failed" else ""
        return (f"  {words}" if words else "", ""), (given, MUTED), (error, ERROR)

    def _many(self, row: TaskRow) -> Sequence[Part]:
        signs = glyphs()
        done = sum(task.state in ("done", "cached", "kept") for task in row.tasks)
        counts = {"done": done if done < len(row.tasks) else 0}
        counts |= {word: sum(task.state == word for task in row.tasks) for word in ("failed", "waiting")}
        told = "".join(f"  {count:,} {word}" for word, count in counts.items() if count)
        shown = [(signs.of(task.state), colour(task.state)) for task in row.tasks[:_MEMBERS]]
        rest = f" +{len(row.tasks) - _MEMBERS:,}" if len(row.tasks) > _MEMBERS else ""
        return (told, ""), ("  ", ""), *shown, (rest, MUTED)

    def _next_frame(self) -> None:
        first = int(self.scroll_offset.y)
        for place, row in enumerate(self._rows[first : first + self.size.height], first):
            if row.state == "running":
                self.refresh_line(place)
