"""A checkpoint of a thread, or an error that names what is near."""

import difflib
from typing import Final

from graphdeck.graphs.errors import FileError, ThreadNotFound
from graphdeck.graphs.saved.decode import Undecodable
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.rows import SavedCheckpoint, load_checkpoint

_SHOWN: Final = 3
_COMPARED: Final = 2000
"""Names compared letter by letter; of more, only those that begin alike or hold the wanted one."""


def holds(file: CheckpointFile, thread: str) -> bool:
    """Whether a file has checkpoints of a thread, be they of its subgraphs only."""
    return bool(file.query("SELECT 1 FROM checkpoints WHERE thread_id = ? LIMIT 1", (thread,)))


def find_checkpoint(
    file: CheckpointFile, thread: str, checkpoint: str | None = None, *, ns: str = ""
) -> SavedCheckpoint:
    """A checkpoint of a thread or of a subgraph in it, by default the newest.

    Raises `ThreadNotFound`, or `Undecodable` where it is broken.
    """
    saved = load_checkpoint(file, thread, ns, checkpoint)
    if saved is None:
        raise missing(file, thread, checkpoint, ns=ns)
    return saved


def missing(file: CheckpointFile, thread: str, checkpoint: str | None = None, *, ns: str = "") -> ThreadNotFound:
    """The error for a thread, a checkpoint or a subgraph of it that is not there; it names what is near."""
    ids = [row[0] for row in file.query("SELECT checkpoint_id FROM checkpoints WHERE thread_id = ?", (thread,))]
    if ids and checkpoint:
        hint = _near(checkpoint, ids) or "`graphdeck history` lists its checkpoints."
        return ThreadNotFound(f'Thread "{thread}" has no checkpoint "{checkpoint}".', hint)
    if ids and ns:
        hint = "`graphdeck history --json` names the subgraphs of each task under `inner`."
        return ThreadNotFound(f'Thread "{thread}" has no subgraph "{ns}".', hint)
    if ids:
        return ThreadNotFound(f'Thread "{thread}" has checkpoints of subgraphs only.', "Run it again from its input.")
    names = [row[0] for row in file.query("SELECT DISTINCT thread_id FROM checkpoints")]
    hint = _near(thread, names) or "`graphdeck threads` lists the threads there are."
    return ThreadNotFound(f'There is no thread "{thread}" in {file.path}.', hint)


def unreadable(file: CheckpointFile, thread: str, error: Undecodable) -> FileError:
    """The error for a thread whose rows cannot be decoded."""
    return FileError(
        f'Thread "{thread}" in {file.path} cannot be read: {error}.',
        "The other threads can. An older checkpoint of it may be whole: `graphdeck history` lists them.",
    )


def _near(wanted: str, names: list[str]) -> str:
    folded = wanted.casefold()
    near = [name for name in names if folded and (folded in name.casefold() or name.casefold() in folded)]
    if not near and len(names) <= _COMPARED:
        near = difflib.get_close_matches(wanted, names, n=_SHOWN)
    return "Near it: " + ", ".join(f'"{name}"' for name in near[:_SHOWN]) + "." if near else ""
