"""Which drawing a room gets."""

import pytest

from graphdeck.graphs.drawing.choose import Room, Style, Wish, picture
from graphdeck.graphs.records import Edge, Node

Graph = tuple[list[Node], list[Edge]]
FLOW, RAIL = Wish("flow"), Wish("rail")


@pytest.mark.parametrize(
    ("name", "room", "style", "folded"),
    [
        ("react", Room(80, 24), "flow", False),
        ("react", Room(80, 9), "flow", False),  # left to right
        ("react", Room(40, 9), "rail", False),
        ("react", Room(26, 24), "rail", False),  # a flow only with names that are cut
        ("branching", Room(80, 24), "rail", False),  # nothing fits, nothing folds
        ("branching", Room(80, 60), "flow", False),
        ("supervisor", Room(80, 24), "rail", False),
        ("supervisor", Room(120, 24), "flow", False),
        ("fan-out", Room(120, 50), "rail", False),
        ("fan-out", Room(120, 40), "rail", True),
        ("fan-out", Room(), "flow", False),
        ("empty", Room(80, 24), "flow", False),
    ],
)
def test_the_first_that_fits(graphs: dict[str, Graph], name: str, room: Room, style: Style, folded: bool) -> None:
    found = picture(*graphs[name], room)
    assert (found.style, bool(found.members)) == (style, folded)
    if name != "branching":
        assert room.columns is None or found.drawing.width <= room.columns
        assert room.rows is None or found.drawing.height <= room.rows


def test_a_wish_is_kept_where_the_drawing_then_scrolls(graphs: dict[str, Graph]) -> None:
    assert picture(*graphs["react"], Room(80, 24), wish=RAIL).style == "rail"
    high = picture(*graphs["branching"], Room(70, 20), wish=FLOW)
    assert (high.style, high.drawing.width <= 70, high.drawing.height > 20) == ("flow", True, True)
    folded = picture(*graphs["fan-out"], Room(80, 20), wish=FLOW)
    assert (folded.style, len(folded.members), folded.drawing.width <= 80) == ("flow", 36, True)
    wide = picture(*graphs["supervisor"], Room(20, 20), wish=FLOW)
    assert (wide.style, wide.drawing.width > 20) == ("flow", True)
    across = picture(*graphs["react"], Room(80, 24), wish=Wish(None, "LR"))
    assert (across.style, across.drawing.height) == ("flow", 7)


def test_what_may_not_be_wider_is_a_rail(graphs: dict[str, Graph]) -> None:
    assert picture(*graphs["supervisor"], Room(20), wish=FLOW, beyond=False).style == "rail"


def test_without_folding_all_nodes_are_drawn(graphs: dict[str, Graph]) -> None:
    nodes, edges = graphs["fan-out"]
    for wish in (FLOW, RAIL, Wish()):
        found = picture(nodes, edges, Room(80, 24), wish=wish, folding=False)
        assert (set(found.drawing.rects), found.members) == ({node.id for node in nodes}, {})


def test_a_tangle_is_a_rail_whatever_is_wished_for() -> None:
    names = [f"n{number}" for number in range(300)]
    edges = [Edge(source=names[number * 7 % 300], target=names[number * 13 % 299]) for number in range(2000)]
    found = picture([Node(id=name) for name in names], edges, Room(), wish=FLOW)
    assert (found.style, len(found.drawing.rects)) == ("rail", 300)
