"""Two terminals on one thread: one question is answered once, whoever is faster."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import DecisionRecord, RunRequest

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
