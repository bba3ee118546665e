"""Several checkpoint files as one list, among them some that cannot be read."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, TypedDict

import pytest
import pytest_asyncio
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph

from graphdeck.graphs.errors import FileError, InputError, ThreadNotFound
from graphdeck.graphs.local import memory
from graphdeck.graphs.local.engine import LocalEngine


class State(TypedDict):
    x: int


def fill(path: Path, *threads: str) -> None:
    """Save a thread of each name."""
    path.parent.mkdir(exist_ok=True)
    with SqliteSaver.from_conn_string(str(path)) as saver:
        builder = StateGraph(State).add_node("node", lambda state: state).add_edge(START, "node")
        graph = builder.compile(checkpointer=saver)
        for thread in threads:
            config: RunnableConfig = {"configurable": {"thread_id": thread}}
            graph.invoke({"x": 1}, config)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """The default file, and two more that targets of the project have used; the second of these is no database."""
    default, own, broken = tmp_path / ".graphdeck" / "threads.sqlite", tmp_path / "own.sqlite", tmp_path / "bad.sqlite"
    fill(default, "a1", "a2", "a3")
    fill(own, "b1", "b2")
    broken.write_text("no database")
    memory.remember_file(tmp_path, "bad.py:graph", broken)
    memory.remember_file(tmp_path, "own.py:graph", own)
    return default, own, broken


@pytest_asyncio.fixture
async def reader(files: tuple[Path, ...], tmp_path: Path) -> AsyncIterator[LocalEngine]:
    """The engine of that project; it starts no worker."""
    reader = LocalEngine(tmp_path)
    yield reader
    await reader.close()


async def test_a_broken_file_hides_no_good_one_and_is_named(reader: LocalEngine, files: tuple[Path, ...]) -> None:
    page = await reader.threads()
    assert [row.thread for row in page.rows] == ["b2", "b1", "a3", "a2", "a1"]
    [problem] = page.problems
    assert problem.file == str(files[2])
    assert "not a SQLite file" in problem.message
    assert (await reader.state("b1")).file == str(files[1])
    newest, older, *_ = await reader.history("a1")
    assert newest.step == 1
    assert [task.node for task in newest.made_by] == ["node"]
    assert [change.path for change in await reader.diff("a1", older.checkpoint)] == ["/x"]
    assert await reader.diff("a1", older.checkpoint, newest.checkpoint, file=str(files[0])) == ()
    with pytest.raises(ThreadNotFound, match='no subgraph "node:1"'):
        await reader.history("a1", ns="node:1")
    with pytest.raises(ThreadNotFound) as missing:
        await reader.state("nowhere")
    assert "bad.sqlite, which cannot be read" in missing.value.hint


async def test_pages_go_on_while_files_come_and_go(
    reader: LocalEngine, files: tuple[Path, ...], tmp_path: Path
) -> None:
    first = await reader.threads(limit=3)
    assert [row.thread for row in first.rows] == ["b2", "b1", "a3"]
    files[2].unlink()
    fill(files[2], "c1")
    second = await reader.threads(limit=3, cursor=first.cursor)
    assert [row.thread for row in second.rows] == ["c1", "a2", "a1"]
    assert (second.cursor, second.problems) == (None, ())


async def test_a_file_that_breaks_later_is_named_from_then_on(reader: LocalEngine, files: tuple[Path, ...]) -> None:
    assert len((await reader.threads()).rows) == 5
    assert not await reader.changed()
    shutil.copy(files[2], files[1])
    assert await reader.changed()
    page = await reader.threads()
    assert [row.thread for row in page.rows] == ["a3", "a2", "a1"]
    assert {problem.file for problem in page.problems} == {str(files[1]), str(files[2])}
    files[0].unlink()
    assert await reader.changed()
    with pytest.raises(FileError, match="not a SQLite file"):
        await reader.threads()


@pytest.mark.parametrize("cursor", ["x", "[]", '{"a": 1}'])
async def test_a_cursor_that_no_page_gave(reader: LocalEngine, cursor: Any) -> None:
    with pytest.raises(InputError, match="cursor"):
        await reader.threads(cursor=cursor)


@pytest.mark.parametrize("long_read", ["search", "history"])
async def test_a_long_read_lets_others_come_in_between_and_ends_when_nobody_waits_for_it(
    reader: LocalEngine, monkeypatch: pytest.MonkeyPatch, long_read: str
) -> None:
    monkeypatch.setattr("graphdeck.graphs.local.threads.TURN", 0.0)  # as where each row takes long
    read = reader.threads(query="nowhere") if long_read == "search" else reader.history("a1")
    long = asyncio.create_task(read)
    await asyncio.sleep(0)  # it begins
    assert (await reader.state("b1")).status == "done"
    assert not long.done()
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long
    assert (await reader.state("a1")).status == "done"
    assert reader._reader._work_queue.empty()
    assert [row.thread for row in (await reader.threads(query="B1")).rows] == ["b1"]
    assert [row.step for row in await reader.history("a1")] == [1, 0, -1]


async def test_an_id_that_two_files_hold_is_read_where_it_is_named_and_changed_nowhere_unnamed(
    reader: LocalEngine, files: tuple[Path, ...]
) -> None:
    default, own, _ = files
    fill(own, "a1", "a1")
    assert [len(await reader.history("a1", file=file)) for file in ("", str(default), str(own))] == [3, 3, 6]
    assert (await reader.value("a1", None, "x", file=str(own))).value == 1
    for change in (
        reader.rename("a1", "new"),
        reader.copy("a1"),
        reader.delete(["a2", "a1"]),
        reader.assign("a1", "chain"),
        reader.update("a1", {"x": 2}),
        reader.end("a1", graph="chain"),
        reader.repair("a1", graph="chain"),
    ):
        with pytest.raises(InputError, match=f'thread "a1" is in {default} and in {own}') as refused:
            await change
        assert "--db FILE" in refused.value.hint
    await reader.rename("a1", "the second", file=str(own))
    rows = [row for row in (await reader.threads()).rows if row.thread == "a1"]
    assert {row.file: row.title for row in rows} == {str(default): "", str(own): "the second"}
