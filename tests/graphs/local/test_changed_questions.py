"""What a person saw is what is answered: a question that asks something else by now refuses the answer."""

from pathlib import Path
from typing import Any

from graphdeck.graphs.events import Event, RunEnded
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import RunRequest, Snapshot
from told import RunGraph, WriteGraph

PRICES = """
    def price(state):
        answer = interrupt(f"pay {HERE.joinpath('price').read_text()}?")
        with HERE.joinpath("paid").open("a") as log: log.write("paid")
        return {"log": [f"pay: {answer}"]}
    def other(state):
        return {"log": [f"other: {interrupt('other?')}"]}
    graph = fan(price, other)
"""
"""Asks for a price as it is when the node runs: again, when only the other question is answered."""


def ids(snapshot: Snapshot) -> dict[Any, str]:
    """Interrupt ids by what is asked."""
    return {question.value: question.id for question in snapshot.interrupts}


def how_it_ended(found: list[Event]) -> tuple[str, dict[str, str]]:
    last = found[-1]
    assert isinstance(last, RunEnded)
    return last.status, dict(last.error or {})


async def test_a_question_that_has_changed_under_its_id_refuses_the_answer_to_the_old_one(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path, pool: WorkerPool
) -> None:
    graph = write_nodes(PRICES)
    (tmp_path / "price").write_text("3")
    await run_graph(graph, input={})
    seen = await engine.state("t")
    asked = ids(seen)["pay 3?"]

    (tmp_path / "price").write_text("300")
    await run_graph(graph, resume={ids(seen)["other?"]: "yes"})
    assert ids(await engine.state("t")) == {"pay 300?": asked}  # the same id

    answer = {"resume": {asked: True}, "seen": sheet(seen.interrupts).seen()}
    status, error = how_it_ended(await run_graph(graph, **answer))
    assert (status, error["type"]) == ("failed", "answer")
    assert f"interrupt {asked} has changed since it was read" in error["message"]
    assert not (tmp_path / "paid").exists()
    [newest, _] = await engine.decisions(thread="t")
    assert (newest.outcome, newest.payload) == ("refused", sheet(seen.interrupts).seen()[asked])

    again = await engine.state("t")
    assert ids(again) == {"pay 300?": asked}
    answer["seen"] = sheet(again.interrupts).seen()
    assert how_it_ended(await run_graph(graph, **answer))[0] == "done"
    assert (tmp_path / "paid").read_text() == "paid"


async def test_of_several_answers_one_to_a_changed_question_has_none_sent(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_nodes(PRICES)
    (tmp_path / "price").write_text("3")
    await run_graph(graph, input={})
    seen = await engine.state("t")
    (tmp_path / "price").write_text("300")
    await run_graph(graph, input={}, drop_question=True)  # asks both anew: the old ids are gone
    status, error = how_it_ended(await run_graph(graph, resume=dict.fromkeys(ids(seen).values(), 1), seen=_seen(seen)))
    assert status == "failed"
    assert "was dropped elsewhere by" in error["message"]
    now = await engine.state("t")
    mixed = _seen(now) | {ids(now)["other?"]: _seen(seen)[ids(seen)["pay 3?"]]}
    status, error = how_it_ended(await run_graph(graph, resume=dict.fromkeys(ids(now).values(), 1), seen=mixed))
    assert status == "failed"
    assert ids(now)["other?"] in error["message"]
    assert await engine.state("t") == now


def _seen(snapshot: Snapshot) -> dict[str, str]:
    return sheet(snapshot.interrupts).seen()


async def test_a_question_of_any_kind_that_has_not_changed_takes_its_answer(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
    import dataclasses, datetime, decimal, enum, uuid
    from langchain_core.messages import HumanMessage
    from pydantic import BaseModel
    class Kind(enum.Enum): BIG = "big"
    class Inner(BaseModel): kind: Kind = Kind.BIG
    class Outer(BaseModel):
        inner: Inner = Inner()
        tags: set[str] = {"a", "b", "c"}
    @dataclasses.dataclass
    class Box:
        inside: Inner
        pair: tuple = (1, (2,))
    VALUES = [
        Outer(), Box(Inner()), Kind.BIG, (1, 2), {1, "a", 2.5}, {(1, 2): "x", 3: None}, float("nan"), b"\\x00\\xff",
        datetime.datetime(2026, 5, 1), decimal.Decimal("1.10"), uuid.UUID(int=3), HumanMessage("hi", id="m"),
        "\\udc80 \\u202e", None, [], "", {"$type": "fake"},
    ]
    def asking(number):
        def ask(state): return {"log": [interrupt(VALUES[number])]}
        ask.__name__ = f"ask{number}"
        return ask
    graph = fan(*map(asking, range(len(VALUES))))
    """)
    await run_graph(graph, input={})
    snapshot = await engine.state("t")
    assert len(snapshot.interrupts) == 17
    found = await run_graph(graph, resume={each.id: True for each in snapshot.interrupts}, seen=_seen(snapshot))
    assert how_it_ended(found) == ("done", {})


async def test_a_run_that_is_stopped_while_it_asks_what_has_changed_ends(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_nodes(PRICES)
    (tmp_path / "price").write_text("3")
    await run_graph(graph, input={})
    seen = await engine.state("t")
    run = await engine.run(RunRequest(graph=graph, thread="t", resume={ids(seen)["pay 3?"]: 1}, seen=_seen(seen)))
    await run.drain()
    assert how_it_ended([event async for event in run.events()])[0] == "stopped"
    assert ids(await engine.state("t")) == ids(seen)
    assert [each.outcome for each in await engine.decisions()] == ["lost"]


async def test_a_question_that_input_drops_is_on_record_and_only_the_one_that_was_seen_is_dropped(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_nodes(PRICES)
    (tmp_path / "price").write_text("3")
    new = {"input": {}, "drop_question": True}
    await run_graph(graph, **new)
    assert await engine.decisions() == [], "nothing waited"
    seen = await engine.state("t")
    (tmp_path / "price").write_text("300")
    await run_graph(graph, resume={ids(seen)["other?"]: "yes"})
    now = await engine.state("t")
    changed = {ids(now)["pay 300?"]: _seen(seen)[ids(seen)["pay 3?"]]}
    for looked in (_seen(seen), changed):
        status, error = how_it_ended(await run_graph(graph, **new, seen=looked))
        assert (status, error["type"]) == ("failed", "answer")
    assert await engine.state("t") == now
    both, one = (await engine.decisions())[1:3], (await engine.decisions())[:1]
    assert {(each.act, each.outcome) for each in [*both, *one]} == {("drop", "refused")}

    await run_graph(graph, **new, by={"": "key"})
    newest = (await engine.decisions())[0]
    assert (newest.act, newest.outcome, newest.by, newest.decision) == ("drop", "applied", "key", None)
    assert {newest.interrupt: newest.payload} == _seen(now)
    assert newest.checkpoint == now.checkpoint
    assert len(await engine.decisions()) == 5
    run = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True, drop_question=True))
    await run.drain()
    assert how_it_ended([event async for event in run.events()])[0] == "stopped"
    stopped = (await engine.decisions())[0]
    assert (stopped.outcome, stopped.why) == ("lost", "the run ended before its input was saved")
    (tmp_path / "price").unlink()
    await run_graph(graph, **new)
    assert [each.outcome for each in await engine.decisions()][:2] == ["applied", "applied"], "though its run failed"
