"""Process start to first painted deck, beside a bare Textual app with as many widgets; and the memory of all parts."""

import asyncio
import contextlib
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from figures import tell, tell_ratio
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from terminal import GRAPHDECK, Program
from typing_extensions import TypedDict

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tui.app import GraphdeckApp

THREADS = 2000
ROUNDS = 9
NEWEST = f"thread-{THREADS - 1:05d}"
GRAPH = """
from pathlib import Path
from time import sleep
from typing import TypedDict
from langgraph.graph import END, START, StateGraph

class S(TypedDict, total=False):
    said: str

def hold(state):
    Path("held").touch()
    sleep(30)

builder = StateGraph(S)
builder.add_node("hold", hold)
builder.add_edge(START, "hold")
builder.add_edge("hold", END)
graph = builder.compile()
"""
BARE = """
from textual.app import App
from textual.widgets import Static

class Bare(App[None]):
    def compose(self):
        for number in range({widgets}):
            yield Static(f"widget {{number}}" if number else "READY-MARK")

Bare().run()
"""


class Said(TypedDict, total=False):
    """The state of the threads to list."""

    said: str


def main() -> None:
    """Print the time to the first screen (bound: 1.6 times the bare app), then the memory (bounds: 70 and 130 MB)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "agent.py").write_text(GRAPH)
        command = [GRAPHDECK, "agent.py:graph", "--db", str(_threads(folder))]
        tell_time(command, folder)
        tell_memory(command, folder)


def tell_time(command: list[str], folder: Path) -> None:
    """Print the ratio. The deck counts as painted when its newest thread is: that needs the file to be read, too."""
    widgets = asyncio.run(_widgets(folder))
    bare_command = [sys.executable, "-c", BARE.format(widgets=widgets)]
    bare, ours = [], []
    for _ in range(ROUNDS + 1):
        bare.append(_first_paint(bare_command, folder, "READY-MARK"))
        ours.append(_first_paint(command, folder, NEWEST))
    # Of the first pair each left its byte code and its file in the cache.
    tell_ratio("first screen", ("deck", ours[1:]), (f"bare Textual, {widgets} widgets", bare[1:]), 1.6)


def _first_paint(command: list[str], folder: Path, mark: str) -> float:
    with Program(command, folder) as program:
        return program.until(mark)


async def _widgets(folder: Path) -> int:
    """How many widgets the deck has on such a screen."""
    engine = LocalEngine(folder)
    async with GraphdeckApp(engine, pick=False).run_test(size=(120, 34)) as pilot:
        found = len(pilot.app.screen.walk_children())
    await engine.close()
    return found


def _threads(folder: Path) -> Path:
    builder = StateGraph(Said)
    builder.add_node("say", lambda state: {"said": "x" * 200})
    builder.add_edge(START, "say")
    builder.add_edge("say", END)
    file = folder / "many.sqlite"
    with contextlib.closing(sqlite3.connect(file, check_same_thread=False)) as connection:
        connection.execute("PRAGMA synchronous=OFF")
        graph = builder.compile(checkpointer=SqliteSaver(connection))
        for number in range(THREADS):
            graph.invoke({"said": ""}, {"configurable": {"thread_id": f"thread-{number:05d}"}})
    return file


def tell_memory(command: list[str], folder: Path) -> None:
    """Print the proportional set sizes of the painting process, and of host and worker, while a node runs."""
    with Program(command, folder) as program:
        program.until("hold")
        program.press("i")
        program.watch(0.5)
        program.press("{}\r")
        deadline = time.monotonic() + 30
        while not (folder / "held").exists():
            if time.monotonic() > deadline:
                raise TimeoutError("the node did not start")
            program.watch(0.2)
        painting, *others = (_pss(pid) for pid in program.family())
    tell("memory, painting process", "MB, proportional set size", painting, 70)
    parts = " + ".join(f"{part:.0f}" for part in others)
    tell("memory, host and worker", f"{parts} MB", sum(others), 130)


def _pss(pid: int) -> float:
    """Proportional set size in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
