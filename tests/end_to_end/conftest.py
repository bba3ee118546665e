"""The installed program in a real terminal, and its command line in this process, on the session's warm host."""

import asyncio
import functools
import io
import json
import os
import select
import sys
import termios
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ptyprocess
import pyte
import pytest
import pytest_asyncio

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.tui.start import main

PATIENCE = 60.0
"""Seconds in which a screen must show what a test waits for."""


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, arguments: list[str], folder: Path, columns: int, lines: int) -> None:
        program = str(Path(sys.executable).with_name("graphdeck"))
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        for name in ("COLUMNS", "LINES"):  # the terminal has a size of its own
            environment.pop(name, None)
        size = (lines, columns)
        self.process = ptyprocess.PtyProcess.spawn(
            [program, *arguments],
            cwd=str(folder),
            env=environment,
            dimensions=size,
            preexec_fn=lambda: termios.tcsetwinsize(0, size),  # before the program looks, however busy we are
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

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Read until something holds that the screen need not show."""
        self._read_until(holds, "it never came to hold")

    def wait_without(self, text: str) -> None:
        """Read until the screen shows this text no more."""
        self._read_until(lambda: text not in self.text, f"the screen still shows {text!r}")

    def settle(self, seconds: float) -> None:
        """Read until nothing has been painted for so long."""
        deadline = time.monotonic() + PATIENCE
        while self._read(seconds):
            assert time.monotonic() < deadline, f"the screen never came to rest:\n{self.text}"

    def wait_until_stopped(self) -> None:
        """Read until the program stands still for the shell, whose output then takes its place."""
        self._read_until(lambda: os.waitpid(self.process.pid, os.WUNTRACED | os.WNOHANG)[0] != 0, "it did not stop")
        self._screen.reset()

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


@dataclass(frozen=True)
class Finished:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON lines that it printed."""
        return [json.loads(line) for line in self.out.splitlines()]

    def named(self, name: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [event for event in self.events if event["event"] == name]

    @property
    def said(self) -> str:
        """The error without the folding of its lines."""
        return " ".join(self.err.split())


class CommandLine:
    """Runs `graphdeck WORDS...` as its own process does, but with the workers of the session's warm host."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch = monkeypatch
        self._capsys = capsys

    async def __call__(self, *words: str, stdin: str = "") -> Finished:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        self._capsys.readouterr()
        status = await asyncio.to_thread(_exit_status, words)
        return Finished(status, *self._capsys.readouterr())


def _exit_status(words: tuple[str, ...]) -> int:
    with pytest.raises(SystemExit) as exit_:
        main(list(words))
    assert isinstance(exit_.value.code, int)
    return exit_.value.code


@pytest_asyncio.fixture
async def graphdeck(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], pool: WorkerPool
) -> CommandLine:
    """The command line in the test's folder, 100 columns wide."""
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(asyncio, "run", lambda work: asyncio.run_coroutine_threadsafe(work, loop).result())
    monkeypatch.setattr("graphdeck.graphs.local.engine.LocalEngine", functools.partial(LocalEngine, pool=pool))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return CommandLine(monkeypatch, capsys)
