"""Which edges a run has taken, how often, and which last.

A checkpoint tells where the step that it ends sent the run. An edge is taken when its target starts, which for a node
that waits for others, or is deferred, may be many steps later; a node that led nowhere has gone to END. Where that is
not told (graphs that refuse saving, older records), an edge is known to be taken only after a step of one node alone:
what is shown is never a guess.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import field, replace
from typing import Final, TypeAlias

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import END, START

Pair: TypeAlias = tuple[str, str]
"""Paths of two nodes of one graph."""
Level: TypeAlias = tuple[str, ...]
"""Subgraph path of an event."""
Ways: TypeAlias = Mapping[str, frozenset[str]]
"""By node, the nodes that have sent the run to it."""

_HANDLER: Final = "__error_handler__"
"""How LangGraph names the error handler of a node: this, then the node."""
_ANY: Final = ""
"""Stands for whichever node starts next, where it is only known what ended."""


class Taken(Frozen):
    """What is known of the edges of a thread."""

    times: Mapping[Pair, int] = field(default_factory=dict)
    """In how many steps each edge was taken."""
    newest: frozenset[Pair] = frozenset()
    """The edges taken last, in each graph."""
    told: frozenset[Pair] = frozenset()
    """Those of which it was told that the first node sent the run to the second; of others only that it came next."""
    due: Mapping[Level, Ways] = field(default_factory=dict)
    """In each graph, the nodes that are still to start."""
    ended: Mapping[Level, frozenset[str]] = field(default_factory=dict)
    """Nodes that have ended since the newest checkpoint of each graph, the empty name among them where one failed."""
    stepped: frozenset[Level] = frozenset()
    """Graphs that have come to a checkpoint, and have started nothing since."""

    def under(self, members: Mapping[str, str]) -> "Taken":
        """The same between drawn nodes, where several are drawn as one: `members` tells under which."""

        def drawn(pair: Pair) -> Pair:
            return members.get(pair[0], pair[0]), members.get(pair[1], pair[1])

        times: dict[Pair, int] = {}
        for pair, count in self.times.items():
            times[drawn(pair)] = times.get(drawn(pair), 0) + count
        return replace(self, times=times, newest=frozenset(map(drawn, self.newest)))


NOTHING_TAKEN: Final = Taken()
"""No edge is known to have been taken."""


class TakenBuilder:
    """What is known, while it is changed by a batch of events or by the rows of a file."""

    def __init__(self, taken: Taken = NOTHING_TAKEN) -> None:
        self._times = dict(taken.times)
        self._newest = set(taken.newest)
        self._told = set(taken.told)
        self._due = dict(taken.due)
        self._ended = dict(taken.ended)
        self._stepped = set(taken.stepped)

    def view(self) -> Taken:
        """What is known now."""
        return Taken(
            times=dict(self._times),
            newest=frozenset(self._newest),
            told=frozenset(self._told),
            due=dict(self._due),
            ended=dict(self._ended),
            stepped=frozenset(self._stepped),
        )

    def add(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case events.Checkpoint(source="fork"):  # a copy of the one before: what was sent there is still to come
                pass
            case events.Checkpoint(routed=None):
                self._step_untold(event)
            case events.Checkpoint(routed=dict(routed)):
                self._step_told(event, routed)
            case events.NodeStarted():
                self.start(event.ns, event.node)
            case events.NodeFinished() | events.NodeKept() | events.NodeCached():
                self._end(event.ns, event.node)
                if event.node.startswith(_HANDLER):  # its start is not told
                    self.start(event.ns, event.node)
                self._forget((*event.ns, f"{event.node}:{event.task}"))
            case events.NodeFailed() | events.NodeStopped():
                self._end(event.ns, _ANY)
            case _:
                pass

    def step(
        self, level: Level, routed: Mapping[str, Iterable[str]] | None, following: Collection[str] | None = ()
    ) -> None:
        """A step of a graph has ended, each of whose nodes has sent the run there; None for an input or an edit.

        What was sent before and has not started yet is still to come. Where that does not tell of all nodes of the step
        that is `following`, or those are not known, the file keeps routes otherwise: none has gone to END for sure.
        """
        due = {} if routed is None else dict(self._due.get(level, {}))
        for source, targets in (routed or {}).items():
            for target in targets:
                due[target] = due.get(target, frozenset()) | {source}
        self._due[level] = due
        self._ended.pop(level, None)
        self._stepped.add(level)
        is_all_told = following is not None and due.keys() >= set(following)
        for node, targets in (routed or {}).items():
            if not targets and is_all_told:
                self._take(level, node, END)

    def start(self, level: Level, node: str) -> None:
        """A task of a node has started."""
        if node.startswith(_HANDLER):  # it runs in the step in which the node failed
            self._take(level, node.removeprefix(_HANDLER), node)
            return
        due = self._due.get(level, {})
        for source in due.get(node) or due.get(_ANY) or ():
            pair = self._take(level, source, node)
            self._told |= {pair} if node in due else set()
        if node in due:
            self._due[level] = {other: sources for other, sources in due.items() if other != node}

    def _take(self, level: Level, source: str, target: str) -> Pair:
        prefix = "".join(f"{part.partition(':')[0]}:" for part in level)
        if level in self._stepped:
            self._stepped.discard(level)
            self._newest = {pair for pair in self._newest if not _is_of(pair, prefix)}
        pair = (prefix + source, prefix + target)
        if pair not in self._newest:  # of many tasks of one node the first counts
            self._newest.add(pair)
            self._times[pair] = self._times.get(pair, 0) + 1
        return pair

    def _step_told(self, event: events.Checkpoint, routed: Mapping[str, tuple[str, ...]]) -> None:
        ended = dict.fromkeys(self._ended.get(event.ns, frozenset()) - {_ANY}, ())
        self.step(event.ns, {**ended, **routed} if event.source == "loop" else None, event.next)

    def _step_untold(self, event: events.Checkpoint) -> None:
        ended = self._ended.get(event.ns, frozenset())
        from_start = self._due.get(event.ns) == {_ANY: frozenset({START})}
        if event.source == "input" or event.step <= 0 or (not ended and from_start):
            ended = frozenset({START})
        self.step(event.ns, None)
        if len(ended) == 1 and _ANY not in ended:
            self._due[event.ns] = {_ANY: ended}

    def _forget(self, level: Level) -> None:
        """A subgraph is over: its tasks have ids that do not come again."""
        self._due.pop(level, None)
        self._ended.pop(level, None)
        self._stepped.discard(level)

    def _end(self, level: Level, node: str) -> None:
        self._ended[level] = self._ended.get(level, frozenset()) | {node}


def _is_of(pair: Pair, prefix: str) -> bool:
    """Whether a pair is of the graph whose paths begin like this."""
    return pair[0].startswith(prefix) and ":" not in pair[0].removeprefix(prefix)
