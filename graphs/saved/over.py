"""The tasks of a step that are over: failed, with the answers that they had received, or finished beside a question."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from graphdeck.graphs.saved.decode import decode
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.inner import questions_of
from graphdeck.graphs.saved.ran import written_keys
from graphdeck.graphs.saved.rows import NOT_OUTPUT, SavedCheckpoint, Task
from graphdeck.graphs.saved.status import Due, node_of
from graphdeck.graphs.task_ids import call_of
from graphdeck.graphs.tasks import FailedTask, FinishedTask
from graphdeck.graphs.values import to_json

_LARGE: Final = 1 << 20
"""Bytes of a write from which on it is not searched for results of tools."""


def failed_tasks(
    file: CheckpointFile, saved: SavedCheckpoint, tasks: Sequence[Task], due: Due, inner: Iterable[FailedTask]
) -> tuple[FailedTask, ...]:
    """The failed tasks after a checkpoint; `inner` has those of its subgraphs, whose questions are asked again here.

    The functional API stores one error under its entrypoint and under its task, which has the answer: it is told once.
    """
    deeper = {failed.question.id: failed for failed in inner if failed.question is not None}
    found: dict[tuple[str, str], FailedTask] = {}
    for task in sorted(tasks, key=lambda task: task.called_by is None):
        if task.failed:
            failed = FailedTask(node=node_of(task, due), error=task.error)
            found.setdefault((failed.node, failed.error), _with_answer(file, saved, task, failed, due, deeper))
    return tuple(found.values())


def _with_answer(
    file: CheckpointFile,
    saved: SavedCheckpoint,
    task: Task,
    failed: FailedTask,
    due: Due,
    deeper: dict[str, FailedTask],
) -> FailedTask:
    if not task.answered:
        return failed
    asked = questions_of(saved, task, due)
    known = next((deeper[question.id] for question in asked if question.id in deeper), None)
    if known is not None:
        return FailedTask(node=failed.node, error=failed.error, question=known.question, answer=known.answer)
    received = _received(file, saved, task)
    if not asked or not received:  # a task inside of it has had the answer, and finished with it
        return failed
    return FailedTask(node=failed.node, error=failed.error, question=asked[-1], answer=to_json(received[-1]))


def _received(file: CheckpointFile, saved: SavedCheckpoint, task: Task) -> list[Any]:
    """The answers that a task has received itself."""
    rows = file.query(
        "SELECT type, value FROM writes WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
        " AND task_id = ? AND channel = '__resume__'",
        (*saved.key, task.id),
    )
    received = decode(*rows[0]) if rows else []
    return received if isinstance(received, list) else [received]


def finished_tasks(
    file: CheckpointFile, saved: SavedCheckpoint, tasks: Iterable[Task], due: Due
) -> tuple[FinishedTask, ...]:
    """The finished tasks after a checkpoint, with the tool calls whose results they have written."""
    return tuple(
        FinishedTask(
            node=node_of(task, due),
            results=tuple(_results(file, saved, task)),
            wrote=written_keys(task),
            called=call_of(task.path) is not None,
        )
        for task in tasks
        if task.finished
    )


def _results(file: CheckpointFile, saved: SavedCheckpoint, task: Task) -> Iterator[str]:
    marks = ", ".join("?" * len(NOT_OUTPUT))
    rows = file.query(
        "SELECT type, value FROM writes WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
        f" AND task_id = ? AND length(value) < ? AND channel NOT IN ({marks})",
        (*saved.key, task.id, _LARGE, *NOT_OUTPUT),
    )
    for type_, data in rows:
        written = to_json(decode(type_, data))
        for each in written if isinstance(written, list) else [written]:
            if isinstance(each, dict) and each.get("type") == "tool" and isinstance(each.get("tool_call_id"), str):
                yield str(each["tool_call_id"])
