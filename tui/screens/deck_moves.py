"""Moving around in the deck: from pane to pane, into the input line and out of it."""

from graphdeck.tui.screens.deck_flow import DeckFlow
from graphdeck.tui.widgets.input_line import InputLine
from graphdeck.tui.widgets.live_rows import LiveRows


class DeckMoves(DeckFlow):
    """The deck's keys that only move the focus."""

    def action_input(self) -> None:
        """Go to the input line."""
        self.query_one(InputLine).focus()

    def action_back(self) -> None:
        """Leave the input line, or an old checkpoint."""
        if self.query_one(InputLine).has_focus:
            self.panes.go(self.panes.pane)
        elif self.look.old is not None:
            self.see(self.look.with_old(None))

    def action_show_graph(self) -> None:
        """Go to the graph."""
        self.panes.go("graph")

    def action_layout(self) -> None:
        """Draw the graph as what fits, as a flow, or as a rail."""
        self.panes.go("graph")
        self.say(self.panes.graph.turn_style())

    def action_subgraph(self) -> None:
        """Open the subgraph of the cursor in place, or close it."""
        self.panes.go("graph")
        self.say(self.panes.graph.turn_subgraph())
        self.see(self.look)

    def action_show_state(self) -> None:
        """Go to the state."""
        self.panes.go("state")

    def action_show_messages(self) -> None:
        """Go to the conversation."""
        self.panes.go("messages")

    def action_tool_calls(self) -> None:
        """Read the conversation alone, or with its tool calls."""
        self.panes.go("messages")
        self.panes.turn_tool_calls()
        hidden = "tool calls are hidden, but for those that wait: k shows them"
        self.say("" if self.panes.messages.shows_calls else hidden)

    def action_show_timeline(self) -> None:
        """Go to the checkpoints."""
        self.panes.go("timeline")

    def action_show_log(self) -> None:
        """Go to the log."""
        self.panes.go("log")

    def action_show_threads(self) -> None:
        """Go to the threads."""
        self.panes.go("threads")

    def action_focus_threads(self) -> None:
        """Go to the threads."""
        self.panes.go("threads")

    async def action_filter(self) -> None:
        """Look for a node in the graph, where that is what the person is in; else filter the threads."""
        if self.panes.pane == "graph" and isinstance(self.panes.graph.main, LiveRows) and self.look.shape is not None:
            await self.panes.graph.find_node()
        else:
            self.panes.go("threads")
            self.panes.threads.filter.focus()

    def on_node_line_left(self) -> None:
        """What a subgraph that was unfolded for a node does is read."""
        self.see(self.look)

    def action_follow(self) -> None:
        """Go to the node that runs, waits or failed, and follow the run again."""
        self.panes.go("graph")
        self.say(self.panes.graph.follow())
