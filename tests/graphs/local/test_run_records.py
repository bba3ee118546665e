"""Runs on record: what is kept of their events, how much of it, for how long, and what a crash leaves of it."""

import dataclasses
import json
import os
import time
from pathlib import Path

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.errors import RunNotFound
from graphdeck.graphs.local import run_records
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.local.run_records import DAYS, PRINT_BYTES, RUN_BYTES, RUNS, TEXT, RunKeeper, read_run, read_runs
from graphdeck.graphs.usage import usage_by_node
from told import RunGraph, WriteGraph, ended, of

NODES = """
    from langchain_core.messages import AIMessage

    tries = 0

    def flaky(s):
        global tries
        tries += 1
        if tries == 1:
            raise ConnectionError("not yet")
        print("printed " + "x" * 9000)
        used = {"input_tokens": 20, "output_tokens": 5, "total_tokens": 25, "total_cost": 0.5}
        return {"any": [AIMessage("secret words", id="m1", usage_metadata=used)], "log": ["secret value"]}

    def asks(s):
        return {"log": [interrupt("secret question")]}

    builder = StateGraph(S)
    builder.add_node("flaky", flaky, retry_policy=RetryPolicy(initial_interval=0.001, jitter=False))
    builder.add_node("asks", asks)
    builder.add_edge(START, "flaky")
    builder.add_edge("flaky", "asks")
    graph = builder.compile()
    """


