"""Two terminals on one thread: one question is answered once, whoever is faster."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.decided import DecisionRecord
from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest

GRAPH = """
from pathlib import Path
from typing import TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

class S(TypedDict, total=False):
    answer: str

def pay(state):
    answer = interrupt("pay?")
    with Path(__file__).with_name("paid").open("a") as log:
        log.write(answer + "\\n")
    return {"answer": answer}

builder = StateGraph(S)
builder.add_node("pay", pay)
builder.add_edge(START, "pay")
builder.add_edge("pay", END)
graph = builder.compile()
"""


async def events_of(engine: LocalEngine, request: RunRequest) -> list[Event]:
    run = await engine.run(request)
    return [event async for event in run.events()]


async def race(folder: Path, pool: WorkerPool) -> tuple[list[events.RunEnded], Sequence[DecisionRecord]]:
    """Two engines answer the same question at the same time; how both runs ended, and what the record has of it."""
    (folder / "agent.py").write_text(GRAPH)
    terminals = [LocalEngine(folder, pool=pool) for _ in range(2)]
    asked = await events_of(terminals[0], RunRequest(graph="agent.py:graph", thread="t", input={}, has_input=True))
    [question] = [event for event in asked if isinstance(event, events.Interrupt)]
    requests = [
        RunRequest(graph="agent.py:graph", thread="t", resume={question.id: name}) for name in ("first", "second")
    ]
    found = await asyncio.gather(*(events_of(*pair) for pair in zip(terminals, requests, strict=True)))
    record = await terminals[0].decisions(thread="t")
    for terminal in terminals:
        await terminal.close()
    ends = [run[-1] for run in found]
    return [end for end in ends if isinstance(end, events.RunEnded)], record


def check(folder: Path, ends: list[events.RunEnded], record: Sequence[DecisionRecord]) -> None:
    assert sorted(end.status for end in ends) == ["done", "failed"]
    [refused] = [end for end in ends if end.status == "failed"]
    assert refused.error is not None
    assert refused.error["type"] in ("answer", "running_elsewhere")
    [paid] = (folder / "paid").read_text().splitlines()
    applied, loser = sorted(record, key=lambda each: each.outcome)
    assert (applied.outcome, applied.decision, loser.outcome) == ("applied", paid, "refused")
    assert f"answered elsewhere by {applied.origin}" in refused.error["message"]


async def test_two_terminals_answer_one_question(tmp_path: Path, pool: WorkerPool) -> None:
    check(tmp_path, *await race(tmp_path, pool))


@pytest.mark.soak
async def test_fifty_races_have_one_winner_each(tmp_path: Path, pool: WorkerPool) -> None:
    for number in range(50):
        folder = tmp_path / str(number)
        folder.mkdir()
        check(folder, *await race(folder, pool))


TERMINAL = """
import asyncio, sys
from pathlib import Path
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.tui.plain.answer import AnswerOptions, answer

async def main():
    pool = WorkerPool()
    await pool.warm()
    for line in sys.stdin:
        folder, word = line.split()
        engine = LocalEngine(Path(folder), pool=pool)
        print("ready", flush=True)
        sys.stdin.readline()
        status = await answer(engine, AnswerOptions(thread="t", answers=(word,)), as_json=True)
        print("status", status, flush=True)
        await engine.close()
    await pool.close()

asyncio.run(main())
"""


class OtherTerminal:
    """A process of its own that answers one question after the other, each as soon as it is told to go."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", TERMINAL]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)

    def tell(self, line: str) -> None:
        """Say the next thing."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def hear(self, word: str) -> str:
        """The next line that begins with this word."""
        assert self._process.stdout is not None
        return next(line for line in self._process.stdout if line.startswith(word))

    def close(self) -> None:
        """End it."""
        self._process.communicate()


@pytest.mark.soak
async def test_fifty_races_of_two_processes_have_one_winner_each(tmp_path: Path, pool: WorkerPool) -> None:
    terminals = OtherTerminal(), OtherTerminal()
    for number in range(50):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "agent.py").write_text(GRAPH)
        engine = LocalEngine(folder, pool=pool)
        asked = await events_of(engine, RunRequest(graph="agent.py:graph", thread="t", input={}, has_input=True))
        [question] = [event for event in asked if isinstance(event, events.Interrupt)]
        for name, terminal in zip(("first", "second"), terminals, strict=True):
            terminal.tell(f'{folder} {question.id}="{name}"')
            terminal.hear("ready")
        for terminal in terminals:
            terminal.tell("go")
        assert sorted(terminal.hear("status") for terminal in terminals) == ["status 0\n", "status 1\n"]
        [paid] = (folder / "paid").read_text().splitlines()
        record = await engine.decisions(thread="t")
        assert [(each.decision, each.by) for each in record if each.outcome == "applied"] == [(paid, "command line")]
        assert {each.outcome for each in record} <= {"applied", "refused"}
        await engine.close()
    for terminal in terminals:
        terminal.close()
