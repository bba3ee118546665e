"""Differences: whatever was done to a value, they lead from one to the other, and say no more than that."""

import copy
import itertools
import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphdeck.graphs.alignment import alignment
from graphdeck.graphs.differences import Change, differences, list_differences, same, word_changes
from graphdeck.graphs.values import Json, to_json


def told(before: object, after: object) -> list[tuple[Any, ...]]:
    """Kind and path of each change between two Python values, with the new value, or the old one of what is gone."""
    changes = differences(to_json(before), to_json(after))
    return [(each.kind, each.path, each.before if each.kind == "removed" else each.after) for each in changes]


def message(id_: str, content: str) -> dict[str, Json]:
    return {"type": "ai", "content": content, "id": id_}


def applied(before: Json, changes: Sequence[Change]) -> Any:
    """What the changes make of a value: from the outside in; what goes out of a list goes first, from its end."""
    box = [copy.deepcopy(before)]
    steps = [("/0" + each.path, each) for each in changes]
    order = {"removed": 0, "added": 1, "changed": 2}
    for path, each in sorted(steps, key=lambda step: (step[0].count("/"), order[step[1].kind], _place(*step))):
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]
        there: Any = box
        for part in way:
            there = there[int(part)] if isinstance(there, list) else there[part]
        key: Any = int(last) if isinstance(there, list) else last
        if each.kind == "removed":
            assert same(there.pop(key), each.before)
        elif each.kind == "added" and isinstance(there, list):
            there.insert(key, each.after)
        else:
            assert (key in there) == (each.kind == "changed") or isinstance(there, list)
            assert each.kind == "added" or same(there[key], each.before)
            there[key] = each.after
    return box[0]


def _place(path: str, each: Change) -> int:
    last = path.rpartition("/")[2]
    return (-int(last) if each.kind == "removed" else int(last)) if last.isdigit() else 0


plain = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.0, -0.0, 1.0, math.nan, "", "a", "b"])
identified = st.fixed_dictionaries({"id": st.sampled_from("pqr"), "content": st.sampled_from("xyz")})
odd_keys = st.dictionaries(st.integers(0, 3) | st.none() | st.tuples(st.integers(0, 2)), plain, max_size=3)
values = st.recursive(
    plain | identified | odd_keys | st.frozensets(st.integers(0, 4), max_size=4),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(["a", "b/~", "", "$type"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(values, values)
def test_changes_lead_from_one_value_to_the_other(one: object, other: object) -> None:
    before, after = to_json(one), to_json(other)
    changes = differences(before, after)
    assert same(applied(before, changes), after)
    assert bool(changes) != same(before, after)
    assert not any(same(each.before, each.after) for each in changes if each.kind == "changed")
    assert differences(after, copy.deepcopy(after)) == ()


@settings(deadline=None, derandomize=True)
@given(st.lists(values, max_size=6), st.lists(values, min_size=1, max_size=3), st.integers(0, 6))
def test_an_insertion_is_one(items: list[object], new: list[object], at: int) -> None:
    before, after = to_json(items), to_json([*items[:at], *new, *items[at:]])
    assert [each.kind for each in differences(before, after)] == ["added"] * len(new)
    assert [each.kind for each in differences(after, before)] == ["removed"] * len(new)


def test_types_are_told_apart() -> None:
    assert told({"a": 1, "b": 1, "c": 0.0}, {"a": 1.0, "b": True, "c": -0.0}) == [
        ("changed", "/a", 1.0),
        ("changed", "/b", True),
        ("changed", "/c", -0.0),
    ]
    assert told({"x": math.nan, "y": [1, {2}]}, {"x": math.nan, "y": [1, {2}]}) == []
    assert told({"x": math.nan}, {"x": math.inf}) == [("changed", "/x/value", "inf")]
    assert told((1, 2), [1, 2]) == [("changed", "", [1, 2])]
    assert told({7: "a", None: "b"}, {7: "c", None: "b"}) == [("changed", "/value/0/1", "c")]
    assert told({"k": None}, {}) == [("removed", "/k", None)]
    assert same(math.nan, math.nan)
    assert not same([1], [True])


def test_messages_belong_together_by_their_ids() -> None:
    before: Json = {"messages": [message("1", "a"), message("2", "b"), message("3", "c")]}
    after: Json = {"messages": [message("0", "x"), message("2", "B"), message("3", "c"), message("4", "d")]}
    assert told(before, after) == [
        ("removed", "/messages/0", message("1", "a")),
        ("added", "/messages/0", message("0", "x")),
        ("changed", "/messages/1/content", "B"),
        ("added", "/messages/3", message("4", "d")),
    ]
    assert told([{"n": 1}, {"n": 2}], [{"n": 1}, {"n": 3}, {"n": 4}]) == [
        ("changed", "/1/n", 3),
        ("added", "/2", {"n": 4}),
    ]


def test_ends_of_lists_keep_their_places() -> None:
    gone, new = list_differences([message("1", "a")], [message("2", "b")], "/log", at=(10, 20))
    assert (gone.path, new.path) == ("/log/10", "/log/20")


text = st.text(st.sampled_from("ab _.\n\u00e9"), max_size=30)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(text, text)
def test_runs_of_words_make_up_both_texts(before: str, after: str) -> None:
    runs = word_changes(before, after)
    assert "".join(part for kind, part in runs if kind != "added") == before
    assert "".join(part for kind, part in runs if kind != "removed") == after
    assert all(part for _, part in runs)
    assert (before == after) == all(kind == "same" for kind, _ in runs)


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        ("a quiet hotel", "a loud hotel", "=a -quiet +loud =hotel"),
        ("Roma", "Romano", "-Roma +Romano"),
        ("x=1; y=2", "x=1; z=2", "=x=1; -y +z ==2"),
        ("one two three four", "two four", "-one =two -three =four"),
        ("", "new text", "+new text"),
    ],
)
def test_words(before: str, after: str, runs: str) -> None:
    signs = {"same": "=", "added": "+", "removed": "-"}
    assert " ".join(signs[kind] + part.strip() for kind, part in word_changes(before, after)) == runs


def test_what_differs_much_is_told_as_a_whole() -> None:
    long = " ".join(map(str, range(50_000)))
    kinds = [kind for kind, _ in word_changes(f"same {long}", f"same {long[::-1]}")]
    assert kinds == ["same", "removed", "added"]
    assert word_changes("x" * 1_000_000, "x" * 999_999 + "y")[0][1] == "x" * 999_799


@settings(deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 3), max_size=9), st.lists(st.integers(0, 3), max_size=9))
def test_what_is_aligned_is_equal_and_ascends(before: list[int], after: list[int]) -> None:
    pairs = alignment(before, after)
    assert all(before[i] == after[j] for i, j in pairs)
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in itertools.pairwise(pairs))
