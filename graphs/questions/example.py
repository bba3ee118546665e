"""A value that a JSON schema takes, to show a person what is asked for."""

from collections.abc import Mapping
from typing import Any, Final

from graphdeck.graphs.schema import follow
from graphdeck.graphs.values import Json

_DEEPEST: Final = 20
"""Levels of a schema that are followed; schemas may be recursive."""


def example(schema: Json) -> Json:
    """The shortest value that a JSON schema, as pydantic writes it, is likely to take."""
    return _example(schema, schema if isinstance(schema, dict) else {}, 0)


def _example(part: object, root: Mapping[str, Any], depth: int) -> Json:
    schema = follow(part, root)
    if not schema or depth > _DEEPEST:
        return None
    for key in ("const", "default"):
        if key in schema:
            value: Json = schema[key]
            return value
    for key in ("enum", "oneOf", "anyOf", "allOf"):
        options = schema.get(key)
        if isinstance(options, list) and options:
            first: Json = options[0]
            return first if key == "enum" else _example(first, root, depth + 1)
    return _of_type(schema, root, depth)


def _of_type(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> Json:
    kind = str(schema.get("type"))
    properties = schema.get("properties") or {}
    if kind == "object" or properties:
        return {name: _example(properties.get(name), root, depth + 1) for name in schema.get("required") or ()}
    if kind == "array":
        return [_example(schema.get("items"), root, depth + 1)] * int(schema.get("minItems") or 0)
    simple: dict[str, Json] = {"string": "TEXT", "integer": 1, "number": 1, "boolean": True}
    return simple.get(kind)
