"""Every kind of question gets an answer in the shape that it demands."""

import contextlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Union

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain.agents.middleware import human_in_the_loop as hitl
from pydantic import Field, TypeAdapter

from graphdeck.graphs.questions.check import fault
from graphdeck.graphs.questions.model import Action, Decision, Shape, Sheet
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.questions.typed import sends, typed
from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.values import Json

APPROVE, REJECT = Decision("approve"), Decision("reject")


def pending(value: Json, *, key: str = "i1", schema: Json = None, ns: tuple[str, ...] = ()) -> PendingInterrupt:
    return PendingInterrupt(id=key, node="review", ns=ns, value=value, schema=schema)


def batch(*calls: tuple[str, Mapping[str, Json]], allowed: Sequence[str] = ("approve", "reject")) -> dict[str, Json]:
    return {
        "action_requests": [{"name": name, "args": dict(args), "description": f"runs {name}"} for name, args in calls],
        "review_configs": [{"action_name": name, "allowed_decisions": list(allowed)} for name, _ in calls],
    }


def older(**config: bool) -> dict[str, Json]:
    return {"action_request": {"action": "send_mail", "args": {"to": "bo"}}, "config": dict(config)}


def only(value: Json, schema: Json = None) -> Action:
    (action,) = sheet([pending(value, schema=schema)]).actions
    return action


def test_a_batch_is_one_row_a_call_answered_in_order() -> None:
    rows = sheet([pending(batch(("book", {"nights": 3}), ("mail", {"to": "bo"}), ("mail", {"to": "al"})))])
    assert [(row.name, row.payload) for row in rows.actions] == [
        ("book", {"nights": 3}),
        ("mail", {"to": "bo"}),
        ("mail", {"to": "al"}),
    ]
    decided = rows.decide(2, Decision("reject", reason="not Al")).decide(0, REJECT).decide(1, APPROVE)
    assert decided.answers() == {
        "i1": {"decisions": [{"type": "reject"}, {"type": "approve"}, {"type": "reject", "message": "not Al"}]}
    }


def test_a_sheet_gives_answers_only_when_every_action_is_decided_and_is_never_changed() -> None:
    rows = sheet([pending("go?"), pending("really?", key="i2")])
    half = rows.decide(1, APPROVE)
    assert half.undecided == (0,)
    assert rows.undecided == (0, 1)
    with pytest.raises(ValueError, match="1 of 2 actions are undecided"):
        half.answers()
    assert half.decide(0, REJECT).decide(1, REJECT).answers() == {"i1": False, "i2": False}


def test_an_interrupt_that_is_repeated_is_asked_once() -> None:
    assert len(sheet([pending("go?"), pending("go?", ns=("team:1",))]).actions) == 1


def test_only_allowed_decisions_are_offered_and_others_are_refused() -> None:
    action = only(batch(("rm", {}), allowed=["reject"]))
    assert (action.may_approve, action.may_reject) == (False, True)
    with pytest.raises(ValueError, match="approving is not among the allowed decisions"):
        Sheet((action,)).decide(0, APPROVE)
    with pytest.raises(ValueError, match="must be 'reject'"):
        Sheet((action,)).decide(0, Decision("answer", value={"type": "approve"}))


def test_what_no_key_can_decide_is_typed() -> None:
    action = only(batch(("ask", {}), allowed=["postpone"]))
    assert action.note == "only postpone is allowed here"
    assert action.allowed == ("answer",)
    assert action.prefers_json
    answer: Json = {"type": "postpone"}
    assert Sheet((action,)).decide(0, Decision("answer", value=answer)).answers() == {"i1": {"decisions": [answer]}}
    with pytest.raises(ValueError, match="type: must be 'postpone'"):
        Sheet((action,)).decide(0, Decision("answer", value={"type": "approve"}))


def test_the_config_in_the_same_place_counts_before_another_of_the_same_name() -> None:
    value = batch(("rm", {}), ("rm", {}))
    value["review_configs"] = [
        {"action_name": "rm", "allowed_decisions": ["approve"]},
        {"action_name": "rm", "allowed_decisions": ["reject"]},
    ]
    assert [row.may_approve for row in sheet([pending(value)]).actions] == [True, False]


