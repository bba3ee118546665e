"""Threads that are followed while others run them: the rows must tell what the run itself tells."""

import asyncio
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, interrupt

from graphdeck.graphs import events
from graphdeck.graphs.errors import ThreadNotFound
from graphdeck.graphs.events import Event, RunEnded
from graphdeck.graphs.local import following
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest
from told import WriteGraph

GRAPH = """
    def one(state):
        unlock("begun")
        wait_at("gate")
        return {"n": 1, "log": ["one"]}

    def send(state): return {"log": ["send"]}
    def work(state): return {"log": ["work"]}
    def bad(state):
        wait_at("gate")
        raise ValueError("no")
    def ask(state): return {"any": interrupt("really?")}

    inner = StateGraph(S).add_node("ask", ask).add_edge(START, "ask").compile()
    builder = StateGraph(S)
    for node in (one, send, work, bad):
        builder.add_node(node.__name__, node)
    builder.add_node("team", inner)
    builder.add_edge(START, "one").add_edge("one", "send").add_edge("work", "bad").add_edge("work", "team")
    builder.add_conditional_edges("send", lambda state: [Send("work", {}), Send("work", {})], ["work"])
    graph = builder.compile()
"""


PATIENCE = 20
"""Seconds after which a node gives up waiting."""


def told(found: list[Event]) -> list[tuple[Any, ...]]:
    """What both a run and its rows tell, in an order that does not depend on which of two nodes was quicker."""
    kept: list[tuple[Any, ...]] = []
    for event in found:
        match event:
            case events.Checkpoint():
                fields = (event.parent, event.step, event.source, tuple(sorted(event.next)), dict(event.changed))
                kept.append(("checkpoint", event.ns, event.id, *fields))
            case events.NodeFinished():
                kept.append(("finished", event.ns, event.task, event.node, event.keys))
            case events.NodeFailed():
                kept.append(("failed", event.ns, event.task, event.node, event.error))
            case events.Interrupt():
                kept.append(("interrupt", event.ns, event.id, event.node, event.value, event.schema))
    return sorted(kept, key=str)


async def test_rows_tell_what_the_run_tells(
    engine: LocalEngine, tmp_path: Path, write_nodes: WriteGraph, gate: Callable[[str], Any]
) -> None:
    """Followed by another engine from its first node on; the run has a lease, and is over with it."""
    target = write_nodes(GRAPH)
    begun, door = gate("begun"), gate("gate")
    run = await engine.run(RunRequest(graph=target, thread="t", input={"log": []}, has_input=True))
    await begun.unlocked()
    other = LocalEngine(tmp_path)
    followed: list[Any] = []
    async for event in other.follow("t"):
        followed.append(event)
        if isinstance(event, (events.RunStarted, events.Interrupt)):
            door.unlock()
    await other.close()
    live: list[Any] = [event async for event in run.events()]

    assert isinstance(followed[0], events.RunStarted)
    assert (followed[0].thread, followed[0].graph, followed[0].file) == ("t", target, live[0].file)
    assert [event.seq for event in followed] == list(range(1, len(followed) + 1))
    assert {event.run for event in followed} == {run.id}
    start = next(place for place, event in enumerate(live) if getattr(event, "step", -1) == 0)
    assert told(followed) == told(live[start:])
    ended = followed[-1]
    assert isinstance(ended, RunEnded)
    assert (ended.status, ended.next) == ("waiting", ("bad", "team"))
    (question,) = (event for event in followed if isinstance(event, events.Interrupt))
    assert question.ns[0].startswith("team:")


async def test_a_thread_at_rest_and_one_that_another_program_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a lease: what waits and stays so is at rest, what has a node to run is followed until it is done."""
    monkeypatch.setattr(following, "REST", 0)
    file = tmp_path / "own.sqlite"
    running, going = threading.Event(), threading.Event()

    def slow(state: dict[str, str]) -> dict[str, str]:
        running.set()
        going.wait(PATIENCE)
        return {"said": "done"}

    builder: Any = StateGraph(dict)
    builder.add_node("ask", lambda state: {"said": interrupt("go?")}).add_node("slow", slow)
    builder.add_edge(START, "ask").add_edge("ask", "slow")
    config: Any = {"configurable": {"thread_id": "t"}}
    reader = LocalEngine(tmp_path, [file])
    with SqliteSaver.from_conn_string(str(file)) as saver:
        graph = builder.compile(checkpointer=saver)
        graph.invoke({"said": ""}, config)
        waiting: list[Any] = [event async for event in reader.follow("t")]
        assert [event.name for event in waiting] == ["run_started", "checkpoint", "interrupt", "run_ended"]
        assert (waiting[-1].status, waiting[-1].next) == ("waiting", ("ask",))

        resume = partial(graph.invoke, Command(resume="yes"), config, durability="sync")
        answered = asyncio.create_task(asyncio.to_thread(resume))
        await asyncio.to_thread(running.wait, PATIENCE)
        found: list[Any] = []
        async for event in reader.follow("t", file=str(file)):
            found.append(event)
            going.set()
        await answered
    assert [(event.name, getattr(event, "node", "")) for event in found] == [
        ("run_started", ""),
        ("checkpoint", ""),
        ("node_finished", "slow"),
        ("checkpoint", ""),
        ("run_ended", ""),
    ]
    assert found[-1].status == "done"
    with pytest.raises(ThreadNotFound, match="no thread"):
        await anext(aiter(reader.follow("other")))
    await reader.close()
