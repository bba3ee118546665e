"""The first bytes of a file that SQLite may have open in this process, read so that its locks stay.

POSIX drops every lock that a process holds on a file as soon as the process closes any descriptor of it. A reader whose
lock is gone is not seen by a writer that closes the file: it moves the `-wal` into the file and deletes it, and the
reader finds rows of two times (https://sqlite.org/howtocorrupt.html, section 2.2). So while a connection of this
process has a file open, one descriptor of it stays open too.
"""

import os
import threading
from collections import Counter
from pathlib import Path
from typing import Final, TypeAlias

Inode: TypeAlias = tuple[int, int]
"""Device and number of a file, whatever it is called."""

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


def _inode(found: os.stat_result) -> Inode:
    return found.st_dev, found.st_ino
