"""The one check of answers before they are sent: some wrong ones are saved, and the thread then fails for ever.

LangGraph itself checks only answers to questions whose schema is a Python type, and runs the tools of the good answers
before it refuses a bad one among them; so everything is checked here, by the worker under the lease, and by front ends
as soon as somebody has typed.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from graphdeck.graphs.errors import AnswerRefused
from graphdeck.graphs.questions.model import Shape
from graphdeck.graphs.questions.read import actions
from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.values import Json, safe_repr

_DEEPEST: Final = 250
"""Levels of nesting that can be saved; LangGraph's format ends at 255."""
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
    cannot = _unsendable(answer)
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


def _unsendable(value: Any) -> str:
    """Why an answer cannot be saved as JSON, whatever its question; empty where it can."""
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        if not level:
            return ""
        wrong = next(filter(None, map(_not_json, level)), "")
        if wrong:
            return wrong
        level = [inner for item in level for inner in _inside(item)]
    return "it is nested too deeply to be saved" if level else ""


def _inside(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _not_json(value: Any) -> str:
    """Why this value itself is none of JSON that can be saved."""
    if value is None or isinstance(value, (bool, str, list)):
        return ""
    if isinstance(value, int):
        return "" if -(1 << 63) <= value < 1 << 64 else "it holds a number that is too large to be saved"
    if isinstance(value, float):
        return "" if math.isfinite(value) else f"it holds {value}, which is not a JSON value"
    if isinstance(value, dict):
        return "" if all(isinstance(key, str) and _is_unicode(key) for key in value) else "it has a key that is no text"
    return f"it holds a {type(value).__name__}, which is not a JSON value"


def _is_unicode(text: str) -> bool:
    """Whether a text has no half of a surrogate pair alone, which as a key cannot be saved."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
