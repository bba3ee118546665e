"""What models used: tokens, and cost where the metadata of messages has it, per node and in all."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from graphdeck.graphs.events import Event, Message, path_text
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.values import Json


class Usage(Frozen):
    """What calls of models used."""

    calls: int = 0
    """Messages that tell what they used."""
    input: int = 0
    """Tokens read."""
    output: int = 0
    """Tokens written."""
    total: int = 0
    """Both, and what else the model counts."""
    cost: float | None = None
    """In the provider's currency, of the calls that tell it; None where none does."""

    def __add__(self, other: "Usage") -> "Usage":
        told = [each for each in (self.cost, other.cost) if each is not None]
        return Usage(
            calls=self.calls + other.calls,
            input=self.input + other.input,
            output=self.output + other.output,
            total=self.total + other.total,
            cost=sum(told) if told else None,
        )


NONE: Final = Usage()


class UsageCounter:
    """Counts what the messages of a run tell, each message once."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self.nodes: dict[str, Usage] = {}
        """By path of the node, `team:desk:review`, in the order of their first call."""

    def feed(self, event: Event) -> None:
        """Take one event; only whole messages count."""
        if not isinstance(event, Message) or not isinstance(event.data, dict):
            return
        used, identity = usage_of(event.data), event.data.get("id")
        if used is None or identity in self._seen:
            return
        if isinstance(identity, str):
            self._seen.add(identity)
        path = path_text(event.ns, event.node)
        self.nodes[path] = self.nodes.get(path, NONE) + used

    @property
    def total(self) -> Usage:
        """Of all nodes."""
        return sum(self.nodes.values(), NONE)


def usage_by_node(events: Iterable[Event]) -> Mapping[str, Usage]:
    """What each node of a run used, by its path; those that used nothing are left out."""
    counter = UsageCounter()
    for event in events:
        counter.feed(event)
    return counter.nodes


def usage_of(message: Mapping[str, Json]) -> Usage | None:
    """What a message in JSON form says that it used; None where it says nothing."""
    told = _mapping(message.get("usage_metadata"))
    cost = _cost(message)
    if not told and cost is None:
        return None
    input_, output = _count(told.get("input_tokens")), _count(told.get("output_tokens"))
    total = _count(told.get("total_tokens")) or input_ + output
    return Usage(calls=1, input=input_, output=output, total=total, cost=cost)


def only_usage(message: Mapping[str, Json]) -> dict[str, Json]:
    """What of a message in JSON form tells whose it is and what it used, without what it says."""
    kept = {name: message[name] for name in ("type", "id", "name", "usage_metadata") if name in message}
    cost = _cost(message)
    return kept if cost is None else {**kept, "response_metadata": {"cost": cost}}


def _cost(message: Mapping[str, Json]) -> float | None:
    """Providers that tell a cost do so in one of these places; LangChain has no field of its own for it."""
    response = _mapping(message.get("response_metadata"))
    for place, name in (
        (_mapping(message.get("usage_metadata")), "total_cost"),
        (response, "cost"),
        (_mapping(response.get("token_usage")), "cost"),
    ):
        value = place.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
