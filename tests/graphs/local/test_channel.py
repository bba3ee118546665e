"""Frames survive whatever values they carry and however the bytes arrive."""

import socket
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graphdeck.graphs.local.channel import Channel, FrameReader, pack

HARD: list[Any] = [
    {"event": "x", "value": 2**70},
    {"text": "lone \ud800 surrogate"},
    {"text": "x" * 1_000_000},
    {"nested": [[[[None, True, 1.5, "é"]]]]},
]

frames = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.lists(frames, max_size=5), st.integers(min_value=1, max_value=50))
def test_frames_arrive_whole_in_any_pieces(sent: list[Any], size: int) -> None:
    data = b"".join(pack(frame) for frame in sent)
    reader = FrameReader()
    got = [frame for start in range(0, len(data), size) for frame in reader.feed(data[start : start + size])]
    assert got == sent


def test_values_that_msgpack_refuses_arrive_too() -> None:
    assert list(FrameReader().feed(b"".join(map(pack, HARD)))) == HARD


def test_a_channel_ends_when_the_other_end_closes() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = Channel(theirs)
        ours.sendall(pack({"control": "drain"}))
        ours.shutdown(socket.SHUT_WR)
        assert list(channel.receive()) == [{"control": "drain"}]


def test_sending_to_a_closed_end_is_quiet() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        ours.close()
        Channel(theirs).send({"event": "late"})
