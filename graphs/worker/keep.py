"""Writing to saved threads that needs no graph: old checkpoints go, threads come from another file, room is given back.

Rows are copied and deleted as they are; nothing in them is decoded.
"""

import sqlite3
import uuid
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from langgraph.checkpoint.sqlite import SqliteSaver

from graphdeck.graphs.errors import FileError, InputError
from graphdeck.graphs.first_bytes import Look, look_at
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.worker.edit import TABLES, change_file
from graphdeck.graphs.worker.saver import LOCK_TIMEOUT

_HEAD: Final = "SELECT max(checkpoint_id) FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ''"
_KEYS: Final = ("thread_id", "checkpoint_ns", "checkpoint_id")


def prune_thread(file: Path, thread: str, head: str, gone: Sequence[Sequence[str]]) -> None:
    """Delete checkpoints of a thread with their writes, if its newest one is still the given one."""
    lease = Lease.take(file, thread, "prune")
    try:
        with change_file(file) as connection:
            connection.execute("BEGIN IMMEDIATE")
            if connection.execute(_HEAD, (thread,)).fetchone()[0] != head:
                raise InputError(f"thread {thread!r} has gone on since; nothing was deleted", "look at it again")
            for table in TABLES:
                connection.executemany(
                    f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?",
                    [(thread, *each) for each in gone],
                )
    finally:
        lease.release()


def import_threads(file: Path, source: Path) -> dict[str, str]:
    """Copy all threads of another file as it is at one time; by their ids there, their ids here, all or none.

    An id that is taken here gets a new one.
    """
    if not file.exists() or not file.stat().st_size:
        file.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(file)) as connection:
            SqliteSaver(connection).setup()
    try:
        look = look_at(source)
        try:
            return _import(file, source, look)
        except (_ChangedError, sqlite3.DatabaseError):
            if not look.is_unlocked:
                raise
            return _import(file, source, look.locked())  # somebody writes it
    except (sqlite3.Error, OSError) as error:
        raise FileError(f"its threads could not be copied: {error}", "nothing was changed") from error


class _ChangedError(Exception):
    """The file has been written while it was read without locks."""


def _import(file: Path, source: Path, look: Look) -> dict[str, str]:
    with closing(sqlite3.connect(look.uri, uri=True, timeout=LOCK_TIMEOUT)) as theirs, change_file(file) as ours:
        theirs.text_factory = lambda data: data.decode("utf-8", "replace")
        theirs.execute("PRAGMA trusted_schema=OFF")
        if look.is_alone:
            theirs.execute("PRAGMA locking_mode=EXCLUSIVE")
        theirs.execute("BEGIN")
        ours.execute("BEGIN IMMEDIATE")
        taken = _ids(ours)
        ids = {thread: str(uuid.uuid4()) if thread in taken else thread for thread in _ids(theirs)}
        for table in TABLES:
            _copy_rows(theirs, ours, table, ids)
        if not look.still_holds():
            raise _ChangedError
    return ids


def vacuum(file: Path) -> int:
    """Make a file as small as what is in it; the bytes that it is smaller by."""
    before = file.stat().st_size
    try:
        with closing(
            sqlite3.connect(f"{file.absolute().as_uri()}?mode=rw", uri=True, timeout=LOCK_TIMEOUT)
        ) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise FileError(f"{file} could not be made smaller: {error}", "nothing in it was changed") from error
    return before - file.stat().st_size


def _ids(connection: sqlite3.Connection) -> list[str]:
    return [row[0] for row in connection.execute("SELECT DISTINCT thread_id FROM checkpoints") if type(row[0]) is str]


def _copy_rows(theirs: sqlite3.Connection, ours: sqlite3.Connection, table: str, ids: dict[str, str]) -> None:
    """Copy the rows whose keys are texts, in their order, which tells what was written after what."""
    known = {row[1] for row in theirs.execute(f"PRAGMA table_info({table})")}
    columns = [row[1] for row in ours.execute(f"PRAGMA table_info({table})") if row[1] in known]
    columns = [*_KEYS, *(name for name in columns if name not in _KEYS)]
    marks = ", ".join("?" * len(columns))
    insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})"
    for thread, *rest in theirs.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY rowid"):
        if thread in ids and all(type(key) is str for key in rest[: len(_KEYS) - 1]):
            ours.execute(insert, (ids[thread], *rest))
