"""Deciding by keys: edits, forms, answers for a tool, several at once, and everything that leaves all as it is."""

import contextlib
import dataclasses
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.questions.model import Decision
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import PendingInterrupt, Snapshot
from graphdeck.graphs.values import Json, to_json
from graphdeck.tui.asked import Asked
from graphdeck.tui.screens.approval import Left, StateEdit

COPIES: Json = {
    "type": "object",
    "required": ["to", "copies"],
    "properties": {"to": {"type": "string"}, "copies": {"type": "integer"}, "urgent": {"type": "boolean"}},
}


def batch(*calls: tuple[str, dict[str, Json], Sequence[str]], key: str = "b1") -> PendingInterrupt:
    value: Any = {
        "action_requests": [{"name": name, "args": args} for name, args, _ in calls],
        "review_configs": [{"action_name": name, "allowed_decisions": list(allowed)} for name, _, allowed in calls],
    }
    return PendingInterrupt(id=key, node="HumanInTheLoopMiddleware.after_model", ns=(), value=value)


def plain(value: Json, key: str = "q1", schema: Json = None, ns: tuple[str, ...] = ()) -> PendingInterrupt:
    return PendingInterrupt(id=key, node="review", ns=ns, value=value, schema=schema)


ALL = ("approve", "edit", "reject", "respond")
MAIL = batch(("send_mail", {"to": "ann", "copies": 1}, ALL))


async def test_edited_arguments_keep_their_types_and_are_shown_before_they_are_sent(open_dialog: Any) -> None:
    async with open_dialog(MAIL, tools={"send_mail": COPIES}) as person:
        await person.press("e", "down")
        await person.type("two")
        await person.press("enter")
        assert "copies: not a number" in person.text
        await person.type("2")
        await person.press("down", "right", "enter")
        for line in ("  to       ann", "- copies   1", "+ copies   2", "+ urgent   true"):
            assert line in person.whole.splitlines(), person.whole
        assert person.is_open
        await person.press("e", "down")  # edit on: what was edited is there
        await person.type("3")
        await person.press("enter", "a")
    args = {"to": "ann", "copies": 3, "urgent": True}
    decision = {"type": "edit", "edited_action": {"name": "send_mail", "args": args}}
    assert person.outcome.answers == {"b1": {"decisions": [decision]}}
    assert type(person.outcome.answers["b1"]["decisions"][0]["edited_action"]["args"]["copies"]) is int


async def test_a_long_text_is_compared_line_by_line(open_dialog: Any) -> None:
    note = batch(("write", {"text": "one\ntwo\nthree"}, ALL))
    async with open_dialog(note) as person:
        await person.press("e", "down", "down")
        await person.type("3 ")
        await person.press("ctrl+j", "4", "enter")
        assert [line.rstrip() for line in person.whole.splitlines()[1:]] == [
            "  text",
            "    one",
            "    two",
            "  - three",
            '  + "3 "',
            "  + 4",
        ]


async def test_escape_takes_an_edit_back_step_by_step_and_leaves_all_as_it_was(open_dialog: Any) -> None:
    async with open_dialog(MAIL) as person:
        await person.press("e")
        await person.type("bob")
        await person.press("enter")
        assert "+ to       bob" in person.whole
        await person.press("escape")
        assert "bob" not in person.text
        await person.press("e")
        assert "ann" in person.text
        await person.press("escape", "m", "x", "escape", "r", "y", "escape")
        assert person.is_open
        await person.press("escape")
    assert isinstance(person.outcome, Left)
    assert not person.outcome.asked.sheet.decisions


