"""How long the screen stands still beside a state of millions of small values: decoding one cannot be interrupted."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypedDict

from figures import tell
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from saved import config

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tui.app import GraphdeckApp
from graphdeck.tui.exporting import export

BEAT = 0.002
KEYS = ("h", "down", "v", "escape", "2", "enter", "v", "escape")
STATES: dict[str, Callable[[], Any]] = {
    "2,000,000 whole numbers": lambda: list(range(1_000_000)),
    "1,000,000 small dicts": lambda: [{"a": 1, "b": "x"}] * 500_000,
    "a dict of 1,000,000 keys": lambda: {f"key {number}": number for number in range(1_000_000)},
}
"""What the first step writes; the second one doubles lists."""


class State(TypedDict, total=False):
    big: Any
    step: int


def main() -> None:
    """Print the longest pause of the event loop: while a state is opened, keys go through it, and it is exported."""
    for name, make in STATES.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "big.sqlite")
            _fill(path, make())
            reading, keys, exporting = asyncio.run(_measure(path))
        tell(name, "ms that the screen stands still at the most, while it is read", reading)
        tell(name, "ms that it does while keys go through it and its differences", keys)
        tell(name, "ms that it does while its thread is exported as JSON", exporting)


def _fill(path: Path, big: Any) -> None:
    graph: Any = StateGraph(State).add_node("fill", lambda _: {"big": big}).add_edge(START, "fill")
    graph.add_node("more", lambda _: {"big": big * 2} if isinstance(big, list) else {"step": 1})
    graph.add_edge("fill", "more")
    with SqliteSaver.from_conn_string(str(path)) as saver:
        graph.compile(checkpointer=saver).invoke({"step": 0}, config("t"))


async def _measure(path: Path) -> tuple[float, float, float]:
    pauses = [0.0]
    heart = asyncio.create_task(_beat(pauses))
    engine = LocalEngine(path.parent, [path])
    app = GraphdeckApp(engine, thread="t", pick=False)
    async with app.run_test(size=(120, 34)) as pilot:
        while not app.deck.look.history:
            await asyncio.sleep(BEAT)
        reading, pauses[:] = max(pauses), [0.0]
        for key in KEYS:
            await pilot.press(key)
            await asyncio.sleep(1)  # what it asks for is read
        keys, pauses[:] = max(pauses), [0.0]
        await export(engine, ["t"], path.with_name("t.json"))
        exporting = max(pauses)
    heart.cancel()
    await engine.close()
    return reading * 1000, keys * 1000, exporting * 1000


async def _beat(pauses: list[float]) -> None:
    """Note how much later than it should each beat comes."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(BEAT)
        pauses.append(time.perf_counter() - begun - BEAT)


if __name__ == "__main__":
    main()
