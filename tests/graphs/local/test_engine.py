"""The local engine runs real graphs in real workers and saves them to real checkpoint files."""

import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.errors import GraphdeckError, InputError, RunningElsewhere, TargetError, ThreadNotFound
from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.records import RunRequest

E = TypeVar("E", bound=Event)
RunGraph = Callable[..., Awaitable[list[Event]]]
WriteGraph = Callable[..., str]

HEAD = """
    import operator, os, sys, time
    from typing import Annotated, Any, TypedDict
    from langgraph.graph import END, START, StateGraph
    from langgraph.types import RetryPolicy, Send, interrupt

    class S(TypedDict, total=False):
        n: float
        log: Annotated[list[str], operator.add]

    def chain(*nodes, **options):
        builder = StateGraph(S)
        for node in nodes:
            builder.add_node(node.__name__, node)
        for a, b in zip([START, *(n.__name__ for n in nodes)], [*(n.__name__ for n in nodes), END]):
            builder.add_edge(a, b)
        return builder.compile(**options)
"""


def of(found: list[Event], kind: type[E]) -> list[E]:
    return [event for event in found if isinstance(event, kind)]


def ended(found: list[Event]) -> events.RunEnded:
    last = found[-1]
    assert isinstance(last, events.RunEnded)
    return last


async def test_a_run_tells_its_story(write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine) -> None:
    graph = write_graph(
        HEAD
        + """
    def one(state): return {"n": state["n"] + 1, "log": ["one"]}
    async def two(state): return {"log": ["two"]}
    graph = chain(one, two)
    """
    )
    found = await run_graph(graph, input={"n": 1})
    assert [type(event).name for event in found] == [
        "run_started",
        "checkpoint",
        "checkpoint",
        "node_started",
        "node_finished",
        "checkpoint",
        "node_started",
        "node_finished",
        "checkpoint",
        "run_ended",
    ]
    assert [event.seq for event in found] == list(range(1, 11))
    assert [(event.node, event.keys) for event in of(found, events.NodeFinished)] == [
        ("one", ("n", "log")),
        ("two", ("log",)),
    ]
    points = of(found, events.Checkpoint)
    assert [point.step for point in points] == [-1, 0, 1, 2]
    assert [point.next for point in points] == [("__start__",), ("one",), ("two",), ()]
    assert [set(point.changed) for point in points[1:]] == [{"n"}, {"n", "log"}, {"log"}]
    assert [point.parent for point in points[1:]] == [point.id for point in points[:-1]]
    assert ended(found).status == "done"

    state = await engine.state("t")
    assert state.values == {"n": 2, "log": ["one", "two"]}
    assert (state.status, state.next, state.graph) == ("done", (), graph)
    assert state.checkpoint == points[-1].id
    history = await engine.history("t")
    assert [row.checkpoint for row in history] == [point.id for point in reversed(points)]
    [row] = (await engine.threads()).rows
    assert (row.thread, row.status, row.step) == ("t", "done", 2)


