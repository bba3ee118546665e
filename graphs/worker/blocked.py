"""Stored types that are not built, as they are read: neither the target's own nor allowed by a person."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from langgraph.checkpoint.serde.event_hooks import SerdeEvent, register_serde_event_listener


@contextmanager
def blocked_types(tell: Callable[[str], None]) -> Iterator[None]:
    """Tell the dotted name of each such type once, when it is read first."""
    told: set[str] = set()

    def listen(event: SerdeEvent) -> None:
        name = f"{event['module']}.{event['name']}"
        if "block" in event["kind"] and name not in told:
            told.add(name)
            tell(name)

    forget = register_serde_event_listener(listen)
    try:
        yield
    finally:
        forget()
