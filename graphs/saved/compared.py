"""What differs between two checkpoints of a thread, decoding only what does."""

from collections.abc import Iterator
from typing import Any

from graphdeck.graphs.alignment import alignment, common
from graphdeck.graphs.differences import Change, differences, list_differences, pointer
from graphdeck.graphs.saved.changes import differ
from graphdeck.graphs.saved.decode import Packed, Undecodable
from graphdeck.graphs.saved.delta import delta_keys, delta_value
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.lookup import find_checkpoint, unreadable
from graphdeck.graphs.saved.rows import SavedCheckpoint, whole
from graphdeck.graphs.values import Json, same, to_json


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


def _in_key(ours: dict[str, Any], theirs: dict[str, Any], key: str) -> list[Change]:
    path = pointer("", key)
    if key not in theirs:
        return [Change(path=path, kind="removed", before=to_json(whole(ours[key])))]
    if key not in ours:
        return [Change(path=path, kind="added", after=to_json(whole(theirs[key])))]
    before, after = ours[key], theirs[key]
    if isinstance(before, list) and isinstance(after, list):
        found = [
            change
            for start, end, from_, to in _gaps(before, after)
            for change in list_differences(_json(before[start:end]), _json(after[from_:to]), path, at=(start, from_))
        ]
    else:
        found = list(differences(to_json(whole(before)), to_json(whole(after)), path))
    if not found:  # it reads the same
        found.append(Change(path=path, kind="changed", before=to_json(whole(before)), after=to_json(whole(after))))
    return found


def _json(items: list[Any]) -> list[Json]:
    found = to_json(whole(items))
    return found if isinstance(found, list) else []


def _gaps(before: list[Any], after: list[Any]) -> Iterator[tuple[int, int, int, int]]:
    """Where two outlined lists differ, as ranges of both; the objects between are the same, byte by byte."""
    if {*map(type, before), *map(type, after)} != {Packed}:
        start, end, to = 0, len(before), len(after)
        while start < min(end, to) and same(before[start], after[start]):
            start += 1
        while start < min(end, to) and same(before[end - 1], after[to - 1]):
            end, to = end - 1, to - 1
        yield start, end, start, to
        return
    front = common(before, after)
    back = common(before[front:][::-1], after[front:][::-1])
    i = j = front
    end, to = len(before) - back, len(after) - back
    for next_i, next_j in [*alignment(before[front:end], after[front:to]), (end - front, to - front)]:
        if i < next_i + front or j < next_j + front:
            yield i, next_i + front, j, next_j + front
        i, j = next_i + front + 1, next_j + front + 1
