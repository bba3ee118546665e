"""How soon a key is answered while 500 tasks start and finish in half a second and 2,000 tokens a second arrive.

Beside it, in the same seconds, an app of Textual with nothing but a text area: what the machine and Textual take by
themselves. And how long the graph's step takes in the deck, beside plain LangGraph: faster than that it cannot come.
"""

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import tell, tell_ratio
from terminal import GRAPHDECK, Program

TASKS = 500
TOKENS = 700
ROUNDS = 3
PLAIN_STEPS = 20
TYPED = "qzxj" + "vwkyqxjz" * 5
"""What is typed into the input line, key by key; nothing else on the screen reads like its first letters."""
FIRST = 4
GRAPH = f"""
import asyncio, time
from typing import Annotated, TypedDict
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langgraph.graph import START, StateGraph
from langgraph.types import Send

class State(TypedDict, total=False):
    number: int
    done: Annotated[int, lambda old, new: old + new]

class Talker(BaseChatModel):
    @property
    def _llm_type(self):
        return "talker"

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        return ChatResult(generations=[ChatGeneration(message=AIMessage("word"))])

    async def _astream(self, messages, stop=None, **kwargs):
        start = time.monotonic()
        for number in range({TOKENS}):
            if number % 20 == 0:
                await asyncio.sleep(max(0, start + number / 2000 - time.monotonic()))
            yield ChatGenerationChunk(message=AIMessageChunk("word "))

async def part(state):
    await asyncio.sleep(state["number"] / {TASKS} * 0.3)
    return {{"done": 1}}

async def talk(state):
    async for _ in Talker().astream("go"):
        pass

def again(state):
    return [*(Send("part", {{"number": number}}) for number in range({TASKS})), Send("talk", {{}})]

builder = StateGraph(State).add_node("spread", lambda state: {{}}).add_node(part).add_node(talk)
builder.add_edge(START, "spread").add_conditional_edges("spread", again, ["part", "talk"])
graph = builder.add_edge("part", "spread").compile()
"""
PLAIN = f"""
import asyncio, sys, time
from agent import graph
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.errors import GraphRecursionError

async def main():
    async with AsyncSqliteSaver.from_conn_string(sys.argv[1]) as saver:
        await saver.conn.execute("PRAGMA synchronous=NORMAL")
        lent = graph.copy(update={{"checkpointer": saver}})
        config = {{"configurable": {{"thread_id": "t"}}, "recursion_limit": {PLAIN_STEPS}}}
        start = time.perf_counter()
        try:
            async for _ in lent.astream({{}}, config, stream_mode="updates", durability="sync"):
                pass
        except GraphRecursionError:
            print((time.perf_counter() - start) / {PLAIN_STEPS // 2})

asyncio.run(main())
"""
BARE = """
from textual.app import App
from textual.widgets import TextArea

class Bare(App):
    def compose(self):
        area = TextArea()
        area.cursor_blink = False
        yield area

Bare().run()
"""


def main() -> None:
    """Print milliseconds until a key is answered, median (bound: 50), 95th of 100 and worst; and seconds of a step."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "agent.py").write_text(GRAPH)
        plain = [_plain(folder, "before.sqlite")]
        with _flooded(folder) as program:
            before, steps, start = [*map(_memory, program.family())], _steps(folder), time.perf_counter()
            ours, bare = _typed_in_turns(program, folder)
            took = time.perf_counter() - start
            big_steps = (_steps(folder) - steps) / 2  # one of two steps is the node that sends them out
            step = took / big_steps
            grown = [now - then for now, then in zip(map(_memory, program.family()), before, strict=True)]
            program.press("\x03\x03")
            program.until("stopped")
            program.watch(2.0)
            after = _typed(program, beside=program)
        plain.append(_plain(folder, "after.sqlite"))
    about, what = "keys during a flood", f"ms until a key is answered, {TASKS} tasks, 2,000 tokens a second"
    tell(about, f"{what}, median", statistics.median(ours), 50.0)
    for name, times in (("deck", ours), ("bare Textual app in the same seconds", bare), ("deck standing still", after)):
        order = sorted(times)
        tell(about, f"  {name}: median of {len(order)}", statistics.median(order))
        tell(about, f"  {name}: 95 of 100 within", order[len(order) * 95 // 100])
        tell(about, f"  {name}: worst", order[-1])
    tell_ratio("step of 500 tasks", ("in the deck", [step, step]), ("plain LangGraph", plain))
    for name, more in zip(("deck", "worker host", "worker"), grown, strict=True):
        tell("memory during a flood", f"MB that the {name} grew by in {big_steps:.0f} steps of 500 tasks", more)
    # What is painted lies in cycles until it is looked for: of that a few MB.
    tell("memory during a flood", "kB that the deck grew by, a step", grown[0] * 1024 / big_steps, 250.0)


@contextmanager
def _flooded(folder: Path) -> Iterator[Program]:
    """The deck, with the flood on."""
    with Program([GRAPHDECK, "agent.py:graph"], folder) as program:
        program.until("spread")
        program.press("i")
        program.until(" commands")
        program.press("{}\r")
        program.until("running")
        program.press("i")
        program.watch(3.0)
        yield program


def _typed_in_turns(program: Program, folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds for each letter in the deck, and in a bare app beside it: neighbours in time."""
    ours: list[float] = []
    theirs: list[float] = []
    with Program([sys.executable, "-c", BARE], folder) as bare:
        bare.beside, program.beside = (program,), (bare,)
        bare.watch(2.0)
        for _ in range(ROUNDS):
            ours += _typed(program, beside=bare, times_beside=theirs)
        program.beside = ()
    return ours, theirs


def _typed(program: Program, *, beside: Program, times_beside: list[float] | None = None) -> list[float]:
    """Milliseconds until each typed letter is painted behind the others; then they are taken back."""
    times: list[float] = []
    for end in range(1, len(TYPED) + 1):
        for each, kept in ((program, times), (beside, times_beside)):
            if kept is None:
                continue
            each.press(TYPED[end - 1])
            if end > FIRST:
                kept.append(each.until(TYPED[:end]) * 1000)
            each.watch(0.05 + end % 7 * 0.015)
    for each in {program, beside}:
        each.press("\x7f" * len(TYPED))
        each.watch(0.5)
    return times


def _plain(folder: Path, file: str) -> float:
    """Seconds of the step in plain LangGraph, whose saver does not wait for the disk, as ours."""
    command = [sys.executable, "-c", PLAIN, file]
    return float(subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout)


def _steps(folder: Path) -> int:
    """Checkpoints that are written so far."""
    with sqlite3.connect(folder / ".graphdeck" / "threads.sqlite") as connection:
        found: int = connection.execute("SELECT count(*) FROM checkpoints").fetchone()[0]
        return found


def _memory(pid: int) -> float:
    """MB of memory that a process takes."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
