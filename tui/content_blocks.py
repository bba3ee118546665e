"""The content blocks of a message, one after the other: text, reasoning, media as a line, others as they are."""

from collections.abc import Iterator, Mapping
from typing import Final, Literal, NamedTuple, TypeAlias

from graphdeck.graphs.values import Json, json_line

BlockKind: TypeAlias = Literal["text", "reasoning", "media", "other"]

_CALLS: Final = ("tool_use", "tool_call", "tool_call_chunk", "function_call")
"""Blocks that the message lists as its tool calls, too."""
_MEDIA: Final = ("image", "image_url", "audio", "input_audio", "video", "file", "document", "media", "input_image")
_REASONING: Final = ("reasoning", "thinking", "reasoning_content", "redacted_thinking")
_DATA: Final = ("base64", "data", "file_data")
"""Fields that hold encoded bytes."""
_MIME: Final = ("mime_type", "media_type", "format")


class Block(NamedTuple):
    """A part of what a message says; its text is raw, not yet safe."""

    kind: BlockKind
    text: str


def blocks(content: Json, limit: int) -> Iterator[Block]:
    """The blocks of a message's content, each at most so many characters long."""
    if isinstance(content, str):
        yield Block("text", content[:limit])
    for part in content if isinstance(content, list) else ():
        if isinstance(part, str):
            yield Block("text", part[:limit])
        elif not isinstance(part, dict):
            yield Block("other", json_line(part)[:limit])
        elif part.get("type") not in _CALLS:
            yield _block(part, limit)


def _block(part: Mapping[str, Json], limit: int) -> Block:
    kind = part.get("type")
    if kind in _REASONING:
        return Block("reasoning", _reasoning(part)[:limit])
    if isinstance(text := part.get("text"), str):
        return Block("text", text[:limit])
    if kind in _MEDIA:
        return Block("media", _media(str(kind), part))
    return Block("other", json_line(dict(part))[:limit])


def _reasoning(part: Mapping[str, Json]) -> str:
    """The thoughts of a block, or that they are hidden."""
    for field in ("reasoning", "thinking", "reasoning_content", "text"):
        if isinstance(text := part.get(field), str):
            return text
    summary = part.get("summary")
    texts = [item.get("text") for item in summary if isinstance(item, dict)] if isinstance(summary, list) else []
    return "\n".join(text for text in texts if isinstance(text, str)) or "(not readable)"


def _media(kind: str, part: Mapping[str, Json]) -> str:
    """`image image/png, 12,345 bytes`, or where it is."""
    name = kind.removeprefix("input_").removesuffix("_url")
    inner = next((part[key] for key in (kind, "source", "image_url", name) if isinstance(part.get(key), dict)), None)
    fields = {**part, **inner} if isinstance(inner, dict) else part
    url = _text(fields, "url") or _text(part, "image_url")
    if url.startswith("data:"):
        head, _, data = url.partition(",")
        return _sized(name, head[5:].partition(";")[0], data)
    data = next((found for field in _DATA if (found := _text(fields, field))), "")
    mime = next((found for field in _MIME if (found := _text(fields, field))), "")
    if data:
        return _sized(name, mime, data)
    where = url or _text(fields, "file_id") or _text(fields, "id") or _text(fields, "filename")
    return " ".join(filter(None, (name, mime, where)))


def _sized(name: str, mime: str, data: str) -> str:
    count = len(data) * 3 // 4 - data[-2:].count("=")
    return f"{name} {mime}, {count:,} bytes" if mime else f"{name}, {count:,} bytes"


def _text(fields: Mapping[str, Json], name: str) -> str:
    value = fields.get(name)
    if isinstance(value, dict) and isinstance(encoded := value.get("value"), str):  # bytes in JSON form
        return encoded
    return value if isinstance(value, str) else ""
