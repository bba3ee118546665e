"""The lines of `graphdeck show` for states that are hard to show."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

from graphdeck.graphs.records import FailedTask, PendingInterrupt, Snapshot
from graphdeck.graphs.stopping import Stop, StopKind
from graphdeck.tui.plain.show import snapshot_lines
from graphdeck.tui.plain.terminal import Terminal
from graphdeck.tui.text import width

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def shown(values: dict[str, Any], terminal: Terminal | None = None, **more: Any) -> list[str]:
    """The lines for a state."""
    given = {"thread": "t", "checkpoint": "c", "step": 3, "status": "done", "next": (), "values": values, **more}
    text = "\n".join(snapshot_lines(Snapshot(**given), terminal or Terminal(), NOW))
    return text.split("\n")


def test_the_states_of_subgraphs_are_under_their_paths_at_any_depth() -> None:
    def inside(ns: str, values: dict[str, Any], *subgraphs: Snapshot) -> Snapshot:
        return Snapshot(
            thread="t", checkpoint="c", step=1, status="waiting", next=(), values=values, ns=ns, subgraphs=subgraphs
        )

    desk = inside("team:1|desk:2", {"draft": "about tea"})
    lines = shown({"topic": "tea"}, subgraphs=(inside("team:1", {"outline": ["why"]}, desk),))
    assert [line.strip() for line in lines[2:-1]] == [
        'topic  "tea"',
        "in team, step 1",
        'outline  ["why"]',
        "in team:desk, step 1",
        'draft  "about tea"',
    ]


def test_why_a_run_stopped_and_what_it_stands_before_is_said() -> None:
    desk = Snapshot(
        thread="t", checkpoint="c", step=1, status="stopped", next=("review",), values={}, ns="team:1|desk:2"
    )
    team = dataclasses.replace(desk, next=("desk", "mail"), ns="team:1", subgraphs=(desk,))
    told: tuple[tuple[StopKind, str, str], ...] = (
        ("before", "team:desk:review", 'to contains "\x1b"'), ("after", "plan", ""), ("to", "end", ""),
        ("watch", "team", "total"), ("watch", "", "n"), ("step", "", ""), ("pause", "", ""), ("cancel", "", ""),
        ("limit", "", ""), ("kill", "", ""),
    )  # fmt: skip
    stops = tuple(
        Stop(kind=kind, node=node, condition=where, declared=kind == "after", steps=25 if kind == "limit" else 0)
        for kind, node, where in told
    )
    lines = shown({}, status="breakpoint", next=("team",), subgraphs=(team,), stops=stops)
    assert lines[2:4] == [
        'why:    breakpoint before team:desk:review, where to contains "⟨U+001B⟩"; breakpoint after plan (in the code);'
        " it was to run to end; total changed in team; n changed; one step is done; paused at the end of a step;"
        " its nodes were cancelled; limit of 25 steps reached; it was killed",
        "stands: before team:desk:review, team:mail",
    ]
    assert not any(line.startswith(("why", "stands")) for line in shown({}, next=("team",)))


def test_long_values_fit_the_line_and_the_last_line_says_how_to_see_one_whole() -> None:
    lines = shown({"text": "x" * 1_000_000, "wide": "日本" * 100, "nested": {"a": ["b"] * 1000}})
    assert max(map(width, lines)) <= 80
    assert lines[-1] == "one value whole:  graphdeck show t text"


def test_only_the_newest_of_many_messages_get_a_line_and_the_others_are_counted() -> None:
    messages = [{"type": "human", "content": f"message {i}"} for i in range(100)]
    lines = shown({"messages": messages})
    assert "  messages  100 messages" in lines
    assert any("70 messages before these" in line for line in lines)
    assert sum("human message" in line for line in lines) == 30
    assert lines[-2].strip() == "99  human message 99"


def test_changed_keys_failures_and_hostile_names_are_marked() -> None:
    failed = (FailedTask(node="pay\x1b[2J", error="ValueError('no\x07')"),)
    lines = shown({"a": 1, "b\u202e": 2}, changed=("a",), failed=failed, status="failed")
    assert "• a" in lines[2]
    assert not lines[3].startswith("•")
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)
    assert any(line.startswith("✗ pay⟨U+001B⟩[2J") for line in lines)


def test_a_question_of_an_unknown_graph_leaves_the_target_open() -> None:
    question = PendingInterrupt(id="q1", node="book", ns=(), value="Sure?")
    lines = shown({}, interrupts=(question,), status="waiting")
    assert "  answer:  graphdeck run TARGET --thread t --answer ID=JSON" in lines


def test_ascii_mode_prints_nothing_else(monkeypatch: Any) -> None:
    monkeypatch.setenv("GRAPHDECK_ASCII", "1")
    lines = shown({"a": "é …", "b": "x" * 500}, Terminal(ascii_only=True), changed=("a",), status="waiting")
    assert "".join(lines).isascii()
