"""Subgraphs that are opened in place: framed in a flow, indented in a rail, to any depth."""

from collections.abc import Callable

import pytest
from flow_reader import FlowReader

from graphdeck.graphs.drawing import Drawing, line_kind, rail, to_text
from graphdeck.graphs.drawing.choose import Room, Style, Wish, picture
from graphdeck.graphs.drawing.flow import flow
from graphdeck.graphs.drawing.inside import Inside, edges_under, nodes_under
from graphdeck.graphs.drawing.orientation import FlowDirection
from graphdeck.graphs.records import END, START, Edge, GraphShape, Node

Graph = tuple[list[Node], list[Edge]]
MakeGraph = Callable[..., Graph]
Read = Callable[[str, bool], set[tuple[str, str, str, str]]]


def lines(text: str) -> str:
    """A drawing that is written behind the bars of a margin, so that its blanks show."""
    return "\n".join(line.split("|", 1)[1].rstrip() for line in text.strip().split("\n"))


def drawn(edges: list[Edge]) -> set[tuple[str, str, str, str]]:
    return {(edge.source, edge.target, line_kind(edge), edge.label) for edge in edges}


@pytest.fixture
def outer(graph: MakeGraph) -> Graph:
    return graph("plan team", "START > plan", "plan > team", "team ? plan again", "team > END")


@pytest.fixture
def beside_others(graph: MakeGraph) -> Graph:
    """A node that is open in a layer with nodes that lead on, that end, and that are come back to."""
    edges = ["START > plan", *(f"plan ? {name}" for name in ("ask", "team", "write", "END")), "ask > join"]
    return graph("plan ask team write join", *edges, "team > join", "join ? ask again", "write ? write", "join ? END")


def shape(graph: Graph, **subgraphs: GraphShape) -> GraphShape:
    return GraphShape(target="t", title="t", nodes=tuple(graph[0]), edges=tuple(graph[1]), subgraphs=subgraphs)


def opened(outer: Graph, style: Style, *paths: str, **subgraphs: GraphShape) -> Drawing:
    wish = Wish(style, "TB")
    return picture(*outer, Room(), wish=wish, inside=Inside(subgraphs, paths)).drawing


# -- looks -----------------------------------------------------------------------------------------------------


def test_a_frame_holds_a_flow(graph: MakeGraph, outer: Graph) -> None:
    nodes, edges = graph("desk", "START > desk", "desk ? desk")
    team = shape((nodes[:-1], edges))
    assert to_text(opened(outer, "flow", "team", team=team)) == lines("""
        |  ╭─────────╮
        |  │ ○ START │
        |  ╰────┬────╯
        |       ▼
        |  ╭─────────╮
        |  │ ○ plan  │
        |  ╰────┬────╯
        |       │ ▲ again
        |       │ ┆
        |       ▼ ┆
        |╭────────┴────╮
        |│   ○ team    │
        |│ ╭─────────╮ │
        |│ │ ○ START │ │
        |│ ╰────┬────╯ │
        |│      ▼      │
        |│ ╭─────────╮ │
        |│ │ ○ desk  │ │
        |│ ╰────┬────╯ │
        |│      ┆ ▲    │
        |│      ╰╌╯    │
        |╰──────┬──────╯
        |       ▼
        |    ╭───────╮
        |    │ ○ END │
        |    ╰───────╯
    """)


def test_rows_are_indented_in_a_rail(graph: MakeGraph, outer: Graph) -> None:
    desk = shape(graph("call", "START > call", "call > END"))
    team = shape(graph("desk", "START > desk", "desk ? desk", "desk > END"), desk=desk)
    assert to_text(opened(outer, "rail", "team", "team:desk", team=team)) == lines("""
        |○ START
        |│
        |○ plan ◀╌╌╌╌╌╌╮
        |│             ┆
        |○ team        ┆
        |│ ○ START     ┆
        |│ │           ┆
        |│ ○ desk ◀╌╌╮ ┆
        |│ │ ○ START ┆ ┆
        |│ │ │       ┆ ┆
        |│ │ ○ call  ┆ ┆
        |│ │ │       ┆ ┆
        |│ │ ○ END   ┆ ┆
        |│ ├╌╌╌╌╌╌╌╌╌╯ ┆
        |│ │           ┆
        |│ ○ END       ┆
        |├╌ again ╌╌╌╌╌╯
        |│
        |○ END
    """)


def test_what_is_not_open_and_what_is_not_there_changes_nothing(graph: MakeGraph, outer: Graph) -> None:
    team = shape(graph("desk", "START > desk"))
    for style in ("rail", "flow"):
        closed = to_text(opened(outer, style, "plan", "team:desk", "nobody", team=team))
        assert closed == to_text(picture(*outer, Room(), wish=Wish(style, "TB")).drawing)


