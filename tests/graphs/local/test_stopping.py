"""The ladder of stops, at any moment and more than once, and what goes on in threads that cannot be cancelled."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.events import Event, RunEnded
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.runs import LocalRun
from graphdeck.graphs.records import RunRequest
from told import RunGraph, WriteGraph, ended, of

UntilFree = Callable[[], Awaitable[None]]
Meet = Callable[[LocalRun, Event], Awaitable[None]]


async def run_and(engine: LocalEngine, graph: str, meet: Meet, thread: str = "t", **request: Any) -> list[Event]:
    """Run a graph, and do something at each of its events."""
    run = await engine.run(RunRequest(graph=graph, thread=thread, has_input=True, **{"input": {}, **request}))
    found = []
    async for event in run.events():
        found.append(event)
        await meet(run, event)
    return found


LOOP = """
    async def count(state): return {"n": state.get("n", 0) + 1}
    builder = StateGraph(S)
    builder.add_node("count", count)
    builder.add_edge(START, "count")
    builder.add_conditional_edges("count", lambda state: "count" if state["n"] < 5 else END, ["count", END])
    graph = builder.compile()
"""


@pytest.mark.parametrize("steps", [("drain",), ("cancel",), ("cancel", "cancel"), ("drain", "cancel", "cancel")])
@pytest.mark.parametrize("moment", [1, 2, 4, 9, 17, 18])
async def test_a_stop_at_any_moment_ends_the_run_in_order(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, moment: int, steps: tuple[str, ...]
) -> None:
    graph = write_nodes(LOOP)

    async def stop(run: LocalRun, event: Event) -> None:
        if event.seq == moment:
            for step in steps:
                await getattr(run, step)()

    found = await run_and(engine, graph, stop)
    assert ended(found).status in ("stopped", "done")
    assert not [event for event in found if isinstance(event, events.NodeFailed)]
    while ended(found).status != "done":
        found = await run_graph(graph, **({} if await has_thread(engine) else {"input": {}}))
    assert (await engine.state("t")).values == {"n": 5}


async def has_thread(engine: LocalEngine) -> bool:
    return bool((await engine.threads()).rows)


async def test_stops_after_the_end_do_nothing(write_nodes: WriteGraph, engine: LocalEngine, until_exit: Any) -> None:
    graph = write_nodes(LOOP)

    async def stop(run: LocalRun, event: Event) -> None:
        if isinstance(event, RunEnded):
            await run.drain()
            await run.cancel()
            await run.kill()
            await until_exit(run._worker.pid)
            await run.drain()
            await run.cancel()
            await run.kill()

    assert ended(await run_and(engine, graph, stop)).status == "done"


async def test_a_question_in_a_drained_step_is_asked(write_nodes: WriteGraph, engine: LocalEngine, gate: Any) -> None:
    drained = gate("drained")
    graph = write_nodes("""
    def ask(state):
        print("drain me")
        wait_at("drained")
        return {"log": [interrupt("?")]}
    graph = chain(ask)
    """)

    async def drain(run: LocalRun, event: Event) -> None:
        if isinstance(event, events.Output):
            await run.drain()
            drained.unlock()

    assert ended(await run_and(engine, graph, drain)).status == "waiting"
    [pending] = (await engine.state("t")).interrupts
    assert [frame.function for frame in pending.frames] == ["ask"]


@pytest.mark.parametrize("how", ["cancel", "kill"])
async def test_a_stopped_step_keeps_the_frames_of_its_question(
    write_nodes: WriteGraph, engine: LocalEngine, how: Literal["cancel", "kill"]
) -> None:
    graph = write_nodes("""
    def ask(state): return {"log": [interrupt("?")]}
    async def slow(state): await asyncio.sleep(60)
    graph = fan(ask, slow)
    """)

    async def stop(run: LocalRun, event: Event) -> None:
        if isinstance(event, events.Interrupt):
            async with asyncio.timeout(60):
                while not (asked := (await engine.state("t")).interrupts):  # it is written beside the telling
                    pass
            assert [frame.function for frame in asked[0].frames] == ["ask"]
            await (run.cancel() if how == "cancel" else run.kill())

    assert ended(await run_and(engine, graph, stop)).status == "stopped"
    state = await engine.state("t")
    assert state.status == "waiting"
    assert [frame.function for frame in state.interrupts[0].frames] == ["ask"]


STUBBORN = """
    def stubborn(state):
        print("begun")
        while not HERE.joinpath("enough").exists():
            print("x" * 100_000)
            time.sleep(0.001)
        HERE.joinpath("finished").touch()
        return {"n": 1}
