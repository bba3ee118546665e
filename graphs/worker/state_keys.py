"""What can be written into a graph's state: its keys, how a write acts on each, and what comes after which node."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langgraph.channels import BinaryOperatorAggregate
from langgraph.channels.base import BaseChannel
from langgraph.channels.delta import DeltaChannel
from langgraph.channels.topic import Topic
from langgraph.graph.state import CompiledStateGraph

from graphdeck.graphs.forks import NodeChoice, StateKey, Write
from graphdeck.graphs.records import START
from graphdeck.graphs.values import Json
from graphdeck.graphs.worker.load import AnyBuilder, AnyGraph
from graphdeck.graphs.worker.schemas import Field, fields_of, json_schema


def state_fields(builder: AnyBuilder) -> Mapping[str, Field]:
    """The fields of all schemas that name keys of the state: private ones are only in those of some nodes."""
    found: dict[str, Field] = {}
    for schema in (builder.state_schema, *builder.schemas):
        for key, field in (fields_of(schema) or {}).items():
            if key in builder.channels:
                found.setdefault(key, field)
    return found


def state_keys(graph: AnyGraph) -> tuple[StateKey, ...]:
    """The keys that can be written; none for the functional API, whose state is not written by keys."""
    if not isinstance(graph, CompiledStateGraph):
        return ()
    fields = state_fields(graph.builder)
    schemas = _schemas(graph.builder)
    return tuple(
        _key(name, channel, fields.get(name), schemas.get(name)) for name, channel in graph.builder.channels.items()
    )


def has_reducer(channel: object) -> bool:
    """Whether what is written is joined with what is there, and can replace it by `Overwrite`."""
    return isinstance(channel, BinaryOperatorAggregate | DeltaChannel)


def node_choices(graph: AnyGraph) -> tuple[NodeChoice, ...]:
    """The nodes that a write can be said to come from, with what comes next then; nothing is run for that.

    A node's `Command(goto=...)` is not among it: a write has none.
    """
    if not isinstance(graph, CompiledStateGraph):
        return ()
    return tuple(_choice(name, graph.builder) for name in (START, *graph.builder.nodes))


def _choice(name: str, builder: AnyBuilder) -> NodeChoice:
    branches = builder.branches.get(name, {}).values()
    joins = [target for sources, target in sorted(builder.waiting_edges) if name in sources]
    may = [target for branch in branches for target in (branch.ends or {}).values()]
    return NodeChoice(
        node=name,
        next=(*sorted(target for source, target in builder.edges if source == name), *joins),
        may=tuple(dict.fromkeys(may)),
        joins=tuple(joins),
        open=any(branch.ends is None for branch in branches),
    )


def _schemas(builder: AnyBuilder) -> Mapping[str, Json]:
    """The JSON schema of each key, with the definitions that it refers to."""
    found: dict[str, Json] = {}
    for schema in (builder.state_schema, *builder.schemas):
        made = json_schema(schema)
        parts = made.get("properties") if isinstance(made, dict) else None
        definitions = made.get("$defs") if isinstance(made, dict) else None
        for name, part in parts.items() if isinstance(parts, dict) else ():
            whole = {**part, "$defs": definitions} if definitions and isinstance(part, dict) else part
            found.setdefault(name, whole)
    return found


def _key(name: str, channel: BaseChannel[Any, Any, Any], field: Field | None, schema: Json) -> StateKey:
    if not has_reducer(channel):
        return StateKey(name=name, schema=schema, write="append" if isinstance(channel, Topic) else "replace")
    reducer = field.reducer if field else getattr(channel, "operator", None)
    return StateKey(name=name, schema=schema, write=_write(field, reducer), reducer=getattr(reducer, "__name__", ""))


def _write(field: Field | None, reducer: Callable[..., Any] | None) -> Write:
    if field is not None and field.holds_messages:
        return "messages"
    is_list = field is None or any(kind in str(field.type) for kind in _LISTS)
    return "append" if reducer is operator.add and is_list else "reduce"


_LISTS: Sequence[str] = ("list", "List", "tuple", "Sequence")
