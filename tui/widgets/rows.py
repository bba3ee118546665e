"""Rows of one line, painted only where they can be seen: the base of lists, drawing, tree, conversation and log."""

from collections.abc import Hashable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.strip import Strip
from textual.style import Style

from graphdeck.tui.text import cut
from graphdeck.tui.theme import MUTED
from graphdeck.tui.widgets.sized import Sized


class Rows(Sized, can_focus=True):
    """Rows with a cursor. What they hold is given by `row_count` and `row`, which a subclass defines."""

    DEFAULT_CSS = """
    Rows {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        & > .rows--cursor { background: $block-cursor-blurred-background; }
        &:focus > .rows--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "page up", show=False),
        Binding("pagedown", "page(1)", "page down", show=False),
        Binding("home", "edge(-1)", "first", show=False),
        Binding("end", "edge(1)", "last", show=False),
        Binding("enter", "choose", "choose", show=False),
    ]

    cursor: reactive[int] = reactive(0, repaint=False)
    """The row that the cursor is on."""
    empty_text: reactive[str] = reactive("")
    """What is shown where there are no rows."""

    has_cursor: ClassVar[bool] = True
    """Without a cursor the keys scroll."""
    marks_row = True
    """The whole row of the cursor is marked; else the rows themselves show where it is."""
    clicks: ClassVar[int] = 1
    """Clicks in one place that choose a row; fewer only go there."""

    # -- what a subclass defines --------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Number of rows."""
        raise NotImplementedError

    def row(self, index: int, width: int) -> Content:
        """One row, for so many cells."""
        raise NotImplementedError

    def strip(self, index: int, width: int, style: Style) -> Strip:
        """The same as it is painted, for a row of this style."""
        return Strip(self.row(index, width).render_segments(style))

    def can_stand(self, index: int) -> bool:
        """Whether the cursor may be on this row."""
        return 0 <= index < self.row_count()

    def row_width(self) -> int:
        """Cells of the widest row where the rows scroll sideways; 0 where they are made to fit."""
        return 0

    def cursor_moved(self, index: int) -> None:
        """The cursor came to this row."""

    def chosen(self, index: int) -> None:
        """Enter was pressed on this row, or it was clicked."""

    # -- painting ------------------------------------------------------------------------------------------------

    def rows_changed(self) -> None:
        """Take in that the rows are others now; the cursor stays in range."""
        count = self.row_count()
        size = Size(self.row_width(), count)
        if self._has_room_for(size):  # by `virtual_size` itself the whole screen would be arranged anew
            self.set_reactive(Rows.virtual_size, size)
            if self.show_vertical_scrollbar:
                self.vertical_scrollbar.window_virtual_size = count
                if self.scroll_offset.y > self.max_scroll_y:
                    self.scroll_to(y=self.max_scroll_y, animate=False, force=True, immediate=True)
        else:
            self.virtual_size = size
        self.set_reactive(Rows.cursor, max(0, min(self.cursor, count - 1)))
        self.refresh()

    def _has_room_for(self, size: Size) -> bool:
        """Whether it stays as large as it is, with the scroll bars that it has and no others; out of sight it does."""
        before, height = self.virtual_size, self.size.height
        if not self.is_on_screen:
            return True
        if size.width != before.width or self.styles.auto_dimensions:
            return False
        if self.show_vertical_scrollbar:
            return height < size.height
        return max(size.height, before.height) <= height

    def render_line(self, y: int) -> Strip:
        """Paint one line of what can be seen."""
        offset_x, offset_y = self.scroll_offset
        index, width = y + offset_y, self.size.width - self.show_vertical_scrollbar
        count = self.row_count()
        on_cursor = self.has_cursor and self.marks_row and index == self.cursor and index < count
        style = self.get_visual_style("rows--cursor") if on_cursor else self.visual_style
        if index < count:
            strip = self.strip(index, max(width, self.row_width()), style)
        else:
            text = cut(f" {self.empty_text}", width) if index == 0 == count else ""
            strip = Strip(Content.styled(text, MUTED).render_segments(style))
        return strip.crop_extend(offset_x, offset_x + width, style.rich_style)

    # -- moving --------------------------------------------------------------------------------------------------

    def move_to(self, index: int) -> None:
        """Put the cursor on a row where it may stand, and the row into view."""
        if self.can_stand(index):
            self.cursor = index
            self.keep_in_view(index)

    def keep_place(self, old: int, new: int) -> None:
        """The row of the cursor is at another index now: keep it where it is on the screen."""
        self.set_reactive(Rows.cursor, new)
        self.rows_changed()
        if self.scroll_offset.y or new - old > 1:
            self.scroll_to(y=max(0, self.scroll_offset.y + new - old), animate=False, force=True)
        self.keep_in_view(new)

    def rows_replaced(self, before: Sequence[Hashable], now: Sequence[Hashable]) -> None:
        """Take in other rows; what a person reads stays where it is on the screen.

        Told of each row is what it is of: the row of the cursor stays, or the first one in view where that is not.
        """
        old, top = self.cursor, self.scroll_offset.y
        new = found_again(before, old, now)
        is_in_view = top <= old < top + self.size.height
        new_top = top + new - old if is_in_view else found_again(before, top, now)
        self.set_reactive(Rows.cursor, new)
        self.rows_changed()
        if new_top != top:  # at once: else it would be painted in the wrong place first
            self.scroll_to(y=new_top, animate=False, force=True, immediate=True)

    def keep_in_view(self, index: int) -> None:
        """Scroll as little as needed to show a row."""
        self.scroll_to_region(Region(self.scroll_offset.x, index, 1, 1), animate=False, force=True)

    def watch_cursor(self, old: int, new: int) -> None:
        """Repaint the two rows."""
        self.refresh_line(old)
        self.refresh_line(new)
        if self.can_stand(new):
            self.cursor_moved(new)

    def action_move(self, step: int) -> None:
        """Go to the next row up or down on which the cursor may stand."""
        if not self.has_cursor:
            self.scroll_relative(y=step, animate=False)
            return
        index = self.cursor + step
        while 0 <= index < self.row_count() and not self.can_stand(index):
            index += step
        self.move_to(index)

    def action_page(self, step: int) -> None:
        """Go a page up or down."""
        page = max(1, self.size.height - 1)
        if not self.has_cursor:
            self.scroll_relative(y=step * page, animate=False)
            return
        self._go_near(self.cursor + step * page, -step)

    def action_edge(self, side: int) -> None:
        """Go to the first or the last row."""
        if not self.has_cursor:
            self.scroll_to(y=0 if side < 0 else self.virtual_size.height, animate=False)
            return
        self._go_near(0 if side < 0 else self.row_count() - 1, -side)

    def _go_near(self, index: int, step: int) -> None:
        """Go to a row, or to the next one in a direction on which the cursor may stand."""
        index = max(0, min(index, self.row_count() - 1))
        while 0 <= index < self.row_count() and not self.can_stand(index):
            index += step
        self.move_to(index)

    def action_choose(self) -> None:
        """Choose the row of the cursor."""
        if self.has_cursor and self.can_stand(self.cursor):
            self.chosen(self.cursor)

    def on_click(self, event: events.Click) -> None:
        """Go to the clicked row, and choose it."""
        offset = event.get_content_offset(self)
        if offset is None or not self.has_cursor:
            return
        index = offset.y + self.scroll_offset.y
        if self.can_stand(index):
            event.stop()
            self.move_to(index)
            if event.chain >= self.clicks:
                self.chosen(index)


def found_again(before: Sequence[Hashable], index: int, now: Sequence[Hashable]) -> int:
    """Where a row is, or the nearest one before it that is still there; what they are of may have several rows."""
    places: dict[Hashable, list[int]] = {}
    for place, each in enumerate(now):
        places.setdefault(each, []).append(place)
    for place in range(min(index, len(before) - 1), -1, -1):
        if found := places.get(before[place]):
            return found[min(before[:place].count(before[place]), len(found) - 1)]
    return 0
