"""What a person does with a thread besides answering it, on the record like an answer: end it, take an answer back."""

import uuid
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.events import RunEnded
from graphdeck.graphs.local.sent import SentAnswers
from graphdeck.graphs.records import PendingInterrupt, RunRequest, Snapshot

Act: TypeAlias = Literal["end", "repair"]


async def on_record(act: Act, snapshot: Snapshot, graph: str, by: str, do: Callable[[], Awaitable[Any]]) -> Any:
    """What `do` gives, recorded before it begins and when it is over, for each question that it is about.

    Raises what it raises, and FileError, before anything is done, where nothing can be recorded.
    """
    questions = _about(act, snapshot)
    request = RunRequest(
        graph=graph,
        thread=snapshot.thread,
        resume=dict.fromkeys(questions),
        by=dict.fromkeys(questions, by),
    )
    asked = [question for question in questions.values() if question is not None]
    record = SentAnswers.intend(request, uuid.uuid4().hex, Path(snapshot.file), snapshot.checkpoint, asked, act)
    try:
        done = await do()
    except GraphdeckError as error:
        await record.ended(RunEnded(status="failed", error=error.to_dict()))
        raise
    except BaseException as error:
        await record.not_sent(str(error) or "stopped before it was done")
        raise
    await record.heard({"applied": list(questions)})
    return done


def _about(act: Act, snapshot: Snapshot) -> Mapping[str, PendingInterrupt | None]:
    """The questions that an act is about, by interrupt id; one without an id where the thread tells none."""
    failed = [task.question for task in snapshot.failed if task.question is not None]
    asked = snapshot.interrupts if act == "end" else failed
    return {question.id: question for question in asked} or {"": None}
