"""The panes of the deck: graph, state, messages, timeline, log and threads, arranged by the room that there is."""

from collections.abc import Mapping
from typing import Final

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.widget import Widget

from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.tui.clock import Clock
from graphdeck.tui.screens.checkpoints import Checkpoints
from graphdeck.tui.screens.graph_pane import GraphPane
from graphdeck.tui.screens.inner_states import with_subgraphs
from graphdeck.tui.screens.look import Look
from graphdeck.tui.screens.pane import Pane, PaneTabs
from graphdeck.tui.screens.timeline_pane import TimelinePane
from graphdeck.tui.text import ellipsis, one_line
from graphdeck.tui.widgets.log_lines import LogLine
from graphdeck.tui.widgets.log_view import LogView
from graphdeck.tui.widgets.messages_view import MessagesView
from graphdeck.tui.widgets.state_tree import StateTree
from graphdeck.tui.widgets.thread_list import ThreadPane

PANES: Final = ("graph", "state", "messages", "timeline", "log", "threads")
"""In the order of their keys."""
LOWER: Final = ("messages", "timeline", "log")
"""The ones that share a place where all are shown."""
ALL_FROM: Final = (110, 30)
"""Columns and rows from which on all panes are shown."""
TWO_FROM: Final = 60
"""Columns from which on graph and state stand side by side."""
_REMEMBERED: Final = 2
"""States whose list lengths are kept: the one that is painted, and the one before it."""


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
        self.timeline_pane = TimelinePane(clock)
        """The timeline pane."""
        self.timeline = self.timeline_pane.list
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
        self._seen: dict[ThreadKey, int] = {}
        self._lengths: Mapping[str, int] = {}
        self._painted: dict[str, Mapping[str, int]] = {}
        self._due: set[str] = set()
        self._mains: dict[str, Widget] = {
            "state": self.state,
            "messages": self.messages,
            "log": self.printed,
            "threads": self.threads.list,
        }

    def compose(self) -> ComposeResult:
        """Threads at the left, graph and state beside each other, the others under their tabs."""
        # Arranged before there is anything in it: afterwards it would all be styled once more.
        self.set_class(self.shows_all, "-all")
        lower = [Pane("messages", self.messages), self.timeline_pane, Pane("log", self.printed)]
        panes = [Pane("threads", self.threads), self.graph, Pane("state", self.state), *lower]
        for pane in panes:
            pane.display = pane.id in self._shown()
        yield from (*panes[:3], PaneTabs(), *lower)

    # -- what is shown of it -----------------------------------------------------------------------------------------

    def paint(self, look: Look) -> None:
        """Show what there is to see of a look; a hidden pane is painted once it is shown."""
        before, self._look = self._look, look
        if look.key.may_be(before.key) and before.key in self._seen:
            self._seen[look.key] = self._seen.pop(before.key)
        if look.shape is not None and not self._lower_chosen:
            self._lower = "messages" if look.takes_text else "timeline"
        self._due |= {"graph", "messages", "log", "threads"}
        if look.shown is not before.shown or look.values is not before.values or not look.key.may_be(before.key):
            self._due.add("state")
        if look.shape is not before.shape or look.changed != before.changed:
            self._due.add("state")
        if self._lengths_before(look) != self._lengths:
            self._due.add("state")
        if (look.snapshot is None) != (before.snapshot is None):
            reads = f"reads its checkpoints {ellipsis()}"
            self.timeline.empty_text = "no checkpoints yet" if look.snapshot is None else reads
            self.timeline.refresh()
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
                self._head_messages()
            case "timeline":
                history = look.history if isinstance(look.history, Checkpoints) else Checkpoints(look.history)
                self.timeline.show(history, history.tree, more=history.more)
                self.timeline.current = look.old.checkpoint if look.old else ""
            case "log":
                self.printed.show(*log_of(look))
            case "threads":
                self.threads.list.ours = look.runs
                self.threads.list.current = look.key

    def turn_tool_calls(self) -> None:
        """Show the conversation without its tool calls, or with them."""
        self.messages.shows_calls = not self.messages.shows_calls
        self._head_messages()

    def _head_messages(self) -> None:
        pane, hides = self.query_one("#messages", Pane), not self.messages.shows_calls
        pane.heading = f"tool calls hidden: {self.messages.hidden_calls:,}" if hides else ""
        pane.set_class(hides, "-says")

    def _paint_state(self, look: Look) -> None:
        shown = look.shown
        self._lengths = self._lengths_before(look)
        self.state.empty_text = "no state is kept: the graph refuses saving" if look.refuses_saving else "no state yet"
        values, inner = with_subgraphs(shown) if shown else (look.values, ())
        self.state.show(values, look.changed, self._lengths, inner)
        step = "" if shown is None or shown.step is None else f"step {shown.step}"
        inside = one_line(":".join(shown.path), 40, identifier=True) if shown else ""
        self.query_one("#state", Pane).heading = ", ".join(filter(None, (inside, step)))
        if shown is not None:
            lists = {key: len(value) for key, value in shown.values.items() if isinstance(value, list)}
            painted = {**self._painted, shown.checkpoint: lists}
            self._painted = dict([*painted.items()][-_REMEMBERED:])

    def _lengths_before(self, look: Look) -> Mapping[str, int]:
        """How many items the lists of the state had before the step that changed them, by state key.

        A run goes on before the history of its last step is read: the state painted before tells the same meanwhile.
        """
        shown = look.shown
        if shown is None:
            return {}
        row = next((row for row in look.history if row.checkpoint == shown.checkpoint and not shown.ns), None)
        return row.lengths_before if row else shown.lengths_before or self._painted.get(shown.parent or "", {})

    # -- which are shown ---------------------------------------------------------------------------------------------

    @property
    def shows_all(self) -> bool:
        """There is room for all panes."""
        size = self.app.size
        return size.width >= ALL_FROM[0] and size.height >= ALL_FROM[1]

    def go(self, name: str) -> None:
        """Show a pane and go to it."""
        self.enter(name)
        self._main(name).focus()

    def _main(self, name: str) -> Widget:
        match name:
            case "graph":
                return self.graph.main
            case "timeline":
                return self.timeline_pane.main
            case _:
                return self._mains[name]

    def enter(self, name: str) -> None:
        """Show a pane; the focus stays where it is."""
        self.pane = name
        if name in LOWER:
            self._lower, self._lower_chosen = name, True
        self._arrange()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The pane with the focus is the one that a smaller screen keeps."""
        name = next((node.id for node in event.widget.ancestors_with_self if node.has_class("pane")), None)
        if name and name != self.pane:
            self.enter(name)

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
        for pane in self.children:
            if isinstance(pane, Pane):
                pane.display = pane.id in shown
        self.timeline_pane.fit_to(self.app.size.width, with_others=self.shows_all)
        if "log" in shown:
            self._seen[self._look.key] = self._logged
        for name in self._due.intersection(shown):
            self._due.discard(name)
            self._paint(name, self._look)
        unread = self._logged - self._seen.get(self._look.key, 0)
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
