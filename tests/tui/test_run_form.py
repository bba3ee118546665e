"""What the form of a run takes and gives, and what is kept of it for later runs."""

from typing import Any

import pytest

from graphdeck.graphs.records import GraphShape, RunRequest
from graphdeck.graphs.values import Json
from graphdeck.tui.run_form import Part, RunForm
from graphdeck.tui.run_setup import NO_SETUP, RunSetup, RunSetups
from graphdeck.tui.typed_input import input_of

CONTEXT: Json = {
    "type": "object",
    "properties": {"tenant": {"type": "string"}, "discount": {"type": "number", "default": 0.0}},
    "required": ["tenant"],
}
ASK: Json = {
    "type": "object",
    "properties": {
        "order_id": {"type": "integer"},
        "speed": {"type": "string", "enum": ["slow", "fast"], "default": "slow"},
    },
    "required": ["order_id"],
}
CHAT: Json = {
    "type": "object",
    "properties": {"messages": {"type": "array"}, "bookings": {"type": "array"}},
    "required": ["messages", "bookings"],
}


def shape(**fields: Any) -> GraphShape:
    return GraphShape(**{"target": "g", "title": "g", "nodes": (), "edges": (), **fields})


ORDERS = shape(input_schema=ASK, context_schema=CONTEXT, state_keys=("order_id", "speed"))
TRAVEL = shape(input_schema=CHAT, takes_messages=True, input_is_partial=True, state_keys=("messages", "bookings"))


def typed(form: RunForm, part: Part, **texts: str) -> RunForm:
    names = [field.name for field in form.parts[part].fields]
    for name, text in texts.items():
        form = form.with_parts({part: form.parts[part].put(names.index(name), text)})
    return form


def wrong(form: RunForm) -> dict[str, list[str]]:
    return {name: list(part.wrong().values()) for name, part in form.parts.items() if part.wrong()}


def test_what_is_required_is_missing_until_it_is_typed_and_defaults_are_filled_in() -> None:
    form = RunForm.of(ORDERS, NO_SETUP)
    assert list(form.parts) == ["input", "context", "options"]
    assert wrong(form) == {"input": ["is missing"], "context": ["is missing"]}
    with pytest.raises(ValueError, match="tenant: is missing"):
        _ = form.setup
    form = typed(typed(form, "input", order_id="seven"), "context", tenant="north")
    assert wrong(form) == {"input": ["not a number"]}
    form = typed(form, "input", order_id="7")
    assert (form.text, form.setup) == (
        '{"order_id": 7, "speed": "slow"}',
        RunSetup(context={"tenant": "north", "discount": 0.0}),
    )
    assert wrong(typed(form, "options", recursion_limit="0")) == {"options": ["must be at least 1"]}
    form = typed(form, "options", recursion_limit="9")
    assert form.setup.recursion_limit == 9
    assert RunForm.of(ORDERS, form.setup).setup == form.setup
    assert list(RunForm.of(shape(input_schema=ASK), NO_SETUP).without_input.parts) == ["options"]


def test_what_is_in_the_input_line_comes_into_the_form() -> None:
    form = RunForm.of(ORDERS, NO_SETUP)
    assert form.with_typed('{"order_id": 7}').text == '{"order_id": 7, "speed": "slow"}'
    assert wrong(form.with_typed('{"order_id": "7"}'))["input"] == ["must be integer, not string"]
    broken = form.with_typed('{"order_id": ')
    assert broken.parts["input"].entries[0].text == '{"order_id": '
    assert wrong(broken)["input"]


@pytest.mark.parametrize("text", ["a hotel, please", '{"bookings": ["x"], "messages": []}', '{"city": 1}'])
def test_a_message_is_typed_as_text_and_goes_through_the_input_line_as_it_was(text: str) -> None:
    form = RunForm.of(TRAVEL, NO_SETUP)
    assert wrong(form) == {"input": ["is missing"]}
    filled = form.with_typed(text)
    assert input_of(filled.text, TRAVEL) == input_of(text, TRAVEL)
    assert filled.text == text or "bookings" in text
    both = typed(form, "input", messages="hi", bookings='["x"]')
    said = {"messages": [{"role": "user", "content": "hi"}], "bookings": ["x"]}
    assert input_of(both.text, TRAVEL) == said


def test_all_of_it_can_be_typed_as_json_and_nothing_typed_is_lost_by_that() -> None:
    form = typed(RunForm.of(ORDERS, NO_SETUP), "input", order_id="seven")
    as_json = form.turned()
    assert as_json.is_json
    assert as_json.parts["input"].entries[0].text == '{"order_id": "seven", "speed": "slow"}'
    assert as_json.turned().parts["input"].entries[0].text == '"seven"'
    unread = as_json.with_parts({"context": as_json.parts["context"].put(0, "{")})
    with pytest.raises(ValueError, match="this is no JSON"):
        unread.turned()
    listed = RunForm.of(shape(input_schema={"type": "array"}), NO_SETUP)
    assert listed.with_typed("[1]").turned().turned().text == "[1]"


def test_a_graph_without_schemas_takes_any_json() -> None:
    form = RunForm.of(shape(context_schema={"type": "object"}), NO_SETUP)
    assert wrong(form) == {}
    assert (form.text, form.setup.context) == ("{}", {})


def test_a_setup_is_given_to_the_runs_of_its_graph_alone_and_shows_no_secrets() -> None:
    setups = RunSetups()
    given = RunSetup(context={"tenant": "north", "api_key": "s3cret", "deep": {"x": 1}}, recursion_limit=9)
    assert NO_SETUP.lacks(CONTEXT) == ("tenant",)
    assert (given.lacks(CONTEXT), NO_SETUP.lacks(None), NO_SETUP.words) == ((), (), "")
    setups.keep("g", given)
    request = RunRequest(graph="g", thread="t", resume={"q": 1})
    assert setups.applied(request).context == given.context
    assert setups.applied(request).resume == request.resume
    other = RunRequest(graph="other", thread="t")
    assert setups.applied(other) == other
    assert given.words == "context: tenant=north api_key=(hidden) deep={...}, limit 9"
    assert RunSetup(durability="async").words == "async"
