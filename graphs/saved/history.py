"""The checkpoints of a thread or of a subgraph in it, newest first."""

from typing import Final, NamedTuple, TypeAlias

from graphdeck.graphs.ran_tasks import RanTasks
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.saved.changes import changed_keys, lengths_before
from graphdeck.graphs.saved.decode import Undecodable
from graphdeck.graphs.saved.file import CheckpointFile, Turns, at_once
from graphdeck.graphs.saved.lookup import missing
from graphdeck.graphs.saved.ran import Namespaces, namespaces, ran_after
from graphdeck.graphs.saved.rows import SavedCheckpoint, load_checkpoint, load_tasks, step_of, time_of
from graphdeck.graphs.saved.status import due_after, next_nodes

_IDS_SQL = (
    "SELECT checkpoint_id, length(checkpoint) FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ?"
    " AND checkpoint_id < ? ORDER BY checkpoint_id DESC LIMIT ?"
)
_WHERE: Final = "WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
_AFTER_ALL = "~"
"""Sorts behind every checkpoint id."""

_MOST = 2**63 - 1
"""The largest number that SQLite takes."""

_Changed: TypeAlias = tuple[tuple[str, ...], dict[str, int]]
"""The keys that a checkpoint changed, and how long those that are lists were before."""

_WEIGHT: Final = 5
"""Small objects that need as much memory as what is remembered of a checkpoint, its tasks left out."""

_LOOP: Final = "loop"
"""Source of a checkpoint that the tasks of a step made."""


def read_history(
    file: CheckpointFile, thread: str, *, limit: int = 100, before: str | None = None, ns: str = ""
) -> list[CheckpointRow]:
    """The checkpoints of a thread, newest first; with `before`, those older than that one; with `ns`, a subgraph's.

    `next` is what the step after each checkpoint ran or would run; of the newest, what is left of it. A checkpoint
    that cannot be read is listed with its `error`. Raises `ThreadNotFound` and `FileError`.
    """
    return at_once(history_in_turns(file, thread, limit=limit, before=before, ns=ns))


def history_in_turns(
    file: CheckpointFile, thread: str, *, limit: int, before: str | None, ns: str = ""
) -> Turns[list[CheckpointRow]]:
    """What `read_history` gives, with a rest after each checkpoint."""
    file.refresh()
    if before is not None and not file.query(f"SELECT 1 FROM checkpoints {_WHERE}", (thread, ns, before)):
        raise missing(file, thread, before, ns=ns)
    ids = file.query(_IDS_SQL, (thread, ns, before or _AFTER_ALL, min(limit, _MOST)))
    if not ids and before is None:
        raise missing(file, thread, ns=ns)
    head = ids[0][0] if ids and before is None else ""
    reader = _Reader(file, thread, ns, head, namespaces(file, thread))
    rows: list[CheckpointRow] = []
    for id_, size in ids:
        row = reader.row(id_, size)
        if row is not None:
            rows.append(row)
        yield
    return rows


class _Step(NamedTuple):
    """What began at a checkpoint."""

    next: tuple[str, ...] | None
    """What it runs or ran."""
    left: tuple[str, ...] | None
    """What is left of it."""
    ran: RanTasks
    """Its tasks, as far as rows tell."""
    is_over: bool
    """Nothing will be added to it."""


class _Reader(NamedTuple):
    """Reads rows, and remembers those that stay as they are: whoever follows a run reads them at each step."""

    file: CheckpointFile
    thread: str
    ns: str
    head: str
    """Id of the newest checkpoint; empty where it is none of the rows."""
    inner: Namespaces

    def row(self, id_: str, size: int) -> CheckpointRow | None:
        """A checkpoint of which id and size are known; None where it was deleted meanwhile."""
        key = ("row", self.thread, self.ns, id_, size, id_ == self.head)
        known: CheckpointRow | None = self.file.steps.get(key)
        if known is not None:
            return known
        try:
            saved = self._load(id_)
            if saved is None:
                return None
            step = self._step(saved)
        except Undecodable as error:
            return self._broken(id_, str(error))
        parent = self._parent(saved)
        before = self._step(parent) if parent is not None and saved.source == _LOOP else None
        changed, lengths = self._changed(saved, parent)
        row = CheckpointRow(
            checkpoint=id_,
            parent=saved.parent,
            step=saved.step,
            source=saved.source,
            time=saved.time,
            next=step.left if id_ == self.head else step.next,
            changed=changed,
            lengths_before=lengths,
            ns=self.ns,
            made_by=_finished(before.ran) if before else (),
            after=step.ran,
        )
        if step.is_over and (before is None or before.is_over):
            self.file.steps.put(key, row, weight=_WEIGHT)
        return row

    def _load(self, checkpoint: str) -> SavedCheckpoint | None:
        return load_checkpoint(self.file, self.thread, self.ns, checkpoint)

    def _parent(self, saved: SavedCheckpoint) -> SavedCheckpoint | None:
        """The parent; None where there is none, or none that can be read."""
        try:
            return self._load(saved.parent) if saved.parent else None
        except Undecodable:  # its own row tells
            return None

    def _step(self, saved: SavedCheckpoint) -> _Step:
        key = ("step", *saved.key, len(saved.blob))
        step: _Step | None = self.file.steps.get(key)
        if step is None:
            tasks = load_tasks(self.file, saved.key)
            due = due_after(saved, tasks)
            left = next_nodes(due, tasks)
            ran = RanTasks(ran_after(self.file, saved, tasks, due, self.inner))
            step = _Step(next_nodes(due, tasks, finished_too=True), left, ran, due.known and not left)
            if step.is_over:
                self.file.steps.put(key, step, weight=_WEIGHT + ran.weight)
        return step

    def _changed(self, saved: SavedCheckpoint, parent: SavedCheckpoint | None) -> _Changed:
        """What a checkpoint changed; remembered also of the newest, so that its parent is read once."""
        key = ("changed", *saved.key, len(saved.blob))
        known: _Changed | None = self.file.steps.get(key)
        if known is None:
            changed = changed_keys(saved, parent)
            known = changed, lengths_before(changed, saved, parent)
            self.file.steps.put(key, known, weight=_WEIGHT)
        return known

    def _broken(self, checkpoint: str, why: str) -> CheckpointRow:
        rows = self.file.query(
            f"SELECT parent_checkpoint_id FROM checkpoints {_WHERE}", (self.thread, self.ns, checkpoint)
        )
        return CheckpointRow(
            checkpoint=checkpoint,
            parent=rows[0][0] if rows else None,
            step=step_of(checkpoint) or 0,
            source="",
            time=time_of(checkpoint),
            next=None,
            changed=(),
            ns=self.ns,
            error=why,
        )


def _finished(ran: RanTasks) -> RanTasks:
    """Those of the tasks that have finished: the same ones, in the same memory, once all have."""
    if all(kind.task.finished for kind in ran.alike):
        return ran
    return RanTasks(task for task in ran if task.finished)