def test_a_graph_in_a_box_makes_no_towers_of_those_beside_it(graph: MakeGraph, beside_others: Graph) -> None:
    team = shape(graph("desk file", "START > desk", "desk > file", "file > END"))
    sides: dict[FlowDirection, str] = {"TB": "height", "LR": "width"}
    for direction, side in sides.items():
        wish = Wish("flow", direction)
        drawing = picture(*beside_others, Room(), wish=wish, inside=Inside({"team": team}, ["team"])).drawing
        closed = picture(*beside_others, Room(), wish=wish).drawing
        for name in ("ask", "write", END):
            assert getattr(drawing.boxes[name], side) <= getattr(closed.boxes["write"], side)
        assert getattr(drawing.boxes["team"], side) > getattr(closed.boxes["team"], side)


# -- reading ---------------------------------------------------------------------------------------------------


def with_seen_edges(graph: Graph) -> Graph:
    """The graph with edges that nobody declared, from and to the node that is open, and past it."""
    seen = [("plan", "plan"), ("plan", END), (START, "team")]
    return graph[0], [*graph[1], *(Edge(source=one, target=other, observed=True) for one, other in seen)]


INNER = ["react", "branching", "self-loops", "several edges", "mesh", "observed"]


@pytest.mark.parametrize("direction", ["TB", "LR"])
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside others"])
@pytest.mark.parametrize("name", INNER)
def test_a_frame_and_what_is_in_it_read_back(
    graphs: dict[str, Graph], outer: Graph, beside_others: Graph, name: str, beside: bool, direction: FlowDirection
) -> None:
    nodes, edges = graphs[name]
    inner = flow(nodes_under("team:", nodes), edges_under("team:", edges), direction=direction, prefix="team:")
    assert inner
    outer = with_seen_edges(beside_others if beside else outer)
    drawing = flow(*outer, direction=direction, inner={"team": inner})
    assert drawing
    text = [line.ljust(drawing.width) for line in to_text(drawing).split("\n")]
    corner = drawing.glyphs[f"team:{nodes[0].id}"]
    x, y = corner.x - inner.glyphs[f"team:{nodes[0].id}"].x, corner.y - inner.glyphs[f"team:{nodes[0].id}"].y
    within = [line[x : x + inner.width] for line in text[y : y + inner.height]]
    for row in range(y, y + inner.height):
        text[row] = text[row][:x] + " " * inner.width + text[row][x + inner.width :]
    assert FlowReader("\n".join(within), direction, ascii_only=False).edges() == drawn(edges)
    assert FlowReader("\n".join(text), direction, ascii_only=False).edges() == drawn(outer[1])


@pytest.mark.parametrize("name", INNER)
def test_indented_rows_and_the_others_read_back(graphs: dict[str, Graph], outer: Graph, read: Read, name: str) -> None:
    nodes, edges = graphs[name]
    inner = rail(nodes_under("team:", nodes), edges_under("team:", edges), prefix="team:")
    outer = with_seen_edges(outer)
    drawing = rail(*outer, inner={"team": inner})
    text, first = to_text(drawing).split("\n"), drawing.row_of("team") + 1
    within = [line[2 : 2 + inner.width] for line in text[first : first + inner.height]]
    del text[first : first + inner.height]
    assert read("\n".join(within), False) == drawn(edges)
    assert read("\n".join(text), False) == drawn(outer[1])


# -- places ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["rail", "flow"])
def test_inner_nodes_and_edges_are_found_by_their_paths(graph: MakeGraph, outer: Graph, style: Style) -> None:
    desk = shape(graph("call", "START > call", "call ? END done"))
    team = shape(graph("desk", "START > desk", "desk > END"), desk=desk)
    drawing = opened(outer, style, "team", "team:desk", team=team)
    text = to_text(drawing).split("\n")
    for path in ("plan", "team", "team:desk", "team:desk:call"):
        x, y, width, _ = drawing.rects[path]
        assert text[y][x : x + width] == path.rpartition(":")[2]
        assert drawing.node_at(x, y) == path
        assert drawing.rows[drawing.glyphs[path].y][drawing.glyphs[path].x].kind == "glyph"
    assert {node.id for node in drawing.nodes} == set(drawing.rects)
    (edge,) = (edge for edge in drawing.routes if edge.source == "team:desk:call")
    assert edge.target == "team:desk:__end__"
    assert drawing.path_of(edge)
    assert bool(drawing.boxes) == (style == "flow")


def test_a_tangle_in_a_frame_is_a_rail(outer: Graph) -> None:
    names = [f"n{number}" for number in range(60)]
    tangle = [Node(id=name) for name in names], [Edge(source=a, target=b) for a in names for b in names[::2]]
    drawing = opened(outer, "flow", "team", team=shape(tangle))
    assert "team" in drawing.boxes
    assert "team:n7" in drawing.rects
    assert "team:n7" not in drawing.boxes
