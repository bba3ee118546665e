"""How soon a key is answered while 500 tasks start and finish in half a second and 2,000 tokens a second arrive."""

import statistics
import tempfile
from pathlib import Path

from figures import tell
from terminal import GRAPHDECK, Program

TASKS = 500
TYPED = "qzxj" + "vwkyqxjz" * 5
"""What is typed into the input line, key by key; nothing else on the screen reads like its first letters."""
FIRST = 4
GRAPH = f"""
import asyncio
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

    async def _astream(self, messages, stop=None, run_manager=None, **kwargs):
        for number in range(50):
            for _ in range(20):
                chunk = ChatGenerationChunk(message=AIMessageChunk("word "))
                if run_manager:
                    await run_manager.on_llm_new_token("word ", chunk=chunk)
                yield chunk
            await asyncio.sleep(0.01)

async def part(state):
    await asyncio.sleep(state["number"] / {TASKS} * 0.4)
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


def main() -> None:
    """Print milliseconds until a key is answered, median (bound: 50) and worst; then without a run."""
    with tempfile.TemporaryDirectory() as name:
        Path(name, "agent.py").write_text(GRAPH)
        with Program([GRAPHDECK, "agent.py:graph"], Path(name)) as program:
            program.until("spread")
            program.press("i")
            program.until(" commands")
            program.press("{}\r")
            program.until("running")
            program.press("i")
            program.watch(2.0)
            during = _times(program)
            program.press("\x03\x03")
            program.until("stopped")
            program.watch(2.0)
            after = _times(program)
    what = f"ms until a key is answered, {TASKS} tasks and 2,000 tokens a second"
    tell("keys during a flood", f"{what}, median", statistics.median(during), 50.0)
    tell("keys during a flood", f"{what}, worst of {len(during)}", max(during))
    tell("keys during a flood", "the same when it stands still, median", statistics.median(after))


def _times(program: Program) -> list[float]:
    """Milliseconds until each typed letter is painted behind the others; then they are taken back."""
    times = []
    for end in range(1, len(TYPED) + 1):
        program.press(TYPED[end - 1])
        if end > FIRST:
            times.append(program.until(TYPED[:end]) * 1000)
        program.watch(0.1 + end % 7 * 0.03)
    program.press("\x7f" * len(TYPED))
    return times


if __name__ == "__main__":
    main()
