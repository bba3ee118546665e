"""The inbox under real keys: real files, real workers, and another program that writes the file."""

import asyncio
import getpass
import sys
import textwrap
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.names import names_of
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.named import Named
from graphdeck.graphs.records import RunRequest
from graphdeck.tui.bridge import Failed, ThreadActed
from graphdeck.tui.screens.inbox import InboxScreen

GATE = """
    from typing import Any, TypedDict
    from langgraph.graph import END, START, StateGraph
    from langgraph.types import interrupt

    class State(TypedDict, total=False):
        ask: str
        said: Any

    def gate(state):
        said = interrupt(state["ask"])
        if state["ask"] == "twice":
            said = [said, interrupt("again?")]
        if state["ask"] == "fail":
            raise ValueError("no luck")
        return {"said": said}

    builder = StateGraph(State)
    builder.add_node("gate", gate)
    builder.add_edge(START, "gate")
    builder.add_edge("gate", END)
    graph = builder.compile()
"""
PAIR = GATE.replace(
    'builder.add_edge(START, "gate")',
    """builder.add_node("lock", lambda state: {} if interrupt("lock it?") else {})
    builder.add_edge(START, "gate").add_edge(START, "lock")""",
)
SERVICE = """
    import sys
    from langgraph.checkpoint.sqlite import SqliteSaver
    from agent import builder

    with SqliteSaver.from_conn_string(sys.argv[1]) as saver:
        graph = builder.compile(checkpointer=saver)
        graph.invoke({"ask": sys.argv[3]}, {"configurable": {"thread_id": sys.argv[2]}})
"""


@pytest.fixture
def ask(write_graph: Any, run_graph: Any) -> Any:
    """Makes a thread wait for the answer to a question; gives the target."""
    target = write_graph(GATE)

    async def run(thread: str, question: str = "") -> str:
        await run_graph(target, thread, input={"ask": question or f"may {thread}?"})
        return str(target)

    return run


@pytest.fixture
def service(write_graph: Any, tmp_path: Path) -> Any:
    """Another program, which writes a checkpoint file with plain LangGraph; gives the file."""
    write_graph(GATE)
    script, file = tmp_path / "service.py", tmp_path / "service.sqlite"
    script.write_text(textwrap.dedent(SERVICE))

    async def run(thread: str, question: str) -> Path:
        started = await asyncio.create_subprocess_exec(sys.executable, script, file, thread, question, cwd=tmp_path)
        assert await started.wait() == 0
        return file

    return run


async def enter(deck: Any) -> InboxScreen:
    """Open the inbox, and wait until it has read what waits."""
    await deck.press("I")
    await deck.until(lambda: isinstance(deck.app.screen, InboxScreen) and deck.app.screen.is_attached)
    screen: InboxScreen = deck.app.screen
    await deck.until(lambda: screen.rows.page.rows or "nothing waits" in deck.text)
    return screen


async def asked(deck: Any, text: str) -> None:
    """Wait until a question is on the screen and the keys are its own, and let a moment pass."""
    await deck.until(lambda: text in deck.text and deck.app.screen.panel.has_focus_within)
    deck.clock.move_on(2)


async def said(engine: LocalEngine, thread: str) -> Any:
    return (await engine.state(thread)).values.get("said")


async def test_what_was_decided_of_several_is_there_again_when_the_person_comes_back(
    open_deck: Any, engine: LocalEngine, ask: Any, write_graph: Any, run_graph: Any
) -> None:
    await run_graph(write_graph(PAIR, "pair.py"), "pair", input={"ask": "open it?"})
    await ask("one")
    async with open_deck(engine, pick=False) as deck:
        screen = await enter(deck)
        await deck.until_shown("2 wait for you")
        await deck.press("down", "enter")
        await asked(deck, "action 1 of 2")
        await deck.press("a")
        await asked(deck, "action 2 of 2")
        await deck.press("escape", "up")
        await deck.until(lambda: "may one?" in deck.text and "action 2 of 2" not in deck.text)
        await deck.press("down", "enter")
        await asked(deck, "action 2 of 2")
        assert "answers yes (true)" in deck.text
        await deck.press("a")
        deck.clock.move_on(2)
        await deck.press("s")
        await deck.until(lambda: not screen.rows.own and "pair" not in deck.text)
    assert await said(engine, "pair") is True


