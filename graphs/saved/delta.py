"""Values of LangGraph's delta channels (beta), which are stored as writes with a whole value now and then."""

from typing import Any, Final

from graphdeck.graphs.saved.decode import DELTA_SNAPSHOT, decode, expand
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.rows import SavedCheckpoint, load_checkpoint
from graphdeck.graphs.values import Stored

DELTA_CHANNEL: Final = "langgraph.channels.delta.DeltaChannel"
"""Tag of such a value: only the graph's reducer can add its writes up, so that both are shown as they are."""


def delta_keys(checkpoint: SavedCheckpoint) -> list[str]:
    """State keys of a checkpoint whose values lie in writes before it."""
    counters = checkpoint.metadata.get("counters_since_delta_snapshot")
    return [key for key in counters if key not in checkpoint.channels] if isinstance(counters, dict) else []


def delta_value(file: CheckpointFile, checkpoint: SavedCheckpoint, key: str) -> Stored:
    """The last whole value of a key, and the writes since, oldest first; raises `Undecodable`."""
    thread, ns, _ = checkpoint.key
    snapshot: Any = None
    writes: list[Any] = []
    met = {checkpoint.id}
    parent = checkpoint.parent
    while parent and parent not in met:  # a checkpoint that was put twice can make a circle
        met.add(parent)
        saved = load_checkpoint(file, thread, ns, parent)
        if saved is None:
            break
        writes[:0] = _writes(file, saved, key)
        if key in saved.channels:
            snapshot = expand(saved.channels[key])
            break
        parent = saved.parent
    if isinstance(snapshot, Stored) and snapshot.type == DELTA_SNAPSHOT:
        snapshot = snapshot.value
    return Stored(DELTA_CHANNEL, {"snapshot": snapshot, "writes": writes})


def _writes(file: CheckpointFile, checkpoint: SavedCheckpoint, key: str) -> list[Any]:
    rows = file.query(
        "SELECT type, value FROM writes WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
        f" AND channel = ? ORDER BY {file.task_path}, task_id, idx",
        (*checkpoint.key, key),
    )
    return [decode(type_, data) for type_, data in rows]
