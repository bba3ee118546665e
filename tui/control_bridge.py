"""The deck's way to the breakpoints that a project keeps for a graph."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from textual.dom import DOMNode
from textual.message import Message

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.stopping import Breakpoint
from graphdeck.tui.background import Background
from graphdeck.tui.bridge import Failed


@dataclass(eq=False, repr=False)
class BreakpointsRead(Message):
    """The breakpoints of a graph were read, after whatever was to be changed of them."""

    graph: str
    points: Sequence[Breakpoint]


class ControlBridge(Background):
    """Reads and changes breakpoints in workers of the receiver; each change is followed by `BreakpointsRead`."""

    def __init__(self, engine: Engine, receiver: DOMNode) -> None:
        super().__init__(receiver, Failed)
        self._engine = engine
        self._one_at_a_time = asyncio.Lock()

    def read(self, graph: str) -> None:
        """Read the breakpoints of a graph."""

        async def read() -> Message:
            return BreakpointsRead(graph, await self._engine.breakpoints(graph))

        self._ask("breakpoints", graph, read)

    def change(self, graph: str, *, gone: Sequence[Breakpoint] = (), kept: Sequence[Breakpoint] = ()) -> None:
        """Forget some breakpoints, then keep some."""

        async def change() -> Message:
            async with self._one_at_a_time:  # a key may be pressed again before the last change is written
                for point in gone:
                    await self._engine.clear_breakpoint(graph, point.node, point.when)
                for point in kept:
                    await self._engine.set_breakpoint(graph, point)
            return BreakpointsRead(graph, await self._engine.breakpoints(graph))

        self._start("change", self._tell("change", graph, change))
