"""Forms keep types: what goes in comes out, what does not fit says so, and nothing is chosen for a person."""

import enum
import json
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from graphdeck.graphs.schema import problems
from graphdeck.graphs.values import Json, to_json
from graphdeck.tui.form_model import NOTHING, WHOLE, Entry, Form
from graphdeck.tui.form_schema import MOST_FIELDS, form


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Stay(BaseModel):
    city: str
    nights: int = Field(description="how many")
    price: float = 99.5
    quiet: bool
    colour: Colour = Colour.RED
    kind: Literal["single", "double"]
    note: str | None = None
    guests: list[str] = []
    code: int | str = 3


STAY: Json = to_json(Stay.model_json_schema())

# -- any value, under any schema -------------------------------------------------------------------------------------

JSON_VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from(
        ["3", "true", "null", "", "\u202edrow", "\x1b[2J", "a\tb\r\nc", "\ud800", "\U000e0041", "می‌خواهم"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
SCHEMAS: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null", "odd"]).map(
        lambda name: {"type": name}
    )
    | st.just({})
    | st.just(None)
    | st.just({"type": ["integer", "null"]})
    | st.lists(JSON_VALUES, min_size=1, max_size=3).map(lambda choices: {"enum": choices})
    | JSON_VALUES.map(lambda value: {"const": value}),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options})
        | inner.map(lambda part: {"$ref": "#/$defs/X", "$defs": {"X": part}})
        | st.dictionaries(st.text(max_size=4), inner, max_size=4).map(
            lambda parts: {"type": "object", "properties": parts, "required": list(parts)[:2]}
        )
    ),
    max_leaves=6,
)


def same(a: Json, b: Json) -> bool:
    """Equal, of the same types everywhere, and -0.0 is not 0.0."""
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


@given(SCHEMAS, JSON_VALUES)
@settings(max_examples=150, deadline=None)
def test_every_value_under_every_schema_comes_out_as_it_went_in(schema: Json, value: Json) -> None:
    filled = form(schema, value)
    if problems(value, schema):
        wrong = filled.wrong()
        assert wrong
        with pytest.raises(ValueError, match=r"."):
            filled.value()
    assert same(filled._value()[0], value)  # what was there is kept even where it does not fit


@given(SCHEMAS)
@settings(max_examples=80, deadline=None)
def test_an_empty_form_is_either_told_wrong_or_gives_what_fits(schema: Json) -> None:
    empty = form(schema)
    if not empty.wrong():
        assert not problems(empty.value(), schema)


@given(SCHEMAS, st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["put", "mode", "next", "back"]), st.text())))
@settings(max_examples=80, deadline=None)
def test_whatever_is_typed_never_raises_and_never_sends_what_does_not_fit(schema: Json, done: Any) -> None:
    typed = form(schema)
    for place, what, text in done:
        index = place % len(typed.fields)
        if what == "put":
            typed = typed.put(index, text)
        elif what == "mode":
            typed = typed.turn_mode(index)
        elif typed.fields[index].choices:
            typed = typed.turn_choice(index, 1 if what == "next" else -1)
    if not typed.wrong():
        assert not problems(typed.value(), schema)


# -- by name ---------------------------------------------------------------------------------------------------------


def named(of: Form, name: str) -> int:
    return next(index for index, field in enumerate(of.fields) if field.name == name)


def test_a_pydantic_model_becomes_its_fields_with_required_marks_defaults_and_choices() -> None:
    empty = form(STAY)
    assert [(field.name, field.kind, field.required) for field in empty.fields] == [
        ("city", "text", True),
        ("nights", "integer", True),
        ("price", "number", False),
        ("quiet", "yes or no", True),
        ("colour", "one of 2", False),
        ("kind", "one of 2", True),
        ("note", "text", False),
        ("guests", "list", False),
        ("code", "text or integer", False),
    ]
    assert empty.fields[1].help == "how many"
    entries = {field.name: entry for field, entry in zip(empty.fields, empty.entries, strict=True)}
    assert entries["price"] == Entry("number", "99.5")
    assert entries["colour"] == Entry("choice", '"red"')
    assert entries["note"] == Entry("null")
    assert entries["code"] == Entry("json", "3")
    assert entries["kind"] == Entry("choice")  # nothing is chosen for a person


