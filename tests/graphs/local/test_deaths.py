"""Processes that are killed: the host, the front end, the worker, at any moment. The thread goes on after each."""

import asyncio
import gc
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.runs import LocalRun
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest
from told import WriteGraph, ended

UntilFree = Callable[[], Awaitable[None]]

STEPS = """
    from langgraph.runtime import Runtime
    def first(state): return {"log": ["first"]}
    def second(state, runtime: Runtime):
        print("in the middle")
        wait_at("go")
        while not runtime.control.drain_requested:  # else its step might end before the worker knows that it is left
            time.sleep(0.001)
        return {"log": ["second"]}
    def third(state): return {"log": ["third"]}
    graph = chain(first, second, third)
"""
ALL = {"log": ["first", "second", "third"]}


async def run(engine: LocalEngine, graph: str, thread: str = "t", **request: Any) -> list[Event]:
    request.setdefault("has_input", "input" in request)
    started = await engine.run(RunRequest(graph=graph, thread=thread, **request))
    return [event async for event in started.events()]


async def test_a_killed_host_loses_the_run_and_no_more(
    write_nodes: WriteGraph, tmp_path: Path, gate: Any, until_free: UntilFree
) -> None:
    graph = write_nodes(STEPS)
    go = gate("go")
    pool = WorkerPool()
    engine = LocalEngine(tmp_path, pool=pool)
    started = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    found = []
    async for event in started.events():
        found.append(event)
        if isinstance(event, events.Output):
            assert pool._host is not None
            pool._host.send_signal(signal.SIGKILL)
    assert (ended(found).status, ended(found).next) == ("lost", ("second",))
    assert "the worker host was killed by SIGKILL" in (ended(found).error or {})["message"]
    go.unlock()  # the worker lives, and drains by itself
    await until_free()
    assert (await engine.state("t")).next == ("third",)
    assert ended(await run(engine, graph)).status == "done"
    assert (await engine.state("t")).values == ALL
    await engine.close()
    await pool.close()


async def test_a_host_that_is_left_while_a_worker_drains_is_waited_for(
    write_nodes: WriteGraph, tmp_path: Path, gate: Any, until_free: UntilFree
) -> None:
    graph = write_nodes(STEPS)
    go = gate("go")
    pool = WorkerPool()
    run = await LocalEngine(tmp_path, pool=pool).run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    stream = run.events()
    while not isinstance(await anext(stream), events.Output):
        pass
    await pool.close()
    [waiting] = (thread for thread in threading.enumerate() if thread.name == "worker host")
    gc.collect()  # nobody else has the process: without that thread this would warn that it still runs
    go.unlock()
    await until_free()
    await asyncio.to_thread(waiting.join, 60)
    assert not waiting.is_alive()


FRONT_END = """
import asyncio, sys
from pathlib import Path
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest

async def main():
    engine = LocalEngine(Path(sys.argv[1]))
    run = await engine.run(RunRequest(graph="agent.py:graph", thread="t", input={}, has_input=True))
    async for event in run.events():
        print(event.name, flush=True)

asyncio.run(main())
"""


