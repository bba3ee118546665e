"""Process start to first painted deck, beside a bare Textual app with as many widgets; and the memory of all parts."""

import contextlib
import os
import select
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import ptyprocess
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from typing_extensions import TypedDict

THREADS = 2000
ROUNDS = 7
WIDGETS = 40
"""Widgets of the deck: `len(list(app.screen.walk_children()))` gives 38 at 120x34."""
GRAPH = """
from typing import TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

class S(TypedDict, total=False):
    said: str

builder = StateGraph(S)
builder.add_node("hold", lambda s: {"said": __import__("time").sleep(30)})
builder.add_edge(START, "hold")
builder.add_edge("hold", END)
graph = builder.compile()
"""
BARE = f"""
from textual.app import App
from textual.widgets import Static

class Bare(App[None]):
    def compose(self):
        for number in range({WIDGETS}):
            yield Static(f"widget {{number}}" if number else "READY-MARK")

Bare().run()
"""


class Said(TypedDict, total=False):
    """The state of the threads to list."""

    said: str


def main() -> None:
    """Print both times and their ratio (bound: 1.6), then the memory (bounds: 70 and 130 MB)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "agent.py").write_text(GRAPH)
        file = _threads(folder)
        program = str(Path(sys.executable).with_name("graphdeck"))
        ours_command = [program, "agent.py:graph", "--db", str(file)]
        bare_command = [sys.executable, "-c", BARE]
        _first_paint(ours_command, folder, b"thread-01999")
        bare, ours = [], []
        for _ in range(ROUNDS):
            bare.append(_first_paint(bare_command, folder, b"READY-MARK"))
            ours.append(_first_paint(ours_command, folder, b"thread-01999"))
        base, measured = statistics.median(bare), statistics.median(ours)
        ratio = measured / base
        print(f"first screen: bare Textual {base:.2f} s, deck {measured:.2f} s, ratio {ratio:.2f} (<= 1.6)")
        _print_memory(ours_command, folder)


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


def _first_paint(command: list[str], folder: Path, mark: bytes) -> float:
    """Seconds from the start of the process until the mark is painted."""
    start = time.perf_counter()
    process = _spawn(command, folder)
    seen = b""
    while mark not in seen:
        select.select([process.fd], [], [], 10)
        seen += os.read(process.fd, 1 << 16)
    seconds = time.perf_counter() - start
    process.close(force=True)
    return seconds


def _spawn(command: list[str], folder: Path) -> ptyprocess.PtyProcess:
    # As installed: with byte code on disk, which some test environments turn off.
    environment = {**os.environ, "TERM": "xterm-256color", "PYTHONDONTWRITEBYTECODE": ""}
    return ptyprocess.PtyProcess.spawn(command, cwd=str(folder), env=environment, dimensions=(34, 120))


def _print_memory(command: list[str], folder: Path) -> None:
    """Proportional set sizes of the painting process, and of host and worker, while a node runs."""
    process = _spawn(command, folder)
    typed = False
    seen = b""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and len(_family(process.pid)) < 3:
        if select.select([process.fd], [], [], 0.5)[0]:
            seen += os.read(process.fd, 1 << 16)
        elif b"hold" in seen and not typed:
            process.write(b"i")
            select.select([process.fd], [], [], 1)
            process.write(b"{}\r")
            typed = True
    painting, *others = _family(process.pid)
    ours = _pss(painting)
    rest = [_pss(pid) for pid in others]
    process.close(force=True)
    parts = " + ".join(f"{part:.0f}" for part in rest)
    print(f"memory: painting process {ours:.0f} MB (<= 70); host and worker {parts} = {sum(rest):.0f} MB (<= 130)")


def _family(pid: int) -> list[int]:
    """A process and all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _family(int(child)))]


def _pss(pid: int) -> float:
    """Proportional set size in MB."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
