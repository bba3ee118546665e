"""Layout and painting of drawings: 60 nodes and 150 edges each way, 300 nodes and 2,000 edges, a full screen."""

import asyncio
import random
import time
from collections.abc import Callable

from figures import tell
from textual.app import App, ComposeResult
from textual.widget import Widget

from graphdeck.graphs.drawing.choose import Room, Wish, picture
from graphdeck.graphs.drawing.flow import flow
from graphdeck.graphs.drawing.rail import rail
from graphdeck.graphs.records import Edge, Node
from graphdeck.tui.theme import DARK, themes
from graphdeck.tui.widgets.graph_view import GraphView
from graphdeck.tui.widgets.node_state import NodeState
from graphdeck.tui.widgets.taken_edges import Taken

ROUNDS = 5


def graph(nodes: int, edges: int, seed: int) -> tuple[list[Node], list[Edge]]:
    """A random graph in which most edges lead to nodes near by, some far, some back."""
    dice = random.Random(seed)
    names = [f"node_{number:03d}" for number in range(nodes)]
    made = [Edge(source=names[dice.randrange(max(0, at - 6), at)], target=names[at]) for at in range(1, nodes)]
    while len(made) < edges:
        at = dice.randrange(nodes)
        other = dice.randrange(nodes) if dice.random() < 0.15 else min(nodes - 1, max(0, at + dice.randrange(-8, 9)))
        label = dice.choice(["", "", "yes", "no"])
        made.append(Edge(source=names[at], target=names[other], label=label, conditional=dice.random() < 0.5))
    return [Node(id=name) for name in names], made


def milliseconds(work: Callable[[], object]) -> float:
    """The quickest of several times: what else runs on the machine only ever adds."""
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times) * 1000


def main() -> None:
    """Print the figures."""
    graphs = [graph(60, 150, seed) for seed in range(4)]
    for name, bound, layout in (
        ("rail, 60 nodes 150 edges", 20, lambda: [rail(*each) for each in graphs]),
        ("flow TB", 60, lambda: [flow(*each) for each in graphs]),
        ("flow LR", 60, lambda: [flow(*each, direction="LR") for each in graphs]),
    ):
        tell(name, "ms a layout, mean of 4 random graphs", milliseconds(layout) / len(graphs), bound)
    large = graph(300, 2000, 1)
    tell("300 nodes, 2,000 edges", "ms, as it fits", milliseconds(lambda: picture(*large, Room(80, 40))), 300)
    tell(
        "",
        "ms, where boxes are wished for",
        milliseconds(lambda: picture(*large, Room(80, 40), wish=Wish("flow"))),
        300,
    )
    tell("cells of 200x50 of a flow", "ms, once for each drawing", painted(graphs[0]), 5)
    tell("repaint of a full 200x50 pane", "ms", asyncio.run(repainted(graphs[0])), 5)


def painted(each: tuple[list[Node], list[Edge]]) -> float:
    """Milliseconds to find the cells of the first 50 rows of a flow that is wider than a screen of 200 columns."""
    drawings = [found for _ in range(ROUNDS) if (found := flow(*each))]  # each row of one is painted once
    return milliseconds(lambda: list(drawings.pop().rows[:50]))


async def repainted(each: tuple[list[Node], list[Edge]]) -> float:
    """Milliseconds to paint all of a pane of 200x50 anew, after a run that has changed its nodes and edges."""
    nodes, edges = each
    view = GraphView()
    app = Pane(view)
    async with app.run_test(size=(200, 50)):
        view.show_drawing(flow(nodes, edges))
        states = {node.id: NodeState(outcome="done", times=3, last_ms=12.0) for node in nodes}
        view.show(states, Taken(times={(edge.source, edge.target): 1 for edge in edges[::2]}))

        def paint() -> None:
            view.refresh()
            view.render_lines(view.size.region)

        return milliseconds(paint)


class Pane(App[None]):
    """An app with one widget."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._widget = widget

    def compose(self) -> ComposeResult:
        """The widget."""
        for theme in themes():
            self.register_theme(theme)
        self.theme = DARK
        yield self._widget


if __name__ == "__main__":
    main()
