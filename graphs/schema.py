"""Whether a JSON value fits a JSON schema, as far as pydantic's and LangChain's schemas go.

Checked: type, enum, const, properties, required, additionalProperties, propertyNames, items, prefixItems, pattern,
length, number and size bounds, multipleOf, uniqueItems, anyOf, oneOf, allOf, `$ref` within the schema, and the formats
of dates, times, UUIDs and addresses. Other formats are left to the graph.
"""

import datetime
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

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
MAX_PARTS = 200_000
"""Pairs of a value and a schema that are looked at; alternatives in a recursive schema multiply."""


def problems(value: Json, schema: Json) -> list[str]:
    """What does not fit, each as `path: what is wrong`; empty where the value fits."""
    return list(_Check(schema if isinstance(schema, Mapping) else {}).problems(value, schema, "", 0))


def follow(part: object, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """A part of a schema, or what its `$ref` stands for in `root`; empty where neither is a mapping."""
    for _ in range(MAX_DEPTH):
        if not isinstance(part, Mapping):
            return {}
        if not isinstance(part.get("$ref"), str):
            return part
        part = _resolve(part["$ref"], root)
    return {}


class _Check:
    """One value against one schema."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._parts_left = MAX_PARTS

    def problems(self, value: Any, schema: Any, path: str, depth: int) -> Iterator[str]:
        """What does not fit at this place and below it."""
        self._parts_left -= 1
        if schema is False:
            yield _at(path, "nothing is allowed here")
        if not isinstance(schema, Mapping) or depth > MAX_DEPTH or self._parts_left < 0:
            return
        if isinstance(schema.get("$ref"), str):
            yield from self.problems(value, _resolve(schema["$ref"], self._root), path, depth + 1)
        wrong_type = _wrong_type(value, schema.get("type"))
        if wrong_type:
            yield _at(path, wrong_type)
            return
        if "const" in schema and not _same(value, schema["const"]):
            yield _at(path, f"must be {schema['const']!r}")
        if isinstance(schema.get("enum"), list) and not any(_same(value, option) for option in schema["enum"]):
            yield _at(path, f"must be one of {', '.join(map(repr, schema['enum']))}")
        yield from (_at(path, text) for text in _bounds(value, schema))
        yield from self._alternatives(value, schema, path, depth)
        if isinstance(value, dict):
            yield from self._object(value, schema, path, depth)
        elif isinstance(value, list):
            yield from self._array(value, schema, path, depth)

    def _alternatives(self, value: Any, schema: Mapping[str, Any], path: str, depth: int) -> Iterator[str]:
        for part in _list(schema, "allOf"):
            yield from self.problems(value, part, path, depth + 1)
        for keyword in ("anyOf", "oneOf"):
            options = _list(schema, keyword)
            tried = [list(self.problems(value, option, path, depth + 1)) for option in options]
            if tried and all(tried):
                yield from self._nearest(value, options, tried, path)

    def _nearest(self, value: Any, options: list[Any], tried: list[list[str]], path: str) -> list[str]:
        """Why none of the alternatives fits: by the one that the value names, else the one that fits best."""
        tags = [self._tags(option) for option in options]
        shared = [key for key in tags[0] if all(key in others for others in tags)]
        if not isinstance(value, dict) or not shared or shared[0] not in value:
            return min(tried, key=len)
        key = shared[0]
        for others, found in zip(tags, tried, strict=True):
            if _same(value[key], others[key]):
                return found
        named = ", ".join(repr(others[key]) for others in tags)
        return [_at(f"{path}.{key}" if path else key, f"must be {'one of ' if len(tags) > 1 else ''}{named}")]

    def _tags(self, option: Any) -> dict[str, Any]:
        """The properties of an alternative that have one possible value."""
        properties = follow(option, self._root).get("properties")
        found = properties if isinstance(properties, Mapping) else {}
        parts = {str(key): follow(part, self._root) for key, part in found.items()}
        return {key: part["const"] for key, part in parts.items() if "const" in part}

    def _object(self, value: Mapping[str, Any], schema: Mapping[str, Any], path: str, depth: int) -> Iterator[str]:
        found = schema.get("properties")
        properties = found if isinstance(found, Mapping) else {}
        for key in _list(schema, "required"):
            if isinstance(key, str) and key not in value:
                yield _at(path, f"{key!r} is missing")
        for key, item in value.items():
            where = f"{path}.{key}" if path else str(key)
            yield from self.problems(key, schema.get("propertyNames"), where, depth + 1)
            if key in properties:
                yield from self.problems(item, properties[key], where, depth + 1)
            elif schema.get("additionalProperties") is False:
                yield _at(path, f"{key!r} is not known; known are {', '.join(map(str, properties)) or 'none'}")
            else:
                yield from self.problems(item, schema.get("additionalProperties"), where, depth + 1)

    def _array(self, value: list[Any], schema: Mapping[str, Any], path: str, depth: int) -> Iterator[str]:
        first = _list(schema, "prefixItems")
        for index, item in enumerate(value):
            part = first[index] if index < len(first) else schema.get("items")
            yield from self.problems(item, part, f"{path}.{index}" if path else str(index), depth + 1)


# -- one value -------------------------------------------------------------------------------------------------


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
_SIZE_BOUNDS: tuple[tuple[type, str, Callable[[Any, Any], bool], str], ...] = (
    (str, "minLength", operator.lt, "must have at least this many characters:"),
    (str, "maxLength", operator.gt, "must have at most this many characters:"),
    (list, "minItems", operator.lt, "must have at least this many items:"),
    (list, "maxItems", operator.gt, "must have at most this many items:"),
    (dict, "minProperties", operator.lt, "must have at least this many keys:"),
    (dict, "maxProperties", operator.gt, "must have at most this many keys:"),
)


def _bounds(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        yield from _number_bounds(value, schema)
    if isinstance(value, (str, list, dict)):
        for kind, key, breaks, text in _SIZE_BOUNDS:
            bound = schema.get(key)
            if isinstance(value, kind) and isinstance(bound, int) and breaks(len(value), bound):
                yield f"{text} {bound}"
    if isinstance(value, list) and schema.get("uniqueItems") is True and _repeats(value):
        yield "must not hold an item twice"
    if isinstance(value, str):
        if isinstance(schema.get("pattern"), str) and not _matches(schema["pattern"], value):
            yield f"must match {schema['pattern']}"
        format_ = schema.get("format")
        if isinstance(format_, str) and format_ in _FORMATS and not _FORMATS[format_][0](value):
            yield f"must be {_FORMATS[format_][1]}"


def _number_bounds(value: float, schema: Mapping[str, Any]) -> Iterator[str]:
    for key, breaks, text in _NUMBER_BOUNDS:
        bound = schema.get(key)
        if isinstance(bound, (int, float)) and breaks(value, bound):
            yield f"{text} {bound}"
    step = schema.get("multipleOf")
    # Of fractions only whole numbers can be asked: 0.3 is no multiple of 0.1 in binary.
    if isinstance(step, int) and isinstance(value, int) and step > 0 and value % step:
        yield f"must be a multiple of {step}"


def _repeats(items: list[Any]) -> bool:
    seen: list[Any] = []
    for item in items[:MAX_DEPTH]:
        if any(_same(item, other) for other in seen):
            return True
        seen.append(item)
    return False


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:  # another dialect than Python's: left to the graph
        return True


# -- formats ---------------------------------------------------------------------------------------------------

_TIME: Final = r"\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)?"
_DATE: Final = r"\d{4}-\d\d-\d\d"


def _made_by(make: Callable[[str], object], pattern: str) -> Callable[[str], bool]:
    """A test whether a text has this pattern and can be made a value of."""

    def is_one(text: str) -> bool:
        if not re.fullmatch(pattern, text, re.ASCII):
            return False
        try:
            make(text)
        except ValueError:
            return False
        return True

    return is_one


def _address(text: str) -> object:
    import ipaddress  # here, as hardly any schema has addresses and every start would pay for it

    return ipaddress.ip_address(text)


_FORMATS: Final[Mapping[str, tuple[Callable[[str], bool], str]]] = {
    "date": (_made_by(datetime.date.fromisoformat, _DATE), "a date like 2026-05-31"),
    "time": (_made_by(datetime.time.fromisoformat, _TIME), "a time like 14:30:00"),
    "date-time": (
        _made_by(datetime.datetime.fromisoformat, f"{_DATE}[Tt ]{_TIME}"),
        "a date and time like 2026-05-31T14:30:00Z",
    ),
    "uuid": (_made_by(str, r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"), "a UUID"),
    "uri": (_made_by(str, r"[A-Za-z][A-Za-z0-9+.-]*:\S+"), "a URI like https://example.org"),
    "ipv4": (_made_by(_address, r"[\d.]+"), "an IPv4 address"),
    "ipv6": (_made_by(_address, r"[0-9a-fA-F:.]+:[0-9a-fA-F:.]+|::"), "an IPv6 address"),
}


# -- parts of a schema -----------------------------------------------------------------------------------------


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
