"""Reading a file that other programs open, write and close meanwhile: nothing that they wrote is lost, or missed."""

import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from graphdeck.graphs.errors import FileError
from graphdeck.graphs.saved.export import export_in_turns
from graphdeck.graphs.saved.file import CheckpointFile, at_once, open_file

INSERT = (
    "INSERT INTO writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value)"
    " VALUES ('{0}', '', 'c', '{1}', 0, 'channel', 'msgpack', x'01')"
)
COUNT = "SELECT thread_id, count(*) FROM writes GROUP BY thread_id"
MEANWHILE = "SELECT meanwhile(), thread_id, count(*) FROM writes GROUP BY thread_id"

CHANGE = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
for statement in sys.argv[2:]:
    connection.execute(statement)
connection.commit()
"""
COME_AND_GO = f"""
import random, sqlite3, sys, time
path, thread, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
chance, n, end = random.Random(thread), 0, time.monotonic() + seconds
while time.monotonic() < end:
    connection = sqlite3.connect(path, timeout=30, isolation_level=None)
    for _ in range(chance.randint(0, 4)):
        connection.execute({INSERT!r}.format(thread, n))
        n += 1
    found = connection.execute("SELECT count(*) FROM writes WHERE thread_id = ?", (thread,)).fetchone()[0]
    assert found == n, f"{{n}} committed, {{found}} found"
    connection.close()
    time.sleep(chance.random() * 0.003)
print(n)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A checkpoint file with one write, closed by its writer."""
    path = tmp_path / "threads.sqlite"
    with SqliteSaver.from_conn_string(str(path)) as saver:
        saver.setup()
        saver.conn.execute(INSERT.format("first", 0))
        saver.conn.commit()
    return path


def change_and_close(path: Path, *statements: str) -> None:
    """Let another process change the file and close it."""
    subprocess.run([sys.executable, "-c", CHANGE, str(path), *statements], check=True)


def leave_open(path: Path, *statements: str) -> None:
    """Let another process change the file and end without closing it, so that its `-wal` stays."""
    subprocess.run([sys.executable, "-c", CHANGE + "os._exit(0)", str(path), *statements], check=True)


def once(act: Callable[[], object]) -> Callable[[], bool]:
    """A function for a query, which acts at the first row."""
    acts = [act]

    def meanwhile() -> bool:
        if acts:
            acts.pop()()
        return True

    return meanwhile


def counts(file: CheckpointFile, sql: str = COUNT) -> dict[str, int]:
    return {row[-2]: row[-1] for row in file.query(sql)}


def test_a_read_beside_a_writer_that_closes_the_file_sees_rows_of_one_time(path: Path) -> None:
    change_and_close(path, *(INSERT.format("many", n).replace("x'01'", "zeroblob(1000)") for n in range(2000)))
    leave_open(path, INSERT.format("late", 0))
    with open_file(path) as file:

        def meanwhile() -> None:
            open_file(path).close()  # another part of ours looks into the file
            change_and_close(path, "UPDATE writes SET type = 'new'")

        file.define("meanwhile", 0, once(meanwhile))
        assert {type_ for _, type_ in file.query("SELECT meanwhile(), type FROM writes NOT INDEXED")} == {"msgpack"}
        file.refresh()
        assert file.query("SELECT DISTINCT type FROM writes") == [("new",)]


def test_a_writer_that_comes_and_goes_while_a_closed_file_is_read_is_seen(path: Path) -> None:
    with open_file(path) as file:
        file.define("meanwhile", 0, once(lambda: change_and_close(path, INSERT.format("late", 0))))
        assert counts(file, MEANWHILE) == {"first": 1, "late": 1}


def test_a_reader_takes_no_wal_from_a_writer_that_is_just_opening_the_file(path: Path) -> None:
    Path(f"{path}-wal").touch()  # SQLite makes it before the -shm
    with open_file(path) as file, closing(sqlite3.connect(path)) as writer:
        assert counts(file) == {"first": 1}
        writer.execute(INSERT.format("late", 0))
        writer.commit()
        file.close()
        assert Path(f"{path}-wal").stat().st_size
    with closing(sqlite3.connect(path)) as later:
        assert dict(later.execute(COUNT)) == {"first": 1, "late": 1}


def test_a_file_that_is_replaced_while_it_is_open_is_read_anew(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("SELECT count(*) FROM writes").fetchall()
        with open_file(path) as file:
            assert counts(file) == {"first": 1}
            writer.close()
            for each in tmp_path.iterdir():
                each.rename(each.with_name(f"old-{each.name}"))
            with SqliteSaver.from_conn_string(str(path)) as saver:
                saver.setup()
                saver.conn.execute(INSERT.format("other", 0))
                saver.conn.commit()
                file.refresh()
                assert counts(file) == {"other": 1}


def test_a_row_that_goes_while_its_thread_is_exported_is_missed(path: Path, tmp_path: Path) -> None:
    change_and_close(path, INSERT.format("first", 1), INSERT.format("first", 2))
    to = tmp_path / "out.sqlite"
    with open_file(path) as file:
        copying = export_in_turns(file, ["first"], to, {})
        next(copying)
        change_and_close(path, "UPDATE OR REPLACE writes SET thread_id = 'other' WHERE task_id = '2'")
        with pytest.raises(FileError, match="was written while"):
            at_once(copying)
    assert not to.exists()


@pytest.mark.soak
@pytest.mark.parametrize("writers", [1, 2, 3])
def test_nothing_is_lost_where_writers_come_and_go_while_two_readers_look(path: Path, writers: int) -> None:
    seconds = 20.0
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", COME_AND_GO, str(path), f"w{number}", str(seconds)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(writers)
    ]
    end, seen, looks = time.monotonic() + seconds, Counter[str](), 0
    with open_file(path) as steady:
        while time.monotonic() < end:
            steady.refresh()
            now = counts(steady)
            assert all(now.get(thread, 0) >= count for thread, count in seen.items())
            seen = Counter(now)
            with open_file(path) as passing:
                assert all(counts(passing)[thread] >= count for thread, count in now.items())
            looks += 1
    written = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * writers
    with closing(sqlite3.connect(path)) as later:
        assert dict(later.execute(COUNT)) == {"first": 1} | {f"w{n}": int(told) for n, told in enumerate(written)}
        assert later.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert looks > 100
