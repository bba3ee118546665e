"""Lists of threads: order, pages, filters, names, and rows that cannot be read."""

import operator
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import START, StateGraph, add_messages
from langgraph.types import Command, interrupt
from pydantic import BaseModel

from graphdeck.graphs.errors import FileError, InputError
from graphdeck.graphs.named import Named
from graphdeck.graphs.records import ThreadStatus
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.state import read_state
from graphdeck.graphs.saved.threads import list_threads
from graphdeck.graphs.wanted import Wanted

Look = Callable[[], CheckpointFile]


class State(TypedDict, total=False):
    word: str
    log: Annotated[list[str], operator.add]


def config(thread: str, **metadata: Any) -> RunnableConfig:
    return {"configurable": {"thread_id": thread}, "metadata": metadata}


def node(state: State) -> dict[str, Any]:
    if state["word"] == "ask":
        return {"log": [interrupt("what?")]}
    if state["word"] == "fail":
        raise ValueError("no luck")
    return {"log": ["done"]}


@pytest.fixture
def run(saver: SqliteSaver) -> Callable[..., None]:
    """Runs a graph with one node on a thread; what it does is up to the word."""
    graph = StateGraph(State).add_node("node", node).add_edge(START, "node").compile(checkpointer=saver)

    def run(thread: str, word: Any = "hello", **metadata: Any) -> None:
        given: Any = word if isinstance(word, Command) else {"word": word}
        try:
            graph.invoke(given, config(thread, **metadata))
        except ValueError:
            assert word == "fail"

    return run


BESIDE = ("holder", "names", "stopped_by_breakpoint")


def names(file: CheckpointFile, **how: Any) -> list[str]:
    return [thread for page in pages(file, **how) for thread in page]


def pages(file: CheckpointFile, limit: int = 50, **how: Any) -> list[list[str]]:
    found, cursor = [], None
    beside = {name: how.pop(name) for name in BESIDE if name in how}
    while True:
        page = list_threads(file, Wanted(**how), cursor=cursor, limit=limit, **beside)
        found.append([row.thread for row in page.rows])
        cursor = page.cursor
        if cursor is None:
            return found


def test_the_thread_written_last_comes_first(run: Callable[..., None], look: Look) -> None:
    for thread in ("a", "b", "c", "a"):
        run(thread)
    assert names(look()) == ["a", "c", "b"]


def test_a_row_tells_what_a_list_shows(run: Callable[..., None], look: Look, path: Path, saver: SqliteSaver) -> None:
    run("t", "ask", graphdeck_graph="agent.py:graph")
    (row,) = list_threads(look(), names={"t": Named(title="Rome")}).rows
    head = saver.get_tuple(config("t"))
    assert head
    assert (row.thread, row.status, row.file, row.graph, row.title) == (
        "t",
        "waiting",
        str(path),
        "agent.py:graph",
        "Rome",
    )
    assert (row.step, row.updated, row.next) == (0, head.checkpoint["ts"], ("node",))
    assert len(row.interrupts) == 1
    run("t", Command(resume={row.interrupts[0]: "yes"}))
    (row,) = list_threads(look()).rows
    assert (row.status, row.next, row.interrupts, row.step) == ("done", (), (), 1)
    assert row.graph == "agent.py:graph"


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_pages_hold_every_thread_once(run: Callable[..., None], look: Look, limit: int) -> None:
    threads = [f"t{number}" for number in range(7)]
    for thread in (*threads, *reversed(threads)):
        run(thread)
    found = pages(look(), limit=limit)
    assert [thread for page in found for thread in page] == threads
    assert all(len(page) == limit for page in found[:-1])
    assert found[-1]


