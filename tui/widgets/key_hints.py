"""Keys with what they do, each of which can be clicked; in as many rows as they need."""

from collections.abc import Sequence
from typing import Final

from textual.app import RenderResult
from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.style import Style
from textual.widget import Widget

from graphdeck.graphs.frozen import Frozen
from graphdeck.tui.theme import ACCENT, MUTED

_OFF: Final = "off"
"""Under this name a greyed key tells its action to whoever clicks it."""


class KeyHint(Frozen):
    """A key and what it does now."""

    action: str
    """Id of an action of the screen, or of the widget that the keys belong to."""
    key: str
    """The key, as people write it."""
    label: str
    """A word or two."""
    is_on: bool = True
    """It does something now; else it is greyed."""


class KeyHints(Widget):
    """Keys of the screen that it is on, or of a widget."""

    DEFAULT_CSS = """
    KeyHints { height: auto; link-style: none; link-style-hover: bold; link-background-hover: $panel; }
    """

    def __init__(self, *, id: str | None = None, target: Widget | None = None) -> None:
        super().__init__(id=id)
        self._target = target
        self._hints: Sequence[KeyHint] = ()

    def show(self, hints: Sequence[KeyHint]) -> None:
        """Show these keys."""
        self._hints = hints
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Rows that the keys need."""
        return len(self._lines(width))

    def render(self) -> RenderResult:
        """The keys, never broken in the middle."""
        return Content("\n").join(Content("   ").join(line) for line in self._lines(self.size.width))

    async def action_do(self, action: str) -> None:
        """A key was clicked: carry out its action."""
        await (self._target or self.screen).run_action(action)

    async def on_click(self, event: Click) -> None:
        """A greyed key was clicked: its action says why it is off."""
        action = event.style.meta.get(_OFF)
        if action:
            await self.action_do(action)

    def _lines(self, cells: int) -> list[list[Content]]:
        lines: list[list[Content]] = [[]]
        for content in map(_content, self._hints):
            used = sum(part.cell_length + 3 for part in lines[-1])
            if lines[-1] and used + content.cell_length > cells:
                lines.append([])
            lines[-1].append(content)
        return lines


def _content(hint: KeyHint) -> Content:
    if not hint.is_on:  # a link would take its own colour instead of the grey
        return Content.styled(f"{hint.key} {hint.label}", MUTED).stylize(Style.from_meta({_OFF: hint.action}))
    key_style, label_style = f"bold {ACCENT}", ""
    click = Style.from_meta({"@click": f"do({hint.action!r})"})
    return Content.assemble((hint.key, key_style), (f" {hint.label}", label_style)).stylize(click)
