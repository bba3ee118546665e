"""The JSON form of any Python value: the one encoder, which never raises and never imports a user's type.

Text, whole numbers, finite floats, booleans, None, lists and dicts with text keys stay as they are. Everything
else becomes `{"$type": "module.Name", "value": ...}`; a dict with other keys, or with a key `$type`, becomes
`{"$type": "dict", "value": [[key, value], ...]}`; a LangChain message becomes `{"type", "content", ...}`.
"""

import base64
import dataclasses
import datetime
import enum
import json
import math
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

MAX_DEPTH = 200
"""Levels of nesting that are encoded; what lies deeper (or in a circle) is shown by its type alone."""

MESSAGE_MODULE = "langchain_core.messages."

_LONG = 1 << 10_000
"""Whole numbers from here on are shown in hexadecimal: Python refuses to write very long ones in decimal."""

_ONE_LINE = json.JSONEncoder(ensure_ascii=True, allow_nan=False)

_LONG_FLOAT = 1e300
"""Whole numbers beyond have no float to be sorted by."""


@dataclasses.dataclass(frozen=True, slots=True)
class Stored:
    """A stored object whose type was read by name and not built."""

    type: str
    """Dotted name, `module.Name`."""
    value: Any
    """What its constructor would have been given."""


def type_name(value: object) -> str:
    """The dotted name of a value's type, without `builtins.`."""
    kind = type(value)
    module = kind.__module__
    return kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}"


def safe_repr(value: object, limit: int = 200) -> str:
    """The repr of a value, cut at `limit` characters; a placeholder where repr itself fails."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 - a user's repr may raise anything, and must not end a pane
        return f"<{type_name(value)}: its repr raises {type(error).__name__}>"
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"


def to_json(value: object) -> Json:
    """Any value in its JSON form."""
    return _encode(value, 0)


def json_line(data: Json) -> str:
    """A value in JSON form as one line of ASCII text, so that lone surrogates survive."""
    return _ONE_LINE.encode(data)


def tagged(type_: str, value: Json) -> dict[str, Json]:
    """The JSON form of a value that JSON has no own form for."""
    return {"$type": type_, "value": value}


def same(before: object, after: object) -> bool:
    """Whether two values, in JSON form or as they are stored, are the same in every part and type.

    1, 1.0 and True differ, so do 0.0 and -0.0; NaN is the same as NaN, and the order of a dict's keys does not count.
    """
    if type(before) is not type(after):
        return False
    if isinstance(before, dict) and isinstance(after, dict):
        return before.keys() == after.keys() and all(same(value, after[key]) for key, value in before.items())
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(same, before, after))
    if isinstance(before, float) and isinstance(after, float):
        return (before == after and math.copysign(1, before) == math.copysign(1, after)) or (
            math.isnan(before) and math.isnan(after)
        )
    if isinstance(before, Stored) and isinstance(after, Stored):
        return before.type == after.type and same(before.value, after.value)
    return before == after


def _encode(value: Any, depth: int) -> Json:
    kind = type(value)
    plain: Json = value
    if kind is int and abs(value) >= _LONG:
        return tagged("int", hex(value))
    if value is None or kind is bool or kind is int or kind is str:
        return plain
    if kind is float:
        return plain if math.isfinite(value) else tagged("float", str(value))
    if depth >= MAX_DEPTH:
        return tagged(type_name(value), "nested too deeply to show")
    if kind is list:
        return [_encode(item, depth + 1) for item in value]
    if kind is dict:
        return _encode_dict(value, depth)
    if isinstance(value, Stored):
        return _encode_stored(value.type, value.value, depth)
    return _encode_object(value, depth)


def _encode_dict(value: Mapping[Any, Any], depth: int) -> Json:
    if all(type(key) is str for key in value) and "$type" not in value:
        return {key: _encode(item, depth + 1) for key, item in value.items()}
    pairs: list[Json] = [[_encode(k, depth + 1), _encode(v, depth + 1)] for k, v in value.items()]
    return tagged("dict", pairs)


def _encode_stored(type_: str, value: object, depth: int) -> Json:
    if type_.startswith(MESSAGE_MODULE) and isinstance(value, dict) and "content" in value:
        return _encode_message(value, depth)
    return tagged(type_, _encode(value, depth + 1))


def _encode_message(fields: Mapping[Any, Any], depth: int) -> Json:
    """A message as `type` and `content`, then whatever else it has that is not empty."""
    found = {name: fields[name] for name in ("type", "content") if name in fields}
    # Most fields are text or empty, and a long conversation has very many.
    for name, value in fields.items():
        if type(value) is str and value:
            found[str(name)] = value
        elif name in found or not _is_empty(value):
            found[str(name)] = _encode(value, depth + 1)
    return found


def _is_empty(value: object) -> bool:
    return value is None or value is False or (type(value) in (str, list, dict) and not value)


def _encode_object(value: object, depth: int) -> Json:
    name = type_name(value)
    if isinstance(value, enum.Enum):
        return tagged(name, _encode(value.value, depth + 1))
    if isinstance(value, (bytes, bytearray, memoryview)):
        return tagged(name, base64.b64encode(bytes(value)).decode("ascii"))
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return tagged(name, value.isoformat())
    if isinstance(value, datetime.timedelta):
        return tagged(name, value.total_seconds())
    if isinstance(value, (tuple, set, frozenset, deque)):
        names = getattr(value, "_fields", None)
        if isinstance(names, tuple):  # a named tuple is stored by its fields
            return _encode_stored(name, dict(zip(names, value, strict=False)), depth)
        return tagged(name, _encode_items(value, depth))
    fields = _fields(value)
    if fields is not None:
        return _encode_stored(name, fields, depth)
    return tagged(name, _plain_text(value))


def _encode_items(value: Iterable[Any], depth: int) -> list[Json]:
    """Items in their order, those of sets in one that is always the same."""
    items = [_encode(item, depth + 1) for item in value]
    return sorted(items, key=sort_key) if isinstance(value, (set, frozenset)) else items


def sort_key(item: Json) -> tuple[str, float, str]:
    """Puts the items of a set, in JSON form, into an order that is always the same."""
    number = float(item) if isinstance(item, (int, float)) and abs(item) < _LONG_FLOAT else 0.0
    return type(item).__name__, number, json_line(item)


def _fields(value: object) -> dict[str, Any] | None:
    """The fields of a dataclass, Pydantic model or other object that lists them; None for the rest."""
    if isinstance(value, type):
        return None
    if dataclasses.is_dataclass(value):
        return {field.name: _attribute(value, field.name) for field in dataclasses.fields(value)}
    names = getattr(type(value), "model_fields", None) or getattr(type(value), "__fields__", None)
    if isinstance(names, Mapping):
        extra = getattr(value, "model_extra", None)
        found: dict[str, Any] = {str(name): _attribute(value, name) for name in names}
        return {**found, **extra} if isinstance(extra, Mapping) else found
    if isinstance(value, Mapping):
        return dict(value)
    return None


def _attribute(value: object, name: str) -> Any:
    """An attribute; a placeholder where reading it fails, since a user's property may raise anything."""
    try:
        return getattr(value, name)
    except Exception as error:  # noqa: BLE001 - see the docstring
        return f"<reading {name} raises {type(error).__name__}>"


_TEXT_TYPES = ("uuid.", "decimal.", "pathlib.", "ipaddress.", "fractions.", "zoneinfo.", "re.")


def _plain_text(value: object) -> str:
    """`str` of the standard library's value types, a guarded repr of all else."""
    return str(value) if type_name(value).startswith(_TEXT_TYPES) else safe_repr(value)
