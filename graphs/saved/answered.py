"""The failed tasks of a step, and the answers with which they failed."""

from collections.abc import Iterable, Sequence

from graphdeck.graphs.records import FailedTask, PendingInterrupt
from graphdeck.graphs.saved.decode import decode
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.inner import questions_of
from graphdeck.graphs.saved.rows import SavedCheckpoint, Task
from graphdeck.graphs.saved.status import Due, node_of
from graphdeck.graphs.values import Json, to_json


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
    question: PendingInterrupt | None = None
    answer: Json = None
    for asked in questions_of(saved, task, due):
        known = deeper.get(asked.id)
        question = known.question if known else asked
        answer = known.answer if known else _answer(file, saved, task)
    return FailedTask(node=failed.node, error=failed.error, question=question, answer=answer)


def _answer(file: CheckpointFile, saved: SavedCheckpoint, task: Task) -> Json:
    """The last answer that a task received."""
    rows = file.query(
        "SELECT type, value FROM writes WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
        " AND task_id = ? AND channel = '__resume__'",
        (*saved.key, task.id),
    )
    received = decode(*rows[0]) if rows else None
    return to_json(received[-1] if isinstance(received, list) and received else received)
