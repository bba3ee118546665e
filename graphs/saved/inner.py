"""The subgraphs in the middle of a step, and the questions that wait in them, read without any values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.rows import SavedCheckpoint, Task, load_checkpoint, load_tasks, read_metadata
from graphdeck.graphs.saved.status import Due, due_after, node_of, pending
from graphdeck.graphs.values import to_json

UPDATE: Final = "update"
"""Source of a checkpoint that somebody wrote by hand."""


def waiting_interrupts(file: CheckpointFile, saved: SavedCheckpoint, tasks: Sequence[Task]) -> list[PendingInterrupt]:
    """The questions that wait after a checkpoint, those of its subgraphs with their deepest path."""
    return _waiting(file, saved, tasks)[0]


def _waiting(
    file: CheckpointFile, saved: SavedCheckpoint, tasks: Sequence[Task]
) -> tuple[list[PendingInterrupt], bool]:
    """The questions that wait after a checkpoint, and whether its state or one in it was edited since they came."""
    due = due_after(saved, tasks)
    deeper: dict[str, PendingInterrupt] = {}
    edited: set[str] = set()
    if pending(tasks):
        for child in inner_checkpoints(file, saved, tasks, due):
            found, is_edited = _waiting(file, child, load_tasks(file, child.key))
            deeper |= {interrupt.id: interrupt for interrupt in found}
            edited |= {child.key[1]} if is_edited else set()
    asked = interrupts_of(saved, tasks, due, deeper, edited)
    return asked, saved.source == UPDATE or bool(edited)


def interrupts_of(
    saved: SavedCheckpoint,
    tasks: Sequence[Task],
    due: Due,
    deeper: Mapping[str, PendingInterrupt],
    edited: Iterable[str] = (),
) -> list[PendingInterrupt]:
    """The questions of a checkpoint's tasks, each once: a subgraph's is stored at each level, and is in `deeper`.

    `edited` are the namespaces of subgraphs whose state was edited: what they asked before is asked anew, under another
    id, when the thread goes on, and takes no answer.
    """
    prefix = f"{saved.key[1]}|" if saved.key[1] else ""
    anew = {ns.removeprefix(prefix).split("|")[0].partition(":")[2] for ns in edited}
    found = [(task.id, _question(saved, task, due, fields)) for task, fields in pending(tasks)]
    return [deeper.get(asked.id, asked) for task, asked in found if asked.id in deeper or task not in anew]


def questions_of(saved: SavedCheckpoint, task: Task, due: Due) -> list[PendingInterrupt]:
    """What a task asked last, also where that does not wait any more."""
    return [_question(saved, task, due, fields) for fields in task.interrupts]


def _question(saved: SavedCheckpoint, task: Task, due: Due, fields: Mapping[str, Any]) -> PendingInterrupt:
    return PendingInterrupt(
        id=str(fields.get("id", "")),
        node=node_of(task, due),
        ns=tuple(part for part in saved.key[1].split("|") if part and not part.isdigit()),
        value=to_json(fields.get("value")),
        schema=to_json(fields.get("response_schema")),
    )


def inner_checkpoints(
    file: CheckpointFile, saved: SavedCheckpoint, tasks: Sequence[Task], due: Due
) -> Iterator[SavedCheckpoint]:
    """The newest checkpoint of each subgraph that an unfinished task of this step has begun."""
    thread, ns, id_ = saved.key
    first, behind = (f"{ns}|", f"{ns}}}") if ns else ("!", "\U0010ffff")
    rows = file.query(
        "SELECT checkpoint_ns, max(checkpoint_id) FROM checkpoints WHERE thread_id = ?"
        " AND checkpoint_ns >= ? AND checkpoint_ns < ? GROUP BY checkpoint_ns HAVING max(checkpoint_id) > ?",
        (thread, first, behind, id_),
    )
    finished = {task.id for task in tasks if task.finished}
    for inner_ns, newest in rows:
        level, *deeper = inner_ns[len(first) if ns else 0 :].split("|")
        if not all(part.isdigit() for part in deeper):  # a number counts the subgraphs of one task
            continue
        node, _, task = level.partition(":")
        if task in finished or (due.known and node not in (*due.sends, *due.nodes)):
            continue
        if _was_begun_by(file, thread, inner_ns, newest, saved):
            child = load_checkpoint(file, thread, inner_ns, newest)
            if child is not None:
                yield child


def _was_begun_by(file: CheckpointFile, thread: str, inner_ns: str, newest: str, saved: SavedCheckpoint) -> bool:
    rows = file.query(
        "SELECT metadata FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?",
        (thread, inner_ns, newest),
    )
    parents = read_metadata(rows[0][0]).get("parents") if rows else None
    return isinstance(parents, dict) and parents.get(saved.key[1]) == saved.id
