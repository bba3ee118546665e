"""Opening a checkpoint file to look at it: nothing beside it or in it is created, changed or left behind."""

import os
import sqlite3
import stat
from collections.abc import Callable, Generator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, TypeVar
from urllib.parse import quote

from graphdeck.graphs.errors import FileError, GraphdeckError, MissingFileError

_HEADER: Final = b"SQLite format 3\x00"
_HEADER_SIZE: Final = 100
_WAL_VERSION: Final = 2
_BUSY_SECONDS: Final = 2.0
_REMEMBERED: Final = 60_000
"""Facts that are kept, so that lists read again every second decode only what is new."""
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

    Without a `-wal` beside it nobody has written since it was closed, and SQLite is told that it cannot change
    (`immutable`), since even a read-only connection would leave `-wal` and `-shm` behind. Every reading function
    first calls `refresh`, which sees a writer that has come since.
    """

    def __init__(self, path: Path) -> None:
        self.path: Final = path
        """Absolute path."""
        self.remembered: Final[dict[Any, Any]] = {}
        """What readers derived from rows that cannot change."""
        self._weight = 0
        self._connection: sqlite3.Connection | None = None
        self._uri = ""
        self._main: tuple[int, ...] = ()
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

    @property
    def generation(self) -> object:
        """Another one whenever the file had to be opened anew; until then `PRAGMA data_version` tells of changes."""
        return self._connection

    def remember(self, key: object, fact: object, *, weight: int = 1) -> None:
        """Keep what was derived from rows; all that is kept is forgotten when it becomes too much.

        `weight` is how many objects it is made of.
        """
        self._weight += weight
        if self._weight > _REMEMBERED:
            self.remembered.clear()
            self._weight = weight
        self.remembered[key] = fact

    @property
    def uri(self) -> str:
        """What SQLite may open the file with now, so that looking leaves no trace."""
        return self._uri

    @property
    def task_path(self) -> str:
        """SQL for the `task_path` of a write; files of old versions have no such column."""
        return self._task_path

    def refresh(self) -> None:
        """See what has been written since; raises what `open_file` raises where the file is gone or no longer one."""
        uri, main = self._look()
        stale = "immutable" in uri and main != self._main
        if self._connection is not None and uri == self._uri and not stale:
            return
        self.close()
        self._uri, self._main = uri, main
        self._connection = self._connect()
        self._check_tables()

    def changed(self) -> bool:
        """Whether the file has been written since this was last asked (True the first time)."""
        now = self.version()
        before, self._told = self._told, now
        return now != before

    def version(self) -> tuple[object, ...]:
        """Another one whenever the file has been written."""
        self.refresh()
        version = self.query("PRAGMA data_version")[0][0]
        return self._uri, self._main, _signature(self._beside("-wal")), version

    def query(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query at once, so that no read transaction stays open; raises `FileError`."""
        try:
            return self._run(sql, values)
        except sqlite3.DatabaseError as error:
            if self._look() == (self._uri, self._main):
                raise self._failed(error) from error
        self.refresh()  # a writer came between the look and the query
        try:
            return self._run(sql, values)
        except sqlite3.DatabaseError as error:
            raise self._failed(error) from error

    def _run(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        if self._connection is None:
            raise FileError(f"{self.path} is closed.")
        try:
            return self._connection.execute(sql, values).fetchall()
        except UnicodeEncodeError:  # a lone surrogate, as in an argument that is not UTF-8: no row can hold it
            return []

    def define(self, name: str, arguments: int, function: Callable[..., bool]) -> None:
        """Give the queries that follow, until the next refresh, a function of their own."""
        if self._connection is not None:
            self._connection.create_function(name, arguments, function, deterministic=True)

    # -- how to open it ----------------------------------------------------------------------------------------

    def _look(self) -> tuple[str, tuple[int, ...]]:
        """The URI to open the file with now, and the state of its main part."""
        journal = self._sniff()
        uri = f"file:{quote(str(self.path))}?mode=ro"
        if self._beside("-wal").exists():
            if not self._beside("-shm").exists():  # no writer is alive; keep SQLite from making a -shm of its own
                uri += "&vfs=unix-none"
        elif journal == _WAL_VERSION:
            uri += "&immutable=1"
        return uri, _signature(self.path)

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
            with self.path.open("rb") as stream:
                header = stream.read(_HEADER_SIZE)
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
        return header[18] if header else _WAL_VERSION

    def _connect(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(
                self._uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise self._failed(error) from error
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.execute("PRAGMA trusted_schema=OFF")
        if "unix-none" in self._uri:  # the index of the -wal is kept in memory
            connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        return connection

    def _check_tables(self) -> None:
        tables = {row[0] for row in self.query("SELECT name FROM sqlite_master WHERE type = 'table'")}  # no views
        found = {
            table: {row[1] for row in self.query(f"PRAGMA table_info({table})")} if table in tables else set()
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
        code = getattr(error, "sqlite_errorcode", None)
        primary = code & 0xFF if code is not None else None
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


def _signature(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns)
