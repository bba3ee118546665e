"""What waits for a person, as rows to decide.

Shapes are those of langchain's HumanInTheLoopMiddleware (one question for several tool calls, or one for each), of
the older HumanInterrupt, and LangGraph's own `interrupt(value, response_schema=...)`. Whatever fits none of them is
shown as it is and takes any answer.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, TypeGuard

from graphdeck.graphs.questions.model import Action, DecisionKind, Shape, Sheet
from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.schema import follow, problems
from graphdeck.graphs.values import Json, to_json

_TOOL_DECISIONS: Final[tuple[DecisionKind, ...]] = ("approve", "edit", "reject", "respond")
"""What the middleware knows, in the order in which decisions are offered."""

_OLDER_NAMES: Final[Mapping[DecisionKind, str]] = {
    "approve": "accept",
    "edit": "edit",
    "reject": "ignore",
    "respond": "response",
}
_OLDER_KEYS: Final[Mapping[DecisionKind, str]] = {
    "approve": "allow_accept",
    "edit": "allow_edit",
    "reject": "allow_ignore",
    "respond": "allow_respond",
}
_USUAL_DESCRIPTION: Final = "Tool execution requires approval"
"""What the middleware says of every call, unless it is told otherwise."""
_ANY: Final[Mapping[str, Json]] = {}
"""No schemas of tools are known."""

_SAYS_NOTHING: Final = "it does not say which decisions it allows"
_ALLOWS_NOTHING: Final = "it allows no decision that is known"
_NO_EDIT: Final = "its arguments hold what JSON cannot carry back, so they cannot be edited"


def sheet(interrupts: Iterable[PendingInterrupt], tools: Mapping[str, Json] = _ANY) -> Sheet:
    """The actions of pending interrupts, each interrupt once; `tools` has the schemas of their arguments by name."""
    once = {interrupt.id: interrupt for interrupt in interrupts}
    return Sheet(tuple(action for interrupt in once.values() for action in actions(interrupt, tools)))


def actions(interrupt: PendingInterrupt, tools: Mapping[str, Json] = _ANY) -> Sequence[Action]:
    """What one interrupt asks to decide: the calls of a batch, else one action."""
    value = interrupt.value
    if isinstance(value, dict):
        requests, configs = value.get("action_requests"), value.get("review_configs")
        if isinstance(requests, list) and isinstance(configs, list):
            return _batch(interrupt, value, requests, configs, tools)
        if value.get("type") == "tool_approval":
            return (_per_call(interrupt, value, tools),)
    older = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(older, dict) and _is_call(older.get("action_request"), "action") and _is_config(older.get("config")):
        return (_human(interrupt, older, tools),)
    return (_plain(interrupt),)


# -- plain questions -------------------------------------------------------------------------------------------


def _plain(interrupt: PendingInterrupt, schema: Json = None, note: str = "") -> Action:
    schema = interrupt.schema if schema is None else schema
    fits: dict[DecisionKind, bool] = {
        "approve": not problems(True, schema),
        "reject": not problems(False, schema),
        "answer": True,
    }
    return Action(
        interrupt=interrupt.id,
        path=interrupt.path,
        shape=Shape.PLAIN,
        name=_title(interrupt),
        payload=interrupt.value,
        allowed=tuple(kind for kind, does in fits.items() if does),
        schema=schema,
        note=note,
        whole=interrupt.value,
        frames=interrupt.frames,
    )


def _title(interrupt: PendingInterrupt) -> str:
    """What a plain question is about: the action that its payload names, as LangGraph's guides do, else the node."""
    named = interrupt.value.get("action") if isinstance(interrupt.value, dict) else None
    return named if isinstance(named, str) and named.strip() else interrupt.node


# -- langchain's middleware ------------------------------------------------------------------------------------