async def test_a_killed_front_end_lets_its_worker_drain(
    write_nodes: WriteGraph, engine: LocalEngine, tmp_path: Path, gate: Any, until_free: UntilFree
) -> None:
    graph = write_nodes(STEPS)
    go = gate("go")
    command = [sys.executable, "-c", FRONT_END, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as front_end:
        assert front_end.stdout is not None
        while front_end.stdout.readline() != "output\n":
            pass
        front_end.kill()
    assert (await engine.state("t")).status == "running"
    go.unlock()
    await until_free()
    state = await engine.state("t")
    assert (state.status, state.next) == ("stopped", ("third",))
    assert ended(await run(engine, graph)).status == "done"
    assert (await engine.state("t")).values == ALL


@pytest.mark.parametrize("kind", ["def", "async def"])
async def test_a_run_that_is_left_and_does_not_drain_is_killed(
    write_nodes: WriteGraph, engine: LocalEngine, until_free: UntilFree, kind: str
) -> None:
    graph = write_nodes(f"""
    import graphdeck.graphs.worker.control as control
    control.GRACE = 0.2
    {kind} stuck(state):
        print("stuck")
        while True:
            time.sleep(1)
    graph = chain(stuck)
    """)
    started = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    stream = started.events()
    while not isinstance(await anext(stream), events.Output):
        pass
    await stream.aclose()
    assert (await engine.state("t")).status == "running"
    await until_free()
    assert (await engine.state("t")).next == ("stuck",)


async def test_a_module_that_is_imported_for_ever_can_be_left(
    write_nodes: WriteGraph, engine: LocalEngine, pool: WorkerPool, gate: Any, until_called: Any
) -> None:
    graph = write_nodes("unlock('importing')\ntime.sleep(60)\ngraph = chain()\n")
    importing = gate("importing")
    asked = asyncio.create_task(engine.describe(graph))
    await importing.unlocked()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await until_called(pool, "_heard", lambda: not pool._workers)


async def test_who_stops_waiting_leaves_no_worker(
    write_nodes: WriteGraph, engine: LocalEngine, pool: WorkerPool, until_called: Any
) -> None:
    graph = write_nodes("def one(state): return {'n': 1}\ngraph = chain(one)\n")
    for turns in range(12):
        asked = asyncio.create_task(engine.describe(graph))
        for _ in range(turns):
            await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
    await until_called(pool, "_heard", lambda: not pool._workers)
    assert (await engine.describe(graph)).title == "agent"


LONG = """
    def work(state):
        return {"log": [f"{state['n']:.0f}"]}
    def plan(state):
        while state.get("n") == 6 and HERE.joinpath("held").exists():
            time.sleep(0.001)
        return {"n": state.get("n", 0) + 1}
    def join(state): return {"log": ["|"]}
    builder = StateGraph(S)
    builder.add_node("plan", plan)
    builder.add_node("work", work)
    builder.add_node("join", join)
    builder.add_edge(START, "plan")
    builder.add_conditional_edges("plan", lambda state: [Send("work", {"n": n}) for n in range(3)], ["work"])
    builder.add_edge("work", "join")
    builder.add_conditional_edges("join", lambda state: "plan" if state["n"] < 8 else END, ["plan", END])
    graph = builder.compile()
"""
Moment = int | float
"""Number of an event, or seconds from the start."""

WHOLE = {"n": 8, "log": ["0", "1", "2", "|"] * 8}


async def kill_once(
    engine: LocalEngine, graph: str, thread: str, file: Path, moment: Moment, let_go: Callable[[], None] = lambda: None
) -> int:
    """Kill a run at a moment, look at the file, let go of it and continue; 1 where the kill came before its end."""
    request = RunRequest(graph=graph, thread=thread, input={}, has_input=True, recursion_limit=100)
    started = await engine.run(request)
    killer = asyncio.create_task(kill_after(started, moment)) if isinstance(moment, float) else None
    found = []
    async for event in started.events():
        found.append(event)
        if event.seq == moment:
            await started.kill()
    if killer is not None:
        killer.cancel()
    if file.exists():
        with closing(sqlite3.connect(file)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    let_go()
    was_killed = ended(found).status == "stopped"
    if was_killed:
        has_begun = file.exists() and thread in {row.thread for row in (await engine.threads(limit=1000)).rows}
        again: dict[str, Any] = {} if has_begun else {"input": {}}
        assert ended(await run(engine, graph, thread, recursion_limit=100, **again)).status == "done"
    assert (await engine.state(thread)).values == WHOLE
    return int(was_killed)


async def kill_after(run: LocalRun, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await run.kill()


async def test_a_kill_at_any_event_loses_nothing(write_nodes: WriteGraph, engine: LocalEngine, tmp_path: Path) -> None:
    graph = write_nodes(LONG)
    file, held = tmp_path / ".graphdeck" / "threads.sqlite", tmp_path / "held"
    for moment in (1, 7, 20, 43):
        held.touch()  # else a worker might be done by the time its event is read
        assert await kill_once(engine, graph, f"t{moment}", file, moment, held.unlink)


async def test_a_kill_before_anything_has_begun_ends_the_run(write_nodes: WriteGraph, engine: LocalEngine) -> None:
    graph = write_nodes(STEPS)  # its second node waits for ever
    for _ in range(4):  # a worker that was just forked leads no group yet
        started = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
        await started.kill()
        assert ended([event async for event in started.events()]).status == "stopped"


@pytest.mark.soak
async def test_fifty_kills_at_random_moments(write_nodes: WriteGraph, engine: LocalEngine, tmp_path: Path) -> None:
    graph = write_nodes(LONG)
    file = tmp_path / ".graphdeck" / "threads.sqlite"
    moments = random.Random(7)
    killed = [await kill_once(engine, graph, f"t{n}", file, moments.uniform(0.0, 0.2)) for n in range(50)]
    print(f"{sum(killed)} of 50 runs were killed before their end")
    assert sum(killed) >= 25
