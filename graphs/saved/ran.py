"""What ran after a checkpoint: its tasks, what each wrote, where it sent the run, and the subgraphs in it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from graphdeck.graphs.channels import SENDS, target_of
from graphdeck.graphs.saved.decode import Packed, outline
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.inner import inner_checkpoints
from graphdeck.graphs.saved.rows import SavedCheckpoint, Task, is_control
from graphdeck.graphs.saved.status import Due, next_nodes, node_of
from graphdeck.graphs.task_ids import call_of, inside
from graphdeck.graphs.tasks import RanTask

Namespaces: TypeAlias = Mapping[str, tuple[str, ...]]
"""By task id, each `checkpoint_ns` of the subgraphs that it ran.

One that all tasks of a node go on with is by that itself: its name has no task id.
"""

_NO_STATE: Final = ("__no_writes__", "__return__", "__pregel_push")
"""Channels without a value of the state."""


def namespaces(file: CheckpointFile, thread: str) -> Namespaces:
    """The subgraphs of a thread, by the task that ran them."""
    rows = file.query(
        "SELECT DISTINCT checkpoint_ns FROM checkpoints WHERE thread_id = ? AND checkpoint_ns <> ''", (thread,)
    )
    found: dict[str, tuple[str, ...]] = {}
    for (ns,) in rows:
        task = task_of(ns) or ns
        found[task] = (*found.get(task, ()), ns)
    return found


def task_of(ns: str) -> str:
    """Id of the task that ran a subgraph; empty for the graph itself, and where all tasks of a node go on with one."""
    return _level(ns)[1]


def _level(ns: str) -> tuple[str, str]:
    """Node and id of the task that ran a subgraph."""
    levels = [level for level in ns.split("|") if not level.isdigit()]  # a number counts those of one task
    node, _, task = levels[-1].rpartition(":") if ":" in levels[-1] else (levels[-1], "", "")
    return node, task


def ran_after(
    file: CheckpointFile, saved: SavedCheckpoint, tasks: Sequence[Task], due: Due, inner: Namespaces
) -> tuple[RanTask, ...]:
    """The tasks after a checkpoint that wrote anything, then those of which there is only an unfinished subgraph."""
    sent = _sent(file, saved) if any(SENDS in task.channels for task in tasks) else {}
    ran = []
    for task in tasks:
        node = node_of(task, due)
        own = inner.get(task.id) or inner.get(inside(saved.key[1], node), ())
        ran.append(_ran(task, node, sent.get(task.id, ()), own))
    if inner and next_nodes(due, tasks):
        known = {task.id for task in ran} | {task.node for task in ran if inside(saved.key[1], task.node) in inner}
        for child in inner_checkpoints(file, saved, tasks, due):
            node, id_ = _level(child.key[1])
            if (id_ or node) not in known:
                known.add(id_ or node)
                ran.append(RanTask(id=id_, node=node, finished=False, inner=inner.get(id_ or child.key[1], ())))
    return tuple(ran)


def written_keys(task: Task) -> tuple[str, ...]:
    """The state keys that a task wrote, each once."""
    written = dict.fromkeys(task.channels)
    return tuple(channel for channel in written if not (is_control(channel) or channel in _NO_STATE))


def _ran(task: Task, node: str, sent: Sequence[str], inner: tuple[str, ...]) -> RanTask:
    return RanTask(
        id=task.id,
        node=node,
        wrote=written_keys(task),
        routed=(*filter(None, map(target_of, dict.fromkeys(task.channels))), *sent),
        error=task.error,
        waits=task.waits,
        finished=task.finished,
        inner=inner,
        path=task.path if call_of(task.path) else "",
    )


def _sent(file: CheckpointFile, saved: SavedCheckpoint) -> Mapping[str, tuple[str, ...]]:
    """By task, the nodes of its `Send`s, whose arguments stay as they are."""
    rows = file.query(
        "SELECT task_id, type, value FROM writes WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
        " AND channel = ? ORDER BY task_id, idx",
        (*saved.key, SENDS),
    )
    found: dict[str, tuple[str, ...]] = {}
    for task, type_, data in rows:
        found[task] = (*found.get(task, ()), *_nodes(type_, data))
    return found


def _nodes(type_: str, data: bytes) -> Iterator[str]:
    """The node of a stored `Send`: an object whose constructor takes that first."""
    packet = outline(type_, data)
    fields = outline("msgpack", packet.data) if isinstance(packet, Packed) else None
    match fields:
        case [_, _, [str(node), *_], *_]:
            yield node
