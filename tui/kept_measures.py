"""How long nodes took on the way to a checkpoint, as the runs on record tell. Pure."""

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import pairwise

from graphdeck.graphs.records import CheckpointRow
from graphdeck.tui.task_log import TaskRun
from graphdeck.tui.widgets.run_state import RunView


def with_kept_measures(
    view: RunView, tasks: Sequence[TaskRun], way: Sequence[CheckpointRow], *, is_newest: bool
) -> RunView:
    """The saved view at the end of a way, oldest first, with the times of its tasks on record, oldest first too.

    A node has the time of its last task only where that one is on record, and the time of all only where all are.
    """
    made = {row.checkpoint for row in way}
    tip = way[-1].checkpoint if way and is_newest else None  # what began there is over, or may go on
    ran = {task.id: task for task in tasks if not task.ns and (task.ended in made if task.ended else task.began == tip)}
    newest = {task.path: task for task in ran.values()}
    last = _last_of(way)
    times: dict[str, list[float]] = {}
    for task in tasks:
        if task.ms is not None and _root(task) in ran:
            times.setdefault(task.path, []).append(task.ms)
    nodes = dict(view.nodes)
    for path, took in times.items():
        node, root = nodes.get(path), path.partition(":")[0]
        if node is None or root not in newest:
            continue
        is_last = root not in last or {newest[root].began, newest[root].ended} & {*last[root]}
        nodes[path] = dataclasses.replace(
            node,
            last_ms=took[-1] if is_last else None,
            total_ms=sum(took) if is_last and len(took) >= node.times else 0.0,
        )
    return dataclasses.replace(view, nodes=nodes)


def _root(task: TaskRun) -> str:
    """Id of the task of the graph itself that a task was part of."""
    return task.ns[0].partition(":")[2] if task.ns else task.id


def _last_of(way: Sequence[CheckpointRow]) -> Mapping[str, tuple[str, str]]:
    """By node of the graph itself, the checkpoints between which it ran last."""
    return {
        node: (before.checkpoint, after.checkpoint)
        for before, after in pairwise(way)
        if after.source == "loop"
        for node in before.next or ()
    }
