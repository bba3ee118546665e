"""The lease: the right to run a thread, held by one process at a time and freed by the kernel when it dies.

It is an operating-system lock (`flock`) on a small file in `.graphdeck`; what the file holds says who has it.
Looking reads the file and never locks it.
"""

import fcntl
import json
import os
import socket
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from graphdeck.graphs.errors import FileError, RunningElsewhere
from graphdeck.graphs.local.home import home_of, make_home_of, read_json, thread_file_name

PATIENCE = 1.0
"""Seconds in which a worker that has just ended may still let go of its lease."""


class Holder(NamedTuple):
    """Who runs a thread."""

    pid: int
    """Process id of the worker."""
    born: int
    """When that process started, in clock ticks since boot; 0 where the system does not tell."""
    host: str
    """Host name."""
    since: str
    """ISO 8601, UTC."""
    run: str
    """The run's id."""

    @property
    def is_here(self) -> bool:
        """It is a process of this host."""
        return self.host == socket.gethostname()

    def __str__(self) -> str:
        return f"pid {self.pid} on {self.host} since {self.since}"


def lease_path(file: Path, thread: str) -> Path:
    """The lock file of one thread of one checkpoint file."""
    return home_of(file) / "leases" / f"{thread_file_name(file, thread)}.lock"


def told_holder(file: Path, thread: str) -> str:
    """Who runs the thread now, in words; empty where nobody does.

    Whether a process of another host lives cannot be seen from here: the words say what to do where it does not.
    """
    path = lease_path(file, thread)
    holder = _read_holder(path)
    if holder is None:
        return ""
    if holder.is_here:
        return str(holder)
    import shlex  # seldom needed, and every start waits for this module

    return f"{holder}; if {holder.host} is gone: rm {shlex.quote(str(path))}"


def any_held(file: Path) -> bool:
    """Whether any thread of any file beside this one may be held: one look, where asking for each thread is many."""
    try:
        return bool(os.listdir(home_of(file) / "leases"))
    except OSError:
        return False


def holder_of(file: Path, thread: str) -> Holder | None:
    """Who runs the thread now; None where nobody does. Takes nothing and writes nothing."""
    return _read_holder(lease_path(file, thread))


class Lease:
    """A lease that this process holds."""

    def __init__(self, path: Path, handle: int) -> None:
        self._path = path
        self._handle = handle

    @classmethod
    def take(cls, file: Path, thread: str, run: str) -> "Lease":
        """Take the thread's lease; raises RunningElsewhere where another live process has it."""
        path = lease_path(file, thread)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                handle = _lock(path)
                if handle is not None:
                    return cls._hold(path, handle, run)
            except OSError as error:
                raise FileError(
                    f"the lease of thread {thread!r} cannot be written: {error.strerror} ({path})",
                    "make the folder writable, or name a checkpoint file elsewhere with --db FILE",
                ) from error
            if time.monotonic() > deadline:
                holder = _read_holder(path)
                raise RunningElsewhere(
                    f"thread {thread!r} is running elsewhere: {holder or 'another process'}",
                    "wait for that run to end, or stop it there",
                )
            time.sleep(0.01)

    @classmethod
    def _hold(cls, path: Path, handle: int, run: str) -> "Lease":
        """Write into the locked file who has it; raises OSError, and lets go of it then."""
        lease = cls(path, handle)
        me = Holder(os.getpid(), _born(os.getpid()), socket.gethostname(), _now(), run)
        try:
            os.truncate(handle, 0)
            os.pwrite(handle, json.dumps(me._asdict()).encode(), 0)
        except OSError:
            lease.release()
            raise
        os.register_at_fork(after_in_child=lease._let_children_go)
        return lease

    def _let_children_go(self) -> None:
        """A child that the user's code forks may outlive this process, and must not keep the lock."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def release(self) -> None:
        """Give the lease back; a second call does nothing."""
        if self._handle >= 0:
            if _is_at(self._path, self._handle):  # else the folder was removed meanwhile, and it is another one's
                self._path.unlink(missing_ok=True)
            os.close(self._handle)
            self._handle = -1


def _lock(path: Path) -> int | None:
    """A locked handle on the file; None where another has it, or has just removed it."""
    make_home_of(path)
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # The last holder removes the file: a lock on a file that has no name any more protects nothing.
        if _is_at(path, handle):
            return handle
    except BlockingIOError:
        pass
    os.close(handle)
    return None


def _is_at(path: Path, handle: int) -> bool:
    """Whether an open file is the one of that name."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


def _read_holder(path: Path) -> Holder | None:
    try:
        holder = Holder(**read_json(path))
    except TypeError:  # empty or foreign content: being written, or nobody's
        return None
    is_alive = not holder.is_here or (_born(holder.pid) == holder.born and _is_alive(holder.pid))
    return holder if is_alive else None


def _born(pid: int) -> int:
    """Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat); 0 where it cannot be read."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            return int(stat.read().rpartition(b")")[2].split()[19])
    except (OSError, IndexError, ValueError):
        return 0


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
