"""What stops the runs of a graph in this session only: watched values, and which kept breakpoints are off."""

import dataclasses
from collections.abc import Iterable
from typing import TypeAlias

from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.stopping import Breakpoint

_Key: TypeAlias = str | tuple[str, str]
"""Path of a watched value; node and side of a breakpoint."""


class RunStops:
    """Watched values and what is off, by graph."""

    def __init__(self) -> None:
        self._watched: dict[str, tuple[str, ...]] = {}
        self._off: dict[str, frozenset[_Key]] = {}

    def watched(self, graph: str) -> tuple[str, ...]:
        """Paths of the values that are watched, those that are off among them."""
        return self._watched.get(graph, ())

    def watch(self, graph: str, path: str) -> None:
        """Stop the graph's runs when a value changes."""
        self._watched[graph] = (*(each for each in self.watched(graph) if each != path), path)

    def unwatch(self, graph: str, path: str) -> None:
        """Watch a value no longer."""
        self._watched[graph] = tuple(each for each in self.watched(graph) if each != path)
        self.put_on(graph, path)

    def is_off(self, graph: str, stop: Breakpoint | str) -> bool:
        """Whether a breakpoint, or the watch of a path, does nothing now."""
        return _key(stop) in self._off.get(graph, frozenset())

    def put_on(self, graph: str, stop: Breakpoint | str) -> None:
        """Let a breakpoint, or the watch of a path, stop runs again."""
        self._off[graph] = self._off.get(graph, frozenset()) - {_key(stop)}

    def put_off(self, graph: str, stop: Breakpoint | str) -> None:
        """Let a breakpoint, or the watch of a path, do nothing for now."""
        self._off[graph] = self._off.get(graph, frozenset()) | {_key(stop)}

    def active(self, graph: str, kept: Iterable[Breakpoint]) -> tuple[Breakpoint, ...]:
        """Those of the kept breakpoints that are on."""
        return tuple(point for point in kept if not self.is_off(graph, point))

    def applied(self, request: RunRequest, kept: Iterable[Breakpoint]) -> RunRequest:
        """The request with the stops of its graph that are on."""
        graph = request.graph
        watch = tuple(path for path in self.watched(graph) if not self.is_off(graph, path))
        return dataclasses.replace(request, breakpoints=self.active(graph, kept), watch=watch)


def _key(stop: Breakpoint | str) -> _Key:
    return stop if isinstance(stop, str) else stop.place
