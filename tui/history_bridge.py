"""The deck's way to what is saved of a thread beyond its newest checkpoints: older ones, inner ones, differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.dom import DOMNode
from textual.message import Message

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import CheckpointRow
from graphdeck.tui.background import Background
from graphdeck.tui.bridge import Failed

if TYPE_CHECKING:
    from graphdeck.graphs.differences import Change


@dataclass(eq=False, repr=False)
class OlderRead(Message):
    """The page of checkpoints that follows one was read."""

    thread: str
    before: str
    rows: Sequence[CheckpointRow]


@dataclass(eq=False, repr=False)
class InnerRead(Message):
    """The checkpoints of a subgraph were read."""

    thread: str
    ns: str
    rows: Sequence[CheckpointRow]


@dataclass(eq=False, repr=False)
class Compared(Message):
    """Two checkpoints were compared, or one with its parent."""

    thread: str
    checkpoint: str
    other: str | None
    """The second checkpoint; None where the first one was compared with its parent."""
    changes: "Sequence[Change]"


class HistoryBridge(Background):
    """Reads in workers of the receiver, of each kind one thing at a time."""

    def __init__(self, engine: Engine, receiver: DOMNode) -> None:
        super().__init__(receiver, Failed)
        self._engine = engine

    def read_older(self, thread: str, before: str, file: str, limit: int) -> None:
        """Read the next page of checkpoints: `OlderRead`."""

        async def read() -> Message:
            rows = await self._engine.history(thread, limit=limit, before=before, file=file)
            return OlderRead(thread, before, rows)

        self._ask("older checkpoints", thread, read)

    def read_inner(self, thread: str, ns: str, file: str) -> None:
        """Read the checkpoints of a subgraph: `InnerRead`."""

        async def read() -> Message:
            return InnerRead(thread, ns, await self._engine.history(thread, ns=ns, file=file))

        self._ask(f"inside {ns}", thread, read)

    def compare(self, thread: str, checkpoint: str, other: str | None, *, ns: str, file: str) -> None:
        """Compare a checkpoint with another one, or with its parent: `Compared`."""

        async def read() -> Message:
            changes = await self._engine.diff(thread, checkpoint, other, ns=ns, file=file)
            return Compared(thread, checkpoint, other, changes)

        self._ask("step" if other is None else "difference", thread, read)
