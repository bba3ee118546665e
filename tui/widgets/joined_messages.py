"""A conversation as it is read: the result of each tool call follows the call, wherever it stands in the state."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from graphdeck.tui.widgets.conversation import ChatMessage


class Said(NamedTuple):
    """A message, with what its tool calls came to."""

    message: ChatMessage
    results: Mapping[str, ChatMessage]
    """The results that are there, by the id of their call."""

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """All messages in it."""
        return (self.message, *self.results.values())

    @property
    def done_calls(self) -> int:
        """Number of tool calls that have their result; a result without its call is one, too."""
        return len(self.results) or int(self.message.role == "tool")


def joined(messages: Sequence[ChatMessage]) -> list[Said]:
    """The messages in their order, except that results are with their calls.

    A result belongs to the last call of its id before it: ids may come again in a later turn.
    """
    found: list[tuple[ChatMessage, dict[str, ChatMessage]]] = []
    waiting: dict[str, dict[str, ChatMessage]] = {}
    for message in messages:
        results = waiting.pop(message.answers, None) if message.answers else None
        if results is not None:
            results[message.answers] = message
        else:
            found.append((message, {}))
            waiting.update({call.id: found[-1][1] for call in message.calls if call.id})
    return [Said(*each) for each in found]


def done_calls(said: Iterable[Said]) -> int:
    """Number of tool calls that have their result."""
    return sum(each.done_calls for each in said)
