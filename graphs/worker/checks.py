"""Input and context, checked before a run: LangGraph itself saves what does not fit, and fails on it for ever after.

Values are checked as JSON: text is not taken for a number, but dates, enums, dataclasses and models are built from
their JSON form where the schema names them, and messages from any form that LangChain takes.
"""

import json
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import convert_to_messages
from langgraph.graph.state import CompiledStateGraph
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from graphdeck.graphs.errors import InputError
from graphdeck.graphs.schema import problems
from graphdeck.graphs.values import Json, to_json
from graphdeck.graphs.worker.chain import ChainBuilder
from graphdeck.graphs.worker.load import AnyBuilder, AnyGraph
from graphdeck.graphs.worker.schemas import Field, fields_of, is_part_of_state, runnable_schema, type_text
from graphdeck.graphs.worker.state_keys import state_fields

ANY_FIELD = Field(type=Any, required=False)

STATE_DOES_NOT_FIT = "the state that is there does not fit the graph's schema: a raw edit can repair it (fork --raw)"
"""What to do where LangGraph cannot read a state any more."""


def check_input(graph: AnyGraph, value: Json) -> Any:
    """What the graph is to be given for an input in JSON form; raises InputError where it does not fit the schema."""
    if not isinstance(graph, CompiledStateGraph):
        return _converted(value, graph.InputType)
    builder = graph.builder
    if isinstance(builder, ChainBuilder):
        return {"input": _chain_input(builder, value)}
    fields = fields_of(builder.input_schema)
    if fields is None:
        return _converted(value, builder.input_schema)
    is_partial = is_part_of_state(builder.input_schema, builder.state_schema)
    return _checked(value, fields, builder.input_schema, "the input", partial=is_partial)


def check_update(graph: AnyGraph, values: Json) -> Any:
    """What is to be written into a state for values in JSON form; raises InputError where they do not fit."""
    builder = _with_keys(graph, values)
    if builder is None or not isinstance(values, dict):
        return values
    fields = state_fields(builder)
    try:
        return {key: _update_value(key, item, fields.get(key, ANY_FIELD)) for key, item in values.items()}
    except _Unfit as unfit:
        hint = unfit.hint or _expected({key: field for key, field in fields.items() if key in values})
        raise InputError(f"the state was not changed: {unfit}", hint) from None


def check_raw(graph: AnyGraph, values: Json) -> dict[str, Any]:
    """What is to be put into a checkpoint past the graph: built where it fits, else as the JSON that it is."""
    if not isinstance(values, dict):
        raise InputError("the state was not changed: a raw edit needs an object with state keys", "")
    builder = _with_keys(graph, values)
    fields = state_fields(builder) if builder is not None else {}
    found: dict[str, Any] = {}
    for key, item in values.items():
        try:
            found[key] = _update_value(key, item, fields.get(key, ANY_FIELD))
        except _Unfit:
            found[key] = item
    return found


def _with_keys(graph: AnyGraph, values: Json) -> AnyBuilder | None:
    """What has the keys of the state, None where there are none; raises InputError where a value's key is not one."""
    if not isinstance(graph, CompiledStateGraph):  # LangGraph would write it, and nothing would ever read it
        raise InputError(
            "the state was not changed: a graph of the functional API keeps results, and no keys to write",
            "run it again from a checkpoint, or with another input",
        )
    builder = graph.builder
    if "__root__" in builder.channels or not isinstance(values, dict):
        return None
    if unknown := [key for key in values if key not in builder.channels]:  # LangGraph would leave them out
        raise InputError(
            f"the state was not changed: it has no key {_quoted(unknown)}",
            f"its keys are: {', '.join(builder.channels)}",
        )
    return builder


def input_for_new_thread(graph: AnyGraph) -> dict[str, Any]:
    """`{}` where the graph demands nothing; raises InputError where it does."""
    needs_input = "a new thread needs an input"
    if not isinstance(graph, CompiledStateGraph):
        raise InputError(needs_input, f"expected: {type_text(graph.InputType)}")
    if isinstance(graph.builder, ChainBuilder):
        schema = runnable_schema(graph.builder.runnable.get_input_jsonschema)
        if problems({}, schema) or not isinstance(schema, Mapping) or schema.get("type") != "object":
            raise InputError(needs_input, _expected_by(schema))
        return {"input": {}}
    fields = fields_of(graph.builder.input_schema)
    if fields is None:
        raise InputError(needs_input, f"expected: {type_text(graph.builder.input_schema)}")
    if any(field.required for field in fields.values()):
        raise InputError(needs_input, _expected(fields))
    return {}


def check_context(graph: AnyGraph, value: Json) -> Json:
    """The context to run with, `{}` where none is given and none needed; raises InputError where it does not fit."""
    schema = graph.context_schema
    if schema is None:
        if value is not None:
            raise InputError("this graph takes no context", "leave the context away")
        return None
    given = {} if value is None else value
    fields = fields_of(schema)
    if fields is not None:
        _checked(given, fields, schema, "the context", partial=False)
    return given


# -- objects with fields ---------------------------------------------------------------------------------------------


def _checked(value: Json, fields: Mapping[str, Field], schema: Any, what: str, *, partial: bool) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{what} must be an object, not {_json_type(value)}", _expected(fields))
    unknown = [key for key in value if key not in fields]
    if unknown:
        raise InputError(f"{what} has {_quoted(unknown)}, which the graph does not know", _expected(fields))
    missing = [key for key, field in fields.items() if field.required and key not in value]
    if missing and not partial:
        raise InputError(f"{what} lacks {_quoted(missing)}", _expected(fields))
    try:
        if isinstance(schema, type) and issubclass(schema, BaseModel):
            return _checked_by_model(value, fields, schema)
        return {key: _field_value(key, item, fields[key]) for key, item in value.items()}
    except _Unfit as unfit:
        raise InputError(f"{what} does not fit: {unfit}", unfit.hint or _expected(fields)) from None


