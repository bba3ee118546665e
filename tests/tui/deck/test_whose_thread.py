"""A thread that another program has made: a person names its graph once, before the deck does anything with it."""

import asyncio
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Command

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.home import default_file
from graphdeck.graphs.local.names import names_of
from graphdeck.tui.screens.approval import ApprovalScreen
from graphdeck.tui.screens.end_thread import EndScreen
from graphdeck.tui.screens.fork import ForkScreen
from graphdeck.tui.screens.inbox import InboxScreen
from graphdeck.tui.screens.new_message import NewMessageScreen
from graphdeck.tui.screens.picker import PickerScreen

COUNTS = """
    from typing import TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class State(TypedDict, total=False):
        n: int

    def count(state):
        return {"n": int(interrupt("how many?"))}

    graph = StateGraph(State).add_node(count).add_edge(START, "count").compile()
"""


@pytest.fixture
def foreign(write_graph: Any, tmp_path: Path) -> Callable[..., Path]:
    """Make threads that wait, as a program does that knows nothing of graphdeck; gives their file."""
    write_graph(COUNTS)
    graph = runpy.run_path(str(tmp_path / "agent.py"))["graph"]
    file = default_file(tmp_path)
    file.parent.mkdir(parents=True)

    def make(*threads: str, answer: str = "") -> Path:
        with SqliteSaver.from_conn_string(str(file)) as saver:
            for thread in threads:
                config: RunnableConfig = {"configurable": {"thread_id": thread}}
                graph.copy(update={"checkpointer": saver}).invoke({}, config)
                if answer:
                    with pytest.raises(ValueError, match="invalid literal"):
                        graph.copy(update={"checkpointer": saver}).invoke(Command(resume=answer), config)
        return file

    return make


async def go_to(deck: Any, thread: str) -> None:
    """Look at a thread while another graph than its own is open; its dialog is left."""
    row = next(row for row in deck.app.deck._threads.rows if row.thread == thread)
    deck.app.deck.open_thread(thread, row)
    await deck.until(lambda: deck.look.snapshot is not None and deck.look.snapshot.thread == thread)
    deck.app.deck.asks = False


async def name_its_graph(deck: Any) -> None:
    """Choose the graph that it belongs to."""
    await deck.until(lambda: isinstance(deck.app.screen, PickerScreen))
    await deck.until_shown("Which graph does this thread belong to?")
    await deck.until_shown("agent.py:graph")
    deck.app.screen.query_one("GraphList").go_to("agent.py:graph")
    await deck.press("enter")


async def test_before_an_answer_and_before_new_input_and_only_once(
    open_deck: Any, engine: LocalEngine, foreign: Any
) -> None:
    file = foreign("t")
    async with open_deck(engine, graph="report") as deck:
        await deck.until(lambda: deck.app.deck._threads.rows)
        await go_to(deck, "t")
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen) and "how many?" in deck.text)
        assert "report" not in deck.text, "nobody knows that it asks"
        await deck.press("escape")
        await deck.type("{}")
        await deck.until(lambda: isinstance(deck.app.screen, PickerScreen))
        await deck.press("escape")
        await deck.until_shown("nothing was done: its graph is not known")
        assert names_of(file) == {}
        await deck.press("enter")
        await name_its_graph(deck)
        await deck.until(lambda: isinstance(deck.app.screen, NewMessageScreen))
        assert names_of(file)["t"].graph == "agent.py:graph"
        deck.clock.move_on(2)
        await deck.press("d")
        await deck.until(lambda: not deck.look.runs and deck.look.questions)
        assert deck.look.graph == "agent.py:graph"
        assert [(each.act, each.outcome, each.by) for each in await engine.decisions()] == [("drop", "applied", "key")]


async def test_the_graph_that_is_open_is_not_named_as_the_asker_when_it_is_loaded_late(
    open_deck: Any, engine: LocalEngine, foreign: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign("t")
    is_read, describe = asyncio.Event(), engine.describe

    async def describe_late(graph: str) -> Any:
        await is_read.wait()
        return await describe(graph)

    monkeypatch.setattr(engine, "describe", describe_late)
    async with open_deck(engine, graph="report") as deck:
        await deck.until(lambda: deck.app.deck._threads.rows)
        await go_to(deck, "t")
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen) and "how many?" in deck.text)
        is_read.set()
        await deck.until(lambda: deck.look.shape)
        assert "report" not in deck.text


async def test_before_an_answer_is_sent_or_a_thread_ended_or_one_taken_back(
    open_deck: Any, engine: LocalEngine, foreign: Any
) -> None:
    foreign("answered", "ended", "inbox")
    foreign("failed", answer="many")
    async with open_deck(engine, graph="report") as deck:
        await deck.until(lambda: len(deck.app.deck._threads.rows) == 4)
        await go_to(deck, "answered")
        await deck.press("a")
        await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen) and "how many?" in deck.text)
        deck.clock.move_on(2)
        await deck.press("a")
        await name_its_graph(deck)
        await deck.until(lambda: deck.look.status == "done")
        assert (await engine.state("answered")).values == {"n": 1}

        deck.app.deck.open_graph("report")
        await go_to(deck, "ended")
        await deck.press("E")
        await deck.until(lambda: isinstance(deck.app.screen, EndScreen))
        deck.clock.move_on(2)
        await deck.press("y")
        await name_its_graph(deck)
        await deck.until_shown("the thread is ended")

        deck.app.deck.open_graph("report")
        await go_to(deck, "failed")
        await deck.press("u")
        await name_its_graph(deck)
        await deck.until_shown("the answer is taken back")
        deck.app.deck.asks = False

        await deck.press("I")
        await deck.until(lambda: isinstance(deck.app.screen, InboxScreen) and "2 wait for you" in deck.text)
        await deck.until(lambda: deck.app.screen.listing.highlighted.row.thread in ("failed", "inbox"))
        deck.app.screen.listing.move_to(
            next(index for index, item in enumerate(deck.app.screen.listing.items) if item.row.thread == "inbox")
        )
        await deck.press("E")
        await deck.until(lambda: isinstance(deck.app.screen, EndScreen))
        deck.clock.move_on(2)
        await deck.press("y")
        await name_its_graph(deck)
        await deck.until_shown("1 waits for you")
    found = [(each.thread, each.act, each.outcome, each.graph) for each in reversed(await engine.decisions())]
    target = "agent.py:graph"
    assert found == [
        ("answered", "", "applied", target),
        ("ended", "end", "applied", target),
        ("failed", "repair", "applied", target),
        ("inbox", "end", "applied", target),
    ]


async def test_where_no_graph_is_open_before_a_fork(
    open_deck: Any, engine: LocalEngine, foreign: Callable[..., Path]
) -> None:
    foreign("a", answer="no number")
    async with open_deck(engine, thread="a", pick=False) as deck:
        await deck.until_shown("no graph")
        await deck.until(lambda: deck.look.snapshot)
        await deck.press("f")
        await name_its_graph(deck)
        await deck.until(lambda: isinstance(deck.app.screen, ForkScreen))
        assert (deck.look.thread, deck.look.graph) == ("a", "agent.py:graph")
