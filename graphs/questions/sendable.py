"""What can be an answer at all: a JSON value that LangGraph can save."""

import math
from collections.abc import Iterable
from typing import Any, Final

_DEEPEST: Final = 250
"""Levels of nesting that can be saved; LangGraph's format ends at 255."""


def unsendable(value: Any) -> str:
    """Why an answer cannot be saved as JSON, whatever its question; empty where it can."""
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        if not level:
            return ""
        wrong = next(filter(None, map(_not_json, level)), "")
        if wrong:
            return wrong
        level = [inner for item in level for inner in _inside(item)]
    return "it is nested too deeply to be saved" if level else ""


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _not_json(value: Any) -> str:
    """Why this value itself is none of JSON that can be saved."""
    if value is None or isinstance(value, (bool, str, list)):
        return ""
    if isinstance(value, int):
        return "" if -(1 << 63) <= value < 1 << 64 else "it holds a number that is too large to be saved"
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"it holds {value}, which is not a JSON value"
    if isinstance(value, dict):
        return "" if all(isinstance(key, str) and _is_unicode(key) for key in value) else "it has a key that is no text"
    return f"it holds a {type(value).__name__}, which is not a JSON value"


def _is_unicode(text: str) -> bool:
    """Whether a text has no half of a surrogate pair alone, which as a key cannot be saved."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
