"""Understanding a thread in the deck, on a file that plain LangGraph made: steps, branches, subgraphs, differences."""

import operator
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tui.screens.difference import DifferenceScreen
from graphdeck.tui.screens.whole import ValueScreen
from graphdeck.tui.widgets.timeline import Timeline

NOTE = "the hotel is quiet and has a garden; breakfast costs {} euros"


class Trip(TypedDict, total=False):
    city: str
    note: str
    seen: Annotated[list[str], operator.add]


class Desk(TypedDict, total=False):
    city: str


def fails(state: Trip) -> Trip:
    if state["note"] == "another note":
        raise KeyError("no such hotel")
    return {"note": NOTE.format(14)}


@pytest.fixture(scope="module")
def forked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished thread with a subgraph, and a newer branch of it that failed."""
    path = tmp_path_factory.mktemp("history") / "trips.sqlite"
    desk: Any = StateGraph(Desk)
    desk.add_node("pick", lambda _: {"city": "Rome"})
    desk.add_edge(START, "pick")
    trip: Any = StateGraph(Trip)
    trip.add_node("plan", lambda _: {"note": NOTE.format(12)})
    trip.add_node("desk", desk.compile())
    trip.add_node("quiet", lambda _: {})
    trip.add_node("book", fails)
    for source, target in ((START, "plan"), ("plan", "desk"), ("desk", "quiet"), ("quiet", "book"), ("book", END)):
        trip.add_edge(source, target)
    with SqliteSaver.from_conn_string(str(path)) as saver:
        graph = trip.compile(checkpointer=saver)
        thread: Any = {"configurable": {"thread_id": "rome"}}
        graph.invoke({"city": "Roma", "seen": ["a"]}, thread)
        planned = next(each for each in graph.get_state_history(thread) if each.next == ("desk",))
        fork = graph.update_state(planned.config, {"note": "another note"}, as_node="plan")
        with suppress(KeyError):
            graph.invoke(None, fork)
    return path


@pytest.fixture
def engine(forked: Path) -> LocalEngine:
    """The engine on that file alone."""
    return LocalEngine(forked.parent, [forked])


def steps(deck: Any) -> list[str]:
    """What the timeline shows, without ages."""
    view = deck.app.query_one(Timeline)
    return [view.row(index, 60).plain[:52].rstrip() for index in range(view.row_count())]


async def test_a_thread_is_understood(engine: LocalEngine, open_deck: Any) -> None:
    async with open_deck(engine, thread="rome", pick=False) as deck:
        await deck.press("h")
        await deck.until_shown("nothing  ·  led to book")
        assert steps(deck) == [
            "›✗     4  loop   quiet → book           ✗ book: KeyE",
            " ◦     3  loop   desk → quiet           city",
            " │   ▸ inside desk",
            " ◦     2  update → desk                 note",
            " │ ●   4  loop   book → END             note",
            " │ ◦   3  loop   quiet → book",
            " ├─◦   2  loop   desk → quiet           city",
            " │   ▸ inside desk",
            " ◦     1  loop   plan → desk            note",
            " ◦     0  loop   START → plan           city, seen",
            " ◦    -1  input  → START",
        ]
        assert "✗ book failed: KeyError('no such hotel')" in deck.text
        await deck.press("down", "right")
        await deck.until(lambda: "   ●   1  loop   pick → END" in "\n".join(steps(deck)))
        await deck.press("down")
        await deck.until_shown('~ city  "Roma" → "Rome"')
        await deck.press("enter")
        await deck.until_shown("state inside desk at step 1")
        assert "State · desk, step 1" in deck.text
        assert (deck.look.values, deck.look.changed) == ({"city": "Rome"}, ("city",))
        assert deck.look.view.nodes["desk:__end__"].status == "done"
        await deck.press("v")
        await deck.until(lambda: isinstance(deck.app.screen, DifferenceScreen))
        await deck.until_shown("what step 1 inside desk:")
        await deck.press("escape", "escape")
        await deck.until(lambda: deck.look.old is None)
        assert "state inside" not in deck.text
        await deck.press("d", "B")
        await deck.until_shown("branch 2 of 2")
        assert deck.app.query_one(Timeline).highlighted.checkpoint == deck.look.old.checkpoint
        await deck.press("w")
        await deck.until_shown("difference.txt")
        await deck.press("escape")
        assert deck.look.old.values["note"] == NOTE.format(14)
        await deck.press("B")
        await deck.until(lambda: deck.look.old is None)
        deck.app.deck.action_new_thread()
        assert deck.app.query_one(Timeline).marked == ""
        await deck.until(lambda: "led to book" not in deck.text)


async def test_two_branches_are_compared(engine: LocalEngine, open_deck: Any, tmp_path: Path) -> None:
    async with open_deck(engine, thread="rome", pick=False, size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.history)
        await deck.press("d", "d")
        await deck.until_shown("step 4 is marked")
        await deck.press("down", "down", "down", "down", "d")
        await deck.until(lambda: isinstance(deck.app.screen, DifferenceScreen))
        assert "from step 4 to step 4" in deck.text
        assert "1 changed" in deck.text
        assert "+ the hotel is quiet and has a garden; breakfast costs 14 euros" in deck.text
        await deck.press("slash", *"city")
        await deck.until_shown("nothing of this path differs")
        await deck.press("escape", "c", "v")
        await deck.until(lambda: isinstance(deck.app.screen, ValueScreen))
        assert [line.strip("▌ ") for line in deck.text.splitlines()[2:7]] == [
            "before", '"another note"', "", "after", NOTE.format(14),
        ]  # fmt: skip
        assert deck.app.clipboard == f'~ /note\n  - "another note"\n  + "{NOTE.format(14)}"\n'
