"""The lines of `graphdeck show` for states that are hard to show."""

from datetime import UTC, datetime
from typing import Any

from graphdeck.graphs.records import FailedTask, PendingInterrupt, Snapshot
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
