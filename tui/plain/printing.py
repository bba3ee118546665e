"""Printing a run while it goes on: JSON lines for programs, lines for people."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from graphdeck.graphs.events import Event, event_to_dict
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.values import json_line
from graphdeck.tui.plain.lines import RunLines
from graphdeck.tui.plain.terminal import Terminal

SECONDS_TO_FLUSH: Final = 0.05
"""How long output to a file or pipe may stay in the buffer."""


class Output:
    """Standard output during a run: at once on a terminal, in batches elsewhere, so that long loops cost little."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._interactive = stream.isatty()
        self._timer: asyncio.TimerHandle | None = None
        self._broken: BrokenPipeError | None = None

    def write(self, text: str) -> None:
        """Write text; raises BrokenPipeError once the reader is gone."""
        if self._broken is not None:
            raise self._broken
        self._stream.write(text)
        if self._interactive:
            self._stream.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(SECONDS_TO_FLUSH, self._flush)

    def close(self) -> None:
        """Flush what is left; raises BrokenPipeError where the reader is gone."""
        if self._timer is not None:
            self._timer.cancel()
        self._stream.flush()

    def _flush(self) -> None:
        self._timer = None
        try:
            self._stream.flush()
        except BrokenPipeError as error:  # raised by the next write, where the run can be stopped
            self._broken = error


class JsonPrinter:
    """One JSON object a line, ASCII only."""

    def __init__(self, output: Output) -> None:
        self._output = output

    def print(self, event: Event) -> None:
        """Print the whole event; raises BrokenPipeError where nobody reads any more."""
        self._output.write(json_line(event_to_dict(event)) + "\n")


class LinePrinter:
    """Lines for people."""

    def __init__(self, output: Output, request: RunRequest, terminal: Terminal, db: Path | None) -> None:
        self._output = output
        self._lines = RunLines(request, terminal, db)
        self.file = ""
        """Checkpoint file of the run, once it has begun; empty where it saves nothing."""
        self.around: Sequence[str] = ()
        """What an answer has to do with what is around its question."""

    def print(self, event: Event) -> None:
        """Print what a person wants to know of the event, which may be nothing."""
        text = self._lines.feed(event, self.around)
        if text:
            self._output.write(text)