"""


async def test_a_cancelled_sync_node_holds_its_thread_to_its_end(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path, until_free: UntilFree
) -> None:
    graph = write_nodes(STUBBORN + "    graph = chain(stubborn)\n")

    async def cancel(run: LocalRun, event: Event) -> None:
        if isinstance(event, events.Output):
            await run.cancel()

    assert ended(await run_and(engine, graph, cancel)).status == "stopped"
    assert (await engine.state("t")).status == "running"
    refused = ended(await run_graph(graph))
    assert refused.error is not None
    assert refused.error["type"] == "running_elsewhere"
    (tmp_path / "enough").touch()
    await until_free()
    assert (tmp_path / "finished").exists()
    assert ended(await run_graph(graph)).status == "done"


async def test_a_sync_node_whose_sibling_failed_comes_to_its_end_and_is_not_run_again(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path, gate: Any
) -> None:
    late = gate("late")
    graph = write_nodes("""
    def good(state):
        wait_at("late")
        with HERE.joinpath("paid").open("a") as paid: paid.write("once")
        return {"n": 1}
    def bad(state):
        if not HERE.joinpath("mended").exists(): raise ValueError("x")
    graph = fan(good, bad)
    """)

    async def fails(run: LocalRun, event: Event) -> None:
        if isinstance(event, events.NodeFailed):
            late.unlock()

    found = await run_and(engine, graph, fails)
    assert [(each.node, each.keys) for each in found if isinstance(each, events.NodeFinished)] == [("good", ("n",))]
    assert (ended(found).status, ended(found).next) == ("failed", ("bad",))
    (tmp_path / "mended").touch()
    assert ended(await run_graph(graph)).status == "done"
    assert (tmp_path / "paid").read_text() == "once"
    assert (await engine.state("t")).values == {"n": 1}


async def test_what_sync_nodes_return_while_a_sibling_fails_is_kept(
    write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    graph = write_nodes("""
    import threading
    together = threading.Barrier(5)
    def late(number):
        def good(state):
            together.wait()
            time.sleep(number * 0.0003)
            return {"log": [number]}
        return good
    def bad(state):
        together.wait()
        raise ValueError("x")
    goods = [late(number) for number in range(4)]
    for number, good in enumerate(goods): good.__name__ = f"good_{number}"
    graph = fan(*goods, bad)
    """)
    for number in range(6):
        found = await run_graph(graph, f"t{number}", input={})
        assert len(of(found, events.NodeFinished)) == 4
        assert ended(found).next == ("bad",)


async def test_who_does_not_wait_for_the_sibling_of_a_failed_node_cancels(
    write_nodes: WriteGraph, engine: LocalEngine, tmp_path: Path, until_free: UntilFree
) -> None:
    graph = write_nodes(STUBBORN + "    def bad(state): raise ValueError('x')\n    graph = fan(stubborn, bad)\n")

    missing: set[type[Event]] = {events.NodeFailed, events.Output}

    async def cancel(run: LocalRun, event: Event) -> None:
        if type(event) in missing:
            missing.discard(type(event))
            if not missing:  # it has begun, and its sibling has failed
                await run.cancel()

    found = await run_and(engine, graph, cancel)
    assert "stubborn" in [each.node for each in found if isinstance(each, events.NodeStopped)]
    assert (await engine.state("t")).status == "running"
    (tmp_path / "enough").touch()
    await until_free()
    assert (await engine.state("t")).status == "failed"


async def test_a_stopped_worker_can_be_killed(write_nodes: WriteGraph, engine: LocalEngine) -> None:
    graph = write_nodes("""
    def freeze(state):
        print("freezing")
        os.kill(os.getpid(), signal.SIGSTOP)
    graph = chain(freeze)
    """)

    async def climb(run: LocalRun, event: Event) -> None:
        if isinstance(event, events.Output):
            await run.drain()
            await run.cancel()
            await run.kill()

    assert ended(await run_and(engine, graph, climb)).status == "stopped"
    assert (await engine.state("t")).status == "stopped"