async def test_several_are_answered_in_a_row_and_none_is_lost(open_deck: Any, engine: LocalEngine, ask: Any) -> None:
    for thread in ("one", "two", "three"):
        await ask(thread)
    async with open_deck(engine, pick=False) as deck:
        screen = await enter(deck)
        await deck.until_shown("3 wait for you")
        await deck.press("enter")
        for thread, key in (("three", "a"), ("two", "r"), ("one", "a")):
            await asked(deck, f"may {thread}?")
            await deck.press(key)
        await deck.until_shown("Nothing waits for you.")
        assert screen.rows.items() == []
        assert [await said(engine, thread) for thread in ("one", "two", "three")] == [True, False, True]
        await deck.press("escape", "escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)


async def test_one_that_asks_again_comes_back(open_deck: Any, engine: LocalEngine, ask: Any) -> None:
    await ask("t", "twice")
    async with open_deck(engine, pick=False, size=(80, 24)) as deck:
        await enter(deck)
        await deck.until_shown("1 waits for you")
        assert "approve" not in deck.text, "a narrow terminal shows the list alone"
        await deck.press("enter")
        await asked(deck, "twice")
        await deck.press("a")
        await deck.until_shown("again?")
        await deck.press("enter")
        await asked(deck, "again?")
        await deck.press("a")
        await deck.until_shown("Nothing waits")
        assert await said(engine, "t") == [True, True]


async def test_a_key_that_came_too_soon_does_not_decide(open_deck: Any, engine: LocalEngine, ask: Any) -> None:
    await ask("t")
    async with open_deck(engine, pick=False) as deck:
        screen = await enter(deck)
        await deck.until(lambda: screen.panel.display)
        deck.clock.move_on(2)
        await deck.press("a")  # the list has the focus
        await deck.press("enter", "a")  # the key that chose it was a moment ago
        await deck.until_shown("too soon")
        assert screen.rows.running == ()
        await deck.press("escape")
        assert (await engine.state("t")).status == "waiting"


async def test_a_run_that_fails_says_why_and_is_looked_at_in_the_deck(
    open_deck: Any, engine: LocalEngine, ask: Any
) -> None:
    await ask("t", "fail")
    async with open_deck(engine, pick=False) as deck:
        screen = await enter(deck)
        await deck.press("enter")
        await asked(deck, "fail")
        await deck.press("a")
        await deck.until_shown("d looks at it in the deck")
        assert "✗ gate" in deck.text
        assert "no luck" in deck.text
        assert screen.rows.running == ()
        await deck.press("d")
        await deck.until(lambda: deck.app.screen is deck.app.deck and deck.look.thread == "t")


async def test_a_breakpoint_goes_on_by_space(open_deck: Any, engine: LocalEngine, run_graph: Any) -> None:
    await run_graph("report", "q3", input={"title": "Q3", "cities": ["Rome"]})
    async with open_deck(engine, pick=False) as deck:
        await enter(deck)
        await deck.until_shown("Nothing to answer: space goes on.")
        await deck.press("space")
        await deck.until_shown("Nothing waits for you.")
        assert (await engine.state("q3")).status == "done"


async def test_filter_and_order(open_deck: Any, engine: LocalEngine, ask: Any) -> None:
    for thread in ("rome", "oslo", "rome again"):
        await ask(thread)
    async with open_deck(engine, pick=False) as deck:
        screen = await enter(deck)

        def shown() -> list[str]:
            return [item.row.thread for item in screen.listing.items]

        await deck.until(lambda: shown() == ["rome again", "oslo", "rome"])
        await deck.press("down", "o")
        await deck.until(lambda: shown() == ["rome", "oslo", "rome again"])
        assert screen.listing.highlighted
        assert screen.listing.highlighted.row.thread == "oslo"
        await deck.press("slash", *"rome", "enter")
        await deck.until(lambda: shown() == ["rome", "rome again"])
        await deck.until_shown("may rome?")


async def test_a_services_questions_come_by_themselves_and_are_answered(
    open_deck: Any, pool: WorkerPool, tmp_path: Path, service: Any
) -> None:
    file = await service("first", "may first?")
    engine = LocalEngine(tmp_path, [file], pool=pool)
    async with open_deck(engine, pick=False) as deck:
        screen = await enter(deck)
        await deck.until_shown("may first?")
        await service("second", "may second?")
        await deck.until_shown("2 wait for you")
        assert screen.listing.highlighted
        assert screen.listing.highlighted.row.thread == "first"
        await deck.press("enter")
        await asked(deck, "may first?")
        await deck.press("a")
        await deck.until_shown("Which graph does this thread belong to?")
        await deck.until_shown("agent.py:graph")
        assert all(text in deck.text for text in ("thread  first", "service.sqlite", "state   ask"))
        await deck.press("enter")
        await asked(deck, "may second?")
        await deck.press("escape")  # the second one is left waiting
        await deck.until(lambda: not screen.rows.running and screen.rows.total == 1)
        assert await said(engine, "first") is True
        assert names_of(file) == {"first": Named(graph="agent.py:graph")}
    await engine.close()


async def test_what_is_answered_elsewhere_leaves_the_screen_and_is_told(
    open_deck: Any, engine: LocalEngine, pool: WorkerPool, tmp_path: Path, ask: Any
) -> None:
    for thread in ("other", "mine"):
        target = await ask(thread)
    async with open_deck(engine, pick=False) as deck:
        screen = await enter(deck)
        await deck.press("enter")
        await asked(deck, "may mine?")
        elsewhere = LocalEngine(tmp_path, pool=pool)
        (question,) = (await elsewhere.state("mine")).interrupts
        run = await elsewhere.run(RunRequest(graph=target, thread="mine", resume={question.id: "no"}))
        assert [event async for event in run.events()]
        await deck.until_shown("Answered elsewhere: may mine?")
        await deck.until_shown(f"By {getpass.getuser()}@")
        await deck.press("a")
        assert screen.rows.running == (), "the next question was not on the screen"
        await deck.press("enter")
        await asked(deck, "may other?")
        await elsewhere.close()


async def test_one_id_in_two_files_is_two_threads(
    open_deck: Any, pool: WorkerPool, tmp_path: Path, write_graph: Any
) -> None:
    target = write_graph(GATE)
    files = [tmp_path / "a.sqlite", tmp_path / "b.sqlite"]
    engine = LocalEngine(tmp_path, files, pool=pool)
    for file in files:
        request = RunRequest(graph=target, thread="t", input={"ask": f"in {file.stem}?"}, has_input=True)
        run = await engine.run(replace(request, file=str(file)))
        assert [event async for event in run.events()]
    async with open_deck(engine, pick=False) as deck:
        screen = await enter(deck)
        await deck.press("enter")
        await asked(deck, "in b?")
        await engine.end("t", graph=target, file=str(files[1]))  # from elsewhere
        deck.app.screen.post_message(ThreadActed("t", str(files[0]), "end"))  # told of the other one
        deck.app.screen.post_message(Failed("run", "t", GraphdeckError("no luck"), str(files[0])))
        await deck.until_shown("Answered elsewhere")
        assert "1 waits for you" in deck.text
        await deck.press("enter")
        await asked(deck, "in a?")
        await deck.press("a")
        await deck.until_shown("Nothing waits for you.")
        assert not screen.earlier
    said = [(await engine.state("t", file=str(file))).values.get("said") for file in files]
    assert said == [True, None]
    await engine.close()


async def test_nothing_waits(open_deck: Any, engine: LocalEngine) -> None:
    async with open_deck(engine, pick=False, size=(60, 20)) as deck:
        await enter(deck)
        await deck.until_shown("nothing waits for you")
        await deck.press("enter", "space", "d", "escape")
        await deck.until(lambda: deck.app.screen is deck.app.deck)
