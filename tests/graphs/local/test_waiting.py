"""What waits in several files: one list, whole pages, titles and targets that were given, files that cannot be read."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.errors import FileError, InputError, MissingFileError, TargetError
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest, WaitingPage
from graphdeck.graphs.stopping import Stop

ASK = """
    def ask(state: S) -> S:
        return {"any": interrupt(state.get("any") or "what?")}

    graph = chain(ask)
"""


@pytest.fixture
def target(write_nodes: Any) -> str:
    """A graph that asks."""
    return str(write_nodes(ASK))


async def start(engine: LocalEngine, target: str, *threads: str, file: Path | None = None) -> None:
    for thread in threads:
        request = RunRequest(graph=target, thread=thread, input={}, has_input=True, file=str(file or ""))
        run = await engine.run(request)
        assert [event async for event in run.events()]


def names(page: WaitingPage) -> list[str]:
    return [row.thread for row in page.rows]


async def test_pages_over_two_files_hold_every_thread_once_in_either_order(
    engine: LocalEngine, pool: WorkerPool, target: str, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.sqlite", tmp_path / "two.sqlite"
    for number in range(3):
        await start(engine, target, f"a{number}", file=one)
        await start(engine, target, f"b{number}", file=two)
    both = LocalEngine(tmp_path, [one, two], pool=pool)
    oldest_first = ["a0", "b0", "a1", "b1", "a2", "b2"]
    for newest_first, expected in ((True, oldest_first[::-1]), (False, oldest_first)):
        found: list[str] = []
        cursor = None
        while cursor is not None or not found:
            page = await both.waiting(limit=4, cursor=cursor, newest_first=newest_first)
            assert page.total == 6
            found += names(page)
            cursor = page.cursor
        assert found == expected
    await both.close()


async def test_an_answer_goes_into_the_file_that_asked(
    engine: LocalEngine, pool: WorkerPool, target: str, tmp_path: Path
) -> None:
    one, two = tmp_path / "one.sqlite", tmp_path / "two.sqlite"
    await start(engine, target, "t", file=one)
    await start(engine, target, "t", file=two)
    both = LocalEngine(tmp_path, [one, two], pool=pool)
    row = next(row for row in (await both.waiting()).rows if row.file == str(two))
    (question,) = row.interrupts
    assert question.frames, "what runs again is known"
    run = await both.run(RunRequest(graph=row.graph, thread="t", resume={question.id: "yes"}, file=row.file))
    assert [event async for event in run.events()]
    assert [row.file for row in (await both.waiting()).rows] == [str(one)]
    await both.close()


async def test_files_that_cannot_be_read_are_named_and_the_others_listed(
    engine: LocalEngine, pool: WorkerPool, target: str, tmp_path: Path
) -> None:
    good, broken, missing = tmp_path / "good.sqlite", tmp_path / "broken.sqlite", tmp_path / "missing.sqlite"
    await start(engine, target, "t", file=good)
    broken.write_text("no database")
    some = LocalEngine(tmp_path, [broken, good, missing], pool=pool)
    page = await some.waiting()
    assert names(page) == ["t"]
    assert [problem.file for problem in page.problems] == [str(broken), str(missing)]
    assert "not a SQLite file" in page.problems[0].message
    await some.close()
    for file, error in ((broken, FileError), (missing, MissingFileError)):
        alone = LocalEngine(tmp_path, [file], pool=pool)
        with pytest.raises(error):
            await alone.waiting()
        await alone.close()


async def test_titles_and_targets_that_a_person_gave_are_kept_beside_the_file(
    engine: LocalEngine, pool: WorkerPool, target: str, tmp_path: Path
) -> None:
    file = tmp_path / "service.sqlite"
    await start(engine, target, "t", file=file)
    shutil.rmtree(tmp_path / ".graphdeck")
    take_the_graph_out(file)
    before = file.read_bytes()
    other = LocalEngine(tmp_path, [file], pool=pool)
    (row,) = (await other.waiting()).rows
    assert (row.graph, row.title) == ("", "")
    await other.assign("t", target, file=str(file))
    await other.rename("t", "Rome in May")
    (row,) = (await other.waiting()).rows
    assert (row.graph, row.title) == (target, "Rome in May")
    assert (await other.state("t")).graph == target
    assert (await other.threads()).rows[0].graph == target
    assert file.read_bytes() == before, "the file itself is not touched"
    with pytest.raises(TargetError):
        await other.assign("t", "no_such_graph_here.py:graph", file=str(file))
    await other.delete(["t"])
    assert names(await other.waiting()) == []
    await other.close()


def take_the_graph_out(file: Path) -> None:
    """As if another program had written the file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("UPDATE checkpoints SET metadata = replace(CAST(metadata AS TEXT), 'graphdeck_graph', 'x')")
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def test_a_breakpoint_of_our_own_run_waits_and_one_that_went_on_does_not(
    engine: LocalEngine, run_graph: Any
) -> None:
    await run_graph("report", "q3", input={"title": "Q3", "cities": ["Rome"]})
    (row,) = (await engine.waiting()).rows
    assert (row.thread, row.breakpoint, row.interrupts) == ("q3", ("publish",), ())
    assert row.stops == (Stop(kind="before", node="publish", declared=True),)
    await run_graph("report", "q3")
    assert (await engine.waiting()).rows == ()


async def test_a_cursor_that_no_page_gave(engine: LocalEngine, target: str) -> None:
    await start(engine, target, "t")
    for cursor in ("x", "[]", '["a", 1, "b"]'):
        with pytest.raises(InputError):
            await engine.waiting(cursor=cursor)
