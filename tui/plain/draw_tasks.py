"""`graphdeck draw` of a functional graph: the tree of its tasks, by its newest run on record or by its code."""

from collections.abc import Callable, Sequence

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import MissingFileError
from graphdeck.graphs.records import END, START, GraphShape
from graphdeck.tui.task_log import TaskLog, TaskRun
from graphdeck.tui.task_rows import TaskRow, shown_entry, task_rows
from graphdeck.tui.theme import Glyphs

OF_RUN = "a functional graph has a tree of tasks: this is what its newest run on record called"
OF_CODE = "a functional graph has a tree of tasks once it runs: these are the tasks that its code calls"
_NAME = 200
"""Letters of a name, at the most."""


async def task_tree(engine: Engine, shape: GraphShape, signs: Glyphs, letters: Callable[[str], str]) -> tuple[str, str]:
    """The tree, a task a line, and what to say of it; `letters` makes of a name what is shown of it."""
    tasks = await _on_record(engine, shape)
    known = [node.id for node in (*shape.nodes, *shape.tasks) if node.id not in (START, END)]
    rows = task_rows(shown_entry(tasks), tasks, known)
    return "\n".join(_line(row, signs, letters) for row in rows), OF_RUN if tasks else OF_CODE


async def _on_record(engine: Engine, shape: GraphShape) -> Sequence[TaskRun]:
    """The tasks of the thread that the graph ran last, whose run may have gone on once or more."""
    try:
        runs = await engine.runs()
    except MissingFileError:  # nothing has run yet
        return ()
    newest = next((run for run in runs if run.graph == shape.target), None)
    log = TaskLog()
    for run in reversed(runs):
        if newest is not None and (run.thread, run.file) == (newest.thread, newest.file):
            log.add(await engine.run_events(run.id))
    return log.tasks if any(task.call for task in log.tasks) else ()


def _line(row: TaskRow, signs: Glyphs, letters: Callable[[str], str]) -> str:
    times = f" {signs.times}{len(row.tasks):,}" if row.is_open is not None else ""
    return f"{'  ' * row.depth}{letters(row.name[:_NAME])}{times}"
