"""The JSON form of values: exact, unambiguous, and never an exception."""

import dataclasses
import datetime
import decimal
import enum
import json
import uuid
from collections import deque
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage
from pydantic import BaseModel

from graphdeck.graphs.values import MAX_DEPTH, Stored, json_line, to_json


class Colour(enum.Enum):
    TEAL = "teal"


class Point(BaseModel):
    x: int


class Pair(NamedTuple):
    a: int
    b: str


@dataclasses.dataclass
class Rude:
    label: str

    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class Ruder:
    def __repr__(self) -> str:
        raise KeyError("no repr")


HERE = __name__


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (2**70, 2**70),
        ("a\ud800[bold]\x1b[2J", "a\ud800[bold]\x1b[2J"),
        (float("nan"), {"$type": "float", "value": "nan"}),
        (float("-inf"), {"$type": "float", "value": "-inf"}),
        (b"\x00\xff", {"$type": "bytes", "value": "AP8="}),
        ((1, (2,)), {"$type": "tuple", "value": [1, {"$type": "tuple", "value": [2]}]}),
        ({3, 1, 2}, {"$type": "set", "value": [1, 2, 3]}),
        ({Colour.TEAL, 2}, {"$type": "set", "value": [{"$type": f"{__name__}.Colour", "value": "teal"}, 2]}),
        (Pair(1, "x"), {"$type": f"{__name__}.Pair", "value": {"a": 1, "b": "x"}}),
        (deque([1]), {"$type": "collections.deque", "value": [1]}),
        ({7: "x", None: 1}, {"$type": "dict", "value": [[7, "x"], [None, 1]]}),
        ({"$type": "mine"}, {"$type": "dict", "value": [["$type", "mine"]]}),
        (Colour.TEAL, {"$type": f"{HERE}.Colour", "value": "teal"}),
        (Point(x=1), {"$type": f"{HERE}.Point", "value": {"x": 1}}),
        (Rude("c"), {"$type": f"{HERE}.Rude", "value": {"label": "c"}}),
        (decimal.Decimal("0.10"), {"$type": "decimal.Decimal", "value": "0.10"}),
        (uuid.UUID(int=7), {"$type": "uuid.UUID", "value": "00000000-0000-0000-0000-000000000007"}),
        (datetime.date(2031, 2, 3), {"$type": "datetime.date", "value": "2031-02-03"}),
        (datetime.timedelta(seconds=1.5), {"$type": "datetime.timedelta", "value": 1.5}),
        (Stored("a.B", {1}), {"$type": "a.B", "value": {"$type": "set", "value": [1]}}),
        (True, True),
        (None, None),
    ],
)
def test_each_value_has_its_form(value: object, form: object) -> None:
    assert to_json(value) == form
    assert json.loads(json_line(to_json(value))) == form


def test_a_message_is_its_type_and_content_first() -> None:
    call = {"name": "search", "args": {"city": "Rome"}, "id": "c1", "type": "tool_call"}
    form = to_json(AIMessage("[b]hi", id="m1", tool_calls=[call]))
    assert isinstance(form, dict)
    assert list(form)[:2] == ["type", "content"]
    assert (form["type"], form["content"], form["id"]) == ("ai", "[b]hi", "m1")
    assert form["tool_calls"] == [call]
    assert to_json(HumanMessage("")) == {"type": "human", "content": ""}


def test_a_repr_that_raises_is_told() -> None:
    form = to_json(Ruder())
    assert isinstance(form, dict)
    assert "KeyError" in str(form["value"])


def test_circles_and_depth_end() -> None:
    circle: list[Any] = []
    circle.append(circle)
    deep = form = to_json(circle)
    for _ in range(MAX_DEPTH):
        assert isinstance(deep, list)
        deep = deep[0]
    assert deep == {"$type": "list", "value": "nested too deeply to show"}
    assert json_line(form)


def test_a_number_too_long_for_decimal_text_is_still_told() -> None:
    form = to_json(10**5000)
    assert isinstance(form, dict)
    assert form["$type"] == "int"
    assert int(str(form["value"]), 16) == 10**5000


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers() | st.none(), inner) | st.tuples(inner),
    max_leaves=20,
)


@given(plain)
def test_any_value_becomes_one_line_of_ascii(value: object) -> None:
    line = json_line(to_json(value))
    assert line.isascii()
    assert "\n" not in line
    assert to_json(json.loads(line)) is not None or value is None
