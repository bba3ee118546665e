"""Words beside the edges of a drawing: each can be told to be its edge's, and touches nothing else."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphdeck.graphs.drawing import Drawing, rail
from graphdeck.graphs.drawing.beside import LEAST, Place, places, rows_of_edges
from graphdeck.graphs.drawing.canvas import BLANK, Cell
from graphdeck.graphs.drawing.flow import flow
from graphdeck.graphs.drawing.orientation import FlowDirection
from graphdeck.graphs.records import END, START, Edge, Node

Graph = tuple[list[Node], list[Edge]]
MakeGraph = Callable[..., Graph]


def cell(drawing: Drawing, x: int, y: int) -> Cell:
    return drawing.rows[y][x] if 0 <= y < drawing.height and 0 <= x < drawing.width else BLANK


def touched(drawing: Drawing, place: Place, word: int) -> Iterator[Cell]:
    """What is next to a word in its row, a label over one blank; else what is above and below it."""
    first = place.x + place.room - word if place.is_left else place.x
    beside = [cell(drawing, first - 1, place.y), cell(drawing, first + word, place.y)]
    if (label := cell(drawing, first - 2, place.y)).kind == "label":
        beside.append(label)
    lines = [each for each in beside if each.edges]
    columns = range(first, first + word)
    yield from lines or (cell(drawing, x, y) for x in columns for y in (place.y - 1, place.y + 1))


def check(drawing: Drawing) -> None:
    """Every place is free, no other's, and next to nothing but the line or the label of its edge."""
    used: set[tuple[int, int]] = set()
    for edge, place in places(drawing).items():
        cells = {(x, place.y) for x in range(place.x, place.x + place.room)}
        assert len(cells) >= LEAST
        assert not cells & used
        used |= cells
        assert all(0 <= x < drawing.width and drawing.rows[y][x] == BLANK for x, y in cells)
        for word in range(LEAST, place.room + 1):
            assert {other for each in touched(drawing, place, word) for other in each.edges} == {edge}


@pytest.mark.parametrize("direction", ["TB", "LR"])
def test_a_word_is_next_to_its_own_edge_alone(graphs: dict[str, Graph], direction: FlowDirection) -> None:
    found = 0
    for name in ("react", "branching", "supervisor", "self-loops", "several edges", "teams", "observed", "mesh"):
        drawing = flow(*graphs[name], direction=direction)
        assert drawing is not None
        check(drawing)
        found += len(places(drawing))
    assert found > 50, "most edges have room for one"


@settings(max_examples=60, deadline=None, database=None)
@given(data=st.data(), direction=st.sampled_from(["TB", "LR"]), ascii_only=st.booleans())
def test_in_random_flows_too(data: st.DataObject, direction: FlowDirection, ascii_only: bool) -> None:
    names = [START, *data.draw(st.lists(st.sampled_from(["a", "b b", "c", "node_d", "第五"]), unique=True)), END]
    pairs = data.draw(st.lists(st.tuples(*[st.sampled_from(names)] * 2), max_size=16, unique=True))
    labels = st.sampled_from(["", "yes", "one, two"])
    edges = [Edge(source=one, target=other, label=data.draw(labels), conditional=True) for one, other in pairs]
    if drawing := flow([Node(id=name) for name in names], edges, direction=direction, ascii=ascii_only):
        check(drawing)


def test_the_rows_of_a_rail_that_one_edge_leaves_in_have_room_behind_them(graph: MakeGraph) -> None:
    nodes, edges = graph("a b c", "START > a", "a ? a again", "a ? b on", "b > c", "a ? END", "c > a", "c > END")
    drawing = rail(nodes, edges)
    found = rows_of_edges(drawing)
    assert found
    for row, edge in found.items():
        assert not drawing.nodes_in(row)
        here = {other for each in drawing.rows[row] if each.kind == "label" for other in each.edges}
        assert here <= {edge}, "its label, if any, stands in the row"
    assert {(edge.source, edge.target) for edge in found.values()} >= {("a", "a"), ("a", "b"), ("b", "c")}
