"""Projects of users: packages named like graphdeck's own, langgraph.json, foreign types, two terminals at once."""

import asyncio
import json
from pathlib import Path

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from told import RunGraph, WriteGraph, ended


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


AGENT = """
import os
from typing import Annotated, Any, TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt
from tools.search import search
from tui.words import polite
from shared_by_all import SHARED

class S(TypedDict, total=False):
    found: Any
    answer: str

def look(state): return {"found": search(polite("rome"))}
def ask(state): return {"answer": f"{interrupt('book?')} {SHARED} {os.environ['GREETING']} {os.environ['CITY']}"}

builder = StateGraph(S)
builder.add_node("look", look)
builder.add_node("ask", ask)
builder.add_edge(START, "look")
builder.add_edge("look", "ask")
graph = builder.compile()
"""


async def test_a_project_with_its_own_tools_graphs_and_tui(
    engine: LocalEngine, run_graph: RunGraph, tmp_path: Path
) -> None:
    config = {"graphs": {"trip": "./graphs/agent.py:graph"}, "dependencies": [".", "./libs"], "env": ".env"}
    write(
        tmp_path,
        {
            "langgraph.json": json.dumps(config),
            ".env": "GREETING='good day'\nCITY=Rome # a comment\n",
            "libs/shared_by_all.py": "SHARED = 'shared'\n",
            "tools/__init__.py": "",
            "tools/search.py": "import dataclasses\n@dataclasses.dataclass\nclass Hit:\n    name: str\n"
            "def search(text): return [Hit(text)]\n",
            "tui/__init__.py": "",
            "tui/words.py": "def polite(text): return text.title()\n",
            "graphs/__init__.py": "",
            "graphs/agent.py": AGENT,
        },
    )
    assert next(graph.title for graph in await engine.graphs()) == "trip"
    shape = await engine.describe("trip")
    assert [node.id for node in shape.nodes] == ["__start__", "look", "ask", "__end__"]
    found = await run_graph("trip", input={})
    [question] = [event for event in found if isinstance(event, events.Interrupt)]
    assert [Path(frame.file).relative_to(tmp_path).as_posix() for frame in question.frames] == ["graphs/agent.py"]
    assert ended(await run_graph("trip", resume={question.id: "yes"})).status == "done"
    assert not [event for event in found if isinstance(event, events.TypeBlocked)]
    values = (await engine.state("t")).values
    assert values["answer"] == "yes shared good day Rome"
    assert values["found"] == [{"$type": "tools.search.Hit", "value": {"name": "Rome"}}]


FOREIGN = """
    sys.path.append(str(HERE.parent / f"{HERE.name}-library"))
    import foreign
    def make(state): return {"any": [foreign.Box(1), foreign.Box(2)]}
    def ask(state): return {"log": [interrupt("?"), type(state["any"][0]).__name__]}
"""
OWN_FILE = """
    import sqlite3
    from langgraph.checkpoint.sqlite import SqliteSaver
    HERE.joinpath("data").mkdir(exist_ok=True)
    connection = sqlite3.connect(HERE / "data" / "own.sqlite", check_same_thread=False)
    graph = chain(make, ask, checkpointer=SqliteSaver(connection))
"""


@pytest.mark.parametrize("saves", ["    graph = chain(make, ask)\n", OWN_FILE], ids=["default file", "own file"])
async def test_a_foreign_type_is_named_once_and_built_when_it_is_trusted(
    write_nodes: WriteGraph, run_graph: RunGraph, tmp_path: Path, saves: str
) -> None:
    library = tmp_path.parent / f"{tmp_path.name}-library"
    write(library, {"foreign.py": "import dataclasses\n@dataclasses.dataclass\nclass Box:\n    n: int\n"})
    graph = write_nodes(FOREIGN + saves)

    async def answered(thread: str, *, trust: bool) -> list[Event]:
        found = await run_graph(graph, thread=thread, input={})
        [question] = [event for event in found if isinstance(event, events.Interrupt)]
        return await run_graph(graph, thread=thread, resume={question.id: "!"}, trust=trust)

    def outcome(found: list[Event]) -> tuple[list[str], str]:
        blocked = [event.type for event in found if isinstance(event, events.TypeBlocked)]
        return blocked, ended(found).status

    assert outcome(await answered("a", trust=False)) == (["foreign.Box"], "done")
    assert outcome(await answered("b", trust=True)) == ([], "done")
    assert outcome(await answered("c", trust=False)) == ([], "done")


async def test_two_terminals_name_threads_at_once(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path, pool: WorkerPool
) -> None:
    graph = write_nodes("def one(state): return {'n': 1}\ngraph = chain(one)\n")
    threads = [f"t{number}" for number in range(6)]
    for thread in threads:
        await run_graph(graph, thread=thread, input={})
    terminals = [LocalEngine(tmp_path, pool=pool) for _ in threads]
    await asyncio.gather(*(each.rename(name, name.upper()) for each, name in zip(terminals, threads, strict=True)))
    rows = (await engine.threads()).rows
    assert sorted(row.title for row in rows) == [thread.upper() for thread in threads]
    for terminal in terminals:
        await terminal.close()


async def test_what_is_kept_of_a_pause_goes_with_it(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    graph = write_nodes("def ask(state): return {'log': [interrupt('?')]}\ngraph = chain(ask)\n")
    pauses = tmp_path / ".graphdeck" / "pauses"
    for thread in ("answered", "deleted", "kept"):
        found = await run_graph(graph, thread=thread, input={})
        [question] = [event for event in found if isinstance(event, events.Interrupt)]
        if thread == "answered":
            await run_graph(graph, thread=thread, resume={question.id: 1})
    assert len(list(pauses.iterdir())) == 2
    await engine.delete(["deleted"])
    assert len(list(pauses.iterdir())) == 1
    [pending] = (await engine.state("kept")).interrupts
    assert [frame.function for frame in pending.frames] == ["ask"]
    assert not list((tmp_path / ".graphdeck" / "leases").iterdir())
