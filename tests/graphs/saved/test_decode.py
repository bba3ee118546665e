"""Stored bytes show what the live values would: checked against LangGraph's own serializer."""

import collections
import dataclasses
import datetime
import decimal
import enum
import ipaddress
import json
import math
import os
import pathlib
import pickle
import re
import struct
import uuid
import zoneinfo
from typing import Any, NamedTuple

import ormsgpack
import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.messages.ai import UsageMetadata
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.store.base import Item
from langgraph.types import Interrupt, Send
from pydantic import BaseModel, SecretStr

from graphdeck.graphs.saved.decode import Packed, Undecodable, decode, expand, outline
from graphdeck.graphs.values import Json, to_json


class Colour(enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


class Word(enum.StrEnum):
    YES = "yes"


class Model(BaseModel):
    name: str
    colour: Colour = Colour.RED
    tags: set[int] = {1, 2}
    extra: dict[str, Any] = {}


@dataclasses.dataclass
class Point:
    x: int
    y: Any = None


@dataclasses.dataclass(frozen=True)
class Empty:
    pass


UTC = datetime.UTC
USAGE = UsageMetadata(input_tokens=1, output_tokens=2, total_tokens=3)
NOON = datetime.datetime(2026, 2, 28, 12, 0, 0, 5)
SAME = [
    None, True, False, 0, -1, 2**63 - 1, -(2**63), 2**64 - 1, 0.1, 1e300, math.inf, -math.inf, math.nan,
    "", "text", "[bold]x[/]", "\x1b[31m\x00", "e\u0301", "🏳️‍🌈", "\u202eabc", "x" * 1_000_000,
    b"", b"\x00\xff", [], [1, [2, [3]]], {}, {"a": {"b": [1]}}, {2: "a", None: "b", True: 2, 1.5: 3},
    {(1, "a"): "pair", (): 0}, {b"k": 1}, {"$type": "mine", "value": 1}, {"": 0},
    {1, 2, 3}, {"b", "a", 1, None, 2.5}, set(), frozenset({"x", "y"}), collections.deque([1, 2], maxlen=5),
    [{1}, {2: {3}}], {"deep": {"set": frozenset([1])}},
    NOON, NOON.replace(tzinfo=UTC), NOON.replace(tzinfo=zoneinfo.ZoneInfo("UTC")), NOON.date(), NOON.time(),
    datetime.timedelta(days=-1, seconds=5, microseconds=7), UTC, datetime.timezone(datetime.timedelta(hours=2), "X"),
    zoneinfo.ZoneInfo("UTC"), uuid.UUID(int=5), decimal.Decimal("1.50"), decimal.Decimal("NaN"),
    pathlib.Path("/a/b.txt"), pathlib.Path("relative"), pathlib.Path(),
    ipaddress.ip_address("10.0.0.1"), ipaddress.ip_address("::1"), ipaddress.ip_network("10.0.0.0/8"),
    re.compile("a+"), re.compile("a+", re.IGNORECASE), re.compile(b"a"),
    Colour.RED, Level.HIGH, Word.YES, [Colour.RED], {"c": Colour.RED},
    Point(1), Point(1, Point(2, {3})), Empty(), Point(0, [Colour.RED, NOON]),
    Model(name="m"), Model(name="", extra={"n": None, "d": NOON}), SecretStr("hunter2"),
    Interrupt("q", "id-1"), Interrupt({"a": [1]}, "id-2", response_schema={"type": "integer"}),
    HumanMessage("hi", id="1"), SystemMessage("be kind"), AIMessage([{"type": "text", "text": "x"}]),
    AIMessage("", tool_calls=[{"name": "t", "args": {"a": 1}, "id": "c1"}], usage_metadata=USAGE),
    ToolMessage("4 found", tool_call_id="c1", name="t", artifact={"k": {1}}),
    ToolMessage("no", tool_call_id="2", status="error"),
    [HumanMessage("a"), AIMessage("b")],
]  # fmt: skip

CHANGED_BY_LANGGRAPH = [
    ((1, (2,)), [1, [2]]),
    (bytearray(b"x"), b"x"),
    (memoryview(b"x"), b"x"),
    (ValueError("x"), "ValueError('x')"),
    (collections.OrderedDict(a=1), {"a": 1}),
    (collections.Counter("aa"), {"a": 2}),
    ("\ud800", "?"),
    ({Colour.RED: 1}, {"red": 1}),
    ({NOON.date(): 1}, {"2026-02-28": 1}),
]


def stored(value: object) -> Json:
    """A value as it is shown after LangGraph has stored it inside a state."""
    decoded = decode(*JsonPlusSerializer().dumps_typed({"v": value}))
    expanded = expand(outline(*JsonPlusSerializer().dumps_typed({"v": value})))
    assert to_json(expanded) == to_json(decoded)
    return to_json(decoded["v"])


@pytest.mark.parametrize("value", SAME, ids=lambda value: type(value).__name__)
def test_a_stored_value_is_shown_like_a_live_one(value: object) -> None:
    assert json.dumps(stored(value)) == json.dumps(to_json(value))


@pytest.mark.parametrize(("value", "as_stored"), CHANGED_BY_LANGGRAPH, ids=lambda value: type(value).__name__)
def test_what_langgraph_changes_on_storing_is_shown_changed(value: object, as_stored: object) -> None:
    assert stored(value) == to_json(as_stored)


def test_a_number_over_64_bits_cannot_be_stored_at_all() -> None:
    with pytest.raises(TypeError, match="64-bit"):
        JsonPlusSerializer().dumps_typed({"v": 2**70})


def test_types_have_their_dotted_names() -> None:
    assert stored({1}) == {"$type": "set", "value": [1]}
    assert stored(uuid.UUID(int=1)) == {"$type": "uuid.UUID", "value": "00000000-0000-0000-0000-000000000001"}
    assert stored(NOON) == {"$type": "datetime.datetime", "value": "2026-02-28T12:00:00.000005"}
    assert stored(Point(1)) == {"$type": f"{__name__}.Point", "value": {"x": 1, "y": None}}


def test_a_message_has_its_own_form() -> None:
    message = stored(AIMessage("", tool_calls=[{"name": "t", "args": {"a": 1}, "id": "c1"}], id="m"))
    assert isinstance(message, dict)
    assert message["type"] == "ai"
    assert message["id"] == "m"
    assert message["tool_calls"] == [{"name": "t", "args": {"a": 1}, "id": "c1", "type": "tool_call"}]


class Pair(NamedTuple):
    first: int
    second: int


def test_a_named_tuple_is_shown_with_its_fields() -> None:
    assert stored(Pair(1, 2)) == {"$type": f"{__name__}.Pair", "value": {"first": 1, "second": 2}}


def test_a_secret_is_not_shown() -> None:
    assert "hunter2" not in json.dumps(stored({"key": SecretStr("hunter2")}))


def test_langgraphs_own_types() -> None:
    assert stored(Send("node", {"a": 1})) == {
        "$type": "langgraph.types.Send",
        "value": {"node": "node", "arg": {"a": 1}},
    }
    item = Item(value={"a": 1}, key="k", namespace=("n",), created_at=NOON, updated_at=NOON)
    shown = stored(item)
    assert isinstance(shown, dict)
    assert shown["$type"] == "langgraph.store.base.Item"


def test_a_time_with_a_zone_keeps_its_parts() -> None:
    shown = stored(datetime.time(1, 2, tzinfo=UTC))
    assert isinstance(shown, dict)
    assert isinstance(shown["value"], dict)
    assert shown["value"]["hour"] == 1
    assert shown["value"]["tzinfo"] == to_json(UTC)


# -- bytes that LangGraph's default serializer does not write here -----------------------------------------------


def packed(code: int, *parts: object) -> bytes:
    return ormsgpack.packb(ormsgpack.Ext(code, ormsgpack.packb(parts)))


def test_a_numpy_array_is_shown_without_numpy() -> None:
    data = struct.pack("<4d", 1.0, 2.0, 3.0, 4.5)
    assert to_json(decode("msgpack", packed(6, "<f8", (2, 2), "C", data))) == {
        "$type": "numpy.ndarray",
        "value": {"dtype": "<f8", "shape": [2, 2], "values": [[1.0, 2.0], [3.0, 4.5]]},
    }


@pytest.mark.parametrize("parts", [("<f8", (2, 2), "F", b"x" * 32), ("<U3", (1,), "C", b"x" * 12), ("<f8",), ()])
def test_an_array_of_another_kind_is_shown_as_stored(parts: tuple[object, ...]) -> None:
    shown = to_json(decode("msgpack", packed(6, *parts)))
    assert isinstance(shown, dict)
    assert shown["$type"] == "numpy.ndarray"


def test_nothing_is_called(tmp_path: pathlib.Path) -> None:
    mark = tmp_path / "called"
    command = f"touch {mark}"
    for code in range(6):
        shown = decode("msgpack", packed(code, "os", "system", command, "system"))
        assert to_json(shown) == {"$type": "os.system", "value": command}
    assert decode("pickle", pickle.dumps(_Bomb(str(mark)))).type == "pickle"
    assert not mark.exists()


class _Bomb:
    def __init__(self, mark: str) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (self.mark,)


def test_other_formats() -> None:
    assert decode("null", b"") is None
    assert decode("empty", None) is None
    assert decode("bytes", b"\x01") == b"\x01"
    assert decode("json", b'{"a": [1, NaN]}')["a"][0] == 1
    assert to_json(decode("msgpack+aes", b"\x01")) == {"$type": "msgpack+aes", "value": to_json(b"\x01")}


def test_messages_of_the_old_json_format() -> None:
    kwargs = {"content": "hi", "type": "human", "id": "1"}
    old = {"lc": 1, "type": "constructor", "id": ["langchain", "schema", "messages", "HumanMessage"], "kwargs": kwargs}
    assert to_json(decode("json", json.dumps([old]).encode())) == [kwargs]
    point = {"lc": 2, "type": "constructor", "id": ["app", "Point"], "args": [], "kwargs": {"x": 1}}
    assert to_json(decode("json", json.dumps(point).encode())) == {"$type": "app.Point", "value": {"x": 1}}


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        (0, ("uuid", "UUID", "no")), (0, ("builtins", "set", 5)), (0, (1, 2, 3)), (0, ()),
        (1, ("datetime", "date", [0, 0, 0])), (1, ("datetime", "timedelta", [10**12])),
        (1, ("datetime", "timezone", [1])), (1, ("re", "compile", ["a"])), (1, ("pathlib", "PosixPath", 1)),
        (1, ("langgraph.types", "Send", [])), (2, ("datetime", "time", {"hour": 99})), (9, ("x",)), (127, ()),
    ],
)  # fmt: skip
def test_a_shape_that_langgraph_does_not_write_is_shown_as_it_is(code: int, parts: tuple[object, ...]) -> None:
    shown = to_json(decode("msgpack", packed(code, *parts)))
    assert isinstance(shown, dict)
    assert shown.keys() == {"$type", "value"}


