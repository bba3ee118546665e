"""Drawings are read back: from the text alone comes exactly the graph that was drawn."""

import random
from collections.abc import Callable
from functools import partial
from itertools import product
from typing import get_args

import pytest
from flow_reader import FlowReader
from hypothesis import given, settings
from hypothesis import strategies as st

from graphdeck.graphs.drawing import fold, line_kind, rail, to_text
from graphdeck.graphs.drawing.flow import flow
from graphdeck.graphs.drawing.orientation import FlowDirection
from graphdeck.graphs.records import END, START, Edge, Node
from graphdeck.tui.text import safe

Graph = tuple[list[Node], list[Edge]]
Read = Callable[[str, bool], set[tuple[str, str, str, str]]]

FIXED = [
    "empty", "one node", "no edges", "react", "branching", "supervisor", "fan-out", "self-loops", "several edges",
    "mesh", "teams", "two layers", "fans with labels", "fans of two kinds", "observed", "all kinds into one hub",
]  # fmt: skip
LABELS = ["", "", "yes", "go on", "one, an-other", "a_longer_label", "検索"]


def drawn(edges: list[Edge]) -> set[tuple[str, str, str, str]]:
    return {(edge.source, edge.target, line_kind(edge), edge.label) for edge in edges}


def letters(ascii_only: bool) -> Callable[[str], str]:
    """What is shown of a name or label: in ASCII other letters are escaped."""
    return partial(safe, identifier=True, ascii_only=True) if ascii_only else str


def shown(edges: set[tuple[str, str, str, str]], ascii_only: bool) -> set[tuple[str, str, str, str]]:
    show = letters(ascii_only)
    return {(show(source), show(target), kind, show(label)) for source, target, kind, label in edges}


def read_flow(graph: Graph, direction: FlowDirection, ascii_only: bool) -> set[tuple[str, str, str, str]]:
    drawing = flow(*graph, direction=direction, ascii=ascii_only, show=letters(ascii_only))
    assert drawing
    text = to_text(drawing)
    assert text.isascii() or not ascii_only
    return FlowReader(text, direction, ascii_only=ascii_only).edges()


def read_rail(read: Read, graph: Graph, ascii_only: bool) -> set[tuple[str, str, str, str]]:
    text = to_text(rail(*graph, ascii=ascii_only, show=letters(ascii_only)))
    assert text.isascii() or not ascii_only
    return read(text, ascii_only)


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("name", FIXED)
def test_a_flow_reads_back_as_its_graph(
    graphs: dict[str, Graph], name: str, direction: FlowDirection, ascii_only: bool
) -> None:
    nodes, edges = graphs[name]
    if len(nodes) > 20:
        folded = fold(nodes, edges, ascii=ascii_only)
        nodes, edges = list(folded.nodes), list(folded.edges)
    assert read_flow((nodes, edges), direction, ascii_only) == drawn(edges)


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("name", FIXED)
def test_a_drawing_reads_back_as_its_graph(graphs: dict[str, Graph], read: Read, name: str, ascii_only: bool) -> None:
    nodes, edges = graphs[name]
    assert read(to_text(rail(nodes, edges, ascii=ascii_only)), ascii_only) == drawn(edges)


def test_all_fixed_graphs_are_read(graphs: dict[str, Graph]) -> None:
    assert sorted(FIXED) == sorted(graphs)


@st.composite
def random_graphs(draw: st.DrawFn) -> Graph:
    names = [
        START,
        *draw(st.lists(st.sampled_from(["a", "b b", "class", "it's [c]", "node-d", "第五", "b 第"]), unique=True)),
        END,
    ]
    edge = st.builds(
        Edge,
        source=st.sampled_from(names),
        target=st.sampled_from(names),
        label=st.sampled_from(LABELS),
        conditional=st.booleans(),
        observed=st.booleans(),
    )
    flag = st.booleans()
    nodes = [
        Node(id=name, unknown_targets=draw(flag), defer=draw(flag), hidden_graph="in a list or dict" * draw(flag))
        for name in names
    ]
    return nodes, draw(st.lists(edge, max_size=24))


def folded(graph: Graph, ascii_only: bool) -> tuple[Graph, set[tuple[str, str, str, str]]]:
    """The graph with siblings as one node each, and what its drawing must show of the edges of all of them."""
    nodes, edges, members = fold(*graph, at_least=2, ascii=ascii_only)
    named = [(members.get(edge.source, edge.source), members.get(edge.target, edge.target), edge) for edge in graph[1]]
    return (list(nodes), list(edges)), {(start, end, line_kind(edge), edge.label) for start, end, edge in named}


@settings(max_examples=200, deadline=None, database=None)
@given(graph=random_graphs(), ascii_only=st.booleans(), folds=st.booleans())
def test_random_drawings_read_back(read: Read, graph: Graph, ascii_only: bool, folds: bool) -> None:
    wanted = drawn(graph[1])
    if folds:
        graph, wanted = folded(graph, ascii_only)
    assert read_rail(read, graph, ascii_only) == shown(wanted, ascii_only)


@settings(max_examples=200, deadline=None, database=None)
@given(graph=random_graphs(), direction=st.sampled_from(["TB", "LR"]), ascii_only=st.booleans(), folds=st.booleans())
def test_random_flows_read_back(graph: Graph, direction: FlowDirection, ascii_only: bool, folds: bool) -> None:
    wanted = drawn(graph[1])
    if folds:
        graph, wanted = folded(graph, ascii_only)
    assert read_flow(graph, direction, ascii_only) == shown(wanted, ascii_only)


@pytest.mark.soak
@pytest.mark.parametrize("first_seed", range(0, 4000, 200))
def test_larger_random_drawings_read_back(read: Read, first_seed: int) -> None:
    for seed in range(first_seed, first_seed + 200):
        nodes, edges = large_random_graph(random.Random(seed))
        for ascii_only in (False, True):
            found = read_rail(read, (nodes, edges), ascii_only)
            assert found == shown(drawn(edges), ascii_only), f"seed {seed}, ascii {ascii_only}"


@pytest.mark.soak
@pytest.mark.parametrize("first_seed", range(0, 2000, 100))
def test_larger_random_flows_read_back(first_seed: int) -> None:
    for seed in range(first_seed, first_seed + 100):
        graph = large_random_graph(random.Random(seed))
        for direction, ascii_only in product(get_args(FlowDirection), (False, True)):
            found = read_flow(graph, direction, ascii_only)
            assert found == shown(drawn(graph[1]), ascii_only), f"seed {seed}, {direction}, {ascii_only}"


def large_random_graph(dice: random.Random) -> Graph:
    names = [START, *(f"node_{number}" for number in range(dice.randrange(40))), END]
    kinds = [(False, False), (True, False), (True, True)][: dice.randrange(1, 4)]
    labels = LABELS if dice.random() < 0.7 else [""]
    edges = []
    for _ in range(dice.randrange(120)):
        conditional, observed = dice.choice(kinds)
        edges.append(
            Edge(
                source=dice.choice(names),
                target=dice.choice(names),
                label=dice.choice(labels),
                conditional=conditional,
                observed=observed,
            )
        )
    return [Node(id=name, unknown_targets=dice.random() < 0.1, defer=dice.random() < 0.1) for name in names], edges
