"""The deck's graph: its drawing, what stops a run at a node, or what is wrong with the target."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.records import Edge, GraphShape, Node
from graphdeck.tui.clock import Clock
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.screens.look import Look
from graphdeck.tui.screens.pane import Pane
from graphdeck.tui.text import ellipsis, one_line, safe
from graphdeck.tui.theme import ERROR, MUTED, glyphs
from graphdeck.tui.widgets.graph_view import GraphView
from graphdeck.tui.widgets.long_text import LongText

if TYPE_CHECKING:
    from graphdeck.tui.screens.layout import Layout


class GraphPane(Pane):
    """The drawing, and a line on the selected node; in its place what is wrong with the target, where it is broken."""

    def __init__(self, clock: Clock) -> None:
        self.view = GraphView(clock=clock)
        self.trouble = LongText(id="trouble")
        super().__init__("graph", self.view, self.trouble, Static(id="node", markup=False))
        self._drawn: tuple[tuple[Node, ...], tuple[Edge, ...], Mapping[str, GraphShape], int, int] | None = None
        self._by_id: dict[str, Node] = {}
        self._states: object = None
        self.stops: Mapping[str, str] = {}
        """What stops a run at a node, in words."""
        self.trouble.display = False

    def paint(self, look: Look) -> None:
        """Show the look's graph, and what its nodes do."""
        if look.shape is not None:
            from graphdeck.tui.screens.drawn import drawn  # the first paint may know no graph yet

            shape = drawn(look) or look.shape
            self._draw(shape.nodes, shape.edges, shape.subgraphs)
        elif self._drawn is not None:
            self._drawn = None
            self.view.show_drawing(None)
        self.view.empty_text = (
            f"loads {one_line(look.graph, 60)} {ellipsis()}" if look.graph else "no graph: o opens one"
        )
        view = look.view
        if (view.nodes, view.taken) != self._states:
            self._states = (view.nodes, view.taken)
            self.view.show(view.nodes, view.taken)

    def _draw(self, nodes: tuple[Node, ...], edges: tuple[Edge, ...], subgraphs: Mapping[str, GraphShape]) -> None:
        wanted = (nodes, edges, subgraphs, self.view.room, self.view.size.height)
        if self._drawn != wanted:
            self._drawn = wanted
            self._draw_anew()

    def _draw_anew(self) -> None:
        if self._drawn is None:
            return
        from graphdeck.graphs.drawing.choose import Room

        nodes, edges, subgraphs, columns, rows = self._drawn
        found = self._layout.picture(nodes, edges, subgraphs, Room(columns, rows))
        self._by_id = {node.id: node for node in found.drawing.nodes}
        self.view.show_drawing(found.drawing, members=found.members)

    @cached_property
    def _layout(self) -> "Layout":
        from graphdeck.tui.screens.layout import Layout  # the first paint may know no graph yet

        return Layout()

    def turn_style(self) -> str:
        """Draw in the next of the styles: what fits, a flow, a rail; what to say of it."""
        said = self._layout.turn_style()
        self._draw_anew()
        return said

    def turn_subgraph(self) -> str:
        """Open the subgraph of the cursor in place, or close it; what to say of it."""
        if self._drawn is None or self.view.selected is None:
            return "no graph is open"
        node, said = self._layout.turn_subgraph(self.view.selected, self._drawn[2])
        self._draw_anew()
        self.view.select(node)
        return said

    def on_resize(self) -> None:
        """Draw for the new size."""
        if self._drawn is not None:
            self._draw(*self._drawn[:3])

    def tell(self, error: GraphdeckError | None) -> None:
        """Show an error in place of the drawing; None brings the drawing back."""
        if error is None and self.view.display:
            return
        had_focus = self.view.has_focus or self.trouble.has_focus
        self.view.display, self.trouble.display = error is None, error is not None
        if error is not None:
            self.trouble.show(
                [
                    Paragraph(text=safe(error.message, lines=True), style=ERROR),
                    Paragraph(),
                    Paragraph(text=safe(error.hint, lines=True)),
                    Paragraph(text="F5 loads it again, o opens another graph", style=MUTED),
                ]
            )
        if had_focus:
            self.main.focus()

    @property
    def main(self) -> Widget:
        """What takes the focus."""
        return self.trouble if self.trouble.display else self.view

    def on_graph_view_node_selected(self, event: GraphView.NodeSelected) -> None:
        """Say where the node comes from."""
        node = self._by_id.get(event.node)
        line = self.query_one("#node", Static)
        if node is None:
            line.update("", layout=False)
            return
        place = f"{node.file.rpartition('/')[2]}:{node.line}" if node.file else ""
        known = [one_line(text, 200) for text in (self.stops.get(node.id, ""), place, node.doc) if text]
        line.update(Content.styled(f"  {glyphs().separator}  ".join(known), MUTED), layout=False)
