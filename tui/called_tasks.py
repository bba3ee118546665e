"""The called tasks of the functional API as rows tell them: each with its caller, and its name where that is proved."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from graphdeck.graphs.ran_tasks import alike
from graphdeck.graphs.records import START, CheckpointRow, GraphShape
from graphdeck.graphs.task_ids import Caller, StepStart, call_of, inside, pulled_node, sent_place
from graphdeck.graphs.tasks import RanTask
from graphdeck.tui.task_log import TaskRun, saved_task, saved_tasks_of


def saved_of_graph(history: Iterable[CheckpointRow], shape: GraphShape, names: Iterable[str]) -> list[TaskRun]:
    """The tasks of a graph's nodes, and those that these called, newest first; `names` are more of what is called."""
    rows = list(history)
    known = dict.fromkeys((*(task.id for task in shape.tasks), *names))
    own = {node.id for node in shape.nodes}
    calls = sorted(saved_calls(rows, known), key=lambda task: (task.step or 0, task.call), reverse=True)
    return [*calls, *saved_tasks_of(rows, own.__contains__)]


def saved_inside(rows: Sequence[CheckpointRow]) -> list[TaskRun]:
    """The tasks of subgraphs by their checkpoints, newest first."""
    found = saved_tasks_of(rows, lambda name: name != START)
    return sorted(found, key=lambda task: (task.ns, task.step or 0), reverse=True)


def saved_calls(rows: Iterable[CheckpointRow], names: Collection[str]) -> Iterator[TaskRun]:
    """The tasks that other tasks called, in the order of the calls, newest step first.

    Each is given that of the names that its id is made of; the path of one with no such name is empty.
    """
    rows = list(rows)
    ends = {row.parent: row.checkpoint for row in rows if row.source == "loop"}
    for row in rows:
        if any(task.path for task, _ in alike(row.after)):
            yield from _calls_of_step(row, names, ends.get(row.checkpoint, ""))


def _calls_of_step(row: CheckpointRow, names: Collection[str], ended: str) -> Iterator[TaskRun]:
    step = StepStart(checkpoint=row.checkpoint, step=row.step + 1, ns=row.ns)
    callers: dict[str, Caller | None] = {}
    calls = [(call, task) for task in row.after if (call := call_of(task.path)) is not None]
    for (path, place), task in sorted(calls, key=lambda found: (found[1].path.count("~"), found[0][1])):
        if path not in callers:
            callers[path] = _starter(path, row.after, step)
        caller = callers[path]
        name = ""
        if caller is not None:
            name = next((name for name in names if step.called(name, caller, place) == task.id), "")
        ns = inside(caller.ns if caller else "", f"{name}:{task.id}")
        callers[task.path] = Caller(id=task.id, path=task.path, ns=ns)
        found = saved_task(task, row, began=row.checkpoint, step=step.step, ended=ended if task.finished else "")
        yield replace(found, path=name, caller=caller.id if caller else "", call=place + 1)


def _starter(path: str, ran: Sequence[RanTask], step: StepStart) -> Caller | None:
    """The task of a path that no other one called; one that has written nothing yet has no row of its own."""
    node, place = pulled_node(path), sent_place(path)
    for task in ran:
        if not task.path and (task.node == node if place is None else step.sent(task.node, place) == task.id):
            return step.at_path(path, task.node, task.id)
    return step.at_path(path, node, step.entered(node)) if node else None
