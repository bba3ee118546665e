"""`graphdeck run`: one run from its first event to its exit status. It never asks."""

import asyncio
import contextlib
import dataclasses
import signal
import sys
import uuid
from collections.abc import AsyncGenerator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from graphdeck.graphs.engine import Engine, Run
from graphdeck.graphs.errors import AnswerRefused, GraphdeckError, error_from_dict
from graphdeck.graphs.events import Checkpoint, Event, NodeStarted, RunEnded, RunStarted
from graphdeck.graphs.observed import Pair, routed_pairs, started_pairs
from graphdeck.graphs.questions.consequences import consequences, dropped
from graphdeck.graphs.records import RunRequest
from graphdeck.tui.plain.arguments import shell_word
from graphdeck.tui.plain.checkpoints import whole_checkpoint
from graphdeck.tui.plain.configs import with_config
from graphdeck.tui.plain.errors import error_text
from graphdeck.tui.plain.ids import with_whole_ids
from graphdeck.tui.plain.kept_stops import with_kept_stops
from graphdeck.tui.plain.printing import JsonPrinter, LinePrinter, Output
from graphdeck.tui.plain.terminal import node_names, terminal_of
from graphdeck.tui.rules import Rules

STOPPED_BY_HAND: Final = 130
"""Exit status of a run that Ctrl+C stopped."""

_STATUS: Final = {"done": 0, "waiting": 2, "breakpoint": 2}
"""Run status to exit status; 1 for all others."""


async def run(
    engine: Engine, request: RunRequest, *, db: Path | None = None, as_json: bool = False, stops: bool = False
) -> int:
    """Run a graph and print its events, as lines for people or as JSON lines; the exit status.

    It goes on by itself where rules answer all that waits. With `stops` those count that the project keeps.
    """
    request = await with_kept_stops(engine, request, used=stops)
    if request.resume and not request.seen:  # else somebody has looked at the questions already
        request = await with_whole_ids(engine, request)
    if request.checkpoint is not None:
        with contextlib.suppress(GraphdeckError):  # the run tells what is wrong with it
            whole = await whole_checkpoint(engine, request.thread, request.checkpoint)
            request = dataclasses.replace(request, checkpoint=whole)
    if request.has_input and not (as_json or request.checkpoint):
        await _tell_what_does_not_run(engine, request)
    output = Output(sys.stdout)
    printer = JsonPrinter(output) if as_json else LinePrinter(output, request, terminal_of(sys.stdout), db)
    ladder = StopLadder()
    ended: RunEnded | None = None
    taken: set[Pair] = set()
    with contextlib.closing(output), ladder.listening():
        async with contextlib.aclosing(framed_events(engine, request, ladder)) as events:
            async for event in events:
                if isinstance(printer, LinePrinter):
                    await _look_around(engine, request, event, printer)
                printer.print(event)
                if isinstance(event, Checkpoint):
                    taken |= {*routed_pairs(event)}
                elif isinstance(event, NodeStarted):
                    taken |= {*started_pairs(event)}
                elif isinstance(event, RunEnded):
                    ended = event
        await ladder.settled()
    assert ended is not None
    if taken:
        with contextlib.suppress(GraphdeckError):  # the run has told what is wrong with its target
            await engine.keep_edges(request.graph, taken)
    if not as_json and ended.error is not None:
        print(error_text(ended.error["message"], ended.error.get("hint", "")), file=sys.stderr, flush=True)
    return exit_status(ended, by_hand=ladder.presses > 0)


async def _tell_what_does_not_run(engine: Engine, request: RunRequest) -> None:
    """Say before an input begins anew which nodes its thread has been stopped before."""
    with contextlib.suppress(GraphdeckError):  # a new thread, or one that the run tells more about
        snapshot = await engine.state(request.thread, compared=False, file=request.file)
        if snapshot.status == "breakpoint" and snapshot.next:
            line = f"{node_names(snapshot.next)}, which the thread stands before, does not run: an input begins anew"
            print(line, file=sys.stderr, flush=True)


async def _look_around(engine: Engine, request: RunRequest, event: Event, printer: LinePrinter) -> None:
    """Give the printer what the saved state knows of a question, before it tells the end of the run."""
    if isinstance(event, RunStarted):
        printer.file = event.file
    elif isinstance(event, RunEnded) and event.status == "waiting" and printer.file:
        with contextlib.suppress(GraphdeckError):  # the question was told, and can be answered
            snapshot = await engine.state(request.thread, compared=False, file=printer.file)
            printer.around = consequences(snapshot)


