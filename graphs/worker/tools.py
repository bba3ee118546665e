"""The tools that a graph's nodes hold, and the schemas of their arguments. None of them is called."""

from collections.abc import Iterator, Mapping
from typing import Any

from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel

from graphdeck.graphs.values import Json, to_json
from graphdeck.graphs.worker.schemas import json_schema

MAX_DEPTH = 20
"""Levels of subgraphs that are looked at; a graph may contain itself."""


def is_tool_node(action: Any) -> bool:
    """Whether a node runs tools, by name: `langgraph.prebuilt` need not be imported to know that it is not from it."""
    return any(kind.__name__ == "ToolNode" for kind in type(action).__mro__)


def tools_of(action: Any) -> Mapping[str, Any]:
    """The tools of a node that runs tools, by name; empty for other nodes."""
    found = getattr(action, "tools_by_name", None) if is_tool_node(action) else None
    return found if isinstance(found, Mapping) else {}


def tool_schemas(graph: Pregel[Any, Any, Any, Any]) -> Mapping[str, Json]:
    """JSON schemas of the tools' arguments by tool name, subgraphs included.

    Left out: tools without a schema, and names that several tools with different arguments have.
    """
    schemas: dict[str, Json] = {}
    unclear = set()
    for name, tool in _tools(graph, MAX_DEPTH):
        schema = _schema(tool)
        if schema is None or schemas.setdefault(name, schema) != schema:
            unclear.add(name)
    return {name: schema for name, schema in schemas.items() if name not in unclear}


def _tools(graph: Pregel[Any, Any, Any, Any], depth: int) -> Iterator[tuple[str, Any]]:
    if isinstance(graph, CompiledStateGraph):
        actions = [spec.runnable for spec in graph.builder.nodes.values()]
    else:
        actions = [node.bound for node in graph.nodes.values()]
    for action in actions:
        yield from tools_of(action).items()
    if depth:
        for _, inner in graph.get_subgraphs():
            if isinstance(inner, Pregel):
                yield from _tools(inner, depth - 1)


def _schema(tool: Any) -> Json:
    """What the model is told of the tool's arguments; None where that cannot be had."""
    try:
        schema = tool.tool_call_schema  # without the arguments that LangGraph puts in
    except Exception:  # noqa: BLE001 - made of the user's types, which may raise anything; a schema is a help, not a need
        return None
    return to_json(schema) if isinstance(schema, Mapping) else json_schema(schema)
