"""The panes of the deck: graph, state, messages, timeline, log and threads, arranged by the room that there is."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.records import Edge, GraphShape, Node
from graphdeck.tui.actions import action
from graphdeck.tui.clock import Clock
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.screens.checkpoints import Checkpoints
from graphdeck.tui.screens.inner_states import with_subgraphs
from graphdeck.tui.screens.look import Look
from graphdeck.tui.text import ellipsis, one_line, safe
from graphdeck.tui.theme import ACCENT, ERROR, MUTED, glyphs
from graphdeck.tui.widgets.graph_view import GraphView
from graphdeck.tui.widgets.log_lines import LogLine
from graphdeck.tui.widgets.log_view import LogView
from graphdeck.tui.widgets.long_text import LongText
from graphdeck.tui.widgets.messages_view import MessagesView
from graphdeck.tui.widgets.state_tree import StateTree
from graphdeck.tui.widgets.thread_list import ThreadPane
from graphdeck.tui.widgets.timeline import Timeline

if TYPE_CHECKING:
    from graphdeck.tui.screens.layout import Layout

PANES: Final = ("graph", "state", "messages", "timeline", "log", "threads")
"""In the order of their keys."""
LOWER: Final = ("messages", "timeline", "log")
"""The ones that share a place where all are shown."""
ALL_FROM: Final = (110, 30)
"""Columns and rows from which on all panes are shown."""
TWO_FROM: Final = 60
"""Columns from which on graph and state stand side by side."""
_REMEMBERED: Final = 100
"""Checkpoints whose list lengths are kept, so that the next one can say what is new."""


class Pane(Vertical):
    """A pane under its heading."""

    heading: reactive[str] = reactive("", init=False)
    """What it shows, in safe words."""

    def __init__(self, name: str, *body: Widget) -> None:
        super().__init__(Static(markup=False, classes="heading"), *body, id=name, classes="pane")
        self._word = action("deck", f"show_{name}").label

    def on_mount(self) -> None:
        """Show the heading."""
        self.watch_heading(self.heading)

    def watch_heading(self, heading: str) -> None:
        """Show the heading."""
        detail = f" {glyphs().separator} {heading}" if heading else ""
        self.query_one(".heading", Static).update(Content.assemble(self._word, (detail, MUTED)), layout=False)


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
            self._draw(look.shape.nodes, look.edges, look.shape.subgraphs)
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


class PaneTabs(Widget):
    """Which panes there are, and which are shown; posts `Chosen` for a clicked one."""

    class Chosen(Message):
        """A name was clicked."""

        def __init__(self, pane_tabs: "PaneTabs", name: str) -> None:
            super().__init__()
            self.pane_tabs = pane_tabs
            """The widget."""
            self.name = name
            """Name of the pane."""

        @property
        def control(self) -> "PaneTabs":
            """The widget."""
            return self.pane_tabs

    def __init__(self) -> None:
        super().__init__(id="tabs")
        self._tabs: tuple[tuple[str, ...], tuple[str, ...], int] = ((), (), 0)

    def show(self, names: tuple[str, ...], shown: tuple[str, ...], unread: int) -> None:
        """Show these names, the shown ones marked, with the number of log lines that nobody has seen."""
        if (names, shown, unread) != self._tabs:
            self._tabs = (names, shown, unread)
            self.refresh()

    def render(self) -> Content:
        """The names in one line; where there is no room, the keys alone of those that are not shown."""
        gap, tabs = self._fitting()
        return Content(gap).join(content for _, content in tabs)

    def on_click(self, event: events.Click) -> None:
        """Tell which name was clicked."""
        gap, tabs = self._fitting()
        end = 1  # the padding
        for name, content in tabs:
            end += content.cell_length + len(gap)
            if event.x < end:
                event.stop()
                self.post_message(self.Chosen(self, name))
                return

    def _fitting(self) -> tuple[str, list[tuple[str, Content]]]:
        names, shown, _ = self._tabs
        for gap, named in (("   ", names), (" ", names), ("  ", shown)):
            tabs = [(name, self._tab(name, named=name in named)) for name in names]
            if sum(content.cell_length + len(gap) for _, content in tabs) - len(gap) <= self.size.width:
                break
        return gap, tabs

    def _tab(self, name: str, *, named: bool) -> Content:
        _, shown, unread = self._tabs
        shows = action("deck", f"show_{name}")
        count = f" {unread:,}" if unread and name == "log" else ""
        return Content.assemble(
            (shows.shown_key, f"bold {ACCENT}"),
            (f" {shows.label}" if named else "", "bold underline" if name in shown else MUTED),
            (count, f"bold {ACCENT}"),
        )


class Panes(Container):
    """All panes; what is shown of them follows from the size, the chosen pane and the focus."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(id="panes")
        self.graph = GraphPane(clock)
        """The graph pane."""
        self.state = StateTree()
        """The state as a tree."""
        self.messages = MessagesView()
        """The conversation."""
        self.timeline = Timeline(clock=clock)
        """The checkpoints."""
        self.printed = LogView()
        """Prints, errors, retries."""
        self.threads = ThreadPane(clock=clock)
        """The threads, with their filter."""
        self.pane = "graph"
        """The pane that the person is in."""
        self._lower = "messages"
        self._lower_chosen = False
        self._look = Look()
        self._seen: dict[str, int] = {}
        self._lengths: dict[str, dict[str, int]] = {}
        self._due: set[str] = set()
        self._mains: dict[str, Widget] = {
            "state": self.state,
            "messages": self.messages,
            "timeline": self.timeline,
            "log": self.printed,
            "threads": self.threads.list,
        }

    def compose(self) -> ComposeResult:
        """Threads at the left, graph and state beside each other, the others under their tabs."""
        # Arranged before there is anything in it: afterwards it would all be styled once more.
        self.set_class(self.shows_all, "-all")
        lower = [Pane(name, self._mains[name]) for name in LOWER]
        panes = [Pane("threads", self.threads), self.graph, Pane("state", self.state), *lower]
        for pane in panes:
            pane.display = pane.id in self._shown()
        yield from (*panes[:3], PaneTabs(), *lower)

    # -- what is shown of it -----------------------------------------------------------------------------------------

    def paint(self, look: Look) -> None:
        """Show what there is to see of a look; a hidden pane is painted once it is shown."""
        before, self._look = self._look, look
        if look.shape is not None and not self._lower_chosen:
            self._lower = "messages" if look.takes_text else "timeline"
        self._due |= {"graph", "messages", "log", "threads"}
        if look.shown is not before.shown or look.values is not before.values or look.thread != before.thread:
            self._due.add("state")
        if look.shape is not before.shape or look.changed != before.changed:
            self._due.add("state")
        if look.history is not before.history or look.old is not before.old:
            self._due.add("timeline")
        self._arrange()

    def _paint(self, name: str, look: Look) -> None:
        match name:
            case "graph":
                self.graph.paint(look)
            case "state":
                self._paint_state(look)
            case "messages":
                self.messages.show(look.messages)
            case "timeline":
                history = look.history if isinstance(look.history, Checkpoints) else Checkpoints(look.history)
                self.timeline.show(history, history.tree, more=history.more)
                self.timeline.current = look.old.checkpoint if look.old else ""
            case "log":
                self.printed.show(*log_of(look))
            case "threads":
                self.threads.list.current = look.thread

    def _paint_state(self, look: Look) -> None:
        shown = look.shown
        lengths = self._lengths.get((shown.parent or "") if shown else "", {})
        self.state.empty_text = "no state is kept: the graph refuses saving" if look.refuses_saving else "no state yet"
        values, inner = with_subgraphs(shown) if shown else (look.values, ())
        self.state.show(values, look.changed, lengths, inner)
        step = "" if shown is None or shown.step is None else f"step {shown.step}"
        inside = one_line(":".join(shown.path), 40, identifier=True) if shown else ""
        self.query_one("#state", Pane).heading = ", ".join(filter(None, (inside, step)))
        if shown is not None:
            found = {key: len(value) for key, value in shown.values.items() if isinstance(value, list)}
            self._lengths = dict([*self._lengths.items(), (shown.checkpoint, found)][-_REMEMBERED:])

    # -- which are shown ---------------------------------------------------------------------------------------------

    @property
    def shows_all(self) -> bool:
        """There is room for all panes."""
        size = self.app.size
        return size.width >= ALL_FROM[0] and size.height >= ALL_FROM[1]

    def go(self, name: str) -> None:
        """Show a pane and go to it."""
        self._enter(name)
        (self.graph.main if name == "graph" else self._mains[name]).focus()

    def _enter(self, name: str) -> None:
        self.pane = name
        if name in LOWER:
            self._lower, self._lower_chosen = name, True
        self._arrange()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The pane with the focus is the one that a smaller screen keeps."""
        name = next((node.id for node in event.widget.ancestors_with_self if node.has_class("pane")), None)
        if name and name != self.pane:
            self._enter(name)

    def on_pane_tabs_chosen(self, event: PaneTabs.Chosen) -> None:
        """Go to the clicked one."""
        event.stop()
        self.go(event.name)

    def on_resize(self) -> None:
        """Arrange for the new size."""
        self._arrange()

    def _arrange(self) -> None:
        names = LOWER if self.shows_all else PANES
        self.set_class(self.shows_all, "-all")
        shown = self._shown()
        for pane in self.query(Pane):
            pane.display = pane.id in shown
        if "log" in shown:
            self._seen[self._look.thread] = self._logged
        for name in self._due.intersection(shown):
            self._due.discard(name)
            self._paint(name, self._look)
        unread = self._logged - self._seen.get(self._look.thread, 0)
        marked = tuple(name for name in shown if name in names)
        self.query_one(PaneTabs).show(names, marked, unread)

    def _shown(self) -> tuple[str, ...]:
        if self.shows_all:
            return ("threads", "graph", "state", self._lower)
        if self.pane in ("graph", "state") and self.app.size.width >= TWO_FROM:
            return ("graph", "state")
        return (self.pane,)

    @property
    def _logged(self) -> int:
        return log_of(self._look)[1]


def log_of(look: Look) -> tuple[tuple[LogLine, ...], int]:
    """The log of a thread, and how many lines were logged: what this session saw, else the errors that are saved."""
    if look.live is not None and look.old is None:
        return look.live.log, look.live.logged
    lines = tuple(
        LogLine(kind="error", text=task.error, node=task.node, time=look.shown.time)
        for task in (look.shown.failed if look.shown else ())
        if look.shown and not task.error.startswith("CancelledError")
    )
    return lines, len(lines)
