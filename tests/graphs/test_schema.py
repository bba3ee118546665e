"""The schema check agrees with pydantic's own validation of the schemas that pydantic writes."""

from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from graphdeck.graphs.schema import problems


class Verdict(BaseModel):
    kind: Literal["yes", "no", "later"]
    days: int = Field(default=0, ge=0, le=30)


class Tree(BaseModel):
    name: str = Field(min_length=1)
    parts: list["Tree"] = []


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")
    to: str
    copies: int | None = None


CASES: list[tuple[type[BaseModel], Any, str]] = [
    (Verdict, {"kind": "later", "days": 3}, ""),
    (Verdict, {"kind": "soon"}, "kind: must be one of 'yes', 'no', 'later'"),
    (Verdict, {"days": 1}, "'kind' is missing"),
    (Verdict, {"kind": "no", "days": "many"}, "days: must be integer, not string"),
    (Verdict, {"kind": "no", "days": 31}, "days: must be at most 30"),
    (Verdict, "yes", "must be object, not string"),
    (Tree, {"name": "a", "parts": [{"name": "b"}]}, ""),
    (Tree, {"name": "a", "parts": [{"name": ""}]}, "parts.0.name: must have at least this many characters: 1"),
    (Tree, {"name": "a", "parts": [{"name": 1}]}, "parts.0.name: must be string, not integer"),
    (Strict, {"to": "ann", "cc": "bob"}, "'cc' is not known; known are to, copies"),
    (Strict, {"to": "ann", "copies": None}, ""),
]


@pytest.mark.parametrize(("model", "value", "problem"), CASES)
def test_what_is_wrong_is_said(model: type[BaseModel], value: Any, problem: str) -> None:
    assert problems(value, model.model_json_schema()) == ([problem] if problem else [])
    if problem:
        with pytest.raises(ValidationError):
            model.model_validate(value)
    else:
        model.model_validate(value)


@pytest.mark.parametrize("schema", [None, {}, True, {"$ref": "#/nowhere"}, {"pattern": "("}, {"items": 3}])
def test_a_schema_that_says_nothing_allows_anything(schema: Any) -> None:
    values: list[Any] = [None, False, 0, "", [], {}, [1], {"a": 1}]
    assert [problems(value, schema) for value in values] == [[]] * len(values)


KEYWORDS = [
    *("type", "enum", "const", "required", "properties", "additionalProperties", "items", "prefixItems"),
    *("allOf", "anyOf", "oneOf", "minimum", "maxLength", "pattern", "$ref"),
]
MALFORMED = st.dictionaries(
    st.sampled_from(KEYWORDS),
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(st.integers() | st.text(max_size=2)),
)


@given(MALFORMED, st.sampled_from([None, 1, "x", [1], {"a": 1}, {"required": [2]}]))
def test_a_malformed_schema_never_raises(schema: Any, value: Any) -> None:
    assert isinstance(problems(value, schema), list)


def test_a_discriminated_union_explains_the_nearest() -> None:
    schema: Any = {
        "oneOf": [
            {"type": "object", "properties": {"type": {"const": "approve"}}, "required": ["type"]},
            {"type": "object", "properties": {"type": {"const": "reject"}, "message": {"type": "string"}}},
        ]
    }
    assert problems({"type": "approve"}, schema) == []
    assert problems({"type": "reject", "message": 3}, schema)


KEYS = st.sampled_from(["kind", "days", "name", "parts"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-50, 50) | st.sampled_from(["yes", "no", "", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kind", "days", "name", "parts"]), inner)
    ),
    max_leaves=8,
)


@given(json_values, st.sampled_from([Verdict, Tree]))
def test_it_agrees_with_pydantic(value: Any, model: type[BaseModel]) -> None:
    try:
        TypeAdapter(model).validate_python(value, strict=True)
        fits = True
    except ValidationError:
        fits = False
    assert (problems(value, model.model_json_schema()) == []) == fits
