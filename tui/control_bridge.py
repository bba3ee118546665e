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
    """Reads and changes stops in workers of the receiver; the last change is followed by `StopsRead`.

    Changes are made one after the other, in their order, and hold the lock meanwhile.
    """

    def __init__(self, engine: Engine, receiver: DOMNode, changing: asyncio.Lock) -> None:
        super().__init__(receiver, Failed)
        self._engine = engine
        self._changing = changing
        self._changes = 0

    def read(self, graph: str) -> None:
        """Read the stops of a graph."""

        async def read() -> Message | None:
            stops = await self._engine.stops(graph)
            return None if self._changes else StopsRead(graph, stops)

        self._ask("stops", graph, read)

    def change(self, graph: str, *, gone: Sequence[KeptStop] = (), kept: Sequence[KeptStop] = ()) -> None:
        """Forget some stops, then keep some."""

        async def change() -> Message | None:
            try:
                async with self._changing:
                    for stop in gone:
                        await self._engine.forget_stop(graph, stop)
                    for stop in kept:
                        await self._engine.keep_stop(graph, stop)
                    stops = await self._engine.stops(graph)
            finally:
                self._changes -= 1
            return None if self._changes else StopsRead(graph, stops)  # a key may have been pressed again meanwhile

        self._changes += 1
        self._start("change", self._tell("change", graph, change))
