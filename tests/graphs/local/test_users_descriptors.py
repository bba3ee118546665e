"""A node that reads its own checkpoint file, as a search over the project does, costs the run nothing that it saved."""

import errno
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest
from told import WriteGraph, ended

NODES = """
    FILE = HERE / ".graphdeck" / "threads.sqlite"
    OTHER = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA user_version = 1'); c.close()"
    def search(state):
        unreadable = []
        for path in HERE.rglob("*"):
            try:
                path.is_file() and path.read_bytes()
            except PermissionError as error:
                unreadable.append(str(error))
        return {"n": 1, "log": unreadable}
    def meanwhile(state):
        subprocess.run([sys.executable, "-c", OTHER, FILE], check=True)
        return {"any": sorted(path.name for path in FILE.parent.glob("threads.sqlite*"))}
    def die(state):
        if not HERE.joinpath("spared").exists():
            os.kill(os.getpid(), signal.SIGKILL)
    graph = chain(search, meanwhile, die)
"""


@pytest.mark.parametrize("forked", [True, False])
async def test_what_is_saved_stays_when_another_program_closes_the_file_that_a_node_has_read(
    write_nodes: WriteGraph,
    pool: WorkerPool,
    tmp_path: Path,
    until_free: Callable[[], Awaitable[None]],
    forked: bool,
) -> None:
    graph = write_nodes(NODES)
    workers = pool if forked else WorkerPool(fork=False)
    engine = LocalEngine(tmp_path, pool=workers)
    run = await engine.run(RunRequest(graph=graph, thread="t", input={}, has_input=True))
    assert ended([event async for event in run.events()]).status == "lost"
    state = await engine.state("t")
    assert (state.next, state.values["n"]) == (("die",), 1)
    shm = tmp_path / ".graphdeck" / "threads.sqlite-shm"
    refused = f"[Errno {errno.EACCES}] SQLite has it in use, and would lose its locks: leave it out: {str(shm)!r}"
    assert state.values["log"] == [refused]
    assert state.values["any"] == ["threads.sqlite", "threads.sqlite-shm", "threads.sqlite-wal"]
    await engine.close()

    tmp_path.joinpath("spared").touch()
    engine = LocalEngine(tmp_path, pool=workers)
    run = await engine.run(RunRequest(graph=graph, thread="t"))
    assert ended([event async for event in run.events()]).status == "done"
    assert not list(tmp_path.glob(".graphdeck/threads.sqlite-*"))  # nobody holds its locks any longer than the run
    await engine.close()
    if not forked:
        await workers.close()
