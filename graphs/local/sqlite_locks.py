"""SQLite's locks on a checkpoint file, held once more for a worker by a process in which no code of users runs.

POSIX drops every lock that a process holds on a file as soon as the process closes any descriptor of it
(https://sqlite.org/howtocorrupt.html, section 2.2). A user's code runs in the process that writes the checkpoint file:
an agent that searches its project reads that file too, and the worker's locks are gone. Who closes the file next takes
itself for the last one and deletes the `-wal`, which the worker goes on writing: its checkpoints are lost, or the file
is damaged. So the host holds the same locks for as long as the worker has the file open.

It cannot hold those that come and go with each write, which are on the `-shm`: nobody but SQLite opens that one in a
worker meanwhile.
"""

import contextlib
import errno
import fcntl
import os
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from graphdeck.graphs.first_bytes import Inode

_IN_USE: Final = (("", 510, 0x40000002), ("-shm", 1, 128))
"""What SQLite locks for as long as a file in WAL mode is open: suffix of the file, bytes, and from where on."""
_LET_GO: Final = b"\0"
_DONE: Final = b"."
_LONGEST: Final = 1 << 16
_PATIENCE: Final = 2.0
"""Seconds that a worker waits for the holder: without it a file is as safe as in any other program."""


class LockHolder:
    """Holds locks for the workers at the other ends of its sockets, and opens their files for nothing else."""

    def __init__(self) -> None:
        self._held: dict[socket.socket, list[Inode]] = {}
        self._handles: dict[Inode, list[int]] = {}
        self._users: Counter[Inode] = Counter()

    @property
    def sockets(self) -> list[socket.socket]:
        """Where something may be asked for."""
        return list(self._held)

    def add(self, asking: socket.socket) -> None:
        """Hold locks for whoever has the other end."""
        self._held[asking] = []

    def remove(self, asking: socket.socket) -> None:
        """Let go of what is held for a socket, and close it; a second call does nothing."""
        if asking in self._held:
            self._let_go(self._held.pop(asking))
            asking.close()

    def serve(self, asking: socket.socket) -> None:
        """Do what is asked for on a socket that has something to read."""
        try:
            said = asking.recv(_LONGEST)
            if said == _LET_GO:
                self._let_go(self._held[asking])
            elif said:
                self._hold(os.fsdecode(said), self._held[asking])
            if said:
                asking.sendall(_DONE)
                return
        except OSError:
            pass  # the worker is gone
        self.remove(asking)

    def _hold(self, file: str, held: list[Inode]) -> None:
        for suffix, size, start in _IN_USE:
            with contextlib.suppress(OSError):
                found = os.stat(file + suffix)
                inode = found.st_dev, found.st_ino
                if inode not in self._handles:
                    handle = os.open(file + suffix, os.O_RDONLY | os.O_CLOEXEC)
                    opened = os.fstat(handle)
                    inode = opened.st_dev, opened.st_ino
                    self._handles.setdefault(inode, []).append(handle)
                self._users[inode] += 1
                held.append(inode)
                fcntl.lockf(self._handles[inode][-1], fcntl.LOCK_SH | fcntl.LOCK_NB, size, start)

    def _let_go(self, held: list[Inode]) -> None:
        for inode in held:
            self._users[inode] -= 1
            if not self._users[inode]:
                del self._users[inode]
                for handle in self._handles.pop(inode):
                    os.close(handle)
        held.clear()


def fork_holder(others: list[int]) -> socket.socket:
    """A holder in a process of its own, which ends with the last one that has the socket; it closes `others`.

    To be called while this process has one thread and nothing of a user.
    """
    ours, theirs = socket.socketpair()
    if (child := os.fork()) == 0:
        if os.fork() == 0:  # no child of the worker's: a user's code may wait for all of these
            for handle in (ours.fileno(), *others):
                os.close(handle)
            for standard in (1, 2):
                os.dup2(0, standard)
            holder = LockHolder()
            holder.add(theirs)
            while holder.sockets:
                holder.serve(theirs)
        os._exit(0)
    os.waitpid(child, 0)
    theirs.close()
    return ours


# -- in the worker ---------------------------------------------------------------------------------------------------

_holders: Final[list[socket.socket]] = []
_guarded: Final[dict[str, str]] = {}
"""By name the `-shm` that is not to be opened, with its path."""


def use_holder(holder: socket.socket) -> None:
    """Have this process ask a holder from now on."""
    holder.settimeout(_PATIENCE)
    _holders.append(holder)
    sys.addaudithook(_guard)


@contextlib.contextmanager
def locks_stay(file: Path) -> Iterator[None]:
    """While this lasts, the locks of a file that is open in WAL mode stay, whatever else this process closes."""
    real = os.path.realpath(file)
    shm = f"{real}-shm"
    _ask(os.fsencode(real))
    _guarded[os.path.basename(shm)] = shm
    try:
        yield
    finally:
        _guarded.clear()
        _ask(_LET_GO)


def _ask(what: bytes) -> None:
    for holder in _holders:
        with contextlib.suppress(OSError):
            holder.sendall(what)
            holder.recv(len(_DONE))


def _guard(event: str, arguments: tuple[Any, ...]) -> None:
    """Told by Python of whatever is done in this process; SQLite itself opens its files past it."""
    if event != "open" or not _guarded or not isinstance(arguments[0], (str, bytes, os.PathLike)):
        return
    path = os.fsdecode(arguments[0])
    guarded = _guarded.get(os.path.basename(path))
    if guarded is not None and _is_one(path, guarded):
        raise PermissionError(errno.EACCES, "SQLite has it in use, and would lose its locks: leave it out", path)


def _is_one(path: str, other: str) -> bool:
    try:
        return os.path.samefile(path, other)
    except OSError:
        return False
