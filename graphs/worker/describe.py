"""What a loaded graph is made of: nodes, declared edges, subgraphs, schemas. Nothing of it is run."""

import dataclasses
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel

from graphdeck.graphs.local.targets import Target
from graphdeck.graphs.records import END, START, Edge, GraphShape, Node
from graphdeck.graphs.values import Json
from graphdeck.graphs.worker.called_tasks import called_tasks
from graphdeck.graphs.worker.chain import ChainBuilder
from graphdeck.graphs.worker.hidden_graphs import hidden_graph
from graphdeck.graphs.worker.load import AnyBuilder, AnyGraph, Loaded, is_entrypoint
from graphdeck.graphs.worker.node_details import details_of
from graphdeck.graphs.worker.schemas import fields_of, is_part_of_state, json_schema, runnable_schema
from graphdeck.graphs.worker.sources import Source, source_of
from graphdeck.graphs.worker.tools import is_tool_node, tool_schemas, tools_of

MODELS = "graphdeck.graphs.models"
MAX_DEPTH = 20
"""Levels of subgraphs that are described; a graph may contain itself."""


def describe(loaded: Loaded, target: Target) -> GraphShape:
    """The shape of a loaded graph; what cannot be known is left out. `file` and `saving` are the caller's to fill."""
    shape = _shape(loaded.graph, target.title, ())
    return dataclasses.replace(
        shape,
        target=target.text,
        kind=loaded.kind,
        description=loaded.description,
        tools=tool_schemas(loaded.graph),
        model=_model(loaded.module) if target.kind == "bundled" else "",
    )


def _shape(graph: AnyGraph, title: str, around: tuple[AnyGraph, ...]) -> GraphShape:
    builder = graph.builder if isinstance(graph, CompiledStateGraph) else None
    subgraphs = _subgraphs(graph, around)
    names = [START, *(builder.nodes if builder else (name for name in graph.nodes if name != START)), END]
    edges = _edges(builder, names, graph) if builder else _channel_edges(graph)
    input_schema, output_schema = _schemas(graph, builder)
    fields = fields_of(builder.input_schema) if builder else None
    return GraphShape(
        target=title,
        title=title,
        nodes=tuple(_node(name, graph, builder, subgraphs, around) for name in names),
        edges=edges,
        subgraphs=subgraphs,
        kind="functional" if is_entrypoint(graph) else "graph",
        input_schema=input_schema,
        input_is_partial=builder is not None and is_part_of_state(builder.input_schema, builder.state_schema),
        output_schema=output_schema,
        context_schema=json_schema(graph.context_schema) if graph.context_schema is not None else None,
        state_keys=tuple(builder.channels) if builder else (),
        tasks=called_tasks(
            (_action(name, graph, builder) for name in names if name not in (START, END)),
            has_cache=graph.cache is not None,
        ),
        takes_messages=bool(fields and "messages" in fields and fields["messages"].holds_messages),
        breakpoints_before=_breakpoints(graph.interrupt_before_nodes, names),
        breakpoints_after=_breakpoints(graph.interrupt_after_nodes, names),
    )


def _subgraphs(graph: AnyGraph, around: tuple[AnyGraph, ...]) -> Mapping[str, GraphShape]:
    if len(around) == MAX_DEPTH:
        return {}
    inside = (*around, graph)
    return {name: _shape(inner, name, inside) for name, inner in graph.get_subgraphs() if isinstance(inner, Pregel)}


def _schemas(graph: AnyGraph, builder: AnyBuilder | None) -> tuple[Json, Json]:
    """JSON schemas of input and output."""
    if isinstance(builder, ChainBuilder):
        chain = builder.runnable
        return runnable_schema(chain.get_input_jsonschema), runnable_schema(chain.get_output_jsonschema)
    if builder is not None:
        return json_schema(builder.input_schema), json_schema(builder.output_schema)
    return json_schema(graph.InputType), json_schema(graph.OutputType)


# -- nodes -----------------------------------------------------------------------------------------------------------


def _node(
    name: str,
    graph: AnyGraph,
    builder: AnyBuilder | None,
    subgraphs: Mapping[str, GraphShape],
    around: tuple[AnyGraph, ...],
) -> Node:
    if name in (START, END):
        open_start = name == START and builder is not None and _has_open_branch(builder, START)
        return Node(id=name, kind="start" if name == START else "end", unknown_targets=open_start)
    spec = builder.nodes[name] if builder else None
    action = _action(name, graph, builder)
    source = source_of(action)
    return Node(
        id=name,
        kind="entrypoint" if is_entrypoint(graph) else _kind(name, action, subgraphs),
        doc=source.doc or ", ".join(tools_of(action)),
        file=source.file,
        line=source.line,
        unknown_targets=builder is not None and _goes_anywhere(name, builder, source),
        defer=bool(spec and spec.defer),
        hidden_graph=hidden_graph(action, next(iter(graph.nodes[name].subgraphs), None), (*around, graph)),
        details=details_of(name, graph, builder, source),
    )


