"""Export the README's pictures from the running app: `python docs/pictures.py` (needs no key and no network)."""

import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.values import Json
from graphdeck.tui.app import GraphdeckApp

HERE = Path(__file__).resolve().parent
SIZE = (120, 34)
TALKS = {
    "Oslo weekend": "Book a quiet hotel in Oslo for 2 nights for Kim",
    "Hotels in Paris": "Which hotels are there in Paris under 150 EUR?",
}
REQUEST = "Book a quiet hotel in Rome for 3 nights for Kim"


async def main() -> None:
    """Run the bundled graphs in a fresh folder and take the pictures."""
    os.environ["GRAPHDECK_OFFLINE_DELAY"] = "0"
    with tempfile.TemporaryDirectory() as name:
        engine = LocalEngine(Path(name))
        await _make_threads(engine)
        app = GraphdeckApp(engine, graph="travel")
        async with app.run_test(size=SIZE) as pilot:
            await _until(pilot, lambda: app.deck.look.shape is not None)
            await pilot.press("i", *REQUEST, "enter")
            await _until(pilot, lambda: app.screen is not app.deck)
            _save(app, "approval.svg", "An approval")
            await pilot.press("escape", "escape")
            await _until(pilot, lambda: app.screen is app.deck)
            _save(app, "deck.svg", "The deck")
        await engine.close()


async def _make_threads(engine: LocalEngine) -> None:
    """Some threads to see in the list: one that is done, one that stopped at a breakpoint, one that waits."""
    for title, text in TALKS.items():
        message: Json = {"messages": [{"role": "user", "content": text}]}
        await _run(engine, RunRequest(graph="travel", thread=title, input=message, has_input=True))
        await engine.rename(title, title)
    await _run(
        engine,
        RunRequest(
            graph="report", thread="report", input={"title": "Three cities", "cities": ["Rome", "Oslo"]}, has_input=True
        ),
    )


async def _run(engine: LocalEngine, request: RunRequest) -> None:
    run = await engine.run(request)
    async for _ in run.events():
        pass


async def _until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await pilot.pause(0.05)
    await pilot.pause()


def _save(app: GraphdeckApp, name: str, title: str) -> None:
    (HERE / name).write_text(app.export_screenshot(title=f"graphdeck: {title}"))


if __name__ == "__main__":
    asyncio.run(main())
