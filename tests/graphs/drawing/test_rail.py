"""What a rail looks like, and where its parts are."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from graphdeck.graphs.drawing import Drawing, rail, to_text
from graphdeck.graphs.records import END, START, Edge, Node

Graph = tuple[list[Node], list[Edge]]
MakeGraph = Callable[..., Graph]


def lines(text: str) -> str:
    """A drawing that is written behind the bars of a margin, so that its blanks show."""
    return "\n".join(line.split("|", 1)[1].rstrip() for line in text.strip().split("\n"))


# -- looks -----------------------------------------------------------------------------------------------------


def test_a_loop_with_two_ways_out(graphs: dict[str, Graph]) -> None:
    assert to_text(rail(*graphs["react"])) == lines("""
        |○ START
        |│
        |○ agent ◀────╮
        |├╌ done ╌╌╌╌╌│╌╮
        |┆ tool_calls │ ┆
        |○ tools ─────╯ ┆
        |○ END ◀╌╌╌╌╌╌╌╌╯
    """)


def test_a_graph_with_forks_joins_and_loops(graphs: dict[str, Graph]) -> None:
    assert to_text(rail(*graphs["branching"])) == lines("""
        |   ○ START
        |   │
        |   ○ ingest
        |   │
        |╭╌╌○ classify ◀────────────╮
        |├╌▶○ retrieve ‹docs› ──╮   │
        |├╌▶○ web_search ‹web›  │   │
        |┆  │                   │   │
        |┆  ○ rank ◀────────────╯   │
        |┆  │                       │
        |┆  ○ grade                 │
        |┆  ├╌ irrelevant ╌╌╌╌╌╌╌╌╮ │
        |┆  ┆ relevant            ┆ │
        |╰╌▶○ generate ‹chat› ◀╌╮ ┆ │
        |   │                   ┆ ┆ │
        |   ○ check_facts       ┆ ┆ │
        |   ├╌ hallucinated ╌╌╌╌┤ ┆ │
        |   ├╌ off_topic ╌╌╌╌╌╌╌┆╌┤ │
        |   ┆ ok                ┆ ┆ │
        |   ○ human_review      ┆ ┆ │
        |   ├╌ edit ╌╌╌╌╌╌╌╌╌╌╌╌╯ ┆ │
        |   ┆ approve             ┆ │
        |   ○ publish ──────────╮ ┆ │
        |   ○ rewrite_query ◀╌╌╌│╌╯ │
        |   ╰───────────────────│───╯
        |   ○ END ◀─────────────╯
    """)


def test_a_fan_reads_as_a_list(graphs: dict[str, Graph]) -> None:
    assert to_text(rail(*graphs["supervisor"], ascii=True)) == lines("""
        |   o START
        |   |
        |,~~o supervisor <-------,
        |+~>o researcher (rese) -+
        |+~>o coder (code) ------+
        |+~>o reviewer (revi) ---+
        |+~>o writer (writ) -----+
        |+~>o planner (plan) ----+
        |+~>o tester (test) -----'
        |'~>o END (FINISH)
    """)


def test_a_fan_whose_source_is_in_a_fan_has_its_hub_in_a_row_below(graphs: dict[str, Graph]) -> None:
    assert to_text(rail(*graphs["teams"])) == lines("""
        |     ○ START
        |     │
        |╭╌╌╌╌○ lead ◀─╮
        |├╌╌╌▶○ END    │
        |├╌╌╌▶○ east   │
        |┆ ╭──╯        │
        |┆ ├─▶○ e1 ────┤
        |┆ ├─▶○ e2 ────┤
        |┆ ╰─▶○ e3 ────┤
        |╰╌╌╌▶○ west   │
        |  ╭──╯        │
        |  ├─▶○ w1 ────┤
        |  ├─▶○ w2 ────┤
        |  ╰─▶○ w3 ────╯
    """)


def test_edges_without_labels_share_a_row(graph: MakeGraph) -> None:
    nodes, edges = graph("a b c", "START > a", "a ? b", "b ? c", "c ? a", "c ? b", "c ? END", "b ? a")
    assert to_text(rail(nodes, edges)) == lines("""
        |○ START
        |│
        |○ a ◀╌╌╌╌╌╮
        |┆         ┆
        |○ b ◀╌╌╌╮ ┆
        |├╌╌╌╌╌╌╌┆╌┤
        |┆       ┆ ┆
        |○ c ╌╌╌╌┴╌╯
        |┆
        |○ END
    """)


def test_kinds_differ_in_every_tap(graphs: dict[str, Graph]) -> None:
    assert to_text(rail(*graphs["all kinds into one hub"])) == lines("""
        |○ START
        |│
        |○ a ◀─────╮
        |│         │
        |○ b ──────┤
        |│         ┆
        |○ c ╌╌╌╌┬╌┤
        |│       ┆ ·
        |○ d ····┆·╯
        |│       ┆
        |○ END ◀╌╯
    """)


def test_a_node_with_undeclared_targets_says_so(graph: MakeGraph) -> None:
    nodes = [Node(id=START), Node(id="router", unknown_targets=True), Node(id="after")]
    edges = [Edge(source=START, target="router"), Edge(source="after", target="router")]
    assert "○ router ⇢ ? ◀" in to_text(rail(nodes, edges))
    assert "o router -> ? <" in to_text(rail(nodes, edges, ascii=True))


def test_a_deferred_node_says_so(graph: MakeGraph) -> None:
    nodes = [Node(id=START), Node(id="join", unknown_targets=True, defer=True)]
    assert "○ join ⇠ all ⇢ ?" in to_text(rail(nodes, [Edge(source=START, target="join")]))
    assert "o join <= all -> ?" in to_text(rail(nodes, [Edge(source=START, target="join")], ascii=True))


def test_without_labels_no_label_is_drawn(graphs: dict[str, Graph]) -> None:
    drawing = rail(*graphs["branching"], labels=False)
    assert not [cell for row in drawing.rows for cell in row if cell.kind == "label"]
    assert "‹" not in to_text(drawing)
    assert drawing.width < rail(*graphs["branching"]).width


# -- order -----------------------------------------------------------------------------------------------------


def rows(drawing: Drawing) -> list[str]:
    return [node.id for node in drawing.nodes]


def test_end_stands_below_its_source_where_that_saves_room(graph: MakeGraph) -> None:
    nodes, edges = graph("a b again", "START > a", "a > b", "a ? again", "b ? again", "b > END", "again > a")
    assert rows(rail(nodes, edges)) == [START, "a", "b", END, "again"]


def test_branches_that_do_not_lead_to_end_stand_first_where_that_saves_room(graph: MakeGraph) -> None:
    nodes, edges = graph("a b c", "START > a", "a > END", "b > a", "b > c")
    assert rows(rail(nodes, edges)) == [START, "b", "c", "a", END]


def test_end_is_last_where_it_makes_no_difference(graphs: dict[str, Graph]) -> None:
    assert rows(rail(*graphs["react"]))[-1] == END


def test_observed_edges_do_not_move_the_rows(graphs: dict[str, Graph]) -> None:
    for nodes, edges in graphs.values():
        declared = [edge for edge in edges if not edge.observed]
        seen = [Edge(source=one.id, target=other.id, observed=True) for one in nodes for other in nodes[:5]]
        assert rows(rail(nodes, declared + seen)) == rows(rail(nodes, declared))


def test_nodes_that_only_edges_name_are_drawn() -> None:
    drawing = rail([Node(id="a")], [Edge(source=START, target="a"), Edge(source="a", target="ghost")])
    assert rows(drawing) == [START, "a", "ghost"]
    assert drawing.nodes[0].kind == "start"


def test_the_same_graph_gives_the_same_drawing(graphs: dict[str, Graph]) -> None:
    for nodes, edges in graphs.values():
        once, again = rail(nodes, edges), rail(list(nodes), [*edges, *edges])
        assert to_text(once) == to_text(again)
        assert once.rects == again.rects


# -- places ----------------------------------------------------------------------------------------------------


def test_rectangles_are_where_the_text_has_the_names(graphs: dict[str, Graph]) -> None:
    for nodes, edges in graphs.values():
        drawing = rail(nodes, edges)
        text = to_text(drawing).split("\n")
        assert set(drawing.rects) == {node.id for node in nodes}
        for name, rect in drawing.rects.items():
            shown = {START: "START", END: "END"}.get(name, name)
            assert text[rect.y][rect.x : rect.x + rect.width] == shown
            assert rect.height == 1
            assert drawing.row_of(name) == rect.y
            assert drawing.node_in(rect.y) == name


def test_glyphs_are_where_a_state_is_painted(graphs: dict[str, Graph]) -> None:
    for nodes, edges in graphs.values():
        drawing = rail(nodes, edges)
        found = {
            cell.node: (x, y)
            for y, row in enumerate(drawing.rows)
            for x, cell in enumerate(row)
            if cell.kind == "glyph"
        }
        assert found == drawing.glyphs


def test_a_row_between_nodes_belongs_to_none(graphs: dict[str, Graph]) -> None:
    assert rail(*graphs["react"]).node_in(1) is None
    with pytest.raises(KeyError):
        rail(*graphs["react"]).row_of("nobody")


def test_paths_are_connected_and_cover_every_line(graphs: dict[str, Graph]) -> None:
    for nodes, edges in graphs.values():
        drawing = rail(nodes, edges)
        covered: set[tuple[int, int]] = set()
        for edge in edges:
            path = drawing.path_of(edge)
            covered.update(path)
            for one, other in pairwise(path):
                assert one.x == other.x or one.y == other.y
                assert abs(one.x - other.x) + abs(one.y - other.y) <= 2 or _passes_under(drawing, one, other)
        in_lines = {
            (x, y) for y, row in enumerate(drawing.rows) for x, cell in enumerate(row) if cell.kind in ("line", "arrow")
        }
        assert in_lines <= covered


def _passes_under(drawing: Drawing, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether all cells between two of a row are lines of other edges, or blanks around a label."""
    between = range(min(one[0], other[0]) + 1, max(one[0], other[0]))
    return one[1] == other[1] and all(drawing.rows[one[1]][x].kind in ("line", "blank") for x in between)


