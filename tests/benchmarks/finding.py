"""Finding a thread among 20,000 of ten checkpoints, and a text in all of their states, through the Engine.

`python tests/benchmarks/finding.py [threads]` takes another number of threads.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from figures import tell
from saved import STEPS, THREADS, fill_many, list_by_saver, seconds
from threads_screen import tell_screen

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.searching import SearchProgress

ROUNDS = 5
PAGES = 20
TICK = 0.002
"""Seconds between two looks whether the event loop is free."""


def main() -> None:
    """Make the file, measure, print."""
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else THREADS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "many.sqlite")
        fill_many(path, threads)
        what = f"{threads:,} threads of {STEPS} checkpoints, {path.stat().st_size / 1e6:.0f} MB"
        saver = statistics.median(seconds(lambda: list_by_saver(path)) for _ in range(ROUNDS)) * 1000
        asyncio.run(_measure(path, what, saver, threads))
        tell_screen(path, threads)


async def _measure(path: Path, what: str, saver: float, threads: int) -> None:
    engine = LocalEngine(path.parent, [path])
    first = await _median(engine.threads)
    tell("first page of threads", f"ms, {what}", first, 50)
    tell("first page of threads", f"the same, beside SqliteSaver.list(None, limit=50) in {saver:.0f} ms", first / saver)
    cursor, times = None, []
    for _ in range(PAGES):
        start = time.perf_counter()
        page = await engine.threads(cursor=cursor)
        times.append((time.perf_counter() - start) * 1000)
        cursor = page.cursor
    tell("scrolling a page", f"ms, median of {PAGES}", statistics.median(times), 20)
    tell("scrolling a page", f"ms, worst of {PAGES}", max(times))
    wanted = f"thread-{threads // 2}"
    tell(
        "looking for an id",
        "ms to the first page of what is found",
        await _median(lambda: engine.threads(query=wanted)),
        50,
    )
    speed, worst = await _search(engine, "no thread has this")
    tell("searching all states", f"ms in which the event loop did not turn, worst, at {speed:.0f} MB/s", worst, 50)
    tell("searching all states", "200 MB/s beside what it read in a second", 200 / speed, 1)
    await engine.close()


async def _median(read: Callable[[], Awaitable[object]]) -> float:
    """Milliseconds of a read that was done before."""
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        await read()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[1:])


async def _search(engine: LocalEngine, text: str) -> tuple[float, float]:
    """MB/s of a search to its end, and milliseconds that whatever else ran in the loop had to wait at the most."""
    waits: list[float] = []

    async def tick() -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(TICK)
            waits.append((time.perf_counter() - start - TICK) * 1000)

    ticking = asyncio.create_task(tick())
    start = time.perf_counter()
    read = 0
    async for found in engine.search(text):
        if isinstance(found, SearchProgress):
            read = found.read
    passed = time.perf_counter() - start
    ticking.cancel()
    return read / passed / 1e6, max(waits)


if __name__ == "__main__":
    main()
