"""All keys, by what they are for: each can be run from here, and says why where it is off."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from graphdeck.graphs.frozen import Frozen
from graphdeck.tui import actions
from graphdeck.tui.actions import Action
from graphdeck.tui.text import cut, fit
from graphdeck.tui.theme import ACCENT, MUTED
from graphdeck.tui.widgets.rows import Rows

_KEY_CELLS = 10


class HelpRow(Frozen):
    """An action, or a heading above some."""

    heading: str = ""
    """The heading; empty for an action."""
    action: Action | None = None
    """The action; None for a heading."""
    why_not: str = ""
    """Why it is off now; empty where it is on."""


class HelpList(Rows):
    """Headings and actions."""

    class Chosen(Message):
        """An action is to be run."""

        def __init__(self, help_list: "HelpList", action: Action) -> None:
            super().__init__()
            self.help_list = help_list
            """The widget."""
            self.action = action
            """The action."""

        @property
        def control(self) -> "HelpList":
            """The widget."""
            return self.help_list

    class Moved(Message):
        """The cursor is on another action."""

    def __init__(self, rows: Sequence[HelpRow]) -> None:
        super().__init__()
        self._rows = rows

    def on_mount(self) -> None:
        """Begin at the first action."""
        self.rows_changed()
        self.move_to(1)

    def row_count(self) -> int:
        """Number of rows."""
        return len(self._rows)

    def can_stand(self, index: int) -> bool:
        """The cursor stands on actions only."""
        return 0 <= index < len(self._rows) and self._rows[index].action is not None

    def row(self, index: int, width: int) -> Content:
        """Key, what it does, why not."""
        row = self._rows[index]
        if row.action is None:
            return Content.styled(cut(row.heading, width), "bold")
        said = f"{row.action.label}: {row.why_not}" if row.why_not else row.action.help
        text = cut(said, max(0, width - _KEY_CELLS - 4))
        key_style, style = (MUTED, MUTED) if row.why_not else (ACCENT, "")
        return Content.assemble("  ", (fit(row.action.shown_key, _KEY_CELLS), key_style), " ", (text, style))

    @property
    def whole(self) -> Content:
        """All that there is to say of the cursor's action."""
        row = self._rows[self.cursor]
        if row.action is None:
            return Content()
        return Content.assemble((row.action.help, ""), (f"\noff now: {row.why_not}" if row.why_not else "", MUTED))

    def cursor_moved(self, index: int) -> None:
        """Tell it."""
        self.post_message(self.Moved())

    def chosen(self, index: int) -> None:
        """Run it, where it is on."""
        row = self._rows[index]
        if row.action is not None and not row.why_not:
            self.post_message(self.Chosen(self, row.action))


class HelpScreen(ModalScreen[Action | None]):
    """The list of keys; gives the action that is to be run."""

    CSS_PATH = "help.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("help")]

    def __init__(self, rows: Sequence[HelpRow]) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        """Heading and list."""
        with Vertical(id="dialog"):
            yield Static(Content.assemble(("Keys", "bold"), ("   Enter runs, Esc goes back", MUTED)), id="heading")
            yield HelpList(self._rows)
            yield Static(id="whole")

    @on(HelpList.Moved)
    def _tell(self) -> None:
        self.query_one("#whole", Static).update(self.query_one(HelpList).whole, layout=False)

    @on(HelpList.Chosen)
    def _run(self, event: HelpList.Chosen) -> None:
        self.dismiss(event.action)

    def action_run(self) -> None:
        """Run the action of the cursor."""
        self.query_one(HelpList).action_choose()

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)
