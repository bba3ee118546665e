"""Every state has its own sign, without colour and in ASCII, too."""

import dataclasses
from typing import get_args

import pytest
from textual.app import App

from graphdeck.graphs.events import RunStatus
from graphdeck.graphs.records import ThreadStatus
from graphdeck.tui.text import width
from graphdeck.tui.theme import ASCII, DARK, LIGHT, UNICODE, Glyphs, NodeStatus, Status, colour, glyphs, themes, word

NODE_STATUSES: tuple[NodeStatus, ...] = get_args(NodeStatus)
STATUSES: tuple[Status, ...] = (*NODE_STATUSES, *get_args(ThreadStatus), *get_args(RunStatus))


@pytest.mark.parametrize("table", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_states_are_told_apart_by_their_sign_alone(table: Glyphs) -> None:
    signs = [sign for status in NODE_STATUSES for sign in {table.of(status, frame) for frame in range(4)}]
    assert len(signs) == len(set(signs))


@pytest.mark.parametrize("table", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_every_sign_takes_one_cell(table: Glyphs) -> None:
    for value in dataclasses.astuple(table):
        for sign in value if isinstance(value, tuple) else (value,):
            assert width(sign) == 1
            assert sign.isascii() or table is UNICODE


def test_every_status_has_sign_colour_and_word() -> None:
    for status in STATUSES:
        assert UNICODE.of(status)
        assert colour(status).startswith("$")
        assert word(status)
    assert UNICODE.of("lost") == UNICODE.failed


def test_the_environment_chooses_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRAPHDECK_ASCII", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    assert glyphs() is UNICODE
    monkeypatch.setenv("GRAPHDECK_ASCII", "1")
    assert glyphs() is ASCII


@pytest.mark.parametrize("name", [DARK, LIGHT])
async def test_every_colour_is_one_of_the_theme(name: str) -> None:
    app: App[None] = App()
    async with app.run_test():
        for theme in themes():
            app.register_theme(theme)
        app.theme = name
        for status in STATUSES:
            assert colour(status).split()[0].removeprefix("$") in app.theme_variables
