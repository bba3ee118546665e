"""What the file tells of a thread's past: which nodes ran on the way to a checkpoint, and which edges were taken."""

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple, TypeAlias

from graphdeck.graphs.events import path_text
from graphdeck.graphs.ran_tasks import alike, subgraphs_of
from graphdeck.graphs.records import END, START, CheckpointRow, Snapshot
from graphdeck.graphs.tasks import RanTask
from graphdeck.tui.same_again import same_again
from graphdeck.tui.widgets.node_state import NodeState
from graphdeck.tui.widgets.run_state import RunView, from_snapshot
from graphdeck.tui.widgets.taken_edges import TakenBuilder

History: TypeAlias = Sequence[CheckpointRow]
"""Checkpoints of one namespace, newest first."""
Inner: TypeAlias = Mapping[str, History]
"""Those of subgraphs that were read, by `checkpoint_ns`."""

NOTHING_READ: Final[Inner] = {}
_NO_END: Final = "~"
"""Sorts behind every checkpoint id."""


class _Way(NamedTuple):
    """The checkpoints of one graph on the way to what is shown."""

    level: tuple[str, ...]
    """Subgraph path; empty for the graph itself."""
    rows: Sequence[CheckpointRow]
    """Oldest first."""
    first: Mapping[str | None, str]
    """By checkpoint of the graph, what was written first after it, on this way or on another."""
    is_tip: bool
    """What the last of them runs has begun."""
    within: str
    """The subgraph that leads on to what is shown, by `checkpoint_ns`; empty where it is of this graph."""
    is_open: bool = True
    """Its last step may go on: none that is around it was left for another one."""


@same_again
def saved_view(snapshot: Snapshot, history: History, inner: Inner = NOTHING_READ) -> RunView:
    """The view of a saved thread: where it stands, and which nodes ran and edges were taken on the way there."""
    view, past = from_snapshot(snapshot), _Past(inner)
    ways = list(_ways(snapshot, history, inner))
    for way in ways:
        past.walk(way)
    first = next((way.rows[0] for way in ways if not way.level and way.rows), None)
    counted_from = first.step if first is not None and first.parent is not None else None
    passed = NodeState(outcome="done")
    nodes = {**dict.fromkeys(past.passed, passed), **view.nodes}
    for path, times in past.times.items():
        open_ = frozenset(past.open.get(path, ()))
        nodes[path] = dataclasses.replace(nodes.get(path, passed), times=times, open=open_)
    return dataclasses.replace(view, nodes=nodes, taken=past.taken.view(), counted_from=counted_from)


def _ways(snapshot: Snapshot, history: History, inner: Inner) -> Iterator[_Way]:
    """The way to a checkpoint; to one of a subgraph, first those in the graphs around it."""
    levels = snapshot.ns.split("|") if snapshot.ns else []
    around = ["|".join(levels[:end]) for end in range(1, len(levels) + 1)]
    places = ["", *(ns for ns in around if ns in inner)]
    for place, within in zip(places, [*places[1:], ""], strict=True):
        rows = inner[place] if place else history
        if within:
            at = next((row.checkpoint for row in rows if within in subgraphs_of(row.after)), "")
            yield _Way(_level(place), way_to(at, rows), _first(rows), is_tip=True, within=within)
        elif place == snapshot.ns:
            way = way_to(snapshot.checkpoint, rows) or way_to(snapshot.parent or "", rows)  # it may be read later
            is_tip = bool(way) and all(row.parent != way[-1].checkpoint for row in rows)
            yield _Way(_level(place), way, _first(rows), is_tip, within="")


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
            for name, count in Counter(parent.next or ()).items():
                if name not in (START, END):
                    times[name] = times.get(name, 0) + count
    return times


