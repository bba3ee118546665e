"""The task tree row by row: callers above what they called, calls in their order, many calls of one task folded."""

from typing import Any

from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.task_ids import StepStart
from graphdeck.graphs.tasks import RanTask
from graphdeck.tui.called_tasks import saved_calls
from graphdeck.tui.task_log import TaskRun
from graphdeck.tui.task_rows import FOLD, TaskRow, shown_entry, task_rows, with_called


def run(id_: str, path: str, call: int = 0, caller: str = "", **fields: Any) -> TaskRun:
    """A task of step 0."""
    return TaskRun(**{"id": id_, "path": path, "call": call, "caller": caller, "state": "done", "step": 0, **fields})


def drawn(rows: tuple[TaskRow, ...]) -> list[str]:
    """Each row as text."""
    return [
        f"{'  ' * row.depth}{row.name or '?'}"
        + (f" x{len(row.tasks)}" if row.is_open is not None else "")
        + ("" if row.state == "done" else f" {row.state}")
        for row in rows
    ]


def test_calls_stand_below_their_callers_in_their_order() -> None:
    tasks = [
        run("e", "essay", state="running"),
        run("b", "second", 2, "e", state="cached"),
        run("n", "essay:node", ns=("essay:e",)),  # of a subgraph that ran after the second call was told
        run("a", "first", 1, "e"),
        run("a2", "inner", 2, "a", state="failed"),
        run("a1", "inner", 1, "a"),
        run("u", "", 3, state="waiting"),  # a row without its caller and its name
        run("old", "first", 1, "gone", step=7),
    ]
    wanted = [
        "essay running",
        "  first",
        "    inner",
        "    inner failed",
        "  second cached",
        "  node",
        "  ? waiting",
    ]
    assert drawn(task_rows(tasks[0], tasks, ["essay", "first"])) == wanted
    again = [tasks[0], *reversed(tasks[1:])]  # told in another order: a resumed run tells some of them anew
    assert sorted(drawn(task_rows(again[0], again, ()))) == sorted(wanted)


def test_many_calls_are_one_row_that_opens_and_shows_the_state_that_matters() -> None:
    parts = [run(f"p{n}", "part", n + 1, "e") for n in range(FOLD)]
    inside = run("i", "inner", 1, "p1")
    other = run("o", "other", FOLD + 1, "e")
    entry = run("e", "essay")
    for state in ("running", "failed", "waiting"):
        tasks = [entry, *parts[:-1], run("p9", "part", FOLD, "e", state=state), inside, other]
        assert drawn(task_rows(entry, tasks, ())) == ["essay", f"  part x{FOLD} {state}", "  other"]
    tasks = [entry, *parts, inside, other]
    folded = task_rows(entry, tasks, ())[1]
    assert drawn(task_rows(entry, tasks, (), {folded.key}))[1:5] == [
        f"  part x{FOLD}",
        "    part",
        "    part",
        "      inner",
    ]
    few = [entry, *parts[1:], other]
    assert drawn(task_rows(entry, few, ())) == ["essay", *["  part"] * (FOLD - 1), "  other"]
    circle = [entry, run("x", "x", 1, "y"), run("y", "y", 1, "x")]  # as a hostile record may have it
    assert drawn(task_rows(entry, circle, ())) == ["essay"]


def test_below_a_node_stands_what_its_tasks_called_and_no_node_of_its_subgraph() -> None:
    known = [
        run("w", "work"),
        run("s", "sub"),
        run("i", "sub:entry", ns=("sub:s",)),
        run("n", "sub:plain", ns=("sub:s",)),
        run("f2", "sub:fetch", 2, "i", ns=("sub:s",)),
        run("f1", "sub:fetch", 1, "i", ns=("sub:s",)),
        run("c", "fetch", 1, "w"),
        run("d", "deep", 1, "c"),
        run("x", "fetch", 2),  # nobody knows who called it
    ]
    found = with_called([known[1], known[0]], known)
    assert [(task.id, depth) for task, depth in found] == [
        ("s", 0), ("i", 1), ("f1", 2), ("f2", 2), ("w", 0), ("c", 1), ("d", 2),
    ]  # fmt: skip


def test_before_anything_ran_the_known_tasks_are_shown() -> None:
    known = ["essay", "first", "second"]
    assert drawn(task_rows(None, (), known)) == ["essay idle", "  first idle", "  second idle"]
    assert drawn(task_rows(run("e", "essay"), [run("e", "essay")], known)) == ["essay", "  first idle", "  second idle"]


def test_the_run_of_the_entrypoint_is_that_of_the_checkpoint() -> None:
    first = run("e1", "essay", began="c0", ended="c1")
    second = run("e2", "essay", began="c2", ended="c3", step=2)
    tasks = [second, first, run("a", "first", 1, "e1")]
    found = [shown_entry(tasks, at) for at in ("", "c0", "c1", "c2", "c3", "c9")]
    assert [task and task.id for task in found] == ["e2", "e1", "e1", "e2", "e2", None]
    assert shown_entry([first, run("e3", "essay", step=None)]) == run("e3", "essay", step=None)
    assert shown_entry([]) is None


def test_saved_calls_have_a_name_only_where_their_id_proves_it() -> None:
    at = StepStart(checkpoint="1f1eb5cc-8b41-66c8-bfff-7ced0b8adfe5", step=0)
    entry = at.pulled("essay", at.entered("essay"))  # it has written nothing yet, and has no row
    first = at.called("first", entry, 0)
    inner = at.called("inner", entry.calls("first", first, 0), 0)
    push, zero, one = "~__pregel_push, ", "0000000000", "0000000001"
    row = CheckpointRow(
        checkpoint=at.checkpoint, parent=None, step=-1, source="input", time="", next=None, changed=(),
        after=(
            RanTask(id=inner, node="essay", path=f"{push}{push}{entry.path}, {zero}, {one}, {zero}, {one}"),
            RanTask(id=first, node="essay", path=f"{push}{entry.path}, {zero}, {one}"),
            RanTask(id="x", node="essay", path=f"{push}{entry.path}, {one}, {one}", finished=False, waits=True),
            RanTask(id="y", node="essay", path=f"{push}odd"),
        ),
    )  # fmt: skip
    found = [
        (task.id, task.path, task.caller, task.call, task.state) for task in saved_calls([row], ["inner", "first"])
    ]
    assert found == [
        (first, "first", entry.id, 1, "done"),
        ("x", "", entry.id, 2, "waiting"),
        (inner, "inner", first, 1, "done"),
    ]
