"""The deck on the real engine: real workers, real checkpoint files, the bundled graphs, answers by key."""

from dataclasses import replace
from typing import Any

import pytest

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.tui import bridge
from graphdeck.tui.screens.approval import ApprovalScreen

BOOKING = "book Casa Verde for Kim from 2 May for 3 nights"


async def answer(deck: Any, key: str) -> None:
    """Wait for the dialog, and press a key in it as a person does: again where it came too soon to count."""
    await deck.until_shown("opens the question")
    deck.clock.move_on(2)
    await deck.until(lambda: isinstance(deck.app.screen, ApprovalScreen) and "leave waiting" in deck.text)
    dialog = deck.app.screen
    while deck.app.screen is dialog:
        deck.clock.move_on(2)
        await deck.press(key)


async def test_travel_waits_is_approved_by_key_and_books(open_deck: Any, engine: LocalEngine) -> None:
    async with open_deck(engine, graph="travel") as deck:
        await deck.until(lambda: deck.look.takes_text)
        await deck.type(BOOKING)
        await answer(deck, "a")
        await deck.until_shown("● done")
        assert "Booked Casa Verde for Kim" in deck.text
        nodes = deck.look.view.nodes
        assert (nodes["assistant"].times, nodes["assistant"].status, nodes["tools"].status) == (2, "done", "done")


async def test_a_question_left_waiting_is_answered_after_a_restart(
    open_deck: Any, engine: LocalEngine, pool: WorkerPool, tmp_path: Any
) -> None:
    async with open_deck(engine, graph="travel") as deck:
        await deck.until(lambda: deck.look.takes_text)
        await deck.type(BOOKING)
        await answer(deck, "escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
        thread = deck.look.thread
    later = LocalEngine(tmp_path, pool=pool)
    async with open_deck(later, graph="travel") as deck:
        await deck.until_shown(BOOKING[:15])
        await deck.press("t", "enter")
        await deck.until(lambda: deck.look.thread == thread)
        await answer(deck, "r")
        await deck.until_shown("● done")
        assert "Booked" not in deck.text
    await later.close()


async def test_report_stops_at_its_breakpoint_and_space_publishes(open_deck: Any, engine: LocalEngine) -> None:
    async with open_deck(engine, graph="report", size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.shape)
        await deck.type('{"title": "T", "cities": ["Rome"]}')
        await deck.until_shown("◉ breakpoint: before publish")
        await deck.press("escape", "space")
        await deck.until_shown("● done")
        await deck.until(lambda: deck.look.values.get("published"))


async def test_what_was_read_while_it_ran_is_not_taken_for_a_run_of_somebody_else(
    open_deck: Any, engine: LocalEngine
) -> None:
    async with open_deck(engine, graph="chain") as deck:
        await deck.until(lambda: deck.look.shape)
        await deck.type('{"topic": "graphs"}')
        await deck.until(lambda: deck.look.status == "done" and deck.look.snapshot.status == "done")
        while_it_ran = replace(deck.look.snapshot, status="running")
        assert not replace(deck.look, snapshot=while_it_ran).without_run("recursion_limit").elsewhere
        deck.app.deck.post_message(bridge.StateRead(while_it_ran, None, ran=True))
        await deck.until(lambda: True)
        assert deck.look.snapshot.status == "done"

        def is_told() -> bool:  # until it is read anew, as it is
            deck.app.deck.post_message(bridge.StateRead(while_it_ran, None))
            return "elsewhere" in deck.text

        await deck.until(is_told)


async def test_chain_runs_to_its_end(open_deck: Any, engine: LocalEngine) -> None:
    async with open_deck(engine, graph="chain") as deck:
        await deck.until(lambda: deck.look.shape)
        await deck.type('{"topic": "graphs"}')
        await deck.until(lambda: deck.look.status in ("done", "failed"))
        assert deck.look.status == "done", deck.text


async def test_a_node_that_never_ends_is_killed_and_the_thread_goes_on(
    open_deck: Any, engine: LocalEngine, write_graph: Any, tmp_path: Any
) -> None:
    target = write_graph(
        """
        import pathlib, threading
        from typing import TypedDict
        from langgraph.graph import StateGraph

        class State(TypedDict, total=False):
            n: int

        def work(state):
            if not pathlib.Path("free").exists():
                print("stuck", flush=True)
                threading.Event().wait()
            return {"n": 7}

        graph = StateGraph(State).add_node(work).set_entry_point("work").compile()
        """.replace('pathlib.Path("free")', f"pathlib.Path({str(tmp_path / 'free')!r})")
    )
    async with open_deck(engine, graph=target) as deck:
        await deck.until(lambda: deck.look.shape)
        await deck.type("{}")
        await deck.until(lambda: deck.look.live and deck.look.live.logged)
        await deck.press("ctrl+c", "ctrl+c")
        await deck.until_shown("■ stopped")
        await deck.until_shown("a node that cannot be cancelled runs to its end: Ctrl+C kills it")
        await deck.press("ctrl+c")
        await deck.until_shown("its nodes were cancelled  ·  next: work  ·  space goes on")
        (tmp_path / "free").touch()
        await deck.press("escape", "space")
        await deck.until_shown("● done")
        await deck.until(lambda: deck.look.values.get("n") == 7)


async def test_an_edited_source_is_run_and_drawn_anew(open_deck: Any, engine: LocalEngine, write_graph: Any) -> None:
    source = """
        from langgraph.graph import StateGraph
        graph = StateGraph(dict).add_node("NAME", lambda state: {"by": "NAME"}).set_entry_point("NAME").compile()
    """
    target = write_graph(source.replace("NAME", "first"))
    async with open_deck(engine, graph=target) as deck:
        await deck.until_shown("first")
        write_graph(source.replace("NAME", "second one"))
        await deck.type("{}")
        await deck.until_shown("second one")
        await deck.until_shown("● done")


@pytest.mark.parametrize("size", [(80, 24), (120, 34)])
async def test_input_that_does_not_fit_says_what_is_expected(
    open_deck: Any, engine: LocalEngine, size: tuple[int, int]
) -> None:
    async with open_deck(engine, graph="report", size=size) as deck:
        await deck.until(lambda: deck.look.shape)
        await deck.type('{"cities": 3}')
        await deck.until_shown("the input does not fit")
        await deck.until_shown("expected:")


async def test_hostile_names_and_values_change_nothing_on_the_screen(
    open_deck: Any, engine: LocalEngine, write_graph: Any
) -> None:
    target = write_graph(
        r"""
        from langgraph.graph import StateGraph
        BAD = "\x1b]0;owned\x07[bold]x[/] \u202e \ud800 " + "y" * 1_000_000
        def node(state):
            print("\x1b[31m[red]printed")
            return {"[b]key": BAD, (1, 2): {"big": 2**70, "nan": float("nan")}}
        graph = StateGraph(dict).add_node("[link]n\u202e", node).set_entry_point("[link]n\u202e").compile()
        """
    )
    async with open_deck(engine, graph=target) as deck:
        await deck.until_shown("[link]n")
        await deck.type("{}")
        await deck.until(lambda: deck.look.status in ("done", "failed") and not deck.look.runs)
        await deck.press("escape", "2", "down", "enter", "5")
        await deck.until_shown("[red]printed")
        assert "[bold]x[/]" in deck.text or deck.look.status == "failed"
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in deck.text.replace("\n", ""))
        assert "\u202e" not in deck.text


