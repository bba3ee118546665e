"""The deck as it is painted: what is looked at in its panes, and the lines around them."""

import dataclasses
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from graphdeck.graphs.errors import GraphdeckError
from graphdeck.tui.clock import Clock
from graphdeck.tui.run_setup import RunSetups
from graphdeck.tui.screens import deck_lines
from graphdeck.tui.screens.look import Look
from graphdeck.tui.screens.panes import Panes
from graphdeck.tui.theme import ERROR, MUTED
from graphdeck.tui.widgets.input_line import InputLine
from graphdeck.tui.widgets.key_footer import KeyFooter
from graphdeck.tui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from graphdeck.tools.policy import Policy


class DeckPainting(Screen[None]):
    """Holds the look, and paints it."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        """Where the time comes from."""
        self.look = Look()
        """What is looked at."""
        self.is_covered = False
        """A dialog hides the deck, which is painted again once that is closed."""
        self.policy: Policy | None = None
        """The rules as they were read last; None before."""
        self.setups = RunSetups()
        """What was given for the runs of each graph besides their input."""
        self.panes = Panes(clock)
        """The panes."""

    def compose(self) -> ComposeResult:
        """Status, banner, panes, notice, input, keys."""
        yield StatusLine(id="status")
        yield Static(id="banner", markup=False)
        yield self.panes
        yield Static(id="notice", markup=False)
        yield InputLine(id="input")
        yield KeyFooter(id="keys")

    def change(self, **changes: Any) -> None:
        """Look at something else, in some fields, and paint it."""
        self.see(dataclasses.replace(self.look, **changes))

    def see(self, look: Look) -> None:
        """Look at this, and paint it."""
        self.look = look
        if not self.is_covered:
            self.panes.paint(look)
            self.paint_lines()

    def paint_lines(self) -> None:
        """Paint what is around the panes."""
        if self.is_covered:
            return
        look, cells = self.look, self.app.size.width
        mode = self.policy.mode if self.policy is not None else ""
        self.query_one(StatusLine).show(deck_lines.status_info(look, mode, self.setups.of(look.graph)))
        banner = deck_lines.banner(look, self.clock.now(), cells)
        line = self.query_one("#banner", Static)  # it always has its line, so that a question moves nothing
        line.set_class(banner is not None, "-says")
        if (banner or "") != line.content:
            line.update(banner or "", layout=False)
        entry = self.query_one(InputLine)
        entry.mode = "text" if look.takes_text else "json"
        self.query_one(KeyFooter).show(*deck_lines.footer(look, typing=entry.has_focus, pane=self.panes.pane))

    def say(self, text: str, hint: str = "", style: str = MUTED) -> None:
        """Tell what just happened, until the next key."""
        line = self.query_one("#notice", Static)
        notice = deck_lines.notice(text, hint, style, max(10, self.app.size.width - 2), rest_is=deck_lines.IN_LOG)
        if line.display != bool(text) or line.content != notice:  # else each key would have the screen arranged anew
            line.display = bool(text)
            line.update(notice)

    def tell(self, error: GraphdeckError) -> None:
        """Tell an error."""
        self.say(error.message, error.hint, ERROR)
