"""The deck's control of a run: pause, stop, one step, up to a node; breakpoints at nodes and watched values."""

import dataclasses
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from textual import on

from graphdeck.graphs.events import RunEnded
from graphdeck.graphs.records import END, START, GraphShape, RunRequest
from graphdeck.graphs.stopping import Breakpoint, KeptStop, Watch, has_node
from graphdeck.graphs.thread_key import key_of
from graphdeck.tui import bridge
from graphdeck.tui.screens.deck_forms import DeckForms
from graphdeck.tui.screens.look import Look, Refused
from graphdeck.tui.screens.why_not import OLD_SHOWN
from graphdeck.tui.text import one_line
from graphdeck.tui.theme import WARNING
from graphdeck.tui.widgets.graph_view import GraphView

if TYPE_CHECKING:
    from graphdeck.tui.control_bridge import ControlBridge, StopsRead
    from graphdeck.tui.screens.stops import StopsScreen


class DeckControl(DeckForms):
    """What a person does to have a run stop, and go on."""

    _stops: Sequence[KeptStop] = ()
    """What stops the graph's runs, as far as it is read."""
    _stops_screen: "StopsScreen | None" = None

    @cached_property
    def control(self) -> "ControlBridge":
        """The way to the stops that are kept."""
        from graphdeck.tui.control_bridge import ControlBridge  # the first paint knows none

        return ControlBridge(self._engine, self, self.setups.changing)

    # -- going on and stopping ---------------------------------------------------------------------------------------

    def action_pause(self) -> None:
        """Pause the run, or go on with a thread that stands still."""
        if self.look.running:
            self.say("it pauses at the next step")
            self.bridge.pause(self.look.key)
        elif self.look.old is not None:
            self.action_run_again()
        else:
            self._go_on("pause")

    def action_step(self) -> None:
        """Run one super-step."""
        self._go_on("step", step=True)

    def action_run_to(self) -> None:
        """Run to the node of the cursor."""
        node = self._node("run to")
        if node is not None:
            self._go_on("run_to", to=node)

    def _go_on(self, action: str, *, step: bool = False, to: str = "") -> None:
        """Go on as the action says; a failed node is run again by that."""
        reason = self.look.why_not(action) or (OLD_SHOWN if self.look.old is not None else "")
        if reason and self.look.graph:
            self.say(reason, style=WARNING)
            return

        def go() -> None:
            try:
                self.start(dataclasses.replace(self.look.continuing(), step=step, to=to))
            except Refused as refused:
                self.say(str(refused), style=WARNING)

        self.with_graph(go)

    def _run_over(self, request: RunRequest, ended: RunEnded) -> None:
        super()._run_over(request, ended)
        if request.to and ended.status == "done" and key_of(request) == self.look.key:
            self.say(f"the run ended: {one_line(request.to, 40, identifier=True)} did not come", style=WARNING)

    # -- breakpoints -------------------------------------------------------------------------------------------------

    def see(self, look: Look) -> None:
        """Look at this; stops are those of its graph."""
        if look.graph != self.look.graph:
            self._show_stops(())
        super().see(look)

    @on(bridge.GraphDescribed)
    def _read_stops(self, message: bridge.GraphDescribed) -> None:
        if message.graph == self.look.graph:
            self.control.read(message.graph)

    def on_stops_read(self, message: "StopsRead") -> None:
        """Show them."""
        if message.graph == self.look.graph:
            self._show_stops(message.stops)

    def _show_stops(self, stops: Sequence[KeptStop]) -> None:
        graph, self._stops = self.panes.graph, stops
        if points := [stop for stop in stops if isinstance(stop, Breakpoint)]:
            from graphdeck.tui.widgets.stop_marks import marks_of, stop_texts

            graph.stops = stop_texts(points)
            graph.view.show_marks(marks_of(points))
        else:
            graph.stops = {}
            graph.view.show_marks({})
        graph.view.mutate_reactive(GraphView.selected)  # so that the line on its node is written anew
        if self._stops_screen is not None:
            self._stops_screen.show(stops)

    def _change(self, gone: Sequence[KeptStop], kept: Sequence[KeptStop]) -> None:
        """Keep some stops and not others; they are shown at once."""
        new = {stop.key: stop for stop in kept}
        left = {stop.key: stop for stop in self._stops if stop not in gone}
        self._show_stops(tuple((left | new).values()))
        self.control.change(self.look.graph, gone=gone, kept=kept)

    def action_breakpoint(self) -> None:
        """Stop before the node of the cursor; again: after it; again: not any more. In the state: watch a value."""
        if self.panes.pane == "state":
            self._watch()
            return
        node = self._node("stop at")
        if node is None:
            return
        here = [stop for stop in self._stops if isinstance(stop, Breakpoint) and stop.node == node]
        name = one_line(node, 40, identifier=True)
        if coded := [point for point in here if point.declared]:
            off = not coded[0].off
            self._change((), [dataclasses.replace(point, off=off) for point in coded])
            self.say(
                f"runs pass {name} now, where the graph's code stops them: b stops them again"
                if off
                else f"runs stop at {name} again, as the graph's code says"
            )
        elif not here:
            self._change((), (Breakpoint(node=node),))
            self.say(f"it stops before {name}: b again for after it, S for a condition")
        elif [point.when for point in here] == ["before"]:
            self._change(here, (dataclasses.replace(here[0], when="after"),))
            self.say(f"it stops after {name}: b again for no stop")
        else:
            self._change(here, ())
            self.say(f"no stop at {name} any more")

    def _node(self, purpose: str) -> str | None:
        """The node of the graph's cursor; None after saying why there is none."""
        node, shape = self.panes.graph.view.named_node, self.look.shape
        if self.panes.pane != "graph":
            self.panes.go("graph")
            self.say(f"choose the node to {purpose}, and press the key again")
            return None
        if reason := why_no_stop(node, shape):
            self.say(reason, style=WARNING)
            return None
        return node

    def _watch(self) -> None:
        row = self.panes.state.highlighted
        if row is None or row.path[0] not in self.look.values:
            self.say("no value of the graph's own state is selected; S watches one inside a subgraph", style=WARNING)
            return
        plain = not any("." in key or ":" in key or key.startswith("/") for key in row.path)
        path = ".".join(row.path) if plain else "".join(
            f"/{key.replace('~', '~0').replace('/', '~1')}" for key in row.path
        )  # fmt: skip
        name = one_line(path, 40, identifier=True)
        watched = next((stop for stop in self._stops if stop.key == Watch(path=path).key), None)
        if watched is not None:
            self._change((watched,), ())
            self.say(f"{name} is not watched any more")
        else:
            self._change((), (Watch(path=path),))
            self.say(f"runs of this graph stop when {name} changes: b again for no more")

    def action_stops(self) -> None:
        """List what stops the graph's runs."""
        from graphdeck.tui.screens.stops import StopsScreen

        if not self.look.graph:
            self.say("open a graph first (o)", style=WARNING)
            return

        def closed(_: None) -> None:
            self._stops_screen = None

        self._stops_screen = StopsScreen(self.look.graph, self.look.shape, self._change)
        self._stops_screen.show(self._stops)
        self.app.push_screen(self._stops_screen, closed)


def why_no_stop(node: str | None, shape: GraphShape | None) -> str:
    """Why a run cannot be stopped at a drawn node; empty where it can."""
    if node is None or shape is None:
        return "there is no drawing yet: o opens a graph"
    if node.rpartition(":")[2] in (START, END):
        return "START and END are no nodes: a run can stop before or after the others"
    if shape.file == "" and shape.saving:
        return "the graph refuses saving: a run that stopped could not go on"
    if not has_node(shape, node):
        return "several nodes are folded here: S stops at one of them by its name"
    return ""
