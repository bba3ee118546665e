"""A program in a pseudo-terminal, timed by what it paints."""

import os
import select
import sys
import time
from pathlib import Path

import ptyprocess

PATIENCE = 60.0
"""Seconds in which a program must paint what is waited for, and end."""
GRAPHDECK = str(Path(sys.executable).with_name("graphdeck"))


class Program:
    """A program of 120 columns and 34 lines; use it as a context, which leaves nothing of it running."""

    def __init__(self, command: list[str], folder: Path) -> None:
        # As installed: with byte code on disk, which some environments turn off.
        environment = {**os.environ, "TERM": "xterm-256color", "PYTHONDONTWRITEBYTECODE": ""}
        self._since = time.perf_counter()
        self.beside: tuple[Program, ...] = ()
        """Programs whose output is read meanwhile: one that nobody reads stands still."""
        self.process = ptyprocess.PtyProcess.spawn(command, cwd=str(folder), env=environment, dimensions=(34, 120))
        self._seen = b""

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        everyone = self.family()
        self.process.close(force=True)
        deadline = time.monotonic() + PATIENCE
        while any(_lives(pid) for pid in everyone):
            if time.monotonic() > deadline:
                raise TimeoutError(f"still running: {[pid for pid in everyone if _lives(pid)]}")
            select.select([], [], [], 0.05)

    def press(self, keys: str) -> None:
        """Send keys; what is painted from now on is looked at, and timed."""
        self._seen, self._since = b"", time.perf_counter()
        self.process.write(keys.encode())

    def until(self, mark: str) -> float:
        """Seconds from the last keys, or from the start, until this is painted."""
        wanted = mark.encode()
        while wanted not in self._seen:
            if not self._read(PATIENCE) or time.perf_counter() - self._since > PATIENCE:  # it may paint for ever
                raise TimeoutError(f"{mark!r} was not painted in {PATIENCE} s")
        return time.perf_counter() - self._since

    def painted(self) -> float:
        """Seconds from the last keys until anything is painted."""
        if not self._read(PATIENCE):
            raise TimeoutError(f"nothing was painted in {PATIENCE} s")
        return time.perf_counter() - self._since

    def watch(self, seconds: float) -> None:
        """Read what is painted for so long."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self._read(left)

    def family(self) -> list[int]:
        """The process and all its descendants."""
        return _family(self.process.pid)

    def _read(self, seconds: float) -> bool:
        """Read what is painted within so long; whether it was anything."""
        deadline = time.perf_counter() + seconds
        programs = {program.process.fd: program for program in (self, *self.beside)}
        while ready := select.select([*programs], [], [], max(0.0, deadline - time.perf_counter()))[0]:
            for fd in ready:
                programs[fd]._seen += os.read(fd, 1 << 16)
            if self.process.fd in ready:
                return True
        return False


def _family(pid: int) -> list[int]:
    parents = {int(entry.name): _stat(int(entry.name))[1] for entry in Path("/proc").glob("[0-9]*")}
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == str(each)]
    return found


def _lives(pid: int) -> bool:
    """Whether a process is there and has not ended; an ended one may wait for its parent."""
    return _stat(pid)[0] not in ("", "Z")


def _stat(pid: int) -> tuple[str, str]:
    """State of a process and its parent's id; empty for one that is gone."""
    try:
        state, parent, *_ = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return "", ""
    return state, parent
