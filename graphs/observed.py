"""Edges that were seen taken, beside those that a graph declares."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import TypeAlias

from graphdeck.graphs.events import Checkpoint, path_text
from graphdeck.graphs.records import END, Edge, GraphShape, Node

Pair: TypeAlias = tuple[str, str]
"""Paths of two nodes of one graph, `team:desk:review`."""

NO_PAIRS: frozenset[Pair] = frozenset()


def with_observed(
    shape: GraphShape, taken: Collection[Pair], likely: Collection[Pair] = NO_PAIRS, prefix: str = ""
) -> GraphShape:
    """The shape with the edges that were taken and are not declared, in its subgraphs too; itself where there is none.

    Nodes that it does not have are left out. Of `likely` pairs it is only known that the second node started when the
    first had ended, or that the first led nowhere (END): they are edges where the first may go anywhere, and the second
    neither waits for all others nor is END.
    """
    if shape.kind != "graph" or not (taken or likely):
        return shape
    nodes = {node.id: node for node in shape.nodes}
    known = {(edge.source, edge.target) for edge in shape.edges}

    def of_this(pairs: Collection[Pair]) -> set[Pair]:
        cut = len(prefix)
        own = {(one[cut:], other[cut:]) for one, other in pairs if one.startswith(prefix) and other.startswith(prefix)}
        return {(one, other) for one, other in own - known if one in nodes and other in nodes}

    def may_be(one: Node, other: Node) -> bool:
        return one.unknown_targets and not other.defer and other.id != END

    maybe = {pair for pair in of_this(likely) if may_be(nodes[pair[0]], nodes[pair[1]])}
    edges = tuple(Edge(source=one, target=other, observed=True) for one, other in sorted(of_this(taken) | maybe))
    subgraphs = {
        name: with_observed(inner, taken, likely, f"{prefix}{name}:") for name, inner in shape.subgraphs.items()
    }
    if not edges and all(inner is shape.subgraphs[name] for name, inner in subgraphs.items()):
        return shape
    return replace(shape, edges=(*shape.edges, *edges), subgraphs=subgraphs)


def routed_pairs(event: Checkpoint) -> Iterator[Pair]:
    """Where the nodes of a step have sent the run, as the checkpoint that ends it tells."""
    for source, targets in (event.routed or {}).items():
        yield from ((path_text(event.ns, source), path_text(event.ns, target)) for target in targets)


def observed_pairs(shape: GraphShape, prefix: str = "") -> Iterator[Pair]:
    """The edges of a shape that were seen taken and are not declared, those of its subgraphs too."""
    for edge in shape.edges:
        if edge.observed:
            yield prefix + edge.source, prefix + edge.target
    for name, inner in shape.subgraphs.items():
        yield from observed_pairs(inner, f"{prefix}{name}:")
