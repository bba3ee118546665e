"""Where a run saves: the graph's own file, the file that was asked for, or the project's default one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from graphdeck.graphs.errors import FileError
from graphdeck.graphs.worker.load import Loaded, own_file


@dataclass(frozen=True, slots=True)
class Saving:
    """Where and how a run saves."""

    file: Path | None
    """Checkpoint file; None where the graph refuses saving."""
    serde: SerializerProtocol
    """How values become bytes."""
    note: str
    """What a person should know of it, in one sentence; usually empty."""


def plan_saving(loaded: Loaded, asked: Path | None, default: Path, trusted: Sequence[str]) -> Saving:
    """Decide where runs of a graph save; raises FileError for savers that graphdeck cannot use."""
    own = own_file(loaded.graph)
    types = [*loaded.allowed_types, *(tuple(name.rpartition(".")[::2]) for name in trusted)]
    serde = own.serde or JsonPlusSerializer(allowed_msgpack_modules=types)
    if own.kind == "refused":
        return Saving(None, serde, "this graph refuses saving (checkpointer=False): a pause cannot be continued")
    if asked is not None:
        note = f"its own file {own.path} is not used" if own.path and own.path != asked else ""
        return Saving(asked, serde, note)
    if own.kind == "file" and own.path is not None:
        return Saving(own.path, serde, "")
    if own.kind == "memory":
        return Saving(default, serde, f"its in-memory checkpointer is replaced by the file {default}, so threads last")
    if own.kind == "none":
        return Saving(default, serde, "")
    raise FileError(f"graphdeck cannot use this graph's checkpointer: {own.reason}", "name a file with --db FILE")
