"""What is done with a thread besides answering it: an answer is taken back with which a node failed; a thread ends."""

import contextlib
import runpy
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command

from graphdeck.graphs.errors import AnswerRefused, InputError, RunningElsewhere
from graphdeck.graphs.events import Event, Interrupt, NodeKept, NodeStarted, Output
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.home import default_file
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.records import RunRequest
from told import RunGraph, WriteGraph, ended

AGENT = """
    from langchain.agents import create_agent
    from langchain.agents.middleware import HumanInTheLoopMiddleware
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.messages import AIMessage, ToolMessage
    from langchain_core.outputs import ChatGeneration, ChatResult

    class Caller(BaseChatModel):
        @property
        def _llm_type(self):
            return "caller"

        def bind_tools(self, tools, **_):
            return self

        def _generate(self, messages, *_, **__):
            results = [message.content for message in messages if isinstance(message, ToolMessage)]
            calls = [{"name": "send", "args": {"to": name}, "id": name} for name in ("ann", "bob")]
            reply = AIMessage(", ".join(results)) if results else AIMessage("", tool_calls=calls)
            return ChatResult(generations=[ChatGeneration(message=reply)])

    def send(to: str) -> str:
        "Send something."
        return f"sent to {to}"

    graph = create_agent(Caller(), [send], middleware=[HumanInTheLoopMiddleware({"send": True})])
    """

FORM = """
    def pay(state):
        return {"log": ["paid"]}

    def ask(state):
        first = interrupt("first?")
        return {"log": [f"{first} and {int(interrupt('how many?'))}"]}

    def last(state):
        return {"log": ["last"]}

    builder = StateGraph(S)
    for name, node in {"pay": pay, "ask": ask, "last": last}.items():
        builder.add_node(name, node)
    builder.add_edge(START, "pay")
    builder.add_edge(START, "ask")
    builder.add_edge(["pay", "ask"], "last")
    graph = builder.compile()
    """


def asked(events: list[Event]) -> list[str]:
    return [event.id for event in events if isinstance(event, Interrupt)]


async def test_a_batch_that_was_answered_wrongly_is_asked_again_and_answered(
    engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph, tmp_path: Path
) -> None:
    target = write_graph(AGENT)
    file = default_file(tmp_path)
    file.parent.mkdir()
    with SqliteSaver.from_conn_string(str(file)) as saver:  # another program, which checks nothing
        agent: Any = runpy.run_path(str(tmp_path / "agent.py"))["graph"].copy(update={"checkpointer": saver})
        config: RunnableConfig = {"configurable": {"thread_id": "t"}}
        question = agent.invoke({"messages": [("user", "send two")]}, config)["__interrupt__"][0].id
        for answer in ({"decisions": [{"type": "approve"}]}, {"decisions": [{"type": "approve"}] * 2}):
            with pytest.raises(ValueError, match=r"decisions \(1\) does not match"):
                agent.invoke(Command(resume=answer), config)
    poisoned = await engine.state("t")
    assert (poisoned.status, poisoned.interrupts) == ("failed", ())

    assert await engine.repair("t", graph=target, by="key") == [question]
    waiting = await engine.state("t")
    assert (waiting.checkpoint, waiting.status) == (poisoned.checkpoint, "waiting")
    right = {"decisions": [{"type": "approve"}, {"type": "reject"}]}
    assert ended(await run_graph(target, resume={question: right})).status == "done"
    messages: Any = (await engine.state("t")).values["messages"]
    told = {message["tool_call_id"]: message["status"] for message in messages if message["type"] == "tool"}
    assert told == {"ann": "success", "bob": "error"}
    record = await engine.decisions(thread="t")
    assert [(each.decision, each.act, each.outcome, each.by) for each in record] == [
        (right, "", "applied", ""),
        (None, "repair", "applied", "key"),
    ]


