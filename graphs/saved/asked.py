"""The questions of a thread that wait now, read without its values."""

from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.saved.decode import Undecodable
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.inner import waiting_interrupts
from graphdeck.graphs.saved.lookup import find_checkpoint, unreadable
from graphdeck.graphs.saved.rows import load_tasks


def read_questions(file: CheckpointFile, thread: str) -> tuple[str, tuple[PendingInterrupt, ...]]:
    """Id of a thread's newest checkpoint, and the questions that wait there; raises ThreadNotFound and FileError."""
    file.refresh()
    try:
        saved = find_checkpoint(file, thread)
        return saved.id, tuple(waiting_interrupts(file, saved, load_tasks(file, saved.key)))
    except Undecodable as error:
        raise unreadable(file, thread, error) from error
