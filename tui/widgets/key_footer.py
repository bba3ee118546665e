"""The keys that matter now, on the last line."""

from collections.abc import Collection, Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from graphdeck.tui.actions import Action
from graphdeck.tui.text import width
from graphdeck.tui.theme import ACCENT, MUTED


class KeyFooter(Widget):
    """Keys with a word each; posts `Chosen` when one is clicked."""

    DEFAULT_CSS = """
    KeyFooter { height: 1; background: $panel; }
    """

    class Chosen(Message):
        """A key was clicked."""

        def __init__(self, key_footer: "KeyFooter", action: Action) -> None:
            super().__init__()
            self.key_footer = key_footer
            """The widget."""
            self.action = action
            """What it stands for."""

        @property
        def control(self) -> "KeyFooter":
            """The widget."""
            return self.key_footer

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._actions: Sequence[Action] = ()
        self._off: Collection[str] = ()

    def show(self, actions: Sequence[Action], off: Collection[str] = ()) -> None:
        """Show these actions, as many as there is room for; those whose id is in `off` are dimmed."""
        if (actions, off) != (self._actions, self._off):
            self._actions, self._off = actions, off
            self.refresh()

    def render(self) -> Content:
        """`a answer   i input   space pause`."""
        parts: list[tuple[str, str]] = [(" ", "")]
        for action, _start, _end in self._places():
            off = action.id in self._off
            parts += [(action.shown_key, MUTED if off else f"{ACCENT} bold"), (f" {action.label}   ", MUTED)]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """Do what the clicked key does."""
        for action, start, end in self._places():
            if start <= event.x < end and action.id not in self._off:
                event.stop()
                self.post_message(self.Chosen(self, action))

    def _places(self) -> Sequence[tuple[Action, int, int]]:
        """Each action that fits, with its first cell and the cell behind it."""
        places: list[tuple[Action, int, int]] = []
        start = 1
        for action in self._actions:
            end = start + width(f"{action.shown_key} {action.label}")
            if end > self.size.width:
                break
            places.append((action, start, end))
            start = end + 3
        return places
