"""Drawings that people looked at and found good, to be compared: `pytest --snapshot-update` takes them anew."""

import pytest
from syrupy.assertion import SnapshotAssertion

from graphdeck.graphs.drawing import fold, rail, to_text
from graphdeck.graphs.drawing.flow import flow
from graphdeck.graphs.records import END, START, Edge, Node

Graph = tuple[list[Node], list[Edge]]


@pytest.mark.parametrize("name", ["react", "branching", "supervisor", "fan-out", "teams", "undeclared"])
def test_pictures(graphs: dict[str, Graph], snapshot: SnapshotAssertion, name: str) -> None:
    nodes, edges = undeclared() if name == "undeclared" else graphs[name]
    folded = fold(nodes, edges)
    for drawing in (
        rail(folded.nodes, folded.edges),
        flow(folded.nodes, folded.edges),
        flow(folded.nodes, folded.edges, direction="LR"),
        flow(folded.nodes, folded.edges, ascii=True),
    ):
        assert drawing
        assert to_text(drawing).split("\n") == snapshot


def undeclared() -> Graph:
    """A router and a goto without declared targets, a loop, and what runs have shown of them."""
    names = [START, "triage", "mail", "jump", "hidden", "poll", "archive", END]
    nodes = [Node(id=name, unknown_targets=name in ("triage", "jump")) for name in names]
    declared = [(START, "triage"), ("mail", "jump"), ("hidden", "poll")]
    routed = [("poll", "poll"), ("poll", "archive"), ("archive", "archive"), ("archive", END)]
    seen = [("triage", "mail"), ("jump", "hidden")]
    edges = [Edge(source=one, target=other) for one, other in declared]
    edges += [Edge(source=one, target=other, conditional=True) for one, other in routed]
    return nodes, edges + [Edge(source=one, target=other, observed=True) for one, other in seen]
