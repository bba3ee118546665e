"""The timeline as a tree: branches in lanes, what ran and failed, subgraphs folded under their step."""

import dataclasses
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from textual.widget import Widget

from graphdeck.graphs.branches import grown, tree
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.tasks import RanTask
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.step_lines import step_lines
from graphdeck.tui.widgets.timeline import Timeline
from graphdeck.tui.widgets.timeline_rows import HistoryRows

Lines: TypeAlias = Callable[[Widget], list[str]]
NewApp: TypeAlias = Callable[..., Any]

DESK = "desk:t3"


def row(id_: str, parent: str | None, step: int, *after: str, **fields: Any) -> CheckpointRow:
    return CheckpointRow(
        **{"checkpoint": id_, "parent": parent, "step": step, "source": "loop", "time": "2026-05-04T12:03:11+00:00",
           "next": after, "changed": ("n",), **fields}
    )  # fmt: skip


FAILED = (
    RanTask(id="t5", node="flaky", error="KeyError('x')", finished=False),
    *(RanTask(id=f"c{n}", node="other", error="CancelledError()", finished=False) for n in range(119)),
    RanTask(id="t6", node="good", wrote=("a",)),
)
ROWS = [
    row(
        "c5",
        "c4",
        2,
        "flaky",
        "other",
        "good",
        made_by=(RanTask(id="t4", node="plan", routed=("flaky",)),),
        after=FAILED,
    ),
    row("c4", "c1", 1, "plan", source="fork"),
    row("c3", "c2", 2, made_by=(RanTask(id="t3", node="desk", wrote=("n",), inner=(DESK,)),)),
    row("c2", "c1", 1, "desk", made_by=(RanTask(id="t2", node="plan"),)),
    row("c1", None, 0, "plan", made_by=(RanTask(id="t1", node="__start__", wrote=("n",)),)),
]
INNER = [dataclasses.replace(ROWS[2], checkpoint="i2", step=1, ns=DESK, made_by=(RanTask(id="x", node="look"),))]


@pytest.fixture
def timeline() -> Timeline:
    """A timeline with two branches."""
    view = Timeline(clock=StoppedClock())
    view.show(ROWS)
    return view


async def test_branches_failures_and_folds(harness: NewApp, lines: Lines, timeline: Timeline) -> None:
    app = harness(timeline)
    async with app.run_test(size=(76, 9), message_hook=app.hear) as pilot:
        assert lines(timeline)[:6] == [
            "›✗     2  loop   plan → flaky, other, good    ✗ flaky: KeyError('x')     1m",
            " ◦     1  fork   → plan                       n                          1m",
            " │ ●   2  loop   desk → END                   n                          1m",
            " │   ▸ inside desk",
            " ├─◦   1  loop   plan → desk                  n                          1m",
            " ◦     0  loop   START → plan                 n                          1m",
        ]
        timeline.focus()
        await pilot.press("down", "down", "right")
        assert timeline.highlighted is None
        assert "reads …" in lines(timeline)[3]
        assert [message.ns for message in app.heard(Timeline.InnerWanted)] == [DESK]
        timeline.show_inner({DESK: INNER})
        assert lines(timeline)[4] == " │     ●   1  loop   look → END                   n                      1m"
        await pilot.press("down")
        assert timeline.selected_text == "i2"
        await pilot.press("left")
        assert "▸ inside desk" in lines(timeline)[3]
        timeline.marked = "c3"
        assert lines(timeline)[2][0] == "•"


async def test_older_pages_are_asked_for_near_the_end(harness: NewApp) -> None:
    view = Timeline(clock=StoppedClock())
    app = harness(view)
    rows = [row(f"c{n:04}", f"c{n - 1:04}", n, "a") for n in range(2_000, 0, -1)]
    async with app.run_test(size=(76, 9), message_hook=app.hear) as pilot:
        view.show(rows[:100], more=True)
        view.focus()
        await pilot.press("down")
        assert not app.heard(Timeline.MoreWanted)
        await pilot.press("end")
        assert len(app.heard(Timeline.MoreWanted)) == 1
        view.show(rows, more=False)
        assert view.selected_text == "c1901"
        await pilot.press("end")
        assert view.selected_text == "c0001"


async def test_a_checkpoint_that_cannot_be_read_says_so(harness: NewApp, lines: Lines) -> None:
    view = Timeline(clock=StoppedClock())
    broken = row("c2", "c1", 1, time="", changed=(), error="its msgpack ends \x1b[2J early")
    async with harness(view).run_test(size=(76, 4)):
        view.show([broken, row("c1", None, 0, "a")])
        assert lines(view)[0].startswith("›●   1  loop   → END")
        assert "✗ its msgpack ends ⟨U+001B…" in lines(view)[0]
    assert "cannot be read: its msgpack ends ⟨U+001B⟩[2J early" in next(iter(step_lines(broken))).text


def test_a_step_tells_what_ran_failed_and_was_cancelled() -> None:
    assert [line.text for line in step_lines(ROWS[0])] == [
        "● plan wrote nothing  ·  led to flaky",
        "✗ flaky failed: KeyError('x')",
        "■ 119 other tasks were cancelled",
        "◦ good wrote a, and is not run again",
    ]
    fan = tuple(RanTask(id=str(n), node="worker", wrote=("n",)) for n in range(500))
    waits = (RanTask(id="q", node="ask", waits=True, finished=False),)
    assert [line.text for line in step_lines(row("c", None, 1, made_by=fan, after=waits))] == [
        "● worker ×500 wrote n",
        "◆ ask waits for an answer",
    ]


def test_of_a_long_history_only_the_rows_of_what_is_new_are_made_anew() -> None:
    plain = [row(f"p{step:03}", f"p{step - 1:03}", step) for step in range(300, 0, -1)]
    made, known = HistoryRows(), tree(plain[2:])
    before = made.of(plain[2:], known.lines, (), {})
    now = grown(known, plain)
    assert now is not None
    after = made.of(plain, now.lines, (), {})
    assert list(after) == list(HistoryRows().of(plain, now.lines, (), {}))
    assert [one is other for one, other in zip(after[2:], before, strict=True)] == [False, *[True] * 297]
    lines = tree(ROWS).lines
    folded = made.of(ROWS, lines, (), {})
    opened = made.of(ROWS, lines, {("c3", DESK)}, {DESK: INNER})
    assert list(opened) == list(HistoryRows().of(ROWS, lines, {("c3", DESK)}, {DESK: INNER}))
    assert len(opened) > len(folded)
    assert list(made.of(ROWS, lines, (), {})) == list(folded)


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (1, "a task of flow returned, and is not run again"),
        (3, "3 tasks of flow returned, and are not run again"),
    ],
)
def test_tasks_that_a_node_called_are_counted_in_words(count: int, said: str) -> None:
    called = [RanTask(id=f"c{number}", node="flow", path="~__pregel_push, flow") for number in range(count)]
    waits = row("c1", None, -1, after=(RanTask(id="t", node="flow", waits=True, finished=False), *called))
    assert said in [line.text.split(" ", 1)[1] for line in step_lines(waits)]