def _batch(
    interrupt: PendingInterrupt,
    value: Mapping[str, Json],
    requests: Sequence[Json],
    configs: Sequence[Json],
    tools: Mapping[str, Json],
) -> Sequence[Action]:
    calls = [request for request in requests if _is_call(request, "name")]
    if not calls or len(calls) < len(requests):
        return (_plain(interrupt, _batch_schema(len(requests)), "looks like a batch of tool calls, but is malformed"),)
    also = {
        f"question's {key}": item for key, item in value.items() if key not in ("action_requests", "review_configs")
    }
    return [
        _call(interrupt, request, also, _listed(configs, index, request["name"]), tools)
        for index, request in enumerate(calls)
    ]


def _call(
    interrupt: PendingInterrupt,
    request: Mapping[str, Any],
    also: Mapping[str, Json],
    listed: Sequence[str],
    tools: Mapping[str, Json],
) -> Action:
    """One call of a batch; `listed` are the decisions that its config names, empty where it names none."""
    return _tool_action(
        interrupt,
        Shape.BATCHED,
        request["name"],
        request["args"],
        details={**_details(request, ("name", "args")), **also},
        listed=listed or _TOOL_DECISIONS,
        schema=_decision_schema(listed or _TOOL_DECISIONS),
        args_schema=tools.get(request["name"]),
        tools=tools,
        note="" if listed else _SAYS_NOTHING,
    )


def _per_call(interrupt: PendingInterrupt, value: Mapping[str, Any], tools: Mapping[str, Json]) -> Action:
    if not _is_call(value, "name"):
        return _plain(interrupt, note="looks like a tool call to approve, but is malformed")
    name = value["name"]
    schema = interrupt.schema
    listed = [kind for kind in _TOOL_DECISIONS if _decision_option(schema, kind) is not None]
    is_open = schema is None or not problems({"type": "?"}, schema)
    options = _decision_schema(_TOOL_DECISIONS) if is_open else schema
    return _tool_action(
        interrupt,
        Shape.PER_CALL,
        name,
        value["args"],
        details=_details(value, ("type", "name", "args")),
        listed=_TOOL_DECISIONS if is_open else listed,
        schema=options,
        args_schema=tools.get(name) if is_open else _edited_args(schema) or tools.get(name),
        note=_SAYS_NOTHING if is_open else "",
    )


def _tool_action(
    interrupt: PendingInterrupt,
    shape: Shape,
    name: str,
    args: Json,
    *,
    details: Mapping[str, Json],
    listed: Sequence[str],
    schema: Json,
    args_schema: Json,
    tools: Mapping[str, Json] = _ANY,
    accepts: Json = None,
    note: str = "",
) -> Action:
    """A tool that asks to run; of what is `listed`, what a key can decide is allowed, the rest by a typed answer."""
    allowed: list[DecisionKind] = [kind for kind in _TOOL_DECISIONS if kind in listed]
    if len(allowed) < len(set(listed)) or not allowed:
        note = note or (f"only {' or '.join(dict.fromkeys(listed))} is allowed here" if listed else _ALLOWS_NOTHING)
        allowed.append("answer")
    if "edit" in allowed and to_json(args) != args:
        allowed.remove("edit")
        note = "; ".join(filter(None, (note, _NO_EDIT)))
    return Action(
        interrupt=interrupt.id,
        path=interrupt.path,
        shape=shape,
        name=name,
        payload=args,
        allowed=tuple(allowed),
        details=details,
        schema=schema,
        args_schema=args_schema,
        tools=tools,
        accepts=accepts,
        note=note,
        whole=interrupt.value,
        frames=interrupt.frames,
    )


