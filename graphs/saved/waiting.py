"""All threads of a checkpoint file that wait for a person: at a question, or at a breakpoint."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from graphdeck.graphs.failed_answers import ARGUMENTS, NEXT_QUESTION, answered_sql, is_next_question
from graphdeck.graphs.named import Named
from graphdeck.graphs.records import PendingInterrupt, ThreadRow, WaitingRow
from graphdeck.graphs.saved.decode import Undecodable
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.inner import waiting_interrupts
from graphdeck.graphs.saved.rows import NO_TASK, NOT_OUTPUT, load_checkpoint, load_tasks, newest_checkpoint
from graphdeck.graphs.saved.threads import never, nobody, thread_row

_KEPT: Final = "waiting"

_QUESTION: Final = {"new": "idx = -3", "old": "channel = '__interrupt__'"}
"""How a question is found among the writes.

LangGraph gives it the index -3 whatever its task wrote, and the index alone can be read without the table behind it.
Savers of old versions, whose tables have no `task_path`, counted it among the others.
"""

_ASKED_SQL: Final = """
WITH asked AS MATERIALIZED (
    SELECT DISTINCT thread_id AS thread, checkpoint_id AS at FROM writes
    WHERE {question} AND checkpoint_ns = '' AND NOT EXISTS (
        SELECT 1 FROM checkpoints AS newer WHERE newer.thread_id = writes.thread_id AND newer.checkpoint_ns = ''
        AND newer.checkpoint_id > writes.checkpoint_id
    )
)
SELECT thread, at FROM asked WHERE EXISTS (
    SELECT 1 FROM writes AS asks
    WHERE asks.thread_id = thread AND asks.checkpoint_ns = '' AND asks.checkpoint_id = at AND asks.task_id <> ?
    AND asks.channel = '__interrupt__' AND NOT EXISTS (
        SELECT 1 FROM writes AS wrote
        WHERE wrote.thread_id = thread AND wrote.checkpoint_ns = '' AND wrote.checkpoint_id = at
        AND wrote.task_id = asks.task_id AND wrote.channel NOT IN ({not_output})
    ) AND NOT {answered}
)
"""
"""All but a few threads are left out by the indexes of the two primary keys alone."""


class Place(NamedTuple):
    """Where a thread waits. Places sort by time, since the ids of checkpoints do."""

    checkpoint: str
    """Id of its newest checkpoint."""
    thread: str
    """Thread id."""


def waiting_places(
    file: CheckpointFile,
    *,
    breakpoints: Mapping[str, str] | None = None,
    holder: Callable[[str], str] = nobody,
) -> list[Place]:
    """Where threads wait for a person, all of them, oldest first; threads that run now are left out.

    `breakpoints` has, by thread, the checkpoint where the run record says that one stopped it. Raises `FileError`.
    """
    file.refresh()
    places = {*_asked(file)}
    for thread, at in (breakpoints or {}).items():
        newest = newest_checkpoint(file, thread)
        if newest is not None and newest[0] == at and _row(file, thread, at, holder).status == "breakpoint":
            places.add(Place(at, thread))
    return sorted(place for place in places if not holder(place.thread))


def _asked(file: CheckpointFile) -> Sequence[Place]:
    """The threads whose newest checkpoint has an unfinished task with a question; kept until the file changes."""
    version = (file.generation, file.query("PRAGMA data_version")[0][0])
    kept: tuple[object, Sequence[Place]] = file.remembered.get(_KEPT, (None, ()))
    if kept[0] == version:
        return kept[1]
    marks = ", ".join(f"'{channel}'" for channel in NOT_OUTPUT)
    question = _QUESTION["old" if file.task_path == "''" else "new"]
    answered = answered_sql(file.task_path)
    file.define(NEXT_QUESTION, ARGUMENTS, is_next_question)
    rows = file.query(_ASKED_SQL.format(question=question, not_output=marks, answered=answered), (NO_TASK,))
    found = tuple(Place(at, thread) for thread, at in rows)
    file.remembered.put(_KEPT, (version, found))
    return found


def waiting_row(
    file: CheckpointFile,
    place: Place,
    *,
    holder: Callable[[str], str] = nobody,
    names: Mapping[str, Named] | None = None,
    breakpoints: Mapping[str, str] | None = None,
) -> WaitingRow | None:
    """What waits at a place; None where the thread has gone on. One that cannot be read is told by its `error`."""
    newest = newest_checkpoint(file, place.thread)
    if newest is None or newest[0] != place.checkpoint:
        return None
    row = _row(file, place.thread, (breakpoints or {}).get(place.thread, ""), holder, names)
    interrupts: tuple[PendingInterrupt, ...] = ()
    error = row.error
    if row.status == "waiting":
        try:
            interrupts = _interrupts(file, place)
        except Undecodable as broken:  # a subgraph's checkpoint: the row itself could be read
            error = f"Its question cannot be read: {broken}."
    elif row.status != "breakpoint" and not error:
        return None
    return WaitingRow(
        file=row.file,
        thread=row.thread,
        checkpoint=place.checkpoint,
        since=row.updated,
        graph=row.graph,
        title=row.title,
        first_text=row.first_text,
        interrupts=interrupts,
        breakpoint=row.next or () if row.status == "breakpoint" else (),
        error=error,
    )


def _row(
    file: CheckpointFile,
    thread: str,
    breakpoint_at: str,
    holder: Callable[[str], str],
    names: Mapping[str, Named] | None = None,
) -> ThreadRow:
    stopped = (lambda _, checkpoint: checkpoint == breakpoint_at) if breakpoint_at else never
    return thread_row(file, thread, holder=holder, names=names, stopped_by_breakpoint=stopped)


def _interrupts(file: CheckpointFile, place: Place) -> tuple[PendingInterrupt, ...]:
    saved = load_checkpoint(file, place.thread, "", place.checkpoint)
    return tuple(waiting_interrupts(file, saved, load_tasks(file, saved.key))) if saved else ()
