"""What else than an answer can be done with a thread that waits, or that failed with its answer. Under the lease."""

import sqlite3
from collections.abc import AsyncIterator, Container, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from langchain_core.runnables import RunnableConfig
from langgraph.errors import InvalidUpdateError
from langgraph.graph import END
from langgraph.pregel import Pregel
from langgraph.types import Interrupt

from graphdeck.graphs.errors import AnswerRefused, InputError
from graphdeck.graphs.failed_answers import answered_sql
from graphdeck.graphs.local.home import note_pause
from graphdeck.graphs.local.lease import Lease
from graphdeck.graphs.worker.position import Question, read_position
from graphdeck.graphs.worker.saver import TellingSaver, cannot_write, open_saver
from graphdeck.graphs.worker.saving import Saving

NO_TASK = "00000000-0000-0000-0000-000000000000"
"""Task id of answers that named no interrupt: the next question that is asked would take them."""

Graph = Pregel[Any, Any, Any, Any]


async def take_answers_back(graph: Graph, saving: Saving, thread: str) -> list[str]:
    """Have questions wait again whose nodes failed with their answers; the ids of those interrupts.

    LangGraph's own way, `update_state(config, None)`, would run what has finished in the same step a second time. So
    the rows of the answers and failures are taken out, and the thread stands as it did before it was answered.
    Raises InputError where no node failed so.
    """
    async with _opened(graph, saving, thread, "repair") as (lent, saver, config):
        answered = (await read_position(lent, saver, config)).answered
        async with saver.lock:
            await saver.conn.execute("BEGIN IMMEDIATE")  # a writer that takes no lease changes nothing in between
            rows = await _rows_of(saver, thread, answered)
            for row in rows:
                await _take_back(saver, thread, row, answered)
            await saver.conn.commit()
        if not rows:
            raise InputError(
                f"no node of thread {thread!r} failed with the answer to its question",
                "nothing was changed; look at the thread: graphdeck show",
            )
        return list(dict.fromkeys(row.interrupt for row in rows))


async def end_thread(graph: Graph, saving: Saving, thread: str, checkpoint: str, seen: Sequence[str]) -> str:
    """Leave out all that a thread would still run, its questions with it; the new checkpoint's id.

    What has finished in the step is kept. Raises AnswerRefused where the thread does not stand any more at the
    checkpoint and at the questions that were seen, and InputError where LangGraph refuses it.
    """
    async with _opened(graph, saving, thread, "end") as (lent, saver, config):
        position = await read_position(lent, saver, config)
        if position.checkpoint != checkpoint or position.questions.keys() != set(seen):
            raise AnswerRefused(f"thread {thread!r} has gone on meanwhile, and was not ended", "look at it again")
        if position.done:
            raise InputError(f"thread {thread!r} is at its end already", "nothing was changed")
        try:
            written = await lent.aupdate_state(config, None, as_node=END)
        except (InvalidUpdateError, ValueError, TypeError) as error:
            raise InputError(
                f"the thread was not ended: {type(error).__name__}: {error}", "answer it, or delete it"
            ) from error
        assert saving.file is not None
        note_pause(saving.file, thread, frames={})
        return str(written["configurable"]["checkpoint_id"])


@asynccontextmanager
async def _opened(
    graph: Graph, saving: Saving, thread: str, purpose: str
) -> AsyncIterator[tuple[Graph, TellingSaver, RunnableConfig]]:
    """The graph on its checkpoint file, with the thread's lease."""
    if saving.file is None:
        raise InputError("this graph refuses saving, so none of its threads waits", "nothing was changed")
    lease = Lease.take(saving.file, thread, purpose)
    try:
        async with open_saver(saving.file, saving.serde) as saver:
            config: RunnableConfig = {"configurable": {"thread_id": thread, "checkpoint_ns": ""}}
            yield graph.copy(update={"checkpointer": saver}), saver, config
    except (sqlite3.Error, OSError) as error:
        raise cannot_write(saving.file, error) from error
    finally:
        lease.release()


class _Row(NamedTuple):
    """Where a task wrote its question: on each level of subgraphs, and in the functional API for each call."""

    ns: str
    checkpoint: str
    task: str
    interrupt: str


async def _rows_of(saver: TellingSaver, thread: str, wanted: Container[str]) -> list[_Row]:
    query = (
        "SELECT checkpoint_ns, checkpoint_id, task_id, type, value FROM writes AS asks"
        f" WHERE thread_id = ? AND channel = '__interrupt__' AND {answered_sql()}"
    )
    async with saver.conn.execute(query, (thread,)) as found:
        rows = [_Row(ns, at, task, _id(saver, (type_, data))) async for ns, at, task, type_, data in found]
    return [row for row in rows if row.interrupt in wanted]


def _id(saver: TellingSaver, stored: tuple[str, bytes]) -> str:
    asked = saver.serde.loads_typed(stored)
    last = asked[-1] if isinstance(asked, (list, tuple)) else asked
    return str(getattr(last, "id", ""))


async def _take_back(saver: TellingSaver, thread: str, row: _Row, answered: Mapping[str, Question]) -> None:
    """Take out what followed a question: the failure, and the answer."""
    step = (thread, row.ns, row.checkpoint)
    where = "thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ? AND task_id = ?"
    await saver.conn.execute(
        f"DELETE FROM writes WHERE {where} AND channel IN ('__error__', '__error_source_node__')", (*step, row.task)
    )
    await saver.conn.execute(f"DELETE FROM writes WHERE {where} AND channel = '__resume__'", (*step, NO_TASK))
    query = f"SELECT rowid, type, value FROM writes WHERE {where} AND channel = '__resume__'"
    async with saver.conn.execute(query, (*step, row.task)) as rows:
        received = [found async for found in rows]
    for rowid, *stored in received:
        answers = saver.serde.loads_typed((stored[0], stored[1]))
        kept = _without_last(answered[row.interrupt], answers if isinstance(answers, list) else [answers])
        if kept:
            written = (*saver.serde.dumps_typed(kept), rowid)
            await saver.conn.execute("UPDATE writes SET type = ?, value = ? WHERE rowid = ?", written)
        else:
            await saver.conn.execute("DELETE FROM writes WHERE rowid = ?", (rowid,))


def _without_last(question: Question, answers: Sequence[Any]) -> Sequence[Any]:
    """The answers to a task's earlier questions; all of them where the failure came before the last one was asked anew.

    LangGraph names the questions of a task by how many answers it had.
    """
    ns = "|".join((*question.ns, f"{question.node}:{question.task}", str(len(answers))))
    return answers if Interrupt.from_ns(None, ns=ns).id == question.interrupt.id else answers[:-1]
