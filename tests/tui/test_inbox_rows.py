"""The rows of the inbox while answers are on their way and files are read again: pure."""

import pytest

from graphdeck.graphs.records import PendingInterrupt, WaitingPage, WaitingRow
from graphdeck.graphs.stopping import Stop
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.tui.screens.inbox_rows import InboxRows, next_to_answer
from graphdeck.tui.waiting import summary_of


def row(thread: str, question: str = "q", at: str = "") -> WaitingRow:
    asked = PendingInterrupt(id=question, node="gate", ns=(), value="may I?")
    return WaitingRow(file="f", thread=thread, checkpoint=at or f"1{thread}", since="", interrupts=(asked,))


def read(rows: InboxRows, *found: WaitingRow, ended: frozenset[ThreadKey] = frozenset()) -> InboxRows:
    page = WaitingPage(rows=found, total=len(found))
    return rows.read(page, {key_of(each): summary_of(each) for each in found}, ended)


def listed(rows: InboxRows) -> list[tuple[str, str]]:
    return [(item.row.thread, item.status) for item in rows.items()]


A, B = row("a"), row("b")
KEY = key_of(A)


def test_an_answered_thread_stays_where_it_is_until_its_run_has_ended() -> None:
    rows = read(InboxRows(), A, B).answered(A)
    assert listed(rows) == [("b", "waiting"), ("a", "running")]
    assert (rows.total, rows.running) == (1, (KEY,))
    rows = read(rows, B)  # its lease is taken
    assert listed(rows) == [("b", "waiting"), ("a", "running")]
    rows = rows.ended(KEY)
    assert rows.running == ()
    assert listed(read(rows, A, B)) == [("b", "waiting"), ("a", "running")], "read before the end"
    assert listed(read(rows, B, ended=frozenset([KEY]))) == [("b", "waiting")]


def test_one_that_asks_anew_waits_again() -> None:
    rows = read(InboxRows(), A).answered(A).ended(KEY)
    anew = row("a", "q2", at="2a")
    assert listed(read(rows, anew, ended=frozenset([KEY]))) == [("a", "waiting")]


def test_one_that_failed_stays_until_it_was_seen() -> None:
    rows = read(read(InboxRows(), A).answered(A).ended(KEY, "no luck"), ended=frozenset([KEY]))
    assert [(item.status, item.asks, item.short) for item in rows.items()] == [("failed", "gate", "no luck")]
    assert rows.forgotten().items() == []


def test_oldest_first() -> None:
    rows = read(InboxRows(newest_first=False), B, A)
    assert listed(rows) == [("a", "waiting"), ("b", "waiting")]


def test_the_next_to_answer_is_below_else_above() -> None:
    items = read(InboxRows(), A, B, row("c")).answered(B).items()
    assert [item.status for item in items] == ["waiting", "running", "waiting"]
    assert [next_to_answer(items, place) for place in range(3)] == [2, 2, 0]
    assert next_to_answer(items[1:2], 0) is None


def test_a_summary_names_tool_arguments_and_what_is_not_as_it_seems() -> None:
    calls = [{"name": "send_mail", "args": {"to": "kim\u202e"}}, {"name": "send_mail", "args": {"to": "b"}}]
    value = {"action_requests": calls, "review_configs": []}
    asked = PendingInterrupt(id="q", node="gate", ns=(), value=value)  # type: ignore[arg-type] # JSON it is
    many = summary_of(WaitingRow(file="f", thread="t", checkpoint="c", since="", interrupts=(asked,)))
    assert (many.asks, many.short, many.suspicious) == ("2 actions", "send_mail ×2", True)
    one = summary_of(A)
    assert (one.asks, one.short, one.suspicious) == ("gate", '"may I?"', False)


@pytest.mark.parametrize(
    ("stops", "asks", "short"),
    [
        ((), "before desk, mail", "breakpoint: nothing to answer"),
        ((Stop(kind="before", node="mail"),), "before desk, mail", "breakpoint: nothing to answer"),
        ((Stop(kind="before", node="desk:sum"),), "before desk:sum, mail", "breakpoint: nothing to answer"),
        (
            (Stop(kind="before", node="mail", condition="n > 1"), Stop(kind="watch", condition="n")),
            "before desk, mail",
            "breakpoint before mail, where n > 1; n changed: nothing to answer",
        ),
        ((Stop(kind="step"),), "before desk, mail", "one step is done: nothing to answer"),
    ],
)
def test_a_stop_is_told_with_its_reason_and_what_space_does(stops: tuple[Stop, ...], asks: str, short: str) -> None:
    stopped = WaitingRow(file="f", thread="t", checkpoint="c", since="", breakpoint=("desk", "mail"), stops=stops)
    summary = summary_of(stopped)
    assert (summary.asks, summary.short) == (asks, short)
    [item] = read(InboxRows(), stopped).items()
    assert (item.status, item.asks, item.short) == ("breakpoint", asks, f"{short}, space goes on")