def test_a_path_leaves_out_the_lines_that_it_passes_under(graphs: dict[str, Graph]) -> None:
    drawing = rail(*graphs["react"])
    (done,) = [edge for edge in drawing.routes if edge.label == "done"]
    (back,) = [edge for edge in drawing.routes if edge.source == "tools"]
    (crossing,) = [x for x, cell in enumerate(drawing.rows[3]) if cell.text == "│"]
    assert (crossing, 3) in drawing.path_of(back)
    assert (crossing, 3) not in drawing.path_of(done)
    assert {(crossing - 1, 3), (crossing + 1, 3)} <= set(drawing.path_of(done))


def test_a_path_leads_from_source_to_target(graphs: dict[str, Graph]) -> None:
    for nodes, edges in graphs.values():
        drawing = rail(nodes, edges)
        for edge in edges:
            first, *_, last = (path[0], *path) if len(path := drawing.path_of(edge)) == 1 else path
            source, target = drawing.row_of(edge.source), drawing.row_of(edge.target)
            assert first.y in (source, source + 1)
            assert last.y == target or (last.y == target - 1 and last.x == drawing.glyphs[edge.target].x)


def test_arrows_and_labels_know_their_edges(graphs: dict[str, Graph]) -> None:
    drawing = rail(*graphs["react"])
    (row,) = [row for row in drawing.rows if any(cell.text == "◀" for cell in row) and row[2].text == "E"]
    assert [edge.label for cell in row if cell.kind == "arrow" for edge in cell.edges] == ["done"]
    labels = {edge.label for row in drawing.rows for cell in row if cell.kind == "label" for edge in cell.edges}
    assert labels == {"done", "tool_calls"}


