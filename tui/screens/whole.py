"""What is shown on the whole screen: the frame that a value and a difference have in common, and a value in it."""

from collections.abc import Iterable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from graphdeck.graphs.values import Json, json_line
from graphdeck.tui import actions
from graphdeck.tui.actions import Place
from graphdeck.tui.screens.to_file import ask_and_write, suggested_name
from graphdeck.tui.text import one_line, size
from graphdeck.tui.theme import MUTED
from graphdeck.tui.whole_value import raw, readable
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints
from graphdeck.tui.widgets.long_text import LongText
from graphdeck.tui.widgets.state_tree import copy_text


class WholeScreen(ModalScreen[None]):
    """A heading, something to read, a line for what is said, the keys."""

    CSS_PATH = "whole.tcss"

    def __init__(self, heading: str, place: Place) -> None:
        super().__init__()
        self._heading, self._place = heading, place

    # -- what a subclass defines -------------------------------------------------------------------------------------

    def body(self) -> Iterable[Widget]:
        """What is to be read."""
        raise NotImplementedError

    @property
    def text(self) -> str:
        """What copying gives, and what a file gets."""
        raise NotImplementedError

    @property
    def file_name(self) -> str:
        """The name of the file that is suggested."""
        raise NotImplementedError

    @property
    def detail(self) -> str:
        """What is said behind the heading."""
        raise NotImplementedError

    # -- the frame ---------------------------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """All of it, below each other."""
        with Vertical(id="dialog"):
            yield Static(id="heading", markup=False)
            yield from self.body()
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Show heading and keys."""
        self.query_one(KeyHints).show(
            [KeyHint(action=each.id, key=each.shown_key, label=each.label) for each in actions.actions_of(self._place)]
        )
        self.show_heading()

    def on_resize(self) -> None:
        """Fit the heading."""
        self.show_heading()

    def show_heading(self) -> None:
        """Show the heading, with the detail behind it."""
        detail = self.detail
        room = max(20, self.size.width - len(detail) - 10)
        shown = one_line(self._heading, room)
        self.query_one("#heading", Static).update(Content.assemble((shown, "bold"), (f"   {detail}", MUTED)))

    def say(self, text: str, style: str = MUTED) -> None:
        """Tell what just happened."""
        self.query_one("#hint", Static).update(Content.styled(one_line(text, max(20, self.size.width - 8)), style))

    def action_copy(self) -> None:
        """Copy it."""
        self.app.copy_to_clipboard(self.text)
        self.say(f"copied {size(len(self.text))}")

    def action_write(self) -> None:
        """Write it to a file."""
        ask_and_write(self, self.text, self.file_name, self.say)

    def action_back(self) -> None:
        """Go back."""
        self.dismiss(None)


class ValueScreen(WholeScreen):
    """A value, as a person reads it or as the JSON that it is."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("whole")]

    def __init__(self, heading: str, value: Json) -> None:
        super().__init__(heading, "whole")
        self._value, self._raw = value, False
        self._reading = LongText()

    def body(self) -> Iterable[Widget]:
        """The value."""
        yield self._reading

    def on_mount(self) -> None:
        """Show it, made readable."""
        super().on_mount()
        self._show()
        self._reading.focus()

    def _show(self) -> None:
        self._reading.show(raw(self._value) if self._raw else readable(self._value))
        self.show_heading()

    @property
    def detail(self) -> str:
        """In which form it is shown."""
        return "raw JSON" if self._raw else ""

    @property
    def text(self) -> str:
        """The value: text as it is, all else as JSON."""
        return json_line(self._value) if self._raw else copy_text(self._value)

    @property
    def file_name(self) -> str:
        """A text gets a name for texts."""
        return suggested_name(self._heading, "" if isinstance(self._value, str) and not self._raw else {})

    def action_raw(self) -> None:
        """Show the other form."""
        self._raw = not self._raw
        self._show()