async def test_a_graph_that_refuses_saving_runs_and_says_what_that_means(
    open_deck: Any, engine: LocalEngine, write_graph: Any
) -> None:
    target = write_graph("""
        from typing import TypedDict
        from langgraph.graph import END, START, StateGraph
        from langgraph.types import interrupt

        class State(TypedDict, total=False):
            n: int

        builder = StateGraph(State)
        builder.add_node("gate", lambda state: {"n": interrupt("go on?")})
        builder.add_edge(START, "gate")
        builder.add_edge("gate", END)
        graph = builder.compile(checkpointer=False)
    """)
    async with open_deck(engine, graph=target) as deck:
        await deck.until_shown("this graph refuses saving (checkpointer=False): a pause cannot be continued")
        await deck.type('{"n": 1}')
        await deck.until_shown("◆ waits for you")
        assert "is empty" not in deck.text, "nothing was read of a thread that is saved nowhere"
        await deck.press("a")
        await deck.until_shown("the graph refuses saving, so its question cannot be answered")
        await deck.press("space")
        await deck.until_shown("the graph refuses saving: nothing to go on with")
        assert deck.look.values == {"n": 1}, "shown all the same: the events carry it"


async def test_intake_asks_back_and_is_confirmed_by_key(open_deck: Any, engine: LocalEngine) -> None:
    async with open_deck(engine, graph="intake") as deck:
        await deck.until(lambda: deck.look.shape)
        await deck.type('{"message": "My name is Kim Larsen, I am 34, and I live at 12 Harbour Street, Oslo"}')
        await answer(deck, "a")
        await deck.until_shown("● done")
        await deck.until(lambda: deck.look.values.get("age") == 34)
        assert deck.look.values["name"] == "Kim Larsen"
