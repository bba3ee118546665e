"""The local engine runs real graphs in real workers and saves them to real checkpoint files."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.errors import InputError, ThreadNotFound
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.observed import observed_pairs
from graphdeck.graphs.records import START, GraphShape, RunRequest
from told import RunGraph, WriteGraph, ended, of


async def test_a_run_tells_its_story(write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine) -> None:
    graph = write_nodes("""
    def one(state): return {"n": state["n"] + 1, "log": ["one"]}
    async def two(state): return {"log": ["two"]}
    graph = chain(one, two)
    """)
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


async def test_prints_belong_to_their_node(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
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
    """)
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


async def test_a_log_of_all_levels_has_what_the_graph_logs_and_nothing_of_its_file(
    write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    graph = write_nodes("""
    import logging
    logging.basicConfig(level=logging.DEBUG)
    def chatty(state):
        logging.getLogger("x").debug("of the graph")
    graph = chain(chatty)
    """)
    printed = "".join(event.text for event in of(await run_graph(graph, input={}), events.Output))
    assert "DEBUG:x:of the graph" in printed
    assert "aiosqlite" not in printed


async def test_prints_belong_to_their_node_where_the_front_end_reads_them_late(
    write_nodes: WriteGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
    def first(state): os.write(1, b"first")
    def second(state): os.write(1, b"second")
    graph = chain(first, second)
    """)
    run = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    found = []
    async for event in run.events():
        found.append(event)
        if isinstance(event, events.NodeStarted):
            time.sleep(0.3)  # as one that paints, or is not given the processor
    assert [(event.node, event.text) for event in of(found, events.Output)] == [
        ("first", "first"),
        ("second", "second"),
    ]


async def test_static_breakpoints_stop_and_go_on(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
    def draft(state): return {"log": ["draft"]}
    def review(state): return {"log": ["review"]}
    def publish(state): return {"log": ["publish"]}
    graph = chain(draft, review, publish, interrupt_before=["review"])
    """)
    stopped = ended(await run_graph(graph, input={}, before=("publish",)))
    assert (stopped.status, stopped.next) == ("breakpoint", ("review",))
    assert (await engine.state("t")).status == "breakpoint"
    stopped = ended(await run_graph(graph, before=("publish",)))
    assert (stopped.status, stopped.next) == ("breakpoint", ("publish",))
    assert ended(await run_graph(graph)).status == "done"
    assert ended(await run_graph(graph, before=("nowhere",), input={})).error is not None


async def test_delete_rename_copy(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_nodes("    def one(state): return {'n': 1}\n    graph = chain(one)\n")
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
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("    def one(state): return {'n': 1}\n    graph = chain(one)\n")
    await run_graph(graph, input={})
    before = await engine.state("t")
    with pytest.raises(InputError, match="no key 'm'") as refused:
        await engine.update("t", {"n": 2, "m": 3})
    assert "n" in refused.value.hint
    assert await engine.state("t") == before
    await engine.update("t", {"n": 2})
    assert (await engine.state("t")).values["n"] == 2


async def test_a_fresh_interpreter_does_the_same(write_nodes: WriteGraph, tmp_path: Path) -> None:
    from graphdeck.graphs.local.workers import WorkerPool

    graph = write_nodes("    def one(state): return {'n': 1}\n    graph = chain(one)\n")
    pool = WorkerPool(fork=False)
    engine = LocalEngine(tmp_path, pool=pool)
    run = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    found = [event async for event in run.events()]
    assert ended(found).status == "done"
    await engine.close()
    await pool.close()


@pytest.mark.parametrize("request_", [{"input": {"m": 1}}, {"input": {"n": "x"}}, {"input": {}, "context": {"a": 1}}])
async def test_a_mistyped_request_makes_no_file(
    write_nodes: WriteGraph, run_graph: RunGraph, tmp_path: Path, request_: dict[str, Any]
) -> None:
    graph = write_nodes("    def one(state): return {'n': 1}\n    graph = chain(one)\n")
    refused = ended(await run_graph(graph, **request_))
    assert refused.error is not None
    assert refused.error["type"] == "input"
    assert not (tmp_path / ".graphdeck").exists()


async def test_bundled_graphs_need_no_project(run_graph: RunGraph, engine: LocalEngine) -> None:
    bundled = ["chain", "draft", "expenses", "intake", "notes", "report", "travel"]
    assert [graph.target for graph in await engine.graphs()] == bundled
    found = await run_graph("chain", input={"topic": "thread"})
    assert ended(found).status == "done"
    assert of(found, events.Token)
    shape = await engine.describe("travel")
    assert shape.model == "offline rules, not a language model"
    assert engine.last_shape("travel") == shape


async def test_edges_seen_taken_are_kept_until_they_are_declared_or_their_nodes_are_gone(
    write_nodes: WriteGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    source = """
    def one(state): return Command(goto="two")
    def two(state): return {"n": 1}
    inner = StateGraph(S)
    for node in (one, two):
        inner.add_node(node.__name__, node)
    inner.add_edge(START, "one")
    builder = StateGraph(S)
    for node in (one, two):
        builder.add_node(node.__name__, node)
    builder.add_node("team", inner.compile())
    builder.add_edge(START, "one")
    graph = builder.compile()
    """

    def seen(shape: GraphShape | None) -> list[tuple[str, str]]:
        return sorted(observed_pairs(shape)) if shape is not None else []

    graph = write_nodes(source)
    assert seen(await engine.describe(graph)) == []
    inside, gone, declared = ("team:one", "team:two"), ("team:one", "nobody"), (START, "one")
    await engine.keep_edges(graph, [("one", "two"), inside, gone, declared])
    await engine.keep_edges(graph, [("two", "team")])
    await engine.keep_edges(graph, [("team", "team:__start__"), ("team:two", "team:two:__start__")])
    hidden = ("team:two", "team:two:__start__")
    kept = sorted([("one", "two"), inside, ("two", "team"), hidden])
    assert seen(engine.last_shape(graph)) == kept == seen(await engine.describe(graph))
    again = await LocalEngine(tmp_path, pool=engine._pool).describe(graph)
    assert seen(again) == kept, "the next start has them"

    crew = source.replace('"team", inner', '"crew", inner')
    write_nodes(crew.replace("    graph =", '    builder.add_edge("one", "two")\n    graph ='))
    assert seen(await engine.describe(graph)) == [], "one is declared now, and team is gone"
    await engine.keep_edges(graph, [("two", "crew")])
    (file,) = (tmp_path / ".graphdeck" / "edges").iterdir()
    assert json.loads(file.read_text()) == {"edges": [["two", "crew"]]}
    for broken in ("", "[1]", '{"edges": [["a"], 3, ["a", 1]]}', '{"edges": 5}'):
        file.write_text(broken)
        assert seen(engine.last_shape(graph)) == []
    await engine.keep_edges(graph, [("crew", "two")])
    assert seen(engine.last_shape(graph)) == [("crew", "two")]
