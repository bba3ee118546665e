"""Tasks one by one: what events tell of each, what the rows of checkpoints tell, and both together."""

from graphdeck.graphs.events import (
    Checkpoint,
    Event,
    Interrupt,
    NodeCached,
    NodeFailed,
    NodeFinished,
    NodeKept,
    NodeRetry,
    NodeStarted,
    NodeStopped,
    RunEnded,
    RunStarted,
)
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.tasks import RanTask
from graphdeck.tui.task_log import MOST, TaskLog, saved_tasks, together

STARTED = RunStarted(thread="t", graph="g")
AT = Checkpoint(id="c1", parent="c0", step=1, source="loop", next=(), changed={})
NEXT = Checkpoint(id="c2", parent="c1", step=2, source="loop", next=(), changed={})
DESK = ("team:t1", "desk:t2")


def test_each_task_has_its_own_state_attempts_and_checkpoints() -> None:
    log = TaskLog()
    run: list[Event] = [
        STARTED,
        AT,
        *(NodeStarted(task=task, node="part", triggers=("__pregel_push",)) for task in "abcde"),
        NodeCached(task="", node="part", keys=("n",)),  # LangGraph does not tell which: the newest that runs
        NodeRetry(task="a", node="part", attempt=2, error="OSError: busy"),
        NodeFailed(task="b", node="part", error="ValueError", message="no", traceback="line 3"),
        NodeStopped(task="c", node="part"),
        NodeKept(task="k", node="part"),
        NodeStarted(task="t1", node="team"),
        NodeStarted(task="t2", node="desk", ns=DESK[:1]),
        NodeStarted(task="t3", node="sign", ns=DESK),
        Interrupt(id="q", task="t3", node="sign", ns=DESK, value="?"),
        NEXT,
    ]
    log.add(run)
    found = {task.id: task for task in log.tasks}
    told = {key: (task.state, task.attempts, task.error, task.began, task.ended) for key, task in found.items()}
    assert told == {
        "a": ("running", 3, "OSError: busy", "c1", ""),
        "b": ("failed", 1, "ValueError: no", "c1", ""),
        "c": ("stopped", 1, "", "c1", ""),
        "d": ("running", 1, "", "c1", ""),
        "e": ("cached", 1, "", "c1", "c2"),
        "k": ("kept", 1, "", "c1", "c2"),
        "t1": ("waiting", 1, "", "c1", ""),
        "t2": ("waiting", 1, "", "", ""),
        "t3": ("waiting", 1, "", "", ""),
    }
    assert (found["t3"].path, found["t3"].checkpoint_ns) == ("team:desk:sign", "team:t1|desk:t2")
    assert (found["a"].sent, found["a"].step, found["b"].traceback) == (True, 2, "line 3")
    log.add([RunEnded(status="lost"), STARTED, NodeStarted(task="t1", node="team")])
    states = {task.id: task.state for task in log.tasks}
    assert (states["a"], states["t1"], list(states)[-1]) == ("failed", "running", "t1")
    log.add(NodeStarted(task=f"n{number}", node="part") for number in range(MOST))
    assert len(log.tasks) == MOST


def test_what_the_input_starts_may_have_ended_before_its_checkpoint_is_told() -> None:
    log = TaskLog()
    log.add([STARTED, NodeStarted(task="e", node="entry"), NodeStarted(task="c", node="called", call=1, caller="e")])
    log.add(NodeFinished(task=task, node="entry", ms=1.0) for task in "ce")
    log.add(Checkpoint(id=id_, parent=None, step=step, source=source, next=(), changed={})
            for id_, step, source in (("c0", 3, "input"), ("c1", 4, "loop")))  # fmt: skip
    assert [(task.id, task.began, task.ended, task.step) for task in log.tasks] == [
        ("e", "c0", "c1", 4),
        ("c", "c0", "c1", 4),
    ]
    log.add([STARTED, NodeStarted(task="e", node="entry")])  # it goes on: where it began is not told again
    assert (log.tasks[-1].began, log.tasks[-1].step) == ("c0", 4)


def test_what_a_run_told_and_what_is_saved_of_a_task_come_together() -> None:
    row = CheckpointRow(
        checkpoint="c2", parent="c1", step=2, source="loop", time="", next=(), changed=(), ns="team:t1|1",
        made_by=(RanTask(id="a", node="part", wrote=("n",)), RanTask(id="other", node="else")),
        after=(
            RanTask(id="w", node="part", waits=True, finished=False),
            RanTask(id="f", node="part", error="ValueError('no')", finished=False),
            RanTask(id="q", node="part", waits=True, finished=False),
            RanTask(id="g", node="part", waits=True, finished=False),
        ),
    )  # fmt: skip
    log = TaskLog()
    begun = [NodeStarted(task=task, node="part") for task in "qagz"]
    log.add([STARTED, *begun, NodeStopped(task="q", node="part")])
    found = together(log.tasks, saved_tasks([row], "part"))
    assert [(task.id, task.state, task.began, task.ended, task.keys) for task in found] == [
        ("z", "running", "", "", ()),
        ("g", "running", "c2", "", ()),  # it goes on with its answer
        ("a", "running", "c1", "c2", ("n",)),
        ("q", "waiting", "c2", "", ()),  # a called task asks: the run tells it of its caller
        ("w", "waiting", "c2", "", ()),
        ("f", "failed", "c2", "", ()),
    ]
    assert {task.path for task in found[4:]} == {"team:part"}
