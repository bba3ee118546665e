"""Answers are checked before they are sent: some wrong ones are saved, and the thread then fails for ever.

The shapes are those of langchain's HumanInTheLoopMiddleware: batched, `{"action_requests", "review_configs"}` asks
for `{"decisions": [...]}`, one for each action in the same order; else the interrupt's `response_schema` counts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from graphdeck.graphs.errors import AnswerRefused
from graphdeck.graphs.schema import problems
from graphdeck.graphs.values import Json, safe_repr, to_json

DECISIONS = ("approve", "edit", "reject", "respond")


def check_answers(pending: Mapping[str, Any], answers: Mapping[str, Json]) -> None:
    """Raise AnswerRefused unless every answer's interrupt waits and takes an answer of this shape.

    `pending` has LangGraph's interrupts by id. Of several answers, one that is wrong refuses all.
    """
    for identity, answer in answers.items():
        if identity not in pending:
            raise AnswerRefused(
                f"interrupt {identity} does not wait any more: answered elsewhere, or the thread went on without it",
                "waiting now: " + (", ".join(pending) or "nothing"),
            )
        interrupt = pending[identity]
        wrong = check_answer(to_json(interrupt.value), to_json(interrupt.response_schema), answer)
        if wrong:
            raise AnswerRefused(f"the answer to interrupt {identity} was not sent: {wrong}", _hint(interrupt.value))


def check_answer(value: Json, schema: Json, answer: Json) -> str:
    """What is wrong with an answer to this payload; empty where nothing is."""
    if is_batched(value):
        assert isinstance(value, dict)
        return _check_decisions(value, answer)
    found = problems(answer, schema)
    return "; ".join(found[:5])


def is_batched(value: Json) -> bool:
    """Whether a payload is the middleware's, asking for one decision for each of its actions."""
    return (
        isinstance(value, dict)
        and isinstance(value.get("action_requests"), list)
        and isinstance(value.get("review_configs"), list)
    )


def _check_decisions(value: Mapping[str, Any], answer: Json) -> str:
    decisions = answer.get("decisions") if isinstance(answer, dict) else None
    if not isinstance(decisions, list):
        return 'it must be {"decisions": [...]}, one decision for each action'
    actions = value["action_requests"]
    if len(decisions) != len(actions):
        return f"{len(decisions)} decisions for {len(actions)} actions"
    for number, (action, decision) in enumerate(zip(actions, decisions, strict=True), 1):
        wrong = _check_decision(_allowed(value["review_configs"], action), decision)
        if wrong:
            return f"decision {number}: {wrong}"
    return ""


def _allowed(configs: Sequence[Any], action: Any) -> Sequence[str]:
    name = action.get("name") if isinstance(action, Mapping) else None
    for config in configs:
        if isinstance(config, Mapping) and config.get("action_name") == name:
            return config.get("allowed_decisions") or DECISIONS
    return DECISIONS


def _check_decision(allowed: Sequence[str], decision: Any) -> str:
    if not isinstance(decision, Mapping) or not isinstance(decision.get("type"), str):
        return f'it must be an object with a "type", not {safe_repr(decision, 60)}'
    kind = decision["type"]
    if kind not in allowed:
        return f"{kind!r} is not allowed here; allowed are {', '.join(allowed)}"
    if kind == "edit":
        edited = decision.get("edited_action")
        if not (isinstance(edited, Mapping) and isinstance(edited.get("name"), str) and "args" in edited):
            return '"edit" needs "edited_action" with "name" and "args"'
        if not isinstance(edited["args"], Mapping):
            return '"args" of the edited action must be an object'
    if kind == "respond" and not isinstance(decision.get("message"), str):
        return '"respond" needs a "message"'
    if kind == "reject" and not isinstance(decision.get("message", ""), str):
        return 'the "message" of "reject" must be text'
    return ""


def _hint(value: object) -> str:
    return f"it still waits; its payload is {safe_repr(value, 300)}"
