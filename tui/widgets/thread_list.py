"""The threads of a file: state, title, age."""

from collections.abc import Sequence
from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from graphdeck.graphs.records import ThreadRow
from graphdeck.tui.clock import Clock, SystemClock, age
from graphdeck.tui.text import cut, fit, one_line, width
from graphdeck.tui.theme import ERROR, MUTED, colour, glyphs
from graphdeck.tui.widgets.filter_line import FilterLine
from graphdeck.tui.widgets.rows import Rows

NEAR_THE_END: Final = 10
"""More rows are asked for when the cursor or the view comes so close to the last one."""


def title_of(thread: ThreadRow) -> str:
    """What a thread is called: its title, else its first human text, else its id. Raw text."""
    return thread.title or thread.first_text or thread.thread


class ThreadList(Rows):
    """Threads; posts `ThreadSelected` for the chosen one, and `MoreWanted` near the end of an unfinished list."""

    search: reactive[str] = reactive("")
    """Only threads that hold this text, in title, first text, id, state or graph, are shown."""
    current: reactive[str] = reactive("")
    """Id of the thread that the deck shows."""

    class ThreadSelected(Message):
        """A thread was chosen."""

        def __init__(self, thread_list: "ThreadList", row: ThreadRow) -> None:
            super().__init__()
            self.thread_list = thread_list
            """The widget."""
            self.row = row
            """The thread."""

        @property
        def control(self) -> "ThreadList":
            """The widget."""
            return self.thread_list

    class MoreWanted(Message):
        """The end of the list comes near and there are more threads."""

        def __init__(self, thread_list: "ThreadList") -> None:
            super().__init__()
            self.thread_list = thread_list
            """The widget."""

        @property
        def control(self) -> "ThreadList":
            """The widget."""
            return self.thread_list

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock or SystemClock()
        self._threads: Sequence[ThreadRow] = ()
        self._shown: Sequence[ThreadRow] = ()
        self._more = False
        self.empty_text = "no threads yet"

    # -- attributes down -----------------------------------------------------------------------------------------

    def show(self, threads: Sequence[ThreadRow], *, more: bool = False) -> None:
        """Show these threads; the cursor stays on its thread. `more` says that there are others behind them."""
        self._threads, self._more = threads, more
        self._apply()

    @property
    def highlighted(self) -> ThreadRow | None:
        """The thread that the cursor is on."""
        return self._shown[self.cursor] if 0 <= self.cursor < len(self._shown) else None

    @property
    def selected_text(self) -> str:
        """What copying gives: the thread's id."""
        return self.highlighted.thread if self.highlighted else ""

    def watch_search(self) -> None:
        """Filter at once."""
        self.empty_text = "no thread matches" if self.search and self._threads else "no threads yet"
        self._apply()

    def watch_current(self) -> None:
        """Put the cursor on the deck's thread."""
        for index, row in enumerate(self._shown):
            if row.thread == self.current:
                self.move_to(index)
        self.refresh()

    # -- rows ----------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Number of threads shown."""
        return len(self._shown)

    def row(self, index: int, width: int) -> Content:
        """Glyph, title, age."""
        thread = self._shown[index]
        is_current = thread.thread == self.current
        since = age(thread.updated, self._clock.now())
        room = max(0, width - 3 - 5)
        parts = [
            (glyphs().cursor if is_current else " ", "bold"),
            (glyphs().of(thread.status), colour(thread.status)),
            (" ", ""),
            *self._title(thread, room, "bold" if is_current else ""),
            (fit(since, 4, right=True), MUTED),
            (" ", ""),
        ]
        return Content.assemble(*parts)

    def _title(self, thread: ThreadRow, room: int, style: str) -> Sequence[tuple[str, str]]:
        if thread.error:
            return ((fit(one_line(f"{thread.thread}: {thread.error}", room), room), ERROR),)
        is_id = not (thread.title or thread.first_text)
        title = one_line(title_of(thread), room, identifier=is_id)
        more = f" ({one_line(thread.holder, room, identifier=True)})" if thread.status == "running" else ""
        more = cut(more, max(0, room - width(title))) if thread.holder else ""
        return ((title, style), (fit(more, room - width(title)), MUTED))

    def cursor_moved(self, index: int) -> None:
        """Ask for more near the end."""
        self._ask_for_more(index)

    def chosen(self, index: int) -> None:
        """Tell which thread it is."""
        self.post_message(self.ThreadSelected(self, self._shown[index]))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for more near the end."""
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_more(int(new_value) + self.size.height)

    def _ask_for_more(self, index: int) -> None:
        if self._more and index >= len(self._shown) - NEAR_THE_END:
            self._more = False  # once for each `show`
            self.post_message(self.MoreWanted(self))

    def _apply(self) -> None:
        kept = self.highlighted
        place = (kept.file, kept.thread) if kept else None
        wanted = self.search.casefold()
        self._shown = [thread for thread in self._threads if wanted in _searched(thread)] if wanted else self._threads
        same = (
            index
            for index, row in enumerate(self._shown)
            if ((row.file, row.thread) == place if place else row.thread == self.current)
        )
        self.set_reactive(Rows.cursor, next(same, min(self.cursor, max(0, len(self._shown) - 1))))
        self.rows_changed()
        self._ask_for_more(self.cursor)


def _searched(thread: ThreadRow) -> str:
    words = (thread.title, thread.first_text[:1000], thread.thread, thread.status, thread.graph)
    return "\n".join(words).casefold()


class ThreadPane(Vertical):
    """The list of threads under its filter."""

    DEFAULT_CSS = """
    ThreadPane { height: 1fr; }
    ThreadPane > ThreadList { height: 1fr; }
    """

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self.list = ThreadList(clock=clock)
        """The threads."""
        self.filter = FilterLine()
        """Where the filter is typed."""

    def compose(self) -> ComposeResult:
        """The filter above the list."""
        yield self.filter
        yield self.list

    def on_filter_line_filtered(self, event: FilterLine.Filtered) -> None:
        """Filter as it is typed."""
        event.stop()
        self.list.search = event.text

    def on_filter_line_left(self, event: FilterLine.Left) -> None:
        """Back to the list."""
        event.stop()
        self.list.focus()
