"""A pane of the deck under its heading, and the line that names the panes."""

from textual import events
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from graphdeck.tui.actions import action
from graphdeck.tui.theme import ACCENT, MUTED, glyphs


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