async def test_a_run_is_kept_without_what_it_says(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    told = await run_graph(write_nodes(NODES), input={"n": 1})
    [record] = await engine.runs()
    run = told[0].run
    assert (record.id, record.thread, record.graph, record.status) == (run, "t", "agent.py:graph", "waiting")
    assert (record.started, record.ended, record.why) == (told[0].time, told[-1].time, "")
    assert (record.steps, record.tokens, record.cost, record.left_out) == (1, 25, 0.5, 0)
    kept = await engine.run_events(run[:6])
    dropped = (events.Token, events.Custom)
    assert [(each.seq, each.name) for each in kept] == [
        (each.seq, each.name) for each in told if not isinstance(each, dropped)
    ]
    assert of(kept, events.NodeRetry) == of(told, events.NodeRetry) != []
    assert of(kept, events.Checkpoint) == of(told, events.Checkpoint)
    assert of(kept, events.RunEnded) == [ended(told)]
    assert {len(each.text) for each in of(kept, events.Output)} <= {1, TEXT}
    assert of(kept, events.Interrupt)[0].frames == of(told, events.Interrupt)[0].frames != ()
    assert usage_by_node(kept) == usage_by_node(told) != {}
    [path] = (tmp_path / ".graphdeck" / "runs").iterdir()
    assert "secret" not in path.read_text()
    for wrong in (run[:5], "0" * 32):
        with pytest.raises(RunNotFound):
            await engine.run_events(wrong)


async def test_runs_are_listed_by_thread_and_go_with_it(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
        def spin(s):
            if s["n"] < 0:
                raise ValueError("it is negative")
            return {"n": s["n"] + 1}
        graph = chain(spin)
        """)
    for thread, n in (("t", 1), ("other", 2), ("t", -1)):
        await run_graph(graph, thread, input={"n": n})
    assert [(run.thread, run.status, run.steps) for run in await engine.runs()] == [
        ("t", "failed", 0), ("other", "done", 1), ("t", "done", 1)
    ]  # fmt: skip
    assert len(await engine.runs(limit=2)) == 2
    [failed, _] = await engine.runs(thread="t")
    assert "it is negative" in failed.why
    await engine.delete(["t"])
    assert [run.thread for run in await engine.runs()] == ["other"]


# -- the file --------------------------------------------------------------------------------------------------------


def started(file: Path, number: int = 0) -> events.RunStarted:
    time_ = f"2026-05-01T12:00:00.{number:06}+00:00"
    return events.RunStarted(seq=1, time=time_, run=f"{number:032x}", thread="t", graph="g", file=str(file))


def ending(run: str) -> events.RunEnded:
    return events.RunEnded(run=run, time="2026-05-01T12:00:09+00:00", status="done")


def keep(*found: events.Event) -> None:
    keeper = RunKeeper()
    for event in found:
        keeper.take(event)
    keeper.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A checkpoint file that nobody has made."""
    return tmp_path / "threads.sqlite"


async def test_a_torn_record_is_read_as_far_as_it_goes(file: Path) -> None:
    first = started(file)
    keep(first, *(events.NodeStarted(run=first.run, task=f"{n}", node="a") for n in range(3)), ending(first.run))
    [path] = (file.parent / ".graphdeck" / "runs").iterdir()
    whole = path.read_bytes().splitlines(keepends=True)
    assert [run.status for run in read_runs([file], thread="", limit=9)] == ["done"]
    path.write_bytes(b"".join(whole[:3]) + whole[3][:20])
    assert len(read_run([file], first.run)) == 3
    [record] = read_runs([file], thread="", limit=9)
    assert (record.status, record.ended) == ("lost", "")
    lease = Lease.take(file, "t", first.run)
    assert [run.status for run in read_runs([file], thread="", limit=9)] == ["running"]
    lease.release()
    path.write_bytes(b"\xff{\n" + b"".join(whole))
    assert read_runs([file], thread="", limit=9) == []
    path.write_bytes(b"\xff{\n")
    with pytest.raises(RunNotFound, match="nothing of the record"):
        read_run([file], first.run)


async def test_a_record_is_bounded_and_its_end_is_kept(file: Path) -> None:
    first = started(file)
    flood = events.Output(run=first.run, task="", node="", stream="stdout", text="x" * TEXT)
    work = events.NodeFailed(run=first.run, task="t", node="a", error="E", message="m" * TEXT, traceback="t" * TEXT)
    prints, tasks = PRINT_BYTES // TEXT + 10, RUN_BYTES // (2 * TEXT) + 10
    keep(first, *[flood] * prints, *[work] * tasks, ending(first.run))
    [path] = (file.parent / ".graphdeck" / "runs").iterdir()
    assert path.stat().st_size < RUN_BYTES + 10_000
    [record] = read_runs([file], thread="", limit=9)
    kept = read_run([file], first.run)
    assert isinstance(kept[-1], events.RunEnded)
    assert record.left_out == 2 + prints + tasks - len(kept) > 20
    assert len(of(kept, events.Output)) < prints


async def test_old_records_and_too_many_go_when_a_run_starts(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_records, "RUNS", 4)
    assert RUNS > 4
    for number in range(6):
        keep(started(file, number), ending(f"{number:032x}"))
    assert [int(run.id, 16) for run in read_runs([file], thread="", limit=9)] == [5, 4, 3, 2]
    folder = file.parent / ".graphdeck" / "runs"
    long_ago = time.time() - (DAYS + 1) * 86_400
    os.utime(sorted(folder.iterdir())[-2], (long_ago, long_ago))
    keep(started(file, 6), ending(f"{6:032x}"))
    assert [int(run.id, 16) for run in read_runs([file], thread="", limit=9)] == [6, 5, 3]
    monkeypatch.setattr(run_records, "ALL_BYTES", RUN_BYTES)
    keep(started(file, 7), ending(f"{7:032x}"))
    assert [int(run.id, 16) for run in read_runs([file], thread="", limit=9)] == [7]


async def test_a_record_goes_to_the_state_folder_where_its_own_cannot_be_written(file: Path, own_folders: Path) -> None:
    (file.parent / ".graphdeck").write_text("in the way")
    first = started(file)
    keep(first, ending(first.run))
    [path] = (own_folders / "state").rglob("*.jsonl")
    assert json.loads(path.read_bytes().splitlines()[0])["thread"] == "t"
    assert [run.status for run in read_runs([file], thread="t", limit=9)] == ["done"]


async def test_a_run_goes_on_where_nothing_can_be_kept(
    file: Path, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file.parent / ".graphdeck").write_text("in the way")
    (own_folders / "file").write_text("in the way")
    monkeypatch.setenv("XDG_STATE_HOME", str(own_folders / "file"))
    first = started(file)
    keep(first, dataclasses.replace(first, seq=2), ending(first.run))
    assert read_runs([file], thread="", limit=9) == []
