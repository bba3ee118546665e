"""What a LangChain message in JSON form says: its role, its text, its tool calls. The text is raw, not yet safe."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeGuard

from graphdeck.graphs.values import Json

_ROLES: Final = {
    "human": "human",
    "ai": "ai",
    "tool": "tool",
    "system": "system",
    "function": "function",
    "remove": "remove",
    "chat": "chat",
    "developer": "developer",
    "HumanMessageChunk": "human",
    "AIMessageChunk": "ai",
    "ToolMessageChunk": "tool",
    "SystemMessageChunk": "system",
    "FunctionMessageChunk": "function",
    "ChatMessageChunk": "chat",
}


def is_message(value: Json) -> TypeGuard[dict[str, Json]]:
    """Whether a value in JSON form is a LangChain message."""
    return isinstance(value, dict) and "content" in value and role(value) != ""


def role(message: Mapping[str, Json]) -> str:
    """`human`, `ai`, `tool`, `system`, ...; empty where it is no message."""
    kind = message.get("type")
    return _ROLES.get(kind, "") if isinstance(kind, str) else ""


def content_text(message: Mapping[str, Json], limit: int | None = None) -> str:
    """The text of a message, its other parts named (`[image_url]`); at most `limit` characters."""
    content = message.get("content")
    if isinstance(content, str):
        return content[:limit]
    if not isinstance(content, list):
        return ""
    text = ""
    for part in content:
        text += _part_text(part, limit)
        if limit is not None and len(text) >= limit:
            break
    return text[:limit]


def _part_text(part: Json, limit: int | None) -> str:
    if isinstance(part, str):
        return part[:limit]
    if not isinstance(part, dict):
        return "[part]"
    text = part.get("text")
    if isinstance(text, str):
        return text[:limit]
    kind = part.get("type")
    if kind in ("tool_use", "tool_call", "function_call"):  # these are listed as the message's tool calls
        return ""
    return f"[{kind[:40]}]" if isinstance(kind, str) else "[part]"


class Call(NamedTuple):
    """A tool that a message calls."""

    name: str
    """Name of the tool."""
    args: Mapping[str, Json]
    """Its arguments, in JSON form."""
    id: str
    """Id of the call; may be empty."""


def tool_calls(message: Mapping[str, Json]) -> Iterator[Call]:
    """The tools that a message calls."""
    calls = message.get("tool_calls")
    for call in calls if isinstance(calls, list) else ():
        if isinstance(call, dict) and isinstance(name := call.get("name"), str):
            arguments = call.get("args")
            yield Call(name, arguments if isinstance(arguments, dict) else {"args": arguments}, text_of(call, "id"))


def text_of(message: Mapping[str, Json], name: str) -> str:
    """A text field of a message, such as `name` or `id`; empty where it has none."""
    value = message.get(name)
    return value if isinstance(value, str) else ""
