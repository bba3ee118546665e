"""What the file tells of a thread's past: which nodes ran on the way to a checkpoint, and which edges were taken."""

import dataclasses
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from graphdeck.graphs.records import END, START, CheckpointRow, Snapshot
from graphdeck.tui.widgets.run_state import NodeState, RunView, from_snapshot
from graphdeck.tui.widgets.taken_edges import Taken, TakenBuilder

History: TypeAlias = Sequence[CheckpointRow]
"""Checkpoints of one namespace, newest first."""
Inner: TypeAlias = Mapping[str, History]
"""Those of subgraphs that were read, by `checkpoint_ns`."""

NOTHING_READ: Final[Inner] = {}


def saved_view(snapshot: Snapshot, history: History, inner: Inner = NOTHING_READ) -> RunView:
    """The view of a saved thread: where it stands, and which nodes ran and edges were taken on the way there."""
    view = from_snapshot(snapshot)
    way = way_to(snapshot.checkpoint, history) or way_to(snapshot.parent or "", history)  # it may be read later
    nodes = dict(view.nodes)
    for name, times in runs_on(way).items():
        nodes[name] = dataclasses.replace(nodes.get(name) or NodeState(outcome="done"), times=times)
    return dataclasses.replace(view, nodes=nodes, taken=_taken(way, history, inner))


def way_to(checkpoint: str, history: History) -> list[CheckpointRow]:
    """The checkpoints on the way to one, oldest first, as far as the history goes; none of a subgraph's."""
    by_id = {row.checkpoint: row for row in history}
    way: list[CheckpointRow] = []
    row = by_id.pop(checkpoint, None)
    while row is not None:
        way.append(row)
        row = by_id.pop(row.parent, None) if row.parent is not None else None
    way.reverse()
    return way


def runs_on(way: Sequence[CheckpointRow]) -> dict[str, int]:
    """How often each node ran on a way."""
    times: dict[str, int] = {}
    for parent, row in pairwise(way):
        if row.source == "loop":
            for name in parent.next or ():
                if name not in (START, END):
                    times[name] = times.get(name, 0) + 1
    return times


def _taken(way: Sequence[CheckpointRow], history: History, inner: Inner) -> Taken:
    """Which edges were taken; what began at the last checkpoint counts where nothing follows it."""
    builder = TakenBuilder()
    is_tip = bool(way) and all(row.parent != way[-1].checkpoint for row in history)
    _walk(builder, (), way, inner, is_tip=is_tip)
    return builder.view()


def _walk(
    builder: TakenBuilder, level: tuple[str, ...], way: Sequence[CheckpointRow], inner: Inner, *, is_tip: bool
) -> None:
    for row in way:
        builder.step(level, _routed(row) if row.source == "loop" else None)
        for task in row.after if is_tip or row is not way[-1] else ():
            builder.start(level, task.node)
            for ns, rows in ((ns, inner[ns]) for ns in task.inner if inner.get(ns)):
                within = tuple(part for part in ns.split("|") if not part.isdigit())  # it counts those of one task
                _walk(builder, within, way_to(rows[0].checkpoint, rows), inner, is_tip=True)


def unread(history: History, inner: Inner, unfolded: Collection[str], prefix: str = "") -> Iterator[str]:
    """The subgraphs that were run by nodes of these paths and have not been read, newest first, by `checkpoint_ns`."""
    for row in history:
        for task in row.after:
            if (path := prefix + task.node) in unfolded:
                for ns in task.inner:
                    if ns in inner:
                        yield from unread(inner[ns], inner, unfolded, f"{path}:")
                    else:
                        yield ns


def _routed(row: CheckpointRow) -> dict[str, tuple[str, ...]]:
    """Where each node of the step that made a checkpoint has led, all its tasks together."""
    found: dict[str, tuple[str, ...]] = {}
    for task in row.made_by:
        found[task.node] = (*found.get(task.node, ()), *task.routed)
    return found
