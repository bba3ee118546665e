"""The task tree of a functional graph in the deck: live, waiting, after a restart, and of a thread without records."""

import shutil
from pathlib import Path
from typing import Any

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tui.screens.node import NodeScreen

ESSAY = '''
from langgraph.cache.memory import InMemoryCache
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import CachePolicy, RetryPolicy, interrupt

tried = []

@task(retry_policy=RetryPolicy(initial_interval=0.01, jitter=False, retry_on=OSError))
def flaky(n: int):
    """Fail once."""
    tried.append(n)
    if len(tried) == 1:
        raise OSError("the line was busy")
    return n + 1

@task
def once(n): return n * n

@task
def nested(n): return once(n).result()

@task(cache_policy=CachePolicy())
def look_up(word): return word.upper()

@task
def ask(draft): return interrupt({"draft": draft})

def work(state): return {"n": 1}
inner = StateGraph(dict).add_node(work).add_edge(START, "work").compile()

@entrypoint(cache=InMemoryCache())
def essay(topic: str):
    """Write an essay."""
    first = flaky(1).result() + nested(3).result()
    words = [look_up(topic).result(), look_up(topic).result()]
    parts = [once(n) for n in range(5)]
    inner.invoke({"n": 3})
    return ask(words[0]).result(), first, [part.result() for part in parts]

graph = essay
'''


RAN = [
    "◆ essay",
    "  ● flaky",
    "  ● nested",
    "    ● once",
    "  ● look_up",
    "  ◇ look_up",
    "  ● once ×5 ▸",
    "  ● work",
    "  ◆ ask",
]


def rows(deck: Any) -> list[str]:
    """The rows of the task tree."""
    tree = deck.app.deck.panes.graph.task_tree
    return [tree.row(index, 80).plain[1:] for index in range(tree.row_count())] if tree is not None else []


def signs(deck: Any) -> list[str]:
    """Sign, name and number of each row, with its indent."""
    found = []
    for row in rows(deck):
        text = row.lstrip()
        found.append(" " * (len(row) - len(text)) + text.partition("  ")[0])
    return found


async def asking(deck: Any) -> None:
    """Leave the question that opens by itself, and go to the graph."""
    await deck.until(lambda: deck.look.status == "waiting" and deck.look.questions)
    if deck.app.screen is not deck.app.deck:
        await deck.press("escape")
    await deck.press("1")


async def test_the_task_tree_of_a_functional_graph(
    open_deck: Any, engine: LocalEngine, write_graph: Any, tmp_path: Path
) -> None:
    target = write_graph(ESSAY)
    async with open_deck(engine, graph=target, size=(80, 24)) as deck:
        await deck.until(lambda: deck.look.shape)
        await deck.until(lambda: len(rows(deck)) == 6)
        assert signs(deck) == ["○ essay", *[f"  ○ {name}" for name in ("flaky", "once", "nested", "look_up", "ask")]]
        assert "Write an essay." in deck.text
        await deck.type('"tea"')
        await deck.until(lambda: signs(deck) == RAN)
        await asking(deck)
        assert "2 attempts  1" in rows(deck)[1]  # what it was given stands at the end
        assert rows(deck)[5].endswith('cached  "tea"')
        assert rows(deck)[8].endswith('waits for you  "TEA"')
        tree = deck.app.deck.panes.graph.task_tree
        assert tree.selected.name == "ask"  # it is followed
        await deck.press("home", *["down"] * 6, "enter")
        assert signs(deck)[6:9] == ["  ● once ×5 ▾", "    ● once", "    ● once"]
        await deck.press("enter", "home", "down", "enter")
        await deck.until(lambda: isinstance(deck.app.screen, NodeScreen))
        for told in ("a task of the functional API", "Fail once.", "on OSError", "return n + 1"):
            assert told in deck.app.screen.text, told
        await deck.until_shown("1  → 2")
        await deck.press("v")
        await deck.until_shown('"wrote": 2')
        assert '"input": 1' in deck.text
        thread = deck.look.thread
        await deck.press("escape", "escape", "6")
    async with open_deck(engine, graph=target, thread=thread, size=(80, 24)) as deck:
        await asking(deck)
        await deck.until(lambda: signs(deck) == RAN)  # with what is on record: attempts, the cache, the subgraph
        await deck.until(lambda: "2 attempts" in rows(deck)[1])
    shutil.rmtree(tmp_path / ".graphdeck" / "runs")
    async with open_deck(engine, graph=target, thread=thread, size=(80, 24)) as deck:
        await asking(deck)
        bare = [row.replace("◇", "●") for row in (*RAN[:-2], RAN[-1], RAN[-2])]  # what any program's rows tell
        await deck.until(lambda: signs(deck) == bare)
        await deck.press("end", "enter")
        await deck.until(lambda: isinstance(deck.app.screen, NodeScreen))
        assert deck.app.screen.seen.path == "essay:work"
        await deck.until_shown('→ {"n": 1}')
        await deck.press("escape")
        await deck.press("a")
        await deck.until(lambda: deck.app.screen is not deck.app.deck)
        deck.clock.move_on(2)
        await deck.press("a")
        await deck.until(lambda: deck.look.status == "done" and signs(deck)[0] == "● essay")
        assert "◦ flaky" in signs(deck)[1]
        assert "  ● ask" in signs(deck)
        pane = deck.app.deck.panes.graph
        assert pane.main is pane.task_tree
        deck.app.deck.open_graph(write_graph("graph = inner", "drawn.py"))
        await deck.until(lambda: pane.trouble.display)
        deck.app.deck.open_graph(write_graph(ESSAY + "\ngraph = inner\n", "drawn.py"))
        await deck.until(lambda: pane.view.display and pane.view.drawing and "work" in pane.view.drawing.rects)
        assert pane.main is pane.view
        assert not pane.task_tree.display


TURNS = """
from langgraph.func import entrypoint, task

@task
def odd(n): return n

@task
def even(n): return n

@entrypoint()
def graph(n: int): return (odd if n % 2 else even)(n).result()
"""


async def test_an_older_checkpoint_shows_the_tasks_of_its_own_turn(
    open_deck: Any, engine: LocalEngine, write_graph: Any, run_graph: Any
) -> None:
    target = write_graph(TURNS)
    for number in (1, 2):
        await run_graph(target, "t", input=number)
    async with open_deck(engine, graph=target, thread="t", size=(80, 24)) as deck:
        await deck.until(lambda: signs(deck) == ["● graph", "  ● even"])
        await deck.press("4", "down", "down", "enter")
        await deck.until(lambda: deck.look.old is not None and deck.look.old.step == 0)
        await deck.until(lambda: signs(deck) == ["● graph", "  ● odd"])
        await deck.press("escape")
        await deck.until(lambda: signs(deck) == ["● graph", "  ● even"])
