"""The events of a run as lines for people."""

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdeck.graphs import events
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.stopping import Stop
from graphdeck.graphs.values import Json
from graphdeck.tui.plain.lines import RunLines
from graphdeck.tui.plain.run import exit_status
from graphdeck.tui.plain.terminal import Terminal

PLAIN = Terminal()
REQUEST = RunRequest(graph="trip.py:graph", thread="t1")


def lines(*happened: events.Event, terminal: Terminal = PLAIN) -> str:
    """What is printed for these events."""
    run = RunLines(REQUEST, terminal)
    return "".join(run.feed(event) for event in happened)


def token(text: str, message: str = "m1", node: str = "agent", **more: Any) -> events.Token:
    """A part of a message."""
    return events.Token(task="k1", node=node, message=message, text=text, **more)


def test_a_node_has_a_line_at_its_start_and_at_its_end() -> None:
    text = lines(
        events.NodeStarted(task="k", node="book", ns=("team:x1", "desk:x2")),
        events.NodeFinished(task="k", node="book", ns=("team:x1", "desk:x2"), ms=1234.0, keys=("city", "log")),
    )
    assert text == "◐ team:desk:book\n● team:desk:book  1.2 s  city, log\n"


def test_tokens_go_on_in_one_line_and_end_it_for_others() -> None:
    text = lines(token("Rome "), token("is\nfine"), token("or?", message="m2", node="critic"), token("."))
    assert text == "  agent Rome is\n    fine\n  critic or?\n  agent ."


def test_a_line_break_between_two_tokens_stays_within_the_message() -> None:
    node_ended = events.NodeFinished(task="k1", node="agent", ms=2.0)
    assert lines(token("Rome\n"), token("Oslo\n"), node_ended) == "  agent Rome\n    Oslo\n● agent  2 ms\n"


def test_a_streamed_message_is_not_printed_twice_but_its_tool_calls_are() -> None:
    data: Json = {
        "type": "ai",
        "id": "m1",
        "content": "Rome",
        "tool_calls": [{"name": "book", "args": {"n": 2}, "id": "c"}],
    }
    message = events.Message(task="k1", node="agent", role="ai", data=data)
    assert lines(token("Rome"), message) == '  agent Rome\n  agent → book {"n": 2}\n'
    assert lines(message) == '  agent Rome\n  agent → book {"n": 2}\n'


def test_prints_carry_their_nodes_name_on_every_line() -> None:
    printed = [
        events.Output(task="k", node="book", stream="stdout", text="one\ntw"),
        events.Output(task="k", node="book", stream="stdout", text="o\n"),
        events.Output(task="", node="", stream="stderr", text="oops\n"),
    ]
    assert lines(*printed) == "  book │ one\n  book │ two\n  run ! oops\n"


def test_a_progress_bar_has_a_line_for_each_of_its_states() -> None:
    printed = events.Output(task="k", node="load", stream="stderr", text="10%\r90%\r\ndone")
    assert lines(printed) == "  load ! 10%\n  load ! 90%\n  load ! done"


def test_a_finished_run_says_where_its_state_is() -> None:
    started = events.RunStarted(thread="t1", graph="trip.py:graph", file="f.sqlite")
    assert lines(started, events.RunEnded(status="done")).endswith("● done\n  state:  graphdeck show t1\n")
    assert lines(events.RunEnded(status="done")) == "● done\n"


def test_a_failed_node_shows_its_error_and_the_users_frames() -> None:
    failed = events.NodeFailed(
        task="k", node="pay", error="ValueError", message="no", traceback='File "a.py", line 3\n'
    )
    assert lines(failed) == '✗ pay  ValueError: no\n    File "a.py", line 3\n'


def test_a_run_that_waits_ends_with_every_question_and_one_command() -> None:
    text = lines(
        events.Interrupt(id="q1", task="a", node="book", value={"city": "Rome"}),
        events.Interrupt(id="q2", task="b", node="mail", value="send?"),
        events.RunEnded(status="waiting", next=("book", "mail")),
    )
    assert "◆ waiting for 2 answers" in text
    assert '"city": "Rome"' in text
    assert "send?" in text
    assert "graphdeck run trip.py:graph --thread t1 --answer q1=true --answer q2=true" in text


def test_a_question_asked_again_under_its_id_is_shown_once() -> None:
    asked = events.Interrupt(id="q1", task="a", node="book", value="send?")
    assert lines(asked, asked, events.RunEnded(status="waiting")).count("send?") == 1


