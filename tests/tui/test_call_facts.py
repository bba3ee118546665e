"""What a question shows beyond its own words: warnings, effect and preview, in the dialog, lists and lines."""

from pathlib import Path

import pytest

from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import PendingInterrupt, WaitingRow
from graphdeck.graphs.values import Json
from graphdeck.tui.approval_text import question
from graphdeck.tui.call_facts import effect_of, preview_of, warnings
from graphdeck.tui.plain.answers import question_text
from graphdeck.tui.plain.terminal import Terminal
from graphdeck.tui.theme import glyphs
from graphdeck.tui.waiting import summary_of


def asking(*calls: tuple[str, dict[str, Json]]) -> PendingInterrupt:
    """A batch as the middleware asks it."""
    return PendingInterrupt(
        id="q1",
        node="review",
        ns=(),
        value={
            "action_requests": [{"name": name, "args": args} for name, args in calls],
            "review_configs": [{"action_name": name, "allowed_decisions": ["approve", "reject"]} for name, _ in calls],
        },
    )


@pytest.fixture
def in_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, in which tools write."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("old\n")
    return tmp_path


WRITE = ("write_file", {"path": "a.txt", "content": "new\u202e\n"})


def test_the_dialog_shows_warnings_and_the_change_above_the_arguments(in_project: Path) -> None:
    (action,) = sheet([asking(WRITE)]).actions  # type: ignore[arg-type] # a literal
    rows = [part.head + part.text for part in question(action, glyphs())]
    assert "content: 1 character that changes the direction of the text: right-to-left override (U+202E)" in rows[0]
    start = rows.index("what it would do (writes a file):")
    assert rows[start + 1 : start + 5] == [
        "    replaces the only line of a.txt by 1 line",
        "    line 1:",
        "  - old",
        "  + new⟨U+202E⟩",
    ]
    assert any(row.startswith("content") for row in rows[start + 5 :])


def test_lines_show_the_same(in_project: Path) -> None:
    text = question_text(asking(WRITE), Terminal(ascii_only=True, colour=False, columns=80))  # type: ignore[arg-type]
    for line in ("content: 1 character that changes the direction", "write_file writes a file", "- old", "+ new"):
        assert line in text
    assert "\u202e" not in text


def test_a_list_says_what_all_actions_do_and_warns_of_any() -> None:
    row = WaitingRow(
        file="f",
        thread="t",
        checkpoint="c",
        since="",
        interrupts=(asking(("send_mail", {"to": "x"}), ("send_sms", {"to": "y"})),),
    )
    assert (summary_of(row).effect, summary_of(row).suspicious) == ("sends", False)
    mixed = asking(("send_mail", {"to": "x"}), ("run_shell", {"command": "l\u200bs"}))
    row = WaitingRow(file="f", thread="t", checkpoint="c", since="", interrupts=(mixed,))
    assert (summary_of(row).effect, summary_of(row).suspicious) == ("", True)


def test_a_plain_question_about_a_call_is_one() -> None:
    value: Json = {"action": "book_hotel", "args": {"hotel": "Casa Verde"}, "total": "372 EUR"}
    (action,) = sheet([PendingInterrupt(id="q1", node="tools", ns=(), value=value)]).actions
    assert effect_of(action) == "spends money"
    assert preview_of(action, Path.cwd()) is None
    (action,) = sheet([PendingInterrupt(id="q1", node="delete_all", ns=(), value={"city": "Rome"})]).actions
    assert effect_of(action) == ""
    assert warnings(action) == ()
