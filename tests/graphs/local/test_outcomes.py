"""What the record of decisions says of answers to real nodes: applied, refused, lost, sent, unknown; never too much."""

import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.errors import WorkerLost
from graphdeck.graphs.events import Event, Interrupt, RunEnded
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import Exited, WorkerPool
from graphdeck.graphs.records import RunRequest
from told import RunGraph, WriteGraph

ASK = """
    def ask(state):
        answer = interrupt("pay?")
        if answer == "die": os.kill(os.getpid(), signal.SIGKILL)
        if answer == "wait":
            print("received", flush=True)
            wait_at("go")
        return {"log": [answer]}
    def after(state):
        if state["log"] == ["then die"]: os.kill(os.getpid(), signal.SIGKILL)
    graph = chain(ask, after)
"""


def questions(found: list[Event]) -> list[str]:
    return [event.id for event in found if isinstance(event, Interrupt)]


def status(found: list[Event]) -> str:
    last = found[-1]
    assert isinstance(last, RunEnded)
    return last.status


async def outcomes(engine: LocalEngine) -> list[tuple[Any, str, str]]:
    """What is on record, oldest first: each answer, what became of it, and why."""
    found = await engine.decisions(thread="t")
    return [(each.decision, each.outcome, each.why) for each in reversed(found)]


