"""Finding threads in the deck and doing something to one or many, on a file that plain LangGraph made."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AnyMessage, HumanMessage
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph, add_messages
from textual.events import Paste

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import ThreadPage
from graphdeck.graphs.searching import SearchHit, SearchProgress
from graphdeck.tui.screens.confirm import ConfirmScreen, LineScreen
from graphdeck.tui.screens.find_text import FindTextScreen

CITIES = ("Rome", "Oslo", "Lima")


class Trip(TypedDict, total=False):
    messages: Annotated[list[AnyMessage], add_messages]
    note: str


def plan(state: Trip) -> Trip:
    wanted = str(state["messages"][-1].content)
    if "Oslo" in wanted:
        raise KeyError("no hotel there")
    return {"note": f"planned {wanted}"}


def travel(file: Path, thread: str, city: str, times: int = 1) -> None:
    """Ask plain LangGraph for a trip, some times in one thread; to Oslo there is none."""
    with SqliteSaver.from_conn_string(str(file)) as saver:
        graph: Any = StateGraph(Trip).add_node(plan).add_edge(START, "plan").compile(checkpointer=saver)
        for _ in range(times):
            try:
                graph.invoke({"messages": [HumanMessage(f"a trip to {city}")]}, {"configurable": {"thread_id": thread}})
            except KeyError:
                return


class Desk(TypedDict, total=False):
    secret: str


def ask_the_desk(file: Path, thread: str) -> None:
    """Run a graph whose subgraph keeps something to itself."""
    desk: Any = StateGraph(Desk).add_node("look", lambda _: {"secret": "garden view"}).add_edge(START, "look")
    trip: Any = StateGraph(Trip).add_node("desk", desk.compile()).add_edge(START, "desk")
    with SqliteSaver.from_conn_string(str(file)) as saver:
        graph = trip.compile(checkpointer=saver)
        graph.invoke({"note": "a room"}, {"configurable": {"thread_id": thread}})


@pytest.fixture
def trips(tmp_path: Path) -> Path:
    """Three threads, the newest activity in the last one."""
    file = tmp_path / "trips.sqlite"
    for number, city in enumerate(CITIES):
        travel(file, f"t{number}", city, times=number + 1)
    return file


@pytest.fixture
async def engine(trips: Path, pool: WorkerPool) -> AsyncIterator[LocalEngine]:
    """The engine on that file alone."""
    engine = LocalEngine(trips.parent, [trips], pool=pool)
    yield engine
    await engine.close()


def saved(file: Path) -> dict[str, int]:
    """The threads of a file with the number of their checkpoints."""
    with closing(sqlite3.connect(file)) as connection:
        return dict(connection.execute("SELECT thread_id, count(*) FROM checkpoints GROUP BY thread_id"))


def listed(deck: Any) -> list[str]:
    """The ids of what is listed."""
    return [row.thread for row in deck.app.deck.panes.threads.list._threads]


def opened(deck: Any, kind: type) -> Callable[[], bool]:
    return lambda: isinstance(deck.app.screen, kind)


async def answer(deck: Any, text: str) -> None:
    """Type into the line that is asked for, in place of what is there."""
    await deck.until(opened(deck, LineScreen))
    await deck.press("ctrl+u")
    deck.app.post_message(Paste(text))
    await deck.press("enter")


async def choose(deck: Any, terms: str) -> None:
    """Type into the filter: pressing each key takes its time."""
    await deck.press("slash")
    deck.app.post_message(Paste(terms))


async def test_threads_are_chosen_by_words_and_terms_as_they_are_typed(
    open_deck: Any, engine: LocalEngine, trips: Path
) -> None:
    await engine.rename("t0", "The eternal city")
    await engine.tag("t2", add=["vip"])
    async with open_deck(engine, pick=False, size=(80, 24)) as deck:
        await deck.press("6")
        await deck.until(lambda: listed(deck) == ["t2", "t1", "t0"])
        for typed, found in (
            ("oslo", ["t1"]),
            ("etern", ["t0"]),
            ("tag:vip", ["t2"]),
            ("status:d sort:title", ["t2", "t0"]),
        ):
            await choose(deck, typed)
            await deck.until(lambda found=found: listed(deck) == found)
            await deck.until_shown(f"{len(found)} found")
            await deck.press("escape")
            await deck.until(lambda: len(listed(deck)) == 3)
        await choose(deck, "status:")
        await deck.until_shown("status: running waiting breakpoint failed stopped done")
        await deck.press("escape")
        await choose(deck, "rome foo:a")
        await deck.until_shown("no term foo:")
        assert len(listed(deck)) == 3


async def test_a_chosen_list_changes_by_itself_and_the_cursor_stays_on_its_thread(
    open_deck: Any, engine: LocalEngine, trips: Path
) -> None:
    async with open_deck(engine, pick=False, size=(80, 24)) as deck:
        await deck.press("6")
        await choose(deck, "trip sort:step")
        await deck.press("enter")
        await deck.until(lambda: listed(deck) == ["t2", "t0", "t1"])
        await deck.press("down", "enter")
        await deck.until(lambda: deck.look.thread == "t0" and deck.look.history)
        assert deck.app.deck.panes.pane == "state", "the list would hide it"
        await deck.press("6")
        travel(trips, "t0", "Bern", times=9)
        await deck.until(lambda: listed(deck) == ["t0", "t2", "t1"])
        assert deck.app.deck.panes.threads.list.highlighted.thread == "t0"
        await deck.until(lambda: len(deck.look.history) == 30 and deck.look.snapshot.step == 28)
        await deck.press("slash", "escape")
        await choose(deck, "status:failed")
        await deck.until(lambda: listed(deck) == ["t1"])
        travel(trips, "t0", "Basel")
        await deck.until(lambda: deck.look.snapshot.step == 31)
        assert listed(deck) == ["t1"], "what is not listed is followed, too"


async def test_marked_threads_are_tagged_copied_exported_pruned_and_deleted_together(
    open_deck: Any, engine: LocalEngine, trips: Path, tmp_path: Path
) -> None:
    exported, taken = tmp_path / "some.sqlite", tmp_path / "taken.json"
    taken.write_text("mine")
    async with open_deck(engine, pick=False) as deck:
        await deck.press("t")
        await deck.until(lambda: listed(deck) == ["t2", "t1", "t0"])
        await deck.press("x", "x")
        await deck.until_shown("2 marked")
        await deck.press("number_sign")
        await answer(deck, "vip, #old")
        await deck.until_shown("tags: vip, old")
        await deck.press("e")
        await answer(deck, str(exported))
        await deck.until_shown("exported 2 threads")
        assert saved(exported) == {"t1": 2, "t2": 9}
        await deck.press("e")
        await answer(deck, str(taken))
        await deck.until_shown("Overwrite this file?")
        await deck.press("escape")
        await deck.until_shown("nothing was written")
        assert taken.read_text() == "mine"
        await deck.press("e")
        await answer(deck, str(taken))
        await deck.until(opened(deck, ConfirmScreen))
        deck.clock.move_on(1)
        await deck.press("y")
        await deck.until_shown("exported 2 threads")
        assert [each["thread"] for each in json.loads(taken.read_text())["threads"]] == ["t2", "t1"]
        await deck.press("p")
        await answer(deck, "2")
        await deck.until_shown("Delete 6 checkpoints of 2 threads?")
        await deck.until_shown("5 checkpoints stay")
        deck.clock.move_on(1)
        await deck.press("y")
        await deck.until(lambda: saved(trips) == {"t0": 3, "t1": 2, "t2": 3})
        await deck.press("R")
        await deck.until_shown("only one thread at a time")
        await deck.press("D")
        await deck.until_shown("Delete 2 threads?")
        await deck.until_shown("a trip to Lima  t2")
        await deck.until_shown("5 checkpoints")
        deck.clock.move_on(1)
        await deck.press("y")
        await deck.until_shown("2 threads deleted")
        await deck.until(lambda: listed(deck) == ["t0"])
        assert saved(trips) == {"t0": 3}
        await deck.press("L")
        await answer(deck, str(exported))
        await deck.until_shown("imported 2 threads")
        await deck.until(lambda: sorted(listed(deck)) == ["t0", "t1", "t2"])
        await deck.press("C")
        await deck.until_shown("copied to")
        await deck.until(lambda: len(listed(deck)) == 4)
        assert sorted(saved(trips).values()) == [2, 3, 3, 9]


async def test_a_text_is_found_in_any_state_and_shown_where_it_is(
    open_deck: Any, engine: LocalEngine, trips: Path
) -> None:
    travel(trips, "t0", "Bern")
    ask_the_desk(trips, "inner")
    async with open_deck(engine, pick=False, size=(80, 24)) as deck:

        async def find(text: str) -> None:
            await deck.press("F")
            await deck.until(opened(deck, FindTextScreen))
            await deck.press("slash", "ctrl+u")
            deck.app.post_message(Paste(text))
            await deck.press("enter")

        await find("A TRIP TO")
        await deck.until_shown("found in 3 threads in ")
        await deck.press("enter")
        await deck.until_shown("messages.0.content: a trip to Rome")
        assert (deck.look.thread, deck.look.old) == ("t0", None)
        assert deck.app.deck.panes.state.selected_text == "a trip to Rome"
        await find("planned a trip to rome")
        await deck.until_shown("found in 1 thread in ")
        await deck.press("enter")
        await deck.until_shown("note: planned a trip to Rome")
        assert (deck.look.old.step, deck.look.snapshot.step) == (3, 4)
        await find("no hotel")
        await deck.until_shown("found in 1 thread in ")
        await deck.press("enter")
        await deck.until_shown("at step 0 was written")
        assert (deck.look.thread, deck.app.deck.panes.pane) == ("t1", "timeline")
        await find("garden view")
        await deck.until_shown("found in 1 thread in ")
        await deck.press("enter")
        await deck.until_shown("secret: garden view")
        assert (deck.look.thread, deck.look.old.ns.partition(":")[0]) == ("inner", "desk")
        assert deck.app.deck.panes.state.selected_text == "garden view"


async def test_a_search_is_stopped_by_escape_and_its_hits_stay(open_deck: Any, recorded: Any, put: Any) -> None:
    ended = asyncio.Event()

    async def search(text: str) -> AsyncGenerator[SearchHit | SearchProgress, None]:
        try:
            yield SearchHit(file="f.sqlite", thread="rome", checkpoint="rome1", step=0, path="city", excerpt="Oslo")
            yield SearchProgress(read=10, total=100, hits=1)
            await asyncio.Event().wait()
        finally:
            ended.set()

    put(recorded, "rome")
    recorded.search = search
    async with open_deck(recorded, graph="travel") as deck:
        await deck.press("F", "o", "s", "enter")
        await deck.until_shown("found in 1 thread so far, 10 B of 100 B read; Esc stops it")
        await deck.press("escape")
        await deck.until(ended.is_set)
        await deck.until_shown("before it was stopped")
        await deck.press("escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        await deck.press("F")
        await deck.until_shown("before it was stopped")
        await deck.press("enter")
        await deck.until_shown("city: Oslo")
        assert deck.look.old.checkpoint == "rome1"


async def test_an_answer_to_what_was_typed_before_is_not_shown_any_more(
    open_deck: Any, recorded: Any, put: Any, monkeypatch: Any
) -> None:
    put(recorded, "rome")
    plain, begun, cancelled = recorded.threads, asyncio.Event(), asyncio.Event()

    async def threads(*, query: str = "", **wanted: Any) -> ThreadPage:
        if query == "r":
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()
        page: ThreadPage = await plain(query=query, **wanted)
        return page if query != "ro" else ThreadPage(rows=())

    monkeypatch.setattr(recorded, "threads", threads)
    async with open_deck(recorded, pick=False, size=(80, 24)) as deck:
        await deck.press("6", "slash", "r")
        await deck.until(begun.is_set)
        await deck.until_shown("looking…")
        assert listed(deck) == ["rome"]
        await deck.press("o")
        await deck.until_shown("0 found")
        assert cancelled.is_set()
        assert "no thread is like that" in deck.text
        await deck.press("escape")
        await deck.until(lambda: listed(deck) == ["rome"])


async def test_a_list_has_columns_where_there_is_room_and_sizes_are_read_only_for_those(
    open_deck: Any, recorded: Any, put: Any
) -> None:
    put(recorded, "rome", tags=("vip",))
    async with open_deck(recorded, graph="travel", thread="rome", size=(190, 40)) as deck:
        await deck.until_shown("status      age  step  title")
        assert "text of rome #vip" in deck.text
        assert deck.app.deck.listing.with_sizes
        await deck.pilot.resize_terminal(120, 34)
        await deck.until(lambda: "age  step" not in deck.text)
        assert "done · step 1" in deck.text
        await deck.until(lambda: not deck.app.deck.listing.with_sizes)
        await deck.pilot.resize_terminal(80, 24)
        for key, are_read in (("6", True), ("2", False), ("6", True)):
            await deck.press(key)
            await deck.until(lambda are_read=are_read: deck.app.deck.listing.with_sizes == are_read)
