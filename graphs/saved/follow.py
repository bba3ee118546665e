"""A thread as another process writes it: what its new rows tell, in the words of a run's events."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, TypeAlias

import ormsgpack

from graphdeck.graphs.events import Checkpoint, Event, Interrupt, NodeFailed, NodeFinished, NodeStopped
from graphdeck.graphs.records import START
from graphdeck.graphs.saved.decode import Packed, Undecodable
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.inner import questions_of, waiting_interrupts
from graphdeck.graphs.saved.lookup import find_checkpoint, unreadable
from graphdeck.graphs.saved.ran import written_keys
from graphdeck.graphs.saved.rows import (
    NO_TASK,
    Key,
    SavedCheckpoint,
    Task,
    is_by_hand,
    is_control,
    load_checkpoint,
    load_tasks,
    read_checkpoint,
    read_task,
)
from graphdeck.graphs.saved.status import Due, due_after, node_of
from graphdeck.graphs.values import json_line

_CHECKPOINTS_SQL: Final = """
SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata FROM checkpoints NOT INDEXED
WHERE rowid > ? AND rowid <= ? AND thread_id = ? ORDER BY rowid
"""
_WRITES_SQL: Final = """
SELECT checkpoint_ns, checkpoint_id, task_id, {task_path}, channel, type,
CASE WHEN channel IN ('__error__', '__interrupt__') THEN value END FROM writes NOT INDEXED
WHERE rowid > ? AND rowid <= ? AND thread_id = ? AND task_id <> ? ORDER BY rowid
"""
_LAST_SQL: Final = "SELECT (SELECT max(rowid) FROM checkpoints), (SELECT max(rowid) FROM writes)"

_Place: TypeAlias = tuple[str, str]
"""`checkpoint_ns` and checkpoint id."""


class _Step(NamedTuple):
    """A checkpoint, and what it runs."""

    saved: SavedCheckpoint
    due: Due


class Follower:
    """Tells what was written of a thread since it was last asked, by reading the new rows of its file alone.

    The first time it tells where the thread stands. Events have the time of their checkpoint, or that at which they
    were noticed; a finished node's `ms` are those since its step began, and so the most that they can be.
    """

    def __init__(self, file: CheckpointFile, thread: str) -> None:
        self._file = file
        self._thread = thread
        self._last = (0, 0)
        """The last row of both tables that was looked at."""
        self.newest: Key = (thread, "", "")
        """The newest checkpoint of the graph itself."""
        self.run = ""
        """The run that wrote it, where it is graphdeck's."""
        self._steps: dict[_Place, _Step] = {}
        """The newest checkpoint of each namespace that goes on."""
        self._untaken: list[SavedCheckpoint] = []
        """Inputs of graphs that are not told yet: what takes one, the rows tell once it has been taken."""
        self._asked: dict[tuple[str, str], str] = {}
        """By id and payload of a question, the task that told it first: each level of subgraphs repeats it.

        Empty where nobody has told it since the beginning.
        """

    def begin(self) -> list[Event]:
        """Where the thread stands; raises `ThreadNotFound` and `FileError`."""
        self._file.refresh()
        try:
            self._last = self._newest_rows()
            saved = find_checkpoint(self._file, self._thread)
            tasks = load_tasks(self._file, saved.key)
            changed = self._changed(saved)
            step = self._add(saved)
            found: list[Event] = [self._checkpoint(step, changed)]
            questions = waiting_interrupts(self._file, saved, tasks)
            for question in questions:
                self._asked[question.id, json_line(question.value)] = ""
                fields = {name: getattr(question, name) for name in ("id", "node", "ns", "value", "schema")}
                found.append(Interrupt(task="", time=_now(), **fields))
            for task in tasks:
                found += self._ended(step, task._replace(interrupts=()), "")
        except Undecodable as error:
            raise unreadable(self._file, self._thread, error) from error
        return found

    def turn(self) -> list[Event]:
        """What was written since; raises `FileError`."""
        self._file.refresh()
        before, self._last = self._last, self._newest_rows()
        try:
            return list(self._events(before, self._last)) if self._last != before else []
        except Undecodable as error:
            raise unreadable(self._file, self._thread, error) from error

    def rest(self) -> list[Event]:
        """What was not told yet, once nobody writes any more."""
        untaken, self._untaken = self._untaken, []
        return [self._new(saved) for saved in untaken]

    def _newest_rows(self) -> tuple[int, int]:
        checkpoint, write = self._file.query(_LAST_SQL)[0]
        return checkpoint or 0, write or 0

    def _events(self, before: tuple[int, int], now: tuple[int, int]) -> Iterator[Event]:
        """First what the tasks of a step wrote, then the checkpoint that they made."""
        written = self._written(before[1], now[1])
        rows = self._file.query(_CHECKPOINTS_SQL, (before[0], now[0], self._thread))
        new = [*self._untaken, *(read_checkpoint(self._thread, row[0], row[1:]) for row in rows)]
        newest, self._untaken = {saved.key[1]: saved.id for saved in sorted(new, key=_by_id)}, []
        for saved in sorted(new, key=_by_id):
            ns = saved.key[1]
            if any(place[0] == ns and place[1] >= saved.id for place in self._steps):  # it was put again
                continue
            if saved.id == newest[ns] and self._is_untaken(saved):
                self._untaken.append(saved)
                continue
            if saved.parent is not None:
                yield from self._tasks((ns, saved.parent), written.pop((ns, saved.parent), {}), saved.time)
            yield self._new(saved)
        for place in sorted(written, key=lambda place: -place[0].count("|") if place[0] else 1):
            yield from self._tasks(place, written[place], "")

    def _written(self, after: int, last: int) -> dict[_Place, dict[str, list[tuple[Any, ...]]]]:
        """New writes by checkpoint and task."""
        rows = self._file.query(
            _WRITES_SQL.format(task_path=self._file.task_path), (after, last, self._thread, NO_TASK)
        )
        found: dict[_Place, dict[str, list[tuple[Any, ...]]]] = {}
        for ns, checkpoint, *write in rows:
            if not is_by_hand(write[1]):
                found.setdefault((ns, checkpoint), {}).setdefault(write[0], []).append(tuple(write))
        return found

    def _add(self, saved: SavedCheckpoint) -> _Step:
        """Make a checkpoint the newest of its namespace; the subgraphs of the steps before it are over."""
        ns = saved.key[1]
        if not ns:
            self.newest, self.run = saved.key, str(saved.metadata.get("graphdeck_run", ""))
        over = [place for place in self._steps if place[0] == ns or place[0].startswith(f"{ns}|" if ns else "")]
        for place in over:
            del self._steps[place]
        step = self._steps[ns, saved.id] = self._step(saved)
        return step

    def _step(self, saved: SavedCheckpoint) -> _Step:
        """What a checkpoint runs; who takes the input of a graph, the tasks tell."""
        return _Step(saved, due_after(saved, load_tasks(self._file, saved.key) if START in saved.channels else ()))

    def _is_untaken(self, saved: SavedCheckpoint) -> bool:
        """Whether it has an input that no task has taken yet, so that nothing tells what will."""
        return START in saved.channels and not load_tasks(self._file, saved.key) and not due_after(saved, ()).known

    # -- events --------------------------------------------------------------------------------------------------

    def _new(self, saved: SavedCheckpoint) -> Event:
        changed = self._changed(saved)
        return self._checkpoint(self._add(saved), changed)

    def _checkpoint(self, step: _Step, changed: Mapping[str, tuple[int, str]]) -> Event:
        saved, due = step
        return Checkpoint(
            time=saved.time,
            ns=_path(saved.key[1]),
            id=saved.id,
            parent=saved.parent,
            step=saved.step,
            source=saved.source,
            next=(*due.sends, *due.nodes),
            changed=changed,
        )

    def _changed(self, saved: SavedCheckpoint) -> Mapping[str, tuple[int, str]]:
        """The keys that were written, with size and hash of what they hold."""
        known = self._steps.get((saved.key[1], saved.parent or ""))
        parent = known.saved if known else None
        if parent is None and saved.parent:
            parent = load_checkpoint(self._file, self._thread, saved.key[1], saved.parent)
        before = parent.versions if parent is not None else {}
        return {
            key: _measure(value)
            for key, value in saved.channels.items()
            if not (is_control(key) or key.startswith("__")) and saved.versions.get(key) != before.get(key)
        }

    def _tasks(self, place: _Place, tasks: Mapping[str, list[tuple[Any, ...]]], until: str) -> Iterator[Event]:
        step = self._steps.get(place)
        if step is None and tasks:
            saved = load_checkpoint(self._file, self._thread, *place)
            if saved is None:  # deleted meanwhile
                return
            step = self._step(saved)
        for writes in tasks.values():
            assert step is not None
            yield from self._ended(step, read_task(writes), until)

    def _ended(self, step: _Step, task: Task, until: str) -> Iterator[Event]:
        """What a task's writes say: it has asked, failed, was stopped, or has finished."""
        node, ns = node_of(task, step.due), _path(step.saved.key[1])
        time = until or _now()
        for question in questions_of(step.saved, task, step.due):
            key = (question.id, json_line(question.value))
            self._asked[key] = teller = self._asked.get(key) or task.id
            if teller == task.id:
                yield Interrupt(
                    time=time, ns=ns, id=question.id, task=task.id, node=node, value=question.value,
                    schema=question.schema,
                )  # fmt: skip
        if task.failed:
            name = task.error.partition("(")[0]
            yield NodeFailed(
                time=time, ns=ns, task=task.id, node=node, error=name, message=task.error, traceback=""
            )  # fmt: skip
        elif task.error and not task.finished:
            yield NodeStopped(time=time, ns=ns, task=task.id, node=node)
        elif task.finished and node != START:
            ms = _milliseconds(step.saved.time, time)
            yield NodeFinished(time=time, ns=ns, task=task.id, node=node, ms=ms, keys=written_keys(task))


def _by_id(saved: SavedCheckpoint) -> str:
    return saved.id


def _path(ns: str) -> tuple[str, ...]:
    return tuple(level for level in ns.split("|") if level and not level.isdigit())


def _measure(value: Any) -> tuple[int, str]:
    """Size in bytes and hash of a value as it is stored."""
    options = ormsgpack.OPT_NON_STR_KEYS | ormsgpack.OPT_PASSTHROUGH_TUPLE
    data = ormsgpack.packb(value, default=_packed, option=options)
    return len(data), hashlib.blake2b(data, digest_size=8).hexdigest()


def _packed(value: object) -> ormsgpack.Ext:
    if isinstance(value, Packed):
        return ormsgpack.Ext(value.code, value.data)
    raise TypeError(type(value).__name__)


def _milliseconds(start: str, end: str) -> float:
    try:
        took = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    except (ValueError, TypeError):  # not a time, or one without a zone
        return 0.0
    return max(0.0, round(took.total_seconds() * 1000, 3))


def _now() -> str:
    return datetime.now(UTC).isoformat()
