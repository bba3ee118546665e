"""Looking into a checkpoint file: how SQLite opens it so that no trace is left, and how its first bytes are read.

POSIX drops every lock that a process holds on a file as soon as the process closes any descriptor of it. A reader whose
lock is gone is not seen by a writer that closes the file: it moves the `-wal` into the file and deletes it, and the
reader finds rows of two times (https://sqlite.org/howtocorrupt.html, section 2.2). So while a connection of this
process has a file open, one descriptor of it stays open too.
"""

import os
import threading
from collections import Counter
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias
from urllib.parse import quote

Inode: TypeAlias = tuple[int, int]
"""Device and number of a file, whatever it is called."""

LOCKED: Final = "mode=ro"
"""How SQLite opens a file to read it beside writers; it may leave a `-wal` and a `-shm` behind."""
_FIXED: Final = "mode=ro&immutable=1"
_ALONE: Final = "mode=ro&vfs=unix-none"
WAL_VERSION: Final = 2
"""What the first bytes of a file say whose journal is a `-wal`."""
_JOURNAL_AT: Final = 18
_EFFECTIVE: Final = os.access in os.supports_effective_ids

_lock: Final = threading.Lock()
_connections: Final[Counter[Inode]] = Counter()
_kept: Final[dict[Inode, int]] = {}
"""A descriptor of each file that was looked into while a connection had it open."""


def first_bytes(path: Path, size: int) -> bytes:
    """Up to that many bytes from the start of an ordinary file; raises `OSError`."""
    with _lock:
        kept = _kept.get(_inode(os.stat(path)))
        if kept is not None:
            return os.pread(kept, size, 0)
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        inode = _inode(os.fstat(descriptor))
        try:
            return os.pread(descriptor, size, 0)
        finally:
            if _connections[inode]:
                _kept[inode] = descriptor
            else:
                os.close(descriptor)


def connecting(path: Path) -> Inode | None:
    """Tell that SQLite is about to open a file; what `disconnected` wants afterwards, None where there is none."""
    with _lock:
        try:
            inode = _inode(os.stat(path))
        except OSError:
            return None
        _connections[inode] += 1
        return inode


def disconnected(inode: Inode | None) -> None:
    """Tell that a connection has been closed."""
    if inode is None:
        return
    with _lock:
        _connections[inode] -= 1
        if not _connections[inode]:
            del _connections[inode]
            if inode in _kept:
                os.close(_kept.pop(inode))


class Look(NamedTuple):
    """How a file is to be opened now."""

    path: str
    """Absolute path."""
    options: str
    """Of SQLite's URI."""
    seen: tuple[int, ...]
    """With the options, what tells whether it must be opened anew."""

    @property
    def uri(self) -> str:
        """What SQLite opens."""
        return f"file:{quote(self.path)}?{self.options}"

    @property
    def is_unlocked(self) -> bool:
        """It is read without locks: what was read counts only where it `still_holds` afterwards."""
        return self.options != LOCKED

    def still_holds(self) -> bool:
        """Whether nothing that was read can have been written meanwhile."""
        if not self.is_unlocked:
            return True
        wal = signature(f"{os.path.realpath(self.path)}-wal") if self.is_alone else ()
        return signature(self.path) + wal == self.seen

    @property
    def is_alone(self) -> bool:
        """The index of its `-wal` is to be kept in memory (`locking_mode=EXCLUSIVE`)."""
        return self.options == _ALONE

    def locked(self) -> "Look":
        """The same file under SQLite's locks."""
        return self._replace(options=LOCKED)


def look_at(path: Path, journal: int | None = None) -> Look:
    """How to open a file so that looking leaves no trace; `journal` is the version that its first bytes tell.

    Without a `-wal` beside it nobody has written since it was closed, and SQLite is told that it cannot change
    (`immutable`), since even a read-only connection would leave `-wal` and `-shm` behind. With a `-wal` the file is
    read under SQLite's own locks, and its `-shm` is made anew where it is gone: to do without them (`unix-none`) is
    safe only in a folder that we may not write, as SQLite deletes a `-wal` that it takes for empty when it closes the
    file. A file that is read without locks must be opened anew when it changes, any other one when it or its `-wal` is
    replaced.
    """
    if journal is None:
        header = first_bytes(path, _JOURNAL_AT + 1)
        journal = header[_JOURNAL_AT] if len(header) > _JOURNAL_AT else WAL_VERSION
    real = os.path.realpath(path)  # SQLite keeps the others beside the file itself, not beside a link to it
    main, wal = signature(path), signature(f"{real}-wal")
    if not wal and journal == WAL_VERSION:
        return Look(str(path), _FIXED, main)
    shm_is_gone = bool(wal) and not os.path.exists(f"{real}-shm")
    if shm_is_gone and not os.access(os.path.dirname(real), os.W_OK, effective_ids=_EFFECTIVE):
        return Look(str(path), _ALONE, main + wal)
    return Look(str(path), LOCKED, main[:1] + wal[:1])


def signature(path: str | Path) -> tuple[int, ...]:
    """Another one whenever a file was written or replaced; empty where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return ()
    return (found.st_ino, found.st_size, found.st_mtime_ns)


def _inode(found: os.stat_result) -> Inode:
    return found.st_dev, found.st_ino
