"""A file that is made whole or not at all, and never in the place of another one."""

import errno
import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from graphdeck.graphs.errors import FileError

_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)
"""What file systems say that have no second names for a file."""
_LEFT: Final = ("-wal", "-journal")
"""What SQLite would take for a part of the file, although it is that of one which somebody has removed."""
_PARTS: Final = ("", "-journal", "-wal", "-shm")
"""What may be left where it could not be finished: SQLite keeps more beside a file."""


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Where to write a file that comes to its place at the end; raises OSError, also where there is one already.

    That is also where only SQLite's own files beside it are left: SQLite itself removes them as it makes the file, but
    would bring what they hold into one that is there.
    """
    _refuse_existing(path)
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        yield part
        try:
            os.link(part, path)  # as `rename`, but it never takes the place of a file
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            _rename(part, path)
    finally:
        for suffix in _PARTS:
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def _rename(part: Path, path: Path) -> None:
    """The same without links: one process after the other looks that it takes no file's place."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        _refuse_existing(path)
        part.rename(path)
    finally:
        os.close(folder)


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise FileExistsError(errno.EEXIST, "it exists already, and nothing is overwritten")
    for suffix in _LEFT:
        if path.with_name(path.name + suffix).exists():
            raise FileExistsError(errno.EEXIST, f"remove what is left of another file first: {path.name}{suffix}")


def cannot_write(path: Path, error: Exception) -> FileError:
    """The error for a new file that could not be written."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return FileError(f"{path} cannot be written: {why}", "name another file")
