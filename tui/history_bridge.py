"""The deck's way to what is saved of a thread beyond its newest checkpoints: older ones, inner ones, differences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.dom import DOMNode
from textual.message import Message

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.tui.background import Background
from graphdeck.tui.bridge import Failed

if TYPE_CHECKING:
    from graphdeck.graphs.differences import Change


@dataclass(eq=False, repr=False)
class OlderRead(Message):
    """The page of checkpoints that follows one was read."""

    thread: ThreadKey
    before: str
    rows: Sequence[CheckpointRow]


@dataclass(eq=False, repr=False)
class InnerRead(Message):
    """The checkpoints of a subgraph were read."""

    thread: ThreadKey
    ns: str
    rows: Sequence[CheckpointRow]


@dataclass(eq=False, repr=False)
class Compared(Message):
    """Two checkpoints were compared, or one with its parent."""

    thread: ThreadKey
    checkpoint: str
    other: str | None
    """The second checkpoint; None where the first one was compared with its parent."""
    changes: "Sequence[Change]"


class HistoryBridge(Background):
    """Reads in workers of the receiver, of each kind one thing at a time."""

    def __init__(self, engine: Engine, receiver: DOMNode) -> None:
        super().__init__(receiver, Failed)
        self._engine = engine

    def read_older(self, thread: ThreadKey, before: str, limit: int) -> None:
        """Read the next page of checkpoints: `OlderRead`."""

        async def read() -> Message:
            rows = await self._engine.history(thread.thread, limit=limit, before=before, file=thread.file)
            return OlderRead(thread, before, rows)

        self._ask("older checkpoints", thread.thread, read, thread.file)

    def read_inner(self, thread: ThreadKey, ns: str) -> None:
        """Read the checkpoints of a subgraph: `InnerRead`."""

        async def read() -> Message:
            return InnerRead(thread, ns, await self._engine.history(thread.thread, ns=ns, file=thread.file))

        self._ask(f"inside {ns}", thread.thread, read, thread.file)

    def compare(self, thread: ThreadKey, checkpoint: str, other: str | None, *, ns: str) -> None:
        """Compare a checkpoint with another one, or with its parent: `Compared`."""

        async def read() -> Message:
            changes = await self._engine.diff(thread.thread, checkpoint, other, ns=ns, file=thread.file)
            return Compared(thread, checkpoint, other, changes)

        self._ask("step" if other is None else "difference", thread.thread, read, thread.file)
