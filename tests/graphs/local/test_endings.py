"""Whatever a node, a file or a person does, a run ends with `run_ended`, and its thread can be continued."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.errors import FileError, MissingFileError, error_from_dict
from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest
from told import RunGraph, WriteGraph, ended


def message(found: list[Event]) -> str:
    error = ended(found).error
    assert error is not None
    return error["message"]


def failures(found: list[Event]) -> list[tuple[str, str]]:
    return [(event.node, event.error) for event in found if isinstance(event, events.NodeFailed)]


@pytest.mark.parametrize("kind", ["def", "async def"])
@pytest.mark.parametrize(
    ("raised", "name"),
    [
        ("ValueError('x')", "ValueError"),
        ("SystemExit(3)", "SystemExit"),
        ("KeyboardInterrupt()", "KeyboardInterrupt"),
        ("Own('x')", "Own"),
        ("asyncio.CancelledError()", "NodeCancelledError"),
        ("GeneratorExit()", "RuntimeError"),
    ],
)
async def test_what_a_node_raises_is_its_failure(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path, kind: str, raised: str, name: str
) -> None:
    graph = write_nodes(f"""
    class Own(BaseException): pass
    def first(state): return {{"log": ["first"]}}
    {kind} bad(state):
        if not HERE.joinpath("mended").exists():
            raise {raised}
        return {{"log": ["bad"]}}
    graph = chain(first, bad)
    """)
    found = await run_graph(graph, input={})
    assert failures(found) == [("bad", name)]
    assert (ended(found).status, ended(found).next) == ("failed", ("bad",))
    assert not [event for event in found if isinstance(event, events.Output)]
    (tmp_path / "mended").touch()
    assert ended(await run_graph(graph)).status == "done"
    assert (await engine.state("t")).values == {"log": ["first", "bad"]}


@pytest.mark.parametrize(
    ("death", "told"),
    [
        ("os._exit(7)", "ended with status 7"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("os.kill(0, signal.SIGKILL)", "SIGKILL"),
    ],
)
async def test_a_dead_worker_is_told(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path, death: str, told: str
) -> None:
    graph = write_nodes(f"""
    def first(state): return {{"log": ["first"]}}
    def deadly(state):
        if not HERE.joinpath("mended").exists():
            {death}
        return {{"log": ["deadly"]}}
    graph = chain(first, deadly)
    """)
    found = await run_graph(graph, input={})
    assert (ended(found).status, ended(found).next) == ("lost", ("deadly",))
    assert told in message(found)
    (tmp_path / "mended").touch()
    assert ended(await run_graph(graph)).status == "done"
    assert (await engine.state("t")).values == {"log": ["first", "deadly"]}


async def test_a_router_that_failed_is_asked_again(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_nodes("""
    def route(state):
        if not HERE.joinpath("mended").exists():
            raise ValueError("no way")
        return "on"
    builder = StateGraph(S)
    builder.add_node("first", lambda state: {"log": ["first"]})
    builder.add_node("on", lambda state: {"log": ["on"]})
    builder.add_edge(START, "first")
    builder.add_conditional_edges("first", route, ["on", END])
    graph = builder.compile()
    """)
    found = await run_graph(graph, input={})
    assert failures(found) == [("first", "ValueError")]
    assert (ended(found).status, ended(found).next) == ("failed", ("first",))
    assert (await engine.state("t")).status == "failed"
    (tmp_path / "mended").touch()
    assert ended(await run_graph(graph)).status == "done"
    assert (await engine.state("t")).values == {"log": ["first", "on"]}


async def test_a_forked_child_does_not_keep_the_thread(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    def split(state):
        if "n" in state:
            return {"n": 2}
        if os.fork() == 0:
            os.setsid()
            signal.alarm(20)
            signal.pause()
        os._exit(9)
    graph = chain(split)
    """)
    assert ended(await run_graph(graph, input={})).status == "lost"
    assert ended(await run_graph(graph, input={"n": 1})).status == "done"


