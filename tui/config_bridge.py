"""The way of a screen to the named configs that a project keeps."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual.dom import DOMNode
from textual.message import Message

from graphdeck.graphs.engine import ConfigsEngine
from graphdeck.graphs.run_configs import KeptConfigs, RunConfig
from graphdeck.tui.background import Background
from graphdeck.tui.bridge import Failed


@dataclass(eq=False, repr=False)
class ConfigsRead(Message):
    """The configs of the graph were read, after whatever was to be changed of them."""

    kept: KeptConfigs


@dataclass(eq=False, repr=False)
class ConfigKept(Message):
    """A config was kept."""

    config: RunConfig


class ConfigBridge(Background):
    """Reads and changes the configs of a graph in workers of the receiver."""

    def __init__(self, engine: ConfigsEngine, receiver: DOMNode, graph: str) -> None:
        super().__init__(receiver, Failed)
        self._engine, self._graph = engine, graph

    def read(self) -> None:
        """Read them: `ConfigsRead`."""

        async def read() -> Message:
            return ConfigsRead(await self._engine.configs(self._graph))

        self._change(read)

    def keep(self, config: RunConfig) -> None:
        """Keep one: `ConfigKept`."""

        async def keep() -> Message:
            return ConfigKept(await self._engine.keep_config(self._graph, config))

        self._change(keep)

    def forget(self, name: str) -> None:
        """Forget one with all its versions: `ConfigsRead`."""

        async def forget() -> Message:
            await self._engine.forget_config(self._graph, name)
            return ConfigsRead(await self._engine.configs(self._graph))

        self._change(forget)

    def _change(self, work: Callable[[], Awaitable[Message]]) -> None:
        self._start("configs", self._tell("configs", self._graph, work))
