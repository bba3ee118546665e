"""Events of a run become tasks over time, and what models used."""

from collections.abc import Sequence
from typing import Any

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.timeline import RunTimeline, TaskBar, TimelineBuilder, run_timeline
from graphdeck.graphs.usage import NONE, Usage, only_usage, usage_by_node
from graphdeck.graphs.values import Json


def at(after: int, kind: type[Event], task: str = "", node: str = "", ns: tuple[str, ...] = (), **more: Any) -> Event:
    names: dict[str, Any] = {"task": task, "node": node} if task or node else {}
    time = f"2026-05-01T12:00:{after // 1000:02}.{after % 1000:03}000+00:00"
    return kind(time=time, run="r", ns=ns, **names, **more)


def begun(ms: int, task: str, ns: tuple[str, ...] = (), node: str = "") -> Event:
    return at(ms, events.NodeStarted, task, node or task, ns)


def done(ms: int, task: str, took: float, ns: tuple[str, ...] = ()) -> Event:
    return at(ms, events.NodeFinished, task, task, ns, ms=took)


START = at(0, events.RunStarted, thread="t", graph="g")


def over(ms: int) -> Event:
    return at(ms, events.RunEnded, status="done")


def only(found: Sequence[Event]) -> dict[str, TaskBar]:
    return {task.task: task for task in run_timeline(found).tasks}


def test_tasks_beside_each_other_have_lanes_and_wait_for_the_last_one() -> None:
    timeline = run_timeline(
        [
            START,
            begun(10, "a"), done(110, "a", 99.5),
            begun(120, "b"), begun(120, "c"), done(150, "b", 29.0), done(400, "c", 280.0),
            begun(410, "d"), done(500, "d", 90.0), over(520),
        ]
    )  # fmt: skip
    assert [(task.path, task.lane, task.start, task.end, task.until) for task in timeline.tasks] == [
        ("a", 0, 10.0, 109.5, 109.5),
        ("b", 0, 120.0, 149.0, 400.0),
        ("c", 1, 120.0, 400.0, 400.0),
        ("d", 0, 410.0, 500.0, 500.0),
    ]
    assert (timeline.lanes, timeline.total, timeline.retries) == (2, 520.0, 0)
    assert timeline.idle == pytest.approx(520 - 99.5 - 280 - 90)


def test_a_subgraph_is_below_the_task_that_ran_it_and_waits_with_its_question() -> None:
    inside = ("team:x",)
    timeline = run_timeline(
        [
            START, begun(5, "x", node="team"), begun(5, "y"), begun(6, "i", inside, "ask"),
            done(9, "y", 4.0), at(20, events.Interrupt, "i", "ask", inside, id="q", value=None), over(21),
        ]
    )  # fmt: skip
    assert [(task.path, task.depth, task.status, task.end) for task in timeline.tasks] == [
        ("team", 0, "waiting", 20.0),
        ("team:ask", 1, "waiting", 20.0),
        ("y", 0, "done", 9.0),
    ]
    assert timeline.lanes == 3


def test_attempts_failures_and_what_did_not_run_again() -> None:
    retry: dict[str, Any] = {"attempt": 1, "error": "E: once"}
    found = only(
        [
            START,
            at(1, events.NodeKept, "kept", "k"),
            at(1, events.NodeCached, "", "c"),
            begun(2, "a"), begun(2, "b"), begun(2, "c"), begun(2, "d"),
            at(5, events.NodeRetry, "a", "a", **retry), at(6, events.NodeRetry, "", "w", **retry),
            at(9, events.NodeFailed, "a", "a", error="E", message="twice", traceback=""),
            at(9, events.NodeStopped, "b", "b"), done(10, "d", 8.0),
            at(11, events.NodeFailed, "d", "d", error="TypeError", message="cannot be stored", traceback=""),
            over(12),
        ]
    )  # fmt: skip
    assert {name: (task.status, task.attempts, task.why) for name, task in found.items()} == {
        "kept": ("kept", 0, ""),
        "": ("cached", 0, ""),
        "a": ("failed", 2, "E: twice"),
        "b": ("stopped", 1, ""),
        "c": ("stopped", 1, ""),  # killed: nobody told of its end
        "d": ("failed", 1, "TypeError: cannot be stored"),
    }
    assert found["a"].retries == (5.0,)


