"""A text of any length that scrolls, laid out only once and painted line by line."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.errors import NoWidget
from textual.events import Resize
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.visual import Visual

from graphdeck.tui.paragraphs import Paragraph, Row, rows
from graphdeck.tui.widgets.sized import Sized


class LongText(Sized, can_focus=True):
    """Paragraphs, whole; says by `Scrolled` how much is out of sight."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", show=False),
        Binding("k", "scroll_up", show=False),
        Binding("space", "page_down", show=False),
    ]

    DEFAULT_CSS = """
    LongText {
        height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable;
    }
    """

    class Scrolled(Message):
        """What can be seen has changed."""

        def __init__(self, control: "LongText", above: int, below: int) -> None:
            super().__init__()
            self.long_text = control
            """The widget."""
            self.above = above
            """Rows above the visible ones."""
            self.below = below
            """Rows below the visible ones."""

        @property
        def control(self) -> "LongText":
            """The widget."""
            return self.long_text

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._paragraphs: Sequence[Paragraph] = ()
        self._rows: list[Row] = []
        self._laid_out_for = 0
        self._asked = 0
        self._asked_rows = 0

    def show(self, paragraphs: Sequence[Paragraph], asked: int | None = None) -> None:
        """Show these paragraphs from their beginning; the first `asked` of them, or all, are what must be seen."""
        self._paragraphs = paragraphs
        self._asked = len(paragraphs) if asked is None else asked
        self._laid_out_for = 0
        self._lay_out()
        self.scroll_home(animate=False)
        self._tell()

    @property
    def shows_end(self) -> bool:
        """Whether the end of what must be seen is in sight now: in a terminal of few rows the widget may not be."""
        height = self._height_in_sight
        return bool(self._laid_out_for and height) and self.scroll_offset.y + height >= self._asked_rows

    @property
    def _height_in_sight(self) -> int:
        try:
            place = self.screen.find_widget(self)
        except NoWidget:
            return 0
        is_whole_wide = place.visible_region.width == place.region.width
        return place.visible_region.height if is_whole_wide else 0

    @property
    def plain(self) -> str:
        """All rows as plain text."""
        return "\n".join("".join(text for text, _ in row) for row in self._rows)

    def on_resize(self, _: Resize) -> None:
        """Lay out again where the width has changed."""
        self._lay_out()
        self._tell()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell what is out of sight now."""
        super().watch_scroll_y(old_value, new_value)
        self._tell()

    def action_page_down(self) -> None:
        """Go on by a page."""
        self.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """Go back by a page."""
        self.scroll_page_up(animate=False)

    def action_scroll_home(self) -> None:
        """Go to the beginning, at once however far it is."""
        self.scroll_home(animate=False)

    def action_scroll_end(self) -> None:
        """Go to the end, at once however far it is."""
        self.scroll_end(animate=False)

    def render_line(self, y: int) -> Strip:
        """One row of the text."""
        number = y + self.scroll_offset.y
        cells = self.size.width
        if not cells or number >= len(self._rows):
            return Strip.blank(cells, self.rich_style)
        content = Content.assemble(*(part for part in self._rows[number] if part[0]))
        return Visual.to_strips(self, content, cells, 1, self.visual_style, pad=True)[0]

    def _lay_out(self) -> None:
        cells = self.scrollable_content_region.width
        if not cells or cells == self._laid_out_for:
            return
        self._laid_out_for = cells
        asked = rows(self._paragraphs[: self._asked], cells)
        self._asked_rows = len(asked)
        self._rows = asked + rows(self._paragraphs[self._asked :], cells)
        self.virtual_size = Size(cells, len(self._rows))
        self.refresh()

    def _tell(self) -> None:
        above = self.scroll_offset.y
        if not self._laid_out_for:
            return
        below = max(0, len(self._rows) - above - self._height_in_sight)
        self.post_message(self.Scrolled(self, above, below))
