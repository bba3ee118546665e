"""The tasks of a step in little memory: to whoever looks at them they are the same."""

import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from graphdeck.graphs.ran_tasks import RanTasks, alike, ids_of, subgraphs_of
from graphdeck.graphs.saved.remembered import Remembered
from graphdeck.graphs.tasks import RanTask

MANY = 500


def part(number: int, **more: Any) -> RanTask:
    """A task of a fan-out, each of its strings its own, as they come from a file."""
    wrote, routed = "".join(["do", "ne"]), "".join(["spr", "ead"])
    return RanTask(id=f"{number:036}", node="".join(["pa", "rt"]), wrote=(wrote,), routed=(routed,), **more)


@pytest.mark.parametrize(
    "more",
    [
        lambda number: {},
        lambda number: {"inner": (f"part:{number}", f"part:{number}|1")},
        lambda number: {"inner": ("part",)} if number % 3 else {},
        lambda number: {"path": f"~{number}", "finished": bool(number % 2)},
        lambda number: {"error": f"Error({number})", "waits": number % 5 == 0, "finished": False},
    ],
)
def test_they_are_the_tasks_that_they_were_made_of(more: Callable[[int], dict[str, Any]]) -> None:
    told = tuple(part(number, **more(number)) for number in range(MANY))
    tasks = RanTasks(told)
    assert tasks == told
    assert told == tasks
    assert hash(tasks) == hash(told)
    assert (len(tasks), tasks[0], tasks[-1], tasks[3:7]) == (MANY, told[0], told[-1], told[3:7])
    assert list(ids_of(tasks)) == [task.id for task in told]
    assert list(subgraphs_of(tasks)) == list(subgraphs_of(told))
    assert alike(tasks) == alike(told)
    assert sum(times for _, times in alike(tasks)) == MANY
    assert RanTasks(task for task in tasks if task.finished) == tuple(task for task in told if task.finished)


def test_none_and_ids_of_any_length() -> None:
    assert not RanTasks()
    assert RanTasks() == ()
    told = (RanTask(id="", node="a"), RanTask(id="long", node="b"), RanTask(id="\ud800", node="a"))
    assert RanTasks(told) == told
    assert [(kind.task.node, kind.times) for kind in alike(told)] == [("a", 2), ("b", 1)]


def test_hundreds_of_tasks_take_little_memory() -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        tasks = RanTasks(part(number) for number in range(MANY))
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert len(tasks) == MANY
    assert grown < 50 * MANY, "as records they would take a kilobyte each"


def test_what_somebody_asks_for_again_and_again_is_remembered_and_no_more_than_there_is_room_for() -> None:
    facts = Remembered(100)
    facts.put("asked for", "known")
    for number in range(1000):
        facts.put(number, "fact", weight=10)
        assert facts.get("asked for") == "known"
    assert sum(facts.get(number) is not None for number in range(1000)) <= 20
    assert facts.get(999) == "fact"
    assert facts.get(0, "gone") == "gone"