def test_a_description_is_shown_without_the_arguments_that_it_only_repeats() -> None:
    value: dict[str, Json] = {
        "action_requests": [
            {"name": "rm", "args": {"p": "a"}, "description": "Needs a look\n\nTool: rm\nArgs: {'p': 'a'}"},
            {"name": "rm", "args": {"p": "b"}, "description": "Needs a look\n\nTool: rm\nArgs: {'p': 'other'}"},
        ],
        "review_configs": [],
        "ticket": 7,
    }
    first, second = sheet([pending(value)]).actions
    assert first.details == {"description": "Needs a look", "question's ticket": 7}
    assert "other" in str(second.details["description"])


@pytest.mark.parametrize(
    "allowed",
    [("approve", "reject"), ("approve",), ("reject",), ("respond", "edit"), ("approve", "edit", "reject", "respond")],
)
def test_one_call_a_question_follows_the_schema_of_the_middlewares_decisions(allowed: tuple[Any, ...]) -> None:
    decision_types: dict[str, Any] = {
        "approve": hitl.ApproveDecision,
        "edit": hitl.EditDecision,
        "reject": hitl.RejectDecision,
        "respond": hitl.RespondDecision,
    }
    form: Any = Union[tuple(decision_types[name] for name in allowed)]  # noqa: UP007 - built at run time
    if len(allowed) > 1:
        form = Annotated[form, Field(discriminator="type")]
    wanted: TypeAdapter[Any] = TypeAdapter(form)
    value: Json = {
        "type": "tool_approval",
        "tool_call_id": "c1",
        "name": "mail",
        "args": {"to": "bo"},
        "description": "",
    }
    action = only(value, wanted.json_schema())
    assert action.shape is Shape.PER_CALL
    assert action.name == "mail"
    assert action.payload == {"to": "bo"}
    assert (action.may_approve, action.may_reject) == ("approve" in allowed, "reject" in allowed)
    assert set(action.allowed) == set(allowed)
    sent = Decision("edit", value={"to": "al"})
    for decision in (APPROVE, REJECT, Decision("reject", reason="no"), sent, Decision("respond", reason="done")):
        if decision.kind in allowed:
            wanted.validate_python(action.reply(decision))
    assert action.reply(Decision("reject", reason="no")) == {"type": "reject", "message": "no"}


@pytest.mark.parametrize("wrap", [False, True])
def test_the_older_shape_is_answered_by_a_list_of_one(wrap: bool) -> None:
    value = older(allow_accept=True, allow_ignore=True, allow_respond=True)
    action = only([value] if wrap else value)
    assert (action.name, action.payload) == ("send_mail", {"to": "bo"})
    assert action.reply(APPROVE) == [{"type": "accept", "args": {"action": "send_mail", "args": {"to": "bo"}}}]
    assert action.reply(REJECT) == [{"type": "ignore", "args": None}]
    assert action.reply(Decision("respond", reason="later")) == [{"type": "response", "args": "later"}]


def test_the_older_shape_keeps_to_its_config() -> None:
    assert not only(older(allow_accept=False, allow_ignore=True)).may_approve
    assert only(older(allow_respond=True)).allowed == ("respond",)
    assert only(older(allow_accept=True)).may_reject is False
    assert only(older(allow_edit=True)).allowed == ("edit",)
    assert only(older(allow_edit=False)).allowed == ("answer",)


def test_the_older_shape_sends_no_arguments_back_that_json_cannot_hold() -> None:
    value = older(allow_accept=True)
    value["action_request"] = {"action": "put", "args": {"data": {"$type": "bytes", "value": "AAE="}}}
    assert only(value).reply(APPROVE) == [{"type": "accept", "args": None}]


@pytest.mark.parametrize(
    "value", ["go?", 3, None, [], {}, ["a", "b"], {"type": "tool_approval"}, {"action_requests": []}]
)
def test_any_other_question_is_approved_by_true_and_rejected_by_false(value: Json) -> None:
    action = only(value)
    assert action.shape is Shape.PLAIN
    assert action.payload == value
    assert action.reply(APPROVE) is True
    assert action.reply(Decision("reject", reason="ignored")) is False
    assert not action.takes_reason


def test_a_declared_answer_decides_what_can_be_sent() -> None:
    kind: Json = {"type": "object", "required": ["days"], "properties": {"days": {"type": "integer"}}}
    action = only("when?", kind)
    assert (action.may_approve, action.may_reject, action.prefers_json) == (False, False, True)
    with pytest.raises(ValueError, match="days: must be integer, not string"):
        Sheet((action,)).decide(0, Decision("answer", value={"days": "3"}))
    assert only("sure?", {"type": "boolean"}).may_approve


