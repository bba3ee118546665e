"""What differs between two checkpoints of a thread, decoding only what does."""

from typing import Any

from graphdeck.graphs.differences import Change, differences, list_differences, pointer, same
from graphdeck.graphs.saved.changes import differ
from graphdeck.graphs.saved.decode import Undecodable
from graphdeck.graphs.saved.delta import delta_keys, delta_value
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.lookup import find_checkpoint, unreadable
from graphdeck.graphs.saved.rows import SavedCheckpoint, whole
from graphdeck.graphs.values import to_json


def read_differences(
    file: CheckpointFile, thread: str, checkpoint: str, other: str | None = None, *, ns: str = ""
) -> tuple[Change, ...]:
    """What leads from a checkpoint to another one; without the other, from its parent to it.

    All of the state is added where there is no parent. With `ns`, they are a subgraph's. A value that is stored
    differently, and reads the same, is told as changed. Raises `ThreadNotFound` and `FileError`.
    """
    file.refresh()
    try:
        first = find_checkpoint(file, thread, checkpoint, ns=ns)
        if other is not None:
            return tuple(_differences(file, first, find_checkpoint(file, thread, other, ns=ns)))
        parent = find_checkpoint(file, thread, first.parent, ns=ns) if first.parent else None
        return tuple(_differences(file, parent, first))
    except Undecodable as error:
        raise unreadable(file, thread, error) from error


def _differences(file: CheckpointFile, before: SavedCheckpoint | None, after: SavedCheckpoint) -> list[Change]:
    ours = before.state() if before is not None else {}
    theirs = after.state()
    if before is not None:
        ours |= {key: delta_value(file, before, key) for key in delta_keys(before)}
    theirs |= {key: delta_value(file, after, key) for key in delta_keys(after)}
    found: list[Change] = []
    for key in dict.fromkeys((*ours, *theirs)):
        if differ(ours, theirs, key):
            found += _in_key(ours, theirs, key)
    return found


def _in_key(ours: dict[str, Any], theirs: dict[str, Any], key: str) -> tuple[Change, ...]:
    path = pointer("", key)
    if key not in theirs:
        return (Change(path=path, kind="removed", before=to_json(whole(ours[key]))),)
    if key not in ours:
        return (Change(path=path, kind="added", after=to_json(whole(theirs[key]))),)
    before, after, skipped = _trimmed(ours[key], theirs[key])
    before, after = to_json(whole(before)), to_json(whole(after))
    if isinstance(before, list) and isinstance(after, list):
        found = list_differences(before, after, path, skipped=skipped)
    else:
        found = differences(before, after, path)
    return found or (
        Change(path=path, kind="changed", before=to_json(whole(ours[key])), after=to_json(whole(theirs[key]))),
    )


def _trimmed(before: Any, after: Any) -> tuple[Any, Any, int]:
    """Two lists without the items that are alike at both ends, and how many of them were at the beginning."""
    if not (isinstance(before, list) and isinstance(after, list)):
        return before, after, 0
    start, end, to = 0, len(before), len(after)
    while start < min(end, to) and same(before[start], after[start]):
        start += 1
    while start < min(end, to) and same(before[end - 1], after[to - 1]):
        end, to = end - 1, to - 1
    return before[start:end], after[start:to], start
