"""Stored bytes to Python values, by LangGraph's own formats, without importing or building a stored type.

LangGraph's serializer writes msgpack in which every object is an extension: its module, its name and what its
constructor would be given. Here such an object becomes `Stored`. What LangGraph itself changes on storing stays
changed: tuples are lists, byte arrays are bytes, subclasses of dict and str are dicts and text, exceptions are
their repr, lone surrogates are `?`, and the models inside a Pydantic model are dicts.
"""

import datetime
import json
import pathlib
import re
import uuid
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, NamedTuple

import ormsgpack

from graphdeck.graphs.values import MESSAGE_MODULE, Stored, sort_key, to_json

DELTA_SNAPSHOT: Final = "langgraph.checkpoint.serde.types._DeltaSnapshot"
"""Type of a value that a delta channel stored whole."""

MAX_OBJECT_DEPTH: Final = 200
"""Levels of objects inside objects that are decoded; each holds a copy of all below it, so deeper is an attack."""

_OPTIONS: Final = ormsgpack.OPT_NON_STR_KEYS
_PARSE_ERRORS: Final = (ValueError, TypeError, RecursionError)
_CONSTRUCTED, _POSITIONAL, _KEYWORDS, _METHOD, _PYDANTIC_1, _PYDANTIC_2, _NUMPY, _DELTA = range(8)


class Undecodable(ValueError):
    """Stored bytes that are broken, encrypted, or built to exhaust whoever reads them."""


class Packed(NamedTuple):
    """A stored object that is still bytes."""

    code: int
    """LangGraph's extension code."""
    data: bytes
    """Msgpack."""


def decode(type_: str | None, data: bytes | None) -> Any:
    """The whole value of a `type` and a blob column; raises `Undecodable`.

    A pickle, or a type that is not known, is shown as `Stored` bytes and never read.
    """
    if type_ == "msgpack":
        return _unpack(data or b"")
    return _decode_other(type_, data)


def outline(type_: str | None, data: bytes | None) -> Any:
    """Like `decode`, with the objects inside left `Packed`: cheap, whatever the size of the messages."""
    if type_ == "msgpack":
        return _parse(data or b"", Packed)
    return _decode_other(type_, data)


def expand(value: Any) -> Any:
    """A copy of an outline, or of a part of one, with its objects decoded; raises `Undecodable`."""
    unpacker = _Unpacker()
    return unpacker.fill(unpacker.put_off_all(value))


def _decode_other(type_: str | None, data: bytes | None) -> Any:
    if type_ in (None, "null", "empty"):
        return None
    if type_ in ("bytes", "bytearray"):
        return data or b""
    if type_ == "json":
        try:
            return json.loads(data or b"", object_hook=_lc_object)
        except (ValueError, RecursionError) as error:
            raise Undecodable(f"broken JSON: {error}") from error
    return Stored(str(type_), data)


def _lc_object(fields: dict[str, Any]) -> Any:
    """An object as LangChain wrote it to JSON before LangGraph moved to msgpack."""
    names = fields.get("id")
    if fields.get("lc") not in (1, 2) or fields.get("type") != "constructor" or not isinstance(names, list):
        return fields
    kwargs = fields.get("kwargs")
    if isinstance(kwargs, dict) and "content" in kwargs and str(names[-1]).endswith(("Message", "MessageChunk")):
        return Stored(f"{MESSAGE_MODULE}{names[-1]}", kwargs)
    return Stored(".".join(map(str, names)), kwargs or fields.get("args"))


# -- msgpack ---------------------------------------------------------------------------------------------------


def _parse(data: bytes, hook: Callable[[int, bytes], Any]) -> Any:
    try:
        return ormsgpack.unpackb(data, ext_hook=hook, option=_OPTIONS)
    except _PARSE_ERRORS as error:
        raise Undecodable(f"broken msgpack: {error}") from error


def _unpack(data: bytes) -> Any:
    return _Unpacker().unpack(data)


