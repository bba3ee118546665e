"""A node, on the whole screen: how it was declared, its edges, its source, and its tasks."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import SuspendNotSupported
from textual.binding import BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from graphdeck.graphs.tasks import TaskValues
from graphdeck.tui import actions
from graphdeck.tui.clock import duration
from graphdeck.tui.editor import EditorError, open_at
from graphdeck.tui.node_lines import SeenNode, node_paragraphs
from graphdeck.tui.screens.to_file import suggested_name
from graphdeck.tui.screens.whole import WholeScreen
from graphdeck.tui.task_log import TaskRun
from graphdeck.tui.text import one_line
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.long_text import LongText
from graphdeck.tui.widgets.task_list import TaskList

TASK_ROWS: Final = 6
"""Rows of tasks at the most, where the screen has no more than 24."""
_KEYS: Final = 20


class NodeScreen(WholeScreen):
    """All that is known of a node; posts `TaskWanted` to the screen below for a task that is to be seen whole."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("node")]

    class TaskWanted(Message):
        """A task is to be seen whole."""

        def __init__(self, task: TaskRun) -> None:
            super().__init__()
            self.task = task
            """The task."""

    class CheckpointWanted(TaskWanted):
        """The checkpoint that a task began at is to be looked at."""

    def __init__(self, seen: SeenNode, receiver: Widget, task: str = "") -> None:
        super().__init__(seen.path.replace(":", " : "), "node")
        self.seen = seen
        """The node."""
        self._first = task
        self._receiver = receiver
        self._reading = LongText()
        self._tasks = TaskList()
        self._shown: tuple[Sequence[tuple[TaskRun, int]], Collection[str]] = ((), ())

    def body(self) -> Iterable[Widget]:
        """What is known of it, above its tasks."""
        yield self._reading
        yield Static(id="tasks", markup=False, classes="hint")
        yield self._tasks

    def on_mount(self) -> None:
        """Show it."""
        super().on_mount()
        self._reading.show(node_paragraphs(self.seen))
        self.show_tasks(*self._shown)
        self._reading.focus()

    def show_tasks(self, listed: Sequence[tuple[TaskRun, int]], marked: Collection[str]) -> None:
        """Show its tasks, newest first, and below each what it called; those of the step that the deck shows marked."""
        self._shown = (listed, marked)
        tasks = [task for task, depth in listed if not depth]
        if not self._tasks.is_attached:
            return
        self._tasks.styles.height = max(1, min(len(listed), max(TASK_ROWS, self.size.height // 4)))
        self._tasks.show(listed, {self._first} if self._first else marked)
        known = f"{len(tasks):,} known" if tasks else "none known"
        took = [task.ms for task in tasks if task.ms is not None]
        if took:
            known += f", {duration(sum(took))} in all"
        if wrote := dict.fromkeys(key for task in tasks for key in task.keys):
            known += f", wrote {', '.join(one_line(key, 40, identifier=True) for key in list(wrote)[:_KEYS])}"
        self.query_one("#tasks", Static).update(f"Tasks  {known}", layout=False)

    def show_glances(self, glances: Mapping[str, TaskValues]) -> None:
        """Show what tasks were given and wrote, in a few words."""
        self._tasks.show_glances(glances)

    @property
    def detail(self) -> str:
        """Where its source is."""
        node = self.seen.node
        return one_line(f"{node.file.rpartition('/')[2]}:{node.line}", 40, identifier=True) if node.file else ""

    @property
    def text(self) -> str:
        """What is read."""
        return self._reading.plain

    @property
    def file_name(self) -> str:
        """A name made of the node's."""
        return suggested_name(f"node {self.seen.path}", "")

    def action_tasks(self) -> None:
        """Go to the tasks, or back to what is known of the node."""
        (self._reading if self._tasks.has_focus else self._tasks).focus()

    def action_view(self) -> None:
        """Show the task of the cursor whole."""
        task = self._tasks.selected
        if task is None:
            self.say("no task of it is known", WARNING)
        else:
            self._receiver.post_message(self.TaskWanted(task))

    def action_open_checkpoint(self) -> None:
        """Look at the checkpoint that the task of the cursor began at."""
        task = self._tasks.selected
        if task is None or not task.began:
            self.say("no checkpoint is known that a task of it began at", WARNING)
        else:
            self._receiver.post_message(self.CheckpointWanted(task))

    @on(TaskList.TaskChosen)
    def _task_chosen(self, event: TaskList.TaskChosen) -> None:
        event.stop()
        self._receiver.post_message(self.TaskWanted(event.task))

    def action_open_editor(self) -> None:
        """Open its source in the person's own editor."""
        node = self.seen.node
        if not node.file:
            self.say("none of your code is its source", WARNING)
            return
        try:
            with self.app.suspend():
                trouble = _open(node.file, node.line)
        except SuspendNotSupported:
            trouble = "an editor cannot be opened in this terminal"
        if trouble:
            self.say(trouble, WARNING)
        else:
            self._reading.show(node_paragraphs(self.seen))
            self.say("changes count from the next run on; F5 in the deck draws them")


def _open(file: str, line: int) -> str:
    """What went wrong; nothing may be raised while the screen is away."""
    try:
        open_at(file, line)
    except EditorError as error:
        return str(error)
    return ""
