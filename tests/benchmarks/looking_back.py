"""Looking back over a thread of 2,000 checkpoints, at differences, into a state of 20 MB, and along with a writer."""

import asyncio
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

from figures import tell
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.sqlite import SqliteSaver
from saved import LONG_STEPS, chat, config, fill_special, seconds
from terminal import GRAPHDECK, Program

from graphdeck.graphs.events import Checkpoint
from graphdeck.graphs.local.engine import LocalEngine

ROUNDS = 5
KEYS = 20
WRITER_SECONDS = 6
WRITES = 200
"""Checkpoints a second that the writer makes."""
WRITER = f"""
import sys, time
from langchain_core.messages import HumanMessage
from langgraph.checkpoint.base import empty_checkpoint
from langgraph.checkpoint.base.id import uuid6
from langgraph.checkpoint.sqlite import SqliteSaver

with SqliteSaver.from_conn_string(sys.argv[1]) as saver:
    saver.conn.execute("PRAGMA synchronous=NORMAL")
    saved = {{"configurable": {{"thread_id": "followed", "checkpoint_ns": ""}}}}
    begun = time.monotonic()
    for step in range({WRITER_SECONDS * WRITES}):
        values = {{"messages": [HumanMessage("x" * 1000)], "step": step}}
        if step < {WRITER_SECONDS * WRITES} - 1:
            values["branch:to:bot"] = None
        checkpoint = empty_checkpoint() | {{"id": str(uuid6(clock_seq=step)), "channel_values": values}}
        saved = saver.put(saved, checkpoint, {{"source": "loop", "step": step}}, {{}})
        saver.put_writes(saved, [("messages", [HumanMessage("y")])], f"task-{{step}}", "~__pregel_pull, bot")
        time.sleep(max(0, begun + step / {WRITES} - time.monotonic()))
"""


def main() -> None:
    """Make the files, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "special.sqlite")
        fill_special(path)
        asyncio.run(_measure_thread(path))
        _measure_keys(path)
        asyncio.run(_measure_following(Path(folder, "written.sqlite")))


async def _measure_thread(path: Path) -> None:
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        graph = chat(SqliteSaver(connection))
        theirs = seconds(lambda: list(graph.get_state_history(config("long")))) * 1000
        graph.update_state(config("big"), {"messages": [AIMessage("one more")]})
    engine = LocalEngine(path.parent, [path])
    what = f"ms, the newest 100 of {LONG_STEPS:,} checkpoints"
    tell("history", what, await _median(path, lambda engine: engine.history("long")), 50)
    whole = await _median(path, lambda engine: engine.history("long", limit=LONG_STEPS))
    tell("history", f"ms, all of them; get_state_history: {theirs:.0f}", whole)
    rows = await engine.history("long", limit=LONG_STEPS)
    big = (await engine.history("big"))[0].checkpoint
    await engine.close()
    newest, oldest = rows[0].checkpoint, rows[-1].checkpoint
    for between, thread, checkpoint, other, bound in (
        ("neighbours", "long", newest, None, 50),
        ("first and last", "long", oldest, newest, 50),
        ("a state of 20 MB and its parent", "big", big, None, None),
    ):
        took = await _median(path, lambda engine, *which: engine.diff(*which), thread, checkpoint, other)
        tell("differences", f"ms, {between}", took, bound)


async def _median(path: Path, read: Callable[..., Awaitable[object]], *which: object) -> float:
    """Milliseconds of a read by an engine that has read nothing of the thread before."""
    times = []
    for _ in range(ROUNDS):
        engine = LocalEngine(path.parent, [path])
        await engine.threads(limit=1)
        start = time.perf_counter()
        await read(engine, *which)
        times.append((time.perf_counter() - start) * 1000)
        await engine.close()
    return statistics.median(times)


def _measure_keys(path: Path) -> None:
    with Program([GRAPHDECK, path.name, "--thread", "big"], path.parent) as program:
        program.until("yyy")
        program.press("2")
        program.watch(1.0)
        times = []
        for number in range(KEYS):
            program.press("\x1b[B" if number % 2 == 0 else "\x1b[A")
            times.append(program.painted() * 1000)
            program.watch(0.2)
    tell("keys in a state of 20 MB", "ms until a key is answered, median", statistics.median(times), 50)
    tell("keys in a state of 20 MB", "ms until a key is answered, worst", max(times))


async def _measure_following(path: Path) -> None:
    """Processor time of following a thread, beside the time that passed."""
    with SqliteSaver.from_conn_string(str(path)) as saver:
        chat(saver).invoke({"messages": [HumanMessage("go")]}, config("other"))
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)])
    engine = LocalEngine(path.parent, [path])
    while not any(row.thread == "followed" for row in (await engine.threads()).rows):
        await asyncio.sleep(0.05)
    start, used, seen = time.perf_counter(), time.process_time(), 0
    async for event in engine.follow("followed"):
        seen += isinstance(event, Checkpoint)
    share = (time.process_time() - used) / (time.perf_counter() - start)
    await engine.close()
    assert writer.wait() == 0
    tell("following a writer", f"% of a core, {seen} checkpoints seen, {WRITES} a second", share * 100, 20)


if __name__ == "__main__":
    main()
