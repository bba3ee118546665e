"""What a thread would do next, and its status, from its rows alone: no graph code, and never a guess."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from graphdeck.graphs.channels import BRANCH, JOIN, SENDS
from graphdeck.graphs.records import START, ThreadStatus
from graphdeck.graphs.saved.decode import expand
from graphdeck.graphs.saved.rows import SavedCheckpoint, Task
from graphdeck.graphs.values import Stored

_MOST_READINGS: Final = 100_000
"""Places times names of a join at the most that are tried, in a hostile file."""
_FIRST_KNOWN_FORMAT: Final = 4
"""Format of a checkpoint (`v`) from which its channels tell what comes next; before, a part lay in its parent."""


class Due(NamedTuple):
    """What the step after a checkpoint runs."""

    sends: tuple[str, ...]
    """Nodes of its `Send`s, in order."""
    nodes: tuple[str, ...]
    """Nodes that edges start, by name."""
    known: bool = True
    """These are all; else there may be others, and only the graph's code can tell."""
    more: bool = False
    """Something is due that the rows have no name for, or may be."""

    @property
    def nothing(self) -> bool:
        """Nothing is due, as far as rows tell."""
        return not (self.sends or self.nodes or self.more)


def due_after(checkpoint: SavedCheckpoint, tasks: Sequence[Task]) -> Due:
    """What the step after a checkpoint runs, finished tasks of it included."""
    sends = _sends(expand(checkpoint.channels.get(SENDS)))
    nodes: set[str] = set()
    perhaps: set[str] = set()
    for channel, value in checkpoint.channels.items():
        target, surely = _target(channel, value)
        if target and _is_news(checkpoint, channel, target):
            (nodes if surely else perhaps).add(target)
    foreign = _foreign_triggers(checkpoint)
    entry = _entry(checkpoint, tasks)
    started = START in checkpoint.channels and _is_news(checkpoint, START, entry or START)
    if started and entry == START:
        nodes.add(START)
    more = (started and entry != START) or any(_is_news(checkpoint, channel, node) for node, channel in foreign)
    more = more or not perhaps <= nodes
    known = not more and not foreign and checkpoint.body.get("v", 0) >= _FIRST_KNOWN_FORMAT
    return Due(sends, tuple(sorted(nodes)), known, more)


def next_nodes(due: Due, tasks: Iterable[Task], *, finished_too: bool = False) -> tuple[str, ...] | None:
    """Nodes that would run next: of the newest checkpoint those that have not finished, of an older one all."""
    if not due.known:
        return None
    if finished_too:
        return (*due.sends, *due.nodes)
    finished = [task for task in tasks if task.finished]
    if (due.sends or due.nodes) and any(not task.path for task in finished):
        return None  # a file of an old version does not tell whose output it is
    done_nodes = {task.node for task in finished}
    done_sends = {task.send for task in finished}
    left = [node for index, node in enumerate(due.sends) if index not in done_sends]
    left += [node for node in due.nodes if node not in done_nodes]
    if not left and not due.nothing:
        return None  # killed after the last task of the step: what the next step runs, their output decides
    return tuple(left)


def node_of(task: Task, due: Due) -> str:
    """Name of the node that a task runs; empty where rows do not tell."""
    if task.send is not None:
        return due.sends[task.send] if task.send < len(due.sends) else ""
    if task.node is not None or task.called_by is not None:
        return task.node or task.called_by or ""
    return due.nodes[0] if len(due.nodes) == 1 and not due.sends else ""


def pending(tasks: Iterable[Task]) -> list[tuple[Task, Mapping[str, Any]]]:
    """The questions of unfinished tasks, each once: the functional API stores one under its entrypoint and its task."""
    found: dict[object, tuple[Task, Mapping[str, Any]]] = {}
    for task in sorted(tasks, key=lambda task: task.called_by is not None):
        for interrupt in task.interrupts if task.waits else ():
            found.setdefault(interrupt.get("id") or (task.id, len(found)), (task, interrupt))
    return list(found.values())