def test_cells_of_a_bus_name_the_edges_that_pass(graphs: dict[str, Graph]) -> None:
    drawing = rail(*graphs["supervisor"])
    column = drawing.rows[2].index(drawing.rows[2][-1])
    passing = [{edge.source for edge in row[column].edges} for row in drawing.rows[2:9]]
    workers = [node.id for node in drawing.nodes[2:8]]
    assert passing[0] == passing[1] == set(workers)
    assert passing[-1] == {workers[-1]}


# -- size ------------------------------------------------------------------------------------------------------


def test_a_chain_of_thousands_of_nodes_is_drawn() -> None:
    names = [f"n{number}" for number in range(3000)]
    edges = [Edge(source=one, target=other) for one, other in zip(names, names[1:] + names[:1], strict=True)]
    drawing = rail([Node(id=name) for name in names], edges)
    assert drawing.height == 2 * len(names) - 1
    assert rows(drawing) == names


def test_a_tangle_of_thousands_of_edges_is_drawn_and_painted_in_parts() -> None:
    names = [f"n{number}" for number in range(300)]
    edges = [Edge(source=names[number * 7 % 300], target=names[number * 13 % 299]) for number in range(2000)]
    drawing = rail([Node(id=name) for name in names], edges)
    assert set(drawing.rects) == set(names)
    assert set(drawing.routes) == set(edges)
    assert drawing.rows[drawing.row_of("n7")][drawing.glyphs["n7"].x].node == "n7"


def test_rows_can_be_sliced(graphs: dict[str, Graph]) -> None:
    drawing = rail(*graphs["react"])
    assert drawing.rows[-1] is drawing.rows[drawing.height - 1]
    assert list(drawing.rows[2:4]) == [drawing.rows[2], drawing.rows[3]]
    with pytest.raises(IndexError):
        drawing.rows[drawing.height]
