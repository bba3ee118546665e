"""Several keys in one write, as a slow line brings them: each acts where the one before has led."""

import asyncio
import time
from typing import Any

import pytest
from textual import events
from textual.widgets import Input, TextArea

from graphdeck.tui.key_turns import PATIENCE
from graphdeck.tui.screens.confirm import ConfirmScreen, LineScreen
from graphdeck.tui.screens.find_text import FindTextScreen
from graphdeck.tui.screens.inbox import InboxScreen
from graphdeck.tui.screens.picker import PickerScreen
from graphdeck.tui.widgets.filter_line import FilterLine
from graphdeck.tui.widgets.find_line import FindLine
from graphdeck.tui.widgets.input_line import InputLine

COMMANDS = "nqDEXMpt1"
"""As text in a field they are harmless; as keys they leave, delete, end, run."""


def burst(deck: Any, keys: str, *more: events.Event) -> None:
    """Have keys come at once, faster than anything can be painted."""
    for key in keys:
        deck.app.post_message(events.Key({"/": "slash", ":": "colon"}.get(key, key), key))
    for event in more:
        deck.app.post_message(event)


@pytest.mark.parametrize(
    ("keys", "field", "screens"),
    [
        ("i", InputLine, []),
        ("t/", FilterLine, []),
        ("2/", FindLine, []),
        ("2:", FindLine, []),
        ("R", Input, [LineScreen]),
        ("F", Input, [FindTextScreen]),
        ("I/", FilterLine, [InboxScreen]),
    ],
)
async def test_text_behind_the_key_of_a_field_lands_in_it_and_runs_no_command(
    open_deck: Any, recorded: Any, put: Any, keys: str, field: type[Any], screens: list[type[Any]]
) -> None:
    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: deck.look.history)
        burst(deck, keys + COMMANDS, events.Paste(" pasted"))
        await deck.until(lambda: isinstance(deck.app.focused, field) and "pasted" in text_of(deck.app.focused))
        assert text_of(deck.app.focused) == f"{COMMANDS} pasted"
        assert [type(screen) for screen in deck.app.screen_stack[1:]] == screens
        assert (deck.look.thread, recorded.requests) == ("rome", [])


async def test_a_moment_in_which_nothing_moves_lets_no_key_overtake(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: deck.look.history)
        burst(deck, f"F{COMMANDS}", events.Callback(callback=lambda: time.sleep(2 * PATIENCE)))
        await deck.until(lambda: isinstance(deck.app.focused, Input) and len(deck.app.focused.value) == len(COMMANDS))
        assert isinstance(deck.app.screen, FindTextScreen)
        assert deck.app.is_running


async def test_typed_text_waits_for_nothing_but_its_field(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: deck.look.history)
        await deck.press("i")
        is_busy, is_free, text = asyncio.Event(), asyncio.Event(), "long" * 20  # 0.3 seconds for each would be too long

        async def work() -> None:
            is_busy.set()
            await is_free.wait()

        deck.app.deck.call_later(work)
        await is_busy.wait()
        burst(deck, text)
        try:
            async with asyncio.timeout(10):
                while text_of(deck.app.focused) != text:
                    await asyncio.sleep(0)
        finally:
            is_free.set()


@pytest.mark.parametrize(("keys", "opened"), [("Ra", LineScreen), ("o", PickerScreen)])
async def test_a_key_behind_one_that_closes_a_dialog_does_not_reach_it(
    open_deck: Any, recorded: Any, put: Any, keys: str, opened: type[Any]
) -> None:
    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: deck.look.history)
        await deck.press("space")
        await deck.until(lambda: recorded.runs)
        burst(deck, keys)
        await deck.until(lambda: isinstance(deck.app.screen, opened))
        burst(deck, "", *[events.Key(key, None) for key in ("enter", "ctrl+q")])
        await deck.until_shown("A run is on. Leave?")
        assert [type(screen) for screen in deck.app.screen_stack[1:]] == [ConfirmScreen]


def text_of(field: Any) -> str:
    return str(field.text if isinstance(field, TextArea) else field.value)


async def test_a_key_behind_one_that_asks_decides_nothing(open_deck: Any, recorded: Any, put: Any) -> None:
    put(recorded, "rome", "breakpoint")
    async with open_deck(recorded, thread="rome") as deck:
        await deck.until(lambda: deck.look.row)
        burst(deck, "tDyy")
        await deck.until_shown("too soon after another key")
        assert isinstance(deck.app.screen, ConfirmScreen)
        assert recorded.rows
