"""Whether a JSON value fits a JSON schema, as far as pydantic's and LangChain's schemas go.

Checked: type, enum, const, properties, required, additionalProperties, items, prefixItems, pattern, length and
number bounds, anyOf, oneOf, allOf, and `$ref` within the schema. Formats are left to the graph.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from graphdeck.graphs.values import Json

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
MAX_DEPTH = 100
"""Levels of a value that are looked at; schemas may be recursive."""


def problems(value: Json, schema: Json) -> list[str]:
    """What does not fit, each as `path: what is wrong`; empty where the value fits."""
    root = schema if isinstance(schema, Mapping) else {}
    return list(_problems(value, schema, root, "", 0))


def _problems(value: Any, schema: Any, root: Mapping[str, Any], path: str, depth: int) -> Iterator[str]:
    if schema is False:
        yield _at(path, "nothing is allowed here")
    if not isinstance(schema, Mapping) or depth > MAX_DEPTH:
        return
    if isinstance(schema.get("$ref"), str):
        yield from _problems(value, _resolve(schema["$ref"], root), root, path, depth + 1)
    wrong_type = _wrong_type(value, schema.get("type"))
    if wrong_type:
        yield _at(path, wrong_type)
        return
    if "const" in schema and not _same(value, schema["const"]):
        yield _at(path, f"must be {schema['const']!r}")
    if isinstance(schema.get("enum"), list) and not any(_same(value, option) for option in schema["enum"]):
        yield _at(path, f"must be one of {', '.join(map(repr, schema['enum']))}")
    yield from _bounds(value, schema, path)
    yield from _alternatives(value, schema, root, path, depth)
    if isinstance(value, dict):
        yield from _object(value, schema, root, path, depth)
    elif isinstance(value, list):
        yield from _array(value, schema, root, path, depth)


def _wrong_type(value: Any, type_: Any) -> str:
    names = [type_] if isinstance(type_, str) else type_ if isinstance(type_, list) else []
    if not names or any(_is_type(value, name) for name in names):
        return ""
    return f"must be {' or '.join(map(str, names))}, not {_name_of(value)}"


def _is_type(value: Any, name: object) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES.get(str(name), (object,)))


def _name_of(value: Any) -> str:
    return next((name for name in _TYPES if _is_type(value, name)), type(value).__name__)


def _same(a: Any, b: Any) -> bool:
    return bool(a == b) and isinstance(a, bool) == isinstance(b, bool)


_NUMBER_BOUNDS: tuple[tuple[str, Callable[[Any, Any], bool], str], ...] = (
    ("minimum", operator.lt, "must be at least"),
    ("maximum", operator.gt, "must be at most"),
    ("exclusiveMinimum", operator.le, "must be more than"),
    ("exclusiveMaximum", operator.ge, "must be less than"),
)
_LENGTH_BOUNDS: tuple[tuple[type, str, Callable[[Any, Any], bool], str], ...] = (
    (str, "minLength", operator.lt, "must have at least this many characters:"),
    (str, "maxLength", operator.gt, "must have at most this many characters:"),
    (list, "minItems", operator.lt, "must have at least this many items:"),
    (list, "maxItems", operator.gt, "must have at most this many items:"),
)


def _bounds(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[str]:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        for key, breaks, text in _NUMBER_BOUNDS:
            bound = schema.get(key)
            if isinstance(bound, (int, float)) and breaks(value, bound):
                yield _at(path, f"{text} {bound}")
    if isinstance(value, (str, list)):
        for kind, key, breaks, text in _LENGTH_BOUNDS:
            bound = schema.get(key)
            if isinstance(value, kind) and isinstance(bound, int) and breaks(len(value), bound):
                yield _at(path, f"{text} {bound}")
    if isinstance(value, str) and isinstance(schema.get("pattern"), str) and not _matches(schema["pattern"], value):
        yield _at(path, f"must match {schema['pattern']}")


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:  # another dialect than Python's: left to the graph
        return True


def _alternatives(
    value: Any, schema: Mapping[str, Any], root: Mapping[str, Any], path: str, depth: int
) -> Iterator[str]:
    for part in _list(schema, "allOf"):
        yield from _problems(value, part, root, path, depth + 1)
    options = _list(schema, "anyOf") or _list(schema, "oneOf")
    tried = [list(_problems(value, option, root, path, depth + 1)) for option in options]
    if tried and all(tried):
        # The alternative that is nearest to fitting explains best.
        yield from min(tried, key=len)


def _object(
    value: Mapping[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], path: str, depth: int
) -> Iterator[str]:
    found = schema.get("properties")
    properties = found if isinstance(found, Mapping) else {}
    for key in _list(schema, "required"):
        if isinstance(key, str) and key not in value:
            yield _at(path, f"{key!r} is missing")
    for key, item in value.items():
        where = f"{path}.{key}" if path else str(key)
        if key in properties:
            yield from _problems(item, properties[key], root, where, depth + 1)
        elif schema.get("additionalProperties") is False:
            yield _at(path, f"{key!r} is not known; known are {', '.join(map(str, properties)) or 'none'}")
        else:
            yield from _problems(item, schema.get("additionalProperties"), root, where, depth + 1)


def _array(
    value: list[Any], schema: Mapping[str, Any], root: Mapping[str, Any], path: str, depth: int
) -> Iterator[str]:
    first = _list(schema, "prefixItems")
    for index, item in enumerate(value):
        part = first[index] if index < len(first) else schema.get("items")
        yield from _problems(item, part, root, f"{path}.{index}" if path else str(index), depth + 1)


def _list(schema: Mapping[str, Any], key: str) -> list[Any]:
    """A list of a schema; empty where it has another shape, since LangGraph takes any dict for a schema."""
    found = schema.get(key)
    return found if isinstance(found, list) else []


def _resolve(reference: str, root: Mapping[str, Any]) -> Any:
    """The part of the schema that `#/a/b` points to; None, which fits everything, where there is none."""
    part: Any = root
    for name in reference.removeprefix("#").strip("/").split("/"):
        if not isinstance(part, Mapping):
            return None
        part = part.get(name.replace("~1", "/").replace("~0", "~")) if name else part
    return part


def _at(path: str, text: str) -> str:
    return f"{path}: {text}" if path else text
