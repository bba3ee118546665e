"""Trying another way from a checkpoint: what a plan says, what runs again, what is written, that nothing is lost."""

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.errors import InputError, RunningElsewhere, ThreadNotFound
from graphdeck.graphs.events import Event, NodeStarted
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.records import Snapshot
from graphdeck.graphs.values import Json
from told import RunGraph, WriteGraph, ended, of

STEPS = """
    class State(TypedDict, total=False):
        log: Annotated[list[str], operator.add]
        n: int

    def draft(state): return {"log": ["draft"], "n": 1}
    def review(state): return {"log": [f"review {interrupt('ok?')}"]}
    def publish(state): return {"log": ["publish"]}
    def audit(state): return {"log": ["audit"]}
    S = State
    builder = chain(draft, review, publish, audit).builder
    graph = builder.compile()
    stopping = builder.compile(interrupt_before=["review", "publish"], interrupt_after=["publish"])
"""


def nodes(found: list[Event]) -> list[str]:
    """The nodes that a run started."""
    return [event.node for event in of(found, NodeStarted)]


async def at(engine: LocalEngine, *following: str, thread: str = "t") -> str:
    """The oldest checkpoint that has these nodes next."""
    return next(row.checkpoint for row in reversed(await engine.history(thread)) if row.next == following)


async def rows(engine: LocalEngine) -> dict[str, Snapshot]:
    """All states of the thread."""
    return {row.checkpoint: await engine.state("t", row.checkpoint) for row in await engine.history("t")}


async def answer(engine: LocalEngine, run_graph: RunGraph, target: str, value: Json) -> list[Event]:
    [question] = (await engine.state("t")).interrupts
    return await run_graph(target, resume={question.id: value})


