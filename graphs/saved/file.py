"""Opening a checkpoint file to look at it: nothing in it is changed, and no writer is disturbed."""

import os
import sqlite3
import stat
import time
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, TypeVar

from graphdeck.graphs.errors import FileError, GraphdeckError, MissingFileError
from graphdeck.graphs.first_bytes import (
    WAL_VERSION,
    Inode,
    Look,
    connecting,
    disconnected,
    first_bytes,
    look_at,
    signature,
)
from graphdeck.graphs.saved.remembered import Remembered

_HEADER: Final = b"SQLite format 3\x00"
_HEADER_SIZE: Final = 100
_BUSY_SECONDS: Final = 2.0
_RESTS: Final = (0.0, 0.01, 0.05, 0.2)
"""Seconds to wait for a program that is just opening or closing the file, before it is told as an error."""
_PASSING: Final = {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PROTOCOL}
_REMEMBERED: Final = 60_000
"""Facts that are kept, so that lists read again every second decode only what is new."""
_STEPS: Final = 10_000
"""The same of steps: a run that goes on and on leaves them behind."""
_COLUMNS: Final = {
    "checkpoints": {
        "thread_id",
        "checkpoint_ns",
        "checkpoint_id",
        "parent_checkpoint_id",
        "type",
        "checkpoint",
        "metadata",
    },
    "writes": {"thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "idx", "channel", "type", "value"},
}
_WRONG_FILE_HINT: Final = "Name a file that LangGraph's SqliteSaver wrote, or leave --db out for the default file."


T = TypeVar("T")
Turns: TypeAlias = Generator[None, None, T]
"""A long read that yields wherever it may rest, and returns what was read."""


def at_once(turns: Turns[T]) -> T:
    """Read to the end without a rest."""
    try:
        while True:
            next(turns)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return] # a generator returns what its type says


def open_file(path: str | os.PathLike[str]) -> "CheckpointFile":
    """Open a checkpoint file for reading; close it with `close()` or `with`.

    Raises `MissingFileError` where there is none, and `FileError` where it is not one or cannot be read now.
    """
    file = CheckpointFile(Path(os.path.abspath(path)))
    try:
        file.refresh()
    except GraphdeckError:
        file.close()
        raise
    return file


