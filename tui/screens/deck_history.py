"""The deck's keys for what is saved: looking for a value in a state, and reading, copying and keeping it whole."""

from typing import TYPE_CHECKING

from graphdeck.tui.screens.deck_threads import DeckThreads
from graphdeck.tui.theme import WARNING

if TYPE_CHECKING:
    from graphdeck.graphs.values import Json
    from graphdeck.tui.widgets.find_line import FindLine, For


class DeckHistory(DeckThreads):
    """What a person does to understand a thread."""

    # -- in the state ------------------------------------------------------------------------------------------------

    def action_filter(self) -> None:
        """Look for a text in the state, where that is what the person is in; else filter the threads."""
        if self.panes.pane == "state":
            self._find("text")
        else:
            super().action_filter()

    def action_go_to_path(self) -> None:
        """Go to a value of the state by its path."""
        self._find("path")

    def _find(self, looks_for: "For") -> None:
        from graphdeck.tui.widgets.find_line import FindLine

        self.panes.go("state")
        for line in self.panes.query(FindLine):
            line.remove()
        self.panes.query_one("#state").mount(FindLine(self.panes.state, looks_for))

    def on_find_line_searched(self, event: "FindLine.Searched") -> None:
        """Say what came of the search."""
        event.stop()
        self.say(event.said)

    def action_next_hit(self) -> None:
        """Go to the next place that has what was looked for."""
        self.panes.state.action_next_hit()

    def action_previous_hit(self) -> None:
        """Go to the one before."""
        self.panes.state.action_previous_hit()

    def action_raw(self) -> None:
        """Show the state as JSON, or made readable."""
        self.panes.go("state")
        self.panes.state.raw = not self.panes.state.raw
        self.say("the state as it is in JSON: j makes it readable" if self.panes.state.raw else "")

    # -- whole values ------------------------------------------------------------------------------------------------

    @property
    def _selected(self) -> "tuple[str, Json] | None":
        """What is selected in the pane that has the focus, with its name; None where nothing is."""
        selected: tuple[str, Json] | None = getattr(self.focused, "selected_whole", None)
        if selected is None and (text := getattr(self.focused, "selected_text", "")):
            return "text", text
        return selected

    def on_messages_view_message_chosen(self) -> None:
        """Show the message whole."""
        self.action_view()

    def action_view(self) -> None:
        """Show the selected value or message whole."""
        from graphdeck.tui.screens.whole import ValueScreen

        if self._selected is None:
            self.say("nothing to view here", style=WARNING)
        else:
            self.app.push_screen(ValueScreen(*self._selected))

    def action_write(self) -> None:
        """Write the selected value to a file."""
        from graphdeck.tui.screens.to_file import ask_and_write, suggested_name

        if self._selected is None:
            self.say("nothing to write here", style=WARNING)
            return
        name, value = self._selected
        text = value if isinstance(value, str) else getattr(self.focused, "selected_text", "")
        ask_and_write(self, text, suggested_name(name, value), lambda said, style: self.say(said, style=style))
