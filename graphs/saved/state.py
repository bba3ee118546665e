"""The state of a thread at one checkpoint, with its subgraphs, or one value of it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from graphdeck.graphs.paths import find_value
from graphdeck.graphs.records import Snapshot, Value
from graphdeck.graphs.saved.changes import changed_keys, lengths_before
from graphdeck.graphs.saved.decode import Packed, Undecodable
from graphdeck.graphs.saved.delta import delta_keys, delta_value
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.inner import UPDATE, inner_checkpoints, interrupts_of
from graphdeck.graphs.saved.lookup import find_checkpoint, unreadable
from graphdeck.graphs.saved.rows import (
    Key,
    SavedCheckpoint,
    Task,
    load_checkpoint,
    load_tasks,
    newest_checkpoint,
    whole,
)
from graphdeck.graphs.saved.status import Due, due_after, next_nodes, status_of
from graphdeck.graphs.saved.threads import find_graph, never, nobody
from graphdeck.graphs.tasks import FailedTask, FinishedTask
from graphdeck.graphs.values import Json, to_json

_VALUES = "values"
_PASSED = 1 << 26
"""Bytes of checkpoints that are passed on the way to the graph's name: 25 ms."""


def read_state(
    file: CheckpointFile,
    thread: str,
    checkpoint: str | None = None,
    *,
    ns: str = "",
    compared: bool = True,
    holder: Callable[[str], str] = nobody,
    stopped_by_breakpoint: Callable[[str, str], bool] = never,
) -> Snapshot:
    """The state of a thread at a checkpoint, by default the newest, with the subgraphs in the middle of its step.

    The values are those of the checkpoint: what tasks of an unfinished step have written joins them when the step
    ends. `next` of the newest checkpoint leaves finished tasks out, that of an older one does not. With `ns`, it is the
    state of that subgraph. Unless `compared`, `changed` stays empty, and the parent is not read. Raises
    `ThreadNotFound` and `FileError`.
    """
    file.refresh()
    try:
        saved = find_checkpoint(file, thread, checkpoint, ns=ns)
        newest = (saved.id, len(saved.blob)) == newest_checkpoint(file, thread, ns)
        reader = _Reader(file, find_graph(file, saved, passed=_PASSED), compared)
        return reader.snapshot(
            saved,
            newest=newest,
            running=newest and not ns and bool(holder(thread)),
            breakpoint_=newest and not ns and stopped_by_breakpoint(thread, saved.id),
        )
    except Undecodable as error:
        raise unreadable(file, thread, error) from error


def read_value(file: CheckpointFile, thread: str, checkpoint: str | None, path: str, *, ns: str = "") -> Value:
    """One value of a state, by dotted path or JSON Pointer; with `ns`, of a subgraph's.

    Raises `PathNotFound`, `ThreadNotFound` and `FileError`.
    """
    file.refresh()
    try:
        kept = None if ns else _kept_values(file, thread, checkpoint)
        values = kept or _values(file, find_checkpoint(file, thread, checkpoint, ns=ns))
    except Undecodable as error:
        raise unreadable(file, thread, error) from error
    return Value(path=path, value=find_value(values, path))


class _Kept(NamedTuple):
    """The state that was read last: whoever looks at one then looks into it, or at the next of the same thread."""

    key: Key | None = None
    size: int = 0
    state: Mapping[str, Any] = {}
    """Its outline."""
    values: Mapping[str, Json] = {}
    """Its JSON form."""


def _values(file: CheckpointFile, saved: SavedCheckpoint) -> Mapping[str, Json]:
    """The state in JSON form."""
    last: _Kept = file.remembered.get(_VALUES, _Kept())
    state = saved.state()
    values = {name: _json(value, last.state.get(name), last.values.get(name)) for name, value in state.items()}
    values |= {name: to_json(delta_value(file, saved, name)) for name in delta_keys(saved)}
    if not saved.key[1]:
        file.remembered.put(_VALUES, _Kept(saved.key, len(saved.blob), state, values))
    return values