async def test_an_interrupt_ends_the_run_and_its_answer_goes_on(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_graph(
        HEAD
        + """
    def ask(state):
        price = 3
        answer = interrupt({"book?": price})
        return {"log": [repr(answer)]}
    graph = chain(ask)
    """
    )
    found = await run_graph(graph, input={})
    [question] = of(found, events.Interrupt)
    assert (question.node, question.value, question.ns) == ("ask", {"book?": 3}, ())
    assert [frame.function for frame in question.frames] == ["ask"]
    assert question.frames[0].file.endswith("agent.py")
    assert ended(found).status == "waiting"
    assert ended(found).next == ("ask",)

    state = await engine.state("t")
    assert state.status == "waiting"
    assert [(pending.id, pending.frames) for pending in state.interrupts] == [(question.id, question.frames)]

    again = await run_graph(graph)
    assert [type(event).name for event in again] == ["run_started", "interrupt", "run_ended"]
    assert of(again, events.Interrupt)[0].id == question.id

    answered = await run_graph(graph, resume={question.id: False})
    assert ended(answered).status == "done"
    points = of(answered, events.Checkpoint)
    assert [point.step for point in points] == [1]
    assert points[0].parent == state.checkpoint
    assert (await engine.state("t")).values == {"log": ["False"]}


@pytest.mark.parametrize("answer", [False, 0, 0.0, "", None, [], {}, "false", {"a": 1}])
async def test_every_falsy_answer_arrives(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine, answer: Any
) -> None:
    graph = write_graph(HEAD + "    def ask(state): return {'log': [repr(interrupt('?'))]}\n    graph = chain(ask)\n")
    [question] = of(await run_graph(graph, input={}), events.Interrupt)
    assert ended(await run_graph(graph, resume={question.id: answer})).status == "done"
    assert (await engine.state("t")).values == {"log": [repr(answer)]}


PARALLEL = """
    starts = []
    def branch(name):
        def run(state):
            print("start", name)
            return {"log": [f"{name}={interrupt({'branch': name})!r}"]}
        return run
    def close(state): return {"log": ["closed"]}
    builder = StateGraph(S)
    builder.add_node("close", close)
    for name in ("ship", "refund", "mail"):
        builder.add_node(name, branch(name))
        builder.add_edge(START, name)
        builder.add_edge(name, "close")
    builder.add_edge("close", END)
    graph = builder.compile()
"""


async def test_parallel_questions_are_answered_by_id(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_graph(HEAD + PARALLEL)
    questions = of(await run_graph(graph, input={}), events.Interrupt)
    assert sorted(question.node for question in questions) == ["mail", "refund", "ship"]
    answers = {question.id: question.node for question in questions}

    refused = ended(await run_graph(graph, resume={**answers, "0" * 32: True}))
    assert refused.status == "failed"
    assert refused.error is not None
    assert refused.error["type"] == "answer"
    assert len((await engine.state("t")).interrupts) == 3

    done = await run_graph(graph, resume=answers)
    assert ended(done).status == "done"
    log = (await engine.state("t")).values["log"]
    assert log == ["mail='mail'", "refund='refund'", "ship='ship'", "closed"]


async def test_a_partial_answer_keeps_what_is_done(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_graph(HEAD + PARALLEL)
    questions = {question.node: question.id for question in of(await run_graph(graph, input={}), events.Interrupt)}
    partly = await run_graph(graph, resume={questions["refund"]: 1})
    assert ended(partly).status == "waiting"
    assert len((await engine.state("t")).interrupts) == 2
    rest = await run_graph(graph, resume={questions["ship"]: 2, questions["mail"]: 3})
    assert [event.node for event in of(rest, events.NodeKept)] == ["refund"]
    assert ended(rest).status == "done"


async def test_new_input_does_not_drop_a_question(write_graph: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_graph(HEAD + "    def ask(state): return {'log': [interrupt('?')]}\n    graph = chain(ask)\n")
    await run_graph(graph, input={})
    refused = ended(await run_graph(graph, input={"n": 1}))
    assert refused.status == "failed"
    assert refused.error is not None
    assert "--drop-question" in refused.error["hint"]
    assert ended(await run_graph(graph, input={"n": 1}, drop_question=True)).status == "waiting"


async def test_prints_belong_to_their_node(write_graph: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_graph(
        HEAD
        + """
    import logging, subprocess, warnings
    print("at import")
    def chatty(state):
        print("print")
        print("10%\\r99%\\r", end="")
        sys.stderr.write("stderr\\n")
        logging.getLogger("x").warning("logged")
        warnings.warn("warned")
    def raw(state):
        os.write(1, b"raw\\x1b[2J\\n")
        subprocess.run(["sh", "-c", "echo child; echo child-error >&2"], check=True)
    async def keyboard(state):
        try:
            return {"log": [input("? ")]}
        except EOFError:
            return {"log": ["refused"]}
    graph = chain(chatty, raw, keyboard)
    """
    )
    found = await run_graph(graph, input={})
    assert ended(found).status == "done"
    printed: dict[tuple[str, str], str] = {}
    for event in of(found, events.Output):
        key = event.node, event.stream
        printed[key] = printed.get(key, "") + event.text
    assert printed["", "stdout"] == "at import\n"
    assert printed["chatty", "stdout"] == "print\n10%\r99%\r"
    assert "stderr\nlogged\n" in printed["chatty", "stderr"]
    assert "UserWarning: warned" in printed["chatty", "stderr"]
    assert printed["raw", "stdout"] == "raw\x1b[2J\nchild\n"
    assert printed["raw", "stderr"] == "child-error\n"
    assert printed["keyboard", "stdout"] == "? "
    assert printed["keyboard", "stderr"].startswith("a node has no keyboard")


async def test_a_killed_worker_is_told_and_the_thread_goes_on(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_graph(
        HEAD
        + """
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
    """
    )
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
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_graph(HEAD + FLAKY)
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
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_graph(
        HEAD
        + """
    builder = StateGraph(S)
    builder.add_node("spin", lambda s: {"n": s.get("n", 0) + 1})
    builder.add_edge(START, "spin")
    builder.add_conditional_edges("spin", lambda s: "spin" if s["n"] < 12 else END, ["spin", END])
    graph = builder.compile()
    """
    )
    limited = ended(await run_graph(graph, input={}, recursion_limit=5))
    assert (limited.status, limited.next) == ("recursion_limit", ("spin",))
    assert limited.error is not None
    assert "5" in limited.error["message"]
    assert ended(await run_graph(graph, recursion_limit=50)).status == "done"
    assert (await engine.state("t")).values == {"n": 12}


async def test_static_breakpoints_stop_and_go_on(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_graph(
        HEAD
        + """
    def draft(state): return {"log": ["draft"]}
    def review(state): return {"log": ["review"]}
    def publish(state): return {"log": ["publish"]}
    graph = chain(draft, review, publish, interrupt_before=["review"])
    """
    )
    stopped = ended(await run_graph(graph, input={}, before=("publish",)))
    assert (stopped.status, stopped.next) == ("breakpoint", ("review",))
    assert (await engine.state("t")).status == "breakpoint"
    stopped = ended(await run_graph(graph, before=("publish",)))
    assert (stopped.status, stopped.next) == ("breakpoint", ("publish",))
    assert ended(await run_graph(graph)).status == "done"
    assert ended(await run_graph(graph, before=("nowhere",), input={})).error is not None


async def test_a_thread_that_runs_elsewhere_is_left_alone(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = write_graph(HEAD + "    def one(state): return {'n': 1}\n    graph = chain(one)\n")
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


async def test_drain_cancel_and_kill(write_graph: WriteGraph, engine: LocalEngine) -> None:
    graph = write_graph(
        HEAD
        + """
    import asyncio
    async def slow(state):
        print("slow")
        await asyncio.sleep(state["n"])
        return {"log": ["slow"]}
    async def after(state): return {"log": ["after"]}
    graph = chain(slow, after)
    """
    )

    async def stop(thread: str, seconds: float, how: str) -> events.RunEnded:
        run = await engine.run(RunRequest(graph=graph, thread=thread, input={"n": seconds}, has_input=True))
        found = []
        async for event in run.events():
            found.append(event)
            if isinstance(event, events.Output):
                await getattr(run, how)()
        return ended(found)

    drained = await stop("drained", 0.05, "drain")
    assert (drained.status, drained.next) == ("stopped", ("after",))
    cancelled = await stop("cancelled", 60, "cancel")
    assert (cancelled.status, cancelled.next) == ("stopped", ("slow",))
    killed = await stop("killed", 60, "kill")
    assert (killed.status, killed.next) == ("lost", ("slow",))
    statuses = {row.thread: row.status for row in (await engine.threads()).rows}
    assert statuses == {"drained": "stopped", "cancelled": "stopped", "killed": "stopped"}


SAVERS = """
    import sqlite3, pathlib
    from langgraph.checkpoint.memory import InMemorySaver
    from langgraph.checkpoint.sqlite import SqliteSaver
    def gate(state): return {"log": [repr(interrupt("go on?"))]}
    async def agate(state): return {"log": [repr(interrupt("go on?"))]}
    plain = chain(gate)
    own_memory = chain(gate, checkpointer=InMemorySaver())
    file = pathlib.Path(__file__).with_name("own.sqlite")
    own_file = chain(gate, checkpointer=SqliteSaver(sqlite3.connect(file, check_same_thread=False)))
    refused = chain(gate, checkpointer=False)
    only_async = chain(agate)
"""


@pytest.mark.parametrize(
    ("variable", "file", "note"),
    [
        ("plain", ".graphdeck/threads.sqlite", ""),
        ("own_memory", ".graphdeck/threads.sqlite", "in-memory"),
        ("own_file", "own.sqlite", ""),
        ("refused", "", "refuses saving"),
        ("only_async", ".graphdeck/threads.sqlite", ""),
    ],
)
async def test_savers(
    write_graph: WriteGraph,
    run_graph: RunGraph,
    engine: LocalEngine,
    tmp_path: Path,
    variable: str,
    file: str,
    note: str,
) -> None:
    graph = write_graph(HEAD + SAVERS, variable=variable)
    shape = await engine.describe(graph)
    assert shape.file == (str(tmp_path / file) if file else "")
    assert note in shape.saving
    found = await run_graph(graph, input={})
    [started] = of(found, events.RunStarted)
    assert (started.file, started.note) == (shape.file, shape.saving)
    [question] = of(found, events.Interrupt)
    assert ended(found).status == "waiting"
    if file:
        assert ended(await run_graph(graph, resume={question.id: True})).status == "done"
        assert (await engine.state("t")).values == {"log": ["True"]}


async def test_the_state_of_a_graph_that_refuses_saving_comes_with_its_events(
    write_graph: WriteGraph, run_graph: RunGraph
) -> None:
    graph = write_graph(
        HEAD
        + """
    def first(state): return {"log": ["first"]}
    def gate(state): return {"log": [interrupt("go on?")]}
    refused = chain(first, gate, checkpointer=False)
    """,
        variable="refused",
    )
    told = of(await run_graph(graph, input={"log": ["input"]}), events.Checkpoint)
    assert [(each.id, each.source, each.values) for each in told] == [
        ("", "input", {"log": ["input"]}),
        ("", "loop", {"log": ["input", "first"]}),
    ]
    assert all(each.changed["log"][0] > 0 for each in told)


async def test_what_cannot_be_saved_is_named(write_graph: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_graph(
        HEAD
        + """
    import threading
    class Box(TypedDict, total=False):
        handle: Any
    builder = StateGraph(Box)
    builder.add_node("fill", lambda s: {"handle": 1})
    builder.add_node("open", lambda s: {"handle": threading.Lock()})
    builder.add_edge(START, "fill")
    builder.add_edge("fill", "open")
    graph = builder.compile()
    """
    )
    failed = ended(await run_graph(graph, input={}))
    assert (failed.status, failed.next) == ("failed", ("open",))
    assert failed.error is not None
    for word in ("open", "handle", "lock"):
        assert word in failed.error["message"]


async def test_own_types_come_back_and_foreign_ones_are_blocked(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_graph(
        HEAD
        + """
    import enum, dataclasses
    class Colour(enum.Enum):
        TEAL = "teal"
    @dataclasses.dataclass
    class Crate:
        label: str
    class Box(TypedDict, total=False):
        things: Any
        seen: str
    builder = StateGraph(Box)
    builder.add_node("fill", lambda s: {"things": [Colour.TEAL, Crate("c")]})
    builder.add_node("ask", lambda s: interrupt("?") and {"seen": repr(s["things"])})
    builder.add_edge(START, "fill")
    builder.add_edge("fill", "ask")
    graph = builder.compile()
    """
    )
    [question] = of(await run_graph(graph, input={}), events.Interrupt)
    assert (await engine.state("t")).values["things"] == [
        {"$type": "agent.Colour", "value": "teal"},
        {"$type": "agent.Crate", "value": {"label": "c"}},
    ]
    assert ended(await run_graph(graph, resume={question.id: True})).status == "done"
    assert (await engine.state("t")).values["seen"] == "[<Colour.TEAL: 'teal'>, Crate(label='c')]"


async def test_delete_rename_copy(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_graph(HEAD + "    def one(state): return {'n': 1}\n    graph = chain(one)\n")
    thread = "a/b [x] ü"
    await run_graph(graph, thread=thread, input={})
    file = tmp_path / ".graphdeck" / "threads.sqlite"
    before = file.read_bytes()
    await engine.rename(thread, "Rome [in] May")
    assert file.read_bytes() == before
    assert (await engine.threads()).rows[0].title == "Rome [in] May"
    new = await engine.copy(thread)
    assert (await engine.state(new)).values == (await engine.state(thread)).values
    await engine.delete([thread])
    assert [row.thread for row in (await engine.threads()).rows] == [new]
    with pytest.raises(ThreadNotFound):
        await engine.state(thread)


async def test_an_update_of_keys_that_the_state_has_not_writes_nothing(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_graph(HEAD + "    def one(state): return {'n': 1}\n    graph = chain(one)\n")
    await run_graph(graph, input={})
    before = await engine.state("t")
    with pytest.raises(InputError, match="no key 'm'") as refused:
        await engine.update("t", {"n": 2, "m": 3})
    assert "n" in refused.value.hint
    assert await engine.state("t") == before
    await engine.update("t", {"n": 2})
    assert (await engine.state("t")).values["n"] == 2


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


async def test_a_fresh_interpreter_does_the_same(write_graph: WriteGraph, tmp_path: Path) -> None:
    from graphdeck.graphs.local.workers import WorkerPool

    graph = write_graph(HEAD + "    def one(state): return {'n': 1}\n    graph = chain(one)\n")
    pool = WorkerPool(fork=False)
    engine = LocalEngine(tmp_path, pool=pool)
    run = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    found = [event async for event in run.events()]
    assert ended(found).status == "done"
    await engine.close()
    await pool.close()


def test_signal_names_are_told() -> None:
    from graphdeck.graphs.local.workers import describe_exit

    assert "SIGSEGV" in describe_exit(-signal.SIGSEGV, "a\n\nb\n")
    assert describe_exit(3, "") == "the worker ended with status 3"


@pytest.mark.parametrize("request_", [{"input": {"m": 1}}, {"input": {"n": "x"}}, {"input": {}, "context": {"a": 1}}])
async def test_a_mistyped_request_makes_no_file(
    write_graph: WriteGraph, run_graph: RunGraph, tmp_path: Path, request_: dict[str, Any]
) -> None:
    graph = write_graph(HEAD + "    def one(state): return {'n': 1}\n    graph = chain(one)\n")
    refused = ended(await run_graph(graph, **request_))
    assert refused.error is not None
    assert refused.error["type"] == "input"
    assert not (tmp_path / ".graphdeck").exists()


async def test_a_graph_of_the_functional_api_asks_and_goes_on(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_graph(
        """
    from langgraph.func import entrypoint, task
    from langgraph.types import interrupt

    @task
    def double(n):
        print("doubling")
        return 2 * n

    @entrypoint()
    def graph(n: int) -> str:
        return f"{double(n).result()} {interrupt('sure?')}"
    """
    )
    assert (await engine.describe(graph)).kind == "functional"
    found = await run_graph(graph, input=4)
    [question] = of(found, events.Interrupt)
    assert ended(found).status == "waiting"
    again = await run_graph(graph, resume={question.id: "yes"})
    assert ended(again).status == "done"
    assert "double" in [event.node for event in of(again, events.NodeKept)]
    assert not of(again, events.Output)


async def test_bundled_graphs_need_no_project(run_graph: RunGraph, engine: LocalEngine) -> None:
    bundled = ["chain", "draft", "expenses", "intake", "notes", "report", "travel"]
    assert [graph.target for graph in await engine.graphs()] == bundled
    found = await run_graph("chain", input={"topic": "thread"})
    assert ended(found).status == "done"
    assert of(found, events.Token)
    shape = await engine.describe("travel")
    assert shape.model == "offline rules, not a language model"
    assert engine.last_shape("travel") == shape


async def test_an_error_whose_text_fails_is_told_by_its_node(write_graph: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_graph(
        HEAD
        + """
    class Rude(Exception):
        def __str__(self):
            raise ZeroDivisionError
    def one(state):
        raise Rude
    graph = chain(one)
    """
    )
    found = await run_graph(graph, input={})
    [failure] = of(found, events.NodeFailed)
    assert (failure.node, failure.error) == ("one", "Rude")
    assert "ZeroDivisionError" in failure.message
    assert "in one" in failure.traceback
    assert ended(found).status == "failed"
