"""The form of a JSON schema; where a schema says nothing, the present value's own type says what a field takes."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any, Final

from graphdeck.graphs.schema import follow
from graphdeck.graphs.values import Json
from graphdeck.tui.form_model import NOTHING, Entry, Field, Form, Mode, Nothing

MOST_FIELDS: Final = 40
"""Fields beyond which a form is one field of JSON."""

_JSON_TYPES: Final = ("string", "integer", "number", "boolean", "array", "object", "null")


def form(schema: Json, value: "Json | Nothing" = NOTHING) -> Form:
    """The form of a schema, filled with a value, or with the schema's defaults; without a schema, of the value."""
    root = schema if isinstance(schema, Mapping) else {}
    kind = _Kind(root, root)
    fields = _properties(kind, value)
    if not fields or len(fields) > MOST_FIELDS or not (isinstance(value, dict) or value is NOTHING):
        whole = _field("", kind, value, required=True)
        return Form(schema=schema, fields=(whole[0],), entries=(whole[1],))
    return Form(schema=schema, fields=tuple(field for field, _ in fields), entries=tuple(entry for _, entry in fields))


def _properties(kind: "_Kind", value: "Json | Nothing") -> list[tuple[Field, Entry]]:
    """A field for each property of an object: those of its schema, then whatever else the value has."""
    if kind.nullable or kind.types - {"object"}:
        return []
    required = kind.schema.get("required")
    names = required if isinstance(required, list) else []
    present = value if isinstance(value, dict) else {}
    known: dict[str, Any] = kind.properties | {key: {} for key in present if key not in kind.properties}
    if "" in known or len(known) > MOST_FIELDS:
        return []
    return [
        _field(key, _Kind(part, kind.root), present.get(key, NOTHING), required=key in names, empty=value is NOTHING)
        for key, part in known.items()
    ]


def _field(
    name: str, kind: "_Kind", value: "Json | Nothing", *, required: bool, empty: bool = True
) -> tuple[Field, Entry]:
    """A field, and what is typed into it; a default only where the form is `empty`, since a value says all."""
    default = kind.default if empty and isinstance(value, Nothing) else value
    modes = kind.modes(default)
    if kind.nullable:
        modes = (*modes, "null")
    missing = isinstance(default, Nothing) and not empty
    if not required or missing:  # a value without what is required is told wrong, not filled in
        modes = (*modes, "absent")
    field = Field(
        name=name,
        modes=modes,
        kind=kind.words(default),
        choices=kind.choices or ((True, False) if "choice" in modes else ()),
        required=required,
        help=kind.help,
    )
    if isinstance(default, Nothing):
        return field, Entry(modes[0] if required and not missing else "absent")
    entry = field.entry(default)
    if entry.mode not in modes:  # it does not fit its own schema: kept as it is
        field = dataclasses.replace(field, modes=(*modes, entry.mode))
    return field, entry


class _Kind:
    """What a part of a schema says about a value."""

    def __init__(self, part: object, root: Mapping[str, Any]) -> None:
        self.root = root
        self.schema: Mapping[str, Any] = {}
        self.help = ""
        self.default: Json | Nothing = NOTHING
        self.nullable = False
        self.types: set[str] = set()
        self.choices: tuple[Json, ...] = ()
        self._read(part, depth=0)

    @property
    def properties(self) -> dict[str, Any]:
        """The properties of an object, by name."""
        found = self.schema.get("properties")
        return {str(key): part for key, part in found.items()} if isinstance(found, Mapping) else {}

    def _read(self, part: object, depth: int) -> None:
        """Take in one part, what it refers to, and its only alternative to null."""
        schema = self.schema = follow(part, self.root)
        for told in (part, schema):  # a reference may stand beside words of its own
            if isinstance(told, Mapping):
                self.help = self.help or _string(told, "description")
                if "default" in told and isinstance(self.default, Nothing):
                    self.default = told["default"]
        options = list(self._alternatives(schema))
        others = [option for option in options if option.get("type") != "null"]
        self.nullable = self.nullable or len(others) < len(options)
        if len(others) == 1 and depth < 10:
            self._read(others[0], depth + 1)
            return
        for option in others or [schema]:
            self.types |= _types(option)
        if "null" in self.types:
            self.types.discard("null")
            self.nullable = True
        if others and all(_choices(option) for option in others):
            self.choices = tuple(choice for option in others for choice in _choices(option))
        else:
            self.choices = _choices(schema)

    def _alternatives(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        for name in ("anyOf", "oneOf", "allOf"):
            found = schema.get(name)
            if isinstance(found, list) and (name != "allOf" or len(found) == 1):
                yield from (follow(option, self.root) for option in found)
                return

    def modes(self, value: "Json | Nothing") -> tuple[Mode, ...]:
        """What such a value can be typed as; without a schema, as its present value tells."""
        if self.choices:
            return ("choice",)
        types = self.types or _own_types(value)
        if types == {"boolean"}:
            return ("choice",) if self.types else ("choice", "json")
        if types and types <= {"integer", "number"}:
            return ("number",) if self.types else ("number", "json")
        if types == {"string"}:
            return ("text",) if self.types else ("text", "json")
        return ("text", "json") if "string" in types else ("json",)

    def words(self, value: "Json | Nothing") -> str:
        """What it takes, in a word or two."""
        if self.choices:
            return f"one of {len(self.choices)}"
        names = {"string": "text", "array": "list", "boolean": "yes or no"}
        types = [name for name in _JSON_TYPES if name in (self.types or _own_types(value))]
        if "number" in types and "integer" in types:
            types.remove("integer")
        return " or ".join(names.get(name, name) for name in types) or "any value"


def _types(schema: Mapping[str, Any]) -> set[str]:
    """The types that a schema names, or that its other words are about."""
    named = schema.get("type")
    names = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    found = {name for name in names if name in _JSON_TYPES}
    return found or ({"object"} if isinstance(schema.get("properties"), Mapping) else set())


def _own_types(value: "Json | Nothing") -> set[str]:
    match value:
        case bool():
            return {"boolean"}
        case int() | float():
            return {"number"}
        case str():
            return {"string"}
        case list():
            return {"array"}
        case dict():
            return {"object"}
    return set()


def _choices(schema: Mapping[str, Any]) -> tuple[Json, ...]:
    if "const" in schema:
        return (schema["const"],)
    listed = schema.get("enum")
    return tuple(listed) if isinstance(listed, list) else ()


def _string(schema: Mapping[str, Any], key: str) -> str:
    found = schema.get(key)
    return found if isinstance(found, str) else ""