def test_a_page_costs_the_same_whatever_lies_behind_it(
    run: Callable[..., None], look: Look, saver: SqliteSaver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What SQLite does is counted in steps of its machine, so that no clock decides."""
    steps = 0
    connect = sqlite3.connect

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    def counted(*where: Any, **how: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*where, **how)
        connection.set_progress_handler(count, 100)
        return connection

    monkeypatch.setattr("graphdeck.graphs.saved.file.sqlite3.connect", counted)
    run("model")
    costs = []
    for first, last in ((1, 3_000), (3_001, 20_000)):
        saver.conn.execute(
            "WITH RECURSIVE n(i) AS (VALUES(?) UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO checkpoints SELECT 'copy ' || i, '', checkpoint_id, NULL, type, checkpoint, metadata"
            " FROM n, (SELECT * FROM checkpoints WHERE thread_id = 'model' ORDER BY checkpoint_id DESC LIMIT 1)",
            (first, last),
        )
        saver.conn.commit()
        steps = 0
        file = look()
        newest = list_threads(file, limit=50)
        assert [row.thread for row in newest.rows][:2] == [f"copy {last}", f"copy {last - 1}"]
        assert len(list_threads(file, limit=50, cursor=newest.cursor).rows) == 50
        costs.append(steps)
    assert 0 < costs[1] < costs[0] * 1.2


def test_a_thread_with_more_rows_than_one_look_hides_no_other(
    run: Callable[..., None], look: Look, saver: SqliteSaver
) -> None:
    for thread in ("x", "y", "z", "many"):
        run(thread)
    saver.conn.execute(
        "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 2500)"
        " INSERT INTO checkpoints SELECT thread_id, 'inner:' || i, checkpoint_id, NULL, type, checkpoint, metadata"
        " FROM checkpoints, n WHERE thread_id = 'many' AND parent_checkpoint_id IS NULL AND checkpoint_ns = ''"
    )
    saver.conn.commit()
    assert names(look()) == ["many", "z", "y", "x"]
    assert pages(look(), limit=1) == [["many"], ["z"], ["y"], ["x"]]


@pytest.mark.parametrize(
    ("status", "found"),
    [("waiting", ["q2", "q1"]), ("failed", ["f"]), ("done", ["d"]), ("stopped", []), ("running", [])],
)
def test_by_status(run: Callable[..., None], look: Look, status: ThreadStatus, found: list[str]) -> None:
    for thread, word in {"q1": "ask", "f": "fail", "d": "x", "q2": "ask"}.items():
        run(thread, word)
    assert names(look(), status=status) == found
    assert [name for page in pages(look(), status=status, limit=1) for name in page] == found


def test_a_thread_that_someone_runs_is_running(run: Callable[..., None], look: Look) -> None:
    run("mine", "ask")
    run("other", "ask")
    holder = {"mine": "pid 4711 on here"}
    rows = list_threads(look(), holder=lambda thread: holder.get(thread, "")).rows
    assert [(row.thread, row.status, row.holder) for row in rows] == [
        ("other", "waiting", ""), ("mine", "running", "pid 4711 on here"),
    ]  # fmt: skip
    assert names(look(), status="running", holder=lambda thread: holder.get(thread, "")) == ["mine"]
    assert names(look(), status="waiting", holder=lambda thread: holder.get(thread, "")) == ["other"]


def test_a_search_looks_at_ids_titles_tags_and_first_texts(run: Callable[..., None], look: Look) -> None:
    run("abc-1", "A hotel in Rome")
    run("abc-2", "nothing")
    run("xyz", "nothing")
    assert names(look(), query="ABC") == ["abc-2", "abc-1"]
    assert names(look(), query="hotel in rome") == ["abc-1"]
    assert names(look(), query="oslo", names={"xyz": Named(title="Oslo weekend")}) == ["xyz"]
    assert names(look(), query="%") == []
    tagged = {"abc-1": Named(tags=("Rom", "no")), "xyz": Named(title="Rome!", tags=("no",))}
    assert pages(look(), query="rom", names=tagged) == [["xyz", "abc-1"], []]
    assert pages(look(), query="o", names=tagged, limit=1) == [["xyz"], ["abc-1"], ["abc-2"]]
    assert names(look(), query="o", tag="no", names=tagged) == ["xyz", "abc-1"]
    assert names(look(), tag="n", names=tagged) == []


def test_every_order_is_kept_over_its_pages(run: Callable[..., None], look: Look) -> None:
    threads = {"m": "ask", "Z": "fail", "a": "x", "q": "b" * 5000}
    for thread, word in threads.items():
        run(thread, word, graphdeck_graph="one.py:g" if thread in "Za" else "two.py:g")
    run("a", "x")
    named = {"q": Named(title="Alpha"), "m": Named(title="beta", graph="never.py")}
    for sort, expected in {
        "updated": "aqZm",
        "thread": "Zamq",
        "status": "mZaq",
        "title": "qmZa",
        "step": "aqZm",
        "graph": "Zamq",
    }.items():
        for limit in (1, 3, 4):
            found = pages(look(), sort=sort, names=named, limit=limit)
            assert "".join(thread for page in found for thread in page) == expected, (sort, limit)
            assert all(len(page) == limit for page in found[:-1])
    sizes = {row.thread: row.size or 0 for row in list_threads(look(), Wanted(sizes=True)).rows}
    assert names(look(), sort="size", limit=1) == sorted(sizes, key=lambda thread: -sizes[thread])
    assert sizes["q"] > 5000 > sizes["a"] > 1000
    assert [row.checkpoints for row in list_threads(look(), Wanted(sizes=True)).rows] == [6, 3, 2, 2]
    assert [(row.size, row.checkpoints) for row in list_threads(look()).rows] == [(None, None)] * 4


def test_by_graph_and_by_time(run: Callable[..., None], look: Look) -> None:
    run("old", graphdeck_graph="agents/Travel.py:graph")
    run("new", graphdeck_graph="agents/travel.py:graph")
    run("other")
    time = list_threads(look()).rows[1].updated
    assert names(look(), graph="travel") == ["new", "old"]
    assert names(look(), graph="other.py", names={"other": Named(graph="other.py:g")}) == ["other"]
    assert names(look(), since=time) == ["other", "new"]
    assert names(look(), since=time, sort="thread", graph="TRAVEL") == ["new"]
    assert names(look(), since="2999-01-01") == []
    with pytest.raises(InputError, match="not a time"):
        names(look(), since="yesterday")


def test_the_name_of_the_graph_outlives_a_run_by_another_program(run: Callable[..., None], look: Look) -> None:
    run("t", graphdeck_graph="first.py:graph")
    run("t", graphdeck_graph="agent.py:graph")
    run("t")
    run("foreign")
    assert [(row.thread, row.graph) for row in list_threads(look()).rows] == [("foreign", ""), ("t", "agent.py:graph")]


def test_the_name_of_the_graph_is_found_behind_large_values(run: Callable[..., None], look: Look) -> None:
    run("t", "x" * 1_000_000, graphdeck_graph="agent.py:graph")
    run("t", "y" * 1_000_000)
    run("large", "x" * 5_000_000, graphdeck_graph="agent.py:graph")
    run("large", "y" * 5_000_000)
    assert [(row.thread, row.graph) for row in list_threads(look()).rows] == [("large", ""), ("t", "agent.py:graph")]
    assert read_state(look(), "large").graph == "agent.py:graph"  # one alone may take longer than each of many


class Chat(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


class Form(BaseModel):
    number: int = 0
    text: str = ""


@pytest.mark.parametrize(
    ("schema", "given", "first"),
    [
        (Chat, {"messages": [{"role": "system", "content": "x"}, {"role": "user", "content": "Hi there"}]}, "Hi there"),
        (Chat, {"messages": [AIMessage("x"), HumanMessage([{"type": "text", "text": "in blocks"}])]}, "in blocks"),
        (Chat, {"messages": []}, ""),
        (State, {"log": [], "word": "the word"}, "the word"),
        (State, {"log": []}, ""),
        (Form, {"number": 1, "text": "in a form"}, "in a form"),
        (Form, Form(text="a model"), "a model"),
        (str, "just text", "just text"),
        (State, {"word": "x" * 5000}, "x" * 1000),
    ],
)
def test_first_texts(saver: SqliteSaver, look: Look, schema: Any, given: Any, first: str) -> None:
    graph: Any = StateGraph(schema).add_node("a", lambda state: None).add_edge(START, "a").compile(checkpointer=saver)
    graph.invoke(given, config("t"))
    (row,) = list_threads(look()).rows
    assert row.first_text == first


async def test_a_file_of_the_async_saver(path: Path, look: Look) -> None:
    async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
        graph = StateGraph(State).add_node("node", node).add_edge(START, "node").compile(checkpointer=saver)
        await graph.ainvoke({"word": "ask"}, config("t"))
        (row,) = list_threads(look()).rows
        assert (row.status, row.next) == ("waiting", ("node",))


def test_a_list_read_again_sees_new_questions_and_answers(run: Callable[..., None], look: Look) -> None:
    run("t", "ask")
    file = look()
    (row,) = list_threads(file).rows
    assert list_threads(file).rows == (row,)
    run("t", Command(resume={row.interrupts[0]: "yes"}))
    assert list_threads(file).rows[0].status == "done"


@pytest.mark.parametrize(
    "damage",
    [
        "checkpoints SET checkpoint = x'91'", "checkpoints SET checkpoint = NULL",
        "checkpoints SET checkpoint = 'text'", "checkpoints SET checkpoint = x'01'",
        "checkpoints SET type = 'msgpack+aes'", "checkpoints SET type = 'pickle'",
        "checkpoints SET checkpoint_ns = 'inner:1'", "writes SET value = x'91' WHERE channel = '__interrupt__'",
    ],
)  # fmt: skip
def test_a_thread_with_broken_rows_is_listed_with_the_others(
    run: Callable[..., None], look: Look, saver: SqliteSaver, damage: str
) -> None:
    for thread in ("before", "broken", "after"):
        run(thread, "ask")
    more = " AND " if " WHERE " in damage else " WHERE "
    saver.conn.execute(f"UPDATE {damage}{more}thread_id = 'broken'")
    saver.conn.commit()
    after, broken, before = list_threads(look()).rows
    assert (after.thread, broken.thread, before.thread) == ("after", "broken", "before")
    assert after.status == before.status == "waiting"
    assert after.error == before.error == ""
    assert broken.error
    assert (broken.status, broken.next) == ("stopped", None)


@pytest.mark.parametrize(
    "damage",
    [
        "metadata = NULL", "metadata = x'00ff'", "metadata = '[1]'",
        "metadata = '{\"step\": \"x\", \"graphdeck_graph\": 5}'",
        "metadata = '" + "[" * 5000 + "'",
    ],
)  # fmt: skip
def test_broken_metadata_costs_only_what_it_told(
    run: Callable[..., None], look: Look, saver: SqliteSaver, damage: str
) -> None:
    run("t", "ask")
    saver.conn.execute(f"UPDATE checkpoints SET {damage}")
    saver.conn.commit()
    (row,) = list_threads(look()).rows
    assert (row.status, row.next, row.step, row.graph, row.error) == ("waiting", ("node",), 0, "", "")


def test_ids_of_any_kind(run: Callable[..., None], look: Look, saver: SqliteSaver) -> None:
    strange = ["a/b", "with space", "日本", "\x1b]0;x\x07", "", "'; DROP TABLE checkpoints; --", "a" * 3000]
    for thread in strange:
        run(thread, "ask")
    assert names(look()) == strange[::-1]
    saver.conn.execute("UPDATE checkpoints SET thread_id = CAST(x'ff41' AS TEXT) WHERE thread_id = 'a/b'")
    saver.conn.commit()
    assert len(list_threads(look()).rows) == len(strange)


def test_a_cursor_that_no_page_gave(run: Callable[..., None], look: Look) -> None:
    run("t")
    for cursor in ("x", "-1", "", "9" * 30):
        with pytest.raises(InputError, match="cursor"):
            list_threads(look(), cursor=cursor)
        with pytest.raises(InputError, match="cursor"):
            list_threads(look(), Wanted(sort="title"), cursor=cursor)


def test_nothing_saved_yet(saver: SqliteSaver, look: Look) -> None:
    saver.setup()
    assert list_threads(look()).rows == ()


def test_the_connection_cannot_write(run: Callable[..., None], look: Look) -> None:
    run("t")
    with pytest.raises(FileError, match="readonly"):
        look().query("DELETE FROM checkpoints")
