"""The first human text of a thread: what it is called as long as nobody has given it a title."""

from typing import Any, Final

from graphdeck.graphs.records import START
from graphdeck.graphs.saved.decode import Undecodable, expand
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.rows import SavedCheckpoint, read_checkpoint
from graphdeck.graphs.values import Stored

MAX_TEXT: Final = 1000
"""Characters kept of a first text; it is for lists."""

_HUMAN: Final = ("human", "user")


def first_text(file: CheckpointFile, head: SavedCheckpoint) -> str:
    """The first human message of the state, else the first text of the thread's first input; empty without one."""
    text = _first_human(head.channels.get("messages"))
    return (text or _first_of_input(_first_input(file, head)))[:MAX_TEXT]


def _first_input(file: CheckpointFile, head: SavedCheckpoint) -> Any:
    thread, ns, _ = head.key
    rows = file.query(
        "SELECT checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata FROM checkpoints"
        " WHERE thread_id = ? AND checkpoint_ns = ? ORDER BY checkpoint_id LIMIT 1",
        (thread, ns),
    )
    try:
        return read_checkpoint(thread, ns, rows[0]).channels.get(START) if rows else None
    except Undecodable:  # an old row says nothing against the thread
        return None


def _first_of_input(given: Any) -> str:
    given = _fields(given)
    if isinstance(given, str):
        return given
    if not isinstance(given, dict):
        return ""
    texts = (value for value in given.values() if isinstance(value, str) and value)
    return _first_human(given.get("messages")) or next(texts, "")


def _first_human(messages: Any) -> str:
    if isinstance(messages, str):
        return messages
    for message in messages if isinstance(messages, list) else []:
        role, content = _role_and_content(_fields(message))
        if role in _HUMAN and (text := _text(content)):
            return text
    return ""


def _role_and_content(message: Any) -> tuple[Any, Any]:
    """Of a message, a dict with `role` or `type`, or a pair of role and content."""
    if isinstance(message, dict):
        return message.get("role") or message.get("type"), message.get("content")
    if isinstance(message, list) and len(message) == 2:
        return message[0], message[1]
    return None, None


def _text(content: Any) -> str:
    """The text of a message's content: text, or blocks of which the first with a text counts."""
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    texts = (block.get("text") if isinstance(block, dict) else block for block in blocks)
    return next((text for text in texts if isinstance(text, str) and text), "")


def _fields(value: Any) -> Any:
    value = expand(value) if not isinstance(value, (list, dict)) else value
    return value.value if isinstance(value, Stored) else value