@pytest.mark.parametrize(
    ("value", "told"),
    [("__import__('threading').Lock()", "lock"), ("2**70", "64-bit"), ("loop", "ecursion"), ("deep", "ecursion")],
)
async def test_what_cannot_be_saved_is_named_with_its_node_and_key(
    write_nodes: WriteGraph, run_graph: RunGraph, value: str, told: str
) -> None:
    graph = write_nodes(f"""
    loop = {{}}
    loop["self"] = loop
    deep = {{}}
    for _ in range(400):
        deep = {{"d": deep}}
    def first(state): return {{"n": 1}}
    def good(state): return {{"log": ["good"]}}
    def bad(state): return {{"any": {value}, "log": ["bad"]}}
    builder = StateGraph(S)
    for node in (first, good, bad):
        builder.add_node(node.__name__, node)
    builder.add_edge(START, "first")
    builder.add_edge("first", "bad")
    builder.add_edge("first", "good")
    graph = builder.compile()
    """)
    found = await run_graph(graph, input={})
    assert ended(found).status == "failed"
    for word in ("'bad'", "'any'", told):
        assert word in message(found)
    assert failures(found) == [("bad", "TypeError")]  # the stream has called it finished


async def test_a_locked_file_is_told_and_loses_nothing(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path, gate: Callable[..., Any]
) -> None:
    locked = gate("locked")
    graph = write_nodes("""
    import graphdeck.graphs.worker.saver as saver
    saver.LOCK_TIMEOUT = 0.1
    def first(state): return {"log": ["first"]}
    def second(state):
        print("locked now")
        wait_at("locked")
        return {"log": ["second"]}
    graph = chain(first, second)
    """)
    run = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    found = []
    async for event in run.events():
        found.append(event)
        if isinstance(event, events.Output):
            other = sqlite3.connect(tmp_path / ".graphdeck" / "threads.sqlite", isolation_level=None)
            other.execute("BEGIN IMMEDIATE")
            for _ in range(3):  # the runs of this test
                locked.unlock()
    assert (ended(found).status, ended(found).next) == ("failed", ("second",))
    assert "database is locked" in message(found)
    assert "database is locked" in message(await run_graph(graph))
    other.rollback()
    other.close()
    assert ended(await run_graph(graph)).status == "done"
    assert (await engine.state("t")).values == {"log": ["first", "second"]}


