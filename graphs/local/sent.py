"""The answers that one run sends, or the questions that it drops, on the record: from before it to what came of it."""

import asyncio
import dataclasses
import os
import pwd
import socket
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

from graphdeck.graphs.decided import DecisionRecord, Outcome
from graphdeck.graphs.errors import AnswerRefused, GraphdeckError, RunningElsewhere
from graphdeck.graphs.events import RunEnded
from graphdeck.graphs.local.decisions import answered_by, note_intents, note_outcomes
from graphdeck.graphs.local.lease import holder_of
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.questions.seen import payload_hash
from graphdeck.graphs.records import PendingInterrupt, RunRequest
from graphdeck.graphs.saved.asked import read_questions
from graphdeck.graphs.saved.file import open_file
from graphdeck.graphs.values import Json, to_json

NOT_RECEIVED: Final = "the run ended before its node had received the answer"
NOT_DROPPED: Final = "the run ended before its input was saved"


class SentAnswers:
    """Writes of each answer of a run what became of it."""

    def __init__(
        self, record: Path, file: Path, request: RunRequest, open_: Mapping[str, str], why_lost: str = NOT_RECEIVED
    ) -> None:
        self._record = record
        self._why_lost = why_lost
        self._file = file
        self._thread = request.thread
        self._seen = {interrupt: seen for interrupt, seen in request.seen.items() if interrupt in open_}
        self._open = dict(open_)
        self._accepted = False
        self._gone: list[str] = []

    @classmethod
    def intend(
        cls,
        request: RunRequest,
        run: str,
        file: Path,
        checkpoint: str,
        questions: Iterable[PendingInterrupt],
        act: str = "",
    ) -> "SentAnswers":
        """Record that the request's answers are about to be sent; raises FileError where that is not possible.

        Blocks until the disk has it. `checkpoint` and `questions` are what waits in the thread, as far as is known.
        With an `act`, that is about to be done in place of the answers.
        """
        asked = {question.id: question for question in questions}
        common: dict[str, Json] = {
            "time": _now(),
            "user": _user(),
            "host": socket.gethostname(),
            "run": run,
            "graph": request.graph,
            "file": str(file),
            "thread": request.thread,
            "checkpoint": checkpoint,
            "act": act,
        }
        ids = {interrupt: uuid.uuid4().hex for interrupt in request.resume}
        intents: list[dict[str, Json]] = [
            {
                "id": ids[interrupt],
                **common,
                "interrupt": interrupt,
                **_question(asked.get(interrupt), request.seen.get(interrupt, "")),
                "decision": to_json(answer),
                "by": request.by.get(interrupt, request.by.get("", "")),
            }
            for interrupt, answer in request.resume.items()
        ]
        return cls(note_intents(file, intents), file, request, ids, NOT_DROPPED if act == "drop" else NOT_RECEIVED)

    @classmethod
    def intend_drop(
        cls, request: RunRequest, run: str, file: Path, checkpoint: str, questions: Sequence[PendingInterrupt]
    ) -> "tuple[RunRequest, SentAnswers | None]":
        """Record that the request's input is about to drop what waits; None where nothing does. As `intend` else.

        With it comes the request, held to what waits where nobody has looked at that before.
        """
        seen = request.seen or {question.id: payload_hash(question.value) for question in questions}
        request = dataclasses.replace(request, seen=seen)
        if not seen:
            return request, None
        dropping = dataclasses.replace(request, resume=dict.fromkeys(seen))
        return request, cls.intend(dropping, run, file, checkpoint, questions, "drop")

    async def changed(self, file: Path) -> list[str]:
        """Ids of the questions that ask something else than what was answered, now that a worker holds the lease."""
        return await asyncio.to_thread(self._changed, file)

    def _changed(self, file: Path) -> list[str]:
        try:
            with open_file(file) as opened:
                _, questions = read_questions(opened, self._thread)
        except GraphdeckError:  # then nobody knows what is asked
            return list(self._seen)
        asked = {question.id: question.value for question in questions}
        return [
            interrupt
            for interrupt, seen in self._seen.items()
            if interrupt in asked and payload_hash(asked[interrupt]) != seen
        ]

    async def heard(self, told: Mapping[str, Sequence[str]]) -> None:
        """Take in what the worker tells of the answers: interrupt ids that are `gone`, `accepted` or `applied`."""
        self._gone += told.get("gone", ())
        self._accepted = self._accepted or "accepted" in told
        await self._settle("applied", told.get("applied", ()))

    async def not_sent(self, why: str) -> None:
        """No worker has heard of the answers."""
        await self._settle("lost", tuple(self._open), why)

    async def ended(self, event: RunEnded) -> RunEnded:
        """Settle what is open at the end of the run; the event, which says who was faster where somebody was."""
        error = dict(event.error or {})
        if error.get("type") in (AnswerRefused.kind, RunningElsewhere.kind):
            look = self._who_was_faster if error["type"] == AnswerRefused.kind else self._who_is_answering
            error |= await asyncio.to_thread(look)
            event = dataclasses.replace(event, error=error)
        said = error.get("message", "").partition("\n")[0]
        refused = event.status == "failed" and (not self._accepted or error.get("type") == AnswerRefused.kind)
        await self._settle("refused" if refused else "lost", tuple(self._open), said or self._why_lost)
        return event

    async def _settle(self, outcome: Outcome, interrupts: Iterable[str], why: str = "") -> None:
        ids = [self._open.pop(interrupt) for interrupt in interrupts if interrupt in self._open]
        if ids:
            lines: list[dict[str, Json]] = [
                {"outcome": outcome, "id": identity, "time": _now(), "why": why} for identity in ids
            ]
            await asyncio.to_thread(partial(note_outcomes, self._record, lines))

    def _who_was_faster(self) -> dict[str, str]:
        """The message for answers whose questions do not wait any more, where the record knows who answered them."""
        return _told(
            f"interrupt {each.interrupt} was {'dropped' if each.act else 'answered'} elsewhere by {each.origin}"
            for each in self._others(self._gone)
        )

    def _who_is_answering(self) -> dict[str, str]:
        """The message for answers to a thread that runs elsewhere, where the record knows that it has been answered."""
        holder = holder_of(self._file, self._thread)
        return _told(
            f"interrupt {each.interrupt} is being answered elsewhere by {each.origin}"
            for each in self._others(self._open)
            if holder is not None and each.run == holder.run
        )

    def _others(self, interrupts: Iterable[str]) -> Iterator[DecisionRecord]:
        """The decisions that came before ours."""
        for interrupt in interrupts:
            found = answered_by(self._file, self._thread, interrupt, but_not=self._open.get(interrupt, ""))
            if found is not None:
                yield found


def _told(said: Iterable[str]) -> dict[str, str]:
    """The message of an error, where there is anything to say."""
    text = "; ".join(said)
    return {"message": text} if text else {}


def _question(question: PendingInterrupt | None, seen: str) -> dict[str, Json]:
    """What the record says of a question; `seen` is the hash of the payload that was answered, where it is known."""
    if question is None:
        return {"path": [], "actions": [], "payload": seen}
    return {
        "path": list(question.path),
        "actions": [action.name for action in sheet([question]).actions],
        "payload": seen or payload_hash(question.value),
    }


def _user() -> str:
    """Login name, which the environment cannot change; the number of a user without one."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _now() -> str:
    return datetime.now(UTC).isoformat()
