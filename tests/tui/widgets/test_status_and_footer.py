"""First and last line: what gives way when there is little room, and keys that can be clicked."""

import dataclasses
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from textual.widget import Widget

from graphdeck.tui.actions import action
from graphdeck.tui.text import width
from graphdeck.tui.widgets.key_footer import KeyFooter
from graphdeck.tui.widgets.status_line import StatusInfo, StatusLine

Lines: TypeAlias = Callable[[Widget], list[str]]
NewApp: TypeAlias = Callable[..., Any]

INFO = StatusInfo(
    graph="travel", thread="Rome in May", status="waiting", detail="book_hotel", model="gpt-5-mini", note="saved in f"
)


async def test_all_is_said_where_there_is_room(harness: NewApp, lines: Lines) -> None:
    line = StatusLine()
    async with harness(line).run_test(size=(120, 4)):
        line.show(INFO)
        shown = lines(line)[0]
        assert shown.startswith(" graphdeck  travel › Rome in May  ")
        assert " ◆ waits for you: book_hotel " in shown
        assert shown.endswith("  gpt-5-mini  ·  saved in f")


async def test_the_note_is_left_out_before_the_model_is_cut(harness: NewApp, lines: Lines) -> None:
    line = StatusLine()
    async with harness(line).run_test(size=(80, 4)):
        line.show(dataclasses.replace(INFO, note="saved in .graphdeck/threads.sqlite"))
        assert lines(line)[0].endswith("  gpt-5-mini")


@pytest.mark.parametrize("cells", range(80, 161, 5))
async def test_state_and_model_never_touch(harness: NewApp, lines: Lines, cells: int) -> None:
    line = StatusLine()
    async with harness(line).run_test(size=(cells, 4)):
        line.show(StatusInfo(graph="travel", thread="t" * 80, status="waiting", detail="tools", model="m" * 80))
        shown = lines(line)[0]
        where, _, rest = shown.partition("   ◆ waits for you: tools   ")
        assert "t…" in where
        assert rest.lstrip().startswith("mmm")
        assert width(shown) <= cells - 1


@pytest.mark.parametrize("cells", [20, 30, 40, 60, 80])
async def test_the_state_is_the_last_to_be_cut(harness: NewApp, lines: Lines, cells: int) -> None:
    line = StatusLine()
    async with harness(line).run_test(size=(cells, 4)):
        line.show(INFO)
        shown = lines(line)[0]
        assert "◆ waits for you"[: cells - 4] in shown
        assert width(shown) <= cells
        assert ("travel" in shown) is (cells >= 40)


@pytest.mark.parametrize("cells", [60, 80, 100])
async def test_what_rules_do_is_said_even_where_the_model_has_no_room(
    harness: NewApp, lines: Lines, cells: int
) -> None:
    line = StatusLine()
    async with harness(line).run_test(size=(cells, 4)):
        line.show(dataclasses.replace(INFO, model="m" * 60, mode="rules: 3"))
        shown = lines(line)[0]
        assert shown.endswith("rules: 3")
        assert "travel" in shown
        assert "◆ waits for you: book_hotel" in shown


async def test_hostile_names_in_the_first_line(harness: NewApp, lines: Lines) -> None:
    line = StatusLine()
    async with harness(line).run_test(size=(120, 4)):
        line.show(StatusInfo(graph="[b]\x1b", thread="x\u202ey", model="m\x07"))
        assert lines(line)[0].split() == ["graphdeck", "[b]⟨U+001B⟩", "›", "x⟨U+202E⟩y", "○", "idle", "m⟨U+0007⟩"]


ACTIONS = [action("deck", name) for name in ("answer", "input", "pause")] + [action("app", "help")]


async def test_the_footer_shows_whole_keys_only(harness: NewApp, lines: Lines) -> None:
    footer = KeyFooter()
    async with harness(footer).run_test(size=(30, 4)) as pilot:
        footer.show(ACTIONS)
        assert lines(footer)[0] == " a answer   i input"
        await pilot.resize_terminal(60, 4)
        await pilot.pause()
        assert lines(footer)[0] == " a answer   i input   space pause   ? keys"


async def test_a_key_can_be_clicked_unless_it_is_off(harness: NewApp) -> None:
    footer = KeyFooter()
    app = harness(footer)
    async with app.run_test(size=(60, 4), message_hook=app.hear) as pilot:
        footer.show(ACTIONS, off={"answer"})
        await pilot.click(KeyFooter, offset=(3, 0))
        await pilot.click(KeyFooter, offset=(13, 0))
        await pilot.click(KeyFooter, offset=(10, 0))
        await pilot.pause()
        assert [message.action.id for message in app.heard(KeyFooter.Chosen)] == ["input"]
