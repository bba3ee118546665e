"""The conversation of a thread: whole messages, and the message that is being written token by token."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from graphdeck.graphs.events import Message, Token
from graphdeck.graphs.values import Json
from graphdeck.tui.message_text import Call, content_text, is_message, role, text_of, tool_calls
from graphdeck.tui.text import clip

if TYPE_CHECKING:
    from graphdeck.tui.content_blocks import Block

TEXT_LIMIT: Final = 20_000
"""Characters of one message that the conversation keeps; the state pane has the rest."""
MESSAGE_LIMIT: Final = 1_000
"""Messages that the conversation keeps."""
NO_AUTHORS: Final[Mapping[str, str]] = {}
REMOVE_ALL: Final = "__remove_all__"
"""Id of LangGraph's message that removes all messages before it."""
DO_NOT_RENDER: Final = "do-not-render-"
"""What the id of a message begins with that is for the graph alone, and for nobody to read: agent-chat-ui's mark."""


class ChatMessage(NamedTuple):
    """A message of the conversation; its text is raw, not yet safe."""

    role: str
    """`human`, `ai`, `tool`, `system`, ..."""
    text: str
    """What it says."""
    id: str = ""
    """Message id; may be empty."""
    node: str = ""
    """Node that wrote it; empty where it cannot be known."""
    task: str = ""
    """Task that wrote it; empty where it cannot be known."""
    name: str = ""
    """Name of the speaker or tool; may be empty."""
    calls: tuple[Call, ...] = ()
    """Tools that it calls."""
    answers: str = ""
    """Id of the tool call that it is the result of; empty for other messages."""
    rest: str = ""
    """What was cut from its text, in words; empty where nothing was."""
    writing: bool = False
    """It is still being written."""
    source: Mapping[str, Json] | None = None
    """What it was made from."""
    blocks: "tuple[Block, ...]" = ()
    """Its content in parts, where it is more than text."""
    failed: bool = False
    """It is the result of a tool that failed."""

    @property
    def is_for_the_graph(self) -> bool:
        """Nobody is to read it."""
        return self.id.startswith(DO_NOT_RENDER)


def from_json(message: Mapping[str, Json], *, node: str = "", task: str = "") -> ChatMessage:
    """A message in JSON form as a message of the conversation."""
    text, rest = clip(content_text(message), TEXT_LIMIT)
    parts = _blocks(message)
    return ChatMessage(
        role=role(message) or text_of(message, "type"),
        text=text,
        id=text_of(message, "id"),
        node=node,
        task=task,
        name=text_of(message, "name"),
        calls=tuple(tool_calls(message)),
        answers=text_of(message, "tool_call_id"),
        rest="" if parts else rest,
        source=message,
        blocks=parts,
        failed=message.get("status") == "error",
    )


def _blocks(message: Mapping[str, Json]) -> "tuple[Block, ...]":
    """The parts of a message that says more than text."""
    content, extra = message.get("content"), message.get("additional_kwargs")
    thoughts = extra.get("reasoning_content") if isinstance(extra, dict) else None
    if not isinstance(content, list) and not isinstance(thoughts, str):
        return ()
    from graphdeck.tui.content_blocks import Block, blocks  # most messages are plain text

    found = [Block("reasoning", thoughts[:TEXT_LIMIT])] if isinstance(thoughts, str) and thoughts else []
    found += blocks(content, TEXT_LIMIT)
    return tuple(found) if any(block.kind != "text" for block in found) else ()


def conversation_of(
    values: Mapping[str, Json], last: Iterable[ChatMessage] = (), authors: Mapping[str, str] = NO_AUTHORS
) -> tuple[ChatMessage, ...]:
    """The conversation in a state: its key `messages`, else the first key that holds messages.

    `authors` has the nodes that wrote them, by message id.
    Of a state that was read with `last`, messages that are the same objects as before are not made anew.
    """
    known = {id(message.source): message for message in last}
    for key in ("messages", *values):
        value = values.get(key)
        found = [item for item in value[-MESSAGE_LIMIT:] if is_message(item)] if isinstance(value, list) else []
        if found:
            return tuple(
                known.get(id(message)) or from_json(message, node=authors.get(text_of(message, "id"), ""))
                for message in found
            )
    return ()


def add_message(messages: list[ChatMessage], event: Message) -> None:
    """Add a whole message; it takes the place of what was shown of it so far."""
    data = event.data if isinstance(event.data, dict) else {}
    if role(data) == "remove":
        gone = text_of(data, "id")
        messages[:] = [] if gone == REMOVE_ALL else [message for message in messages if message.id != gone]
        return
    new = from_json(data, node=event.node, task=event.task)._replace(role=event.role)
    place = _place(messages, new)
    if place is None:
        messages.append(new)
        del messages[:-MESSAGE_LIMIT]
    else:
        messages[place] = new


def _place(messages: list[ChatMessage], new: ChatMessage) -> int | None:
    """Where a message stands already: under its id, or being written by the same task."""
    places = [place for place, old in enumerate(messages) if old.id == new.id] if new.id else []
    if new.role == "ai":
        places += [place for place, old in enumerate(messages) if old.writing and old.task == new.task]
    return max(places, default=None)


def add_token(messages: list[ChatMessage], event: Token) -> None:
    """Add a piece of text to the message that is being written."""
    for place in range(len(messages) - 1, -1, -1):
        old = messages[place]
        if old.id == event.message and old.task == event.task and old.writing:
            text, rest = clip(old.text + event.text, TEXT_LIMIT)
            messages[place] = old._replace(text=text, rest=rest and "… still being written")
            return
    text, _ = clip(event.text, TEXT_LIMIT)
    messages.append(ChatMessage(role="ai", text=text, id=event.message, node=event.node, task=event.task, writing=True))


def merge(saved: Iterable[ChatMessage], live: Iterable[ChatMessage]) -> tuple[ChatMessage, ...]:
    """A saved conversation that a run goes on with: messages of the same id once, the live one."""
    merged = {message.id or f"saved {index}": message for index, message in enumerate(saved)}
    for index, message in enumerate(live):
        merged[message.id or f"live {index}"] = message
    return tuple(merged.values())
