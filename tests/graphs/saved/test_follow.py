"""A thread that is followed while it is written: its rows tell the same commit by commit as all at once."""

import itertools
import operator
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import Send, interrupt

from graphdeck.graphs.events import Event
from graphdeck.graphs.saved.file import open_file
from graphdeck.graphs.saved.follow import Follower

Row = tuple[str, tuple[Any, ...]]
"""A table, and what was put into it."""

KEEP_ORDER = """
CREATE TEMP TABLE put (number INTEGER PRIMARY KEY, kind TEXT, place INTEGER);
CREATE TEMP TRIGGER c AFTER INSERT ON main.checkpoints BEGIN
    INSERT INTO put (kind, place) VALUES ('checkpoints', NEW.rowid);
END;
CREATE TEMP TRIGGER w AFTER INSERT ON main.writes BEGIN
    INSERT INTO put (kind, place) VALUES ('writes', NEW.rowid);
END;
"""


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]


def graph_with_all() -> Any:
    """Subgraphs beside each other and in each other, a functional one, a fan-out, a question."""

    @task
    async def double(text: str) -> str:
        return text * 2

    @entrypoint()
    async def functional(state: State) -> State:
        return {"log": [await double("f")]}

    def ask(state: State) -> State:
        return {"log": [interrupt("really?")]}

    def work(state: State) -> State:
        return {"log": ["work"]}

    desk: Any = StateGraph(State).add_node("work", work).add_node("ask", ask)
    desk = desk.add_edge(START, "work").add_edge("work", "ask").compile()
    team: Any = StateGraph(State).add_node("desk", desk).add_edge(START, "desk").compile()
    builder: Any = StateGraph(State).add_node("work", work).add_node("team", team).add_node("functional", functional)
    builder.add_conditional_edges(START, lambda state: [Send("work", {}), Send("work", {})], ["work"])
    return builder.add_edge("work", "team").add_edge("work", "functional")


async def rows_of_a_run(path: Path) -> list[Row]:
    """Run it as a worker does, and give the rows in the order in which they were written."""
    config: RunnableConfig = {"configurable": {"thread_id": "t"}}
    async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
        await saver.setup()
        await saver.conn.executescript(KEEP_ORDER)
        await graph_with_all().compile(checkpointer=saver).ainvoke({"log": []}, config, durability="sync")
        cursor = await saver.conn.execute("SELECT kind, place FROM put ORDER BY number")
        order = [(kind, place) for kind, place in await cursor.fetchall()]
        rows = []
        for kind, place in order:
            cursor = await saver.conn.execute(f"SELECT * FROM {kind} WHERE rowid = ?", (place,))
            if row := await cursor.fetchone():  # else it was put again
                rows.append((kind, tuple(row)))
    return rows


def at_once_with(row: Row) -> tuple[Any, ...]:
    """What the rows of one commit have in common: all that a task writes is put together."""
    kind, values = row
    return (kind, *values[: 4 if kind == "writes" else 3])


def followed(path: Path, rows: Sequence[Row], *, one_by_one: bool) -> list[Event]:
    """What the rows tell whoever follows the thread from the first one on."""
    found: list[Event] = []
    with SqliteSaver.from_conn_string(str(path)) as saver:
        saver.setup()
    with closing(sqlite3.connect(path)) as connection, open_file(path) as file:

        def put(commit: Sequence[Row]) -> None:
            for kind, values in commit:
                connection.execute(f"INSERT INTO {kind} VALUES ({', '.join('?' * len(values))})", values)
            connection.commit()

        commits = [list(group) for _, group in itertools.groupby(rows, at_once_with)]
        put(commits[0])
        follower = Follower(file, "t")
        found += follower.begin()
        for commit in commits[1:]:
            put(commit)
            if one_by_one:
                found += follower.turn()
        found += follower.turn()
        assert follower.rest() == []
    return found


def told(found: Sequence[Event]) -> list[str]:
    """What is told, without the times at which it was noticed."""
    fields = "name", "ns", "id", "parent", "task", "node", "next", "changed", "keys", "value"
    return sorted(str([getattr(event, name, "") for name in fields]) for event in found)


async def test_rows_tell_the_same_commit_by_commit_as_all_at_once(tmp_path: Path) -> None:
    rows = await rows_of_a_run(tmp_path / "run.sqlite")
    at_once = told(followed(tmp_path / "at once.sqlite", rows, one_by_one=False))
    assert told(followed(tmp_path / "one by one.sqlite", rows, one_by_one=True)) == at_once
    assert len(at_once) > 10
