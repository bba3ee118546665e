"""A file that is made whole or not at all, and never in the place of another one."""

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from graphdeck.graphs.errors import FileError

_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)
"""What file systems say that have no second names for a file."""


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Where to write a file that comes to its place at the end; raises OSError, also where there is one already."""
    if path.exists():
        raise FileExistsError(errno.EEXIST, "it exists already, and nothing is overwritten")
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        yield part
        try:
            os.link(part, path)  # as `rename`, but it never takes the place of a file
        except OSError as error:
            if error.errno not in _NO_LINKS or path.exists():
                raise
            part.rename(path)
    finally:
        part.unlink(missing_ok=True)


def cannot_write(path: Path, error: Exception) -> FileError:
    """The error for a new file that could not be written."""
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return FileError(f"{path} cannot be written: {why}", "name another file")
