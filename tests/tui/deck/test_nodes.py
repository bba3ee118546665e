"""The details of a node: how it was declared, its source, its edges, and its tasks with what they read and wrote."""

from typing import Any

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tui.screens.node import NodeScreen
from graphdeck.tui.widgets.task_list import TaskList

TEAM = '''
from typing import TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, RetryPolicy, Send

class State(TypedDict, total=False):
    topic: str
    note: str
    left: int

tried = []

def review(state):
    """Review it.

    Twice, where the first try fails.
    """
    tried.append(1)
    if len(tried) == 1:
        raise OSError("the line was busy")
    return {"note": state["topic"].upper()}

inner = StateGraph(State)
again = RetryPolicy(initial_interval=0.01, jitter=False, retry_on=OSError)
inner.add_node(review, retry_policy=again, metadata={"owner": "Kim"})
inner.add_edge(START, "review")

def spread(state):
    return Command(goto=[Send("part", {"left": number}) for number in range(3)])

def part(state):
    if state["left"] == 1:
        raise ValueError("one is missing")
    return {"note": "p"}

outer = StateGraph(State).add_node("team", inner.compile()).add_node(spread).add_node(part)
graph = outer.add_edge(START, "team").add_edge("team", "spread").compile()
'''


async def node(deck: Any, path: str) -> None:
    """Open the details of a node with Enter in the drawing."""
    deck.app.deck.panes.graph.view.select(path)
    await deck.press("enter")
    await deck.until(lambda: isinstance(deck.app.screen, NodeScreen))


async def test_the_details_of_nodes_in_the_graph_and_in_a_subgraph(
    open_deck: Any, engine: LocalEngine, write_graph: Any, tmp_path: Any, monkeypatch: Any
) -> None:
    target = write_graph(TEAM)
    async with open_deck(engine, graph=target, size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.shape)
        await deck.type('{"topic": "tea"}')
        await deck.until(lambda: deck.look.status == "failed" and len(deck.look.history) >= 3)
        await deck.press("escape", "1")
        deck.app.deck.panes.graph.view.select("team")
        await deck.press("z")
        await node(deck, "team:review")
        await deck.until_shown("2 attempts")
        await deck.until_shown('→ {"note": "TEA"}')
        lines = (tmp_path / "agent.py").read_text().splitlines()
        start = lines.index("def review(state):") + 1
        for told in (
            "Twice, where the first try fails.",
            "3 attempts in all, 0.01 s before the second",
            "on OSError",
            "owner = Kim",
            "reads       topic, note, left",
            "taken ×1",
            "from        START",
            f"{start} │ def review(state):",
            "2 attempts",
        ):
            assert told in deck.text or told in deck.app.screen.text, told
        await deck.press("t", "enter")
        await deck.until_shown('"note": "TEA"')
        assert '"topic": "tea"' in deck.text  # what it was given
        await deck.press("escape", "escape")

        await node(deck, "spread")
        await deck.until_shown("targets unknown: add a path map or a Literal return type")
        assert "part" in deck.app.screen.text  # an observed edge
        await deck.press("escape")
        await node(deck, "part")
        await deck.until_shown("Tasks  3 known, ")
        assert deck.text.count("Send") == 3
        await deck.until(lambda: all(f'{{"left": {number}}}' in deck.text for number in range(3)))
        tasks = deck.app.screen.query_one(TaskList)
        failed = next(task for task, _ in deck.app.screen._shown[0] if task.state == "failed")
        assert "one is missing" in deck.text
        tasks.move_to([task.id for task, _ in deck.app.screen._shown[0]].index(failed.id))
        await deck.press("v")
        await deck.until_shown("in part")  # its traceback
        assert '"left": 1' in deck.app.screen.text
        await deck.press("escape")

        opened = tmp_path / "opened"
        (tmp_path / "editor").write_text(f'#!/bin/sh\necho "$@" > {opened}\n')
        (tmp_path / "editor").chmod(0o755)
        monkeypatch.setenv("VISUAL", str(tmp_path / "editor"))
        await deck.press("e")
        await deck.until_shown("an editor cannot be opened in this terminal")


POLICIES = """
import operator
from typing import Annotated, TypedDict
from langgraph.cache.memory import InMemoryCache
from langgraph.graph import START, StateGraph
from langgraph.types import CachePolicy, RetryPolicy, TimeoutPolicy

class State(TypedDict, total=False):
    log: Annotated[list, operator.add]

class Narrow(TypedDict):
    log: list

tried = []

def look_up(state: Narrow): return {"log": ["found"]}

async def flaky(state):
    tried.append(1)
    if len(tried) == 1:
        raise OSError("the line was busy")
    return {"log": ["said"]}

def late(state): return {"log": ["late"]}
def mend(state): return {}

builder = StateGraph(State)
builder.add_node(look_up, cache_policy=CachePolicy(key_func=lambda *_: "one", ttl=60))
builder.add_node(flaky, retry_policy=RetryPolicy(initial_interval=0.01, retry_on=OSError), error_handler=mend,
                 timeout=TimeoutPolicy(run_timeout=30), metadata={"owner": "Kim"})
builder.add_node(late, defer=True)
builder.add_node("check", lambda state: {})  # a router's choice would be kept with the result
builder.add_edge(START, "look_up").add_edge("look_up", "check")
builder.add_conditional_edges("check", lambda state: "flaky" if state["log"][1:] else "look_up", ["look_up", "flaky"])
builder.add_edge("flaky", "late")
graph = builder.compile(cache=InMemoryCache(), interrupt_before=["late"])
"""


async def test_cached_and_retried_nodes_and_all_that_a_node_was_declared_with(
    open_deck: Any, engine: LocalEngine, write_graph: Any
) -> None:
    target = write_graph(POLICIES)
    async with open_deck(engine, graph=target, size=(150, 40)) as deck:
        await deck.until(lambda: deck.look.shape)
        await deck.type("{}")
        await deck.until(lambda: deck.look.status == "breakpoint" and len(deck.look.history) >= 4)
        await deck.press("escape", "1")
        view = deck.look.view.nodes
        assert (view["look_up"].status, view["look_up"].times) == ("cached", 2)
        assert (view["flaky"].status, view["flaky"].retries) == ("done", 1)
        assert "◇ look_up" in deck.text
        assert "1 again" in next(line for line in deck.text.splitlines() if " flaky " in line)
        for path, told in {
            "look_up": ("cache       results are kept for 60 s", "reads       log  (Narrow)"),
            "flaky": ("retry       3 attempts", "timeout     30 s", "on error    ", "metadata    owner = Kim"),
            "late": ("defer       waits until", "breakpoint  stops before it (in the code)"),
        }.items():
            await node(deck, path)
            for words in told:
                assert words in deck.app.screen.text, words
            await deck.press("escape")
        await node(deck, "look_up")
        await deck.until_shown("Tasks  2 known")
        assert [task.state for task, _ in deck.app.screen._shown[0]] == ["cached", "done"]
        await deck.until(lambda: deck.text.count('→ {"log": ["found"]}') == 2)
        await deck.press("t", "down", "o")  # the checkpoint that the first of them began at
        await deck.until(lambda: deck.look.old is not None and deck.look.old.step == 0)
        assert deck.app.screen is deck.app.deck
        await deck.press("1")
        await node(deck, "look_up")
        await deck.until_shown("Tasks  1 known")  # the other one came later
