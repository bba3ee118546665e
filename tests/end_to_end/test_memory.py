"""A run of many big steps: the memory of all its processes levels off."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

STEPS = 120
"""Steps of hundreds of tasks after which the deck has as much of them as it will keep."""
MORE = 1.3
"""How much more memory there may be after three times as many: as it was once, it was nearly three times as much."""
GRAPH = """
from typing import Annotated, TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import Send

class State(TypedDict, total=False):
    done: Annotated[int, lambda old, new: old + new]

async def part(state):
    return {"done": 1}

builder = StateGraph(State).add_node("spread", lambda state: {}).add_node(part).add_edge(START, "spread")
builder.add_conditional_edges("spread", lambda state: [Send("part", {})] * 500, ["part"]).add_edge("part", "spread")
graph = builder.compile()
"""


@pytest.mark.soak
def test_the_memory_of_a_long_run_of_big_steps_levels_off(open_terminal: Callable[..., Any], tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(GRAPH)
    terminal = open_terminal("agent.py:graph")
    terminal.wait_for("spread", "i input")
    terminal.press("i")
    terminal.wait_for("Esc back")
    terminal.press("{}\r")
    terminal.wait_for("running")
    taken = []
    for steps in (STEPS, 3 * STEPS):
        for wanted in range(0, steps + 1, STEPS // 20):  # a few of them at a time
            terminal.wait_until(partial(has_come_to, wanted, tmp_path))
        taken.append([memory(pid) for pid in family(terminal.process.pid)])
    assert len(taken[0]) == len(taken[1]) == 3, "the deck, the host and the worker"
    grown = [now / before for before, now in zip(*taken, strict=True)]
    assert max(grown) <= MORE, f"from {taken[0]} to {taken[1]} MB"


def has_come_to(step: int, folder: Path) -> bool:
    """Whether so many steps of many tasks are saved."""
    file = folder / ".graphdeck" / "threads.sqlite"
    if not file.exists():
        return False
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        found: int = connection.execute("SELECT count(*) FROM checkpoints").fetchone()[0]
    return found // 2 >= step


def family(pid: int) -> list[int]:
    """A process and all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


def memory(pid: int) -> int:
    """MB that a process takes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024
