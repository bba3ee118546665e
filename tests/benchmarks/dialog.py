"""From the line that asks, in a node, to the first paint of the dialog, in the real app with a worker."""

import statistics
import tempfile
import time
from pathlib import Path

from figures import tell
from terminal import GRAPHDECK, Program

ROUNDS = 6
GRAPH = f"""
import pathlib, time
from typing import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

CLOCK = pathlib.Path(__file__).with_name("asked")

def gate(state):
    time.sleep(1.5)  # nothing opens under typing fingers: the key that answered the one before is long ago
    CLOCK.write_text(str(time.perf_counter()))
    interrupt({{"action": "book_hotel", "args": {{"hotel": "Casa Verde", "nights": 3}}}})
    return {{"n": state["n"] + 1}}

builder = StateGraph(TypedDict("State", {{"n": int}}))
builder.add_node("gate", gate)
builder.add_edge(START, "gate")
builder.add_conditional_edges("gate", lambda state: "gate" if state["n"] < {ROUNDS} else "__end__", ["gate", "__end__"])
graph = builder.compile()
"""


def main() -> None:
    """Print milliseconds until the first dialog, and until later ones (bound of both: 100)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "agent.py").write_text(GRAPH)
        with Program([GRAPHDECK, "agent.py:graph"], folder) as program:
            program.until("gate")
            program.watch(2.0)
            program.press("i")
            program.watch(0.3)
            program.press('{"n": 0}\r')
            times = [_dialog(program, folder / "asked") for _ in range(ROUNDS)]
    tell("dialog, the first", "ms from interrupt() to the painted dialog", times[0] * 1000, 100)
    tell("dialog", "ms from interrupt() to the painted dialog", statistics.median(times[1:]) * 1000, 100)


def _dialog(program: Program, clock: Path) -> float:
    """Seconds from the line that asks to the painted dialog; then answers it."""
    program.until("leave waiting")
    painted = time.perf_counter()  # the same clock in all processes
    asked = float(clock.read_text())
    program.watch(1.0)
    program.press("a")
    program.until("running")  # the dialog is gone
    program.press("")
    return painted - asked


if __name__ == "__main__":
    main()
