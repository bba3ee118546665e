"""The schemas of a graph: fields with their types, and JSON schemas, also where Pydantic refuses the type.

Pydantic refuses `typing.TypedDict` below Python 3.12, and types that have no JSON form; then the fields that it
accepts are described one by one.
"""

import dataclasses
import json
import operator
import typing
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import typing_extensions
from langchain_core.messages import BaseMessage
from pydantic import BaseModel, Secret, TypeAdapter

from graphdeck.graphs.values import Json, to_json

MESSAGES: Mapping[str, Json] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"role": {"type": "string"}, "type": {"type": "string"}, "content": {}},
        "required": ["content"],
    },
}
"""What a key with messages takes, as people write it; LangChain's own schema of it has 40 kB and takes less."""

_STARS = '"**********"'
"""What Pydantic shows in place of a secret, as JSON."""
_REQUIREDNESS = (typing.Required, typing.NotRequired, typing_extensions.Required, typing_extensions.NotRequired)


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One key of a schema."""

    type: Any
    """Its type, without `Annotated`, `Required` and `NotRequired`."""
    required: bool
    """It has no default, and its schema demands it."""
    reducer: Callable[..., Any] | None = None
    """What joins an update with the value that is there."""

    @property
    def takes_any_update(self) -> bool:
        """Its reducer may take other types than the key holds."""
        return self.reducer is not None and getattr(self.reducer, "__module__", "") != operator.add.__module__

    @property
    def holds_messages(self) -> bool:
        """It holds LangChain messages."""
        return _names_messages(self.reducer) or _mentions(self.type, BaseMessage)


def fields_of(schema: Any) -> Mapping[str, Field] | None:
    """The fields of a TypedDict, dataclass or Pydantic model, in their order; None for other types."""
    if not isinstance(schema, type) and not typing_extensions.is_typeddict(schema):
        return None
    if not (typing_extensions.is_typeddict(schema) or dataclasses.is_dataclass(schema) or _is_model(schema)):
        return None
    try:
        hints = typing_extensions.get_type_hints(schema, include_extras=True)
    except (NameError, TypeError, AttributeError):  # a name that exists only for the type checker
        hints = dict.fromkeys(getattr(schema, "__annotations__", {}), Any)
    required = _required(schema, hints)
    names = schema.model_fields if _is_model(schema) else hints
    return {name: _field(hints.get(name, Any), name in required) for name in names}


def json_schema(schema: Any, title: str = "") -> Json:
    """The JSON schema of a type; None where nothing can be said."""
    fields = fields_of(schema)
    with_messages = fields is not None and any(field.holds_messages for field in fields.values())
    made = None if with_messages else _pydantic_schema(schema)
    if made is not None or fields is None:
        return _with_secrets(made, fields or {})
    definitions: dict[str, Json] = {}
    properties: dict[str, Json] = {}
    for name, field in fields.items():
        part = dict(MESSAGES) if field.holds_messages else _pydantic_schema(field.type) or {}
        inner = part.pop("$defs", None)
        definitions |= inner if isinstance(inner, dict) else {}
        properties[name] = {"title": name.replace("_", " ").title(), **part}
    result: dict[str, Json] = {"title": title or getattr(schema, "__name__", ""), "type": "object"}
    result["properties"] = properties
    required: list[Json] = [name for name, field in fields.items() if field.required]
    if required:
        result["required"] = required
    if definitions:
        result["$defs"] = definitions
    return _with_secrets(result, fields)


def _with_secrets(made: dict[str, Json] | None, fields: Mapping[str, Field]) -> dict[str, Json] | None:
    """The schema with what Pydantic does not tell of `Secret[...]`, and without its stars in place of a default."""
    properties = made.get("properties") if made is not None else None
    for name, part in properties.items() if isinstance(properties, dict) else ():
        if isinstance(part, dict) and name in fields and _mentions(fields[name].type, Secret):
            part["writeOnly"] = True
    _drop_stars(made)
    return made


def _drop_stars(part: Json) -> None:
    """Take away the defaults that hold a masked secret: filled in, the stars themselves would be sent."""
    if isinstance(part, dict):
        if _STARS in json.dumps(part.get("default")):
            del part["default"]
        for inner in part.values():
            _drop_stars(inner)
    elif isinstance(part, list):
        for inner in part:
            _drop_stars(inner)


def is_part_of_state(input_schema: Any, state_schema: Any) -> bool:
    """Whether an input may leave out what its schema demands.

    Where the input has no schema of its own, the state's TypedDict says what there may be, not what must be given.
    """
    return input_schema is state_schema and hasattr(input_schema, "__required_keys__")


def runnable_schema(ask: Callable[[], dict[str, Any]]) -> Json:
    """The JSON schema that a LangChain runnable tells of itself; None where it cannot."""
    try:
        return ask()
    except Exception:  # noqa: BLE001 - types of user code may raise anything here; a schema is a help, not a need
        return None


def type_text(kind: Any) -> str:
    """A type as people write it, for messages."""
    if isinstance(kind, type) and not typing.get_args(kind):
        return kind.__name__
    text = str(kind)
    for prefix in ("typing_extensions.", "typing."):
        text = text.replace(prefix, "")
    return text


def _pydantic_schema(schema: Any) -> dict[str, Json] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what cannot be said of a default does not matter here
            made = TypeAdapter(schema).json_schema()
    except Exception:  # noqa: BLE001 - schema hooks of user types may raise anything; a schema is a help, not a need
        return None
    return typing.cast(dict[str, Json], to_json(made))


def _field(hint: Any, required: bool) -> Field:
    reducer = None
    while True:
        origin = typing_extensions.get_origin(hint)
        if origin is typing.Annotated:
            hint, *metadata = typing_extensions.get_args(hint)
            reducer = next((item for item in reversed(metadata) if callable(item)), reducer)
        elif origin in _REQUIREDNESS:
            (hint,) = typing_extensions.get_args(hint)
        else:
            return Field(type=hint, required=required, reducer=reducer)


def _required(schema: Any, hints: Mapping[str, Any]) -> set[str]:
    if _is_model(schema):
        return {name for name, field in schema.model_fields.items() if field.is_required()}
    if dataclasses.is_dataclass(schema):
        missing = dataclasses.MISSING
        return {
            field.name
            for field in dataclasses.fields(schema)
            if field.init and field.default is missing and field.default_factory is missing
        }
    # `__required_keys__` is wrong under `from __future__ import annotations`, where the marks are still text.
    marks = {name: _mark(hint) for name, hint in hints.items()}
    return {
        name for name in hints if marks[name] == "Required" or (name in schema.__required_keys__ and not marks[name])
    }


def _mark(hint: Any) -> str:
    """`Required`, `NotRequired`, or empty."""
    while True:
        origin = typing_extensions.get_origin(hint)
        if origin in _REQUIREDNESS:
            return "NotRequired" if "NotRequired" in str(origin) else "Required"
        if origin is not typing.Annotated:
            return ""
        hint = typing_extensions.get_args(hint)[0]


def _is_model(schema: Any) -> bool:
    return isinstance(schema, type) and issubclass(schema, BaseModel)


def _names_messages(reducer: Callable[..., Any] | None) -> bool:
    """LangGraph's `add_messages` wraps a function of that name."""
    return "add_messages" in getattr(reducer, "__name__", "")


def _mentions(kind: Any, base: type) -> bool:
    """Whether a type is, or is made of, subclasses of another."""
    if isinstance(kind, type) and not typing.get_args(kind):
        return issubclass(kind, base)
    origin = typing_extensions.get_origin(kind)
    if isinstance(origin, type) and issubclass(origin, base):
        return True
    return any(_mentions(part, base) for part in typing_extensions.get_args(kind) if part is not Ellipsis)
