"""Output without measure: the front end stays quick, keeps little of it, and the run still ends."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any

from graphdeck.graphs import events
from graphdeck.graphs.events import RunEnded
from graphdeck.graphs.local import workers
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest
from told import RunGraph, WriteGraph

MEGABYTES = 20


async def count(engine: LocalEngine, graph: str) -> tuple[int, int, RunEnded]:
    """Characters printed, the longest print, and the end."""
    run = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    printed = longest = 0
    async for event in run.events():
        if isinstance(event, events.Output):
            printed += len(event.text)
            longest = max(longest, len(event.text))
        if isinstance(event, RunEnded):
            return printed, longest, event
    raise AssertionError("no end")


async def test_a_print_of_many_megabytes_comes_in_pieces(write_nodes: WriteGraph, engine: LocalEngine) -> None:
    graph = write_nodes(f"""
    def loud(state):
        print("x" * {MEGABYTES * 1_000_000})
        subprocess.run(["head", "-c", "{MEGABYTES * 1_000_000}", "/dev/zero"], check=True)
    graph = chain(loud)
    """)
    printed, longest, end = await count(engine, graph)
    assert printed == 2 * MEGABYTES * 1_000_000 + 1
    assert longest <= 1 << 16
    assert end.status == "done"


async def test_a_print_letter_by_letter_is_gathered(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    def slow(state):
        for _ in range(200_000):
            print("x", end="")
    graph = chain(slow)
    """)
    began = time.process_time()
    printed = [event.text for event in await run_graph(graph, input={}) if isinstance(event, events.Output)]
    assert sum(map(len, printed)) == 200_000
    assert len(printed) < 200
    assert time.process_time() - began < 5


async def test_hundreds_of_tasks_come_whole_and_in_order_and_others_have_their_turn_meanwhile(
    write_nodes: WriteGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
    class Counted(TypedDict, total=False):
        done: Annotated[int, operator.add]
    def spread(state):
        return {}
    async def part(state):
        return {"done": 1}
    builder = StateGraph(Counted).add_node(spread).add_node(part).add_edge(START, "spread")
    builder.add_conditional_edges("spread", lambda state: [Send("part", {})] * 500, ["part"])
    graph = builder.compile()
    """)
    run = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    given: list[int] = []
    most, found = 0, []
    async for event in run.events():
        if not given:
            asyncio.get_running_loop().call_soon(given.clear)  # once it is the others' turn
        given.append(event.seq)
        most = max(most, len(given))
        found.append(event)
    assert most <= workers.TURN
    assert [event.seq for event in found] == list(range(1, len(found) + 1))
    parts = [event for event in found if getattr(event, "node", "") == "part"]
    started = [event.task for event in parts if isinstance(event, events.NodeStarted)]
    assert len(set(started)) == 500
    for task in started:
        told = [type(event) for event in parts if getattr(event, "task", "") == task]
        assert told == [events.NodeStarted, events.NodeFinished]


async def test_a_reader_who_waits_makes_the_worker_wait(
    write_nodes: WriteGraph, engine: LocalEngine, until_called: Any
) -> None:
    graph = write_nodes("""
    def endless(state):
        while True:
            print("x" * 10_000)
    graph = chain(endless)
    """)
    run = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    stream = run.events()
    while not isinstance(await anext(stream), events.Output):
        pass
    worker = run._worker
    await until_called(worker, "_pause_reading", lambda: not worker._reading)
    assert worker._size < 3 * workers.FULL
    await run.kill()
    async for event in stream:
        last = event
    assert isinstance(last, RunEnded)
    assert last.status == "stopped"


async def test_children_that_live_on_do_not_hold_the_end(
    write_nodes: WriteGraph, engine: LocalEngine, run_graph: RunGraph, until_exit: Callable[[int], Awaitable[None]]
) -> None:
    graph = write_nodes("""
    def spawn(state):
        loud = subprocess.Popen(["yes"], start_new_session=True)
        quiet = subprocess.Popen(["sleep", "30"], start_new_session=True)
        return {"any": [loud.pid, quiet.pid]}
    graph = chain(spawn)
    """)
    async with asyncio.timeout(20):
        _, _, end = await count(engine, graph)
        assert end.status == "done"
        pids = (await engine.state("t")).values["any"]
        assert isinstance(pids, list)
        loud, quiet = map(int, map(str, pids))
        os.kill(quiet, 9)
        await until_exit(loud)  # nobody reads it any more
    assert (await engine.state("t")).status == "done"


async def test_a_node_may_close_what_it_prints_to(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    def first(state):
        print("before")
        os.close(1)
        print("after")
        return {"log": ["first"]}
    def second(state):
        os.close(2)
        sys.stderr.close()
        return {"log": ["second"]}
    graph = chain(first, second)
    """)
    found = await run_graph(graph, input={})
    assert "".join(event.text for event in found if isinstance(event, events.Output)) == "before\nafter\n"
    assert isinstance(found[-1], RunEnded)
    assert found[-1].status == "done"
