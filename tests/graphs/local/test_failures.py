"""Runs that fail, are stopped or are killed, and threads that another process runs."""

import os
import signal
from pathlib import Path

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.errors import GraphdeckError, RunningElsewhere, TargetError
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.records import RunRequest
from told import RunGraph, WriteGraph, ended, of


async def test_a_killed_worker_is_told_and_the_thread_goes_on(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_nodes("""
    import pathlib, signal
    mark = pathlib.Path(__file__).with_name("died")
    def one(state): return {"log": ["one"]}
    def deadly(state):
        if not mark.exists():
            mark.touch()
            print("last words", file=sys.stderr)
            os.kill(os.getpid(), signal.SIGKILL)
        return {"log": ["deadly"]}
    graph = chain(one, deadly)
    """)
    lost = ended(await run_graph(graph, input={}))
    assert (lost.status, lost.next) == ("lost", ("deadly",))
    assert lost.error is not None
    assert "SIGKILL" in lost.error["message"]
    assert "last words" in lost.error["message"]
    state = await engine.state("t")
    assert (state.status, state.next) == ("stopped", ("deadly",))
    assert ended(await run_graph(graph)).status == "done"
    assert (await engine.state("t")).values == {"log": ["one", "deadly"]}


FLAKY = """
    import asyncio, pathlib
    mark = pathlib.Path(__file__).with_name("failed")
    def good(state):
        print("good runs")
        return {"log": ["good"]}
    async def flaky(state):
        if not mark.exists():
            mark.touch()
            await asyncio.sleep(0.2)
            try:
                {}["missing"]
            except KeyError as error:
                raise RuntimeError("upstream said [no]\\n second line") from error
        return {"log": ["flaky"]}
    tries = []
    def stubborn(state):
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError("again")
        return {"log": ["stubborn"]}
    builder = StateGraph(S)
    builder.add_node("good", good)
    builder.add_node("flaky", flaky)
    builder.add_node("stubborn", stubborn, retry_policy=RetryPolicy(initial_interval=0.01, jitter=False))
    for name in ("good", "flaky"):
        builder.add_edge(START, name)
    builder.add_edge(["good", "flaky"], "stubborn")
    graph = builder.compile()
"""


async def test_a_failed_node_is_told_and_only_it_runs_again(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes(FLAKY)
    found = await run_graph(graph, input={})
    [failure] = of(found, events.NodeFailed)
    assert (failure.node, failure.error) == ("flaky", "RuntimeError")
    assert "KeyError: 'missing'" in failure.traceback
    assert "langgraph" not in failure.traceback
    assert ended(found).status == "failed"
    assert ended(found).next == ("flaky",)
    assert (await engine.state("t")).status == "failed"

    again = await run_graph(graph)
    assert [event.node for event in of(again, events.NodeKept)] == ["good"]
    assert [(event.node, event.attempt) for event in of(again, events.NodeRetry)] == [("stubborn", 1), ("stubborn", 2)]
    assert ended(again).status == "done"
    assert (await engine.state("t")).values == {"log": ["flaky", "good", "stubborn"]}


async def test_the_recursion_limit_keeps_the_state(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
    builder = StateGraph(S)
    builder.add_node("spin", lambda s: {"n": s.get("n", 0) + 1})
    builder.add_edge(START, "spin")
    builder.add_conditional_edges("spin", lambda s: "spin" if s["n"] < 12 else END, ["spin", END])
    graph = builder.compile().with_config(recursion_limit=3)
    """)
    for given, told in ((None, "its limit of 3 steps"), (5, "its limit of 5 steps")):
        limited = ended(await run_graph(graph, input={}, recursion_limit=given))
        assert (limited.status, limited.next) == ("recursion_limit", ("spin",))
        assert limited.error is not None
        assert told in limited.error["message"]
    assert ended(await run_graph(graph, recursion_limit=50)).status == "done"
    assert (await engine.state("t")).values == {"n": 12}


async def test_a_thread_that_runs_elsewhere_is_left_alone(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = write_nodes("    def one(state): return {'n': 1}\n    graph = chain(one)\n")
    assert ended(await run_graph(graph, input={})).status == "done"
    file = tmp_path / ".graphdeck" / "threads.sqlite"
    lease = Lease.take(file, "t", "other")
    try:
        refused = ended(await run_graph(graph, input={}))
        assert refused.error is not None
        assert refused.error["type"] == "running_elsewhere"
        assert str(os.getpid()) in refused.error["message"]
        [row] = (await engine.threads()).rows
        assert row.status == "running"
        with pytest.raises(RunningElsewhere):
            await engine.delete(["t"])
    finally:
        lease.release()
    assert (await engine.threads()).rows[0].status == "done"


async def test_drain_cancel_and_kill(write_nodes: WriteGraph, engine: LocalEngine) -> None:
    graph = write_nodes("""
    from langgraph.runtime import Runtime
    async def slow(state, runtime: Runtime):
        print("slow")
        while state["any"] != "drain" or not runtime.control.drain_requested:
            await asyncio.sleep(0.001)
        return {"log": ["slow"]}
    async def after(state): return {"log": ["after"]}
    graph = chain(slow, after)
    """)

    async def stop(how: str) -> events.RunEnded:
        run = await engine.run(RunRequest(graph=graph, thread=how, input={"any": how}, has_input=True))
        found = []
        async for event in run.events():
            found.append(event)
            if isinstance(event, events.Output):
                await getattr(run, how)()
        return ended(found)

    drained = await stop("drain")
    assert (drained.status, drained.next) == ("stopped", ("after",))
    cancelled = await stop("cancel")
    assert (cancelled.status, cancelled.next) == ("stopped", ("slow",))
    killed = await stop("kill")
    assert (killed.status, killed.next, killed.error) == ("stopped", ("slow",), None)
    statuses = {row.thread: row.status for row in (await engine.threads()).rows}
    assert statuses == {"drain": "stopped", "cancel": "stopped", "kill": "stopped"}


async def test_an_error_of_the_target_is_the_runs(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_graph("import no_such_package\ngraph = 1\n")
    found = await run_graph(graph, input={})
    assert [type(event).name for event in found if not isinstance(event, events.Output)] == ["run_started", "run_ended"]
    error = ended(found).error
    assert error is not None
    assert "no_such_package" in error["message"]
    with pytest.raises(GraphdeckError):
        await engine.describe(graph)
    with pytest.raises(TargetError):
        await engine.describe("nowhere.py:graph")


async def test_an_error_whose_text_fails_is_told_by_its_node(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    class Rude(Exception):
        def __str__(self):
            raise ZeroDivisionError
    def one(state):
        raise Rude
    graph = chain(one)
    """)
    found = await run_graph(graph, input={})
    [failure] = of(found, events.NodeFailed)
    assert (failure.node, failure.error) == ("one", "Rude")
    assert "ZeroDivisionError" in failure.message
    assert "in one" in failure.traceback
    assert ended(found).status == "failed"


def test_signal_names_are_told() -> None:
    from graphdeck.graphs.local.workers import describe_exit

    assert "SIGSEGV" in describe_exit(-signal.SIGSEGV, "a\n\nb\n")
    assert describe_exit(3, "") == "the worker ended with status 3"
