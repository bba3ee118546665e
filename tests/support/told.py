"""What the fixtures `write_graph` and `run_graph` give, and what a run told."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias, TypeVar

from graphdeck.graphs.events import Event, NodeFinished, RunEnded

E = TypeVar("E", bound=Event)

WriteGraph: TypeAlias = Callable[..., str]
"""Write a graph's source, and give its target."""
RunGraph: TypeAlias = Callable[..., Awaitable[list[Event]]]
"""Run a target, and give all events."""


def of(found: Sequence[Event], kind: type[E]) -> list[E]:
    """The events of one kind."""
    return [event for event in found if isinstance(event, kind)]


def ended(found: Sequence[Event]) -> RunEnded:
    """How the run ended, which its last event tells."""
    last = found[-1]
    assert isinstance(last, RunEnded)
    return last


def stands(found: Sequence[Event]) -> tuple[str, tuple[str, ...], list[tuple[str, str]]]:
    """How a run ended, what it stands before, and why."""
    last = ended(found)
    return last.status, last.paths, [(stop.kind, stop.node) for stop in last.stops]


def ran(found: Sequence[Event]) -> list[str]:
    """The nodes that came to their end, in this order."""
    return [event.node for event in of(found, NodeFinished)]
