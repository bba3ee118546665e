"""The deck's graph: its drawing or its task tree, what stops a run at a node, or what is wrong with the target."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.records import END, START, Edge, GraphShape, Node
from graphdeck.tui.clock import Clock
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.screens.look import Look
from graphdeck.tui.screens.pane import Pane
from graphdeck.tui.text import ellipsis, one_line, safe, safe_name, width
from graphdeck.tui.theme import ERROR, MUTED, glyphs
from graphdeck.tui.widgets.graph_view import GraphView
from graphdeck.tui.widgets.live_rows import LiveRows
from graphdeck.tui.widgets.long_text import LongText

if TYPE_CHECKING:
    from graphdeck.tui.screens.layout import Layout
    from graphdeck.tui.screens.node_finder import NodeFinder, Spot
    from graphdeck.tui.task_log import TaskRun
    from graphdeck.tui.widgets.node_line import NodeLine
    from graphdeck.tui.widgets.task_tree import TaskTree

_NAME_END: Final = 24
"""Characters that are told of the end of a name which is cut."""


class GraphPane(Pane):
    """The drawing, and a line on the selected node; in its place what is wrong with the target, where it is broken.

    A graph of the functional API has its task tree in place of the drawing.
    """

    def __init__(self, clock: Clock) -> None:
        self.view = GraphView(clock=clock)
        self.task_tree: TaskTree | None = None
        """The task tree; None until a functional graph is shown."""
        self._clock = clock
        self.trouble = LongText(id="trouble")
        super().__init__("graph", self.view, self.trouble, Static(id="node", markup=False))
        self._drawn: tuple[tuple[Node, ...], tuple[Edge, ...], Mapping[str, GraphShape], int, int] | None = None
        self._by_id: dict[str, Node] = {}
        self._states: object = None
        self._finder: NodeFinder | None = None
        self._counted = ""
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
        self._counted = "" if view.counted_from is None else f"counted from step {view.counted_from:,} on"
        if self._finder is None:
            self._tell_found("")
        if (view.nodes, view.taken) != self._states:
            self._states = (view.nodes, view.taken)
            self.view.show(view.nodes, view.taken)
            if self.view.selected is not None and not self._has_tree:
                self._tell_node(self.view.selected)

    def show_tree(
        self, shape: GraphShape | None, entry: "TaskRun | None" = None, tasks: "Sequence[TaskRun]" = ()
    ) -> None:
        """Show the task tree of a functional graph in place of its drawing; without a shape, the drawing again."""
        if shape is None:
            if self._has_tree:
                self._show_only(self.view)
            return
        if self.task_tree is None:
            from graphdeck.tui.widgets.task_tree import TaskTree  # most graphs are drawn

            self.task_tree = TaskTree(self._clock)
            self.mount(self.task_tree, before="#node")
        nodes = [node for node in (*shape.nodes, *shape.tasks) if node.id not in (START, END)]
        self._by_id = {node.id: node for node in nodes}
        self.task_tree.show(entry, tasks, [node.id for node in nodes])
        if not self.trouble.display:
            self._show_only(self.task_tree)

    @property
    def _has_tree(self) -> bool:
        return self.task_tree is not None and self.task_tree.display

    def _show_only(self, wanted: Widget) -> None:
        """Show one of the drawing, the tree and the trouble; it takes the focus of the others."""
        widgets = [widget for widget in (self.view, self.task_tree, self.trouble) if widget is not None]
        had_focus = any(widget.has_focus for widget in widgets if widget is not wanted)
        for widget in widgets:
            widget.display = widget is wanted
        if had_focus:
            wanted.focus()

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
        if found.drawing.height > rows and found.drawing.width == columns:
            found = self._layout.picture(nodes, edges, subgraphs, Room(columns - 1, rows))  # the bar takes one
        self._by_id = {node.id: node for node in found.drawing.nodes}
        self.view.show_drawing(found.drawing, members=found.members)

    @cached_property
    def _layout(self) -> "Layout":
        from graphdeck.tui.screens.layout import Layout  # the first paint may know no graph yet

        return Layout()

    @property
    def unfolded(self) -> frozenset[str]:
        """Paths of the nodes whose subgraphs are drawn in place."""
        return self._layout.opened if self._drawn is not None else frozenset()

    def turn_style(self) -> str:
        """Draw in the next of the styles: what fits, a flow, a rail; what to say of it."""
        said = self._layout.turn_style()
        self._draw_anew()
        return said

    def turn_subgraph(self) -> str:
        """Open the subgraph of the cursor in place, or close it; what to say of it."""
        if self._drawn is None or self.view.selected is None:
            return "no graph is open"
        chosen = self._by_id.get(self.view.selected)
        why_not = self._hidden_in(chosen) if chosen is not None else ""
        node, said = self._layout.turn_subgraph(self.view.selected, self._drawn[2], why_not)
        self._draw_anew()
        self.view.select(node)
        return said

    # -- going to a node ---------------------------------------------------------------------------------------------

    async def find_node(self) -> None:
        """Open the line in which a part of a name is typed; it takes no row from the drawing."""
        from graphdeck.tui.screens.node_finder import NodeFinder
        from graphdeck.tui.widgets.node_line import NodeLine

        if self._finder is None and isinstance(self.main, LiveRows):
            self._finder = NodeFinder(self.main, self._spots)
            self.query_one("#node").display = False
            await self.mount(NodeLine(), before="#node")
        elif self._finder is not None:
            self.query_one(NodeLine).focus()

    def _spots(self) -> "Sequence[Spot]":
        from graphdeck.tui.screens.node_finder import drawn_spots, tree_spots

        if self.task_tree is not None and self._has_tree:
            return tree_spots(self.task_tree)
        return drawn_spots(self.view, self._drawn[0], self._drawn[2]) if self._drawn is not None else ()

    def on_node_line_typed(self, event: "NodeLine.Typed") -> None:
        """Go to the first node that has it."""
        if self._finder is not None:
            self._tell_found(self._finder.look_for(event.text))

    def on_node_line_stepped(self, event: "NodeLine.Stepped") -> None:
        """Go to the next one."""
        if self._finder is not None:
            self._tell_found(self._finder.step(event.step))

    def on_node_line_left(self, event: "NodeLine.Left") -> None:
        """Stay there, in a subgraph that is unfolded for it; or go back."""
        finder, self._finder = self._finder, None
        if finder is not None:
            event.node_line.remove()
            self.query_one("#node").display = True
            self._tell_found("")
            found = finder.chosen
            if not event.keeps:
                finder.give_up()
            elif found is not None and found.is_inside:
                self._layout.open_around(found.path)
                self._draw_anew()
                self.view.select(found.path)
            self.main.focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Who goes on to the drawing by mouse or key is done with the line."""
        if self._finder is not None and event.widget is self.main:
            from graphdeck.tui.widgets.node_line import NodeLine

            self.query_one(NodeLine).post_message(NodeLine.Left(self.query_one(NodeLine), keeps=True))

    def _tell_found(self, said: str) -> None:
        self.heading = one_line(said, max(8, self.size.width - 10)) if said else self._counted

    def follow(self) -> str:
        """Go to what is at work, and follow again what begins to run; what to say of it."""
        main = self.main
        if isinstance(main, LiveRows) and not main.follow():
            return "nothing runs or waits: what begins to run comes into view again"
        return ""

    def on_resize(self) -> None:
        """Draw for the new size."""
        if self._drawn is not None:
            self._draw(*self._drawn[:3])

    def tell(self, error: GraphdeckError | None) -> None:
        """Show an error in place of the drawing; None brings the drawing back."""
        if error is None:
            if self.trouble.display:
                self._show_only(self.view)
        else:
            self._tell_instead(Paragraph(text=safe(error.message, lines=True), style=ERROR), error.hint)

    def tell_loading(self, graph: str) -> None:
        """Say why a graph may take so long to load."""
        still = Paragraph(text=f"{one_line(graph, 60)} still loads {ellipsis()}")
        self._tell_instead(still, "Its module is imported, which runs its code.")

    def _tell_instead(self, first: Paragraph, hint: str) -> None:
        """Show words in place of the drawing."""
        again = Paragraph(text="F5 loads it again, o opens another graph", style=MUTED)
        self.trouble.show([first, Paragraph(), Paragraph(text=safe(hint, lines=True)), again])
        self._show_only(self.trouble)

    @property
    def main(self) -> Widget:
        """What takes the focus."""
        if self.trouble.display:
            return self.trouble
        return self.task_tree if self.task_tree is not None and self.task_tree.display else self.view

    def on_graph_view_node_selected(self, event: GraphView.NodeSelected) -> None:
        """Say where the node comes from."""
        if not self._has_tree:
            self._tell_node(event.node)

    def on_task_tree_task_selected(self, event: "TaskTree.TaskSelected") -> None:
        """Say where the task comes from."""
        self._tell_node(event.row.name)

    def _tell_node(self, id_: str) -> None:
        node = self._by_id.get(id_)
        line = self.query_one("#node", Static)
        if node is None:
            line.update("", layout=False)
            return
        place = f"{node.file.rpartition('/')[2]}:{node.line}" if node.file else ""
        told = (self._end_of(node.id), self.stops.get(node.id, ""), self._hidden_in(node), place)
        texts = (*told, self._ways_of(node.id), *self._signs_of(node), node.doc)
        known = [one_line(text, 200) for text in texts if text]
        words = Content.styled(f"  {glyphs().separator}  ".join(known), MUTED)
        if words != line.content:
            line.update(words, layout=False)

    def _end_of(self, node: str) -> str:
        """How a name ends that the drawing has not room for: others may begin alike."""
        drawing, name = self.view.drawing, node.rpartition(":")[2]
        if self._has_tree or drawing is None or name in (START, END):
            return ""
        shown = safe_name(name)
        return ellipsis() + shown[-_NAME_END:] if width(shown) > drawing.rects[node].width else ""

    def _hidden_in(self, node: Node) -> str:
        """Why nothing inside it can be drawn or stopped at; first of all, since the line may be short."""
        from graphdeck.tui.sign_words import hidden_words

        return hidden_words(node)

    def _signs_of(self, node: Node) -> Iterator[str]:
        """What the other signs after its name mean."""
        from graphdeck.tui.sign_words import node_words

        return node_words(node)

    def _ways_of(self, node: str) -> str:
        """Where the node has led, and how often."""
        if not self.view.taken.times or self._has_tree:
            return ""
        from graphdeck.tui.widgets.edge_counts import ways_text  # the first paint knows none

        return ways_text(node, self.view.taken.times)
