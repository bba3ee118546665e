"""Prints of the user's code, with the node that printed them."""

import asyncio
import fcntl
import io
import struct
import sys
import termios
import threading
from collections.abc import Callable, Iterable
from typing import Final, TextIO

from langchain_core.runnables.config import var_child_runnable_config

from graphdeck.graphs.events import Output

FULL: Final = 4096
"""Writes of an unfinished line that are sent without waiting for its end."""

LONGEST: Final = 1 << 16
"""Characters of one event; longer prints come as several."""

Place = tuple[str, str, tuple[str, ...]]
"""Task id, node name and subgraph path; empty outside any node."""


def place_of_caller() -> Place:
    """The task that the running code belongs to, as LangGraph's context says."""
    config = var_child_runnable_config.get() or {}
    metadata = config.get("metadata") or {}
    node = metadata.get("langgraph_node", "")
    path = str(metadata.get("langgraph_checkpoint_ns") or metadata.get("checkpoint_ns") or "")
    *ns, last = path.split("|") if path else [""]
    return last.rpartition(":")[2], node, tuple(ns)


class NodeStream(io.TextIOBase):
    """A standard stream that sends what is printed as events, line by line where that is soon enough."""

    def __init__(self, name: str, underlying: TextIO, send: Callable[[Output], None]) -> None:
        self._name = name
        self._underlying = underlying
        self._send = send
        self._parts: dict[Place, list[str]] = {}
        self._lock = threading.RLock()

    @property
    def encoding(self) -> str:  # type: ignore[override] # TextIOBase has a plain attribute
        """Of the stream underneath."""
        return self._underlying.encoding

    @property
    def buffer(self) -> object:
        """The bytes underneath, for code that writes bytes; they are shown as the node's where one runs alone."""
        return self._underlying.buffer

    def fileno(self) -> int:
        """The descriptor underneath, which children inherit."""
        return self._underlying.fileno()

    def isatty(self) -> bool:
        """Never a terminal."""
        return False

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str, /) -> int:
        """Take text of the running node."""
        place = place_of_caller()
        with self._lock:
            parts = self._parts.setdefault(place, [])
            parts.append(text)
            if "\n" in text or len(text) > FULL or len(parts) > FULL:
                self._send_of(place)
        return len(text)

    def flush(self) -> None:
        """Send unfinished lines, and what was written to the bytes underneath."""
        with self._lock:
            for place in list(self._parts):
                self._send_of(place)
        self._underlying.flush()

    def flush_task(self, task: str) -> None:
        """Send the unfinished line of one task."""
        with self._lock:
            for place in [place for place in self._parts if place[0] == task]:
                self._send_of(place)

    def _send_of(self, place: Place) -> None:
        text = "".join(self._parts.pop(place, []))
        task, node, ns = place
        for start in range(0, len(text), LONGEST):
            part = text[start : start + LONGEST]
            self._send(Output(task=task, node=node, ns=ns, stream=self._name, text=part))


class NoKeyboard(io.TextIOBase):
    """Standard input that is at its end, and says so to the person whose code reads it."""

    def __init__(self, underlying: TextIO) -> None:
        self._underlying = underlying

    def fileno(self) -> int:
        """The descriptor underneath, which children inherit."""
        return self._underlying.fileno()

    def readable(self) -> bool:
        """Always; there is nothing to read."""
        return True

    def read(self, size: int | None = -1, /) -> str:
        """Nothing."""
        return self._nothing()

    def readline(self, size: int = -1, /) -> str:  # type: ignore[override] # typeshed: of bytes or text
        """Nothing, so that `input()` raises EOFError at once."""
        return self._nothing()

    def _nothing(self) -> str:
        sys.stderr.write("a node has no keyboard: reading it gives end-of-file; interrupt() asks a person\n")
        return ""


def capture(send: Callable[[Output], None]) -> tuple[NodeStream, NodeStream]:
    """Put node streams in the place of `sys.stdout` and `sys.stderr`, and the end in that of `sys.stdin`."""
    streams = NodeStream("stdout", sys.stdout, send), NodeStream("stderr", sys.stderr, send)
    sys.stdout, sys.stderr = streams
    sys.stdin = NoKeyboard(sys.stdin)
    return streams


def unread(handles: Iterable[int] = (1, 2)) -> int:
    """Bytes in the standard pipes that the front end has not read yet; 0 where the system cannot tell."""
    total = 0
    for handle in handles:
        try:
            answer = fcntl.ioctl(handle, termios.FIONREAD, b"\0\0\0\0")
        except OSError:
            continue
        total += struct.unpack("i", answer)[0]
    return total


async def are_read(seconds: float) -> bool:
    """Wait so long at the most until the front end has read what is in the standard pipes; whether it has."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while unread():
        if loop.time() > deadline:
            return False
        await asyncio.sleep(0.001)
    return True
