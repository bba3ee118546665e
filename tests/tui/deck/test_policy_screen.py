"""The screen of rules: what holds, in order; trust by a key that nobody typed ahead; grants taken back."""

from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tools.policy import Kept, load_policy
from graphdeck.tui.screens.policy import PolicyScreen, TrustScreen
from told import WriteGraph

EMPTY = """
    from langgraph.graph import START, StateGraph
    graph = StateGraph(dict).add_node("pay", lambda state: state).add_edge(START, "pay").compile()
"""

PROJECT = """
[[rule]]
tool = "search_*"
then = "allow"
reason = "reads only"

[[rule]]
tool = "pay"
where.total = "> 1000"
then = "refuse"
reason = "too much"
"""


@pytest.fixture
def graph(write_graph: WriteGraph, tmp_path: Path) -> str:
    """A graph of a project with rules."""
    (tmp_path / "graphdeck.toml").write_text(PROJECT)
    return write_graph(EMPTY)


def search(root: Path) -> str:
    return load_policy(root).verdict("search_hotels", {}, "t").effect


async def open_rules(deck: Any) -> None:
    await deck.until(lambda: deck.app.deck.policy)
    await deck.press("P")
    await deck.until(lambda: isinstance(deck.app.screen, PolicyScreen) and "Your rules" in deck.text)


@pytest.mark.parametrize("size", [(120, 34), (80, 24), (60, 20)])
async def test_it_shows_whose_rules_hold_in_which_order(
    open_deck: Any, engine: LocalEngine, graph: str, size: tuple[int, int], own_folders: Path
) -> None:
    Kept().grant("/x/threads.sqlite", "rome", "pay", {"total": 5, "to": "Kim \u202edrow"})
    async with open_deck(engine, graph=graph, size=size) as deck:
        await open_rules(deck)
        text = deck.text
        places = [text.index(word) for word in ("Your rules", "The project's rules", " 1  allow", " 2  refuse")]
        assert places == sorted(places)
        assert "none: there is no" in text
        await deck.press("end")
        await deck.until_shown("Granted in a thread")
        await deck.until_shown("\\u202edrow")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)


async def test_a_project_is_trusted_by_a_key_that_was_not_typed_ahead(
    open_deck: Any, engine: LocalEngine, graph: str, tmp_path: Path
) -> None:
    async with open_deck(engine, graph=graph) as deck:
        await deck.until_shown("rules: 1")
        await open_rules(deck)
        await deck.until_shown("not trusted: what it allows does not count")
        await deck.press("t", "y")
        await deck.until_shown("too soon")
        assert isinstance(deck.app.screen, TrustScreen)
        assert "search_*: reads only" in deck.text
        assert "pay" not in deck.text
        assert search(tmp_path) == "ask"
        deck.clock.move_on(1)
        await deck.press("y")
        await deck.until_shown("trusted until it is changed")
        assert search(tmp_path) == "allow"
        await deck.press("escape")
        await deck.until_shown("rules: 2")
        await open_rules(deck)
        await deck.press("t")
        await deck.until_shown("not trusted any more")
        assert search(tmp_path) == "ask"


async def test_what_is_long_is_trusted_only_after_it_was_seen(
    open_deck: Any, engine: LocalEngine, graph: str, tmp_path: Path
) -> None:
    (tmp_path / "graphdeck.toml").write_text(PROJECT + "".join(PROJECT.split("\n\n")[0] + "\n" for _ in range(60)))
    async with open_deck(engine, graph=graph, size=(80, 24)) as deck:
        await open_rules(deck)
        await deck.press("t")
        await deck.until(lambda: isinstance(deck.app.screen, TrustScreen))
        deck.clock.move_on(1)
        await deck.press("y")
        await deck.until_shown("scroll to the end first")
        await deck.press("end")
        deck.clock.move_on(1)
        await deck.press("y")
        await deck.until(lambda: isinstance(deck.app.screen, PolicyScreen))
        assert search(tmp_path) == "allow"


async def test_what_changes_while_it_is_shown_is_not_trusted(
    open_deck: Any, engine: LocalEngine, graph: str, tmp_path: Path
) -> None:
    async with open_deck(engine, graph=graph) as deck:
        await open_rules(deck)
        await deck.press("t")
        await deck.until(lambda: isinstance(deck.app.screen, TrustScreen))
        (tmp_path / "graphdeck.toml").write_text('[[rule]]\ntool = "*"\nthen = "allow"\n')
        deck.clock.move_on(1)
        await deck.press("y")
        await deck.until_shown("not trusted: what it allows does not count")
        assert search(tmp_path) == "ask"


async def test_a_grant_is_revoked(open_deck: Any, engine: LocalEngine, graph: str) -> None:
    Kept().grant("/x/threads.sqlite", "rome", "pay", {"total": 5})
    async with open_deck(engine, graph=graph) as deck:
        await open_rules(deck)
        await deck.press("d")
        await deck.until_shown("no grant is selected")
        await deck.press("end", "d")
        await deck.until_shown("revoked: pay asks again")
        assert Kept().grants() == ()


async def test_a_broken_file_is_shown_with_what_is_wrong(
    open_deck: Any, engine: LocalEngine, graph: str, tmp_path: Path
) -> None:
    (tmp_path / "graphdeck.toml").write_text(PROJECT + '[[rule]]\ntool = "x"\nthen = "alow"\n')
    async with open_deck(engine, graph=graph) as deck:
        await open_rules(deck)
        await deck.until_shown("rules broken: asks all")
        assert "broken: " in deck.text
        await deck.press("t")
        await deck.until_shown("the project's file is broken: correct it first")
