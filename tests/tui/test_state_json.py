"""JSON that is written in pieces is the same as at once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdeck.graphs.values import Json
from graphdeck.tui.state_json import MANY, json_pieces

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=40)


@given(VALUES, st.integers(0, 5))
def test_the_pieces_are_what_the_encoder_writes(value: Json, levels: int) -> None:
    assert "".join(json_pieces(value, levels)) == json.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        list(range(2 * MANY + 1)),
        {str(number): number for number in range(2 * MANY + 1)},
        {"messages": [*range(MANY), {"content": ["x"] * (MANY + 1)}, *range(MANY)]},
    ],
)
def test_long_ones_come_in_several(value: Json) -> None:
    pieces = list(json_pieces(value))
    assert "".join(pieces) == json.dumps(value)
    assert len(pieces) > 3