async def test_a_form_is_filled_in_from_the_schema_of_the_answer(open_dialog: Any) -> None:
    schema: Json = {
        "type": "object",
        "required": ["kind", "days"],
        "properties": {"kind": {"enum": ["yes", "no", "later"]}, "days": {"type": "integer", "minimum": 1}},
    }
    async with open_dialog(plain("How long?", schema=schema)) as person:
        assert "i fill in" in person.text
        await person.press("i", "left", "down")
        await person.type("0")
        await person.press("enter")
        assert "days: " in person.text
        assert person.is_open
        await person.type("3")
        assert 'sends {"kind": "later", "days": 3}' in person.text
        await person.press("enter")
    assert person.outcome.answers == {"q1": {"kind": "later", "days": 3}}


async def test_what_is_said_for_a_tool_goes_to_the_model_and_the_tool_does_not_run(open_dialog: Any) -> None:
    async with open_dialog(MAIL) as person:
        await person.press("m")
        assert "the tool does not run" in person.text
        await person.type("ann is away")
        assert "the tool's result will be: ann is away" in person.text
        await person.press("enter")
    assert person.outcome.answers == {"b1": {"decisions": [{"type": "respond", "message": "ann is away"}]}}


async def test_all_are_approved_only_after_each_was_on_the_screen_to_its_end(open_dialog: Any) -> None:
    long: dict[str, Json] = {"text": "\n".join(f"line {number}" for number in range(60))}
    three = batch(("one", {"n": 1}, ALL), ("two", long, ALL), ("three", {"n": 3}, ALL))
    async with open_dialog(three) as person:
        await person.press("v")
        assert "approve all: not seen to the end yet: 2, 3" in person.text
        await person.press("n", "a")
        assert "approve: scroll to its end first" in person.text
        await person.press("n", "v")
        assert "approve all: not seen to the end yet: 2" in person.text
        await person.press("p", "end", "v", "s")
    assert person.outcome.answers == {"b1": {"decisions": [{"type": "approve"}] * 3}}


@pytest.mark.parametrize(("rows", "keys"), [(5, "a"), (2, "a"), (2, "end a")])
async def test_what_a_terminal_of_few_rows_cuts_off_has_not_been_seen(open_dialog: Any, rows: int, keys: str) -> None:
    call = batch(("send_mail", {"to": "ann", "subject": "hello", "then": "delete all"}, ALL))
    async with open_dialog(call, size=(80, rows)) as person:
        await person.press(*keys.split())
        assert person.is_open
        assert "delete all" not in person.text
        await person.resize(80, 24)
        assert "delete all" in person.text
        await person.press("a")
    assert person.outcome.answers == {"b1": {"decisions": [{"type": "approve"}]}}


async def test_the_decided_are_sent_alone_after_it_is_said_what_runs_again(open_dialog: Any) -> None:
    two = (plain("mail?", "q1"), dataclasses.replace(plain("ship?", "q2"), node="ship"))
    async with open_dialog(*two) as person:
        assert "send the decided" not in person.text
        await person.press("a", "S")
        assert "S again sends 1; then runs again from the first line, and asks: ship" in person.text
        await person.press("escape", "n", "S", "S")
    assert person.outcome.answers == {"q1": True}
    assert person.outcome.by == {"q1": "key"}


async def test_a_decision_is_taken_back(open_dialog: Any) -> None:
    two = batch(("one", {"n": 1}, ALL), ("two", {"n": 2}, ALL))
    async with open_dialog(two) as person:
        await person.press("a", "p", "u")
        assert "send waits for a decision on 1, 2" in person.text
        await person.press("u")
        assert "undecide: it is not decided" in person.text
        await person.press("s")
        assert person.is_open


async def test_a_greyed_key_tells_its_reason_when_it_is_clicked_too(open_dialog: Any) -> None:
    two = batch(("one", {"n": 1}, ("approve",)), ("two", {"n": 2}, ALL))
    async with open_dialog(two) as person:
        await person.click("e edit")
        assert "edit: not allowed here" in person.text
        await person.click("s send both")
        assert "send: waits for a decision on 1, 2" in person.text
        assert person.is_open


EDITORS = {
    "gone": ("/nowhere/editor", "there is no editor /nowhere/editor: set $VISUAL or $EDITOR"),
    "failing": ("exit 3", "ended with status 3: nothing was taken over"),
    "good": ("printf 'by editor' > \"$1\"", ""),
}