def status_of(
    due: Due, next_: tuple[str, ...] | None, tasks: Sequence[Task], *, running: bool = False, breakpoint_: bool = False
) -> ThreadStatus:
    """The first status that holds, by the table of thread status."""
    if running:
        return "running"
    if pending(tasks):
        return "waiting"
    if any(task.failed for task in tasks):
        return "failed"
    if next_ == () or (next_ is None and due.nothing):
        return "done"
    return "breakpoint" if breakpoint_ else "stopped"


# -- channels --------------------------------------------------------------------------------------------------


def _sends(stored: Any) -> tuple[str, ...]:
    packets = stored if isinstance(stored, list) else []
    names = (
        str(packet.value.get("node", ""))
        for packet in packets
        if isinstance(packet, Stored) and isinstance(packet.value, dict)
    )
    known: dict[str, str] = {}  # hundreds of them may name one node: that is kept once
    return tuple(known.setdefault(name, name) for name in names)


def _target(channel: str, value: Any) -> tuple[str, bool]:
    """The node that a channel starts, as far as its value goes, and whether that is certain; empty for none."""
    if channel.startswith(BRANCH):
        deferred = isinstance(value, list) and len(value) == 2 and isinstance(value[1], bool)
        return channel.removeprefix(BRANCH) if not deferred or value[1] else "", True
    if channel.startswith(JOIN):
        sources, _, target = channel.removeprefix(JOIN).rpartition(":")
        value = expand(value)
        if isinstance(value, list):  # deferred: the names, and whether all else has finished
            value = value[0] if len(value) == 2 and value[1] is True else None
        names = value.value if isinstance(value, Stored) and isinstance(value.value, list) else []
        complete = _is_complete(sources, names)
        return "" if complete is False else target, complete is True
    return "", True


def _is_complete(sources: str, names: list[str]) -> bool | None:
    """Whether all sources of a join have arrived; None where rows cannot tell.

    `sources` is their names joined by `+`, which a name may hold too. The names that arrived are always some of
    them, so that they are all as soon as they fill it. Where they fill it if some of them are taken twice, these may
    have been given twice, or another name is missing that is made of their pieces, as of `a`, `b` and `a+b`.
    """
    if not names:
        return False
    if sum(map(len, names)) + len(names) - 1 == len(sources):
        return True
    pieces, parts = sources.split("+"), [name.split("+") for name in {*names}]
    if {*pieces} != {piece for part in parts for piece in part}:
        return False
    return None if len(pieces) * len(parts) > _MOST_READINGS or _is_made_of(pieces, parts) else False


def _is_made_of(pieces: list[str], parts: list[list[str]]) -> bool:
    """Whether all pieces, in their order, are some of the parts, each as often as it takes."""
    reached = {0}
    for start in range(len(pieces)):
        if start in reached:
            reached |= {start + len(part) for part in parts if pieces[start : start + len(part)] == part}
    return len(pieces) in reached


def _is_news(checkpoint: SavedCheckpoint, channel: str, node: str) -> bool:
    """Whether a channel holds something that a node has not run for."""
    if channel not in checkpoint.channels:
        return False
    seen = checkpoint.seen.get(node)
    if not isinstance(seen, dict) or channel not in seen:
        return True
    try:
        return bool(checkpoint.versions[channel] > seen[channel])
    except (KeyError, TypeError):  # versions of two savers do not compare
        return True


def _entry(checkpoint: SavedCheckpoint, tasks: Iterable[Task]) -> str | None:
    """The node that takes the input: START of a graph, or the entrypoint of the functional API; None if unknown."""
    if START in checkpoint.seen:
        return START
    for node, seen in checkpoint.seen.items():
        if not node.startswith("__") and isinstance(seen, dict) and START in seen:
            return str(node)
    if START not in checkpoint.channels:
        return None
    return next((task.node for task in tasks if task.node is not None), None)


def _foreign_triggers(checkpoint: SavedCheckpoint) -> list[tuple[str, str]]:
    """Nodes with channels that no StateGraph or entrypoint starts them by: a graph made of bare Pregel parts."""
    return [
        (node, channel)
        for node, seen in checkpoint.seen.items()
        if not node.startswith("__") and isinstance(seen, dict)
        for channel in seen
        if not channel.startswith((BRANCH, JOIN)) and channel != START
    ]
