"""The deck's way to what a project keeps to stop the runs of a graph."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from textual.dom import DOMNode
from textual.message import Message

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.stopping import KeptStop
from graphdeck.tui.background import Background
from graphdeck.tui.bridge import Failed


@dataclass(eq=False, repr=False)
class StopsRead(Message):
    """The stops of a graph were read, after whatever was to be changed of them."""

    graph: str
    stops: Sequence[KeptStop]


class ControlBridge(Background):
    """Reads and changes stops in workers of the receiver; each change is followed by `StopsRead`."""

    def __init__(self, engine: Engine, receiver: DOMNode) -> None:
        super().__init__(receiver, Failed)
        self._engine = engine
        self._one_at_a_time = asyncio.Lock()

    def read(self, graph: str) -> None:
        """Read the stops of a graph."""

        async def read() -> Message:
            return StopsRead(graph, await self._engine.stops(graph))

        self._ask("stops", graph, read)

    def change(self, graph: str, *, gone: Sequence[KeptStop] = (), kept: Sequence[KeptStop] = ()) -> None:
        """Forget some stops, then keep some."""

        async def change() -> Message:
            async with self._one_at_a_time:  # a key may be pressed again before the last change is written
                for stop in gone:
                    await self._engine.forget_stop(graph, stop)
                for stop in kept:
                    await self._engine.keep_stop(graph, stop)
            return StopsRead(graph, await self._engine.stops(graph))

        self._start("change", self._tell("change", graph, change))
