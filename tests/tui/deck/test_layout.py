"""The drawing in the deck: boxes where they fit, one row a node else, and what a key pins."""

from typing import Any


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
