"""What a list of threads tells of those that stand still. Pure."""

from datetime import UTC, datetime

from graphdeck.graphs.records import ThreadRow
from graphdeck.graphs.stopping import Stop
from graphdeck.tui.plain.terminal import Terminal
from graphdeck.tui.plain.threads import thread_json, thread_lines


def stopped(thread: str, *stops: Stop) -> ThreadRow:
    return ThreadRow(thread=thread, status="breakpoint", file="f", next=("team",), stops=stops)


def test_why_a_thread_stands_still_is_told_where_status_and_node_do_not() -> None:
    rows = [
        stopped("inside\x1b", Stop(kind="before", node="team:desk"), Stop(kind="watch", condition="n")),
        stopped("plain", Stop(kind="before", node="team")),
        stopped("unknown"),
        stopped("limited", Stop(kind="limit", steps=25)),
    ]
    lines = thread_lines(rows, Terminal(columns=200), datetime(2026, 5, 4, tzinfo=UTC))
    assert lines[len(rows) + 1 :] == [
        "inside⟨U+001B⟩: breakpoint before team:desk; n changed",
        "limited: limit of 25 steps reached",
    ]
    assert thread_json(rows[3])["stops"] == [{"kind": "limit", "steps": 25}]
    assert "stops" not in thread_json(rows[2])
