"""How soon a key is answered while a graph runs that writes a state of 5 MB and 5,000 messages at each step."""

import statistics
import tempfile
from pathlib import Path

from figures import tell
from terminal import GRAPHDECK, Program

KEYS = 20
GRAPH = """
import time
from typing import Annotated, TypedDict
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langgraph.graph import START, StateGraph, add_messages

class State(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], add_messages]

def begin(state):
    return {"messages": [HumanMessage(f"{number} " + "y" * 990) for number in range(5_000)]}

def step(state):
    time.sleep(0.2)
    return {"messages": [AIMessage("one more")]}

builder = StateGraph(State).add_node(begin).add_node(step)
graph = builder.add_edge(START, "begin").add_edge("begin", "step").add_edge("step", "step").compile()
"""


def main() -> None:
    """Print milliseconds from `?` to the first paint of the help, median (bound: 100) and worst; then without a run."""
    with tempfile.TemporaryDirectory() as name:
        Path(name, "agent.py").write_text(GRAPH)
        with Program([GRAPHDECK, "agent.py:graph"], Path(name)) as program:
            program.until("begin")
            program.press("i")
            program.until(" commands")
            program.press("go\r")
            program.until("one more")
            program.press("\x1b")
            program.watch(2.0)
            during = _times(program)
            program.press("\x03\x03")
            program.until("stopped")
            program.watch(2.0)
            after = _times(program)
    what = "ms until `?` is answered, state of 5 MB written at each step"
    tell("keys during a run", f"{what}, median", statistics.median(during), 100.0)
    tell("keys during a run", f"{what}, worst", max(during))
    tell("keys during a run", "the same when it stands still, median", statistics.median(after))


def _times(program: Program) -> list[float]:
    """Milliseconds until the help is painted, again and again, each time at another moment of a step."""
    times = []
    for number in range(KEYS):
        program.press("?")
        times.append(program.until("Go to the input line") * 1000)
        program.press("\x1b")
        program.watch(0.4 + number % 7 * 0.05)
    return times


if __name__ == "__main__":
    main()
