"""The form of a fork: what it takes for each key, how that is written, and what is left as it is."""

import dataclasses

import pytest

from graphdeck.graphs.forks import ForkPlan, NodeChoice, StateKey
from graphdeck.graphs.records import Snapshot
from graphdeck.graphs.stopping import Breakpoint
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.graphs.values import Json
from graphdeck.tui.fork_form import ForkEdit, ForkForm, acts, shown_before
from graphdeck.tui.screens.look import Look

PLAN = ForkPlan(
    thread="t",
    checkpoint="c1",
    graph="agent.py:graph",
    file="f.sqlite",
    is_head=False,
    next=("ask",),
    keys=(
        StateKey(name="city", schema={"type": "string"}),
        StateKey(name="sides", schema={"type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/Side"}}),
        StateKey(name="total", schema={"type": "integer"}, write="reduce", reducer="add"),
        StateKey(name="log", schema={"type": "array", "$defs": {"Side": {}}}, write="append", reducer="add"),
        StateKey(name="later", schema={"type": "integer"}),
    ),
    nodes=(
        NodeChoice(node="__start__", next=("look",)),
        NodeChoice(node="ask", next=("tell",), may=("look",), stops=("tell",)),
        NodeChoice(node="tell", next=("__end__",)),
    ),
)
SET: Json = {"$type": "set", "value": [1]}
FORK = ForkForm.of(PLAN, {"city": "Rome", "sides": SET, "total": 3, "log": ["a"]})


def index_of(name: str) -> int:
    return next(index for index, field in enumerate(FORK.form.fields) if field.name == name)


def typed(fork: ForkForm, **texts: str) -> ForkForm:
    for name, text in texts.items():
        fork = fork.with_form(fork.form.put(index_of(name), text))
    return fork


def test_only_what_is_changed_is_written() -> None:
    assert FORK.edit() == ForkEdit(values={})
    edit = typed(FORK, city="Oslo", log='["b"]', later="7").edit()
    assert edit == ForkEdit(values={"city": "Oslo", "log": ["b"], "later": 7}, replaced=("log",))
    assert shown_before(FORK, edit) == {"city": "Rome", "log": ["a"]}
    assert list(acts(edit, PLAN.keys)) == ["log: replaces what is there"]
    with pytest.raises(ValueError, match="later: not a number"):
        typed(FORK, later="x").edit()


def test_a_key_with_a_reducer_is_appended_to_from_an_empty_start() -> None:
    for name, text, before, acting in (("log", "[]", '["a"]', "appends"), ("total", "", "3", "goes through add")):
        at = index_of(name)
        assert FORK.told(at) == f"{name}: replaces what is there; Ctrl+R {acting} instead"
        turned = FORK.turn_write(at)
        assert turned.form.entries[at].text == text
        assert turned.told(at) == f"{name}: {acting}; Ctrl+R replaces instead"
        assert turned.turn_write(at).form.entries[at].text == before
    same = typed(FORK.turn_write(index_of("total")), total="3")
    assert same.edit() == ForkEdit(values={"total": 3})  # as much again, though the value is the same
    assert shown_before(same, same.edit()) == {}
    assert FORK.turn_write(index_of("city")) is FORK


def test_the_node_turns_through_all_of_them_and_what_runs_with_it() -> None:
    fork, told = FORK, []
    for _ in range(4):
        fork = fork.with_next_node(PLAN)
        told.append((fork.node, fork.headline.partition(";")[0]))
    assert told == [
        ("as an input", "runs look"),
        ("as ask", "runs tell and one of look"),
        ("as tell", "nothing runs from here: the graph is at its end"),
        ("as the node that ran last", "runs ask"),
    ]
    assert "a breakpoint stops it at tell, before anything runs" in PLAN.written_as("ask").remarks
    assert FORK.with_next_node(PLAN).edit() == ForkEdit(values={}, as_node="__start__")


def test_the_project_s_own_stops_are_told_and_those_of_the_code_that_are_off_are_not() -> None:
    ours, code = Breakpoint(node="look"), Breakpoint(node="tell", declared=True, off=True)
    after, inside = Breakpoint(node="ask", when="after"), Breakpoint(node="ask:deep")
    for stops, written, passed in (
        ([], ("tell",), ()),
        ([code, after, inside], (), ()),
        ([code, Breakpoint(node="tell")], ("tell",), ()),
        ([ours, Breakpoint(node="ask"), Breakpoint(node="tell", condition="total > 3")], ("tell", "look"), ("ask",)),
        ([dataclasses.replace(ours, off=True)], ("tell",), ()),
    ):
        plan = PLAN.with_stops(stops)
        assert (plan.passed, plan.written_as("ask").stops) == (passed, written)
        assert PLAN.written_as("ask").with_stops(stops).stops == written


def test_what_cannot_be_read_is_written_past_the_graph() -> None:
    broken = ForkForm.of(dataclasses.replace(PLAN, unreadable="city: must be text"), {"city": 7, "total": 3})
    assert broken.headline.startswith("only a raw edit can repair this state, then it runs ask: ")
    assert typed(broken, city='"Oslo"').edit() == ForkEdit(values={"city": "Oslo"}, raw=True)


def test_a_thread_that_runs_is_only_looked_at() -> None:
    seen = Snapshot(thread="t", checkpoint="c2", step=1, status="running", next=("ask",), values={})
    look = Look(graph="agent.py:graph", thread="t", snapshot=seen)
    for action in ("fork", "run_again", "edit_message"):
        assert look.why_not(action) == "running elsewhere: another process"
        assert (
            dataclasses.replace(look, runs=frozenset([ThreadKey(thread="t")])).why_not(action).startswith("it runs: ")
        )
        assert Look(graph="agent.py:graph").why_not(action) == "this thread is not saved yet"
        assert not dataclasses.replace(look, snapshot=dataclasses.replace(seen, status="done")).why_not(action)
    old = dataclasses.replace(seen, status="stopped", checkpoint="c1")
    request = Look(graph="agent.py:graph", thread="t", snapshot=old, old=old).starting('{"n": 1}', "")
    assert (request.checkpoint, request.has_input, request.drop_question) == ("c1", True, False)
