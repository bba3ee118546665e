"""Work in the background of a screen: reads, of each kind one at a time, and what else takes its time."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from textual.dom import DOMNode
from textual.message import Message
from textual.worker import Worker

from graphdeck.graphs.errors import GraphdeckError
from graphdeck.tui.keys_first import KeysFirst

PAUSE: Final = 0.1
"""Seconds between two reads of one kind at least, so that a fast run does not read all the time."""
REST: Final = 8
"""How much longer than the read before it the rest is: what is read takes its time from the keys."""
LONGEST: Final = 0.8
"""Seconds of rest at most."""


class Background:
    """Starts work in workers of a receiver, and posts what comes of it; `failed` makes the message where it fails."""

    def __init__(self, receiver: DOMNode, failed: Callable[[str, str, GraphdeckError, str], Message]) -> None:
        self.keys = KeysFirst()
        """A read that follows another one waits for the keys that are noted here."""
        self._receiver, self._failed = receiver, failed
        self._reading: set[str] = set()
        self._following: dict[str, Callable[[], Awaitable[None]]] = {}
        self._hurry = asyncio.Event()

    def _start(self, kind: str, work: Coroutine[Any, Any, None]) -> None:
        """Do it in the background; a fault in it does not end the app: its worker's state tells the receiver."""
        self._receiver.run_worker(work, name=kind, group=kind, exit_on_error=False)

    def _ask_instead(self, kind: str, about: str, read: Callable[[], Awaitable[Message | None]]) -> Worker[None]:
        """Read in the background in place of whatever of this kind is under way, which is given up."""
        work = self._tell(kind, about, read)
        return self._receiver.run_worker(work, name=kind, group=kind, exclusive=True, exit_on_error=False)

    def _ask(self, kind: str, about: str, read: Callable[[], Awaitable[Message | None]], file: str = "") -> None:
        """Read in the background; while one of its kind is under way it is next, in place of any that waited."""
        if kind in self._reading:
            self._following[kind] = lambda: self._tell(kind, about, read, file)
            return
        self._reading.add(kind)
        self._start(kind, self._read_on(kind, lambda: self._tell(kind, about, read, file)))

    async def _tell(self, kind: str, about: str, work: Callable[[], Awaitable[Message | None]], file: str = "") -> None:
        """Do some work, and post what comes of it; `file` holds the thread that it is about, where it is known."""
        try:
            message = await work()
        except GraphdeckError as error:
            message = self._failed(kind, about, error, file)
        if message is not None:
            self._receiver.post_message(message)

    async def _rest(self, kind: str, took: float) -> None:
        """Rest after a read that took so many seconds, and for a key, unless a state is wanted at once."""
        pause = min(max(PAUSE, took * REST), LONGEST)
        hurries = False
        if kind == "state":
            with contextlib.suppress(TimeoutError):
                hurries = await asyncio.wait_for(self._hurry.wait(), pause)
            self._hurry.clear()
        else:
            await asyncio.sleep(pause)
        if not hurries:
            await self.keys.turn()

    async def _read_on(self, kind: str, read: Callable[[], Awaitable[None]]) -> None:
        now = asyncio.get_running_loop().time
        try:
            begun = now()
            await read()
            while kind in self._following:
                await self._rest(kind, now() - begun)
                begun = now()
                await self._following.pop(kind)()
        finally:
            self._reading.discard(kind)