@pytest.mark.parametrize("which", EDITORS)
async def test_an_editor_that_fails_or_is_not_there_takes_nothing_away(
    which: str, open_dialog: Any, tmp_path: Path, monkeypatch: Any
) -> None:
    command, trouble = EDITORS[which]
    script = tmp_path / "editor"
    script.write_text(f"#!/bin/sh\n{command}\n")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("VISUAL", command if which == "gone" else str(script))
    async with open_dialog(plain("go?")) as person:
        monkeypatch.setattr(person.app, "suspend", contextlib.nullcontext)  # there is no terminal to hand over
        await person.press("t")
        await person.type("typed")
        await person.press("ctrl+e")
        assert trouble in person.text
        await person.press("enter")
    assert person.outcome.answers == {"q1": "typed" if trouble else "by editor"}
    assert not [name for name in os.listdir("/tmp") if name.startswith("graphdeck-") and name.endswith(".txt")]


# -- the state of a subgraph -----------------------------------------------------------------------------------------

NS = "team:1|desk:2"


def state(question: PendingInterrupt, **values: Json) -> Snapshot:
    """A thread whose subgraph asks, two levels down."""

    def level(ns: str, values: dict[str, Json], *below: Snapshot) -> Snapshot:
        return Snapshot(
            thread="t1", checkpoint="c", step=1, status="waiting", next=(), ns=ns, values=values,
            interrupts=(question,), subgraphs=below,
        )  # fmt: skip

    return level("", {"topic": "tides"}, level("team:1", {}, level(NS, values)))


REVIEW = plain({"please_review": "tides"}, ns=("team:1", "desk:2"))


async def test_the_inner_state_is_shown_and_an_edit_of_it_says_what_runs_again(open_dialog: Any) -> None:
    snapshot = state(REVIEW, draft="tides", days=3, blob={"$type": "bytes", "value": "AA=="})
    async with open_dialog(REVIEW, snapshot=snapshot, size=(80, 34)) as person:
        assert "state of subgraph `desk`, where the question comes from" in person.whole
        await person.press("o", "e")
        assert "blob" not in person.text.split("Enter shows what changes")[1], "JSON cannot carry it back"
        await person.press("enter", "a")
        assert "nothing is changed" in person.text
        await person.press("e", "down")
        await person.type("4")
        await person.press("enter")
        assert "- days    3" in person.whole
        assert "+ days    4" in person.whole
        assert "When it is written, node `review` runs again from the first line" in person.whole
        await person.press("a")
    assert isinstance(person.outcome, StateEdit)
    assert (person.outcome.ns, person.outcome.values) == (NS, {"days": 4})


async def test_an_edit_that_was_refused_is_shown_again_with_the_reason(open_dialog: Any) -> None:
    asked = Asked(graph="g", thread="t1", sheet=sheet([REVIEW]), trouble="it did not fit", edit={"days": 4})
    async with open_dialog(REVIEW, snapshot=state(REVIEW, days=3), after=asked) as person:
        assert "+ days   4" in person.whole
        assert "it did not fit" in person.text
        await person.press("escape", "escape")
        assert "tides" in person.text
        assert person.is_open


# -- asked again -----------------------------------------------------------------------------------------------------


async def test_asked_again_after_a_refusal_it_knows_what_was_decided_and_typed(open_dialog: Any) -> None:
    other = plain("days?", "q1", schema={"type": "integer"})
    before = sheet([other, MAIL]).decide(0, Decision("answer", value=3)).decide(1, Decision("reject", reason="dear"))
    earlier = Asked(graph="g", thread="t1", sheet=before, trouble="the answer was not taken: too many")
    async with open_dialog(other, MAIL, after=earlier) as person:
        assert "the answer was not taken: too many" in person.text
        assert "answers 3" in person.text
        await person.press("t")
        assert "sends JSON 3" in person.text
        await person.type("2")
        await person.press("enter", "n", "r")
        assert "rejects: dear" in person.text
        await person.press("enter", "s")
    assert person.outcome.answers == {"q1": 2, "b1": {"decisions": [{"type": "reject", "message": "dear"}]}}


