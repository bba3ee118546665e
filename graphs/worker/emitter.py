"""Sends a run's events to the front end, stamped with the run and the time."""

from collections.abc import Iterable
from datetime import UTC, datetime

from graphdeck.graphs.events import Event, RunStarted, event_to_dict
from graphdeck.graphs.local.channel import Channel
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.worker.output import NodeStream, capture


class Emitter:
    """The worker's way out for events; prints join them."""

    def __init__(self, channel: Channel, run: str) -> None:
        self._channel = channel
        self._run = run
        self._streams: tuple[NodeStream, ...] = ()
        self._started = False

    def emit(self, event: Event) -> None:
        """Send one event; any thread may."""
        self._started = self._started or isinstance(event, RunStarted)
        stamp = {"time": datetime.now(UTC).isoformat(), "run": self._run}
        self._channel.send(event_to_dict(event) | stamp)

    def tell_of_answers(self, what: str, interrupts: Iterable[str]) -> None:
        """Tell the record of decisions that answers are `gone`, `held`, `accepted` or `applied`; any thread may.

        To `held` the front end answers which of their questions have changed: see `Control.changed_questions`.
        """
        self._channel.send({"answers": {what: list(interrupts)}})

    def started_at_the_latest(self, request: RunRequest) -> None:
        """Send `run_started` where nothing has been sent: it is the first event also of a run that never ran."""
        if not self._started:
            self.emit(RunStarted(thread=request.thread, graph=request.graph))

    def capture_prints(self) -> None:
        """From now on, what the user's code prints is sent as `output` events."""
        self._streams = capture(self.emit)

    def flush_task(self, task: str) -> None:
        """Send the unfinished line that a task has printed."""
        for stream in self._streams:
            stream.flush_task(task)

    def flush(self) -> None:
        """Send all unfinished lines."""
        for stream in self._streams:
            stream.flush()
