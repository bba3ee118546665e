"""Names and labels of any length and script keep to their cells."""

import unicodedata
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphdeck.graphs.drawing import Drawing, Rect, rail, to_text
from graphdeck.graphs.drawing.flow import flow
from graphdeck.graphs.records import Edge, Node

MakeGraph = Callable[..., tuple[list[Node], list[Edge]]]
LAYOUTS: list[Callable[..., Drawing | None]] = [rail, flow, partial(flow, direction="LR")]


def lines(text: str) -> str:
    """A drawing that is written behind the bars of a margin, so that its blanks show."""
    return "\n".join(line.split("|", 1)[1].rstrip() for line in text.strip().split("\n"))


def test_a_long_name_is_cut_and_keeps_its_id(graph: MakeGraph) -> None:
    name = "a_node_with_a_name_that_is_longer_than_any_screen_is_wide"
    nodes, edges = graph(name, f"START > {name}", f"{name} ? END {'label' * 10}")
    for ascii_only, mark in ((False, "…"), (True, "...")):
        drawing = rail(nodes, edges, ascii=ascii_only)
        assert drawing.rects[name].width == 32
        assert f"{name[: 32 - len(mark)]}{mark}" in to_text(drawing)
        assert f"{('label' * 10)[: 24 - len(mark)]}{mark}" in to_text(drawing)


def test_max_width_cuts_names_and_labels_as_far_as_needed(graph: MakeGraph) -> None:
    first, second = "a_rather_long_name", "another_rather_long_name"
    nodes, edges = graph(
        f"{first} {second}", f"START > {first}", f"{first} ? {second} a_long_label", f"{second} ? {first} the_way_back"
    )
    free = rail(nodes, edges)
    narrow = rail(nodes, edges, max_width=20)
    assert narrow.width == 20 < free.width
    assert narrow.height == free.height
    assert rail(nodes, edges, max_width=free.width).width == free.width
    assert to_text(rail(nodes, edges, max_width=1)) == lines("""
        |○ START
        |│
        |○ a_rathe… ◀╌╮
        |┆ a_lon…     ┆
        |○ another…   ┆
        |╰╌ the_w… ╌╌╌╯
        |○ END
    """)


def test_names_are_whole_where_the_lanes_alone_are_wider_than_a_pane() -> None:
    names = [f"stage_with_number_{number}" for number in range(60)]
    edges = [Edge(source=names[a], target=names[b]) for a in range(60) for b in range(a + 1, 60, 7)]
    drawing = rail([Node(id=name) for name in names], edges, max_width=40)
    assert drawing.width == rail([Node(id=name) for name in names], edges).width
    assert all(drawing.rects[name].width == len(name) for name in names)


def test_wide_characters_take_two_cells(graph: MakeGraph) -> None:
    nodes, edges = graph("検索 b", "START > 検索", "検索 > b", "b ? 検索 もう一度", "b > END")
    drawing = rail(nodes, edges)
    assert drawing.rects["検索"] == Rect(2, 2, 4, 1)
    assert [cell.text for cell in drawing.rows[2][:8]] == ["○", " ", "検", "", "索", "", " ", "◀"]
    assert to_text(drawing) == lines("""
        |○ START
        |│
        |○ 検索 ◀╌╌╌╌╌╮
        |│            ┆
        |○ b          ┆
        |├╌ もう一度 ╌╯
        |│
        |○ END
    """)


def test_a_given_measure_decides(graph: MakeGraph) -> None:
    nodes, edges = graph("ñandú", "START > ñandú")
    assert rail(nodes, edges, measure=lambda text: 2 * len(text)).rects["ñandú"].width == 10