async def test_only_the_last_answer_is_taken_back_and_what_ran_beside_it_does_not_run_again(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(FORM)
    (first,) = asked(await run_graph(target, input={}))
    (second,) = asked(await run_graph(target, resume={first: "one"}))
    failed = ended(await run_graph(target, resume={second: "many"}))
    assert failed.error is not None
    assert failed.error["hint"].endswith("graphdeck repair t")
    refused = ended(await run_graph(target, resume={second: "3"}))
    assert refused.error is not None
    assert "has its answer, and node 'ask' failed with it" in refused.error["message"]
    assert ended(await run_graph(target)).status == "failed", "going on gives the node the same answer"
    assert await engine.repair("t") == [second]
    (waiting,) = (await engine.state("t")).interrupts
    assert (waiting.id, waiting.value) == (second, "how many?")
    assert waiting.frames, "where it asks is still known"
    events = await run_graph(target, resume={second: "3"})
    assert ended(events).status == "done"
    assert [event.node for event in events if isinstance(event, NodeStarted)] == ["ask", "last"]
    assert [event.node for event in events if isinstance(event, NodeKept)] == ["pay"]
    assert (await engine.state("t")).values["log"] == ["one and 3", "paid", "last"]


async def test_no_other_program_writes_between_the_rows_of_a_repair(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph, tmp_path: Path
) -> None:
    target = write_nodes("""
        import sqlite3
        from graphdeck.graphs.worker import repair

        look = repair._rows_of

        async def meddle(saver, *about):
            rows = await look(saver, *about)
            with sqlite3.connect(saver.file, timeout=0) as other:
                try:
                    other.execute("DELETE FROM writes")
                except sqlite3.OperationalError as error:
                    HERE.joinpath("meddled").write_text(str(error))
            return rows

        repair._rows_of = meddle

        def ask(state):
            return {"n": int(interrupt("how many?"))}

        graph = chain(ask)
        """)
    (question,) = asked(await run_graph(target, input={}))
    await run_graph(target, resume={question: "many"})
    assert await engine.repair("t") == [question]
    assert (tmp_path / "meddled").read_text() == "database is locked"


async def test_a_subgraph_is_repaired_inside_and_around(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes("""
        def ask(state):
            return {"log": [str(int(interrupt("how many?")))]}

        def early(state):
            return {"log": ["early"]}

        desk = chain(early, ask)
        desk.name = "desk"
        builder = StateGraph(S).add_node("desk", desk).add_edge(START, "desk")
        graph = builder.compile()
        """)
    (question,) = asked(await run_graph(target, input={}))
    await run_graph(target, resume={question: "many"})
    assert (await engine.state("t")).status == "failed"
    assert await engine.repair("t") == [question]
    events = await run_graph(target, resume={question: "3"})
    assert ended(events).status == "done"
    assert [event.node for event in events if isinstance(event, NodeStarted)] == ["desk", "ask"]


async def test_a_called_task_is_repaired(engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    target = write_nodes("""
        from langgraph.func import entrypoint, task

        @task
        def counted():
            return int(interrupt("how many?"))

        @entrypoint()
        def graph(given):
            return counted().result() + 1
        """)
    (question,) = asked(await run_graph(target, input={}))
    await run_graph(target, resume={question: "many"})
    assert (await engine.state("t")).status == "failed"
    assert await engine.repair("t") == [question]
    assert (await engine.state("t")).status == "waiting"
    assert ended(await run_graph(target, resume={question: "3"})).status == "done"
    record = [(each.decision, each.act, each.outcome) for each in await engine.decisions(thread="t")]
    assert record == [("3", "", "applied"), (None, "repair", "applied"), ("many", "", "applied")]


async def test_a_thread_without_such_a_failure_is_left_alone(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes("""
        def ask(state):
            return {"any": interrupt("how many?")}

        def fail(state):
            raise ValueError("no luck")

        desk = chain(ask, fail)
        graph = StateGraph(S).add_node("desk", desk).add_edge(START, "desk").compile()
        """)
    (question,) = asked(await run_graph(target, input={}))
    with pytest.raises(InputError, match="no node of thread 't' failed with the answer"):
        await engine.repair("t", by="key")
    assert (await engine.state("t")).status == "waiting"
    (tried,) = await engine.decisions()
    assert (tried.act, tried.outcome, tried.interrupt, tried.by) == ("repair", "refused", "", "key")
    assert "no node of thread 't' failed" in tried.why
    failed = ended(await run_graph(target, resume={question: 3}))
    assert failed.error is not None
    assert "repair" not in failed.error["hint"], "the node that asked has finished"
    with pytest.raises(InputError, match="no node of thread 't' failed with the answer"):
        await engine.repair("t")
    events = await run_graph(target)
    assert [event.node for event in events if isinstance(event, NodeStarted)] == ["desk", "fail"]


async def test_an_answer_that_a_stopped_node_has_received_is_not_asked_for_again(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph, tmp_path: Path
) -> None:
    target = write_nodes("""
        async def ask(state):
            n = interrupt("how many?")
            print("heard")
            if not (HERE / "go on").exists():
                await asyncio.Event().wait()
            return {"any": n}

        graph = chain(ask)
        """)
    (question,) = asked(await run_graph(target, input={}))
    run = await engine.run(RunRequest(graph=target, thread="t", resume={question: 3}))
    async for event in run.events():
        if isinstance(event, Output):
            await run.cancel()
    stopped = await engine.state("t")
    assert (stopped.status, stopped.interrupts) == ("stopped", ())
    with pytest.raises(InputError, match="no node of thread 't' failed with the answer"):
        await engine.repair("t")
    (tmp_path / "go on").touch()
    events = await run_graph(target)
    assert (ended(events).status, asked(events)) == ("done", [])
    assert (await engine.state("t")).values["any"] == 3


async def test_a_thread_that_waits_ends_with_what_has_finished(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(FORM)
    (question,) = asked(await run_graph(target, input={}))
    with pytest.raises(AnswerRefused, match="has gone on meanwhile"):
        await engine.end("t", by="key", seen=["another question"])
    with pytest.raises(AnswerRefused, match="has gone on meanwhile"):
        await engine.end("t", by="key", checkpoint="an older one", seen=[question])
    await engine.end("t", by="key", seen=[question])
    snapshot = await engine.state("t")
    assert (snapshot.status, snapshot.next, snapshot.interrupts) == ("done", (), ())
    assert snapshot.values["log"] == ["paid"]
    applied, *before = await engine.decisions(thread="t")
    assert (applied.act, applied.outcome, applied.interrupt) == ("end", "applied", question)
    assert [each.outcome for each in before] == ["refused", "refused"]
    assert ended(await run_graph(target)).status == "done", "nothing more runs"
    refused = ended(await run_graph(target, resume={question: "one"}))
    assert refused.error is not None
    assert refused.error["type"] == AnswerRefused.kind
    with pytest.raises(InputError, match="at its end already"):
        await engine.end("t")


async def test_a_thread_at_a_breakpoint_ends_too(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(FORM.replace("graph = builder.compile()", "graph = builder.compile(interrupt_before=['ask'])"))
    await run_graph(target, input={})
    assert (await engine.state("t")).status == "breakpoint"
    await engine.end("t")
    assert (await engine.state("t")).status == "done"
    assert [each.act for each in await engine.decisions(thread="t")] == ["end"]


async def test_nothing_is_done_while_the_thread_runs_elsewhere(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    await run_graph(write_nodes(FORM), input={})
    lease = Lease.take(Path((await engine.state("t")).file), "t", "another run")
    with contextlib.ExitStack() as stack:
        stack.callback(lease.release)
        with pytest.raises(RunningElsewhere):
            await engine.end("t")
    (record,) = await engine.decisions(thread="t")
    assert record.outcome == "refused"
