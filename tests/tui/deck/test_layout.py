"""The drawing in the deck: boxes where they fit, one row a node else, and what a key pins."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

from graphdeck.graphs.records import END, START, Edge, GraphShape, Node
from graphdeck.tui.widgets.node_state import NodeState


async def test_boxes_are_drawn_where_they_fit_and_a_key_pins_the_layout(open_deck: Any, recorded: Any) -> None:
    async with open_deck(recorded, graph="travel") as deck:
        view = deck.app.deck.panes.graph.view
        await deck.until(lambda: view.drawing)
        assert view.drawing.boxes
        chosen = view.selected
        await deck.pilot.resize_terminal(80, 16)
        await deck.until(lambda: not view.drawing.boxes)
        for said, boxed in (("in boxes", True), ("one row a node", False), ("as it fits", False)):
            await deck.pilot.press("l")
            await deck.until_shown(said)
            assert bool(view.drawing.boxes) == boxed
        await deck.pilot.resize_terminal(80, 24)
        await deck.until(lambda: view.drawing.boxes)
        assert view.selected == chosen


async def test_long_names_are_cut_to_the_pane_and_their_ends_are_told(
    open_deck: Any, recorded: Any, travel: GraphShape
) -> None:
    names = [START, *(f"{'a' * 60}_{number}" for number in range(10)), END]
    recorded.shape = replace(
        travel,
        nodes=tuple(Node(id=name) for name in names),
        edges=tuple(Edge(source=a, target=b) for a, b in pairwise(names)),
    )
    async with open_deck(recorded, graph="travel", size=(80, 24)) as deck:
        view = deck.app.deck.panes.graph.view
        await deck.until(lambda: view.drawing and view.show_vertical_scrollbar)
        assert not view.show_horizontal_scrollbar
        await deck.press("down", "down")
        await deck.until_shown("…aaaaaaaaaaaaaaaaaaaaaa_2")
        for key in ("home", "end"):
            await deck.press(key)
            await deck.until(lambda: "…aaa" not in deck.text.splitlines()[-5])
        assert not view.show_horizontal_scrollbar


async def test_a_subgraph_unfolds_where_it_is_and_shows_what_its_nodes_do(
    open_deck: Any, recorded: Any, travel: GraphShape
) -> None:
    desk = replace(travel, subgraphs={})
    tools = replace(travel, subgraphs={"assistant": desk})
    recorded.shape = replace(travel, subgraphs={"tools": tools})
    async with open_deck(recorded, graph="travel") as deck:
        pane = deck.app.deck.panes.graph
        await deck.until(lambda: pane.view.drawing)
        closed = set(pane.view.drawing.rects)
        for node, said in (
            ("assistant", "no subgraph"),
            ("tools", "tools is unfolded"),
            ("tools:assistant", "tools:assistant is unfolded"),
        ):
            pane.view.select(node)
            await deck.pilot.press("z")
            await deck.until_shown(said)
            assert pane.view.selected == node
        assert {"tools:assistant:tools", "tools:__end__"} <= set(pane.view.drawing.rects)
        pane.view.select("tools:assistant:tools")
        pane.view.show({"tools:assistant:tools": NodeState(outcome="failed", times=3)})
        await deck.until_shown("✗ tools")
        pane.view.select("tools:tools")
        await deck.pilot.press("z")
        await deck.until_shown("tools is folded")
        assert pane.view.selected == "tools"
        assert set(pane.view.drawing.rects) == closed
