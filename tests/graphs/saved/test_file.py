"""Opening a file: what is refused, and that looking changes nothing."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypedDict

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph

from graphdeck.graphs.errors import FileError, MissingFileError
from graphdeck.graphs.saved.file import open_file
from graphdeck.graphs.saved.history import read_history
from graphdeck.graphs.saved.state import read_state
from graphdeck.graphs.saved.threads import list_threads

WRITER = """
import os, signal, sys, typing
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph

class State(typing.TypedDict):
    n: int

def node(state):
    return {"n": state["n"] + 1}

graph = StateGraph(State).add_node("node", node).add_edge(START, "node")
with SqliteSaver.from_conn_string(sys.argv[1]) as saver:
    graph = graph.compile(checkpointer=saver)
    for line in sys.stdin:
        graph.invoke({"n": int(line)}, {"configurable": {"thread_id": "t" + line.strip()}})
        print("written", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


class Writer:
    """Another process that writes one thread for each number, and dies when told."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def write(self, number: int) -> None:
        """Have it write the thread `t<number>`, and wait until it has."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "written\n"

    def die(self) -> None:
        """End it by SIGKILL, its files left as they are."""
        assert self.process.stdin
        self.process.stdin.close()
        self.process.wait()
        assert self.process.stdout
        self.process.stdout.close()


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    """A process that writes the file."""
    writer = Writer(path)
    yield writer
    writer.die()


@pytest.fixture(scope="module")
def left_by_a_killed_writer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a writer left that was killed after it had written the thread `t1`."""
    folder = tmp_path_factory.mktemp("killed")
    writer = Writer(folder / "threads.sqlite")
    writer.write(1)
    writer.die()
    return folder


class State(TypedDict):
    n: int


def make(path: Path, *threads: str) -> None:
    with SqliteSaver.from_conn_string(str(path)) as saver:
        graph = StateGraph(State).add_node("a", lambda state: {"n": 1}).add_edge(START, "a").compile(checkpointer=saver)
        for thread in threads:
            graph.invoke({"n": 0}, {"configurable": {"thread_id": thread}})


def traces(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Everything in a folder that looking must not change."""
    return {found.name: (found.stat().st_mtime_ns, found.read_bytes()) for found in folder.iterdir()}


def read_all(path: Path) -> list[str]:
    with open_file(path) as file:
        threads = [row.thread for row in list_threads(file).rows]
        for thread in threads:
            read_state(file, thread)
            read_history(file, thread)
        file.changed()
        return threads


def test_looking_leaves_no_trace(path: Path) -> None:
    make(path, "one", "two")
    before = traces(path.parent)
    assert read_all(path) == ["two", "one"]
    assert traces(path.parent) == before


def test_looking_leaves_no_trace_in_a_folder_that_nobody_may_write(path: Path) -> None:
    make(path, "one")
    path.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert read_all(path) == ["one"]
    finally:
        path.parent.chmod(stat.S_IRWXU)


def test_a_killed_writers_wal_is_read_and_left(path: Path, left_by_a_killed_writer: Path) -> None:
    shutil.copytree(left_by_a_killed_writer, path.parent, dirs_exist_ok=True)
    before = traces(path.parent)
    assert sorted(before) == [path.name, f"{path.name}-shm", f"{path.name}-wal"]
    assert read_all(path) == ["t1"]
    after = traces(path.parent)
    for name in (path.name, f"{path.name}-wal"):
        assert after[name] == before[name]
    assert sorted(after) == sorted(before)


def test_a_wal_whose_index_is_gone_is_read_and_left(path: Path, left_by_a_killed_writer: Path) -> None:
    shutil.copytree(left_by_a_killed_writer, path.parent, dirs_exist_ok=True)
    Path(f"{path}-shm").unlink()
    before = traces(path.parent)
    assert read_all(path) == ["t1"]
    after = traces(path.parent)
    after.pop(f"{path.name}-shm")  # SQLite's own, for whoever opens the file next
    assert after == before


def test_a_wal_whose_index_is_gone_is_read_in_a_folder_that_we_may_not_write(left_by_a_killed_writer: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "threads" / "t.sqlite"
        shutil.copytree(left_by_a_killed_writer, path.parent)
        found = next(each for each in path.parent.iterdir() if each.suffix == ".sqlite")
        Path(f"{found}-shm").unlink()
        with nobody(Path(folder), path.parent):
            before = traces(path.parent)
            assert read_all(found) == ["t1"]
            assert traces(path.parent) == before


@contextmanager
def nobody(*folders: Path) -> Iterator[None]:
    """Be somebody who may look into folders and read their files, but write none."""
    root = os.geteuid() == 0
    for folder in folders:
        folder.chmod(0o755 if root else 0o500)
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)
        for folder in folders:
            folder.chmod(0o755)


def test_a_writer_that_comes_later_is_seen(path: Path, writer: Writer) -> None:
    make(path, "one")
    with open_file(path) as file:
        assert [row.thread for row in list_threads(file).rows] == ["one"]
        assert file.changed()
        assert not file.changed()
        writer.write(2)
        assert file.changed()
        assert [row.thread for row in list_threads(file).rows] == ["t2", "one"]
        writer.write(3)
        assert file.changed()
        assert not file.changed()
        assert [row.thread for row in list_threads(file).rows] == ["t3", "t2", "one"]


def test_a_link_is_followed_to_its_wal(path: Path, tmp_path: Path, writer: Writer) -> None:
    writer.write(1)
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.sqlite"
    link.symlink_to(path)
    assert read_all(link) == ["t1"]
    assert list((tmp_path / "elsewhere").iterdir()) == [link]


def test_a_writer_that_closes_the_file_is_seen(path: Path) -> None:
    make(path, "one")
    with open_file(path) as file:
        file.changed()
        make(path, "two")
        assert file.changed()
        assert [row.thread for row in list_threads(file).rows] == ["two", "one"]
        assert sorted(found.name for found in path.parent.iterdir()) == [path.name]


def test_no_read_stays_open_that_would_keep_a_writer_from_emptying_its_wal(path: Path) -> None:
    with SqliteSaver.from_conn_string(str(path)) as saver:
        saver.setup()
        with open_file(path) as file:
            list_threads(file)
            busy, *_ = saver.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            assert busy == 0


def test_a_file_with_a_rollback_journal_is_read(path: Path) -> None:
    make(path, "one")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    assert read_all(path) == ["one"]
    assert [found.name for found in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["with space", "50%25?mode=rw#x", "ünïcode 你好", "quote'\"&=", "a:b"])
def test_any_name_can_be_opened(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    make(folder / name, "one")
    assert read_all(folder / name) == ["one"]


def test_a_file_of_an_old_version_without_task_paths_is_read(path: Path) -> None:
    make(path, "one")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE writes DROP COLUMN task_path")
    assert read_all(path) == ["one"]


# -- what is refused -------------------------------------------------------------------------------------------


def refused(path: Path, kind: type[FileError | MissingFileError] = FileError) -> str:
    """The message of the error, after looking that nothing was changed."""
    before = traces(path.parent) if path.is_file() else None
    with pytest.raises(kind) as caught:
        read_all(path)
    assert caught.value.hint
    assert str(path) in caught.value.message
    assert before is None or traces(path.parent) == before
    return caught.value.message


def test_a_missing_file(path: Path) -> None:
    assert "There is no file" in refused(path, MissingFileError)
    assert not path.exists()


def test_a_file_below_a_file(path: Path) -> None:
    path.write_bytes(b"")
    refused(path / "below", MissingFileError)


def test_an_empty_file(path: Path) -> None:
    path.touch()
    assert "empty" in refused(path)


def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path)


def test_a_pipe_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    assert "not an ordinary file" in refused(path)


@pytest.mark.parametrize("data", [b"x", b"# a text\n" * 40, b"\x00" * 4096])
def test_another_kind_of_file(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    assert "not a SQLite file" in refused(path)


def test_a_header_alone(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00")
    assert "cut short" in refused(path)


@pytest.mark.parametrize("keep", [100, 4096, 9000])
def test_a_truncated_file(path: Path, keep: int) -> None:
    make(path, "one", "two")
    path.write_bytes(path.read_bytes()[:keep])
    assert "damaged or cut short" in refused(path)


def test_a_file_of_another_program(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes(text)")
    assert "another program" in refused(path)


def test_tables_of_the_same_name_in_another_programs_file(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE checkpoints(id, thread_id)")
    assert "has no checkpoint, checkpoint_id" in refused(path)


def test_a_locked_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(path, "one")
    monkeypatch.setattr("graphdeck.graphs.saved.file._BUSY_SECONDS", 0.0)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
        assert "locked by another program" in refused(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(path: Path) -> None:
    make(path, "one")
    path.chmod(0)
    with pytest.raises(FileError, match="cannot be read"):
        open_file(path)


def test_a_file_that_goes_away_while_it_is_open(path: Path) -> None:
    make(path, "one")
    with open_file(path) as file:
        path.unlink()
        with pytest.raises(MissingFileError):
            list_threads(file)


def test_a_closed_file_says_so(path: Path) -> None:
    make(path, "one")
    file = open_file(path)
    file.close()
    with pytest.raises(FileError, match="is closed"):
        file.query("SELECT 1")
