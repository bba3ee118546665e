"""What waits, held to what was seen of it; and when answers have reached the nodes that asked, for good."""

from collections.abc import Container, Mapping

from langchain_core.runnables import RunnableConfig

from graphdeck.graphs.errors import AnswerRefused
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.worker.control import Control
from graphdeck.graphs.worker.emitter import Emitter
from graphdeck.graphs.worker.position import Position, Question
from graphdeck.graphs.worker.saver import TellingSaver, count_answers


async def check_seen(seen: Mapping[str, str], emitter: Emitter, control: Control) -> None:
    """Raise AnswerRefused where a question asks something else by now than what was seen; call it with the lease.

    The front end compares: it has read the question, and what it reads of a stored value is not what is built here.
    """
    if not seen:
        return
    emitter.tell_of_answers("held", seen)
    for interrupt in await control.changed_questions():
        raise AnswerRefused(
            f"the question of interrupt {interrupt} has changed since it was read: nothing was sent",
            "it still waits: look at it again, and decide anew",
        )


async def check_drop(request: RunRequest, before: Position, emitter: Emitter, control: Control) -> None:
    """Raise AnswerRefused unless the input may drop the questions that wait; call it with the lease."""
    pending = before.questions
    if pending and not request.drop_question:
        raise AnswerRefused(
            f"thread {request.thread!r} waits for an answer; new input would drop its question",
            "answer it first, or say that the question may be dropped (--drop-question)",
        )
    if before.checkpoint and request.seen.keys() != pending.keys():
        emitter.tell_of_answers("gone", request.seen.keys() - pending.keys())
        raise AnswerRefused(
            "another question waits by now than the one to be dropped"
            if pending
            else "the question to be dropped does not wait any more",
            "nothing was sent: look at it again",
        )
    if pending:
        await check_seen(request.seen, emitter, control)
        emitter.tell_of_answers("accepted", pending)


class Answered:
    """Follows the answers of one run until LangGraph has stored them as received.

    It stores all answers that a task has received up to then, those of earlier runs first, when the task ends or asks
    again. Before that a kill leaves the question as it was, whatever the node may have done with the answer.
    """

    def __init__(self, emitter: Emitter, questions: Mapping[str, Question], earlier: Mapping[str, int]) -> None:
        self._emitter = emitter
        self._open = {identity: question.task for identity, question in questions.items()}
        self._earlier = earlier

    @classmethod
    async def follow(
        cls, emitter: Emitter, saver: TellingSaver, thread: str, questions: Mapping[str, Question]
    ) -> "Answered":
        """Follow the answers to these questions from now on."""
        earlier = {question.task: await _answers_of(saver, thread, question) for question in questions.values()}
        answered = cls(emitter, questions, earlier)
        saver.on_answers = answered.stored
        emitter.tell_of_answers("accepted", questions)
        return answered

    def stored(self, task: str, count: int) -> None:
        """A task's answers were stored, so many as it has received."""
        if count > self._earlier.get(task, 0):
            self._tell([identity for identity, asking in self._open.items() if asking == task])

    def ended(self, waiting: Container[str]) -> None:
        """The run came to a good end: what does not wait any more was answered."""
        self._tell([identity for identity in self._open if identity not in waiting])

    def failed(self, answered: Container[str]) -> None:
        """The run failed: `answered` were received, where not by the task that asked then by one that it called."""
        self._tell([identity for identity in self._open if identity in answered])

    def _tell(self, identities: list[str]) -> None:
        for identity in identities:
            del self._open[identity]
        if identities:
            self._emitter.tell_of_answers("applied", identities)


async def _answers_of(saver: TellingSaver, thread: str, question: Question) -> int:
    """How many answers a task has received already: a node may ask one question after the other."""
    config: RunnableConfig = {"configurable": {"thread_id": thread, "checkpoint_ns": "|".join(question.ns)}}
    found = await saver.aget_tuple(config)
    writes = (found.pending_writes if found else None) or []
    return count_answers((channel, value) for task, channel, value in writes if task == question.task)