class _Past:
    """What happened on some ways, and in the subgraphs that their tasks ran."""

    def __init__(self, inner: Inner) -> None:
        self.taken = TakenBuilder()
        self.times: Counter[str] = Counter()
        """By the path of a node, how often it ran."""
        self.open: dict[str, set[str]] = {}
        """By the path of a node, ids of its tasks that are over or wait while their step is not over."""
        self.passed: set[str] = set()
        """START and END of the subgraphs that began and came to their end."""
        self._inner = inner
        self._walked: dict[str, str] = {}  # by subgraph, its last checkpoint

    def walk(self, way: _Way) -> None:
        """Take in a way."""
        self.times.update({path_text(way.level, name): times for name, times in runs_on(way.rows).items()})
        for row, following in zip(way.rows, (*way.rows[1:], None), strict=False):
            if row.source != "fork":  # a copy of the one before: what was sent there is still to come
                self.taken.step(way.level, _routed(row) if row.source == "loop" else None, row.next)
            for task in _told(row.after, all_of_them=following is None) if _begun(way, row, following) else ():
                self.taken.start(way.level, task.node)
                if way.is_open and following is None and not task.path and task.node not in (START, END):
                    self.times[path := path_text(way.level, task.node)] += 1
                    self.open.setdefault(path, set()).add(task.id)
                for ns in task.inner:
                    self.passed.add(path_text(_level(ns), START))  # also of one that nobody has read
                    if ns != way.within:
                        until = following.checkpoint if following else _NO_END
                        is_open = way.is_open and following is None
                        self._walk_inside(ns, row.checkpoint, until, is_over=task.finished, is_open=is_open)

    def _walk_inside(self, ns: str, since: str, until: str, *, is_over: bool, is_open: bool) -> None:
        """Take in what a subgraph did between two checkpoints of the graph around it; ids of checkpoints sort by time.

        Several tasks of a node may go on with one subgraph: each has its own part of that. One that is over without
        having come to its end was left from its last step (`Command.PARENT`), whose tasks have written nothing.
        """
        rows = self._inner.get(ns, ())
        at = next((row.checkpoint for row in rows if row.checkpoint < until), "")
        new = [row for row in way_to(at, rows) if row.checkpoint > max(since, self._walked.get(ns, ""))]
        if not new:
            return
        self._walked[ns], level = at, _level(ns)
        self.passed.add(path_text(level, START))
        if new[-1].next == ():
            self.passed.add(path_text(level, END))
        self.walk(_Way(level, new, _first(rows), is_tip=True, within="", is_open=is_open and not is_over))
        for node in new[-1].next or () if is_over else ():
            self.taken.start(level, node)
            self.times[path_text(level, node)] += 1


def _told(tasks: Sequence[RanTask], *, all_of_them: bool) -> Iterable[RanTask]:
    """The tasks of a step that tell something: of hundreds that tell the same one does, where none ran a subgraph."""
    if all_of_them or len(tasks) < 2 or subgraphs_of(tasks):
        return tasks
    return [kind.task for kind in alike(tasks)]


def _first(rows: History) -> Mapping[str | None, str]:
    return {row.parent: row.checkpoint for row in rows}


def _begun(way: _Way, row: CheckpointRow, following: CheckpointRow | None) -> bool:
    """Whether the tasks after a checkpoint ran on this way: they had, before another way could leave it."""
    return way.is_tip if following is None else way.first[row.checkpoint] == following.checkpoint


def _level(ns: str) -> tuple[str, ...]:
    return tuple(part for part in ns.split("|") if part and not part.isdigit())  # a number counts those of one task


def unread(history: History, inner: Inner, unfolded: Collection[str], prefix: str = "") -> Iterator[str]:
    """The subgraphs that were run by nodes of these paths and have not been read, newest first, by `checkpoint_ns`."""
    for row in history:
        for task in row.after if subgraphs_of(row.after) else ():
            if (path := prefix + task.node) in unfolded:
                for ns in task.inner:
                    if ns in inner:
                        yield from unread(inner[ns], inner, unfolded, f"{path}:")
                    else:
                        yield ns


def _routed(row: CheckpointRow) -> dict[str, tuple[str, ...]]:
    """Where each node of the step that made a checkpoint has led, all its tasks together."""
    found: dict[str, tuple[str, ...]] = {}
    for task, _ in alike(row.made_by):
        found[task.node] = (*found.get(task.node, ()), *task.routed)
    return found