def test_what_is_shown_of_names_and_labels_is_measured_and_cut(graph: MakeGraph) -> None:
    nodes, edges = graph("a b", "START > a", "a ? b go", "b > a", "b > END")
    drawing = rail(nodes, edges, show=lambda text: {"a": "<aaa>", "go": "<g>"}.get(text, text))
    assert drawing.rects["a"] == Rect(2, 2, 5, 1)
    assert to_text(drawing) == lines("""
        |○ START
        |│
        |○ <aaa> ◀─╮
        |┆ <g>     │
        |○ b ──────╯
        |│
        |○ END
    """)


@pytest.mark.parametrize("wild", ["\u202e", "\u2066", "\x1b", "\x9b", "\n", "\u2028", "\ud800", "\0"])
def test_a_character_that_could_move_others_is_replaced(wild: str) -> None:
    name = f"a{wild}b"
    assert to_text(rail([Node(id=name)], [])) == "○ a\N{REPLACEMENT CHARACTER}b"
    assert to_text(rail([Node(id=name)], [], ascii=True)) == "o a?b"
    assert name in rail([Node(id=name)], []).rects


def test_joined_characters_stay_in_one_cell() -> None:
    family = "\U0001f469\u200d\U0001f467"
    row = rail([Node(id=f"e\u0301{family}!")], []).rows[0]
    assert [cell.text for cell in row] == ["○", " ", "e\u0301", family, "", "", "", "!"]


HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\n\r\t\x1b\x9b\x07\0\u202e\u2066\u200d\u0301\u3042\U0001f469\ufe0f\U0001f1e9[]\"'│├◀‹›…"),
    ),
    min_size=1,
    max_size=40,
)


@settings(max_examples=100, deadline=None, database=None)
@given(
    names=st.lists(HOSTILE, min_size=1, max_size=4, unique=True),
    label=HOSTILE,
    ascii_only=st.booleans(),
    layout=st.sampled_from(LAYOUTS),
)
def test_no_name_breaks_the_layout(
    names: list[str], label: str, ascii_only: bool, layout: Callable[..., Drawing | None]
) -> None:
    nodes = [Node(id=name) for name in names]
    edges = [Edge(source=one, target=other, label=label) for one in names for other in names]
    drawing = layout(nodes, edges, ascii=ascii_only)
    assert drawing
    assert len(drawing.rows) == drawing.height
    for row in drawing.rows:
        assert len(row) == drawing.width
        text = "".join(cell.text for cell in row)
        assert sum(_cells(char) for char in text) == drawing.width
        assert not [char for char in text if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
        assert not [char for char in text if unicodedata.bidirectional(char) in ("RLO", "LRO", "RLI", "LRI", "FSI")]
    for name, rect in drawing.rects.items():
        cells = drawing.rows[rect.y][rect.x : rect.x + rect.width]
        assert {cell.node for cell in cells} == {name}
        assert sum(cell.kind == "name" and cell.node == name for cell in drawing.rows[rect.y]) == rect.width


def _cells(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


LABELLED = st.lists(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.text("xyz", max_size=30)), max_size=14
)


@settings(max_examples=100, deadline=None, database=None)
@given(wanted=LABELLED, max_width=st.one_of(st.none(), st.integers(0, 60)), layout=st.sampled_from(LAYOUTS))
def test_every_label_is_whole(
    wanted: list[tuple[str, str, str]], max_width: int | None, layout: Callable[..., Drawing | None]
) -> None:
    """Nothing is printed over a label: the cells of each edge's label, put together, are the label (or its start)."""
    edges = [Edge(source=source, target=target, label=label, conditional=True) for source, target, label in wanted]
    drawing = layout([Node(id=name) for name in "abcd"], edges, max_width=max_width)
    if drawing is None:
        assert max_width is not None
        return
    for edge in edges:
        found = "".join(
            cell.text for row in drawing.rows for cell in row if cell.kind == "label" and edge in cell.edges
        )
        found = found.strip("‹›")
        if found.endswith("…"):
            assert edge.label.startswith(found[:-1])
            assert len(found) >= 6
        else:
            assert found == edge.label
