"""Which checkpoints of a thread can go when only its newest are to stay; nothing is changed here."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from graphdeck.graphs.saved.decode import Undecodable
from graphdeck.graphs.saved.delta import delta_keys
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.lookup import find_checkpoint, unreadable
from graphdeck.graphs.saved.rows import SavedCheckpoint, load_checkpoint, read_metadata

_ROWS: Final = (
    "SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id, metadata, coalesce(length(checkpoint), 0)"
    " FROM checkpoints WHERE thread_id = ?"
)
_WRITES: Final = (
    "SELECT checkpoint_ns, checkpoint_id, coalesce(sum(length(value)), 0) FROM writes WHERE thread_id = ? GROUP BY 1, 2"
)
_CHANNELS: Final = "SELECT DISTINCT channel FROM writes WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
_SENDS_IN_PARENT: Final = 4
"""Before this version of a checkpoint, what `Send` was to start lay in the writes of its parent."""


class PrunePlan(NamedTuple):
    """What can go."""

    head: str
    """Id of the newest checkpoint, which it holds for."""
    gone: tuple[tuple[str, str], ...]
    """Namespace and id of each checkpoint that goes."""
    kept: int
    """Checkpoints that stay."""
    bytes: int
    """Of what goes."""


class _Row(NamedTuple):
    ns: str
    id: str
    parent: str | None
    metadata: Mapping[str, Any]
    size: int

    @property
    def root(self) -> str | None:
        """The checkpoint of the graph itself during whose step a subgraph made this one; None where it is not told."""
        parents = self.metadata.get("parents")
        root = parents.get("") if isinstance(parents, dict) else None
        return root if isinstance(root, str) else None


def plan_prune(file: CheckpointFile, thread: str, keep: int) -> PrunePlan:
    """What can go so that a thread's newest checkpoints stay, and all that these need; raises `FileError`.

    The first checkpoint stays too, since it holds the input, and so do those of subgraphs that remember from one run
    to the next. What waits is at the newest one, and stays with it.
    """
    try:
        head = find_checkpoint(file, thread)
    except Undecodable as error:
        raise unreadable(file, thread, error) from error
    rows = [
        _Row(ns, id_, parent, read_metadata(data), size) for ns, id_, parent, data, size in file.query(_ROWS, (thread,))
    ]
    roots = sorted((row for row in rows if not row.ns), key=lambda row: row.id)
    newest = {row.id for row in [roots[0], *roots[-keep:]]}
    kept = {(row.ns, row.id) for row in rows if (row.id in newest if not row.ns else _stays(row, newest))}
    for row in rows:
        if (row.ns, row.id) in kept and (row.ns, row.parent) not in kept:
            try:
                kept |= {saved.key[1:] for saved in _needed(file, thread, row)}
            except Undecodable as error:
                raise unreadable(file, thread, error) from error
    gone = {(row.ns, row.id): row.size for row in rows if (row.ns, row.id) not in kept}
    writes = sum(size for ns, id_, size in file.query(_WRITES, (thread,)) if (ns, id_) in gone)
    return PrunePlan(head.id, tuple(gone), len(rows) - len(gone), sum(gone.values()) + writes)


def _stays(row: _Row, newest: set[str]) -> bool:
    """Whether a subgraph's checkpoint stays: its namespace names a task unless it remembers from run to run."""
    remembers = not all(":" in level for level in row.ns.split("|") if not level.isdigit())
    return remembers or row.root is None or row.root in newest


def _needed(file: CheckpointFile, thread: str, row: _Row) -> list[SavedCheckpoint]:
    """The older checkpoints without which one cannot be read, the nearest first."""
    saved = load_checkpoint(file, thread, row.ns, row.id)
    if saved is None:
        return []
    missing = set(delta_keys(saved))
    version = saved.body.get("v")
    old = isinstance(version, int) and version < _SENDS_IN_PARENT
    met = {row.id}
    passed: list[SavedCheckpoint] = []
    needed = 0
    parent = row.parent
    while (missing or old) and parent and parent not in met:  # one that was put twice can make a circle
        met.add(parent)
        before = load_checkpoint(file, thread, row.ns, parent)
        if before is None:
            break
        passed.append(before)
        written = {channel for (channel,) in file.query(_CHANNELS, before.key)}
        if old or missing & (written | before.channels.keys()):
            needed = len(passed)
        old = False
        missing -= before.channels.keys()
        parent = before.parent
    return passed[:needed]
