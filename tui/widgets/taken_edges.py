"""Which edges a run has taken, how often, and which last: from what ended in a step to what started in the next."""

from collections.abc import Mapping
from dataclasses import field
from typing import Final, TypeAlias

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import START

Pair: TypeAlias = tuple[str, str]
"""Paths of two nodes of one graph, the second started right after the first; some of these are edges."""
Level: TypeAlias = tuple[str, ...]
"""Subgraph path of an event."""


class Taken(Frozen):
    """What is known of the edges of a thread."""

    times: Mapping[Pair, int] = field(default_factory=dict)
    """In how many steps each pair was taken."""
    newest: frozenset[Pair] = frozenset()
    """The pairs taken last, in each graph."""
    ended: Mapping[Level, frozenset[str]] = field(default_factory=dict)
    """Nodes that ended in the newest step of each graph; what starts next comes from them."""
    finished: Mapping[Level, frozenset[str]] = field(default_factory=dict)
    """Nodes that have ended since the newest checkpoint of each graph."""
    stepped: frozenset[Level] = frozenset()
    """Graphs that have come to a checkpoint, and have started nothing since."""


NOTHING_TAKEN: Final = Taken()
"""No edge is known to have been taken."""


class TakenBuilder:
    """What is known, while it is changed by a batch of events."""

    def __init__(self, taken: Taken) -> None:
        self._times = dict(taken.times)
        self._newest = set(taken.newest)
        self._ended = dict(taken.ended)
        self._finished = dict(taken.finished)
        self._stepped = set(taken.stepped)

    def view(self) -> Taken:
        """What is known now."""
        return Taken(
            times=dict(self._times),
            newest=frozenset(self._newest),
            ended=dict(self._ended),
            finished=dict(self._finished),
            stepped=frozenset(self._stepped),
        )

    def add(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case events.Checkpoint():
                self._checkpoint(event)
            case events.NodeStarted():
                self._started(event)
            case events.NodeFinished() | events.NodeKept() | events.NodeCached():
                self._finished[event.ns] = self._finished.get(event.ns, frozenset()) | {event.node}
            case _:
                pass

    def _checkpoint(self, event: events.Checkpoint) -> None:
        finished = self._finished.pop(event.ns, frozenset())
        begins = event.source == "input" or event.step <= 0
        if begins or (not finished and self._ended.get(event.ns) == frozenset({START})):
            finished = frozenset({START})
        self._ended[event.ns] = finished
        self._stepped.add(event.ns)

    def _started(self, event: events.NodeStarted) -> None:
        level = "".join(f"{part.partition(':')[0]}:" for part in event.ns)
        if event.ns in self._stepped:
            self._stepped.discard(event.ns)
            self._newest = {pair for pair in self._newest if not _is_of(pair, level)}
        for source in self._ended.get(event.ns, frozenset()):
            pair = (level + source, level + event.node)
            if pair not in self._newest:  # of many tasks of one node the first counts
                self._newest.add(pair)
                self._times[pair] = self._times.get(pair, 0) + 1


def _is_of(pair: Pair, level: str) -> bool:
    """Whether a pair is of the graph whose paths begin like this."""
    return pair[0].startswith(level) and ":" not in pair[0].removeprefix(level)
