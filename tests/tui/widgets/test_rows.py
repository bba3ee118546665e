"""The base of lists: its scroll bar, and how seldom the whole screen is arranged anew."""

from collections.abc import Callable
from typing import Any, TypeAlias

from textual.content import Content

from graphdeck.tui.widgets.rows import Rows

NewApp: TypeAlias = Callable[..., Any]


class Numbers(Rows):
    """So many rows."""

    count = 0

    def row_count(self) -> int:
        """As many as it was told."""
        return self.count

    def row(self, index: int, width: int) -> Content:
        """Its number, on the right."""
        return Content(str(index).rjust(width))


async def test_more_or_fewer_rows_bring_the_scroll_bar_and_take_it_away(harness: NewApp) -> None:
    view = Numbers()
    app = harness(view)
    async with app.run_test(size=(40, 10)) as pilot:
        for count in (3, 10, 11, 40, 25, 9, 0, 10, 500, 501, 12, 10, 40):
            for is_shown in (True, False):
                view.display = is_shown
                await pilot.pause()
                view.count = count
                view.rows_changed()
                view.display = True
                await pilot.pause()
                assert view.show_vertical_scrollbar is (count > 10), count
                assert view.max_scroll_y == max(0, count - 10)
                top, beside_the_bar = str(view.scroll_offset.y), 40 - (count > 10)
                assert view.render_line(0).text == (top if count else "").rjust(beside_the_bar)
                assert view.scroll_offset.y <= view.max_scroll_y
                view.move_to(count - 1)
                await pilot.pause()
                assert view.scroll_offset.y == view.max_scroll_y


async def test_rows_that_need_no_other_room_do_not_have_the_screen_arranged_anew(harness: NewApp) -> None:
    view = Numbers()
    app = harness(view)
    async with app.run_test(size=(40, 10)) as pilot:
        arranged: list[int] = []
        app.screen.screen_layout_refresh_signal.subscribe(app, lambda _: arranged.append(view.count))

        async def show(count: int) -> None:
            view.count = count
            view.rows_changed()
            await pilot.pause()
            await pilot.pause()

        for first, *others in ((4, 1, 10, 0, 7), (40, 41, 12, 300, 11)):
            await show(first)
            arranged.clear()
            for count in others:
                await show(count)
            view.move_to(view.count - 1)
            assert not arranged
        await show(60)
        view.move_to(59)
        arranged.clear()
        await show(50)  # the oldest of many tasks are gone
        assert not arranged
        assert view.scroll_offset.y == view.max_scroll_y == 40
        await show(10)
        assert arranged
        view.display = False
        await pilot.pause()
        arranged.clear()
        await show(99)
        assert not arranged