async def test_an_answer_is_lost_with_its_worker_until_the_node_has_kept_it(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes(ASK)
    [asked] = questions(await run_graph(graph, input={}))
    assert status(await run_graph(graph, resume={asked: "die"})) == "lost"
    assert [each.id for each in (await engine.state("t")).interrupts] == [asked]
    assert status(await run_graph(graph, resume={asked: "then die"})) == "lost"
    state = await engine.state("t")
    assert (state.values["log"], state.next) == (["then die"], ("after",))
    (_, first, why), (_, second, nothing) = await outcomes(engine)
    assert (first, second, nothing) == ("lost", "applied", "")
    assert "killed by SIGKILL" in why


async def test_an_answer_is_on_record_with_the_file_that_it_was_for_whichever_else_holds_the_id(
    write_nodes: WriteGraph, tmp_path: Path, pool: WorkerPool
) -> None:
    graph, files = write_nodes(ASK), [tmp_path / "a.sqlite", tmp_path / "b.sqlite"]
    engine = LocalEngine(tmp_path, files, pool=pool)

    async def run(file: Path, thread: str, **request: Any) -> list[Event]:
        started = await engine.run(RunRequest(graph=graph, thread=thread, file=str(file), **request))
        return [event async for event in started.events()]

    assert status(await run(files[0], "another", input={}, has_input=True)) == "waiting"
    [asked] = questions(await run(files[1], "t", input={}, has_input=True))
    assert status(await run(files[0], "t", resume={asked: "yes"})) == "failed"
    [record] = await engine.decisions(thread="t")
    assert (record.file, record.payload, record.outcome) == (str(files[0]), "", "refused")
    assert (await engine.state("t", file=str(files[1]))).status == "waiting"
    await engine.close()


async def test_an_answer_is_on_its_way_while_its_run_goes_on_and_unknown_when_its_front_end_dies_with_it(
    write_nodes: WriteGraph, run_graph: RunGraph, tmp_path: Path, pool: WorkerPool, engine: LocalEngine, gate: Any
) -> None:
    graph = write_nodes(ASK)
    gate("go")
    [asked] = questions(await run_graph(graph, input={}))
    dying = LocalEngine(tmp_path, pool=pool)
    run = await dying.run(RunRequest(graph=graph, thread="t", resume={asked: "wait"}, by={asked: "key"}))
    story = run.events()
    async for event in story:
        if isinstance(event, events.Output):
            break
    [sent] = await engine.decisions()
    assert (sent.outcome, sent.by, sent.run, sent.interrupt, sent.path) == ("sent", "key", run.id, asked, ("ask",))
    await run.kill()
    while not isinstance(await run._worker.next(), Exited):  # nobody settles it, as when the whole session is gone
        pass
    assert await outcomes(engine) == [("wait", "unknown", "")]
    await story.aclose()
    await dying.close()


async def test_who_meets_the_lease_is_told_who_is_answering(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, gate: Any
) -> None:
    graph = write_nodes(ASK)
    go = gate("go")
    [asked] = questions(await run_graph(graph, input={}))
    run = await engine.run(RunRequest(graph=graph, thread="t", resume={asked: "wait"}))
    story = run.events()
    async for event in story:
        if isinstance(event, events.Output):
            break
    late = await run_graph(graph, resume={asked: "mine"})
    first = (await engine.decisions(thread="t"))[-1]
    error = late[-1].error if isinstance(late[-1], RunEnded) else None
    assert error is not None
    assert (error["type"], status(late)) == ("running_elsewhere", "failed")
    assert error["message"] == f"interrupt {asked} is being answered elsewhere by {first.origin}"
    go.unlock()
    assert status([event async for event in story]) == "done"
    found = await outcomes(engine)
    assert [(decision, outcome) for decision, outcome, _ in found] == [("wait", "applied"), ("mine", "refused")]


async def test_a_node_that_asks_twice_has_each_answer_applied_by_itself(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
    def ask(state):
        first = interrupt("first?")
        second = interrupt("second?")
        return {"log": [first, second]}
    graph = chain(ask)
    """)
    [first] = questions(await run_graph(graph, input={}))
    [second] = questions(await run_graph(graph, resume={first: "a"}))
    assert first != second
    assert await outcomes(engine) == [("a", "applied", "")]
    gone = await run_graph(graph, resume={first: "b"})
    assert status(gone) == "failed"
    assert status(await run_graph(graph, resume={second: "c"})) == "done"
    assert (await engine.state("t")).values["log"] == ["a", "c"]
    (_, _, _), (_, refused, why), last = await outcomes(engine)
    assert (refused, last) == ("refused", ("c", "applied", ""))
    assert "answered elsewhere by" in why


async def test_of_two_answers_a_wrong_one_has_neither_sent(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_nodes("""
    def left(state):
        answer = interrupt("left?", response_schema=int)
        HERE.joinpath("ran").touch()
        return {"log": [str(answer)]}
    def right(state):
        return {"log": [str(interrupt("right?", response_schema=int))]}
    graph = fan(left, right)
    """)
    left, right = questions(await run_graph(graph, input={}))
    before = await engine.state("t")
    assert status(await run_graph(graph, resume={left: 1, right: "two"})) == "failed"
    assert not (tmp_path / "ran").exists()
    assert await engine.state("t") == before
    (one, _, why), (two, _, _) = found = await outcomes(engine)
    assert {one, two} == {1, "two"}
    assert {outcome for _, outcome, _ in found} == {"refused"}
    assert right in why
    assert status(await run_graph(graph, resume={left: 1, right: 2})) == "done"
    assert (await engine.state("t")).values["log"] == ["1", "2"]


async def test_an_answer_whose_worker_does_not_start_is_lost(
    write_nodes: WriteGraph, run_graph: RunGraph, tmp_path: Path, engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = write_nodes(ASK)
    [asked] = questions(await run_graph(graph, input={}))
    no_python = shutil.which("false")
    assert no_python
    monkeypatch.setattr(sys, "executable", no_python)
    cut_off = LocalEngine(tmp_path)
    with pytest.raises(WorkerLost):
        await cut_off.run(RunRequest(graph=graph, thread="t", resume={asked: "yes"}))
    [(_, outcome, why)] = await outcomes(engine)
    assert outcome == "lost"
    assert "the worker host ended with status 1" in why
    await cut_off.close()


async def test_an_answer_to_a_graph_that_no_longer_loads_is_refused_and_its_question_waits(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes(ASK)
    [asked] = questions(await run_graph(graph, input={}))
    write_nodes("this is no Python")
    assert status(await run_graph(graph, resume={asked: "yes"})) == "failed"
    [(_, outcome, why)] = await outcomes(engine)
    assert outcome == "refused"
    assert why
    assert [each.id for each in (await engine.state("t")).interrupts] == [asked]


async def test_every_empty_answer_arrives_and_is_on_record_as_it_was_given(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
    def asking(number):
        def ask(state): return {"log": [f"{number}: {interrupt(number)!r}"]}
        ask.__name__ = f"ask{number}"
        return ask
    graph = fan(*map(asking, range(9)))
    """)
    empty: list[Any] = [False, 0, "", None, [], {}, 0.0, "false", [None]]
    asked = {event.value: event.id for event in await run_graph(graph, input={}) if isinstance(event, Interrupt)}
    resume = {asked[number]: answer for number, answer in enumerate(empty)}
    assert status(await run_graph(graph, resume=resume)) == "done"
    log = [f"{number}: {answer!r}" for number, answer in enumerate(empty)]
    assert (await engine.state("t")).values["log"] == log
    found = await engine.decisions(thread="t")
    assert {(each.interrupt, repr(each.decision), each.outcome) for each in found} == {
        (id_, repr(answer), "applied") for id_, answer in resume.items()
    }
