"""`graphdeck follow`: what happens in a thread while another process runs it."""

import contextlib
import sys
from pathlib import Path

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.events import Event, RunEnded, RunStarted
from graphdeck.graphs.records import RunRequest
from graphdeck.tui.plain.errors import error_text
from graphdeck.tui.plain.printing import JsonPrinter, LinePrinter, Output
from graphdeck.tui.plain.run import exit_status
from graphdeck.tui.plain.terminal import Terminal


async def follow(engine: Engine, thread: str, *, db: Path | None, as_json: bool, terminal: Terminal) -> int:
    """Print the events as they come, as lines for people or as JSON lines; the exit status is that of the run."""
    output = Output(sys.stdout)
    printer: JsonPrinter | LinePrinter = JsonPrinter(output)
    last: Event | None = None
    with contextlib.closing(output):
        async for event in engine.follow(thread):
            if isinstance(event, RunStarted) and not as_json:
                printer = LinePrinter(output, RunRequest(graph=event.graph, thread=thread), terminal, db)
            printer.print(event)
            last = event
    assert isinstance(last, RunEnded)
    if last.error is not None and not as_json:
        print(error_text(last.error["message"], last.error["hint"]), file=sys.stderr, flush=True)
    return exit_status(last, by_hand=False)
