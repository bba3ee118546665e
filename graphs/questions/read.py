"""What waits for a person, as rows to decide.

Shapes are those of langchain's HumanInTheLoopMiddleware (one question for several tool calls, or one for each), of
the older HumanInterrupt, and LangGraph's own `interrupt(value, response_schema=...)`. Whatever fits none of them is
shown as it is and takes any answer.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from graphdeck.graphs.questions.model import Action, Shape, Sheet
from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.schema import problems
from graphdeck.graphs.values import Json, to_json

DECISIONS = ("approve", "edit", "reject", "respond")
"""What the middleware knows, where a question does not say what it allows."""


def sheet(interrupts: Iterable[PendingInterrupt]) -> Sheet:
    """The actions of pending interrupts, each interrupt once."""
    once = {interrupt.id: interrupt for interrupt in interrupts}
    return Sheet(tuple(action for interrupt in once.values() for action in _actions(interrupt)))


def _actions(interrupt: PendingInterrupt) -> Iterable[Action]:
    value = interrupt.value
    if isinstance(value, dict):
        requests, configs = value.get("action_requests"), value.get("review_configs")
        if isinstance(requests, list) and isinstance(configs, list):
            return _batched(interrupt, value, requests, configs)
        if value.get("type") == "tool_approval" and _is_call(value, "name"):
            return (_per_call(interrupt, value),)
    older = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(older, dict) and _is_call(older.get("action_request"), "action") and _is_config(older.get("config")):
        return (_human(interrupt, older),)
    return (_plain(interrupt),)


def _plain(interrupt: PendingInterrupt, schema: Json = None, note: str = "") -> Action:
    schema = interrupt.schema if schema is None else schema
    return Action(
        interrupt=interrupt.id,
        path=interrupt.path,
        shape=Shape.PLAIN,
        name=_title(interrupt),
        payload=interrupt.value,
        schema=schema,
        may_approve=not problems(True, schema),
        may_reject=not problems(False, schema),
        note=note,
        frames=interrupt.frames,
    )


def _title(interrupt: PendingInterrupt) -> str:
    """What a plain question is about: the action that its payload names, as LangGraph's guides do, else the node."""
    named = interrupt.value.get("action") if isinstance(interrupt.value, dict) else None
    return named if isinstance(named, str) and named.strip() else interrupt.node


def _batched(
    interrupt: PendingInterrupt, value: Mapping[str, Json], requests: list[Json], configs: list[Json]
) -> tuple[Action, ...]:
    if not requests or not all(_is_call(request, "name") for request in requests):
        return (_plain(interrupt, _batch_schema(len(requests)), "looks like a batch of tool calls, but is malformed"),)
    also = {
        f"question's {key}": item for key, item in value.items() if key not in ("action_requests", "review_configs")
    }
    return tuple(
        _batched_call(interrupt, request, _allowed(configs, index, request["name"]), also)
        for index, request in enumerate(requests)
        if isinstance(request, dict)  # they all are; said again for the type checker
    )


def _batched_call(
    interrupt: PendingInterrupt, request: Mapping[str, Any], allowed: tuple[str, ...], also: Mapping[str, Json]
) -> Action:
    return Action(
        interrupt=interrupt.id,
        path=interrupt.path,
        shape=Shape.BATCHED,
        name=request["name"],
        payload=request["args"],
        details={**_details(request, ("name", "args")), **also},
        schema=_decision_schema(allowed),
        may_approve="approve" in allowed,
        may_reject="reject" in allowed,
        takes_reason="reject" in allowed,
        note=_only_typed(allowed, ("approve", "reject")),
        frames=interrupt.frames,
    )


def _per_call(interrupt: PendingInterrupt, value: Mapping[str, Any]) -> Action:
    may_approve = not problems({"type": "approve"}, interrupt.schema)
    may_reject = not problems({"type": "reject"}, interrupt.schema)
    return Action(
        interrupt=interrupt.id,
        path=interrupt.path,
        shape=Shape.PER_CALL,
        name=value["name"],
        payload=value["args"],
        details=_details(value, ("type", "name", "args")),
        schema=interrupt.schema,
        may_approve=may_approve,
        may_reject=may_reject,
        takes_reason=may_reject,
        note="" if may_approve or may_reject else "neither approve nor reject is allowed: type the decision as JSON",
        frames=interrupt.frames,
    )