class _Unfit(Exception):
    """What is wrong with a value, and what to write instead, where that is not the whole schema."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def _checked_by_model(value: dict[str, Any], fields: Mapping[str, Field], schema: type[BaseModel]) -> dict[str, Any]:
    """A model checks by its own rules, as it will when a node gets it; LangGraph wants the plain values."""
    plain = {key: _messages(key, item) if fields[key].holds_messages else item for key, item in value.items()}
    try:
        schema.model_validate(plain, by_name=True)
    except ValidationError as error:
        raise _Unfit(faults(error, "")) from None
    except PydanticUserError:  # a model whose types are not all defined: left to the graph
        return plain
    return plain


def _field_value(key: str, item: Json, field: Field) -> Any:
    if field.holds_messages:
        return _messages(key, item)
    try:
        return _built(item, field.type)
    except ValidationError as error:
        if field.takes_any_update:
            return item
        raise _Unfit(faults(error, key)) from None


def _update_value(key: str, item: Json, field: Field) -> Any:
    """A value that may have come from a state in JSON form: what that marks by its type must become that type again."""
    marked = _marked_type(item)
    if not marked or field.holds_messages:
        return _field_value(key, item, field)
    try:
        built = _built(_unmarked(item), field.type)
    except ValidationError as error:
        raise _Unfit(faults(error, key)) from None
    if to_json(built) != item:
        raise _Unfit(
            f"{key} holds a {marked}, which the schema does not name, so JSON cannot say it",
            "give the whole key in plain JSON, or leave it as it is",
        )
    return built


def _marked_type(item: Json) -> str:
    """The first type that a value in JSON form marks; empty without one."""
    if isinstance(item, dict):
        if item.keys() == {"$type", "value"}:
            return str(item["$type"])
        return next(filter(None, map(_marked_type, item.values())), "")
    return next(filter(None, map(_marked_type, item)), "") if isinstance(item, list) else ""


def _unmarked(item: Json) -> Json:
    if isinstance(item, dict):
        marked = item.keys() == {"$type", "value"}
        return _unmarked(item["value"]) if marked else {key: _unmarked(each) for key, each in item.items()}
    return [_unmarked(each) for each in item] if isinstance(item, list) else item


def _messages(key: str, item: Json) -> list[Any]:
    """LangChain messages from their JSON form: dicts with `role` or `type`, pairs of role and text, or plain text."""
    items = item if isinstance(item, list) else [item]
    built: list[Any] = []
    for index, message in enumerate(items):
        try:
            built += convert_to_messages([message])  # type: ignore[list-item] # it refuses what it does not know
        except (ValueError, TypeError, NotImplementedError, AttributeError) as error:
            reason = str(error).partition("\n")[0]
            hint = 'write {"role": "user", "content": "..."}, or the text alone'
            raise _Unfit(f"{key}.{index} is no message: {reason}", hint) from None
    return built


# -- other values ----------------------------------------------------------------------------------------------------


def _converted(value: Json, kind: Any) -> Any:
    """A value of a type without fields of its own, as the functional API takes it."""
    if isinstance(kind, str) or kind is None:  # an annotation that was never evaluated
        return value
    try:
        return _built(value, kind)
    except ValidationError as error:
        raise InputError(f"the input does not fit: {faults(error, '')}", f"expected: {type_text(kind)}") from None


def _built(value: Json, kind: Any) -> Any:
    """A value of a type from its JSON form; as it is where Pydantic does not know the type, or JSON not the text."""
    try:
        return TypeAdapter(kind).validate_json(json.dumps(value), strict=True)
    except (PydanticUserError, NameError, TypeError):
        return value
    except ValidationError as error:
        if any(problem["type"] == "json_invalid" for problem in error.errors()):  # lone surrogates
            return value
        raise


def _chain_input(builder: ChainBuilder, value: Json) -> Json:
    """What a runnable's own `invoke` takes; `{"input": ...}` around it is understood too, where that alone fits."""
    schema = runnable_schema(builder.runnable.get_input_jsonschema)
    wrong = problems(value, schema)
    if wrong and isinstance(value, dict) and list(value) == ["input"] and not problems(value["input"], schema):
        return value["input"]
    if wrong:
        raise InputError(f"the input does not fit: {'; '.join(wrong)}", _expected_by(schema))
    return value


# -- words -----------------------------------------------------------------------------------------------------------


def faults(error: ValidationError, key: str = "") -> str:
    """Each problem of a value as `key.inner: what is wrong`."""
    told = []
    for problem in error.errors(include_url=False, include_context=False):
        place = ".".join(str(part) for part in (*([key] if key else []), *problem["loc"]))
        text = problem["msg"][:1].lower() + problem["msg"][1:]
        told.append(f"{place}: {text}" if place else text)
    return "; ".join(dict.fromkeys(told))


def _expected(fields: Mapping[str, Field]) -> str:
    if not fields:
        return "expected: {}"
    return "expected: " + ", ".join(f"{name}: {_field_text(field)}" for name, field in fields.items())


def _field_text(field: Field) -> str:
    kind = "messages" if field.holds_messages else type_text(field.type)
    return kind if field.required else f"{kind} (optional)"


def _expected_by(schema: Json) -> str:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    return f"expected: {', '.join(properties)}" if isinstance(properties, dict) else "see what its invoke takes"


def _quoted(names: list[str]) -> str:
    return ", ".join(map(repr, names))


def _json_type(value: Json) -> str:
    names = {bool: "a boolean", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object"}
    return names.get(type(value), "null")
