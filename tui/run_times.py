"""A run while it is told of: its tasks over time, what its models used, and both in words."""

from collections.abc import Iterable
from typing import Final

from graphdeck.graphs.events import Event, RunEnded
from graphdeck.graphs.kept_runs import KeptStatus, RunRecord
from graphdeck.graphs.timeline import RunTimeline, TimelineBuilder
from graphdeck.graphs.usage import Usage, UsageCounter
from graphdeck.tui.amounts import count_text
from graphdeck.tui.clock import duration
from graphdeck.tui.theme import glyphs

MOST: Final = 5_000
"""Tasks of one run that are shown over time; the oldest go first."""


class RunTimes:
    """Takes the events of one run as they come, each once; of a run on record all of them, with its `record`."""

    def __init__(self, found: Iterable[Event] = (), record: RunRecord | None = None) -> None:
        self._builder = TimelineBuilder(most=MOST)
        self._usage = UsageCounter()
        self._record = record
        self.status: KeptStatus = "running"
        """How it stands or ended."""
        self.told = 0
        """Number of events that were taken in."""
        self.add(found)
        if record is not None and record.status != "running":
            self.status = record.status
            self._builder.end()

    def add(self, batch: Iterable[Event]) -> None:
        """Take in some more events."""
        for event in batch:
            self.told += 1
            self._builder.feed(event)
            self._usage.feed(event)
            if isinstance(event, RunEnded):
                self.status = event.status

    @property
    def goes_on(self) -> bool:
        """It runs, and is not one on record."""
        return self.status == "running" and self._record is None

    @property
    def started(self) -> str:
        """When it began, where it is one on record; ISO 8601."""
        return self._record.started if self._record else ""

    @property
    def used(self) -> Usage:
        """What its models used so far."""
        return self._usage.total

    def timeline(self, now: str = "") -> RunTimeline:
        """Its tasks by now, in ISO 8601; of a run on record, by its last event."""
        return self._builder.timeline(now if self.goes_on else "")


def run_words(timeline: RunTimeline, used: Usage, since: str = "") -> str:
    """How long it took, what its models used, its tasks, how long ago it was: what matters most comes first."""
    parts = [duration(timeline.total)]
    if used.calls:
        parts.append(f"{used.total:,} tokens")
    if used.cost is not None:
        parts.append(f"cost {used.cost:.4g}")
    parts.append(count_text(len(timeline.tasks), "task"))
    if since:
        parts.append(f"{since} ago")
    if timeline.lanes > 1:
        parts.append(f"{timeline.lanes} at once")
    if timeline.retries:
        parts.append(f"{timeline.retries} again")
    return f" {glyphs().separator} ".join(parts)
