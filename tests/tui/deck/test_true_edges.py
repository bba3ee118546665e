"""What nobody declared: edges, drawn as a run takes them, in subgraphs too; and graphs that were seen running.

Both are kept for the next start, and read from files.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.observed import observed_pairs
from graphdeck.tui.screens.look import Look
from graphdeck.tui.screens.saved_view import unread
from graphdeck.tui.widgets.graph_view import GraphView
from graphdeck.tui.widgets.run_state import RunView, fold
from told import RunGraph, WriteGraph

WAYS = """
import operator
from typing import Annotated, TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

class State(TypedDict, total=False):
    hops: Annotated[list[str], operator.add]

def pick(state):
    return Command(goto="look", update={"hops": ["pick"]})

def look(state):
    return Command(goto="pick" if state["hops"].count("pick") < 3 else END)

def triage(state):
    return {"hops": ["triage"]}

def mail(state):
    return Command(goto="team")

team = StateGraph(State).add_node(pick).add_node(look).add_edge(START, "pick").compile()
builder = StateGraph(State).add_node(triage).add_node(mail).add_node("team", team).add_edge(START, "triage")
builder.add_conditional_edges("triage", lambda state: "mail")
graph = builder.compile()
"""


def rows(view: GraphView) -> list[str]:
    """The rows of the drawing."""
    return [view.row(index, 60).plain.rstrip() for index in range(view.row_count())]


def kept(engine: LocalEngine, target: str) -> set[tuple[str, str]]:
    """The edges that the project keeps."""
    shape = engine.last_shape(target)
    return {*observed_pairs(shape)} if shape is not None else set()


async def test_edges_are_drawn_as_they_are_taken_and_at_the_next_start(
    open_deck: Any, engine: LocalEngine, write_graph: Callable[..., str], tmp_path: Path
) -> None:
    target = write_graph(WAYS, "ways.py")
    async with open_deck(engine, graph=target, size=(80, 24)) as deck:
        view = deck.app.deck.panes.graph.view
        await deck.until(lambda: deck.look.shape is not None)
        await deck.press("l", "l")
        assert not any("·" in row for row in rows(view))
        await deck.type('{"hops": []}')
        await deck.until(lambda: deck.look.status == "done" and deck.look.history)
        await deck.press("escape", "1")
        view.select("team")
        await deck.press("z")
        thread, live = deck.look.thread, rows(view)
        assert [row.split()[-1] for row in live if row.strip().startswith("·")] == ["·", "·"]
        (back,) = (row for row in live if "look" in row)
        assert "··╯" in back, "an edge back, inside the subgraph"
        await deck.until(lambda: ("team:look", "team:pick") in kept(engine, target))

    again = LocalEngine(tmp_path, pool=engine._pool)
    async with open_deck(again, graph=target, size=(80, 24)) as deck:
        view = deck.app.deck.panes.graph.view
        await deck.press("l", "l")
        view.select("team")
        await deck.press("z")
        known = [row.partition("  ×")[0].rstrip() for row in rows(view)]
        assert known == [row.partition("  ×")[0].rstrip().replace("●", "○") for row in live], "known before it runs"
        deck.app.deck.open_thread(thread)
        await deck.until(lambda: view.taken.times.get(("team:look", "team:pick")) == 2)
        await deck.until(lambda: "×3" in next(row for row in rows(view) if "pick" in row))  # as the file tells
        view.select("team:look")
        await deck.until_shown("ways.py:13  ·  to pick ×2, END ×1")
        early = deck.look.history[-2].checkpoint
        deck.app.deck.bridge.read_state(thread, early, file=deck.look.file)
        await deck.until(lambda: deck.look.old is not None)
        assert not view.taken.times, "as it was then: nothing had been taken"
        assert [row.partition("  ×")[0].rstrip()[3:] for row in rows(view)] == [row[3:] for row in known]


HIDDEN = """
import sys
from typing import TypedDict
from langgraph.graph import START, StateGraph

class State(TypedDict, total=False):
    n: int

def one(state): return {"n": 1}
def given(state): return getattr(sys.modules[__name__], "team").invoke(state)
def listed(state): return teams[0].invoke(state)

team = StateGraph(State).add_node(one).add_edge(START, "one").compile()
teams = [team]
graph = StateGraph(State).add_sequence([given, listed]).add_edge(START, "given").compile()
"""


async def test_graphs_that_langgraph_does_not_find_are_marked_with_the_reason_as_soon_as_they_are_known(
    open_deck: Any, engine: LocalEngine, write_graph: Callable[..., str], tmp_path: Path
) -> None:
    target = write_graph(HIDDEN, "hidden.py")

    def marked(view: GraphView) -> list[str]:
        return [row.split()[1] for row in rows(view) if "⊠" in row]

    async with open_deck(engine, graph=target, size=(120, 30)) as deck:
        view = deck.app.deck.panes.graph.view
        await deck.until(lambda: deck.look.shape is not None)
        await deck.press("l", "l")
        assert marked(view) == ["listed"]
        view.select("listed")
        await deck.until_shown("graph inside not found: in a list or dict")
        await deck.press("enter")
        await deck.until_shown("in a list or dict. Nothing in it can be drawn or stopped at")
        await deck.press("escape")
        await deck.type('{"n": 0}')
        await deck.until(lambda: deck.look.status == "done" and marked(view) == ["given", "listed"])
        await deck.press("escape", "1")
        view.select("given")
        await deck.press("z")
        await deck.until_shown("graph inside not found: only seen running")
        thread = deck.look.thread
        await deck.until(lambda: ("given", "given:__start__") in kept(engine, target))

    for keeps in (True, False):
        if not keeps:
            shutil.rmtree(tmp_path / ".graphdeck" / "edges")
        again = LocalEngine(tmp_path, pool=engine._pool)
        async with open_deck(again, graph=target, size=(120, 30)) as deck:
            await deck.until(lambda: deck.look.shape is not None)
            view = deck.app.deck.panes.graph.view
            await deck.press("l", "l")
            assert marked(view) == (["given", "listed"] if keeps else ["listed"])
            if not keeps:
                deck.app.deck.open_thread(thread)
                await deck.until(lambda view=view: marked(view) == ["given", "listed"])


TEAMS = """
from typing import TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send

