"""A real terminal for the installed program: a pseudo-terminal, and a screen to look at."""

import os
import select
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import ptyprocess
import pyte
import pytest

PATIENCE = 20.0
"""Seconds in which a screen must show what a test waits for."""


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, arguments: list[str], folder: Path, columns: int, lines: int) -> None:
        program = str(Path(sys.executable).with_name("graphdeck"))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = ptyprocess.PtyProcess.spawn(
            [program, *arguments], cwd=str(folder), env=environment, dimensions=(lines, columns)
        )
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self.raw = bytearray()

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self._screen.display)

    def press(self, keys: str) -> None:
        """Send keys as a terminal does."""
        self.process.write(keys.encode())

    def wait_for(self, *texts: str) -> None:
        """Read until the screen shows all these texts."""
        self._read_until(lambda: all(text in self.text for text in texts), f"the screen never showed {texts}")

    def wait_without(self, text: str) -> None:
        """Read until the screen shows this text no more."""
        self._read_until(lambda: text not in self.text, f"the screen still shows {text!r}")

    def settle(self, seconds: float) -> None:
        """Read until nothing has been painted for so long."""
        deadline = time.monotonic() + PATIENCE
        while self._read(seconds):
            assert time.monotonic() < deadline, f"the screen never came to rest:\n{self.text}"

    def wait_for_end(self) -> int:
        """Read until the program has ended; its exit status."""
        self._read_until(lambda: not self.process.isalive(), "the program did not end")
        return int(self.process.exitstatus if self.process.exitstatus is not None else -self.process.signalstatus)

    def close(self) -> None:
        """Close the terminal, as a lost connection does."""
        self.process.close(force=True)

    def _read_until(self, is_so: Callable[[], bool], complaint: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < deadline, f"{complaint}:\n{self.text}"
            self._read(0.2)

    def _read(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.process.fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self.process.fd, 1 << 16)
        except OSError:  # Linux says so when the other end has closed
            return False
        self.raw += data
        self._stream.feed(data)
        return bool(data)


@pytest.fixture
def open_terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Start graphdeck in a terminal of a given size, in the test's folder."""
    opened: list[Terminal] = []

    def start(*arguments: str, columns: int = 120, lines: int = 34) -> Terminal:
        terminal = Terminal(list(arguments), tmp_path, columns, lines)
        opened.append(terminal)
        return terminal

    yield start
    for terminal in opened:
        if terminal.process.isalive():
            terminal.close()
