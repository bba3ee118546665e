"""What a flow looks like, where its parts are, and when there is none."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from graphdeck.graphs.drawing import Drawing, fold, to_text
from graphdeck.graphs.drawing.flow import flow
from graphdeck.graphs.drawing.orientation import FlowDirection
from graphdeck.graphs.records import END, START, Edge, Node

Graph = tuple[list[Node], list[Edge]]
MakeGraph = Callable[..., Graph]
DIRECTIONS: list[FlowDirection] = ["TB", "LR"]


def lines(text: str) -> str:
    """A drawing that is written behind the bars of a margin, so that its blanks show."""
    return "\n".join(line.split("|", 1)[1].rstrip() for line in text.strip().split("\n"))


def drawn(graph: Graph, direction: FlowDirection = "TB", *, ascii_only: bool = False) -> Drawing:
    drawing = flow(*graph, direction=direction, ascii=ascii_only)
    assert drawing
    return drawing


# -- looks -----------------------------------------------------------------------------------------------------


def test_an_edge_that_leads_back_points_upwards(graphs: dict[str, Graph]) -> None:
    assert to_text(drawn(graphs["react"])) == lines("""
        |    ╭─────────╮
        |    │ ○ START │
        |    ╰────┬────╯
        |         ▼
        |    ╭─────────╮
        |    │ ○ agent │
        |    ╰──────┬──╯
        |     ▲     ┆
        |     │ ╭╌╌╌┴╌╌╌╌╌╌╌╌╌╌╌╌╌╮
        |     │ ▼ tool_calls      ▼ done
        |╭────┴────╮         ╭───────╮
        |│ ○ tools │         │ ○ END │
        |╰─────────╯         ╰───────╯
    """)


def test_left_to_right_labels_stand_in_their_lines(graphs: dict[str, Graph]) -> None:
    assert to_text(drawn(graphs["react"], "LR")) == lines("""
        |              ╭─────────╮                 ╭─────────╮
        |╭─────────╮   │ ○ agent │◀────────────────┤ ○ tools │
        |│ ○ START ├──▶│         ├╌╌┬╌ tool_calls ▶│         │
        |╰─────────╯   ╰─────────╯  ┆              ╰─────────╯
        |                           ┆              ╭─────────╮
        |                           ╰╌╌╌╌╌╌╌ done ▶│  ○ END  │
        |                                          ╰─────────╯
    """)


def test_several_edges_between_two_nodes_have_an_arrowhead_each(graphs: dict[str, Graph]) -> None:
    assert to_text(drawn(graphs["several edges"], "LR")) == lines("""
        |                                     ╭─────╮
        |              ╭─────╮        ╭╌ one ▶│     │
        |              │     ├╌╌╌╌╌╌╌╌┴╌ two ▶│     │          ╭───────╮
        |╭─────────╮   │     ├───────────────▶│ ○ b ├─────────▶│ ○ END │
        |│ ○ START ├──▶│ ○ a ├···············▶│     ├╌╌╌ stop ▶│       │
        |╰─────────╯   │     │◀ back ╌╌╌╌╌╌╌╌╌┤     │          ╰───────╯
        |              │     │◀───────────────┤     │
        |              ╰─────╯                ╰─────╯
    """)


def test_joins_and_self_loops(graph: MakeGraph) -> None:
    nodes, edges = graph("a b c", "START > a", "START > b", "a > c", "b > c", "c ? c again", "c > END")
    assert to_text(drawn((nodes, edges), ascii_only=True)) == lines("""
        |  ,---------,
        |  | o START |
        |  '----,----'
        |   ,---'---,
        |   v       v
        |,-----, ,-----,
        || o a | | o b |
        |'--,--' '--,--'
        |   '---,---'
        |       v
        |    ,-----,
        |    | o c |
        |    ',-,--'
        |     | : ^ again
        |     | '~'
        |     v
        |    ,-------,
        |    | o END |
        |    '-------'
    """)


def test_equal_siblings_fold(graphs: dict[str, Graph]) -> None:
    folded = fold(*graphs["fan-out"])
    text = to_text(drawn((list(folded.nodes), list(folded.edges)), "LR"))
    assert text.split("\n")[1] == ("│ ○ START ├──▶│ ○ plan ├╌╌╌▶│ ○ worker_00…35 ×36 ├──▶│ ○ reduce ├──▶│ ○ END │")


def test_lines_that_want_each_others_track_turn_twice() -> None:
    """Two lines that swap columns: each would have to turn above the other."""
    from graphdeck.graphs.drawing.nets import Pin, Strand, Way
    from graphdeck.graphs.drawing.tracks import turns

    one, other = (Pin(net, net, lower=False, tail=True) for net in (0, 1))
    one_end, other_end = (Pin(net, 2 + net, lower=True, head=True) for net in (0, 1))
    strands = [
        Strand(0, (Way(0, one, one_end),), (one,), (one_end,)),
        Strand(1, (Way(1, other, other_end),), (other,), (other_end,)),
    ]
    found = turns(strands, {one: 0, other: 4, one_end: 4, other_end: 0})
    assert sorted(turn.between is not None for turn in found.values()) == [False, True]
    (twice,) = (turn for turn in found.values() if turn.between is not None)
    (once,) = (turn for turn in found.values() if turn.between is None)
    assert twice.upper < once.upper < twice.lower
    assert twice.between not in (0, 4)


def test_a_node_with_undeclared_targets_says_so() -> None:
    nodes = [Node(id="router", unknown_targets=True)]
    assert "│ ○ router ⇢ ? " in to_text(drawn((nodes, [])))
    assert "| o router -> ? " in to_text(drawn((nodes, []), ascii_only=True))


# -- order -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_observed_edges_move_no_node_past_another(graphs: dict[str, Graph], direction: FlowDirection) -> None:
    for name, (nodes, edges) in graphs.items():
        if len(nodes) > 20:
            continue
        declared = [edge for edge in edges if not edge.observed]
        reached = {edge.target for edge in declared}
        seen = [
            Edge(source=one.id, target=other.id, observed=True)
            for one in nodes[::2]
            for other in nodes[:5]
            if other.id in reached
        ]
        before, after = (layers(drawn((nodes, shown), direction), direction) for shown in (declared, declared + seen))
        assert before == after, name


def layers(drawing: Drawing, direction: FlowDirection) -> list[list[str]]:
    """The nodes of each layer in their order."""
    found: dict[int, list[tuple[int, str]]] = {}
    for node, rect in drawing.rects.items():
        left = drawing.rows[rect.y].index(next(cell for cell in drawing.rows[rect.y] if cell.node == node))
        depth, place = (rect.y, left) if direction == "TB" else (left, rect.y)
        found.setdefault(depth, []).append((place, node))
    return [[node for _, node in sorted(found[depth])] for depth in sorted(found)]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_same_graph_gives_the_same_drawing(graphs: dict[str, Graph], direction: FlowDirection) -> None:
    nodes, edges = graphs["branching"]
    once, again = drawn((nodes, edges), direction), drawn((nodes, [*edges, *edges]), direction)
    assert to_text(once) == to_text(again)
    assert (once.rects, once.routes) == (again.rects, again.routes)


# -- places ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_names_glyphs_and_boxes_are_where_the_drawing_says(graphs: dict[str, Graph], direction: FlowDirection) -> None:
    for nodes, edges in graphs.values():
        drawing = drawn((nodes, edges), direction)
        text = to_text(drawing).split("\n")
        assert set(drawing.rects) == {node.id for node in nodes}
        for name, rect in drawing.rects.items():
            shown = {START: "START", END: "END"}.get(name, name)
            assert text[rect.y][rect.x : rect.x + rect.width] == shown
            assert drawing.glyphs[name] == (rect.x - 2, rect.y)
            assert drawing.rows[rect.y][rect.x - 2].kind == "glyph"
            assert {drawing.rows[rect.y - 1][x].node for x in range(rect.x, rect.x + rect.width)} <= {name, ""}


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_paths_lead_from_source_to_target_and_cover_every_line(
    graphs: dict[str, Graph], direction: FlowDirection
) -> None:
    for name, (nodes, edges) in graphs.items():
        drawing = drawn((nodes, edges), direction)
        covered: set[tuple[int, int]] = set()
        for edge in edges:
            path = drawing.path_of(edge)
            covered.update(path)
            assert all(one.x == other.x or one.y == other.y for one, other in pairwise(path)), name
            assert edge.source in around(drawing, *path[0]), name
            assert edge.target in around(drawing, *path[-1]), name
            assert drawing.rows[path[-1].y][path[-1].x].kind == "arrow"
        in_lines = {
            (x, y) for y, row in enumerate(drawing.rows) for x, cell in enumerate(row) if cell.kind in ("line", "arrow")
        }
        assert in_lines <= covered, name


def around(drawing: Drawing, x: int, y: int) -> set[str]:
    """The nodes whose boxes are beside a cell."""
    places = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)]
    return {drawing.rows[y][x].node for x, y in places if 0 <= y < drawing.height and 0 <= x < drawing.width}


# -- size ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_drawing_fits_or_there_is_none(graphs: dict[str, Graph], direction: FlowDirection) -> None:
    whole = drawn(graphs["branching"], direction)
    kept = flow(*graphs["branching"], direction=direction, max_width=whole.width, max_height=whole.height)
    assert kept
    assert to_text(kept) == to_text(whole)
    assert flow(*graphs["branching"], direction=direction, max_height=whole.height - 1) is None
    narrow = flow(*graphs["branching"], direction=direction, max_width=whole.width - 8)
    assert narrow
    assert narrow.width <= whole.width - 8
    assert "…" in to_text(narrow)
    assert flow(*graphs["branching"], direction=direction, max_width=30) is None


def test_a_tangle_has_no_flow() -> None:
    names = [f"n{number}" for number in range(300)]
    edges = [Edge(source=names[number * 7 % 300], target=names[number * 13 % 299]) for number in range(2000)]
    assert flow([Node(id=name) for name in names], edges) is None
