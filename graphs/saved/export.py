"""Threads copied out of a checkpoint file into a new one: rows as they are, nothing in them is decoded."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from graphdeck.graphs.errors import FileError
from graphdeck.graphs.keeping import Exported
from graphdeck.graphs.named import Named
from graphdeck.graphs.new_file import cannot_write, new_file
from graphdeck.graphs.saved.file import CheckpointFile, Turns

NAMES_TABLE: Final = "graphdeck_names"
"""Table of an exported file with what people call its threads; LangGraph's savers pass it over."""

_TABLES: Final = f"""
CREATE TABLE checkpoints (
    thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '', checkpoint_id TEXT NOT NULL,
    parent_checkpoint_id TEXT, type TEXT, checkpoint BLOB, metadata BLOB,
    PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id)
);
CREATE TABLE writes (
    thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL DEFAULT '', checkpoint_id TEXT NOT NULL,
    task_id TEXT NOT NULL, task_path TEXT NOT NULL DEFAULT '', idx INTEGER NOT NULL, channel TEXT NOT NULL,
    type TEXT, value BLOB,
    PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
);
CREATE TABLE {NAMES_TABLE} (
    thread_id TEXT PRIMARY KEY, title TEXT NOT NULL, graph TEXT NOT NULL, tags TEXT NOT NULL
);
"""
_LATEST: Final = "SELECT max(rowid) FROM checkpoints WHERE thread_id = ?"


def export_in_turns(
    file: CheckpointFile, threads: Sequence[str], to: Path, names: Mapping[str, Named]
) -> Turns[Exported]:
    """Copy threads into a new checkpoint file, with a rest at each row; raises `FileError`, also where it exists."""
    size = 0
    try:
        with (
            new_file(to) as part,
            contextlib.closing(sqlite3.connect(part, isolation_level=None, check_same_thread=False)) as new,
        ):
            new.executescript("BEGIN;" + _TABLES)
            for thread in sorted(threads, key=lambda each: file.query(_LATEST, (each,))[0][0] or 0):
                for row in _rows(file, thread, new):
                    size += len(row[-1] or b"")
                    yield
                _write_name(new, thread, names.get(thread, Named()))
            new.execute("COMMIT")
    except (OSError, sqlite3.Error) as error:
        raise cannot_write(to, error) from error
    return Exported(file=str(to), threads=tuple(threads), bytes=size)


def exported_names(file: CheckpointFile) -> dict[str, dict[str, Any]]:
    """What an exported file says that its threads are called: `title`, `graph`, `tags`; nothing in any other file."""
    if not file.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (NAMES_TABLE,)):
        return {}
    found: dict[str, dict[str, Any]] = {}
    for thread, title, graph, tags in file.query(f"SELECT thread_id, title, graph, tags FROM {NAMES_TABLE}"):
        try:
            found[thread] = {"title": title, "graph": graph, "tags": json.loads(tags)}
        except (TypeError, ValueError, RecursionError):
            found[thread] = {"title": title, "graph": graph}
    return found


def _write_name(new: sqlite3.Connection, thread: str, named: Named) -> None:
    if named != Named():
        tags = json.dumps(list(named.tags))
        new.execute(f"INSERT INTO {NAMES_TABLE} VALUES (?, ?, ?, ?)", (thread, named.title, named.graph, tags))


def _rows(file: CheckpointFile, thread: str, new: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    """Copy the rows of a thread one by one, in their order, which tells what was written after what."""
    for table, columns in {
        "checkpoints": "thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, metadata, checkpoint",
        "writes": "thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, value",
    }.items():
        marks = ", ".join("?" * len(columns.split(", ")))
        read = columns.replace("task_path", file.task_path)
        for (rowid,) in file.query(f"SELECT rowid FROM {table} WHERE thread_id = ? ORDER BY rowid", (thread,)):
            found = file.query(f"SELECT {read} FROM {table} WHERE rowid = ? AND thread_id = ?", (rowid, thread))
            if not found:  # deleted, or written anew
                raise FileError(f"{file.path} was written while a thread was copied out of it.", "Try again.")
            new.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", found[0])
            yield found[0]
