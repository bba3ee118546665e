"""The first page of threads can be read before anybody asks, and is no news to whoever has it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.lease import Lease
from told import RunGraph, WriteGraph

SOURCE = """
    from typing import TypedDict
    from langgraph.graph import END, START, StateGraph

    class S(TypedDict, total=False):
        n: int

    builder = StateGraph(S)
    builder.add_node("one", lambda state: {"n": 1})
    builder.add_edge(START, "one")
    builder.add_edge("one", END)
    graph = builder.compile()
"""


async def test_a_page_that_was_read_ahead_is_given_once(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    await run_graph(write_graph(SOURCE), input={"n": 0})
    assert engine.first_threads() is None
    engine.read_ahead()
    await engine.changed()  # the one reader has come to its end
    page = engine.first_threads()
    assert page is not None
    assert page == await engine.threads()
    assert len(page.rows) == 1
    assert engine.first_threads() is None


async def test_without_a_file_there_is_no_page(engine: LocalEngine) -> None:
    engine.read_ahead()
    await engine.changed()
    assert engine.first_threads() is None


async def test_only_what_comes_after_the_first_page_is_a_change(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    await run_graph(write_graph(SOURCE), input={"n": 0})
    row = (await engine.threads()).rows[0]
    assert not await engine.changed()
    with closing(sqlite3.connect(row.file)) as connection, connection:
        connection.execute("DELETE FROM writes")
    assert await engine.changed()


async def test_a_thread_is_running_from_the_moment_its_lease_is_taken(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    await run_graph(write_graph(SOURCE), input={"n": 0})
    row = (await engine.threads()).rows[0]
    lease = Lease.take(Path(row.file), row.thread, "run")
    assert [row.status for row in (await engine.threads()).rows] == ["running"]
    lease.release()
    assert [row.status for row in (await engine.threads()).rows] == ["done"]