def test_what_is_missing_or_wrong_is_said_at_its_field_and_what_was_typed_stays() -> None:
    typed = form(STAY).put(1, "three")
    assert typed.wrong()[1] == "not a number"
    assert typed.wrong()[3] == "nothing is chosen"
    assert typed.entries[1].text == "three"
    typed = typed.put(1, "2.5")
    assert typed.wrong()[1] == "must be integer, not number"
    with pytest.raises(ValueError, match="nights: must be integer"):
        typed.put(0, "Rome").turn_choice(3, 1).turn_choice(5, 1).value()


def test_a_filled_form_gives_values_of_their_own_types() -> None:
    typed = form(STAY).put(0, "3").put(1, "3").turn_choice(3, -1).turn_choice(5, 2).put(8, "7")
    typed = typed.turn_mode(named(typed, "guests"))
    assert typed.value() == {
        "city": "3", "nights": 3, "price": 99.5, "quiet": False, "colour": "red", "kind": "single", "note": None,
        "code": 7,
    }  # fmt: skip
    assert Stay.model_validate(typed.value()).guests == []


def test_a_number_stays_a_number_and_a_text_a_text_without_a_schema() -> None:
    args: dict[str, Json] = {"copies": 3, "floor": "3", "ratio": 3.0, "sure": False, "none": None, "tags": []}
    plain = form(None, args)
    assert [field.kind for field in plain.fields] == ["number", "text", "number", "yes or no", "any value", "list"]
    assert same(plain.value(), args)
    changed = plain.put(0, "4").put(1, "4").turn_choice(3, 1)
    assert same(changed.value(), {**args, "copies": 4, "floor": "4", "sure": True})
    assert plain.put(0, "four").wrong() == {0: "not a number"}


def test_what_an_edit_left_out_stays_out_and_unknown_arguments_stay_in() -> None:
    schema: Json = {"type": "object", "properties": {"a": {"type": "integer", "default": 1}, "b": {"type": "string"}}}
    assert form(schema, {"b": "x", "c": 2}).value() == {"b": "x", "c": 2}
    assert form(schema).value() == {"a": 1}


def test_null_and_left_out_are_turned_to_and_typing_brings_the_field_back() -> None:
    schema: Json = {"type": "object", "properties": {"a": {"anyOf": [{"type": "string"}, {"type": "null"}]}}}
    typed = form(schema, {"a": "x"})
    assert [typed.turn_mode(0).value(), typed.turn_mode(0).turn_mode(0).value()] == [{"a": None}, {}]
    assert typed.turn_mode(0).put(0, "y").value() == {"a": "y"}


def test_a_field_that_misses_is_named_and_what_concerns_all_is_told_for_all() -> None:
    schema: Json = {"type": "object", "properties": {"a": {}}, "required": ["b"]}
    assert form(schema, {"a": 1}).wrong() == {WHOLE: "'b' is missing"}


def test_a_schema_of_no_object_or_too_many_fields_is_one_field() -> None:
    assert form({"type": "integer"}).is_whole
    assert form({"type": "integer"}).put(0, "3").value() == 3
    many: Json = {"type": "object", "properties": {f"f{n}": {} for n in range(MOST_FIELDS + 1)}}
    assert form(many).put(0, "{}").value() == {}
    assert form({"enum": ["yes", "no"]}, NOTHING).turn_choice(0, 1).value() == "yes"


def test_hidden_characters_are_escaped_where_they_can_be_edited() -> None:
    (entry,) = form(None, {"to": "\u202edrow\x1b"}).entries
    assert entry == Entry("json", '"\\u202edrow\\u001b"')
