"""Every reading command on every kind of file: nothing is made, changed or run by looking, and nothing breaks."""

import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, TypeAlias

import ormsgpack
import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

Cli = Callable[..., Any]
Make: TypeAlias = Callable[[Path], Iterator[None]]
Traces: TypeAlias = dict[str, tuple[int, bytes]]

WAITING = "trip/1 é"

READING = (
    "threads",
    "threads --json --sort title",
    "threads --json --sort size --graph trips --since 52w",
    "threads --search rome",
    "threads --search rome --text",
    "threads --search rome --text --json",
    "threads --status waiting",
    "inbox",
    "inbox --json",
    "decisions",
    "show THREAD",
    "show THREAD --json",
    "show THREAD messages.0.content",
    "history THREAD",
    "history THREAD --json",
    "prune THREAD --keep 1 --dry-run",
    "answer THREAD",
    "diff THREAD",
    "export THREAD",
)


@pytest.fixture
def traces(threads_file: Path) -> Callable[[], Traces]:
    """Everything below the folder that looking must not change; the index of a -wal is SQLite's own notebook."""

    def look() -> Traces:
        found = (path for path in threads_file.parent.rglob("*") if path.is_file() and not path.name.endswith("-shm"))
        return {str(path): (path.stat().st_mtime_ns, path.read_bytes()) for path in found}

    return look


def change(file: Path, *statements: str, journal: str = "WAL", values: tuple[Any, ...] = ()) -> None:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA journal_mode={journal}")
        for statement in statements:
            connection.execute(statement, values)


def normal(file: Path) -> Iterator[None]:
    yield


def with_a_writer(file: Path) -> Iterator[None]:
    with SqliteSaver.from_conn_string(str(file)) as saver:
        saver.conn.execute("INSERT INTO checkpoints SELECT 'new', checkpoint_ns, checkpoint_id, NULL, type, checkpoint,"
                           " metadata FROM checkpoints WHERE thread_id = 'old'")  # fmt: skip
        saver.conn.commit()
        yield


def left_by_a_killed_writer(file: Path) -> Iterator[None]:
    folder = file.with_suffix(".writer")
    folder.mkdir()
    theirs = folder / file.name
    shutil.move(file, theirs)
    for _ in with_a_writer(theirs):
        for suffix in ("", "-wal"):
            shutil.copy(f"{theirs}{suffix}", f"{file}{suffix}")
    shutil.rmtree(folder)
    yield


def in_a_folder_that_nobody_may_write(file: Path) -> Iterator[None]:
    file.parent.chmod(0o500)
    yield
    file.parent.chmod(0o700)


def with_bad_rows(file: Path) -> Iterator[None]:
    change(
        file,
        "UPDATE checkpoints SET checkpoint = x'c1' WHERE thread_id = 'old'",
        "UPDATE checkpoints SET checkpoint = 'a text', metadata = x'ff' WHERE thread_id = 'plain'",
        "UPDATE writes SET value = x'c1' WHERE channel = '__interrupt__'",
        "INSERT INTO checkpoints VALUES ('inner only', 'sub:1', 'x', 'y', NULL, NULL, NULL)",
    )
    yield


def of_an_old_version(file: Path) -> Iterator[None]:
    change(file, "ALTER TABLE writes DROP COLUMN task_path")
    yield


def hostile(file: Path) -> Iterator[None]:
    """Types that would run a command if they were built, escapes, and absurd nesting."""
    command = f"touch {file.parent / 'RUN'}"
    planted = [ormsgpack.packb(["os", "system", command]), ormsgpack.packb(["os", "system", [command]])]
    values = {
        "planted": [ormsgpack.Ext(code, data) for code in range(7) for data in planted],
        "escape \x1b]0;x\x07": "\x1b[31mred\x1b]52;c;AAAA\x07\u202e\x00 Rome",
    }
    body = {"v": 4, "ts": "\x1b[2J", "id": "i", "channel_values": values, "channel_versions": {}, "versions_seen": {}}
    blob = ormsgpack.packb(body, option=ormsgpack.OPT_NON_STR_KEYS)
    deep = b"\x81\xaechannel_values\x81\xa1x" + b"\x91" * 200_000 + b"\xc0"
    add = "INSERT INTO checkpoints VALUES (?, '', ?, ?, 'msgpack', ?, ?)"
    change(file, add, values=("hostile \x1b[31m", "9", "9", blob, b'{"step": 1, "source": "\\u001b[2J"}'))
    change(file, add, values=("deep", "9", None, deep, b"[" * 100_000))
    yield


