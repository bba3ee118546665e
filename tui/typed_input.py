"""What is typed into the input line, as the input of a graph: a message, or JSON. Pure."""

import json
from typing import Final

from graphdeck.graphs.records import GraphShape
from graphdeck.graphs.values import Json
from graphdeck.tui.text import short_json

_EXAMPLE_CELLS: Final = 40


def input_of(text: str, shape: GraphShape | None) -> Json:
    """The input that was typed for a graph of this shape, None where it is not known yet; ValueError says why not."""
    if shape is not None and shape.takes_messages and not _is_whole(text, shape):
        if not text.strip():
            raise ValueError("nothing is typed")
        return {"messages": [{"role": "user", "content": text}]}
    from graphdeck.graphs.questions.example import example
    from graphdeck.graphs.questions.typed import typed

    try:
        return typed(text or "{}", as_json=True)
    except ValueError as error:
        if shape is None:
            raise ValueError(
                "the graph is not open yet, so only JSON can be sent: Enter again when it is drawn"
            ) from None
        taken = example(shape.input_schema)
        such = f", such as {short_json(taken, _EXAMPLE_CELLS)}" if taken else ""
        raise ValueError(f"this graph takes JSON{such} ({error}); Esc, then g, opens a form") from None


def _is_whole(text: str, shape: GraphShape) -> bool:
    """A message graph takes JSON too, where it is an object that names nothing but state keys."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    keys = {"messages", *shape.state_keys}
    return isinstance(value, dict) and bool(value) and ("messages" in value or keys >= value.keys())
