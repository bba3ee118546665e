"""`graphdeck draw` of a functional graph: the tree of its tasks, by its code and by its newest run on record."""

import json
from collections.abc import Awaitable, Callable

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.tui.plain.draw import Wanted, draw
from graphdeck.tui.plain.draw_tasks import OF_CODE, OF_RUN

ESSAY = """
from langgraph.func import entrypoint, task
from langgraph.types import interrupt

@task
def once(n): return n

@task
def nested(n): return once(n).result()

@task
def ask(text): return interrupt(text)

@entrypoint()
def graph(n: int):
    [part.result() for part in [once(number) for number in range(n)]]
    return nested(1).result(), ask("?").result()
"""


async def test_the_tasks_that_ran_take_the_place_of_those_in_the_code(
    engine: LocalEngine,
    write_graph: Callable[..., str],
    run_graph: Callable[..., Awaitable[list[Event]]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    target = write_graph(ESSAY)
    assert await draw(engine, target, Wanted()) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == ["graph", "  once", "  nested", "  ask"]
    assert OF_CODE in printed.err
    found = await run_graph(target, input=4)
    [question] = [event for event in found if isinstance(event, events.Interrupt)]
    await run_graph(target, resume={question.id: "yes"})  # runs none of the others again
    assert await draw(engine, target, Wanted(ascii_only=True)) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == ["graph", "  once x4", "  nested", "    once", "  ask"]
    assert OF_RUN in printed.err
    assert await draw(engine, target, Wanted(form="json")) == 0
    drawn = json.loads(capsys.readouterr().out)
    assert drawn["tasks"] == ["once", "nested", "ask"]
    assert [node["id"] for node in drawn["nodes"]] == ["__start__", "graph", "__end__"]
