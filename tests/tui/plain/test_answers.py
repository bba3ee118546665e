"""The answers that a printed command is filled in with have the shape that the question takes."""

from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.events import Frame
from graphdeck.graphs.questions.check import fault
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import PendingInterrupt, RunRequest
from graphdeck.graphs.schema import problems
from graphdeck.tui.plain.answers import answering, example_answers, question_text
from graphdeck.tui.plain.terminal import Terminal


def asking(value: Any, schema: Any = None, **more: Any) -> PendingInterrupt:
    """A question as a run tells it."""
    return PendingInterrupt(**{"id": "q1", "node": "book", "ns": (), "value": value, "schema": schema, **more})


def call(name: str) -> dict[str, Any]:
    """A tool call as the middleware puts it."""
    return {"name": name, "args": {"city": "Rome"}, "description": "look first"}


def batch(*allowed: list[str]) -> dict[str, Any]:
    """A batch of tool calls with what may be decided about each."""
    return {
        "action_requests": [call(f"tool{i}") for i in range(len(allowed))],
        "review_configs": [{"action_name": f"tool{i}", "allowed_decisions": kinds} for i, kinds in enumerate(allowed)],
    }


PER_CALL = {
    "oneOf": [{"$ref": "#/$defs/Approve"}, {"$ref": "#/$defs/Reject"}],
    "$defs": {
        "Approve": {"type": "object", "required": ["type"], "properties": {"type": {"const": "approve"}}},
        "Reject": {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"const": "reject"}, "message": {"type": "string"}},
        },
    },
}
PERSON = {
    "type": "object",
    "required": ["name", "age", "kind", "tags", "home"],
    "properties": {
        "name": {"type": "string"},
        "age": {"type": "integer", "minimum": 0},
        "kind": {"enum": ["guest", "host"]},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 1},
        "home": {"anyOf": [{"$ref": "#/$defs/Home"}, {"type": "null"}]},
        "note": {"type": "string"},
    },
    "$defs": {"Home": {"type": "object", "required": ["city"], "properties": {"city": {"type": "string"}}}},
}


@pytest.mark.parametrize(
    ("value", "schema", "expected"),
    [
        ("Shall I?", None, True),
        (None, None, True),
        (
            batch(["approve", "reject"], ["approve"]),
            None,
            {"decisions": [{"type": "approve"}, {"type": "approve"}]},
        ),
        ({"type": "tool_approval", "tool_call_id": "c", **call("pay")}, PER_CALL, {"type": "approve"}),
        ("How old?", {"type": "integer"}, 1),
        ("Name?", {"type": "string"}, "TEXT"),
        ("Sure?", {"type": "boolean"}, True),
        (
            "Who?",
            PERSON,
            {"name": "TEXT", "age": 1, "kind": "guest", "tags": ["TEXT"], "home": {"city": "TEXT"}},
        ),
    ],
)
def test_examples_fit(value: Any, schema: Any, expected: Any) -> None:
    answer = example_answers(sheet([asking(value, schema)]))["q1"]
    assert answer == expected
    assert fault(asking(value, schema), answer) == ""
    assert problems(answer, schema) == []


def test_a_batch_that_allows_neither_still_gets_an_answer_that_it_takes() -> None:
    value = batch(["respond"], ["edit"])
    answer = example_answers(sheet([asking(value)]))["q1"]
    assert fault(asking(value), answer) == ""


def test_a_schema_that_turns_in_circles_ends() -> None:
    schema = {"$ref": "#/$defs/A", "$defs": {"A": {"$ref": "#/$defs/A"}}}
    assert example_answers(sheet([asking("x", schema)])).keys() == {"q1"}


def test_the_command_answers_all_questions_by_their_ids() -> None:
    questions = [asking("one?", id="a1"), asking("two?", id="b2")]
    text = answering(questions, RunRequest(graph="x.py:g", thread="t 1"), Path("f.sqlite"))
    assert "graphdeck run x.py:g --thread 't 1' --answer a1=true --answer b2=true --db f.sqlite" in text
    assert "reject" not in text


def test_tool_calls_have_a_rejecting_command_too() -> None:
    text = answering([asking(batch(["approve", "reject"]))], RunRequest(graph="g", thread="t"), None)
    assert """--answer 'q1={"decisions": [{"type": "approve"}]}'""" in text
    assert """--answer 'q1={"decisions": [{"type": "reject"}]}'""" in text


def test_a_question_shows_its_path_its_payload_and_the_lines_that_repeat(tmp_path: Path) -> None:
    source = tmp_path / "agent.py"
    source.write_text("def book(state):\n    price = quote(state)\n    ok = interrupt(price)\n    return {}\n")
    frames = (Frame(file=str(source), line=3, function="book"),)
    question = asking({"total": 372, "guest": "Kim \u202e"}, ns=("team:t1", "desk:t2"), frames=frames)
    text = question_text(question, Terminal())
    assert "team:desk:book" in text
    assert '"total": 372' in text
    assert "⟨U+202E⟩" in text
    assert "\u202e" not in text
    assert "2   price = quote(state)" in text
    assert "3 ▸ ok = interrupt(price)    (your answer arrives here)" in text


def test_without_frames_only_the_middlewares_question_is_known_to_repeat_nothing() -> None:
    assert "none of your lines repeat" in question_text(asking(batch(["approve"])), Terminal())
    unknown = question_text(asking("?"), Terminal())
    assert "book runs again from its first line" in unknown
    assert "none of your lines repeat" not in unknown
