"""The one check of answers before they are sent: some wrong ones are saved, and the thread then fails for ever.

LangGraph itself checks only answers to questions whose schema is a Python type, and runs the tools of the good answers
before it refuses a bad one among them; so everything is checked here, by the worker under the lease, and by front ends
as soon as somebody has typed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from graphdeck.graphs.errors import AnswerRefused
from graphdeck.graphs.questions.model import Shape
from graphdeck.graphs.questions.read import actions
from graphdeck.graphs.questions.sendable import unsendable
from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.values import Json, safe_repr

_NO_TOOLS: Final[Mapping[str, Json]] = {}


def check_answers(
    pending: Iterable[PendingInterrupt], answers: Mapping[str, Any], tools: Mapping[str, Json] = _NO_TOOLS
) -> None:
    """Raise AnswerRefused unless every answer's interrupt waits and takes an answer of this shape.

    Of several answers, one that is wrong refuses all. `tools` has the schemas of the tools' arguments by name.
    """
    waiting = {interrupt.id: interrupt for interrupt in pending}
    for id_, answer in answers.items():
        if id_ not in waiting:
            raise AnswerRefused(
                f"interrupt {id_} does not wait any more: answered elsewhere, or the thread went on without it",
                "waiting now: " + (", ".join(waiting) or "nothing"),
            )
        wrong = fault(waiting[id_], answer, tools)
        if wrong:
            raise AnswerRefused(
                f"the answer to interrupt {id_} was not sent: {wrong}",
                f"it still waits; its payload is {safe_repr(waiting[id_].value, 300)}",
            )


def fault(interrupt: PendingInterrupt, answer: Any, tools: Mapping[str, Json] = _NO_TOOLS) -> str:
    """What is wrong with an answer to an interrupt; empty where nothing is."""
    cannot = unsendable(answer)
    if cannot:
        return cannot
    asked = actions(interrupt, tools)
    if asked[0].shape is not Shape.BATCHED:
        return asked[0].fault(answer)
    decisions = answer.get("decisions") if isinstance(answer, dict) else None
    if not isinstance(decisions, list):
        return 'it must be {"decisions": [...]}, one decision for each action'
    if len(decisions) != len(asked):
        return f"{_counted(decisions, 'decision')} for {_counted(asked, 'action')}"
    for number, (action, decision) in enumerate(zip(asked, decisions, strict=True), 1):
        wrong = action.fault(decision)
        if wrong:
            return f"decision {number} ({action.name}): {wrong}"
    return ""


def _counted(items: Sequence[object], name: str) -> str:
    return f"{len(items)} {name}{'' if len(items) == 1 else 's'}"
