"""The task tree: what each row says, how it follows what runs, and what opens."""

from collections.abc import Callable
from typing import Any, TypeAlias

from textual.widget import Widget

from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.task_log import TaskRun
from graphdeck.tui.widgets.task_tree import TaskTree

Lines: TypeAlias = Callable[[Widget], list[str]]
NewApp: TypeAlias = Callable[..., Any]


def run(id_: str, path: str, call: int = 0, **fields: Any) -> TaskRun:
    """A task that the entrypoint called."""
    known = {"caller": "e" if call else "", "state": "done", "step": 0, **fields}
    return TaskRun(id=id_, path=path, call=call, **known)


ENTRY = run("e", "essay", state="running")
PARTS = [run(f"p{n}", "part", n + 3, ms=100.0) for n in range(5)]
TASKS = [
    ENTRY,
    run("f", "bad\x1b", 1, ms=1300.0, attempts=2, given=[1, {"more": "x"}]),
    run("c", "", 2, state="cached"),
    *PARTS,
    run("x", "check", 8, state="failed", error="ValueError: no\nway", ms=5.0),
]


async def test_rows_tell_state_time_attempts_and_what_was_given(harness: NewApp, lines: Lines) -> None:
    tree = TaskTree(StoppedClock())
    async with harness(tree).run_test(size=(72, 12)) as pilot:
        tree.show(None, (), ["essay", "part"])
        await pilot.pause()
        assert lines(tree)[:2] == [" ○ essay", "   ○ part"]
        tree.show(ENTRY, TASKS, ["essay", "part"])
        await pilot.pause()
        assert lines(tree)[:6] == [
            " ◐ essay",
            '   ● bad⟨U+001B⟩  1.3 s  2 attempts  [1, {"more": "x"}]',
            "   ◇ a task whose name is not kept  cached",
            "   ● part ×5 ▸  ●●●●●",
            "   ✗ check  5 ms  failed  ValueError: no⏎way",
            "",
        ]


async def test_it_follows_what_runs_until_a_person_moves(harness: NewApp, lines: Lines) -> None:
    tree = TaskTree(StoppedClock())
    app = harness(tree)
    async with app.run_test(size=(60, 4), message_hook=app.hear) as pilot:
        tree.focus()
        begun = [ENTRY]
        for number in range(1, 9):
            begun.append(run(f"t{number}", f"task{number}", number, state="running"))
            tree.show(ENTRY, list(begun), ())
        await pilot.pause()
        assert tree.selected is not None
        assert tree.selected.name == "task8"
        assert lines(tree)[-1].strip() == "◐ task8"
        await pilot.press("home", "down")
        tree.show(ENTRY, [*begun, run("t9", "task9", 9, state="waiting")], ())
        await pilot.pause()
        assert tree.selected.name == "task1"
        assert app.heard(TaskTree.TaskSelected)[-1].row.name == "task1"
        tree.show(run("e2", "essay", state="running", step=2), [*begun, run("n", "new", 1, caller="e2", step=2)], ())
        await pilot.pause()
        assert tree.selected.name == "essay"  # the next run is followed again


async def test_folded_calls_open_and_keep_the_cursor(harness: NewApp, lines: Lines) -> None:
    tree = TaskTree(StoppedClock())
    app = harness(tree)
    parts = [*PARTS[:-1], run("p4", "part", 7, state="running")]
    many = [*parts, *(run(f"q{n}", "part", n + 8, state="failed" if n % 2 else "waiting") for n in range(60))]
    async with app.run_test(size=(100, 12), message_hook=app.hear) as pilot:
        tree.focus()
        tree.show(ENTRY, [ENTRY, *many], ())
        await pilot.pause()
        shown = lines(tree)[1]
        assert shown.startswith("   ◆ part ×65 ▸  4 done  30 failed  30 waiting  ●●●●◐◆✗◆")
        assert shown.endswith(" +25")
        await pilot.press("home", "down", "enter")
        assert lines(tree)[1:3] == [shown.replace("▸", "▾"), "     ● part  0.1 s"]
        await pilot.press("down", "down", "enter")
        assert [each.row.key for each in app.heard(TaskTree.TaskChosen)] == ["p1"]
        before = run("b", "before", 0, caller="e", ns=("essay:e",))
        tree.show(ENTRY, [ENTRY, before, *many], ())
        await pilot.pause()
        assert tree.selected is not None
        assert tree.selected.key == "p1"
        await pilot.press("up", "up", "enter")
        assert lines(tree)[2] == shown
