"""The threads: what a row says, filter, choice, paging."""

import dataclasses
from collections.abc import Callable
from typing import Any, TypeAlias

from textual.content import Content
from textual.events import Paste
from textual.widget import Widget
from textual.widgets import Static

from graphdeck.graphs.records import ThreadRow, ThreadStatus
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.thread_terms import HELP
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
        view.current = ThreadKey("f", "t1")
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


async def test_a_wide_list_has_columns_and_a_narrow_one_tells_of_its_cursor(harness: NewApp, lines: Lines) -> None:
    pane = ThreadPane(clock=StoppedClock())
    known = dataclasses.replace(ROWS[0], step=7, size=31_000, tags=("vip", "spring\u202e"), graph="travel")
    async with harness(pane).run_test(size=(80, 12)) as pilot:
        pane.list.focus()
        pane.show([known, *ROWS[1:]])
        await pilot.pause()
        assert lines(pane.list)[0] == (
            " ◆ waiting      2m     7  Rome in May #vip #spring⟨U+20… travel           31 kB"
        )
        pane.list.turn_mark()
        assert lines(pane.list)[0].startswith("+◆ waiting")
        await pilot.pause()
        assert lines(pane.query_one("#columns"))[0].split() == ["status", "age", "step", "title", "graph", "size"]
        assert lines(pane.query_one("#details")) == ["t2"]
        assert lines(pane.query_one("#told")) == ["1 marked"]
        await pilot.resize_terminal(40, 12)
        pane.list.action_edge(-1)
        await pilot.pause()
        assert lines(pane.query_one("#details")) == ["waiting · step 7 · 31 kB", "travel · #vip #spring⟨U+202E⟩"]
        assert not pane.query_one("#columns").display


async def test_rows_of_several_files_name_theirs(harness: NewApp, lines: Lines) -> None:
    pane = ThreadPane(clock=StoppedClock())
    twins = [thread("t1", title="a long trip to Rome in May", file=f"/home/me/trips/{name}.sqlite") for name in "ab"]
    async with harness(pane).run_test(size=(40, 12)) as pilot:
        pane.show(twins)
        await pilot.pause()
        assert lines(pane.list)[:2] == [
            " ● a long trip to Rome in… a.sqlite  2m",
            " ● a long trip to Rome in… b.sqlite  2m",
        ]
        assert lines(pane.query_one("#details"))[1] == "in trips/a.sqlite"
        await pilot.resize_terminal(80, 12)
        await pilot.pause()
        assert "  a long trip to Rome … a.sqlite" in lines(pane.list)[0]
        assert lines(pane.query_one("#details")) == ["t1 · in trips/a.sqlite"]
        pane.show(twins[:1])
        await pilot.pause()
        assert ".sqlite" not in lines(pane.list)[0] + lines(pane.query_one("#details"))[0]


async def test_what_is_typed_is_told_at_each_key_and_esc_takes_it_away(harness: NewApp, lines: Lines) -> None:
    pane = ThreadPane(clock=StoppedClock())
    app = harness(pane)
    async with app.run_test(message_hook=app.hear) as pilot:
        pane.show(ROWS)
        pane.filter.focus()
        await pilot.pause()
        assert lines(pane.query_one("#told")) == [HELP]
        await pilot.press("o", "s", "enter")
        assert app.focused is pane.list
        pane.filter.focus()
        app.post_message(Paste("Ro\x1b[mme\nOslo"))
        await pilot.press("escape")
        assert app.focused is pane.list
        await pilot.pause()
        assert [message.text for message in app.heard(ThreadPane.Typed)] == ["o", "os", "osRo[mme", ""]


async def test_marks_stay_with_their_threads_whatever_is_listed(harness: NewApp) -> None:
    view = ThreadList(clock=StoppedClock())
    async with harness(view).run_test():
        view.show(ROWS)
        view.turn_mark()
        view.turn_mark()
        view.turn_mark()
        view.move_to(1)
        view.turn_mark()
        view.show([dataclasses.replace(ROWS[0], title="Rome in June"), thread("t1", file="other")])
        assert [row.title or row.thread for row in view.chosen_threads] == ["Rome in June", "t3\u202e"]
        view.turn_all_marks()
        assert len(view.chosen_threads) == 3
        view.turn_all_marks()
        assert [row.file for row in view.chosen_threads] == ["other"], "none is marked: it is the one of the cursor"


async def test_the_cursor_stays_on_its_thread_when_new_ones_come(harness: NewApp) -> None:
    view = ThreadList(clock=StoppedClock())
    async with harness(view).run_test() as pilot:
        view.show(ROWS)
        view.focus()
        await pilot.press("down", "down")
        view.show([thread("new"), *ROWS])
        assert view.highlighted is not None
        assert view.highlighted.thread == "t3\u202e"
        old = [thread(f"o{n}") for n in range(60)]
        view.show([*ROWS, *old])
        view.action_edge(1)
        await pilot.pause()
        place = view.cursor - view.scroll_offset.y
        view.show([*(thread(f"n{n}") for n in range(9)), *ROWS, *old])
        assert view.highlighted.thread == "o59"
        assert view.cursor - view.scroll_offset.y == place


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


async def test_of_a_thread_that_runs_here_it_is_not_said_who_runs_it(harness: NewApp, lines: Lines) -> None:
    view = ThreadList(clock=StoppedClock())
    async with harness(view).run_test(size=(30, 10)):
        view.ours = {ThreadKey("f", "t4")}
        view.show([*ROWS, thread("t4", "running", "other", file="g", holder="pid 12")])
        assert [line[:22].rstrip() for line in lines(view)[3:6:2]] == [" ◐ nightly f", " ◐ other g (pid 12)"]


async def test_a_new_thread_of_the_deck_gets_the_cursor_and_the_details_once_it_is_listed(harness: NewApp) -> None:
    def details() -> list[str]:
        return str(pane.query_one("#details", Static).content).split("\n")

    pane = ThreadPane(clock=StoppedClock())
    async with harness(pane).run_test(size=(30, 10)) as pilot:
        pane.screen.set_focus(None)
        pane.show(ROWS[:2])
        await pilot.pause()
        assert details() == [""]  # the deck shows none of them
        pane.list.current = ThreadKey("f", "t3")
        shown = [thread("t3", "running", "new one", graph="travel"), *ROWS[:2]]
        pane.show(shown)
        await pilot.pause()
        assert pane.list.highlighted == shown[0]
        assert details() == ["running", "travel"]
        pane.list.focus()
        await pilot.press("down", "down")
        assert details() == ["done", "t2"]
        pane.list.current = ThreadKey("f", "t9")
        await pilot.press("up")
        pane.show([thread("t9"), thread("t3", "done", "new one", graph="travel"), *ROWS[:2]])
        assert pane.list.highlighted == ROWS[0]  # the person has moved meanwhile
