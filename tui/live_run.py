"""A run that is on, and the ladder on which it is stopped."""

from dataclasses import dataclass
from typing import Final

from graphdeck.graphs.engine import Run
from graphdeck.graphs.records import RunRequest

CANCEL: Final = 2
"""The rung after which a worker may live on, for a node that cannot be cancelled."""
LADDER: Final = (
    "stops at the next step (Ctrl+C again cancels the running node)",
    "cancels the running node (Ctrl+C again kills the worker)",
    "kills the worker; the thread can be continued",
)
"""What each press of Ctrl+C does."""


@dataclass(eq=False, repr=False)
class LiveRun:
    """A run that is on, or about to be."""

    request: RunRequest
    run: Run | None = None
    """None until the engine has given it."""
    rung: int = 0
    """How far up the ladder it was stopped."""

    def climb(self, rung: int) -> bool:
        """Go up to a rung, or to the last one; whether that is higher than before."""
        before, self.rung = self.rung, max(self.rung, min(rung, len(LADDER)))
        return self.rung > before

    async def send_stop(self, rung: int) -> None:
        """Have the engine do what a rung says, 0 nothing; nothing before it has given the run."""
        if self.run is not None and rung:
            await (self.run.drain, self.run.cancel, self.run.kill)[rung - 1]()