async def test_a_full_disk_is_told_and_loses_nothing(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_nodes("""
    import resource
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    def first(state): return {"log": ["first"]}
    def second(state):
        if not HERE.joinpath("room").exists():
            resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
        return {"any": "x" * 200_000}
    graph = chain(first, second)
    """)
    found = await run_graph(graph, input={})
    assert (ended(found).status, ended(found).next) == ("failed", ("second",))
    assert "cannot be written" in message(found)
    (tmp_path / "room").touch()
    assert ended(await run_graph(graph)).status == "done"


async def test_a_folder_that_takes_no_lease_is_told(
    write_nodes: WriteGraph, run_graph: RunGraph, tmp_path: Path
) -> None:
    graph = write_nodes("def one(state): return {'n': 1}\ngraph = chain(one)\n")
    (tmp_path / ".graphdeck").write_text("in the way")
    found = await run_graph(graph, input={})
    assert ended(found).error is not None
    assert (ended(found).error or {})["type"] == "file"
    assert ".graphdeck" in message(found)


@pytest.mark.parametrize("content", [None, b"", b"text, long enough to be read as a header" * 10, "folder", "foreign"])
async def test_the_file_that_was_asked_for(
    write_nodes: WriteGraph, pool: WorkerPool, tmp_path: Path, content: bytes | str | None
) -> None:
    graph = write_nodes("def one(state): return {'n': 1}\ngraph = chain(one)\n")
    file = tmp_path / "asked.db"
    if isinstance(content, bytes):
        file.write_bytes(content)
    elif content == "folder":
        file.mkdir()
    elif content == "foreign":
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE theirs (a)")
        connection.close()
    before = file.read_bytes() if file.is_file() else b""
    engine = LocalEngine(tmp_path, [file], pool=pool)
    request = RunRequest(graph=graph, thread="t", input={}, has_input=True)
    try:
        if content in (None, b""):
            run = await engine.run(request)
            assert ended([event async for event in run.events()]).status == "done"
            assert (await engine.state("t")).values == {"n": 1}
        else:
            with pytest.raises(FileError):
                await engine.run(request)
            assert not file.is_file() or file.read_bytes() == before
    finally:
        await engine.close()


async def test_a_folder_that_is_not_there_is_told(write_nodes: WriteGraph, pool: WorkerPool, tmp_path: Path) -> None:
    graph = write_nodes("def one(state): return {'n': 1}\ngraph = chain(one)\n")
    engine = LocalEngine(tmp_path, [tmp_path / "nowhere" / "a.db"], pool=pool)
    with pytest.raises(MissingFileError):
        await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    await engine.close()


STALE = """
    from pydantic import BaseModel
    class M(BaseModel):
        n: KIND = FIRST
        log: Annotated[list[str], operator.add] = []
    def ask(state): return {"log": [interrupt("?")]}
    builder = StateGraph(M)
    builder.add_node("ask", ask)
    builder.add_edge(START, "ask")
    graph = builder.compile()
"""


async def test_a_state_that_fits_the_schema_no_longer_keeps_its_question(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes(STALE.replace("KIND", "int").replace("FIRST", "1"))
    found = await run_graph(graph, input={"n": 1})
    [question] = [event for event in found if isinstance(event, events.Interrupt)]
    write_nodes(STALE.replace("KIND", "list[str]").replace("FIRST", "[]"))
    again = await run_graph(graph)
    assert [event.id for event in again if isinstance(event, events.Interrupt)] == [question.id]
    assert ended(again).status == "waiting"
    refused = await run_graph(graph, resume={question.id: "x"})
    assert ended(refused).status == "failed"
    assert "n" in message(refused)
    write_nodes(STALE.replace("KIND", "int").replace("FIRST", "1"))
    assert ended(await run_graph(graph, resume={question.id: "x"})).status == "done"
    assert (await engine.state("t")).values["log"] == ["x"]


async def test_the_users_code_outside_of_nodes_may_fail_too(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    reducer = write_nodes("""
    def broken(a, b): raise ZeroDivisionError("reducer")
    class T(TypedDict, total=False):
        x: Annotated[int, broken]
    builder = StateGraph(T)
    builder.add_node("a", lambda state: {"x": 1})
    builder.add_edge(START, "a")
    graph = builder.compile()
    """)
    found = await run_graph(reducer, input={})
    assert failures(found) == [("", "ZeroDivisionError")]
    assert ended(found).status == "failed"
    validator = write_nodes("""
    from pydantic import BaseModel, field_validator
    class M(BaseModel):
        n: int = 0
        @field_validator("n")
        @classmethod
        def check(cls, value): return {}["missing"]
    builder = StateGraph(M)
    builder.add_node("a", lambda state: {"n": 1})
    builder.add_edge(START, "a")
    graph = builder.compile()
    """)
    found = await run_graph(validator, thread="u", input={"n": 1})
    assert [event.name for event in found] == ["run_started", "node_failed", "run_ended"]
    assert failures(found) == [("", "KeyError")]


@pytest.mark.parametrize(
    ("whole", "lacking"),
    [
        ("chain(first, ask, last)", "chain(first, last)"),
        ("fan(ask, last)", "fan(last)"),
        ("fan(ask, beside)", "fan(ask)"),
    ],
)
async def test_a_thread_before_a_node_that_is_gone_is_not_called_done(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, whole: str, lacking: str
) -> None:
    """Alone, beside one that has finished, or itself finished beside one that asks: then its result would be lost."""
    gone = "beside" if "beside" in whole else "ask"
    source = """
    def first(state): return {"n": 1}
    def ask(state): return {"n": interrupt("how many?")}
    def last(state): return {"log": ["last"]}
    def beside(state): return {"log": ["beside"]}
    """
    graph = write_nodes(f"{source}graph = {whole}\n")
    assert ended(await run_graph(graph, input={})).status == "waiting"
    [question] = (await engine.state("t")).interrupts
    write_nodes(f"{source}graph = {lacking}\n")
    for request in ({}, {"resume": {question.id: 3}}):
        stopped = ended(await run_graph(graph, **request))
        assert stopped.status == "failed"
        assert stopped.error is not None
        assert error_from_dict(dict(stopped.error)).exit_status == 1
        assert f"before node {gone!r}, which the graph no longer has" in str(stopped.error)
    assert (await engine.state("t")).status == "waiting"
    write_nodes(f"{source}graph = {whole}\n")
    assert ended(await run_graph(graph, resume={question.id: 3})).status == "done"


@pytest.mark.parametrize("thread", ["", "a\0b", "../..", " ", "ü/[red]", "x" * 5000])
async def test_any_text_names_a_thread(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, thread: str
) -> None:
    graph = write_nodes("def one(state): return {'n': 1}\ngraph = chain(one)\n")
    assert ended(await run_graph(graph, thread=thread, input={})).status == "done"
    assert (await engine.state(thread)).values == {"n": 1}


async def test_a_thread_that_is_not_text_is_refused(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("def one(state): return {'n': 1}\ngraph = chain(one)\n")
    refused = ended(await run_graph(graph, thread="\ud800", input={}))
    assert refused.error is not None
    assert refused.error["type"] == "input"
