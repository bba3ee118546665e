"""Reading what is saved in the deck, by keys: looking for values, seeing them whole, keeping them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from graphdeck.tui.screens.whole import ValueScreen


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folder that relative names are in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def test_a_value_is_found_seen_whole_and_kept(recorded: Any, put: Any, open_deck: Any, folder: Path) -> None:
    put(recorded, "rome")
    async with open_deck(recorded, graph="travel", thread="rome") as deck:
        await deck.until(lambda: deck.look.snapshot)
        await deck.press("2", "slash", *"hotel")
        await deck.until_shown("found in 1 place")
        await deck.press("enter", "v")
        await deck.until(lambda: isinstance(deck.app.screen, ValueScreen))
        assert "messages.0.content" in deck.text
        await deck.press("j")
        assert '"a hotel in Rome"' in deck.text
        await deck.press("j", "w")
        await deck.until_shown("Write it to which file?")
        await deck.press("enter")
        await deck.until_shown("wrote 15 characters to messages-0-content.txt")
        kept = folder / "messages-0-content.txt"
        assert kept.read_text() == "a hotel in Rome"
        kept.write_text("mine")
        await deck.press("w")
        await deck.until_shown("Write it to which file?")
        await deck.press("enter")
        await deck.until_shown("messages-0-content.txt exists.")
        await deck.press("n")
        await deck.until_shown("nothing was written")
        assert await asyncio.to_thread(kept.read_text) == "mine"
        await deck.press("escape", "colon", *"city", "enter", "w")
        await deck.until_shown("city.txt")
        await deck.press("escape", "j")
        await deck.until_shown('type     "human"')


async def test_keys_that_are_off_say_why(recorded: Any, put: Any, open_deck: Any) -> None:
    put(recorded, "rome")
    async with open_deck(recorded, graph="travel", thread="rome") as deck:
        await deck.until(lambda: deck.look.history)
        await deck.press("h", "B")
        await deck.until_shown("this thread has one branch")
        await deck.press("question_mark")
        await deck.until_shown("Keys")
        await deck.press("end", "pageup")
        await deck.until_shown("branch: this thread has one branch")
