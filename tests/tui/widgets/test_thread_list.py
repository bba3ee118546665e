"""The threads: what a row says, filter, choice, paging."""

import dataclasses
from collections.abc import Callable
from typing import Any, TypeAlias

from textual.content import Content
from textual.events import Paste
from textual.widget import Widget

from graphdeck.graphs.records import ThreadRow, ThreadStatus
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.widgets.thread_list import ThreadList, ThreadPane

Lines: TypeAlias = Callable[[Widget], list[str]]
NewApp: TypeAlias = Callable[..., Any]


def thread(identity: str, status: ThreadStatus = "done", title: str = "", **more: str) -> ThreadRow:
    row = ThreadRow(thread=identity, status=status, file="f", title=title, updated="2026-05-04T12:02:11+00:00")
    return dataclasses.replace(row, **more)  # type: ignore[arg-type] # text fields only


ROWS = [
    thread("t1", "waiting", "Rome in May"),
    thread("t2", "done", first_text="a hotel\nin Oslo"),
    thread("t3\u202e", "failed"),
    thread("t4", "running", "nightly", holder="pid 4711"),
    thread("t5", "stopped", error="truncated"),
]


async def test_rows_say_state_title_and_age(harness: NewApp, lines: Lines) -> None:
    view = ThreadList(clock=StoppedClock())
    async with harness(view).run_test(size=(30, 10)):
        view.show(ROWS)
        view.current = "t1"
        assert lines(view)[:6] == [
            "›◆ Rome in May             2m",
            " ● a hotel⏎in Oslo         2m",
            " ✗ t3⟨U+202E⟩              2m",
            " ◐ nightly (pid 4711)      2m",
            " ■ t5: truncated           2m",
            "",
        ]


async def test_narrow_rows_are_cut(harness: NewApp, lines: Lines) -> None:
    view = ThreadList(clock=StoppedClock())
    async with harness(view).run_test(size=(16, 10)):
        view.show([thread("x", title="日本語日本語日本語")])
        assert lines(view)[0] == " ● 日本語…   2m"


async def test_enter_and_click_choose(harness: NewApp) -> None:
    view = ThreadList(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(message_hook=app.hear) as pilot:
        view.show(ROWS)
        view.focus()
        await pilot.press("down", "enter")
        await pilot.click(ThreadList, offset=(5, 3))
        await pilot.pause()
        assert [message.row.thread for message in app.heard(ThreadList.ThreadSelected)] == ["t2", "t4"]
        assert view.selected_text == "t4"


async def test_the_filter_works_as_it_is_typed_and_esc_takes_it_away(harness: NewApp) -> None:
    pane = ThreadPane(clock=StoppedClock())
    app = harness(pane)
    async with app.run_test() as pilot:
        pane.list.show(ROWS)
        pane.filter.focus()
        await pilot.press("o", "s", "l")
        assert pane.list.row_count() == 1
        assert pane.list.selected_text == "t2"
        await pilot.press("enter")
        assert app.focused is pane.list
        assert pane.list.row_count() == 1
        pane.filter.focus()
        await pilot.press("escape")
        assert app.focused is pane.list
        assert pane.list.row_count() == len(ROWS)


async def test_a_pasted_filter_carries_no_controls(harness: NewApp) -> None:
    pane = ThreadPane(clock=StoppedClock())
    app = harness(pane)
    async with app.run_test() as pilot:
        pane.filter.focus()
        app.post_message(Paste("Ro\x1b[mme\nOslo"))
        await pilot.pause()
        assert pane.list.search == "Ro[mme"


async def test_the_filter_finds_state_and_says_when_nothing_matches(harness: NewApp, lines: Lines) -> None:
    view = ThreadList(clock=StoppedClock())
    async with harness(view).run_test(size=(30, 10)):
        view.show(ROWS)
        view.search = "WAITING"
        assert view.row_count() == 1
        view.search = "no such thing"
        assert lines(view)[0] == " no thread matches"


async def test_the_cursor_stays_on_its_thread_when_new_ones_come(harness: NewApp) -> None:
    view = ThreadList(clock=StoppedClock())
    async with harness(view).run_test() as pilot:
        view.show(ROWS)
        view.focus()
        await pilot.press("down", "down")
        view.show([thread("new"), *ROWS])
        assert view.highlighted is not None
        assert view.highlighted.thread == "t3\u202e"


async def test_more_is_asked_for_once_near_the_end(harness: NewApp) -> None:
    view = ThreadList(clock=StoppedClock())
    app = harness(view)
    async with app.run_test(size=(30, 10), message_hook=app.hear) as pilot:
        view.show([thread(f"t{n}") for n in range(100)], more=True)
        view.focus()
        await pilot.pause()
        assert app.heard(ThreadList.MoreWanted) == []
        await pilot.press("end", "home", "end")
        await pilot.pause()
        assert len(app.heard(ThreadList.MoreWanted)) == 1
        view.show([thread(f"t{n}") for n in range(120)], more=False)
        await pilot.press("end")
        await pilot.pause()
        assert len(app.heard(ThreadList.MoreWanted)) == 1


async def test_thousands_of_threads_paint_only_what_is_seen(harness: NewApp) -> None:
    painted = []

    class Counting(ThreadList):
        def row(self, index: int, width: int) -> Content:
            painted.append(index)
            return super().row(index, width)

    view = Counting(clock=StoppedClock())
    async with harness(view).run_test(size=(30, 10)) as pilot:
        view.show([thread(f"t{n}") for n in range(20_000)])
        view.focus()
        await pilot.press("end")
        await pilot.pause()
    assert 19_999 in painted
    assert len(set(painted)) < 100
