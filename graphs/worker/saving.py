"""Where a run saves: the graph's own file, the file that was asked for, or the project's default one."""

from dataclasses import dataclass
from pathlib import Path

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from graphdeck.graphs.errors import FileError
from graphdeck.graphs.local.home import trust_blocked, trusted_types
from graphdeck.graphs.worker.load import Loaded, SaverInfo, own_file


@dataclass(frozen=True, slots=True)
class Saving:
    """Where and how a run saves."""

    file: Path | None
    """Checkpoint file; None where the graph refuses saving."""
    serde: SerializerProtocol
    """How values become bytes."""
    note: str
    """What a person should know of it and of how the graph was loaded, in one sentence; usually empty."""


def plan_saving(loaded: Loaded, asked: Path | None, default: Path, *, trust: bool = False) -> Saving:
    """Decide where runs of a graph save; raises FileError for savers that graphdeck cannot use.

    `trust` allows all stored types that were blocked up to now.
    """
    own = own_file(loaded.graph)
    if own.kind == "refused":
        note = "this graph refuses saving (checkpointer=False): a pause cannot be continued"
        return Saving(None, JsonPlusSerializer(), _joined(note, loaded.note))
    file, note = _file(own, asked, default)
    if trust:
        trust_blocked(file)
    types = [*loaded.allowed_types, *(tuple(name.rpartition(".")[::2]) for name in trusted_types(file))]
    return Saving(file, own.serde or JsonPlusSerializer(allowed_msgpack_modules=types), _joined(note, loaded.note))


def _joined(*notes: str) -> str:
    return "; ".join(filter(None, notes))


def _same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file, by links or not."""
    try:
        return one.samefile(other)
    except OSError:
        return one == other


def _file(own: SaverInfo, asked: Path | None, default: Path) -> tuple[Path, str]:
    """The file, and what a person should know of its choice."""
    if asked is not None:
        return asked, f"its own file {own.path} is not used" if own.path and not _same(own.path, asked) else ""
    if own.kind == "file" and own.path is not None:
        return own.path, ""
    if own.kind == "memory":
        return default, f"its in-memory checkpointer is replaced by a file, so that threads last: {default}"
    if own.kind == "none":
        return default, ""
    raise FileError(f"graphdeck cannot use this graph's checkpointer: {own.reason}", "name a file with --db FILE")
