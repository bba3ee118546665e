"""How much room threads take in their file."""

from typing import Final

from graphdeck.graphs.keeping import ThreadSize
from graphdeck.graphs.saved.file import CheckpointFile

_CHECKPOINTS: Final = "SELECT thread_id, count(*), coalesce(sum(length(checkpoint)), 0) FROM checkpoints"
_WRITES: Final = "SELECT thread_id, coalesce(sum(length(value)), 0) FROM writes"
# metadata, which is small, lies behind the checkpoint: its length would cost a walk over all pages of that


def size_of(file: CheckpointFile, thread: str) -> ThreadSize:
    """The size of one thread, nothing where it is not there."""
    return _sizes(file, "WHERE thread_id = ?", thread).get(thread, ThreadSize(thread=thread, file=str(file.path)))


def all_sizes(file: CheckpointFile) -> dict[str, ThreadSize]:
    """The sizes of all threads, kept until the file is written."""
    sizes: dict[str, ThreadSize]
    version, sizes = file.remembered.get(_CHECKPOINTS, (None, {}))
    now = file.version()
    if version != now:
        sizes = _sizes(file, "")
        file.remembered.put(_CHECKPOINTS, (now, sizes))
    return sizes


def _sizes(file: CheckpointFile, where: str, *values: str) -> dict[str, ThreadSize]:
    writes = dict(file.query(f"{_WRITES} {where} GROUP BY thread_id", values))
    return {
        thread: ThreadSize(thread=thread, file=str(file.path), checkpoints=count, bytes=size + writes.get(thread, 0))
        for thread, count, size in file.query(f"{_CHECKPOINTS} {where} GROUP BY thread_id", values)
    }
