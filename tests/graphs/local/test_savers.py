"""What a graph saves to, what it cannot save, and which types come back."""

import asyncio
import errno
import os
import shutil
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.errors import FileError, MissingFileError
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.new_file import new_file
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.saved.file import open_file
from graphdeck.graphs.saved.threads import list_threads
from told import RunGraph, WriteGraph, ended, of

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
    write_nodes: WriteGraph,
    run_graph: RunGraph,
    engine: LocalEngine,
    tmp_path: Path,
    variable: str,
    file: str,
    note: str,
) -> None:
    graph = write_nodes(SAVERS, variable=variable)
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


@pytest.mark.parametrize(
    "spelled", ["data/t.sqlite", "./data/../data/t.sqlite", "../{here}/data/t.sqlite", "link/t.sqlite"]
)
async def test_a_file_has_one_name_however_it_is_spelled(
    write_nodes: WriteGraph, tmp_path: Path, pool: WorkerPool, monkeypatch: pytest.MonkeyPatch, spelled: str
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    engine = LocalEngine(tmp_path, [Path(spelled.format(here=tmp_path.name))], pool=pool)
    graph = write_nodes("    def one(state): return {'n': 1}\n    graph = chain(one)\n")
    run = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    [started] = of([event async for event in run.events()], events.RunStarted)
    [row] = (await engine.threads()).rows
    names = {(await engine.describe(graph)).file, started.file, row.file, (await engine.state("t")).file}
    assert names == {started.file}
    await engine.close()


async def test_a_graphs_own_file_is_known_again_where_a_link_leads_to_it(
    write_nodes: WriteGraph, tmp_path: Path, pool: WorkerPool
) -> None:
    graph = write_nodes(SAVERS, variable="own_file")
    (tmp_path / "link.sqlite").symlink_to("own.sqlite")
    for name, note in (("link.sqlite", ""), ("other.sqlite", f"its own file {tmp_path / 'own.sqlite'} is not used")):
        engine = LocalEngine(tmp_path, [tmp_path / name], pool=pool)
        assert (await engine.describe(graph)).saving == note
        await engine.close()


async def test_the_state_of_a_graph_that_refuses_saving_comes_with_its_events(
    write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    graph = write_nodes(
        """
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


async def test_what_cannot_be_saved_is_named(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    import threading
    class Box(TypedDict, total=False):
        handle: Any
    builder = StateGraph(Box)
    builder.add_node("fill", lambda s: {"handle": 1})
    builder.add_node("open", lambda s: {"handle": threading.Lock()})
    builder.add_edge(START, "fill")
    builder.add_edge("fill", "open")
    graph = builder.compile()
    """)
    failed = ended(await run_graph(graph, input={}))
    assert (failed.status, failed.next) == ("failed", ("open",))
    assert failed.error is not None
    for word in ("open", "handle", "lock"):
        assert word in failed.error["message"]


async def test_own_types_come_back_and_foreign_ones_are_blocked(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_nodes("""
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
    """)
    [question] = of(await run_graph(graph, input={}), events.Interrupt)
    assert (await engine.state("t")).values["things"] == [
        {"$type": "agent.Colour", "value": "teal"},
        {"$type": "agent.Crate", "value": {"label": "c"}},
    ]
    assert ended(await run_graph(graph, resume={question.id: True})).status == "done"
    assert (await engine.state("t")).values["seen"] == "[<Colour.TEAL: 'teal'>, Crate(label='c')]"


def problems_until(over: threading.Event, file: Path) -> list[str]:
    """What is wrong with a file, each time that it is looked at; that it is not there yet is nothing wrong."""
    found: list[str] = []
    while not over.is_set():
        try:
            open_file(file).close()
        except MissingFileError:
            continue
        except FileError as error:
            found.append(error.message)
    return found


async def test_a_file_that_a_run_makes_is_never_seen_half_made(
    write_nodes: WriteGraph, run_graph: RunGraph, tmp_path: Path
) -> None:
    graph = write_nodes(SAVERS, variable="plain")
    for number in range(3):
        file, over = tmp_path / f"{number}.sqlite", threading.Event()
        watching = asyncio.create_task(asyncio.to_thread(problems_until, over, file))
        await run_graph(graph, input={}, file=str(file))
        over.set()
        assert not await watching
        assert not list(tmp_path.glob(".*.part*"))


async def test_the_file_alone_has_all_that_a_run_wrote_while_somebody_looked_on(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_nodes("""
        def count(state): return {"n": 1}
        graph = chain(count)
    """)
    first = await run_graph(graph, input={})
    [started] = of(first, events.RunStarted)
    leave = "import os, sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version = 1'); os._exit(0)"
    subprocess.run([sys.executable, "-c", leave, started.file], check=True)  # its -wal stays
    with open_file(started.file):
        await run_graph(graph, thread="second", input={})
        await run_graph(graph, thread="third", input={})
        copy = tmp_path / "copy.sqlite"
        shutil.copyfile(started.file, copy)
    with open_file(copy) as copied:
        assert [row.thread for row in list_threads(copied).rows] == ["third", "second", "t"]


async def test_a_file_that_was_removed_leaves_nothing_to_the_next_one(
    write_nodes: WriteGraph, run_graph: RunGraph, tmp_path: Path
) -> None:
    graph, file = write_nodes(SAVERS, variable="plain"), tmp_path / "t.sqlite"
    await run_graph(graph, thread="old", input={}, file=str(file))
    leave = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None)"
        ";[c.execute('UPDATE writes SET channel = channel || ?', ('x' * 9000,)) for _ in range(9)]; os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", leave, str(file)], check=True)
    file.unlink()
    assert file.with_name("t.sqlite-wal").stat().st_size
    with pytest.raises(FileExistsError, match=r"t\.sqlite-wal"), new_file(file):
        pass
    await run_graph(graph, thread="new", input={}, file=str(file))
    with open_file(file) as opened:
        assert [row.thread for row in list_threads(opened).rows] == ["new"]
        assert opened.query("PRAGMA integrity_check") == [("ok",)]


def test_two_that_make_a_file_where_there_are_no_links_take_no_place_of_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "t.sqlite"
    with ExitStack() as later:
        part = later.enter_context(new_file(path))
        part.write_text("later")
        part.with_name(f"{part.name}-wal").touch()
        with new_file(path) as first:
            first.write_text("first")
        with pytest.raises(FileExistsError):
            later.close()
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]