async def _name_loss(engine: Engine, request: RunRequest, file: str, event: RunEnded) -> RunEnded:
    """Name what new input would have dropped, where it was refused because a question waits."""
    is_about_it = request.has_input and not request.drop_question
    if not is_about_it or event.error is None or event.error["type"] != AnswerRefused.kind:
        return event
    with contextlib.suppress(GraphdeckError):  # what the worker said is true all the same
        snapshot = await engine.state(request.thread, compared=False, file=file)
        thread = shell_word(request.thread)
        refused = AnswerRefused(
            f"thread {request.thread!r} waits for an answer, so new input was not sent: then"
            f" {'; '.join(dropped(snapshot, 'input'))}",
            f"answer it first: graphdeck answer {thread} (with --reject, the graph is told of it);"
            "\nor have the question dropped: --drop-question",
        )
        return dataclasses.replace(event, error=refused.to_dict())
    return event


def exit_status(ended: RunEnded, *, by_hand: bool) -> int:
    """The exit status of a run; `by_hand` where Ctrl+C was pressed while it went on."""
    if by_hand and ended.status in ("stopped", "lost"):
        return STOPPED_BY_HAND
    if ended.status == "failed" and ended.error is not None:
        return error_from_dict(dict(ended.error)).exit_status
    return _STATUS.get(ended.status, 1)


async def framed_events(engine: Engine, request: RunRequest, ladder: "StopLadder") -> AsyncGenerator[Event, None]:
    """A run's events, `run_started` first and `run_ended` last, whatever happens."""
    started = RunStarted(thread=request.thread, graph=request.graph, run=str(uuid.uuid4()), seq=1, time=_now())
    last: Event | None = None
    rules = Rules(engine)
    try:
        request = await with_config(engine, request)
        await rules.check(request)
        run = await rules.run(request)
        ladder.run = run
        file = ""
        async for event in run.events():
            if isinstance(event, RunStarted):
                file = event.file
            elif isinstance(event, RunEnded):
                event = await _name_loss(engine, request, file, event)
            last = event
            yield event
            if isinstance(event, RunEnded):
                return
    except GraphdeckError as error:
        ending = RunEnded(status="failed", error=error.to_dict())
    except asyncio.CancelledError:  # Ctrl+C before the run had begun
        if not ladder.presses:
            raise
        ending = RunEnded(status="stopped")
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        fault = {"type": "error", "message": f"a fault in graphdeck itself: {message}", "hint": "please report it"}
        for event in _closing(started, last, RunEnded(status="failed", error=fault)):
            yield event
        raise
    else:
        ending = RunEnded(status="lost")
    for event in _closing(started, last, ending):
        yield event


def _closing(started: RunStarted, last: Event | None, ending: RunEnded) -> Iterator[Event]:
    """What is missing after the last event that came."""
    if last is None:
        yield started
        last = started
    yield dataclasses.replace(ending, run=last.run, seq=last.seq + 1, time=_now())


def _now() -> str:
    return datetime.now(UTC).isoformat()


# -- stopping --------------------------------------------------------------------------------------------------------


class StopLadder:
    """Ctrl+C during a run: the first press drains it, the second cancels its tasks, the third kills its worker."""

    _SAID = (
        "stopping at the next step boundary (Ctrl+C again cancels the running node)",
        "cancelling the running node (Ctrl+C again kills it)",
        "killing the worker; the thread can be continued",
    )

    def __init__(self) -> None:
        self.run: Run | None = None
        self.presses = 0
        self._sent: list[asyncio.Task[None]] = []

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Take Ctrl+C while this is open."""
        loop = asyncio.get_running_loop()
        task = asyncio.current_task()
        assert task is not None
        loop.add_signal_handler(signal.SIGINT, self._press, task)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    async def settled(self) -> None:
        """Wait for what was sent to the run; raises what went wrong with it."""
        await asyncio.gather(*self._sent)

    def _press(self, task: "asyncio.Task[object]") -> None:
        if self.run is None:
            self.presses += 1
            task.cancel()
            return
        steps = (self.run.drain, self.run.cancel, self.run.kill)
        rung = min(self.presses, len(steps) - 1)
        self.presses += 1
        print(self._SAID[rung], file=sys.stderr, flush=True)
        self._sent.append(asyncio.create_task(steps[rung]()))
