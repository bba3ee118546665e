"""The checkpoints of a thread, newest first."""

from collections.abc import Iterator

from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.saved.changes import changed_keys
from graphdeck.graphs.saved.decode import Undecodable
from graphdeck.graphs.saved.file import CheckpointFile, Turns, at_once
from graphdeck.graphs.saved.lookup import find_checkpoint, unreadable
from graphdeck.graphs.saved.rows import SavedCheckpoint, load_checkpoint, load_tasks
from graphdeck.graphs.saved.status import due_after, next_nodes

_IDS_SQL = (
    "SELECT checkpoint_id, length(checkpoint) FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ''"
    " AND checkpoint_id < ? ORDER BY checkpoint_id DESC LIMIT ?"
)
_AFTER_ALL = "~"
"""Sorts behind every checkpoint id."""

_MOST = 2**63 - 1
"""The largest number that SQLite takes."""


def read_history(
    file: CheckpointFile, thread: str, *, limit: int = 100, before: str | None = None
) -> list[CheckpointRow]:
    """The checkpoints of a thread, newest first; with `before`, those older than that one.

    `next` is what the step after each checkpoint ran or would run; of the newest, what is left of it.
    Raises `ThreadNotFound` and `FileError`.
    """
    return at_once(history_in_turns(file, thread, limit=limit, before=before))


def history_in_turns(
    file: CheckpointFile, thread: str, *, limit: int, before: str | None
) -> Turns[list[CheckpointRow]]:
    """What `read_history` gives, with a rest after each checkpoint."""
    file.refresh()
    rows: list[CheckpointRow] = []
    try:
        head = find_checkpoint(file, thread)
        if before is not None:
            find_checkpoint(file, thread, before)
        ids = file.query(_IDS_SQL, (thread, before or _AFTER_ALL, min(limit, _MOST)))
        for row in _rows(file, thread, ids, head):
            rows.append(row)
            yield
    except Undecodable as error:
        raise unreadable(file, thread, error) from error
    return rows


def _rows(
    file: CheckpointFile, thread: str, ids: list[tuple[str, int]], head: SavedCheckpoint
) -> Iterator[CheckpointRow]:
    """The rows; those of older checkpoints are remembered, as whoever follows a run reads them at each step."""
    for id_, size in ids:
        key = ("row", thread, id_, size)
        known: CheckpointRow | None = file.remembered.get(key)
        if known is not None and id_ != head.id:
            yield known
            continue
        saved = head if id_ == head.id else load_checkpoint(file, thread, "", id_)
        if saved is None:  # deleted meanwhile
            continue
        row = _row(file, saved, is_head=id_ == head.id)
        if id_ != head.id and row.next is not None:  # else its writes, which may still come, have a say
            file.remember(key, row)
        yield row


def _row(file: CheckpointFile, saved: SavedCheckpoint, *, is_head: bool) -> CheckpointRow:
    tasks = load_tasks(file, saved.key)
    return CheckpointRow(
        checkpoint=saved.id,
        parent=saved.parent,
        step=saved.step,
        source=saved.source,
        time=saved.time,
        next=next_nodes(due_after(saved, tasks), tasks, finished_too=not is_head),
        changed=_changed(file, saved),
    )


def _changed(file: CheckpointFile, saved: SavedCheckpoint) -> tuple[str, ...]:
    """What a checkpoint changed; remembered from when it was the newest, so that its parent is read once."""
    key = ("changed", *saved.key, len(saved.blob))
    known: tuple[str, ...] | None = file.remembered.get(key)
    if known is None:
        parent = load_checkpoint(file, saved.key[0], "", saved.parent) if saved.parent else None
        known = changed_keys(saved, parent)
        file.remember(key, known)
    return known
