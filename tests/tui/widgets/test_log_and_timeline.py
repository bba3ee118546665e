"""Log and timeline: rows, staying at the end, choosing a checkpoint."""

import dataclasses
from collections.abc import Callable
from typing import Any, TypeAlias

from textual.widget import Widget

from graphdeck.graphs.records import CheckpointRow
from graphdeck.tui.clock import StoppedClock, time_of_day
from graphdeck.tui.widgets.log_lines import LogLine
from graphdeck.tui.widgets.log_view import LogView
from graphdeck.tui.widgets.timeline import Timeline

Lines: TypeAlias = Callable[[Widget], list[str]]
NewApp: TypeAlias = Callable[..., Any]

TIME = "2026-05-04T12:03:11+00:00"


def printed(*texts: str) -> list[LogLine]:
    return [LogLine(kind="stdout", text=text, node="tools", time=TIME) for text in texts]


async def test_log_lines_name_their_node_and_kind(harness: NewApp, lines: Lines) -> None:
    view = LogView()
    async with harness(view).run_test(size=(70, 6)):
        assert lines(view)[0] == " nothing printed, nothing failed"
        view.show([*printed("a\tb \x1b[2J"), LogLine(kind="error", text="ValueError: no", node="team:desk")], 2)
        assert lines(view)[:2] == [
            f" {time_of_day(TIME)} tools                    a    b ⟨U+001B⟩[2J",
            "          team:desk        failed  ValueError: no",
        ]
        assert view.selected_text == "ValueError: no"


async def test_a_traceback_has_the_whole_width(harness: NewApp, lines: Lines) -> None:
    view = LogView()
    place = '  File "/home/kim/project/agents/travel.py", line 44, in crash'
    async with harness(view).run_test(size=(74, 6)):
        view.show([LogLine(kind="trace", text=place, node="team:desk", time=TIME)], 1)
        assert lines(view)[0] == f"{' ' * 10}{place}"


async def test_the_log_follows_until_a_person_goes_up(harness: NewApp, lines: Lines) -> None:
    view = LogView()
    texts = [f"line {n}" for n in range(50)]
    async with harness(view).run_test(size=(70, 6)) as pilot:
        view.show(printed(*texts[:20]), 20)
        await pilot.pause()
        assert lines(view)[-1].endswith("line 19")
        view.focus()
        await pilot.press("up", "up")
        assert view.selected_text == "line 17"
        view.show(printed(*texts[5:30]), 30)
        await pilot.pause()
        assert view.selected_text == "line 17"
        await pilot.press("end")
        view.show(printed(*texts[5:50]), 50)
        await pilot.pause()
        assert lines(view)[-1].endswith("line 49")


ROWS = [
    CheckpointRow(checkpoint="c3", parent="c2", step=3, source="loop", time=TIME, next=(), changed=("messages",)),
    CheckpointRow(
        checkpoint="c2", parent="c1", step=2, source="fork", time=TIME, next=("w", "w", "__start__"), changed=()
    ),
    CheckpointRow(checkpoint="c1", parent=None, step=-1, source="input", time=TIME, next=None, changed=("a", "b\x1b")),
]


async def test_checkpoints_say_where_they_go_and_what_changed(harness: NewApp, lines: Lines) -> None:
    view = Timeline(clock=StoppedClock())
    async with harness(view).run_test(size=(70, 6)):
        view.show(ROWS)
        assert lines(view)[:4] == [
            "›●   3  loop   → END                        messages               1m",
            " ◦   2  fork   → w ×2, START                                       1m",
            " ◦  -1  input  → ?                          a, b⟨U+001B⟩           1m",
            "",
        ]
        view.current = "c2"
        assert [line[0] for line in lines(view)[:3]] == [" ", "›", " "]


async def test_a_checkpoint_is_chosen_by_enter_or_click(harness: NewApp) -> None:
    view = Timeline(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(size=(70, 6), message_hook=app.hear) as pilot:
        view.show(ROWS)
        view.focus()
        await pilot.press("down", "enter")
        await pilot.click(Timeline, offset=(5, 0))
        await pilot.pause()
        chosen = [(message.row.checkpoint, message.newest) for message in app.heard(Timeline.CheckpointSelected)]
        assert chosen == [("c2", False), ("c3", True)]


async def test_new_checkpoints_keep_the_cursor_where_a_person_put_it(harness: NewApp) -> None:
    view = Timeline(clock=StoppedClock())
    newer = dataclasses.replace(ROWS[0], checkpoint="c4", step=4)
    async with harness(view).run_test(size=(70, 6)) as pilot:
        view.show(ROWS)
        view.show([newer, *ROWS])
        assert view.selected_text == "c4"  # nobody had moved: it stays on the newest
        view.focus()
        await pilot.press("down")
        view.show([dataclasses.replace(newer, checkpoint="c5"), newer, *ROWS])
        assert view.selected_text == "c3"