@pytest.mark.parametrize(
    ("text", "value"),
    [("false", False), ("0", 0), ('""', ""), ("null", None), ("[]", []), ("{}", {}), ("0.0", 0.0), (" 7 ", 7)],
)
def test_every_falsy_value_can_be_sent(text: str, value: Json) -> None:
    answer = Decision("answer", value=typed(text, as_json=True))
    sent = Sheet((only("?"),)).decide(0, answer).answers()
    assert sent == {"i1": value}
    assert type(sent["i1"]) is type(value)


def test_text_and_json_are_told_apart() -> None:
    assert sends("no", as_json=False) == 'sends the text "no"'
    assert sends("", as_json=False) == 'sends the text ""'
    assert sends("false", as_json=False) == 'sends the text "false"'
    assert sends("false", as_json=True) == "sends JSON false"


@pytest.mark.parametrize("text", ["", "no", "NaN", "[1, Infinity]", "{'a': 1}", "9" * 5000, "[" * 100_000])
def test_what_is_not_json_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        typed(text, as_json=True)


def test_a_malformed_batch_is_shown_raw_and_still_answered_in_its_shape() -> None:
    value: Json = {"action_requests": [{"name": "rm"}], "review_configs": []}
    action = only(value)
    assert action.payload == value
    assert "malformed" in action.note
    assert not action.may_approve
    fine = Decision("answer", value={"decisions": [{"type": "approve"}]})
    assert Sheet((action,)).decide(0, fine).answers() == {"i1": {"decisions": [{"type": "approve"}]}}


saved_integers = st.integers(-(2**63), 2**64 - 1)
"""LangGraph saves no others, so that no question holds one."""
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | saved_integers | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
kinds = st.sampled_from(["approve", "reject", "edit", "respond", "accept", "x"])
objects = st.dictionaries(st.text(max_size=3), json_values, max_size=2)
names = st.sampled_from(["a", "b"])
calls = st.fixed_dictionaries({"name": names | json_values, "args": objects | json_values})
configs = st.fixed_dictionaries(
    {"action_name": names | json_values, "allowed_decisions": st.lists(kinds, max_size=3) | json_values}
)
batches = st.fixed_dictionaries(
    {},
    optional={
        "action_requests": st.lists(calls | json_values, max_size=4) | json_values,
        "review_configs": st.lists(configs | json_values, max_size=4) | json_values,
        "type": st.just("tool_approval") | json_values,
        "name": st.just("a") | json_values,
        "args": st.just({}) | json_values,
        "description": json_values,
    },
)
flags = st.sampled_from(["allow_accept", "allow_ignore", "allow_respond", "y"])
humans: st.SearchStrategy[Any] = st.fixed_dictionaries(
    {"action_request": st.fixed_dictionaries({"action": names, "args": objects | json_values}) | json_values},
    optional={"config": st.dictionaries(flags, st.booleans() | json_values)},
)
payloads = json_values | batches | humans | st.lists(humans, max_size=2)
decisions = st.one_of(
    st.just(APPROVE),
    st.builds(lambda reason: Decision("reject", reason=reason), st.text(max_size=5)),
    st.builds(
        lambda value: Decision("answer", value=value),
        st.fixed_dictionaries({"type": kinds}) | json_values | st.integers(),
    ),
)


@settings(deadline=None)
@given(st.lists(payloads, min_size=1, max_size=3), st.data())
def test_no_payload_raises_and_what_is_sent_has_the_shape_that_the_engine_demands(
    values: list[Json], data: Any
) -> None:
    asked = [pending(value, key=f"i{number}") for number, value in enumerate(values)]
    rows = sheet(asked)
    assert {row.interrupt for row in rows.actions} == {question.id for question in asked}
    for index in range(len(rows.actions)):
        with contextlib.suppress(ValueError):  # how a decision is refused
            rows = rows.decide(index, data.draw(decisions))
    if rows.undecided:
        with pytest.raises(ValueError, match="undecided"):
            rows.answers()
        return
    answers = rows.answers()
    assert list(answers) == [question.id for question in asked]
    for question in asked:
        assert fault(question, answers[question.id]) == ""


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"action": "book_hotel", "args": {}}, "book_hotel"),
        ({"action": 3}, "desk"),
        ({"action": " "}, "desk"),
        ("?", "desk"),
    ],
)
def test_a_plain_question_is_named_by_the_action_of_its_payload(value: Json, name: str) -> None:
    question = PendingInterrupt(id="1", node="desk", ns=(), value=value)
    assert [action.name for action in sheet([question]).actions] == [name]
