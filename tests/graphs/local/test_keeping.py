"""What is kept of saved threads and what goes: tags, sizes, pruning, export and import, on files of the real saver."""

import asyncio
import operator
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any, TypedDict

import ormsgpack
import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, StateSnapshot, interrupt

from graphdeck.graphs.errors import FileError, InputError, MissingFileError, RunningElsewhere, ThreadNotFound
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.saved.file import open_file
from graphdeck.graphs.saved.pruning import plan_prune
from graphdeck.graphs.searching import SearchHit, SearchProgress
from graphdeck.graphs.worker import keep
from graphdeck.graphs.worker.keep import prune_thread

ROWS = "SELECT * FROM {} WHERE thread_id = ? ORDER BY rowid"


def add(old: list[str], new: list[list[str]]) -> list[str]:
    return [*old, *(item for items in new for item in items)]


class State(TypedDict, total=False):
    text: str
    delta: Annotated[list[str], DeltaChannel(add, snapshot_frequency=4)]
    log: Annotated[list[str], operator.add]


class Plain(TypedDict, total=False):
    text: str
    log: Annotated[list[str], operator.add]


def config(thread: str, **more: Any) -> RunnableConfig:
    return {"configurable": {"thread_id": thread, **more}}


def inner_ask(state: State) -> State:
    return {"log": [f"inner {interrupt('go on?')}"]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The project's own file."""
    (tmp_path / ".graphdeck").mkdir()
    return tmp_path / ".graphdeck" / "threads.sqlite"


@contextmanager
def opened(file: Path) -> Iterator[Any]:
    """A graph with a delta channel, whose subgraph asks, as another program would run it: with the file to itself.

    Not kept open beside the engine: that reads the file's first bytes, and closing a file takes away the locks that
    SQLite has on it for the same process.
    """
    with SqliteSaver.from_conn_string(str(file)) as saver:
        saver.conn.execute("PRAGMA synchronous=OFF")
        inner = StateGraph(State).add_node("ask", inner_ask).add_edge(START, "ask").compile()
        outer = StateGraph(State).add_node("work", lambda state: {"delta": [state["text"]], "log": ["worked"]})
        outer.add_node("inner", inner)
        outer.add_edge(START, "work").add_edge("work", "inner")
        yield outer.compile(checkpointer=saver)


def resume(file: Path, thread: str, answer: str) -> str:
    """Answers the question of a thread; what it came to."""
    with opened(file) as graph:
        return str(graph.invoke(Command(resume=answer), config(thread))["log"][-1])


def rows(file: Path, thread: str) -> list[list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(file)) as connection:
        return [connection.execute(ROWS.format(table), (thread,)).fetchall() for table in ("checkpoints", "writes")]


def seen(file: Path, *places: RunnableConfig) -> list[Any]:
    """All that LangGraph tells of checkpoints, but who their parents are."""
    with opened(file) as graph:
        return [_seen(graph.get_state(where, subgraphs=True)) for where in places]


def _seen(state: StateSnapshot) -> Any:
    tasks = [
        (each.id, each.name, each.interrupts, each.state.values if isinstance(each.state, StateSnapshot) else None)
        for each in state.tasks
    ]
    return state.values, state.next, tasks, (state.metadata or {}).get("step")


def converse(file: Path, *threads: str, turns: int = 1) -> None:
    """Runs whose question is answered, and a last one whose question waits; with a fork in between."""
    with opened(file) as graph:
        for thread in threads:
            for turn in range(turns):
                graph.invoke({"text": f"{thread} turn {turn}"}, config(thread))
                if turn < turns - 1:
                    graph.invoke(Command(resume="yes"), config(thread))
                if turn == 1:
                    old = next(each for each in graph.get_state_history(config(thread)) if each.next == ("work",))
                    graph.update_state(old.config, {"text": f"{thread} forked"}, as_node="__start__")
                    graph.invoke(None, config(thread))
                    graph.invoke(Command(resume="yes"), config(thread))


@pytest.mark.parametrize("keep", [1, 3, 7])
async def test_pruning_keeps_the_newest_and_all_that_they_need(engine: LocalEngine, file: Path, keep: int) -> None:
    converse(file, "t", turns=5)
    converse(file, "other", turns=2)
    with opened(file) as graph:
        kept = [each.config for each in graph.get_state_history(config("t"), limit=keep)]
    before = seen(file, *kept, config("other"))
    title = (await engine.threads(query="t turn")).rows[0].first_text
    whole = rows(file, "t")
    told = await engine.prune("t", keep=keep, dry=True)
    assert rows(file, "t") == whole
    assert await engine.prune("t", keep=keep) == told
    left = rows(file, "t")
    assert told.checkpoints == len(whole[0]) - len(left[0]) > 0
    assert told.kept == len(left[0])
    gone = [{*old} - {*new} for old, new in zip(whole, left, strict=True)]
    assert told.bytes == sum(len(row[at]) for at, found in zip((5, 8), gone, strict=True) for row in found)
    assert seen(file, *kept, config("other")) == before
    assert (await engine.state("t")).status == "waiting"
    assert [row.first_text for row in (await engine.threads(query="t turn")).rows] == [title]
    assert resume(file, "t", "at last") == "inner at last"
    assert (await engine.prune("t", keep=1000)).checkpoints == 0


async def test_pruning_is_refused_where_it_cannot_be_right(
    engine: LocalEngine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphdeck.graphs.local.lease.PATIENCE", 0.0)
    converse(file, "t", turns=2)
    before = rows(file, "t")
    with pytest.raises(InputError, match="cannot go"):
        await engine.prune("t", keep=0)
    with pytest.raises(ThreadNotFound):
        await engine.prune("gone", keep=1)
    lease = Lease.take(file, "t", "run")
    head, gone = before[0][-1][2], [before[0][0][1:3]]
    with pytest.raises(RunningElsewhere):
        prune_thread(file, "t", head, gone)
    lease.release()
    with pytest.raises(InputError, match="gone on since"):
        prune_thread(file, "t", "an older one", gone)
    assert rows(file, "t") == before


async def test_room_is_told_reused_and_given_back_only_when_asked(engine: LocalEngine, file: Path) -> None:
    with opened(file) as graph:
        graph.invoke({"text": "x" * 400_000}, config("large"))
    converse(file, "small")
    large, small = await engine.sizes(["large", "small", "large"])
    assert (large.thread, large.file, large.checkpoints) == ("large", str(file), len(rows(file, "large")[0]))
    assert large.bytes == sum(
        len(row[at]) for at, found in zip((5, 8), rows(file, "large"), strict=True) for row in found
    )
    assert large.bytes > 1_000_000 > small.bytes
    await engine.delete(["large"])
    size = file.stat().st_size
    assert size > 1_000_000
    assert await engine.vacuum(str(file)) > 1_000_000
    assert file.stat().st_size < size - 1_000_000
    assert [row.thread for row in (await engine.threads()).rows] == ["small"]


def test_pruning_keeps_the_parent_in_which_old_versions_stored_what_send_starts(file: Path) -> None:
    with SqliteSaver.from_conn_string(str(file)) as saver:
        nothing = StateGraph(State).add_node("a", lambda _: {}).add_node("b", lambda _: {}).add_edge("a", "b")
        nothing.add_edge(START, "a").compile(checkpointer=saver).invoke({"text": "x"}, config("t"))
        with open_file(file) as look:
            new = plan_prune(look, "t", 1)
        head = saver.get_tuple(config("t"))
        assert head is not None
        blob = saver.serde.dumps_typed({**head.checkpoint, "v": 3})[1]
        saver.conn.execute("UPDATE checkpoints SET checkpoint = ? WHERE checkpoint_id = ?", (blob, new.head))
        saver.conn.commit()
        with open_file(file) as look:
            old = plan_prune(look, "t", 1)
    assert head.parent_config is not None
    assert (new.kept, len(new.gone)) == (2, 2)
    assert set(new.gone) - set(old.gone) == {("", head.parent_config["configurable"]["checkpoint_id"])}


def test_pruning_keeps_what_a_subgraph_remembers_from_run_to_run(file: Path) -> None:
    def run(*, times: int) -> list[str]:
        with SqliteSaver.from_conn_string(str(file)) as saver:
            inner = StateGraph(Plain).add_node("count", lambda _: {"log": ["again"]}).add_edge(START, "count")
            outer = StateGraph(Plain).add_node("inner", inner.compile(checkpointer=True)).add_edge(START, "inner")
            graph = outer.compile(checkpointer=saver)
            for _ in range(times):
                graph.invoke({"text": "x", "log": []}, config("t"))
            return list(graph.get_state(config("t")).values["log"])

    run(times=3)
    with open_file(file) as look:
        plan = plan_prune(look, "t", 1)
    assert {ns for ns, _ in plan.gone} == {""}
    before = len(rows(file, "t")[0])
    prune_thread(file, "t", plan.head, plan.gone)
    assert len(rows(file, "t")[0]) == plan.kept == before - len(plan.gone)
    after = run(times=1)
    file.unlink()
    assert after == run(times=4)


async def test_a_thread_with_a_subgraphs_checkpoints_alone_can_go(engine: LocalEngine, file: Path) -> None:
    converse(file, "t", "left")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DELETE FROM checkpoints WHERE thread_id = 't' AND checkpoint_ns = ''")
        connection.commit()
    await engine.delete(["t"])
    assert [row.thread for row in (await engine.threads()).rows] == ["left"]
    assert rows(file, "t") == [[], []]


async def test_tags(engine: LocalEngine, file: Path) -> None:
    converse(file, "t")
    before = file.read_bytes()
    assert await engine.tag("t", add=["urgent", " red ", "urgent"]) == ("urgent", "red")
    assert await engine.tag("t", add=["later"], remove=["urgent", "never"]) == ("red", "later")
    await engine.rename("t", "Titled")
    (row,) = (await engine.threads(tag="red")).rows
    assert (row.title, row.tags) == ("Titled", ("red", "later"))
    with pytest.raises(InputError):
        await engine.tag("t", add=[" "])
    assert await engine.tag("t", remove=["red", "later"]) == ()
    assert file.read_bytes() == before


async def test_an_exported_file_has_just_these_threads_and_comes_back_whole(
    engine: LocalEngine, file: Path, tmp_path: Path
) -> None:
    converse(file, "one", "two", "three")
    await engine.rename("one", "The first")
    await engine.tag("one", add=["red"])
    to = tmp_path / "out.sqlite"
    told = await engine.export_threads(["one", "three"], to)
    assert (told.file, told.threads) == (str(to), ("one", "three"))
    assert sorted(found.name for found in tmp_path.iterdir()) == [".graphdeck", "out.sqlite"]
    assert [rows(to, thread) for thread in ("one", "three")] == [rows(file, thread) for thread in ("one", "three")]
    assert rows(to, "two") == [[], []]
    before = seen(file, config("one"), config("three"))
    assert seen(to, config("one"), config("three")) == before
    with pytest.raises(FileError, match="it exists already"):
        await engine.export_threads(["two"], to)
    with pytest.raises(ThreadNotFound):
        await engine.export_threads(["one", "gone"], tmp_path / "other.sqlite")
    assert not (tmp_path / "other.sqlite").exists()

    await engine.delete(["one"])
    back = await engine.import_threads(to)
    assert back.file == str(file)
    assert set(back.renamed) == {"three"}
    new = back.renamed["three"]
    assert set(back.threads) == {"one", new}
    assert {row.thread for row in (await engine.threads()).rows} == {"one", "two", "three", new}
    assert seen(file, config("one"), config(new)) == before
    (row,) = (await engine.threads(tag="red")).rows
    assert (row.thread, row.title) == ("one", "The first")
    assert resume(file, new, "ok") == "inner ok"


async def test_what_is_no_checkpoint_file_is_not_imported(engine: LocalEngine, file: Path, tmp_path: Path) -> None:
    converse(file, "t")
    before = rows(file, "t")
    text, views = tmp_path / "notes.txt", tmp_path / "views.sqlite"
    text.write_text("no threads")
    await engine.export_threads(["t"], views)
    with closing(sqlite3.connect(views)) as connection:
        connection.executescript("ALTER TABLE writes RENAME TO w; CREATE VIEW writes AS SELECT * FROM w")
    for source, kind in (
        (text, FileError),
        (views, FileError),
        (tmp_path / "no", MissingFileError),
        (file, InputError),
    ):
        with pytest.raises(kind):
            await engine.import_threads(source)
    assert rows(file, "t") == before


async def test_files_of_old_versions_without_task_paths(engine: LocalEngine, file: Path, tmp_path: Path) -> None:
    converse(file, "t")
    old, new = tmp_path / "old.sqlite", tmp_path / "new.sqlite"
    await engine.export_threads(["t"], old)
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("ALTER TABLE writes DROP COLUMN task_path")
        connection.execute("DROP TABLE graphdeck_names")
    reader = LocalEngine(tmp_path, [old])
    await reader.export_threads(["t"], new)
    await reader.close()
    (imported,) = (await engine.import_threads(old)).renamed.values()
    checkpoints, writes = rows(file, "t")
    without_paths = [(*row[:4], "", *row[5:]) for row in writes]
    assert rows(new, "t") == [checkpoints, without_paths]
    assert [row[1:] for row in rows(file, imported)[1]] == [row[1:] for row in without_paths]


async def test_of_a_hostile_file_only_rows_are_copied(engine: LocalEngine, file: Path, tmp_path: Path) -> None:
    converse(file, "t")
    bad = tmp_path / "bad.sqlite"
    await engine.export_threads(["t"], bad)
    planted = ormsgpack.packb(ormsgpack.Ext(0, ormsgpack.packb(["os", "system", f"touch {tmp_path / 'RUN'}"])))
    with closing(sqlite3.connect(bad)) as connection:
        connection.executescript("""
            CREATE TABLE notes(text);
            INSERT INTO writes SELECT x'ff', checkpoint_ns, checkpoint_id, '', '', 0, '', '', '' FROM checkpoints;
            UPDATE graphdeck_names SET title = x'00', tags = '{"a": [1]}';
        """)
        add = "INSERT INTO checkpoints VALUES (?, '', ?, NULL, 'msgpack', ?, ?)"
        for thread in ("planted", b"bytes", "it's; DROP TABLE checkpoints; --", "\x1b]0;x\x07"):
            connection.execute(add, (thread, "1", planted, b"[" * 100_000))
        connection.execute(add, ("planted", b"bytes", planted, planted))
        connection.execute("CREATE TRIGGER t BEFORE INSERT ON checkpoints BEGIN DELETE FROM checkpoints; END")
        connection.commit()
    before = rows(file, "t")
    told = await engine.import_threads(bad)
    assert set(told.threads) - set(told.renamed.values()) == {
        "planted", "it's; DROP TABLE checkpoints; --", "\x1b]0;x\x07",
    }  # fmt: skip
    assert rows(file, "t") == before
    assert [len(found) for found in rows(file, "planted")] == [1, 0]
    assert not (tmp_path / "RUN").exists()
    found = {row.thread: row.error for row in (await engine.threads()).rows}
    assert found["planted"] == "Checkpoint 1 cannot be read: it is not a checkpoint."
    assert found["t"] == ""


def test_an_import_is_of_one_time_while_somebody_writes_the_source(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "other.sqlite"
    converse(source, "one")
    copy_rows, copied = keep._copy_rows, list[str]()

    def and_write(*copying: Any) -> None:
        copy_rows(*copying)
        if not copied:
            converse(source, "one")
        copied.append(copying[2])

    monkeypatch.setattr(keep, "_copy_rows", and_write)
    assert keep.import_threads(file, source) == {"one": "one"}
    assert rows(file, "one") == rows(source, "one")
    assert copied == ["checkpoints", "writes"] * 2


async def test_threads_are_imported_into_a_project_that_has_none(
    engine: LocalEngine, tmp_path: Path, file: Path
) -> None:
    converse(file, "t")
    other = LocalEngine(tmp_path / "new", pool=engine._pool)
    (tmp_path / "new").mkdir()
    told = await other.import_threads(file)
    assert told.file == str(tmp_path / "new" / ".graphdeck" / "threads.sqlite")
    assert [row.thread for row in (await other.threads()).rows] == ["t"]
    assert rows(Path(told.file), "t") == rows(file, "t")
    await other.close()


async def test_a_search_over_all_state_tells_hits_and_how_far_it_is_and_can_be_left(
    engine: LocalEngine, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphdeck.graphs.local.threads.TURN", 0.0)
    converse(file, "one", "two", turns=3)
    told = [each async for each in engine.search("TWO TURN 1")]
    (hit,) = [each for each in told if isinstance(each, SearchHit)]
    assert (hit.file, hit.thread, hit.where, hit.excerpt) == (str(file), "two", "state", "two turn 1")
    assert (await engine.value(hit.thread, hit.checkpoint, hit.path)).value == "two turn 1"
    last = told[-1]
    assert isinstance(last, SearchProgress)
    assert (last.read, last.hits) == (last.total, 1)
    left = engine.search("turn")
    assert isinstance(await anext(left), SearchHit)
    state = asyncio.create_task(engine.state("one"))  # it comes in between
    assert isinstance(await anext(left), SearchHit)
    assert (await state).status == "waiting"
    await left.aclose()
    assert engine._reader._work_queue.empty()