def _action(name: str, graph: AnyGraph, builder: AnyBuilder | None) -> Any:
    """What the node runs."""
    if isinstance(builder, ChainBuilder):
        return builder.steps[name]
    return builder.nodes[name].runnable if builder else graph.nodes[name].bound


def _kind(name: str, action: Any, subgraphs: Mapping[str, GraphShape]) -> str:
    if name in subgraphs:
        return "subgraph"
    if is_tool_node(action):
        return "tools"
    return "node"


def _goes_anywhere(name: str, builder: AnyBuilder, source: Source) -> bool:
    return _has_open_branch(builder, name) or (source.jumps and not builder.nodes[name].ends)


def _has_open_branch(builder: AnyBuilder, name: str) -> bool:
    """A router without a path map and without a Literal return type."""
    return any(branch.ends is None for branch in builder.branches.get(name, {}).values())


# -- edges -----------------------------------------------------------------------------------------------------------


def _edges(builder: AnyBuilder, names: Sequence[str], graph: AnyGraph) -> tuple[Edge, ...]:
    """The declared edges, in the order of the nodes' definition, each pair once, and those of the last nodes to END."""
    found: dict[tuple[str, str], list[Edge]] = {}
    for edge in (*_declared(builder), *_last(builder, graph)):
        found.setdefault((edge.source, edge.target), []).append(edge)
    order = {name: position for position, name in enumerate(names)}
    pairs = sorted(found, key=lambda pair: (order.get(pair[0], -1), order.get(pair[1], len(order))))
    return tuple(_joined(found[pair]) for pair in pairs)


def _declared(builder: AnyBuilder) -> Iterator[Edge]:
    for source, target in builder.edges:
        yield Edge(source=source, target=target)
    for sources, target in builder.waiting_edges:
        yield from (Edge(source=source, target=target) for source in sources)
    for source, branches in builder.branches.items():
        for branch in branches.values():
            for answer, target in (branch.ends or {}).items():
                yield Edge(source=source, target=target, label=_label(answer, target), conditional=True)
    for source, spec in builder.nodes.items():
        ends = spec.ends if isinstance(spec.ends, Mapping) else dict.fromkeys(spec.ends or (), "")
        for target, label in ends.items():
            yield Edge(source=source, target=target, label=_label(label, target), conditional=True)
        if spec.error_handler_node:
            yield Edge(source=source, target=spec.error_handler_node, label="error", conditional=True)


def _last(builder: AnyBuilder, graph: AnyGraph) -> Iterator[Edge]:
    """From nodes that nothing leads on from, whatever they return: LangGraph ends there, as behind an edge to END."""
    leading = {source for source, _ in builder.edges}.union(*(sources for sources, _ in builder.waiting_edges))
    for name, spec in builder.nodes.items():
        if not (name in leading or builder.branches.get(name) or spec.ends):
            source = source_of(_action(name, graph, builder))
            if not source.jumps and not source.leaves:
                yield Edge(source=name, target=END)


def _label(answer: object, target: str) -> str:
    text = "" if answer is None else str(answer)
    return "" if text == target else text


def _joined(edges: Sequence[Edge]) -> Edge:
    """Several ways from one node to another as one edge; a fixed edge is taken whatever a router says."""
    fixed = [edge for edge in edges if not edge.conditional]
    if fixed:
        return fixed[0]
    labels = dict.fromkeys(edge.label for edge in edges if edge.label)
    return Edge(source=edges[0].source, target=edges[0].target, label=", ".join(labels), conditional=True)


def _channel_edges(graph: AnyGraph) -> tuple[Edge, ...]:
    """Edges of a graph without a builder: from START to what its input triggers, and from there to END."""
    inputs = {graph.input_channels} if isinstance(graph.input_channels, str) else set(graph.input_channels)
    first = [name for name, node in graph.nodes.items() if name != START and inputs & set(node.triggers)]
    entries = [Edge(source=START, target=name) for name in first]
    return (*entries, *(Edge(source=name, target=END) for name in first if len(graph.nodes) == len(first)))


def _breakpoints(nodes: Sequence[str] | str, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name not in (START, END)) if nodes == "*" else tuple(nodes)


# -- the model of a bundled graph ------------------------------------------------------------------------------------


def _model(module: str) -> str:
    """Model and endpoint that a bundled graph calls, told by the module that made the model."""
    models = sys.modules.get(MODELS)
    uses_it = models is not None and hasattr(sys.modules[module], "chat_model")
    return str(models.describe_model()) if models is not None and uses_it else ""
