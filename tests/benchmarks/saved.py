"""How long reading checkpoint files takes, beside LangGraph's own saver on the same files in the same run.

`python tests/benchmarks/saved.py [threads]` looks closely: it prints milliseconds (best of three) and ratios.
"""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, TypedDict

from figures import tell_ratio
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph, add_messages
from terminal import GRAPHDECK

from graphdeck.graphs.saved.file import CheckpointFile, open_file
from graphdeck.graphs.saved.history import read_history
from graphdeck.graphs.saved.state import read_state, read_value
from graphdeck.graphs.saved.threads import list_threads
from graphdeck.graphs.wanted import Wanted

THREADS = 20_000
STEPS = 10
ROUNDS = 3
BIG_MESSAGES = 20_000
LONG_STEPS = 2_000
IDS = ("checkpoint_id", "parent_checkpoint_id")


class Chat(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def best(action: Callable[[], object], times: int = 3) -> float:
    """Milliseconds of the fastest of some calls."""
    return min(seconds(action) for _ in range(times)) * 1000


def chat(saver: SqliteSaver, *, loop: bool = False) -> Any:
    """A graph that answers once, or that answers until the recursion limit."""
    graph = StateGraph(Chat).add_node("bot", lambda state: {"messages": [AIMessage("ok", id="same")]})
    graph.add_edge(START, "bot")
    if loop:
        graph.add_edge("bot", "bot")
    return graph.compile(checkpointer=saver)


def config(thread: str, steps: int = 25) -> RunnableConfig:
    return {"configurable": {"thread_id": thread}, "recursion_limit": steps}


def fill_many(path: Path, threads: int) -> None:
    """Threads of ten checkpoints of about 4 KB: one made by the real graph, the others copies of it."""
    with SqliteSaver.from_conn_string(str(path)) as saver:
        graph = chat(saver)
        for turn in range(STEPS // 3):
            graph.invoke({"messages": [HumanMessage(f"{turn} " + "x" * 1000)]}, config("model"))
        spread(saver, "model", "thread-", threads)


def spread(saver: SqliteSaver, model: str, prefix: str, copies: int, *, apart: int = 1) -> None:
    """Copy a thread many times, as `thread-1`, `thread-2` and so on.

    Each copy has ids of its own, half a minute (or several, by `apart`) after those of the one before: an id begins
    with its time.
    """
    saver.conn.execute("PRAGMA synchronous=OFF")
    first = int(saver.conn.execute("SELECT max(checkpoint_id) FROM checkpoints").fetchone()[0][:8], 16)
    for table in ("checkpoints", "writes"):
        names = [row[1] for row in saver.conn.execute(f"PRAGMA table_info({table})")][1:]
        columns = [f"printf('%08x', {first} + i * {apart}) || substr({x}, 9)" if x in IDS else x for x in names]
        saver.conn.execute(
            "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            f" INSERT INTO {table} SELECT ? || i, {', '.join(columns)} FROM n CROSS JOIN"
            f" (SELECT * FROM {table} WHERE thread_id = ?) ORDER BY i",
            (copies, prefix, model),
        )
    saver.conn.commit()


def fill_special(path: Path) -> None:
    """A thread with a state of 20 MB, and one of 2,000 checkpoints."""
    with SqliteSaver.from_conn_string(str(path)) as saver:
        messages = [HumanMessage(f"{number} " + "y" * 900) for number in range(BIG_MESSAGES)]
        chat(saver).invoke({"messages": messages}, {**config("big")})
        saver.conn.execute("PRAGMA synchronous=OFF")
        graph = chat(saver, loop=True)
        try:
            graph.invoke({"messages": [HumanMessage("go")]}, config("long", LONG_STEPS))
        except RecursionError:  # GraphRecursionError: the limit is what ends it
            return


def tell_command() -> None:
    """Print the ratio of the whole command `graphdeck threads --limit 50` to the saver's call alone (bound: 0.6)."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "many.sqlite")
        fill_many(path, THREADS)
        command = [GRAPHDECK, "threads", "--db", str(path), "--limit", "50"]
        ours, theirs = [], []
        for _ in range(ROUNDS + 1):
            ours.append(seconds(lambda: subprocess.run(command, check=True, capture_output=True)))
            theirs.append(seconds(lambda: list_by_saver(path)))
        tell_ratio("threads --limit 50", ("command", ours[1:]), ("SqliteSaver.list(None, limit=50)", theirs[1:]), 0.6)


def list_by_saver(path: Path) -> None:
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        assert len(list(SqliteSaver(connection).list(None, limit=50))) == 50


def seconds(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def report(name: str, ours: float, theirs: float | None = None, what: str = "") -> None:
    beside = f"   {what}: {theirs:9.2f} ms   ratio {ours / theirs:.3f}" if theirs else ""
    print(f"{name:<52}{ours:9.2f} ms{beside}")


def cold(path: Path, action: Callable[[CheckpointFile], object]) -> Callable[[], object]:
    """An action on a file that is opened for it."""

    def run() -> object:
        with open_file(path) as file:
            return action(file)

    return run


def main() -> None:
    """Make the files, measure, print."""
    threads = int(sys.argv[1]) if len(sys.argv) > 1 else THREADS
    with tempfile.TemporaryDirectory() as folder:
        many, special = Path(folder, "many.sqlite"), Path(folder, "special.sqlite")
        fill_many(many, threads)
        fill_special(special)
        size = many.stat().st_size / 1e6
        print(f"{threads} threads, {size:.0f} MB; big thread and long thread, {special.stat().st_size / 1e6:.0f} MB")
        measure_many(many)
        measure_special(special)


def measure_many(path: Path) -> None:
    theirs = best(lambda: list_by_saver(path))
    what = "saver.list(None, limit=50)"
    report("open and list 50 threads", best(cold(path, list_threads)), theirs, what)
    with open_file(path) as file:
        list_threads(file)
        report("list the same 50 again", best(lambda: list_threads(file)), theirs, what)
        page = list_threads(file)
        report("next page of 50", best(lambda: list_threads(file, cursor=page.cursor)), theirs, what)
    nowhere, waiting = Wanted(query="zz"), Wanted(status="waiting")
    report("look for a text that no thread has", best(cold(path, lambda file: list_threads(file, nowhere)), 1))
    report("list waiting threads, where none is", best(cold(path, lambda file: list_threads(file, waiting)), 1))


def measure_special(path: Path) -> None:
    with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
        graph = chat(SqliteSaver(connection))
        state = best(lambda: graph.get_state(config("big")))
        whole = best(lambda: list(graph.get_state_history(config("long"))), 1)
        page = best(lambda: list(graph.get_state_history(config("long"), limit=100)))
    report("open a thread of 20 MB", best(cold(path, lambda file: read_state(file, "big"))), state, "get_state")
    with open_file(path) as file:
        read_state(file, "big")
        report("one value of it, after that", best(lambda: read_value(file, "big", None, "messages.9.content")))
    report("list it", best(cold(path, list_threads)))
    report(
        "history of 2,000 checkpoints, whole",
        best(cold(path, lambda f: read_history(f, "long", limit=5000)), 1),
        whole,
        "get_state_history",
    )
    report(
        "history of 2,000 checkpoints, the newest 100",
        best(cold(path, lambda f: read_history(f, "long"))),
        page,
        "get_state_history",
    )


if __name__ == "__main__":
    main()