def _listed(configs: Sequence[Json], index: int, name: str) -> Sequence[str]:
    """What a call's config allows: the one in its place, else the first one of its name; empty where none says."""
    for config in (*configs[index : index + 1], *configs):
        if isinstance(config, dict) and config.get("action_name") == name:
            listed = config.get("allowed_decisions")
            return [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else ()
    return ()


def _decision_schema(listed: Sequence[str]) -> Json:
    call: Json = {
        "type": "object",
        "required": ["name", "args"],
        "properties": {"name": {"type": "string"}, "args": {"type": "object"}},
    }
    needs: dict[str, tuple[list[Json], dict[str, Json]]] = {
        "edit": (["type", "edited_action"], {"edited_action": call}),
        "respond": (["type", "message"], {"message": {"type": "string"}}),
        "reject": (["type"], {"message": {"type": "string"}}),
    }
    options: list[Json] = []
    for name in dict.fromkeys(listed):
        required, properties = needs.get(name, (["type"], {}))
        options.append({"type": "object", "required": required, "properties": {"type": {"const": name}, **properties}})
    return {"oneOf": options}


def _batch_schema(count: int) -> Json:
    decisions: Json = {"type": "array", "minItems": count, "maxItems": count, "items": {"type": "object"}}
    return {"type": "object", "required": ["decisions"], "properties": {"decisions": decisions}}


def _decision_option(schema: Json, kind: str) -> Mapping[str, Json] | None:
    """The alternative of a response schema that takes decisions of this kind."""
    root = schema if isinstance(schema, dict) else {}
    alternatives = root.get("oneOf") or root.get("anyOf")
    for part in alternatives if isinstance(alternatives, list) else [root]:
        option = follow(part, root)
        type_ = follow(option.get("properties"), root).get("type")
        if isinstance(type_, dict) and kind in (type_.get("const"), *_list(type_.get("enum"))):
            return option
    return None


def _edited_args(schema: Json) -> Json:
    """The schema of the arguments in a response schema that takes edits, with the definitions that it refers to."""
    root = schema if isinstance(schema, dict) else {}
    part = _decision_option(schema, "edit") or {}
    for name in ("edited_action", "args"):
        part = follow(follow(part.get("properties"), root).get(name), root)
    if not part.get("properties"):
        return None
    definitions = root.get("$defs")
    return {**part, "$defs": definitions} if definitions else dict(part)


# -- the older shape -------------------------------------------------------------------------------------------


def _human(interrupt: PendingInterrupt, value: Mapping[str, Any], tools: Mapping[str, Json]) -> Action:
    request, config = value["action_request"], value["config"]
    listed = [kind for kind in _TOOL_DECISIONS if config.get(_OLDER_KEYS[kind]) is True]
    return _tool_action(
        interrupt,
        Shape.HUMAN,
        request["action"],
        request["args"],
        details=_details(request, ("action", "args")) | _details(value, ("action_request", "config")),
        listed=listed,
        schema=_older_schema(listed),
        args_schema=tools.get(request["action"]),
        tools=tools,
        # Handlers of this shape read the arguments back from the answer; what JSON cannot hold is better left out.
        accepts=request if to_json(request) == request else None,
    )


def _older_schema(listed: Sequence[DecisionKind]) -> Json:
    call: Json = {
        "type": "object",
        "required": ["action", "args"],
        "properties": {"action": {"type": "string"}, "args": {"type": "object"}},
    }
    args: dict[DecisionKind, Json] = {
        "approve": {"anyOf": [{"type": "null"}, call]},
        "edit": call,
        "reject": {},
        "respond": {"type": "string"},
    }
    options: list[Json] = [
        {
            "type": "object",
            "required": ["type", "args"],
            "properties": {"type": {"const": _OLDER_NAMES[kind]}, "args": args[kind]},
        }
        for kind in listed
    ]
    return {"type": "array", "minItems": 1, "maxItems": 1, "items": {"oneOf": options} if options else {}}


# -- parts of payloads -----------------------------------------------------------------------------------------


def _is_call(request: object, name: str) -> TypeGuard[dict[str, Any]]:
    return isinstance(request, dict) and isinstance(request.get(name), str) and isinstance(request.get("args"), dict)


def _is_config(config: object) -> bool:
    return isinstance(config, dict) and any(str(key).startswith("allow_") for key in config)


def _details(value: Mapping[str, Json], shown: tuple[str, ...]) -> dict[str, Json]:
    """What a question says besides; its description without what the middleware says of every call."""
    rest = {key: item for key, item in value.items() if key not in shown}
    description = rest.get("description")
    if isinstance(description, str):
        repeated = f"\n\nTool: {value.get('name')}\nArgs: {value.get('args')}"
        told = description.removesuffix(repeated)
        rest["description"] = "" if told == _USUAL_DESCRIPTION else told
    return {key: item for key, item in rest.items() if item is not None and item != ""}


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
