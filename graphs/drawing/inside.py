"""Subgraphs that are opened in place: what stands inside a node's box, or indented below its row."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, TypeAlias

from graphdeck.graphs.drawing.canvas import Drawing
from graphdeck.graphs.records import Edge, GraphShape, Node

Draw: TypeAlias = Callable[[Sequence[Node], Sequence[Edge], Mapping[str, Drawing], str], Drawing]
"""Nodes, edges, what is inside nodes, and the path that their ids begin with."""


class Inside(NamedTuple):
    """The subgraphs of a graph, and the paths of those that are open: `team`, `team:desk`."""

    subgraphs: Mapping[str, GraphShape] = {}
    opened: Collection[str] = ()

    def drawings(self, draw: Draw, prefix: str = "") -> dict[str, Drawing]:
        """A drawing of each open subgraph, by its path; in it the open ones of its own."""
        found: dict[str, Drawing] = {}
        for name, shape in self.subgraphs.items():
            path = prefix + name
            if path in self.opened:
                within = f"{path}:"
                deeper = Inside(shape.subgraphs, self.opened).drawings(draw, within)
                found[path] = draw(nodes_under(within, shape.nodes), edges_under(within, shape.edges), deeper, within)
        return found

    def edges(self, prefix: str = "") -> Iterator[Edge]:
        """The edges of the open subgraphs, between the ids that their nodes have in the whole graph."""
        for name, shape in self.subgraphs.items():
            within = f"{prefix}{name}:"
            if prefix + name in self.opened:
                yield from edges_under(within, shape.edges)
                yield from Inside(shape.subgraphs, self.opened).edges(within)


CLOSED: Final = Inside()


def nodes_under(prefix: str, nodes: Sequence[Node]) -> list[Node]:
    """Nodes of a subgraph under the ids that they have in the whole graph."""
    return [replace(node, id=prefix + node.id) for node in nodes]


def edges_under(prefix: str, edges: Sequence[Edge]) -> list[Edge]:
    """Edges of a subgraph between the ids that its nodes have in the whole graph."""
    return [replace(edge, source=prefix + edge.source, target=prefix + edge.target) for edge in edges]


def subgraph_paths(subgraphs: Mapping[str, GraphShape], prefix: str = "") -> set[str]:
    """Where there are subgraphs, to any depth: `team`, `team:desk`."""
    deeper = (subgraph_paths(shape.subgraphs, f"{prefix}{name}:") for name, shape in subgraphs.items())
    return {prefix + name for name in subgraphs}.union(*deeper)
