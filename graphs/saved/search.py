"""A text looked for in the state of all threads of a file: in the stored bytes first, which is most of the work."""

from collections.abc import Iterator
from typing import Any, Final

from graphdeck.graphs.saved.decode import Undecodable, outline
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.needle import Needle
from graphdeck.graphs.saved.rows import is_control, read_metadata, step_of
from graphdeck.graphs.searching import SearchHit, SearchProgress

_ROWS: Final = 500
"""Rows whose sizes are asked for at a time."""
_BYTES: Final = 4 << 20
"""Bytes read between two rests, unless one row alone has more."""

_SMALL: Final = 1000
"""Bytes below which a look at a row of its own costs more than to put it together with others."""

_END: Final = 2**63 - 1
_SIZES: Final = {
    "checkpoints": "SELECT rowid, thread_id, coalesce(length(checkpoint), 0) FROM checkpoints NOT INDEXED"
    " WHERE rowid < ? ORDER BY rowid DESC LIMIT ?",
    "writes": "SELECT rowid, thread_id, coalesce(length(value), 0) FROM writes NOT INDEXED"
    " WHERE rowid < ? ORDER BY rowid DESC LIMIT ?",
}
_BLOBS: Final = {
    "checkpoints": "SELECT rowid, checkpoint FROM checkpoints",
    "writes": "SELECT rowid, value FROM writes",
}
_READ: Final = {
    "checkpoints": "SELECT thread_id, checkpoint_ns, checkpoint_id, '', type, checkpoint FROM checkpoints",
    "writes": "SELECT thread_id, checkpoint_ns, checkpoint_id, channel, type, value FROM writes",
}
_METADATA: Final = "SELECT metadata FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"


def file_bytes(file: CheckpointFile) -> int:
    """About how many bytes a search reads: all pages of the file."""
    return int(file.query("PRAGMA page_count")[0][0]) * int(file.query("PRAGMA page_size")[0][0])


def search(file: CheckpointFile, text: str) -> Iterator[SearchHit | SearchProgress]:
    """One hit for each thread that holds a text, as they are found, with the bytes read; newest checkpoints first.

    Closing the iterator ends the search. What cannot be decoded is passed over; raises `FileError`.
    """
    file.refresh()
    needle = Needle(text)
    total = file_bytes(file)
    read = 0
    found: set[str] = set()
    for table in _SIZES:  # writes hold what is in no state: questions, answers, errors, and what delta channels store
        for rowids, size in _batches(file, table, found):
            for rowid in _holding(file, table, needle, rowids):
                hit = _hit(file, needle, file.query(f"{_READ[table]} WHERE rowid = ?", (rowid,)), found)
                if hit is not None:
                    found.add(hit.thread)
                    yield hit
            read += size
            yield SearchProgress(read=min(read, total), total=total, hits=len(found))
    yield SearchProgress(read=total, total=total, hits=len(found))


def _batches(file: CheckpointFile, table: str, found: set[str]) -> Iterator[tuple[list[int], int]]:
    """Rows to read at a time, without those of found threads, and the size of all that is passed with them."""
    before = _END
    while sizes := file.query(_SIZES[table], (before, _ROWS)):
        before = sizes[-1][0]
        batch: list[int] = []
        passed = wanted = 0
        for rowid, thread, size in sizes:
            passed += size
            if thread not in found:
                batch.append(rowid)
                wanted += size
            if wanted >= _BYTES:
                yield batch, passed
                batch, passed, wanted = [], 0, 0
        yield batch, passed


def _holding(file: CheckpointFile, table: str, needle: Needle, rowids: list[int]) -> list[int]:
    """Those of some rows whose bytes may hold the text; texts of a row are not asked for, as each costs a call."""
    if not rowids:
        return []
    marks = ", ".join("?" * len(rowids))
    rows = file.query(f"{_BLOBS[table]} WHERE rowid IN ({marks}) ORDER BY rowid DESC", rowids)
    rows = [row for row in rows if type(row[1]) is bytes]
    small = [data for _, data in rows if len(data) < _SMALL]
    look_at_small = needle.in_bytes(b"\n".join(small))  # one look at many of them
    return [rowid for rowid, data in rows if (len(data) >= _SMALL or look_at_small) and needle.in_bytes(data)]


def _hit(file: CheckpointFile, needle: Needle, rows: list[tuple[Any, ...]], found: set[str]) -> SearchHit | None:
    if not rows or rows[0][0] in found:
        return None
    thread, ns, checkpoint, channel, type_, data = rows[0]
    try:
        value = outline(type_, data)
        place = needle.find(value if channel else _state(value))
    except Undecodable:
        return None
    if place is None:
        return None
    path, text = place
    return SearchHit(
        file=str(file.path),
        thread=thread,
        checkpoint=checkpoint,
        step=_step(file, thread, ns, checkpoint),
        path=path_text((channel, *path) if channel else path),
        excerpt=needle.excerpt(text),
        ns=ns,
        where="write" if channel else "state",
    )


def _state(checkpoint: Any) -> dict[str, Any]:
    channels = checkpoint.get("channel_values") if isinstance(checkpoint, dict) else None
    if not isinstance(channels, dict):
        return {}
    return {name: value for name, value in channels.items() if isinstance(name, str) and not is_control(name)}


def _step(file: CheckpointFile, thread: str, ns: str, checkpoint: str) -> int | None:
    rows = file.query(_METADATA, (thread, ns, checkpoint))
    step = read_metadata(rows[0][0]).get("step") if rows else None
    return step if isinstance(step, int) else step_of(checkpoint)


def path_text(parts: tuple[str, ...]) -> str:
    """A path as `show` takes it: dotted, or a JSON Pointer where a key has a dot in it or begins with a slash."""
    if any("." in part or not part for part in parts) or (parts[:1] and parts[0].startswith("/")):
        return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
    return ".".join(parts)
