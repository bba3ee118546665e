"""How a front end and a worker talk: length-prefixed msgpack frames over a socketpair.

A frame is four bytes of length (big endian), one byte that says how the body is encoded, and the body. ormsgpack
refuses some values that JSON can carry (whole numbers over 64 bits, lone surrogates): those frames are JSON text.
"""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from typing import Any

import ormsgpack

_HEAD = struct.Struct(">Ic")
_MSGPACK = b"m"
_JSON = b"j"


def pack(data: Any) -> bytes:
    """One frame for a value in JSON form."""
    try:
        kind, body = _MSGPACK, ormsgpack.packb(data, option=ormsgpack.OPT_NON_STR_KEYS)
    except (ormsgpack.MsgpackEncodeError, UnicodeEncodeError):
        kind, body = _JSON, json.dumps(data, ensure_ascii=True).encode("ascii")
    return _HEAD.pack(len(body), kind) + body


class FrameReader:
    """Cuts a stream of bytes into frames and decodes them."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """The frames that are complete once `data` has arrived."""
        self._buffer += data
        start = 0
        while len(self._buffer) - start >= _HEAD.size:
            length, kind = _HEAD.unpack_from(self._buffer, start)
            end = start + _HEAD.size + length
            if len(self._buffer) < end:
                break
            body = bytes(self._buffer[start + _HEAD.size : end])
            start = end
            yield json.loads(body) if kind == _JSON else ormsgpack.unpackb(body, option=ormsgpack.OPT_NON_STR_KEYS)
        del self._buffer[:start]


class Channel:
    """A blocking end of the channel, for the worker: any thread may send."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._reader = FrameReader()
        self._lock = threading.Lock()

    def send(self, data: Any) -> None:
        """Send one frame; quietly nothing where the other end is gone, since the worker is told of that elsewhere."""
        frame = pack(data)
        with self._lock:
            try:
                self._sock.sendall(frame)
            except (BrokenPipeError, ConnectionResetError):
                return

    def receive(self) -> Iterator[Any]:
        """The frames that arrive, until the other end closes."""
        while True:
            try:
                data = self._sock.recv(1 << 16)
            except ConnectionResetError:
                return
            if not data:
                return
            yield from self._reader.feed(data)