def _json(value: Any, last: Any, last_json: Json) -> Json:
    """A value of an outline in JSON form; the objects with which a list begins as it did last are made only once."""
    if not (isinstance(value, list) and isinstance(last, list) and isinstance(last_json, list)):
        return to_json(whole(value))
    pairs = enumerate(zip(value, last, strict=False))
    same = next((at for at, (now, then) in pairs if type(now) is not Packed or now != then), min(len(value), len(last)))
    rest = to_json(whole(value[same:]))
    return [*last_json[:same], *rest] if isinstance(rest, list) else rest


def _kept_values(file: CheckpointFile, thread: str, checkpoint: str | None) -> Mapping[str, Json] | None:
    """The values that were kept, if they are those of the newest checkpoint and that is the one asked for."""
    kept: _Kept = file.remembered.get(_VALUES, _Kept())
    newest = newest_checkpoint(file, thread)
    asked_for = newest is not None and checkpoint in (None, newest[0])
    return kept.values if asked_for and newest and ((thread, "", newest[0]), newest[1]) == kept[:2] else None


def _is_edited(state: Snapshot) -> bool:
    """Whether the state of a subgraph, or of one in it, was written by hand."""
    return state.source == UPDATE or any(map(_is_edited, state.subgraphs))


class _Reader(NamedTuple):
    file: CheckpointFile
    graph: str
    compared: bool

    def snapshot(
        self, saved: SavedCheckpoint, *, newest: bool, running: bool = False, breakpoint_: bool = False
    ) -> Snapshot:
        """The state at a checkpoint of the graph or of a subgraph."""
        tasks = load_tasks(self.file, saved.key)
        due = due_after(saved, tasks)
        next_ = next_nodes(due, tasks, finished_too=not newest)
        inner = tuple(self.snapshot(child, newest=True) for child in inner_checkpoints(self.file, saved, tasks, due))
        deeper = {interrupt.id: interrupt for child in inner for interrupt in child.interrupts}
        edited = [child.ns for child in inner if _is_edited(child)]
        asked = interrupts_of(saved, tasks, due, deeper, edited)
        parent = self._parent(saved) if self.compared else None
        changed = changed_keys(saved, parent) if self.compared else ()
        status = status_of(due, next_, tasks, running=running, breakpoint_=breakpoint_)
        return Snapshot(
            thread=saved.key[0],
            checkpoint=saved.id,
            step=saved.step,
            status="stopped" if status == "waiting" and not asked else status,
            next=next_,
            values=_values(self.file, saved),
            interrupts=tuple(asked),
            failed=self._failed(saved, tasks, due, inner),
            finished=self._finished(saved, tasks, due, stands=newest and bool(next_)),
            changed=changed,
            lengths_before=lengths_before(changed, saved, parent),
            parent=saved.parent,
            source=saved.source,
            time=saved.time,
            graph=self.graph,
            file=str(self.file.path),
            ns=saved.key[1],
            subgraphs=inner,
            authors=self._authors(saved) if newest and not saved.key[1] else {},
        )

    def _authors(self, saved: SavedCheckpoint) -> Mapping[str, str]:
        from graphdeck.graphs.saved.authors import authors  # a list of threads needs none

        return authors(self.file, saved.key[0], saved.id)

    def _failed(
        self, saved: SavedCheckpoint, tasks: list[Task], due: Due, inner: tuple[Snapshot, ...]
    ) -> tuple[FailedTask, ...]:
        if not any(task.failed for task in tasks):
            return ()
        from graphdeck.graphs.saved.over import failed_tasks  # the first paint has seldom any

        return failed_tasks(self.file, saved, tasks, due, (failed for child in inner for failed in child.failed))

    def _finished(
        self, saved: SavedCheckpoint, tasks: list[Task], due: Due, *, stands: bool
    ) -> tuple[FinishedTask, ...]:
        """Those beside others that asked or failed, or that the thread `stands` before: a stop leaves no trace."""
        if not any(task.finished for task in tasks):
            return ()
        if not stands and not any(task.interrupts or task.failed for task in tasks):
            return ()
        from graphdeck.graphs.saved.over import finished_tasks

        return finished_tasks(self.file, saved, tasks, due)

    def _parent(self, saved: SavedCheckpoint) -> SavedCheckpoint | None:
        thread, ns, _ = saved.key
        return load_checkpoint(self.file, thread, ns, saved.parent) if saved.parent else None
