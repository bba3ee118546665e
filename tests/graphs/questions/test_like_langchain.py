"""What is sent is what the middleware of the installed langchain takes, and what it refuses is never sent."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from langchain_core.messages import ToolMessage

from graphdeck.graphs.errors import AnswerRefused
from graphdeck.graphs.questions.check import check_answers
from graphdeck.graphs.questions.model import Decision, Sheet
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.values import Json

Mode = Literal["batched", "per_call"]
MakeDesk = Callable[[Mode, Mapping[str, Sequence[str]]], Any]

KINDS = ("approve", "edit", "reject", "respond")
CONFIGS: list[dict[str, tuple[str, ...]]] = [
    {"book": KINDS, "mail": KINDS},
    {"book": ("approve", "reject"), "mail": ("edit",)},
    {"book": ("respond", "edit"), "mail": ("reject",)},
]

quick = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
long = settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])

texts = st.text(max_size=5)
guests = st.fixed_dictionaries({"name": texts, "age": st.integers(0, 99)})
arguments = {
    "book": st.fixed_dictionaries(
        {"hotel": texts, "nights": st.integers(-3, 2**40)},
        optional={"guests": st.none() | st.lists(guests, max_size=2)},
    ),
    "mail": st.fixed_dictionaries(
        {"to": texts}, optional={"urgent": st.booleans(), "weight": st.none() | st.floats(-1e9, 1e9)}
    ),
}
calls = st.lists(
    st.one_of(*(st.tuples(st.just(name), args) for name, args in arguments.items())), min_size=1, max_size=3
)
scalars = st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | texts
anything: st.SearchStrategy[Any] = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2), max_leaves=4
)
twisted = st.dictionaries(
    st.sampled_from(["hotel", "nights", "guests", "to", "urgent", "weight", "more"]), anything | guests, max_size=4
)
"""Arguments that usually do not fit."""


def decided(data: Any, name: str) -> Decision:
    """A decision of any kind about a tool, often one that cannot be sent."""
    kind = data.draw(st.sampled_from(KINDS))
    if kind == "edit":
        return Decision("edit", value=data.draw(arguments[name] | twisted | anything))
    return Decision(kind, reason=data.draw(texts))


def filled(name: str, args: Mapping[str, Json]) -> dict[str, Json]:
    """Arguments as the tool sees them."""
    defaults: dict[str, dict[str, Json]] = {
        "book": {"hotel": "", "nights": 0, "guests": None},
        "mail": {"to": "", "urgent": False, "weight": None},
    }
    return {key: args.get(key, default) for key, default in defaults[name].items()}


def sent_as_decided(make: MakeDesk, mode: Mode, data: Any) -> None:
    """Whatever is decided on the sheet is what happens."""
    desk = make(mode, data.draw(st.sampled_from(CONFIGS)))
    asked = data.draw(calls)
    config, questions = desk.ask(asked)
    rows = sheet(questions, desk.tools)
    assert sorted(row.name for row in rows.actions) == sorted(name for name, _ in asked)
    for index, row in enumerate(rows.actions):
        with contextlib.suppress(ValueError):  # how a decision is refused
            rows = rows.decide(index, decided(data, row.name))
    assume(not rows.undecided)
    answers = rows.answers()
    check_answers(questions, answers, desk.tools)
    told = desk.resume(config, answers)
    assert sorted(desk.ran, key=repr) == sorted(expected_runs(rows), key=repr)
    assert_told(rows, list(told.values()))


def expected_runs(rows: Sheet) -> list[tuple[str, Json]]:
    found: list[tuple[str, Json]] = []
    for index, row in enumerate(rows.actions):
        decision = rows.decisions[index]
        args = decision.value if decision.kind == "edit" else row.payload
        if decision.kind in ("approve", "edit"):
            assert isinstance(args, dict)
            found.append((row.name, filled(row.name, args)))
    return found


def assert_told(rows: Sheet, messages: list[ToolMessage]) -> None:
    """Reasons and answers reach the model whole; nothing else is called an error."""
    assert len(messages) == len(rows.actions)
    errors = [str(message.content) for message in messages if message.status == "error"]
    rejected = [decision for decision in rows.decisions.values() if decision.kind == "reject"]
    assert len(errors) == len(rejected)
    assert all(any(decision.reason in error for error in errors) for decision in rejected)
    answered = sorted(decision.reason for decision in rows.decisions.values() if decision.kind == "respond")
    assert not answered or set(answered) <= {str(message.content) for message in messages}


replies = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from([*KINDS, "accept"])}, optional={"message": texts | anything}),
    st.fixed_dictionaries(
        {
            "type": st.just("edit"),
            "edited_action": st.fixed_dictionaries(
                {"name": st.sampled_from(["book", "mail", "gone"]), "args": st.one_of(*arguments.values()) | twisted}
            )
            | anything,
        }
    ),
    anything,
)


def refused_alike(make: MakeDesk, mode: Mode, data: Any) -> None:
    """Of answers that somebody wrote by hand, those that pass the check are taken by the middleware and the tools."""
    desk = make(mode, data.draw(st.sampled_from(CONFIGS)))
    config, questions = desk.ask(data.draw(calls))
    if mode == "batched":
        count = len(sheet(questions).actions)
        lists = st.lists(replies, min_size=count, max_size=count) | st.lists(replies, max_size=3)
        wholes = st.fixed_dictionaries({"decisions": lists}) | lists | anything
        answers = {question.id: data.draw(wholes) for question in questions}
    else:
        answers = {question.id: data.draw(replies) for question in questions}
    try:
        check_answers(questions, answers, desk.tools)
        is_fine = True
    except AnswerRefused:
        is_fine = False
    if not is_fine:
        assert desk.ran == []
        return
    told = desk.resume(config, answers)
    assert all("User rejected" in str(message.content) for message in told.values() if message.status == "error")


def refused_by_both(make: MakeDesk, data: Any) -> None:
    """Decisions that are whole in themselves: the check refuses exactly the ones that the middleware refuses."""
    desk = make("batched", data.draw(st.sampled_from(CONFIGS)))
    asked = data.draw(calls)
    config, questions = desk.ask(asked)
    whole: list[Any] = []
    for name, _ in data.draw(st.just(asked) | st.lists(st.sampled_from(asked), max_size=4)):
        kind = data.draw(st.sampled_from([*KINDS, "postpone"]))
        edited = {"edited_action": {"name": name, "args": data.draw(arguments[name])}}
        whole.append({"type": kind, **({"message": data.draw(texts)} if kind != "edit" else edited)})
    answers: dict[str, Json] = {question.id: {"decisions": whole} for question in questions}
    refused: list[str] = []
    try:
        check_answers(questions, answers, desk.tools)
    except AnswerRefused as error:
        refused.append(error.message)
    if refused:
        with pytest.raises(ValueError, match=r"Number of human decisions|Unexpected human decision"):
            desk.resume(config, answers)
    else:
        desk.resume(config, answers)


@pytest.mark.parametrize("mode", ["batched", "per_call"])
@quick
@given(data=st.data())
def test_what_is_decided_happens(desk: MakeDesk, mode: Mode, data: Any) -> None:
    sent_as_decided(desk, mode, data)


@pytest.mark.parametrize("mode", ["batched", "per_call"])
@quick
@given(data=st.data())
def test_what_passes_the_check_is_taken(desk: MakeDesk, mode: Mode, data: Any) -> None:
    refused_alike(desk, mode, data)


@quick
@given(data=st.data())
def test_what_the_middleware_refuses_is_refused_before(desk: MakeDesk, data: Any) -> None:
    refused_by_both(desk, data)


@pytest.mark.soak
@long
@given(data=st.data())
def test_thousands_of_answers(desk: MakeDesk, data: Any) -> None:
    mode: Mode = data.draw(st.sampled_from(["batched", "per_call"]))
    sent_as_decided(desk, mode, data)
    refused_alike(desk, mode, data)
    refused_by_both(desk, data)
