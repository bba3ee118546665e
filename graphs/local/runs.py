"""A run, seen from the front end: the worker's frames as events, and an ending whatever happens to the worker."""

import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from graphdeck.graphs import events
from graphdeck.graphs.errors import WorkerLost
from graphdeck.graphs.events import Event, event_from_dict
from graphdeck.graphs.frozen import with_fields
from graphdeck.graphs.local.home import note_killed
from graphdeck.graphs.local.run_records import RunKeeper
from graphdeck.graphs.local.sent import SentAnswers
from graphdeck.graphs.local.workers import Exited, Frame, Printed, Worker, describe_exit
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.stopping import Stop

EARLY = 1000
"""Events before `run_started` that are kept until it comes: prints of a module that is being imported."""


class LocalRun:
    """A run in a worker of this machine."""

    def __init__(
        self,
        run: str,
        request: RunRequest,
        worker: Worker,
        on_file: Callable[[str], None],
        answers: SentAnswers | None = None,
    ) -> None:
        self._id = run
        self._answers = answers
        self._keeper = RunKeeper()
        self._on_file = on_file
        self._request = request
        self._worker = worker
        self._seq = 0
        self._started = False
        self._killed = False
        self._file = Path()
        self._checkpoint = ""
        self._early: deque[Event] = deque(maxlen=EARLY)
        self._running: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._errors: deque[str] = deque(maxlen=20)

    @property
    def id(self) -> str:
        """The run's id."""
        return self._id

    async def events(self) -> AsyncGenerator[Event, None]:
        """The run's events from its first on; ends after `run_ended`. One reader."""
        ended = False
        try:
            while not ended:
                item = await self._worker.next()
                if self._answers is not None and isinstance(item, Frame) and "answers" in item.data:
                    await self._hear(self._answers, item.data["answers"])
                    continue
                for event in self._translate(item):
                    if isinstance(event, events.RunEnded):
                        ended = True
                        event = await self._answers.ended(event) if self._answers is not None else event
                    self._keeper.take(event)
                    yield event
        finally:
            self._keeper.close()
            if ended:  # the worker ends by itself, as soon as a sync node that was cancelled lets it
                self._worker.ignore()
            else:
                self._worker.close()

    async def drain(self) -> None:
        """Stop at the next step boundary."""
        await self._worker.send({"control": "drain"})

    async def cancel(self) -> None:
        """Cancel the running tasks; a sync node goes on to its end in its thread."""
        await self._worker.send({"control": "cancel"})

    async def kill(self) -> None:
        """End the worker's whole process group at once."""
        self._killed = True
        self._worker.kill()

    async def _hear(self, answers: SentAnswers, told: Mapping[str, Sequence[str]]) -> None:
        """Take in what becomes of the answers; a worker that holds them is told which of their questions changed."""
        if "held" in told:
            await self._worker.send({"control": "looked", "changed": await answers.changed(self._file)})
        else:
            await answers.heard(told)

    def _translate(self, item: Frame | Printed | Exited) -> list[Event]:
        match item:
            case Frame(data):
                event = event_from_dict(data)
                self._follow(event)
                found = [event]
            case Printed(stream, text):
                found = [self._printed(stream, text)]
            case Exited():
                found = self._lost(item)
        if not self._started:  # what a module prints while it is imported comes after `run_started`
            self._early += found
            return []
        found[1:1] = self._early
        self._early.clear()
        return [self._number(event) for event in found]

    def _follow(self, event: Event) -> None:
        """Keep the books that prints and an abrupt end need."""
        match event:
            case events.RunStarted(file=file):
                self._started = True
                self._file = Path(file)
                self._on_file(file)
            case events.Checkpoint(id=checkpoint, ns=()):
                self._checkpoint = checkpoint
            case events.NodeStarted(task=task, node=node, ns=ns):
                self._running[task] = node, ns
            case events.NodeFinished(task=task) | events.NodeFailed(task=task) | events.NodeStopped(task=task):
                self._running.pop(task, None)
            case events.NodeCached(task=task) | events.Interrupt(task=task):
                self._running.pop(task, None)
            case events.Output(stream="stderr", text=text):
                self._errors.append(text)

    def _printed(self, stream: str, text: str) -> Event:
        """Output that went past `sys.stdout`: the node's where exactly one innermost node runs, else the run's."""
        if stream == "stderr":
            self._errors.append(text)
        inside = {part for _, ns in self._running.values() for part in ns}
        innermost = [(task, node, ns) for task, (node, ns) in self._running.items() if f"{node}:{task}" not in inside]
        task, node, ns = innermost[0] if len(innermost) == 1 else ("", "", ())
        return events.Output(task=task, node=node, ns=ns, stream=stream, text=text)

    def _lost(self, exited: Exited) -> list[Event]:
        """The worker is gone without a `run_ended`."""
        error = WorkerLost(
            describe_exit(exited.status, "".join(self._errors), what=exited.what),
            "the file is whole up to the last checkpoint: continue the thread to run the unfinished node again",
        )
        found: list[Event] = []
        if not self._started:
            self._started = True
            found.append(events.RunStarted(thread=self._request.thread, graph=self._request.graph))
        following = tuple(dict.fromkeys(node for node, ns in self._running.values() if not ns))
        if self._killed:  # as it was wanted: the thread is told as stopped in every list too
            self._note_killed()
            return [*found, events.RunEnded(status="stopped", next=following, stops=(Stop(kind="kill"),))]
        return [*found, events.RunEnded(status="lost", next=following, error=error.to_dict())]

    def _note_killed(self) -> None:
        """Keep why the thread stopped, which its worker could not."""
        if self._file.name:
            with contextlib.suppress(OSError):  # a folder that cannot be written: then nobody knows later
                note_killed(self._file, self._request.thread, self._checkpoint)

    def _number(self, event: Event) -> Event:
        self._seq += 1
        time = event.time or datetime.now(UTC).isoformat()
        return with_fields(event, seq=self._seq, time=time, run=self._id)