async def test_an_old_question_is_answered_differently(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(STEPS)
    await run_graph(target, input={"log": []})
    await answer(engine, run_graph, target, "yes")
    asked = await at(engine, "review")
    before = await rows(engine)
    plan = await engine.fork_plan("t", asked)
    assert (plan.next, plan.asks, plan.is_head) == (("review",), ("review",), False)
    assert plan.headline.startswith("runs review, which asks anew; ")
    assert "the branch that is there stays as it is" in plan.remarks
    assert ended(await run_graph(target, checkpoint=asked)).status == "waiting"
    elsewhere: Any = {"input": {"log": []}, "drop_question": True, "checkpoint": await at(engine, "draft")}
    assert ended(await run_graph(target, **elsewhere)).status == "waiting"
    assert [each.decision for each in await engine.decisions()] == ["yes"]  # no question was dropped for it
    assert ended(await run_graph(target, checkpoint=asked)).status == "waiting"
    assert ended(await answer(engine, run_graph, target, "no")).status == "done"
    after = await engine.state("t")
    assert after.values["log"] == ["draft", "review no", "publish", "audit"]
    assert {id_: state for id_, state in (await rows(engine)).items() if id_ in before} == before


async def test_a_fork_with_edited_state(engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    target = write_nodes(STEPS)
    await run_graph(target, input={"log": []})
    await answer(engine, run_graph, target, "yes")
    before = await rows(engine)
    asked = await at(engine, "review")
    first = await engine.update("t", {"log": ["by hand"], "n": 7}, checkpoint=asked)
    second = await engine.update("t", {"log": ["alone"], "n": 8}, checkpoint=asked, as_node="review", replace=["log"])
    forked = await engine.state("t", first)
    assert (forked.values, forked.next, forked.parent) == ({"log": ["draft", "by hand"], "n": 7}, ("review",), asked)
    assert (forked.graph, forked.source) == (target, "update")
    assert (await engine.state("t", second)).values == {"log": ["alone"], "n": 8}
    assert (await engine.state("t")).next == ("publish",)
    assert nodes(await run_graph(target)) == ["publish", "audit"]
    assert ended(await run_graph(target, checkpoint=first)).status == "waiting"  # back on the other branch
    assert (await engine.state("t")).values["log"] == ["draft", "by hand"]
    assert {id_: state for id_, state in (await rows(engine)).items() if id_ in before} == before


async def test_what_a_plan_tells(engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    target = write_nodes(STEPS)
    await run_graph(target, input={"log": []})
    await answer(engine, run_graph, target, "yes")
    file = Path((await engine.state("t")).file)
    listing = {path: path.stat().st_mtime_ns for path in file.parent.iterdir()}
    start = await at(engine, "draft")
    plan = await engine.fork_plan("t", start)
    assert plan.ran == ("draft", "review", "publish", "audit")
    assert plan.headline == "runs draft; may repeat what draft, review, publish, audit did"
    assert [(key.name, key.write, key.reducer) for key in plan.keys] == [("log", "append", "add"), ("n", "replace", "")]
    assert plan.keys[1].schema == {"title": "N", "type": "integer"}
    assert [(choice.node, choice.told) for choice in plan.nodes][:2] == [("__start__", "draft"), ("draft", "review")]
    assert (await engine.fork_plan("t", start, as_node="review")).headline.startswith("runs publish; may repeat")
    end = await engine.fork_plan("t")
    assert (end.is_head, end.headline) == (True, "nothing runs from here: the graph is at its end")
    assert {path: path.stat().st_mtime_ns for path in file.parent.iterdir()} == listing
    with pytest.raises(InputError, match="no node 'nobody' to write as") as refused:
        await engine.fork_plan("t", start, as_node="nobody")
    assert "draft, review, publish, audit" in refused.value.hint
    with pytest.raises(ThreadNotFound):
        await engine.fork_plan("t", "1")
    assert ended(await run_graph(target, checkpoint="1")).status == "failed"


async def test_a_breakpoint_that_a_write_leads_to_still_stops(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(STEPS).replace(":graph", ":stopping")
    assert ended(await run_graph(target, input={"log": []})).status == "breakpoint"
    plan = await engine.fork_plan("t", as_node="review")
    assert "a breakpoint stops it at publish, before anything runs" in plan.remarks
    await engine.update("t", {"log": ["edited"]})  # who edits at a breakpoint has seen it
    await engine.update("t", {"log": ["by hand"]}, as_node="review")
    stopped = await run_graph(target)
    assert (nodes(stopped), ended(stopped).status, ended(stopped).next) == ([], "breakpoint", ("publish",))
    assert (await engine.state("t")).status == "breakpoint"
    assert nodes(await run_graph(target)) == ["publish"]
    await engine.update("t", {"log": ["seen"]})
    assert nodes(await run_graph(target)) == ["audit"]


BAD = """
    from pydantic import BaseModel
    class S(BaseModel):
        n: int = 0
        name: str = "x"
        tags: set[str] = set()

    def bad(state): return {"n": "text", "tags": {"kept"}}
    def last(state): return {"name": f"{state.name} {state.n}"}
    graph = chain(bad, last)
"""


async def test_a_state_that_the_schema_refuses_is_repaired(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(BAD)
    failed = ended(await run_graph(target, input={"name": "y"}))
    assert failed.error is not None
    assert "fork --raw" in failed.error["hint"]
    plan = await engine.fork_plan("t")
    assert plan.headline == (
        "only a raw edit can repair this state, then it runs last: the graph cannot read it (n: input should be"
        " a valid integer, unable to parse string as an integer)"
    )
    with pytest.raises(InputError, match="n: input should be a valid integer") as refused:
        await engine.update("t", {"n": 3})
    assert "a raw edit can repair it" in refused.value.hint
    broken = await engine.state("t")
    await engine.update("t", {"n": 3}, raw=True)
    assert (await engine.state("t", broken.checkpoint)).values == broken.values
    repaired = await engine.state("t")
    assert (repaired.values["n"], repaired.parent, repaired.next) == (3, broken.checkpoint, ("last",))
    assert repaired.values["tags"] == {"$type": "set", "value": ["kept"]}
    assert ended(await run_graph(target)).status == "done"
    assert (await engine.state("t")).values["name"] == "y 3"


UNCHECKED: tuple[tuple[Json, str, str], ...] = (
    ({"nobody": 1}, "it has no key 'nobody'", "its keys are: log, n"),
    ({"n": "seven"}, "n: input should be a valid integer", "expected: n: int"),
)


async def test_what_does_not_fit_is_not_written_nor_anything_while_it_runs_elsewhere(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(STEPS)
    await run_graph(target, input={"log": []})
    before = await rows(engine)
    for values, told, hint in UNCHECKED:
        with pytest.raises(InputError, match=told) as refused:
            await engine.update("t", values)
        assert hint in refused.value.hint
    with pytest.raises(InputError, match="no node 'nobody'"):
        await engine.update("t", {"n": 1}, as_node="nobody")
    assert await rows(engine) == before
    head = await engine.state("t")
    lease = Lease.take(Path(head.file), "t", "another")
    try:
        assert (await engine.fork_plan("t")).next == ("review",)
        update = engine.update("t", {"n": 1})
        run = run_graph(target, checkpoint=head.checkpoint)
        refusals = await asyncio.gather(update, run, return_exceptions=True)
    finally:
        lease.release()
    assert isinstance(refusals[0], RunningElsewhere)
    assert "running elsewhere: pid" in str(refusals[0])
    assert isinstance(refusals[1], list)
    assert "running elsewhere: pid" in str(ended(refusals[1]).error)
    assert await rows(engine) == before


CHAT = """
    from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
    from langgraph.graph.message import add_messages

    class S(TypedDict, total=False):
        messages: Annotated[list[AnyMessage], add_messages]
        city: str

    def route(state): return "long" if len(state["messages"][-1].content) > 4 else "short"
    def short(state): return {"messages": [AIMessage(f"short {state['city']}"), HumanMessage("note", id="note")]}
    def long(state): return {"messages": [AIMessage(f"long {state['city']}")]}

    builder = StateGraph(S).add_node(short).add_node(long).add_conditional_edges(START, route, ["short", "long"])
    graph = builder.compile()
"""


async def test_a_message_of_an_input_is_edited(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(CHAT)
    for id_, text in (("h1", "Rome"), ("h2", "Oslo")):
        await run_graph(target, input={"messages": [{"type": "human", "content": text, "id": id_}], "city": text})
    head = await engine.state("t")
    for id_, before, city in (("h2", ["Rome", "short Rome", "note"], "Oslo"), ("h1", [], "Rome")):
        at_ = await engine.taken_at("t", id_, head.checkpoint)
        plan = await engine.fork_plan("t", at_, as_node="__start__")
        assert plan.headline.startswith("runs one of short, long; may repeat what ")
        edited: Json = {"type": "human", "content": "a longer one", "id": id_}
        await engine.update("t", {"messages": [edited]}, checkpoint=at_, as_node="__start__")
        assert nodes(await run_graph(target)) == ["long"]
        messages: Any = (await engine.state("t")).values["messages"]
        assert [message["content"] for message in messages] == [*before, "a longer one", f"long {city}"]
    for other in ("note", "nobody"):
        with pytest.raises(InputError, match="did not come with an input"):
            await engine.taken_at("t", other, head.checkpoint)


async def test_a_message_is_written_anew_from_the_checkpoint_whose_step_wrote_it(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(CHAT)
    told: Json = {"type": "ai", "content": "told by the input", "id": "told"}
    for id_, text in (("h1", "Rome"), ("h2", "Vienna")):
        said: Json = [told, {"type": "human", "content": text, "id": id_}]
        await run_graph(target, input={"messages": said, "city": text})
    head = await engine.state("t")
    await engine.update("t", {"messages": [{"type": "ai", "content": "by hand", "id": "hand"}]}, as_node="long")
    messages: Any = head.values["messages"]
    wrote = {message["content"]: message["id"] for message in messages}
    for text, node in (("short Rome", "short"), ("note", "short"), ("long Vienna", "long")):
        from_ = await engine.written_at("t", wrote[text], head.checkpoint)
        assert (await engine.fork_plan("t", from_)).next == (node,)
    assert nodes(await run_graph(target, checkpoint=from_)) == ["long"]
    newest: Any = (await engine.state("t")).values["messages"]
    assert [message["content"] for message in newest] == [message["content"] for message in messages]
    assert newest[-1]["id"] != messages[-1]["id"]
    written = next(row for row in await engine.history("t") if row.source == "update")
    for other, tip in (("told", head.checkpoint), ("h1", head.checkpoint), ("hand", written.checkpoint)):
        with pytest.raises(InputError, match="no node of the graph wrote this message"):
            await engine.written_at("t", other, tip)
    with pytest.raises(InputError, match="no node of the graph wrote this message"):
        await engine.written_at("t", "nobody", head.checkpoint)


NESTED = """
    def one(state): return {"log": ["one"]}
    def two(state): return {"log": ["two"]}
    inner = chain(one, two)
    def after(state): return {"log": ["after"]}
    builder = StateGraph(S).add_node("desk", inner).add_node(after).add_edge(START, "desk").add_edge("desk", "after")
    graph = builder.compile()
"""


async def test_inside_a_subgraph_the_whole_of_it_restarts(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(NESTED)
    await run_graph(target, input={"log": []})
    with sqlite3.connect((await engine.state("t")).file) as connection:
        [(inside,)] = connection.execute("SELECT max(checkpoint_id) FROM checkpoints WHERE checkpoint_ns > ''")
    plan = await engine.fork_plan("t", inside)
    assert (plan.inside, plan.checkpoint) == (("desk",), await at(engine, "desk"))
    assert "the checkpoint is inside desk: the whole subgraph restarts, from its first node" in plan.remarks
    assert nodes(await run_graph(target, checkpoint=plan.checkpoint)) == ["desk", "one", "two", "after"]


COUNTING = """
    def first(state): return {"log": ["first"]}
    def ask(state): return {"log": [f"got {int(interrupt('how many?'))}"]}
    graph = chain(first, ask)
"""


async def test_a_written_head_does_not_run_again_with_the_answer_that_its_node_failed_with(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    """LangGraph would ask anew there, and give the node the old answer all the same."""
    target = write_nodes(COUNTING)
    await run_graph(target, input={"log": []})
    written = await engine.update("t", {"log": ["edited"]}, as_node="first")
    await run_graph(target)
    assert ended(await answer(engine, run_graph, target, "many")).status == "failed"
    refused = ended(await run_graph(target, checkpoint=written))
    assert refused.error is not None
    assert "'ask' failed with its answer" in refused.error["message"]
    assert "graphdeck repair t" in refused.error["hint"]
    assert await engine.repair("t", graph=target)
    assert ended(await run_graph(target, checkpoint=written)).status == "waiting"
    assert ended(await answer(engine, run_graph, target, 3)).status == "done"
    assert (await engine.state("t")).values["log"] == ["first", "edited", "got 3"]


OLD_INPUT = """
    from pydantic import BaseModel
    class S(BaseModel):
        n: int
        box: object = None

    def double(state): return {"n": state.n * 2}
    graph = chain(double)
"""


async def test_an_input_that_no_node_has_taken_is_repaired(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(OLD_INPUT)
    await run_graph(target, input={"n": 1})
    first = (await engine.history("t"))[-1].checkpoint
    assert (await engine.fork_plan("t", first)).headline.startswith("runs START; ")
    await engine.update("t", {"n": 21}, raw=True, checkpoint=first)
    await run_graph(target)
    assert (await engine.state("t")).values["n"] == 42


async def test_what_would_not_be_kept_is_not_written(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph, tmp_path: Path
) -> None:
    target = write_nodes(
        "    import elsewhere\n" + STEPS.replace("n: int", "n: Any").replace('"n": 1', '"n": elsewhere.Box(1)')
    )
    elsewhere = "from dataclasses import dataclass\n@dataclass\nclass Box:\n    n: int\n"
    (tmp_path / "elsewhere.py").write_text(elsewhere)
    await run_graph(target, input={"log": []})
    boxed = (await engine.state("t")).values["n"]
    write_nodes(STEPS)
    for raw in (False, True):
        with pytest.raises(InputError, match=r"it holds elsewhere\.Box, which would not be kept as it is"):
            await engine.update("t", {"log": ["x"]}, raw=raw)
    assert (await engine.state("t")).values["n"] == boxed


FUNCTIONAL = """
    from langgraph.func import entrypoint
    @entrypoint()
    def graph(n: int) -> int: return n + int(interrupt("plus?"))
"""


async def test_the_functional_api_has_nothing_to_write(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(FUNCTIONAL)
    await run_graph(target, input=3)
    plan = await engine.fork_plan("t")
    assert (plan.headline, plan.keys, plan.nodes) == (
        "runs graph, which asks anew; nothing after it has run yet", (), ()
    )  # fmt: skip
    attempts: tuple[tuple[Json, str | None], ...] = (({"x": 1}, None), ({}, "graph"))
    for values, as_node in attempts:
        with pytest.raises(InputError, match="the state was not changed"):
            await engine.update("t", values, as_node=as_node)
    assert len(await engine.history("t")) == 1


ROOTED = """
    def one(state): return ["one"]
    def two(state): return ["two"]
    S = Annotated[list, operator.add]
    graph = chain(one, two)
"""


async def test_a_state_without_keys_is_written_as_one_value(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(ROOTED)
    await run_graph(target, input=["x"])
    at_ = await at(engine, "two")
    (key,) = (await engine.fork_plan("t", at_)).keys
    assert (key.name, key.has_reducer) == ("__root__", True)
    for replace, kept in ((False, ["x", "one"]), (["__root__"], [])):
        await engine.update("t", {"__root__": ["hand"]}, checkpoint=at_, replace=replace)
        await run_graph(target)
        assert (await engine.state("t")).values == {"__root__": [*kept, "hand", "two"]}
