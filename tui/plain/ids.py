"""Interrupt ids as people type them: their first letters."""

import dataclasses
from collections.abc import Iterable
from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import RunRequest

SHORTEST_ID: Final = 6
"""Letters of an interrupt id that stand for the whole of it, where no other id begins alike."""

REMEMBERED: Final = 100
"""Decisions of a thread that are looked through for one that came first."""


async def with_whole_ids(engine: Engine, request: RunRequest) -> RunRequest:
    """The request with the beginnings of interrupt ids made whole, where only one id begins so.

    An id that waits comes before one that was answered: the run tells who has answered that. Where nobody has looked
    at the questions before, this is the look that the answers are held to.
    """
    try:
        asked = (await engine.state(request.thread, compared=False, file=request.file)).interrupts
        request = dataclasses.replace(request, seen=request.seen or sheet(asked).seen())
        waiting = [question.id for question in asked]
        if all(identity in waiting for identity in request.resume):
            return request
        answered = [each.interrupt for each in await engine.decisions(thread=request.thread, limit=REMEMBERED)]
    except GraphdeckError:  # the run tells what is wrong with the thread
        return request
    whole = {
        identity: _whole(identity, waiting) or _whole(identity, answered) or identity for identity in request.resume
    }
    if len(set(whole.values())) < len(whole):  # two answers for one interrupt: the run refuses the shorter id
        return request
    return dataclasses.replace(
        request,
        resume={whole[identity]: value for identity, value in request.resume.items()},
        by={whole.get(identity, identity): by for identity, by in request.by.items()},
    )


def _whole(beginning: str, ids: Iterable[str]) -> str:
    found = {identity for identity in ids if identity.startswith(beginning)}
    exact = beginning in found
    return beginning if exact else found.pop() if len(found) == 1 and len(beginning) >= SHORTEST_ID else ""