def with_a_value_of_50_mb(file: Path) -> Iterator[None]:
    values = {"channel_values": {"large": "Rome " * (10 << 20)}, "channel_versions": {}, "versions_seen": {}}
    add = "INSERT INTO checkpoints VALUES ('large', '', '9', NULL, 'msgpack', ?, '{}')"
    change(file, add, values=(ormsgpack.packb(values),))
    yield


def with_a_hostile_question(file: Path) -> Iterator[None]:
    planted = ormsgpack.packb(["os", "system", f"touch {file.parent / 'RUN'}"])
    change(
        file,
        "UPDATE writes SET value = ? WHERE channel = '__interrupt__'",
        values=(ormsgpack.packb([ormsgpack.Ext(2, planted)]),),
    )
    yield


def truncated(file: Path) -> Iterator[None]:
    file.write_bytes(file.read_bytes()[:9000])
    yield


def foreign(file: Path) -> Iterator[None]:
    file.unlink()
    change(file, "CREATE TABLE notes(text)", journal="DELETE")
    yield


def empty(file: Path) -> Iterator[None]:
    file.write_bytes(b"")
    yield


def of_views(file: Path) -> Iterator[None]:
    forever = "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n)"
    columns = [
        "'t' thread_id, '' checkpoint_ns, i checkpoint_id, i parent_checkpoint_id, '' type, i checkpoint, i metadata",
        "'t' thread_id, '' checkpoint_ns, i checkpoint_id, '' task_id, i idx, '' channel, '' type, i value",
    ]
    file.unlink()
    names = ("checkpoints", "writes")
    views = [f"CREATE VIEW {name} AS {forever} SELECT {each} FROM n" for name, each in zip(names, columns, strict=True)]
    change(file, *views, journal="DELETE")
    yield


def locked(file: Path) -> Iterator[None]:
    change(file, journal="DELETE")
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


READABLE: tuple[Make, ...] = (
    normal,
    with_a_writer,
    left_by_a_killed_writer,
    in_a_folder_that_nobody_may_write,
    with_bad_rows,
    of_an_old_version,
    hostile,
    with_a_hostile_question,
)
REFUSED: dict[Make, str] = {
    truncated: "damaged or cut short",
    foreign: "made by another program",
    empty: "is empty",
    of_views: "made by another program",
    locked: "locked by another program",
}


@pytest.fixture
def file(request: pytest.FixtureRequest, threads_file: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file of the kind that is asked for."""
    monkeypatch.setattr("graphdeck.graphs.saved.file._BUSY_SECONDS", 0.0)
    made = request.param(threads_file)
    next(made)
    yield threads_file
    with suppress(StopIteration):
        next(made)


def commands(file: Path, thread: str) -> Iterator[list[str]]:
    for line in READING:
        words = [thread if word == "THREAD" else word for word in line.split()]
        if words[0] != "decisions" or file.exists():
            yield [*words, "--db", str(file)]


def is_harmless(done: Any) -> None:
    """A command came to an end of its own, and printed nothing that moves a terminal."""
    assert done.status in (0, 1, 2, 64), done.err
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", done.out + done.err)
    assert "Traceback" not in done.err


@pytest.mark.parametrize("file", READABLE, indirect=True, ids=lambda make: make.__name__)
def test_looking_changes_and_runs_nothing(cli: Cli, file: Path, traces: Callable[[], Traces]) -> None:
    before = traces()
    for thread in (WAITING, "old", "hostile \x1b[31m", "deep"):
        for words in commands(file, thread):
            is_harmless(cli(*words))
    assert traces() == before


@pytest.mark.parametrize("file", [with_a_value_of_50_mb], indirect=True, ids=lambda make: make.__name__)
def test_a_very_large_value_is_only_looked_at(cli: Cli, file: Path, traces: Callable[[], Traces]) -> None:
    before = traces()
    for words in ("threads", "show large", "history large"):
        is_harmless(cli(*words.split(), "--db", str(file)))
    assert traces() == before


@pytest.mark.parametrize("file", REFUSED, indirect=True, ids=lambda make: make.__name__)
def test_what_cannot_be_read_is_one_sentence_and_stays_as_it_was(
    cli: Cli, file: Path, traces: Callable[[], Traces], request: pytest.FixtureRequest
) -> None:
    before = traces()
    why = REFUSED[request.node.callspec.params["file"]]
    for words in commands(file, WAITING):
        done = cli(*words)
        assert done.status == 1, words
        assert why in done.out + done.err, words
    assert traces() == before