def nested_objects(levels: int, wrap: int = 0) -> bytes:
    data = b"\xc0"
    for _ in range(levels):
        inner = b"\x91" * wrap + data
        data = ormsgpack.packb(ormsgpack.Ext(0, b"\x93\xa1m\xa1N" + inner))
    return data


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xc1", b"\x91", b"\xdd\xff\xff\xff\xff", b"\x91" * 100_000 + b"\xc0", b"\x81\x91\x80\xc0", b"\xc7\x01",
        b"\xd4\x00\xc1", nested_objects(201), nested_objects(1500), nested_objects(300, wrap=900),
    ],
    ids=[
        "empty", "reserved", "cut", "huge", "nested", "key", "ext",
        "broken-object", "deep-objects", "deeper-objects", "both",
    ],
)  # fmt: skip
def test_hostile_bytes_are_refused_in_one_sentence(data: bytes) -> None:
    with pytest.raises(Undecodable, match=r"msgpack|nested"):
        decode("msgpack", data)


def test_objects_nested_within_bounds_are_shown() -> None:
    assert to_json(decode("msgpack", nested_objects(100, wrap=900))) is not None


def test_hostile_json_is_refused() -> None:
    for data in (b"", b"{", b"[" * 100_000, b"\xff"):
        with pytest.raises(Undecodable, match="JSON"):
            decode("json", data)


def test_an_outline_leaves_objects_packed() -> None:
    type_, data = JsonPlusSerializer().dumps_typed({"messages": [HumanMessage("hi")], "n": 1})
    body = outline(type_, data)
    assert isinstance(body["messages"][0], Packed)
    assert body["n"] == 1
    message = expand(body)["messages"][0]
    assert to_json(message) == {"type": "human", "content": "hi"}


def test_every_message_class_is_known_by_its_module() -> None:
    assert all(
        cls.__module__.startswith("langchain_core.messages.")
        for cls in (HumanMessage, AIMessage, ToolMessage, BaseMessage)
    )