async def test_an_object_of_a_type_is_shown_as_its_type_and_its_fields(open_dialog: Any) -> None:
    async with open_dialog(plain({"$type": "agent.Budget", "value": {"label": "per night", "cents": 9900}})) as person:
        assert [line.rstrip() for line in person.whole.splitlines()[:3]] == [
            "agent.Budget",
            "label   per night",
            "cents   9900",
        ]


def test_decisions_are_kept_for_the_same_question_only() -> None:
    decided = sheet([plain("old"), MAIL]).decide(0, Decision("approve")).decide(1, Decision("approve", by="rule x"))
    earlier = Asked(graph="g", thread="t1", sheet=decided, edit={"a": 1}).not_taken({"message": "no luck"})

    def again(*interrupts: PendingInterrupt) -> Asked:
        return Asked(graph="g", thread="t1", sheet=sheet(interrupts)).after(earlier)

    assert dict(again(plain("old"), MAIL).sheet.decisions) == {0: Decision("approve")}, "rules decide anew"
    assert dict(again(plain("new")).sheet.decisions) == {}, "the same id asks something else"
    renewed = again(plain("old", "q2"))
    assert dict(renewed.sheet.decisions) == {0: Decision("approve")}, "an edit of the state gives it another id"
    assert (renewed.trouble, renewed.edit) == ("", None), "its node failed with the answer to another one"
    assert again(plain("old")).trouble == "no luck"
    gone = earlier.not_taken({"message": "answered elsewhere", "type": "answer"})
    assert renewed.after(gone).trouble == "answered elsewhere", "what was not sent at all is told once more"
    assert dict(again(plain("old"), plain("old", "q2")).sheet.decisions) == {0: Decision("approve")}, "asked once more"
    left = earlier.without({"b1": True})
    assert left is not None
    assert (dict(left.sheet.decisions), left.trouble, left.edit) == ({0: Decision("approve")}, "", None)
    assert earlier.without({"q1": True}) is None, "of the other one, a rule has decided"


# -- bad and large payloads ------------------------------------------------------------------------------------------


ODD: dict[str, Any] = {  # the malformed batch, which no yes can answer, comes last
    "odd values": {"nan": float("nan"), "blob": b"\x00\xff", "set": {1}, "deep": [[[{"a": [None]}]]]},
    "malformed older shape": [{"action_request": {"action": 3}}, {"config": None}],
    "malformed call": {"type": "tool_approval", "name": None},
    "empty list": [],
    "null": None,
    "zero": 0,
    "malformed batch": {"action_requests": [{"name": "a"}], "review_configs": []},
}


async def test_whatever_is_asked_can_be_read_and_answered(open_dialog: Any) -> None:
    async with open_dialog(*(plain(to_json(value), key) for key, value in ODD.items()), size=(60, 20)) as person:
        for number in range(1, len(ODD) + 1):
            assert f"action {number} of {len(ODD)}" in person.text
            await person.press("a")
        await person.press("t")
        await person.type('{"decisions": [{"type": "reject"}]}')
        await person.press("enter", "s")
    answers = dict.fromkeys(ODD, True) | {"malformed batch": {"decisions": [{"type": "reject"}]}}
    assert person.outcome.answers == answers


async def test_five_megabytes_can_be_read_to_their_end_and_answered(open_dialog: Any) -> None:
    async with open_dialog(plain({"text": "x" * 5_000_000, "end": "END"})) as person:
        assert "more rows below" in person.text
        await person.press("a")
        assert "approve: scroll to its end first" in person.text
        await person.press("end")
        assert "END" in person.text
        await person.press("a")
    assert person.outcome.answers == {"q1": True}