@pytest.mark.parametrize("status", ["breakpoint", "stopped", "recursion_limit", "lost"])
def test_a_run_that_can_go_on_says_how(status: Any) -> None:
    told = events.RunEnded(status=status, next=("publish",), paths=("publish",), stops=(Stop(kind="kill"),))
    text = lines(told)
    assert "publish" in text
    assert "\n  why:    it was killed\n" in text
    assert "go on:  graphdeck run trip.py:graph --thread t1\n" in text


def test_a_run_that_saves_nothing_names_no_command_that_would_go_on() -> None:
    begun = events.RunStarted(thread="t1", graph="trip.py:graph", note="this graph refuses saving")
    asked = events.Interrupt(id="i", task="a", node="gate", value="sure?", schema=None)
    waiting = lines(begun, asked, events.RunEnded(status="waiting", next=("gate",)))
    assert "sure?" in waiting
    for text in (waiting, lines(begun, events.RunEnded(status="breakpoint", next=("gate",)))):
        assert "graphdeck" not in text
        assert "nothing is saved" in text


def test_a_target_that_does_not_load_has_nothing_to_go_on_with() -> None:
    error = {"type": "target", "message": "no such file", "hint": ""}
    assert lines(events.RunEnded(status="failed", error=error)) == "✗ failed\n"


def test_ascii_mode_and_colour() -> None:
    started = events.NodeStarted(task="k", node="book")
    assert lines(started, terminal=Terminal(ascii_only=True)) == "> book\n"
    assert lines(started, terminal=Terminal(colour=True)) == "\x1b[34m◐\x1b[0m book\n"


NASTY = "a\x1b]0;x\x07\x9b1m\u202eb\x00\x7f\ud800\U000e0041"


@given(st.text() | st.just(NASTY))
def test_nothing_that_a_terminal_obeys_comes_through(text: str) -> None:
    ns = (f"{text}:id",)
    frame = events.Frame(file=text, line=1, function=text)
    happened: list[events.Event] = [
        events.RunStarted(thread=text, graph=text, file=text, note=text),
        events.NodeStarted(task="k", node=text, ns=ns),
        token(text, node=text, ns=ns),
        events.Output(task="k", node=text, stream="stdout", text=text),
        events.Message(task="k", node=text, role=text, data={"type": "human", "content": text}),
        events.Custom(task="k", node=text, data={text: text}),
        events.NodeRetry(task="k", node=text, attempt=1, error=text),
        events.NodeFailed(task="k", node=text, error=text, message=text, traceback=text),
        events.TypeBlocked(type=text),
        events.NodeFinished(task="k", node=text, ms=1.0, keys=(text,)),
        events.Interrupt(
            id=text, task="k", node=text, ns=ns, value={text: text}, schema={"title": text}, frames=(frame,)
        ),
        events.RunEnded(status="waiting", next=(text,)),
    ]
    printed = lines(*happened)
    assert not {c for c in printed if unicodedata.category(c) in ("Cc", "Cs")} - {"\n"}
    assert not {c for c in printed if c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}


@pytest.mark.parametrize(
    ("ended", "by_hand", "status"),
    [
        (events.RunEnded(status="done"), False, 0),
        (events.RunEnded(status="done"), True, 0),
        (events.RunEnded(status="waiting"), False, 2),
        (events.RunEnded(status="breakpoint"), False, 2),
        (events.RunEnded(status="stopped"), False, 1),
        (events.RunEnded(status="stopped"), True, 130),
        (events.RunEnded(status="lost"), True, 130),
        (events.RunEnded(status="lost"), False, 1),
        (events.RunEnded(status="recursion_limit"), False, 1),
        (events.RunEnded(status="failed", error={"type": "graph", "message": "", "hint": ""}), False, 1),
        (events.RunEnded(status="failed", error={"type": "answer", "message": "", "hint": ""}), False, 1),
        (events.RunEnded(status="failed", error={"type": "file", "message": "", "hint": ""}), False, 1),
        (events.RunEnded(status="failed", error={"type": "target_load", "message": "", "hint": ""}), False, 1),
        (events.RunEnded(status="failed", error={"type": "target", "message": "", "hint": ""}), False, 64),
        (events.RunEnded(status="failed", error={"type": "input", "message": "", "hint": ""}), False, 64),
        (events.RunEnded(status="failed"), False, 1),
    ],
)
def test_exit_status(ended: events.RunEnded, by_hand: bool, status: int) -> None:
    assert exit_status(ended, by_hand=by_hand) == status