def _human(interrupt: PendingInterrupt, value: Mapping[str, Any]) -> Action:
    names = {"accept": "allow_accept", "edit": "allow_edit", "response": "allow_respond", "ignore": "allow_ignore"}
    allowed = tuple(name for name, key in names.items() if value["config"].get(key) is True)
    request = value["action_request"]
    item: Json = {"type": "object", "required": ["type", "args"], "properties": {"type": {"enum": list(allowed)}}}
    return Action(
        interrupt=interrupt.id,
        path=interrupt.path,
        shape=Shape.HUMAN,
        name=request["action"],
        payload=request["args"],
        details=_details(request, ("action", "args")) | _details(value, ("action_request", "config")),
        schema={"type": "array", "minItems": 1, "maxItems": 1, "items": item},
        # Handlers of this shape read the arguments back from the answer; what JSON cannot hold is better left out.
        accepts=request if to_json(request) == request else None,
        may_approve="accept" in allowed,
        may_reject="ignore" in allowed or "response" in allowed,
        takes_reason="response" in allowed,
        note=_only_typed(allowed, ("accept", "ignore", "response")),
        frames=interrupt.frames,
    )


def _is_call(request: object, name: str) -> bool:
    return isinstance(request, dict) and isinstance(request.get(name), str) and isinstance(request.get("args"), dict)


def _is_config(config: object) -> bool:
    return isinstance(config, dict) and any(str(key).startswith("allow_") for key in config)


def _allowed(configs: list[Json], index: int, name: Json) -> tuple[str, ...]:
    """What may be decided about a call: by the config in its place, else the first one of its name, else anything."""
    in_place = configs[index : index + 1]
    for config in (*in_place, *configs):
        if isinstance(config, dict) and config.get("action_name") == name:
            listed = config.get("allowed_decisions")
            known = tuple(item for item in listed if isinstance(item, str)) if isinstance(listed, list) else ()
            return known or DECISIONS
    return DECISIONS


def _decision_schema(allowed: tuple[str, ...]) -> Json:
    call: Json = {
        "type": "object",
        "required": ["name", "args"],
        "properties": {"name": {"type": "string"}, "args": {"type": "object"}},
    }
    needs: dict[str, tuple[list[Json], Json]] = {
        "edit": (["type", "edited_action"], {"edited_action": call}),
        "respond": (["type", "message"], {"message": {"type": "string"}}),
        "reject": (["type"], {"message": {"type": "string"}}),
    }
    options: list[Json] = []
    for name in dict.fromkeys(allowed):
        required, properties = needs.get(name, (["type"], {}))
        assert isinstance(properties, dict)
        options.append({"type": "object", "required": required, "properties": {"type": {"const": name}, **properties}})
    return {"oneOf": options}


def _batch_schema(count: int) -> Json:
    decisions: Json = {"type": "array", "minItems": count, "maxItems": count, "items": {"type": "object"}}
    return {"type": "object", "required": ["decisions"], "properties": {"decisions": decisions}}


def _details(value: Mapping[str, Json], shown: tuple[str, ...]) -> dict[str, Json]:
    """What a question says besides; its description without the arguments that the middleware repeats in it."""
    rest = {key: item for key, item in value.items() if key not in shown}
    description = rest.get("description")
    if isinstance(description, str):
        repeated = f"\n\nTool: {value.get('name')}\nArgs: {value.get('args')}"
        rest["description"] = description.removesuffix(repeated)
    return {key: item for key, item in rest.items() if item is not None and item != ""}


def _only_typed(allowed: tuple[str, ...], keys: tuple[str, ...]) -> str:
    if any(name in allowed for name in keys):
        return ""
    return f"only {' or '.join(allowed) or 'nothing'} is allowed here: type the decision as JSON"
