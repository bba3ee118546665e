"""The tasks of a run as bars: what each cell says, where the cursor stays, and that nothing hangs on their number."""

from collections.abc import Callable
from typing import Any, TypeAlias

from textual.widget import Widget

from graphdeck.graphs.timeline import RunTimeline, TaskBar
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.widgets.run_timeline import RunTimelineView

Lines: TypeAlias = Callable[[Widget], list[str]]
NewApp: TypeAlias = Callable[..., Any]


def task(name: str, start: float, end: float | None, **more: Any) -> TaskBar:
    known: dict[str, Any] = {"depth": 0, "lane": 0, "status": "done", "until": end or 0.0, **more}
    return TaskBar(task=name, path=name, start=start, end=end, **known)


SMALL = RunTimeline(
    tasks=(
        task("plan", 0, 100),
        task("team", 100, 400, until=1000),
        task("team:bad\x1b", 100, 200, depth=1),
        task("flaky", 100, 1000, retries=(300.0, 600.0), why="E: no"),
        task("kept", 1000, 1000, status="kept"),
        task("late", 1000, None, status="running"),
    ),
    lanes=3,
    total=2000,
)


async def test_bars_show_work_waits_and_attempts(harness: NewApp, lines: Lines) -> None:
    view = RunTimelineView()
    async with harness(view).run_test(size=(63, 8)) as pilot:
        assert lines(view)[0] == " no task has run"
        view.show(SMALL)
        await pilot.pause()
        assert lines(view)[:6] == [
            " ● plan                   0 ms █                      0.1 s",
            " ● team                  0.1 s  ███······             0.3 s",
            " ●   bad⟨U+001B⟩         0.1 s  █                     0.1 s",
            " ● flaky                 0.1 s  ██↻██↻███             0.9 s ×3",
            " ◦ kept                  1.0 s           █             kept",
            " ◐ late                  1.0 s           ██████████   1.0 s",
        ]
        assert view.selected_text == "late"
        view.focus()
        await pilot.press("up", "up")
        assert view.selected_text == "flaky: E: no"
        view.show(RunTimeline(tasks=(task("new", 0, 1), *SMALL.tasks), lanes=3, total=2000))
        assert view.selected_text == "flaky: E: no"
        view.mark({"team", "late"})
        assert [line[0] for line in lines(view)[:7]] == [" ", " ", "›", " ", " ", " ", "›"]
        view.forget()
        assert lines(view)[0] == " no task has run"


async def test_a_narrow_row_tells_by_its_bar_when_its_task_began(harness: NewApp, lines: Lines) -> None:
    view = RunTimelineView()
    async with harness(view).run_test(size=(40, 8)) as pilot:
        view.show(SMALL)
        await pilot.pause()
        assert lines(view)[3] == " ● flaky       █↻█↻███         0.9 s ×3"


async def test_enter_chooses_a_task_and_a_person_is_not_followed_out_of_sight(harness: NewApp, lines: Lines) -> None:
    clock = StoppedClock()
    view = RunTimelineView(clock=clock)
    app = harness(view)
    tasks = [task(f"w{number}", number, None, status="running") for number in range(50)]
    async with app.run_test(size=(63, 8), message_hook=app.hear) as pilot:
        for count in (20, 30):
            view.show(RunTimeline(tasks=tuple(tasks[:count]), lanes=count, total=50))
            await pilot.pause()
            assert lines(view)[-1].split()[1] == f"w{count - 1}", "the newest is in view"
        still = lines(view)[0]
        clock.move_on(1 / 8)
        assert lines(view)[0] != still, "what runs moves"
        view.scroll_home(animate=False)
        view.show(RunTimeline(tasks=tuple(tasks), lanes=50, total=50))
        await pilot.pause()
        assert lines(view)[0].split()[1] == "w0"
        view.focus()
        await pilot.press("home", "down", "enter")
        assert [message.task.path for message in app.heard(RunTimelineView.TaskChosen)] == ["w1"]
        assert app.heard(RunTimelineView.TaskChosen)[0].control is view


async def test_five_hundred_tasks_are_painted_only_where_they_are_seen(harness: NewApp, lines: Lines) -> None:
    view = RunTimelineView()
    painted: list[int] = []
    paint = view.row

    def count(index: int, width: int) -> Any:
        painted.append(index)
        return paint(index, width)

    view.row = count  # type: ignore[method-assign] # counts, and paints all the same
    async with harness(view).run_test(size=(80, 10)) as pilot:
        view.show(RunTimeline(tasks=tuple(task(f"w{n}", n, n + 50.0) for n in range(500)), lanes=50, total=550))
        await pilot.pause()
        assert lines(view)[-1].split()[1] == "w499"
        assert len(set(painted)) <= 30
        view.focus()
        await pilot.press("home")
        await pilot.pause()
        assert lines(view)[0].split()[1] == "w0"
