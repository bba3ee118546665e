"""Conditions that are data: what they say, when they hold, and what is no condition."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from graphdeck.graphs.conditions import MISSING, parse_condition, value_at
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.stopping import Breakpoint, breakpoint_text, parse_breakpoint, split_watch

STATE: dict[str, Any] = {
    "total": 1200,
    "city": "Rome",
    "done": True,
    "tags": ["a", "b > c", 1],
    "none": None,
    "empty": [],
    "point": (1, 2),
    "a b": {"x": {"deep": 5}},
    "messages": [HumanMessage("hi"), AIMessage("", tool_calls=[{"name": "book", "args": {"n": 2}, "id": "c1"}])],
}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("total > 1000", True),
        ("total>1000", True),
        ("total >= 1200", True),
        ("total < 1200", False),
        ("total <= 1200.0", True),
        ("total == 1200.0", True),
        ("total != 1200", False),
        ('total > "a"', False),
        ('city == "Rome"', True),
        ('city != "Rome"', False),
        ('city >= "Ravenna"', True),
        ('city contains "om"', True),
        ("done == true", True),
        ("done == 1", False),
        ("done > 0", False),
        ('tags contains "a"', True),
        ('tags contains "b > c"', True),
        ("tags contains true", False),
        ("tags.-1 == 1", True),
        ("tags.7 == 1", False),
        ("point contains 2", True),
        ("point.-1 == 2", True),
        ("none exists", False),
        ("none == null", True),
        ("empty exists", False),
        ("nothing exists", False),
        ("nothing == null", False),
        ("nothing != 1", True),
        ("/a b/x/deep == 5", True),
        ("a b.x.deep == 5", True),
        ("messages.-1.tool_calls exists", True),
        ("messages.0.tool_calls exists", False),
        ('messages.-1.tool_calls.0.name == "book"', True),
        ("messages.-1.tool_calls.0.args.n > 1", True),
    ],
)
def test_a_condition_holds_or_not(text: str, holds: bool) -> None:
    condition = parse_condition(text)
    assert condition.holds(value_at(STATE, condition.path)) is holds


def test_only_the_step_that_changed_a_value_makes_changed_hold() -> None:
    condition = parse_condition("total changed")
    assert condition.holds(1200, has_changed=True)
    assert not condition.holds(1200)
    assert condition.holds(MISSING, has_changed=True)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a condition"),
        ("total", "not a condition"),
        ("total is 3", "not a condition"),
        ("> 3", "not a condition"),
        ("total >", "ends where a value should be"),
        ("/ > 3", "names no state key"),
        ("city == Rome", "is not JSON"),
        ("total exists 3", "not a condition"),
    ],
)
def test_what_is_no_condition_is_refused_with_what_would_be_one(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        parse_condition(text)
    assert refused.value.hint


def test_breakpoints_are_read_as_they_are_written() -> None:
    for written in ("review", "team:desk:review", 'review if city == "a if b"'):
        assert breakpoint_text(parse_breakpoint(written, "after")) == written
    assert parse_breakpoint("review if total > 3", "before") == Breakpoint(node="review", condition="total > 3")
    for wrong in ("", " if total > 3", "review if total"):
        with pytest.raises(InputError):
            parse_breakpoint(wrong, "before")
    assert split_watch("team:desk:total") == (("team", "desk"), "total")
