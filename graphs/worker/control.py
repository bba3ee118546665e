"""What the front end tells a run while it goes on: drain, cancel; or that it is gone."""

import asyncio
import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from langgraph.runtime import RunControl

GRACE = 10.0
"""Seconds that the run may take to drain once its front end has gone."""


class Control:
    """Listens to the front end in a thread of its own, so that a blocked event loop still hears it."""

    def __init__(self, frames: Iterator[Any]) -> None:
        self.run_control = RunControl()
        self.stopped_by = ""
        self._frames = frames
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._changed: asyncio.Future[Sequence[str]] | None = None

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start listening, on behalf of the loop that runs the graph, or will."""
        self._loop = loop
        self._changed = loop.create_future()
        threading.Thread(target=self._listen, name="graphdeck-control", daemon=True).start()

    def cancels(self, task: asyncio.Task[Any]) -> None:
        """Name the task that a cancellation ends."""
        self._task = task

    async def changed_questions(self) -> Sequence[str]:
        """Ids of the questions that the front end finds changed since they were answered; none where it is gone."""
        assert self._changed is not None
        return await self._changed

    def _listen(self) -> None:
        for frame in self._frames:
            match frame:
                case {"control": "drain"}:
                    self._drain("drain")
                case {"control": "cancel"} if self.stopped_by != "cancel":
                    self._cancel()
                case {"control": "looked", "changed": changed}:
                    self._in_loop(self._tell_changed, changed)
        self._drain("the front end closed")
        timer = threading.Timer(GRACE, os.kill, (0, signal.SIGKILL))
        timer.daemon = True
        timer.start()

    def _drain(self, reason: str) -> None:
        self.stopped_by = self.stopped_by or reason
        self.run_control.request_drain(reason)
        self._in_loop(self._tell_changed, ())

    def _cancel(self) -> None:
        self.stopped_by = "cancel"
        self.run_control.request_drain("cancel")
        self._in_loop(self._tell_changed, ())
        self._in_loop(self._cancel_task)

    def _in_loop(self, do: Callable[..., None], *about: Any) -> None:
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):  # the loop is closed: nothing is left to stop
            self._loop.call_soon_threadsafe(do, *about)

    def _tell_changed(self, changed: Sequence[str]) -> None:
        if self._changed is not None and not self._changed.done():
            self._changed.set_result(changed)

    def _cancel_task(self) -> None:
        if self._task is not None:
            self._task.cancel()
