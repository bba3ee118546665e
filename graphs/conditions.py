"""Conditions on a state that are data, not code: `PATH OP VALUE`, as in `total > 1000`.

A condition never raises when it is asked: where the value is not there, or cannot be compared, it does not hold.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from graphdeck.graphs.errors import InputError, PathNotFound
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.paths import find_value, split_path, untagged
from graphdeck.graphs.values import Json, to_json

Operator: TypeAlias = Literal["==", "!=", ">=", "<=", ">", "<", "contains", "exists", "changed"]

HOW: Final = "write PATH OP VALUE: == != > >= < <= contains with a JSON value, or exists or changed without one"
_FORM: Final = re.compile(
    r"(?P<path>.+?)(?:\s*(?P<sign>==|!=|>=|<=|>|<)\s*|\s+(?P<word>contains)\s+|\s+(?P<alone>exists|changed)\s*$)"
    r"(?P<value>.*)",
    re.DOTALL,
)


class Missing:
    """The type of `MISSING`."""


MISSING: Final = Missing()
"""What is found where a state has no value at a path."""

Found: TypeAlias = "Json | Missing"


class Condition(Frozen):
    """Something that a state may fulfil."""

    path: str
    """Where the value is, dotted or a JSON Pointer; a negative index counts from the end of a list."""
    operator: Operator
    """How it is compared; `exists` is false for what is empty, `changed` is about the step that has just ended."""
    value: Json = None
    """What it is compared with; meaningless for `exists` and `changed`."""

    @property
    def key(self) -> str:
        """The state key that it looks at."""
        return split_path(self.path)[0]

    def holds(self, found: Found, *, has_changed: bool = False) -> bool:
        """Whether it holds for the value at its path, which may have changed in the step that has just ended."""
        if self.operator == "changed":
            return has_changed
        if isinstance(found, Missing):
            return self.operator == "!="
        if self.operator == "exists":
            return found not in (None, "", [], {})
        return _compare(untagged(found), self.operator, self.value)


def parse_condition(text: str) -> Condition:
    """The condition that a text says; raises InputError where it says none."""
    form = _FORM.fullmatch(text.strip())
    if form is None:
        raise InputError(f"{text.strip()!r} is not a condition", HOW)
    path, value = form["path"].strip(), form["value"].strip()
    alone: Any = form["alone"]
    if not (parts := split_path(path)) or not parts[0]:
        raise InputError(f"the condition {text.strip()!r} names no state key", HOW)
    if alone:
        return Condition(path=path, operator=alone)
    operator: Any = form["sign"] or form["word"]
    if not value:
        raise InputError(f"the condition {text.strip()!r} ends where a value should be", HOW)
    try:
        return Condition(path=path, operator=operator, value=json.loads(value))
    except (ValueError, RecursionError):
        raise InputError(
            f"{value!r} in the condition {text.strip()!r} is not JSON", f'text is written in quotes: "{value}"'
        ) from None


def value_at(values: Mapping[str, Any], path: str) -> Found:
    """The JSON form of a value in a state of Python values; only what lies at the path is made into it."""
    here: Any = values
    parts = split_path(path)
    while parts and type(here) in (dict, list):
        try:
            here = here[parts[0]] if isinstance(here, dict) else here[int(parts[0])]
        except (KeyError, IndexError, ValueError):
            return MISSING
        parts = parts[1:]
    form = to_json(here)
    if not parts:
        return form
    pointer = "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in ("value", *parts))
    try:
        return find_value({"value": form}, pointer)
    except PathNotFound:
        return MISSING


def _compare(found: Json, operator: Operator, value: Json) -> bool:
    match operator:
        case "==":
            return _equal(found, value)
        case "!=":
            return not _equal(found, value)
        case "contains" if isinstance(found, str):
            return isinstance(value, str) and value in found
        case "contains":
            items = found if isinstance(found, list | dict) else ()
            return any(_equal(untagged(item), value) for item in items)
        case _:
            return _ordered(found, operator, value)


def _equal(one: Json, other: Json) -> bool:
    """Equal as JSON has it: 1 is 1.0, but not true."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _ordered(found: Json, operator: Operator, value: Json) -> bool:
    one: Any = found
    other: Any = value
    texts = isinstance(one, str) and isinstance(other, str)
    if not texts and not (_is_number(one) and _is_number(other)):
        return False
    return bool({">": one > other, ">=": one >= other, "<": one < other, "<=": one <= other}[operator])


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