class CheckpointFile:
    """A checkpoint file that is open for reading, from one thread at a time.

    Every reading function first calls `refresh`, which sees a writer that has come since; how the file is opened,
    `look_at` tells.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        """Absolute path."""
        self.remembered: Final = Remembered(_REMEMBERED)
        """What readers derived from rows that cannot change."""
        self.steps: Final = Remembered(_STEPS)
        """The same of steps that somebody follows, of whom the newest ones are asked for again and again."""
        self._connection: sqlite3.Connection | None = None
        self._inode: Inode | None = None
        self._look: Look | None = None
        self._functions: dict[tuple[str, int], Callable[..., bool]] = {}
        self._told: tuple[object, ...] = ()
        self._task_path = "task_path"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
            disconnected(self._inode)

    @property
    def generation(self) -> object:
        """Another one whenever the file had to be opened anew; until then `PRAGMA data_version` tells of changes."""
        return self._connection

    @property
    def task_path(self) -> str:
        """SQL for the `task_path` of a write; files of old versions have no such column."""
        return self._task_path

    def refresh(self) -> None:
        """See what has been written since; raises what `open_file` raises where the file is gone or no longer one."""
        self._settled(self._renew)

    def changed(self) -> bool:
        """Whether the file has been written since this was last asked (True the first time)."""
        now = self.version()
        before, self._told = self._told, now
        return now != before

    def version(self) -> tuple[object, ...]:
        """Another one whenever the file has been written."""
        self.refresh()
        version = self.query("PRAGMA data_version")[0][0]
        return self._look, signature(self._beside("-wal")), version

    def query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query at once, so that no read transaction stays open; raises `FileError`."""
        return self._settled(lambda: self._run(sql, values))

    def define(self, name: str, arguments: int, function: Callable[..., bool]) -> None:
        """Give the queries that follow a function of their own."""
        self._functions[name, arguments] = function
        if self._connection is not None:
            self._connection.create_function(name, arguments, function, deterministic=True)

    def _settled(self, read: Callable[[], T]) -> T:
        """Read, again where a writer that came or went meanwhile was in the way."""
        for rest in (None, *_RESTS):
            try:
                if rest is not None:
                    time.sleep(rest)
                    self._renew()
                return read()
            except sqlite3.DatabaseError as error:
                if rest == _RESTS[-1] or not self._may_pass(error):
                    raise self._failed(error) from error
        raise AssertionError("the last round returns or raises")

    def _run(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        if self._connection is None:
            raise FileError(f"{self.path} is closed.")
        try:
            rows = self._connection.execute(sql, values).fetchall()
        except UnicodeEncodeError:  # a lone surrogate, as in an argument that is not UTF-8: no row can hold it
            return []
        if self._look is not None and not self._look.still_holds():
            raise _ChangedError
        return rows

    def _may_pass(self, error: sqlite3.DatabaseError) -> bool:
        return _passes(error) or self._look_again() != self._look

    # -- how to open it ----------------------------------------------------------------------------------------

    def _renew(self) -> None:
        """Open the file anew where it is another one, or has to be opened in another way, than before."""
        look = self._look_again()
        if self._connection is not None and look == self._look:
            return
        self.close()
        self._look = look
        self._connect(look)
        self._check_tables()

    def _look_again(self) -> Look:
        """How the file is to be opened now; raises where it cannot be a checkpoint file."""
        return look_at(self.path, self._sniff())

    def _beside(self, suffix: str) -> Path:
        """A file that SQLite keeps beside this one: where a link leads, not beside the link."""
        return Path(f"{os.path.realpath(self.path)}{suffix}")

    def _sniff(self) -> int:
        """The version of the journal that the file's first bytes tell; raises where it cannot be a checkpoint file."""
        try:
            mode = self.path.stat().st_mode
            if not stat.S_ISREG(mode):
                what = "a folder" if stat.S_ISDIR(mode) else "not an ordinary file"
                raise FileError(f"{self.path} is {what}, not a checkpoint file.", _WRONG_FILE_HINT)
            header = first_bytes(self.path, _HEADER_SIZE)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise MissingFileError(
                f"There is no file {self.path}.", "Check the path; `graphdeck run` makes the file with the first run."
            ) from error
        except OSError as error:
            raise FileError(
                f"{self.path} cannot be read: {error.strerror}.", "Check its permissions and the folder's."
            ) from error
        if not header and not self._beside("-wal").exists():
            raise FileError(f"{self.path} is empty: no thread has been saved in it.", "Start a run to fill it.")
        if header and not header.startswith(_HEADER[: len(header)]):
            raise FileError(f"{self.path} is not a SQLite file.", _WRONG_FILE_HINT)
        if header and len(header) < _HEADER_SIZE:
            raise self._broken("it ends within its header")
        return header[18] if header else WAL_VERSION

    def _connect(self, look: Look) -> None:
        self._inode = connecting(self.path)
        try:
            connection = sqlite3.connect(
                look.uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error:
            disconnected(self._inode)
            raise
        self._connection = connection
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.execute("PRAGMA trusted_schema=OFF")
        if look.is_alone:
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        for (name, arguments), function in self._functions.items():
            connection.create_function(name, arguments, function, deterministic=True)

    def _check_tables(self) -> None:
        tables = {row[0] for row in self._run("SELECT name FROM sqlite_master WHERE type = 'table'", ())}  # no views
        found = {
            table: {row[1] for row in self._run(f"PRAGMA table_info({table})", ())} if table in tables else set()
            for table in _COLUMNS
        }
        if not any(found.values()):
            raise FileError(
                f"{self.path} is a SQLite file without LangGraph's tables, made by another program.", _WRONG_FILE_HINT
            )
        for table, columns in _COLUMNS.items():
            if missing := columns - found[table]:
                raise FileError(
                    f"{self.path} is not a checkpoint file: its table {table} has no {', '.join(sorted(missing))}.",
                    _WRONG_FILE_HINT,
                )
        self._task_path = "task_path" if "task_path" in found["writes"] else "''"

    # -- what went wrong ---------------------------------------------------------------------------------------

    def _failed(self, error: sqlite3.Error) -> FileError:
        primary = _code(error) & 0xFF
        if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return FileError(f"{self.path} is locked by another program.", "Try again when that program has finished.")
        if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return self._broken(str(error))
        return FileError(f"{self.path} cannot be read: {error}.", "Check its permissions, and the folder's.")

    def _broken(self, why: str) -> FileError:
        return FileError(
            f"{self.path} is damaged or cut short: {why}.",
            "Restore it from a copy, or save what can be saved with `sqlite3 FILE .recover`.",
        )


class _ChangedError(sqlite3.OperationalError):
    """The file has been written while it was read as one that cannot change."""


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)


def _passes(error: sqlite3.Error) -> bool:
    """Whether an error may come from a program that is just opening or closing the file."""
    code = _code(error)
    cut_short = code == sqlite3.SQLITE_IOERR_SHORT_READ
    return isinstance(error, _ChangedError) or (code & 0xFF in _PASSING and not cut_short)
