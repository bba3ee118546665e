"""The threads of a file: as many columns as there is room for, a filter above, marks for what is done to several."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from graphdeck.graphs.records import ThreadRow
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.graphs.wanted import ALL, Wanted
from graphdeck.tui.clock import Clock, SystemClock
from graphdeck.tui.text import ellipsis, safe
from graphdeck.tui.theme import ACCENT, ERROR, MUTED
from graphdeck.tui.widgets.filter_line import FilterLine
from graphdeck.tui.widgets.rows import Rows
from graphdeck.tui.widgets.thread_row import WIDE, columns_line, details_of, thread_line

NEAR_THE_END: Final = 10
"""More rows are asked for when the cursor or the view comes so close to the last one."""


class ThreadList(Rows):
    """Threads; posts what becomes of the cursor, and `MoreWanted` near the end of an unfinished list."""

    current: reactive[ThreadKey] = reactive(ThreadKey())
    """The thread that the deck shows."""

    class Moved(Message):
        """The cursor is on another thread, or more or fewer are marked."""

        def __init__(self, thread_list: "ThreadList") -> None:
            super().__init__()
            self.thread_list = thread_list
            """The widget."""

        @property
        def control(self) -> "ThreadList":
            """The widget."""
            return self.thread_list

    class MoreWanted(Moved):
        """The end of the list comes near and there are more threads."""

    class ThreadSelected(Moved):
        """A thread was chosen."""

        def __init__(self, thread_list: "ThreadList", row: ThreadRow) -> None:
            super().__init__(thread_list)
            self.row = row
            """The thread."""

    class SizesWanted(Moved):
        """There is room for the size of each thread now, or there is none any more."""

        def __init__(self, thread_list: "ThreadList", are_wanted: bool) -> None:
            super().__init__(thread_list)
            self.are_wanted = are_wanted
            """Whether there is room."""

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock or SystemClock()
        self._threads: Sequence[ThreadRow] = ()
        self._more = self._is_asked = False
        self._is_wide = False
        self._awaits_current = False  # the deck's thread is not listed yet, and no one has moved the cursor since
        self.ours: Collection[ThreadKey] = ()
        """Threads that runs of ours are on; of others that run it is said who runs them."""
        self.names_files = False
        """The threads are in several checkpoint files."""
        self.marked: Mapping[ThreadKey, ThreadRow] = {}
        """What is marked, also where the filter hides it."""
        self.empty_text = "no threads yet"

    # -- attributes down -----------------------------------------------------------------------------------------

    def show(self, threads: Sequence[ThreadRow], *, more: bool = False) -> None:
        """Show these threads; the cursor stays on its thread, or goes to the deck's where that is listed now at last.

        `more` says that there are others behind them.
        """
        kept, old = self.highlighted, self.cursor
        self._threads, self._more, self._is_asked = threads, more, False
        self.names_files = len({row.file for row in threads}) > 1
        if self.marked:
            known = {key_of(row): row for row in threads}
            self.marked = {key: known.get(key, row) for key, row in self.marked.items()}
        if kept is None or (self._awaits_current and self.current_row):
            kept, self._awaits_current = self.current_row, False
        same = (i for i, row in enumerate(threads) if kept and key_of(row) == key_of(kept))
        self.keep_place(old, next(same, min(old, max(0, len(threads) - 1))))
        self.post_message(self.Moved(self))
        self._ask_for_more(self.cursor)

    def forget(self, threads: Sequence[ThreadKey]) -> None:
        """Take the marks of some threads away."""
        self._mark({key: row for key, row in self.marked.items() if key not in threads})

    @property
    def has_more(self) -> bool:
        """There are others behind what is shown."""
        return self._more

    @property
    def highlighted(self) -> ThreadRow | None:
        """The thread that the cursor is on."""
        return self._threads[self.cursor] if 0 <= self.cursor < len(self._threads) else None

    @property
    def current_row(self) -> ThreadRow | None:
        """The thread that the deck shows, where it is listed."""
        return next(filter(self._is_current, self._threads), None)

    @property
    def chosen_threads(self) -> tuple[ThreadRow, ...]:
        """What is to be done to: the marked threads, else the one that the cursor is on."""
        return tuple(self.marked.values()) or ((self.highlighted,) if self.highlighted else ())

    @property
    def selected_text(self) -> str:
        """What copying gives: the ids, one a line."""
        return "\n".join(row.thread for row in self.chosen_threads)

    def watch_current(self) -> None:
        """Put the cursor on the deck's thread."""
        row = self.current_row
        if row is not None:
            self.move_to(self._threads.index(row))
        self._awaits_current = row is None
        self.refresh()
        self.post_message(self.Moved(self))

    def _is_current(self, row: ThreadRow) -> bool:
        return self.current.may_be(key_of(row))

    # -- marks ---------------------------------------------------------------------------------------------------

    def turn_mark(self) -> None:
        """Mark the thread of the cursor, or no longer, and go to the next one."""
        row = self.highlighted
        if row is not None:
            marked = {key: value for key, value in self.marked.items() if key != key_of(row)}
            self._mark(marked if key_of(row) in self.marked else {**marked, key_of(row): row})
            self.action_move(1)

    def turn_all_marks(self) -> None:
        """Mark all threads that are listed so far, or none where they are all marked."""
        listed = {key_of(row): row for row in self._threads}
        are_marked = listed.keys() <= self.marked.keys()
        self._mark({} if are_marked else {**self.marked, **listed})

    def _mark(self, marked: Mapping[ThreadKey, ThreadRow]) -> None:
        self.marked = marked
        self.refresh()
        self.post_message(self.Moved(self))

    # -- rows ----------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Number of threads shown."""
        return len(self._threads)

    def row(self, index: int, width: int) -> Content:
        """One thread."""
        thread = self._threads[index]
        is_marked = key_of(thread) in self.marked
        if key_of(thread) in self.ours:
            thread = replace(thread, holder="")
        now, is_current, names_file = self._clock.now(), self._is_current(thread), self.names_files
        return thread_line(thread, width, now, is_current=is_current, is_marked=is_marked, names_file=names_file)

    def cursor_moved(self, index: int) -> None:
        """Tell it, and ask for more near the end."""
        self._awaits_current = False
        self.post_message(self.Moved(self))
        self._ask_for_more(index)

    def chosen(self, index: int) -> None:
        """Tell which thread it is."""
        self.post_message(self.ThreadSelected(self, self._threads[index]))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for more near the end."""
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_more(int(new_value) + self.size.height)

    def on_resize(self, event: events.Resize) -> None:
        """Tell whether there is room for sizes."""
        self._want_sizes(event.size.width >= WIDE)

    def on_show(self) -> None:
        """It can be seen again."""
        self._want_sizes(self.size.width >= WIDE)

    def on_hide(self) -> None:
        """What nobody sees need not be read."""
        self._want_sizes(False)

    def _want_sizes(self, is_wide: bool) -> None:
        if is_wide != self._is_wide:
            self._is_wide = is_wide
            self.post_message(self.SizesWanted(self, is_wide))

    def _ask_for_more(self, index: int) -> None:
        if self._more and not self._is_asked and index >= len(self._threads) - NEAR_THE_END:
            self._is_asked = True  # once for each `show`
            self.post_message(self.MoreWanted(self))


class ThreadPane(Vertical):
    """The list of threads under its filter, with what is known of the one of its cursor, or of the deck's thread."""

    DEFAULT_CSS = """
    ThreadPane {
        height: 1fr;
        & > ThreadList { height: 1fr; }
        & > #told { height: auto; max-height: 4; padding: 0 1; }
        & > #columns { height: 1; color: $text-muted; text-wrap: nowrap; }
        & > #details { height: auto; padding: 0 1; color: $text-muted; }
    }
    """

    wanted: reactive[Wanted] = reactive(ALL, init=False)
    """What the list is to have."""
    is_reading: reactive[bool] = reactive(False, init=False)
    """Threads are being looked for."""

    class Typed(Message):
        """What is wanted is another list now."""

        def __init__(self, thread_pane: "ThreadPane", text: str) -> None:
            super().__init__()
            self.thread_pane = thread_pane
            """The widget."""
            self.text = text
            """The words and terms."""

        @property
        def control(self) -> "ThreadPane":
            """The widget."""
            return self.thread_pane

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self.list = ThreadList(clock=clock)
        """The threads."""
        self.filter = FilterLine()
        """Where words and terms are typed."""
        self._told = Static(id="told", markup=False)
        self._columns = Static(id="columns", markup=False)
        self._details = Static(id="details", markup=False)
        self._said: tuple[str, bool] = ("", False)
        self._shown = ALL

    def compose(self) -> ComposeResult:
        """The filter above the list."""
        yield from (self.filter, self._told, self._columns, self.list, self._details)

    def show(self, threads: Sequence[ThreadRow], *, more: bool = False) -> None:
        """Show these threads, which are what was wanted."""
        self._shown = self.wanted
        self.list.empty_text = "no threads yet" if self.wanted == ALL else "no thread is like that"
        self.list.show(threads, more=more)

    def tell(self, said: str, *, is_trouble: bool = False) -> None:
        """Say something about what is being typed."""
        self._said = said, is_trouble
        self._paint()

    def watch_wanted(self) -> None:
        """Say what is being done."""
        self._paint()

    def watch_is_reading(self) -> None:
        """Say what is being done."""
        self._paint()

    def on_mount(self) -> None:
        """Begin."""
        self._paint()

    def on_resize(self) -> None:
        """Paint what fits."""
        self._paint()

    @on(ThreadList.Moved)
    @on(events.DescendantFocus)
    @on(events.DescendantBlur)
    def _paint(self) -> None:
        """Paint what is around the list."""
        said, is_trouble = self._said
        if not said and self.filter.has_focus and not self.filter.value:
            from graphdeck.tui.thread_terms import HELP  # where something is typed

            said = HELP
        line = Content.styled(safe(said), ERROR if is_trouble else MUTED) if said else self._counted()
        _update(self._told, line)
        _update(self._columns, Content(columns_line(self.list.size.width)))
        row = self.list.highlighted if self.has_focus_within else self.list.current_row
        details = details_of(row, self.size.width, names_file=self.list.names_files) if row else ""
        _update(self._details, Content(details))

    def _counted(self) -> Content:
        """How many were found, and how many are marked; nothing for a whole list without marks."""
        parts: list[tuple[str, str]] = []
        if self.list.marked:
            parts.append((f"{len(self.list.marked):,} marked", f"bold {ACCENT}"))
        if self.wanted != ALL:
            sign = "+" if self.list.has_more else ""
            found = f"{self.list.row_count():,}{sign} found" if self.wanted == self._shown else ""
            looks = f"looking{ellipsis()}" if self.is_reading else ""
            parts += [(f"{'  ' if parts else ''}{part}", MUTED) for part in (found, looks) if part]
        return Content.assemble(*parts)

    @on(FilterLine.Filtered)
    def _filtered(self, event: FilterLine.Filtered) -> None:
        event.stop()
        self.post_message(self.Typed(self, event.text))

    @on(FilterLine.Left)
    def _left(self, event: FilterLine.Left) -> None:
        event.stop()
        self.list.focus()


def _update(line: Static, content: Content) -> None:
    """Show it, or nothing where it is empty; without a new layout where it needs none."""
    if line.content == content and line.display == bool(content.plain):
        return
    width, height = line.size
    stays = line.display and width > 0 and content.get_height(line.styles.get_rules(), width) == height
    line.display = bool(content.plain)
    line.update(content, layout=not stays)