def test_a_run_that_goes_on_and_one_without_times() -> None:
    running = only([START, begun(5, "a"), begun(5, "b"), done(8, "b", 3.0), begun(20, "c", ("sub:a",))])
    assert (running["a"].status, running["a"].end, running["b"].until) == ("running", None, None)
    assert run_timeline([]) == RunTimeline()
    [task] = run_timeline([events.NodeStarted(task="a", node="a", time="yesterday")]).tasks
    assert (task.start, task.end) == (0.0, None)


def test_a_run_is_told_of_while_it_goes_on_as_it_is_afterwards() -> None:
    inside, retry = ("team:x",), {"attempt": 1, "error": "E: once"}
    found = [
        START, begun(5, "x", node="team"), begun(6, "i", inside, "ask"), begun(7, "y"), done(9, "y", 1.5),
        begun(10, "j", inside, "more"), done(11, "i", 4.0, inside),
        at(12, events.NodeRetry, "j", "more", inside, **retry),
        done(20, "j", 10.0, inside), done(21, "x", 16.0), begun(30, "z"), done(31, "z", 1.0),
        at(31, events.NodeFailed, "z", "z", error="TypeError", message="cannot be stored", traceback=""),
        begun(40, "lost"), over(50),
    ]  # fmt: skip
    builder = TimelineBuilder()
    for count, event in enumerate(found, 1):
        builder.feed(event)
        assert builder.timeline() == run_timeline(found[:count]), found[count - 1]
    assert [task.path for task in builder.timeline().tasks] == ["team", "team:ask", "team:more", "y", "z", "lost"]


def test_bars_grow_while_no_event_comes_and_the_oldest_tasks_go() -> None:
    builder = TimelineBuilder(most=10)
    assert builder.timeline("2026-05-01T12:00:01+00:00") == RunTimeline()
    for event in (START, begun(100, "a"), begun(100, "b"), done(300, "b", 200.0)):
        builder.feed(event)
    later = builder.timeline("2026-05-01T12:00:01+00:00")
    assert (later.total, later.tasks[0].end, later.tasks[1].until, later.newest) == (1000.0, None, None, 1)
    assert builder.timeline("an hour later").total == builder.timeline("2026-05-01T11:00:00+00:00").total == 300.0
    for number in range(3_000):
        builder.feed(begun(400, f"n{number}"))
        builder.feed(done(400, f"n{number}", 0.0))
    kept = builder.timeline().tasks
    assert len(kept) < 1_100
    assert (kept[0].task, kept[-1].task) == ("a", "n2999"), "what runs stays"
    builder.feed(over(500))
    assert builder.timeline("2026-05-01T12:00:01+00:00").total == 500.0


# -- usage -----------------------------------------------------------------------------------------------------------


def message(identity: str, node: str, data: dict[str, Json], ns: tuple[str, ...] = ()) -> Event:
    return events.Message(task="t", node=node, ns=ns, role="ai", data={"type": "ai", "id": identity, **data})


def told(input_: int, output: int, **more: Json) -> dict[str, Json]:
    return {
        "usage_metadata": {"input_tokens": input_, "output_tokens": output, "total_tokens": input_ + output, **more}
    }


def test_usage_is_counted_once_per_message_and_by_node() -> None:
    found = [
        message("1", "plan", told(10, 5)),
        message("1", "plan", told(10, 5)),
        message("2", "write", told(1, 1, total_cost=0.5), ns=("team:x",)),
        message("3", "write", {**told(2, 2), "response_metadata": {"token_usage": {"cost": 0.25}}}, ns=("team:y",)),
        message("4", "free", {"response_metadata": {"cost": 1}}),
        message("5", "none", {"content": "says nothing", "usage_metadata": None, "response_metadata": {"cost": "a"}}),
    ]
    used = usage_by_node(found)
    assert used == {
        "plan": Usage(calls=1, input=10, output=5, total=15),
        "team:write": Usage(calls=2, input=3, output=3, total=6, cost=0.75),
        "free": Usage(calls=1, cost=1.0),
    }
    assert sum(used.values(), NONE) == Usage(calls=4, input=13, output=8, total=21, cost=1.75)
    kept = [events.Message(**{**vars(each), "data": only_usage(each.data)}) for each in found]  # type: ignore[attr-defined] # all are messages
    assert usage_by_node(kept) == used
    assert "content" not in only_usage({"content": "secret", "type": "ai"})
