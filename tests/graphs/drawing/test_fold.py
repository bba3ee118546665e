"""Siblings that are wired alike become one row."""

from collections.abc import Callable

from graphdeck.graphs.drawing import fold, rail, to_text
from graphdeck.graphs.records import END, START, Edge, Node

Graph = tuple[list[Node], list[Edge]]
MakeGraph = Callable[..., Graph]


def test_equal_workers_are_one_row(graphs: dict[str, Graph]) -> None:
    folded = fold(*graphs["fan-out"])
    assert to_text(rail(folded.nodes, folded.edges)).split("\n") == [
        "○ START", "│", "○ plan", "┆", "○ worker_00…35 ×36", "│", "○ reduce", "│", "○ END",
    ]  # fmt: skip
    assert folded.members == {f"worker_{number:02d}": "worker_00…35 ×36" for number in range(36)}


def test_a_folded_drawing_can_be_ascii(graphs: dict[str, Graph]) -> None:
    folded = fold(*graphs["fan-out"], ascii=True)
    text = to_text(rail(folded.nodes, folded.edges, ascii=True))
    assert text.isascii()
    assert "o worker_00...35 x36" in text


def test_few_siblings_stay(graphs: dict[str, Graph]) -> None:
    nodes, edges = graphs["supervisor"]
    folded = fold(nodes, edges)
    assert (list(folded.nodes), list(folded.edges), folded.members) == (nodes, edges, {})


def test_nodes_that_differ_in_anything_stay_apart(graph: MakeGraph) -> None:
    nodes, edges = graph("hub a b c d", "hub > a", "hub > b", "hub ? c", "hub > d", "d > END")
    nodes[3] = Node(id="b", unknown_targets=True)
    assert fold(nodes, edges, at_least=2).members == {}


def test_loops_of_their_own_do_not_keep_siblings_apart(graph: MakeGraph) -> None:
    nodes, edges = graph("hub a b", "hub > a", "hub > b", "a ? a again", "b ? b again")
    folded = fold(nodes, edges, at_least=2)
    assert folded.members == {"a": "a…b ×2", "b": "a…b ×2"}
    assert Edge(source="a…b ×2", target="a…b ×2", label="again", conditional=True) in folded.edges


def test_observed_edges_do_not_part_siblings(graph: MakeGraph) -> None:
    nodes, edges = graph("hub a b", "hub > a", "hub > b", "b . hub", "a . b")
    folded = fold(nodes, edges, at_least=2)
    assert folded.members == {"a": "a…b ×2", "b": "a…b ×2"}
    assert Edge(source="a…b ×2", target="hub", observed=True) in folded.edges


def test_nodes_without_declared_edges_stay_apart(graph: MakeGraph) -> None:
    nodes, edges = graph("a b c", "START . a", "START . b", "START . c")
    assert fold(nodes, edges, at_least=2).members == {}


def test_siblings_that_lead_to_each_other_stay_apart(graph: MakeGraph) -> None:
    nodes, edges = graph("a b", "a > b", "b > a")
    assert fold(nodes, edges, at_least=2).members == {}


def test_numbers_are_named_whole(graph: MakeGraph) -> None:
    names = [f"n{number}" for number in range(30, 36)]
    nodes, edges = graph(" ".join(names), *(f"START > {name}" for name in names))
    assert set(fold(nodes, edges, at_least=6).members.values()) == {"n30…35 ×6"}


def test_a_group_stands_in_its_first_members_place_under_a_free_name(graph: MakeGraph) -> None:
    nodes, edges = graph("a1 x a2", "START > a1", "START > a2", "x > END")
    nodes.append(Node(id="a1…2 ×2", kind="tools"))
    folded = fold(nodes, edges, at_least=2)
    assert [node.id for node in folded.nodes] == [START, "a1…2 ×2'", "x", END, "a1…2 ×2"]


def test_start_and_end_are_never_folded_together() -> None:
    nodes = [Node(id=START, kind="start"), Node(id=END, kind="end")]
    assert fold(nodes, [], at_least=2).members == {}
