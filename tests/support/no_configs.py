"""An engine's half that keeps no named configs."""

from graphdeck.graphs.run_configs import KeptConfigs, RunConfig


class NoConfigs:
    """Has none, and keeps none."""

    async def configs(self, graph: str = "") -> KeptConfigs:
        return KeptConfigs()

    async def config(self, graph: str, name: str) -> RunConfig:
        raise NotImplementedError

    async def keep_config(self, graph: str, config: RunConfig) -> RunConfig:
        raise NotImplementedError

    async def forget_config(self, graph: str, name: str) -> None:
        raise NotImplementedError
