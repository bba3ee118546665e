"""`graphdeck delete` and `graphdeck rename`."""

from collections.abc import Sequence

from graphdeck.graphs.engine import Engine
from graphdeck.tui.rules import forget_grants
from graphdeck.tui.text import safe


async def delete(engine: Engine, threads: Sequence[str]) -> int:
    """Delete the threads, all or none where one is not there; the exit status."""
    await engine.delete(threads)
    forget_grants(threads)
    for thread in dict.fromkeys(threads):
        print(f"deleted {safe(thread, identifier=True)}")
    return 0


async def rename(engine: Engine, thread: str, title: str) -> int:
    """Give a thread a title, or take it away with an empty one; the exit status."""
    await engine.rename(thread, title)
    name = safe(thread, identifier=True)
    print(f"{name} is now called {safe(title)}" if title.strip() else f"{name} has no title any more")
    return 0
