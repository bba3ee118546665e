"""What a drawing tells of breakpoints: signs beside the names, words for the node of the cursor. Pure."""

from itertools import pairwise
from typing import Any

from graphdeck.graphs.drawing.choose import Room
from graphdeck.graphs.records import Edge, GraphShape, Node
from graphdeck.graphs.stopping import Breakpoint
from graphdeck.tui.screens.layout import Layout
from graphdeck.tui.widgets.stop_marks import mark_cells, marks_of, stop_texts


def shape(*names: str, **subgraphs: GraphShape) -> GraphShape:
    """A chain of nodes, some of them subgraphs."""
    nodes, edges = (Node(id=name) for name in names), (Edge(source=a, target=b) for a, b in pairwise(names))
    return GraphShape(target="t", title="t", nodes=tuple(nodes), edges=tuple(edges), subgraphs=subgraphs)


DESK = shape("write", "review")
TEAM = shape("plan", "desk", desk=DESK)
GRAPH = shape("begin", "team", "end", team=TEAM)
POINTS = (
    Breakpoint(node="begin", condition="n > 1"),
    Breakpoint(node="begin", when="after", declared=True),
    Breakpoint(node="team:desk:review", when="after", condition="n > 1"),
    Breakpoint(node="team:gone:node", missing=True),
    Breakpoint(node="end", declared=True, off=True),
    Breakpoint(node="end", when="after", off=True),
)


def rail() -> Layout:
    """One row a node."""
    layout = Layout()
    while "with one row a node" not in layout.turn_style():
        pass
    return layout


def drawn(layout: Layout, *points: Breakpoint) -> list[str]:
    """The rows that have marks, as they are painted: with the signs over their cells."""
    found: Any = layout.picture(GRAPH.nodes, GRAPH.edges, GRAPH.subgraphs, Room(40, 4))
    cells = mark_cells(found.drawing, marks_of(points), found.members)
    rows = []
    for index, signs in sorted(cells.items()):
        text = "".join(cell.text for cell in found.drawing.rows[index]).ljust(40)
        for column, sign in signs.items():
            text = text[:column] + sign + text[column + 1 :]
        rows.append(text.strip())
    return rows


def test_each_mark_stands_at_its_node_and_one_inside_at_what_is_closed_around_it() -> None:
    assert drawn(Layout(), *POINTS) == ["◎ ○ begin ▣──▶│ ○ team ⊙──▶│ ○ end │"]
    layout = rail()
    assert drawn(layout, *POINTS) == ["○◎begin▣", "○ team⊙"]
    layout.turn_subgraph("team", GRAPH.subgraphs)
    assert drawn(layout, *POINTS) == ["○◎begin▣", "│ ○ desk⊙"]
    layout.turn_subgraph("team:desk", GRAPH.subgraphs)
    assert drawn(layout, POINTS[2]) == ["│   ○ review◎"]
    both = (Breakpoint(node="end"), Breakpoint(node="end", declared=True), Breakpoint(node="end", condition="n > 1"))
    assert drawn(rail(), *both) == ["○◉end"]
    assert drawn(rail(), *both[1:]) == ["○▣end"]
    assert drawn(rail(), Breakpoint(node="team", when="after"), POINTS[2]) == ["○ team◉"]


def test_words_tell_what_is_on_and_what_of_the_code_is_off() -> None:
    assert stop_texts(POINTS) == {
        "begin": "stops before it if n > 1, after it (in the code)",
        "end": "the stop of the code before it is off",
        "team:desk:review": "stops after it if n > 1",
        "team": "breakpoint inside: after desk:review if n > 1",
        "team:desk": "breakpoint inside: after review if n > 1",
    }
