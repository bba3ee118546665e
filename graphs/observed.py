"""What was seen in runs beside what a graph declares: edges taken, and graphs that ran inside nodes."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final, TypeAlias

from graphdeck.graphs.events import Checkpoint, NodeStarted, path_text
from graphdeck.graphs.records import END, START, Edge, GraphShape, Node

Pair: TypeAlias = tuple[str, str]
"""Paths of two nodes of one graph, `team:desk:review`; or of a node and of the START of a graph that ran inside it."""

NO_PAIRS: frozenset[Pair] = frozenset()
SEEN_RUNNING: Final = "only seen running"
"""What is known of a graph inside a node that only runs have told of."""


def with_observed(
    shape: GraphShape, taken: Collection[Pair], likely: Collection[Pair] = NO_PAIRS, prefix: str = ""
) -> GraphShape:
    """The shape with the edges that were taken and are not declared, in its subgraphs too; itself where there is none.

    A node in which a graph ran that the shape does not know has one that is hidden. Nodes that the shape does not have
    are left out. Of `likely` pairs it is only known that the second node started when the first had ended, or that the
    first led nowhere (END): they are edges where the first may go anywhere, and the second neither waits for all others
    nor is END.
    """
    if not (taken or likely):
        return shape
    shape = _with_hidden(shape, taken, prefix)
    nodes = {node.id: node for node in shape.nodes}
    known = {(edge.source, edge.target) for edge in shape.edges}

    def of_this(pairs: Collection[Pair]) -> set[Pair]:
        cut = len(prefix)
        own = {(one[cut:], other[cut:]) for one, other in pairs if one.startswith(prefix) and other.startswith(prefix)}
        return {(one, other) for one, other in own - known if one in nodes and other in nodes}

    def may_be(one: Node, other: Node) -> bool:
        return one.unknown_targets and not other.defer and other.id != END

    maybe = {pair for pair in of_this(likely) if may_be(nodes[pair[0]], nodes[pair[1]])}
    seen = sorted(of_this(taken) | maybe) if shape.kind == "graph" else ()
    edges = tuple(Edge(source=one, target=other, observed=True) for one, other in seen)
    subgraphs = {
        name: with_observed(inner, taken, likely, f"{prefix}{name}:") for name, inner in shape.subgraphs.items()
    }
    if not edges and all(inner is shape.subgraphs[name] for name, inner in subgraphs.items()):
        return shape
    return replace(shape, edges=(*shape.edges, *edges), subgraphs=subgraphs)


def _with_hidden(shape: GraphShape, taken: Collection[Pair], prefix: str) -> GraphShape:
    """The shape with the graphs that ran inside its nodes and tasks and that it does not know; itself without one."""

    def seen(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        return tuple(
            replace(node, hidden_graph=SEEN_RUNNING)
            if not node.hidden_graph and node.id not in shape.subgraphs and _into(prefix + node.id) in taken
            else node
            for node in nodes
        )

    nodes, tasks = seen(shape.nodes), seen(shape.tasks)
    return shape if (nodes, tasks) == (shape.nodes, shape.tasks) else replace(shape, nodes=nodes, tasks=tasks)


def _into(node: str) -> Pair:
    """What tells that a graph ran inside a node."""
    return node, f"{node}:{START}"


def into_pairs(paths: Iterable[str]) -> set[Pair]:
    """The nodes inside which these ran, as pairs."""
    return {_into(path.rpartition(":")[0]) for path in paths if ":" in path}


def started_pairs(event: NodeStarted) -> Iterator[Pair]:
    """The node inside which a node starts."""
    if event.ns:
        yield from into_pairs((path_text(event.ns, event.node),))


def routed_pairs(event: Checkpoint) -> Iterator[Pair]:
    """Where the nodes of a step have sent the run, as the checkpoint that ends it tells."""
    for source, targets in (event.routed or {}).items():
        yield from ((path_text(event.ns, source), path_text(event.ns, target)) for target in targets)


def observed_pairs(shape: GraphShape, prefix: str = "") -> Iterator[Pair]:
    """What of a shape is not declared and was seen in runs, also in its subgraphs."""
    for edge in shape.edges:
        if edge.observed:
            yield prefix + edge.source, prefix + edge.target
    for node in (*shape.nodes, *shape.tasks):
        if node.hidden_graph == SEEN_RUNNING:
            yield _into(prefix + node.id)
    for name, inner in shape.subgraphs.items():
        yield from observed_pairs(inner, f"{prefix}{name}:")
