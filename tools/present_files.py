"""What lies at a path now, read so that looking changes nothing and never hangs: regular files alone, of some size."""

import os
import stat
from pathlib import Path
from typing import Final, NamedTuple

LARGEST: Final = 2_000_000
"""Bytes of a file that are read to be compared."""


class Present(NamedTuple):
    """What a tool that writes to a path would find there."""

    text: str | None
    """Its text; None where there is none, or it cannot be compared."""
    is_new: bool
    """Nothing is there."""
    facts: tuple[str, ...]
    """What is odd about the place, in short sentences."""


def present(path: str, root: Path) -> Present:
    """What lies at a path that a tool was given, taken from the project's root as its tools are."""
    if "\0" in path:
        return Present(None, False, ("not a path: it holds a null character",))
    if path.startswith("~"):
        return Present(None, False, ("whether ~ is your home folder only the tool knows: nothing is compared",))
    where = os.path.realpath(root / path)
    facts = _outside(path, where, root)
    try:
        found = os.lstat(where)
    except FileNotFoundError:
        return Present(None, True, facts)
    except OSError as error:
        return Present(None, False, (*facts, f"cannot be looked at: {error.strerror}"))
    if not stat.S_ISREG(found.st_mode):
        return Present(None, False, (*facts, f"there is {_kind(found.st_mode)} at this path"))
    if where.endswith("-shm") or os.path.exists(f"{where}-shm"):  # who closes it takes SQLite's locks from this process
        return Present(None, False, (*facts, f"SQLite has a file of {found.st_size:,} bytes in use there"))
    if found.st_size > LARGEST:
        return Present(None, False, (*facts, f"{found.st_size:,} bytes are there now: too large to be compared here"))
    try:
        raw = _read(where)
    except OSError as error:
        return Present(None, False, (*facts, f"cannot be read: {error.strerror}"))
    try:
        return Present(raw.decode("utf-8"), False, facts)
    except UnicodeDecodeError:
        return Present(None, False, (*facts, f"{len(raw):,} bytes are there now, which are not text"))


def _outside(path: str, where: str, root: Path) -> tuple[str, ...]:
    """Whether the path leaves the project, by itself or through a link."""
    home = os.path.realpath(root)
    if Path(where).is_relative_to(home):
        return ()
    written = os.path.normpath(root / path)
    leads = "leads" if Path(written).is_relative_to(os.path.normpath(root)) else "is"
    return (f"{leads} outside the project folder: {where}",)


def _read(where: str) -> bytes:
    """A file's content; a pipe or link that has come in its place since is not waited for or followed."""
    descriptor = os.open(where, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        return file.read(LARGEST + 1)


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def what_is_there(path: str, root: Path) -> tuple[str, ...]:
    """What a tool that deletes a path would take away: a file and its size, a folder and how much is in it."""
    if "\0" in path or path.startswith("~"):
        return present(path, root).facts
    where = os.path.normpath(root / path)  # a link itself is deleted, not what it leads to
    facts = _outside(path, os.path.join(os.path.realpath(os.path.dirname(where)), os.path.basename(where)), root)
    try:
        found = os.lstat(where)
        if stat.S_ISDIR(found.st_mode):
            with os.scandir(where) as entries:
                count = sum(1 for _ in zip(entries, range(_MOST_ENTRIES), strict=False))
            number = f"{_MOST_ENTRIES:,} or more" if count == _MOST_ENTRIES else f"{count:,}"
            return (*facts, f"a folder with {number} {'entry' if count == 1 else 'entries'} in it")
    except FileNotFoundError:
        return (*facts, "nothing is there now")
    except OSError as error:
        return (*facts, f"cannot be looked at: {error.strerror}")
    if stat.S_ISLNK(found.st_mode):
        return (*facts, f"a link to {os.readlink(where)}")
    if stat.S_ISREG(found.st_mode):
        return (*facts, f"a file of {found.st_size:,} bytes")
    return (*facts, _kind(found.st_mode))


_MOST_ENTRIES: Final = 10_000
"""Entries of a folder that are counted."""