class State(TypedDict, total=False):
    turns: int

def think(state): return {"turns": state.get("turns", 0) + 1}
def give(to):
    return lambda state: Command(goto=to if state["turns"] < 4 else END, graph=Command.PARENT, update=state)
def agent(to): return StateGraph(State).add_node(think).add_node("give", give(to)).add_edge(START, "think")
def spread(state): return [Send("part", state), Send("part", state), "beside"]

builder = StateGraph(State).add_node("ann", agent("bob").add_edge("think", "give").compile())
builder.add_node("bob", agent("ann").add_edge("think", "give").compile())
builder.add_node("part", lambda state: {}).add_node("beside", lambda state: {}).add_node("late", think, defer=True)
builder.add_conditional_edges(START, spread).add_edge(["part", "beside"], "late").add_edge("late", "ann")
graph = builder.compile()
"""


async def opened(engine: LocalEngine, target: str, unfolded: set[str]) -> Look:
    """The thread `t`, with the subgraphs of some nodes, as the file tells it."""
    history = await engine.history("t")
    inner = {ns: await engine.history("t", ns=ns) for ns in unread(history, {}, unfolded)}
    return Look(graph=target, thread="t", snapshot=await engine.state("t"), history=history, inner=inner)


def times(view: RunView) -> dict[str, int]:
    """How often each node ran."""
    return {path: node.times for path, node in view.nodes.items() if node.times}


async def test_a_run_and_its_file_tell_the_same_edges(
    engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_graph(TEAMS)

    async def saved() -> Look:
        return await opened(engine, target, {"ann", "bob"})

    live = fold(RunView(), await run_graph(target, input={"turns": 0}, recursion_limit=20))
    assert live.status == "done"
    assert live.taken.times["ann:think", "ann:give"] == 2
    assert live.taken.ended == {}, "of subgraphs that are over nothing is kept"
    assert live.taken.due.keys() == {()}
    first = await saved()
    assert (first.view.taken.times, first.view.taken.newest) == (live.taken.times, live.taken.newest)
    assert times(first.view) == times(live)
    for row in first.history[1::2]:
        branch = fold(first.view_from(row.checkpoint), await run_graph(target, checkpoint=row.checkpoint))
        view = (await saved()).view
        assert (view.taken.times, view.taken.newest) == (branch.taken.times, branch.taken.newest), row.next
        assert times(view) == times(branch)


ASKING = """
from typing import TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

class State(TypedDict, total=False):
    n: int

def twice(state): interrupt("one"); interrupt("two")
def beside(state): return {}
def fails(state):
    if not (HERE / "mended").exists():
        raise ValueError("not yet")
team = StateGraph(State).add_node(twice).add_edge(START, "twice").compile()
builder = StateGraph(State).add_node("team", team).add_node(twice).add_node(beside).add_node(fails)
builder.add_edge(START, "twice").add_edge(START, "beside").add_edge(START, "team").add_edge(["twice", "team"], "fails")
graph = builder.compile()
"""


async def test_a_task_that_goes_on_is_one_task_live_and_in_the_file(
    engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph, tmp_path: Path
) -> None:
    """After a question, an error, and where the file is opened again in the middle; not where an input begins anew."""
    target = write_graph(f"from pathlib import Path\nHERE = Path({str(tmp_path)!r})\n{ASKING}")
    live, reopened = RunView(), RunView()
    asked = {"team": 1, "team:twice": 1, "twice": 1, "beside": 1}
    steps: list[tuple[dict[str, Any], dict[str, int]]] = [
        ({"input": {"n": 1}}, asked),
        ({"input": {"n": 2}, "drop_question": True}, asked),
        ({}, asked),
        ({}, {**asked, "fails": 1}),
        ({}, {**asked, "fails": 1}),
    ]
    for number, (request, wanted) in enumerate(steps):
        if number >= 2:
            waiting = (await engine.state("t")).interrupts
            request = {"resume": {question.id: True for question in waiting}} if waiting else {}
        if number == len(steps) - 1:
            (tmp_path / "mended").touch()
        told = await run_graph(target, **request)
        live, reopened = fold(live, told), fold(reopened, told)
        saved = (await opened(engine, target, {"team"})).view
        assert times(live) == times(saved) == times(reopened) == wanted, number
        reopened = saved
    assert live.status == "done"