class _Unpacker:
    """Decodes objects inside objects in a loop: with a call inside a call, a few crafted kilobytes end the process."""

    def __init__(self) -> None:
        self._found: list[tuple[Stored, int, bytes]] = []

    def unpack(self, data: bytes) -> Any:
        return self.fill(_parse(data, self.put_off))

    def put_off(self, code: int, data: bytes) -> Stored:
        """An empty object, filled later."""
        stored = Stored.__new__(Stored)
        self._found.append((stored, code, data))
        return stored

    def put_off_all(self, value: Any) -> Any:
        """A copy of an outline with empty objects; in a loop too, as lists may lie deep in lists."""
        whole = [value]
        copies: list[Any] = [whole]
        for container in copies:
            for key, item in enumerate(container) if type(container) is list else container.items():
                if type(item) is Packed:
                    container[key] = self.put_off(*item)
                elif type(item) is list or type(item) is dict:
                    container[key] = inner = item.copy()
                    copies.append(inner)
        return whole[0]

    def fill(self, value: Any) -> Any:
        """Decode, level by level, what was put off; then name it from the innermost out, as names depend on parts."""
        parts: list[tuple[Stored, int, Any]] = []
        hook = self.put_off
        for _ in range(MAX_OBJECT_DEPTH):
            level, self._found = self._found, []
            try:
                parts += [
                    (
                        stored,
                        code,
                        ormsgpack.unpackb(data, ext_hook=hook, option=_OPTIONS) if 0 <= code <= _DELTA else data,
                    )
                    for stored, code, data in level
                ]
            except _PARSE_ERRORS as error:
                raise Undecodable(f"broken msgpack: {error}") from error
            if not self._found:
                break
        else:
            raise Undecodable(f"objects nested more than {MAX_OBJECT_DEPTH} deep")
        for stored, code, payload in reversed(parts):
            Stored.__init__(stored, *_name(code, payload))
        return value


# -- what an extension stands for ------------------------------------------------------------------------------


def _name(code: int, payload: Any) -> tuple[str, Any]:
    """Type and value of an object; a shape that LangGraph does not write is shown as it is."""
    if code == _DELTA:
        return DELTA_SNAPSHOT, payload
    if code == _NUMPY:
        return "numpy.ndarray", _array(payload)
    if type(payload) is not list or len(payload) < 3 or not (type(payload[0]) is type(payload[1]) is str):
        return f"msgpack.ext{code}", payload
    type_, readable = _reader(payload[0], payload[1])
    argument = payload[2]
    if readable is None:
        return type_, argument
    try:
        return ("re.Pattern" if type_ == "re.compile" else type_), readable(argument)
    except (TypeError, ValueError, OverflowError, AttributeError, KeyError):  # not what the type takes: as stored
        return type_, argument


@lru_cache(maxsize=1_000)
def _reader(module: str, name: str) -> tuple[str, Callable[[Any], Any] | None]:
    """Dotted name of a type, and what makes its argument readable; None where it is shown as it is stored."""
    type_ = name if module == "builtins" else f"{module}.{name}"
    return type_, _path if module.startswith("pathlib") else _READABLE.get(type_)


def _path(parts: list[str]) -> str:
    return str(pathlib.PurePosixPath(*parts))


def _sorted(items: list[Any]) -> list[Any]:
    """In the order in which a live set is shown."""
    return sorted(items, key=lambda item: sort_key(to_json(item)))


def _time(fields: dict[str, Any]) -> str | dict[str, Any]:
    if fields.get("tzinfo") is not None:
        return fields  # a zone cannot be had without building it
    return datetime.time(**fields).isoformat()


def _timezone(arguments: list[Any]) -> str:
    offset, *name = arguments
    return repr(datetime.timezone(datetime.timedelta(seconds=offset.value), *name))


def _pattern(arguments: list[Any]) -> str:
    pattern, flags = arguments
    shown = re.RegexFlag(flags & ~re.UNICODE if isinstance(pattern, str) else flags)
    return f"re.compile({pattern!r}, {shown!r})" if shown else f"re.compile({pattern!r})"


def _send(arguments: list[Any]) -> dict[str, Any]:
    return dict(zip(("node", "arg", "timeout"), arguments, strict=False))


_READABLE: dict[str, Callable[[Any], Any]] = {
    "set": _sorted,
    "frozenset": _sorted,
    "uuid.UUID": lambda text: str(uuid.UUID(text)),
    "datetime.date": lambda parts: datetime.date(*parts).isoformat(),
    "datetime.time": _time,
    "datetime.timedelta": lambda parts: datetime.timedelta(*parts).total_seconds(),
    "datetime.timezone": _timezone,
    "re.compile": _pattern,
    "langgraph.types.Send": _send,
    "pydantic.types.SecretStr": lambda _: "SecretStr('**********')",
    "pydantic.types.SecretBytes": lambda _: "SecretBytes(b'**********')",
}

_ARRAY_FORMATS = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "i8": "q", "u8": "Q"}
_ARRAY_FORMATS |= {"f4": "f", "f8": "d", "b1": "?"}


def _array(payload: Any) -> Any:
    """A numpy array as type, shape and nested lists; in Fortran order, or without plain numbers, as it is stored."""
    try:
        dtype, shape, order, data = payload
        layout = _ARRAY_FORMATS[dtype.lstrip("<|")]
        values = memoryview(data).cast(layout, shape).tolist()  # type: ignore[call-overload] # typeshed wants a literal
    except (TypeError, ValueError, KeyError, AttributeError):
        return payload
    return {"dtype": dtype, "shape": shape, "values": values} if order == "C" else payload
