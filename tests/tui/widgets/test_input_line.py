"""The input line: Enter sends, Ctrl+J begins a line, up brings back, pastes carry no controls."""

from collections.abc import Callable
from typing import Any, TypeAlias

from textual.events import Paste

from graphdeck.tui.widgets.input_line import InputLine, typeable

NewApp: TypeAlias = Callable[..., Any]


async def test_enter_sends_and_ctrl_j_begins_a_line(harness: NewApp) -> None:
    line = InputLine()
    app = harness(line)
    async with app.run_test(message_hook=app.hear) as pilot:
        line.focus()
        await pilot.press("enter", "a", "ctrl+j", "b", "enter")
        await pilot.pause()
        assert [(sent.text, sent.mode) for sent in app.heard(InputLine.Submitted)] == [("a\nb", "text")]
        assert line.text == "a\nb"  # it is the deck that empties it, once the text was taken
        line.done()
        assert line.text == ""


async def test_the_mode_is_said_and_sent(harness: NewApp) -> None:
    line = InputLine()
    app = harness(line)
    async with app.run_test(message_hook=app.hear) as pilot:
        assert "message" in str(line.placeholder)
        line.mode = "json"
        assert "JSON" in str(line.placeholder)
        line.focus()
        await pilot.press("{", "}", "enter")
        await pilot.pause()
        assert [sent.mode for sent in app.heard(InputLine.Submitted)] == ["json"]


async def test_up_brings_back_what_was_sent_and_down_the_draft(harness: NewApp) -> None:
    line = InputLine()
    async with harness(line).run_test() as pilot:
        line.focus()
        for text in ("one", "two"):
            line.text = text
            line.done()
        await pilot.press("d", "up")
        assert line.text == "two"
        await pilot.press("up", "up")
        assert line.text == "one"
        await pilot.press("down", "down")
        assert line.text == "d"


async def test_up_moves_inside_of_several_lines_first(harness: NewApp) -> None:
    line = InputLine()
    async with harness(line).run_test() as pilot:
        line.focus()
        line.text = "sent"
        line.done()
        await pilot.press("a", "ctrl+j", "b", "up")
        assert line.text == "a\nb"
        await pilot.press("up")
        assert line.text == "sent"


async def test_letters_and_brackets_are_typed(harness: NewApp) -> None:
    line = InputLine()
    async with harness(line).run_test() as pilot:
        line.focus()
        await pilot.press("a", "q", "?", "[", "space", "/")
        assert line.text == "aq?[ /"


async def test_the_line_grows_and_stops_growing(harness: NewApp) -> None:
    line = InputLine()
    async with harness(line).run_test(size=(60, 24)) as pilot:
        line.focus()
        assert line.size.height == 1
        await pilot.press("a", "ctrl+j", "b")
        await pilot.pause()
        assert line.size.height == 2
        line.text = "x\n" * 50
        await pilot.pause()
        assert line.size.height == 8


async def test_a_paste_comes_without_controls(harness: NewApp) -> None:
    line = InputLine()
    app = harness(line)
    async with app.run_test() as pilot:
        line.focus()
        app.post_message(Paste("a\x1b[31m\r\nb\u202e\ud800\tc"))
        await pilot.pause()
        assert line.text == "a[31m\nb\tc"


def test_honest_text_can_be_typed() -> None:
    assert typeable("👩‍👩‍👧 می‌روم\ré") == "👩‍👩‍👧 می‌روم\né"


async def test_a_terminal_without_a_cell_for_it_ends_nothing(harness: NewApp) -> None:
    async with harness(InputLine()).run_test(size=(20, 3)) as pilot:
        for columns in (2, 1, 40):
            await pilot.resize_terminal(columns, 3)
