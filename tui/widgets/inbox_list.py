"""What waits for a person, one thread a line."""

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.message import Message

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import WaitingRow
from graphdeck.tui.clock import Clock, age
from graphdeck.tui.text import fit, one_line
from graphdeck.tui.theme import ERROR, MUTED, WARNING, Status, colour, glyphs
from graphdeck.tui.widgets.rows import Rows

NEAR_THE_END: Final = 10
"""More rows are asked for when the cursor or the view comes so close to the last one."""

_ASKS: Final = 16
_GRAPH: Final = 12
_TITLE: Final = 20
_AGE: Final = 4
_EFFECT: Final = 16
_ROOMY: Final = 96
"""Cells from which on the graph has a column."""
_ENOUGH: Final = 64
"""Cells from which on what is asked has a column."""


class InboxItem(Frozen):
    """A thread in the inbox."""

    row: WaitingRow
    """The thread, and what it asks."""
    status: Status
    """`waiting`, `breakpoint`, `running`, or `failed` where it cannot be read or its run did not end well."""
    asks: str
    """The tool or node that asks, or how many actions there are. Safe text."""
    short: str
    """What it asks or what became of it, in short. Safe text."""
    effect: str = ""
    """What approving it does, in a word or two; may be empty. Safe text."""
    title: str = ""
    """What its thread is called; empty without a name. Raw text."""
    suspicious: bool = False
    """Something in it is not what it seems."""


class InboxList(Rows):
    """Threads that wait; posts `Moved` when the cursor is on another one, and `Chosen` for Enter or a click."""

    class Moved(Message):
        """The cursor is on another thread."""

        def __init__(self, inbox_list: "InboxList") -> None:
            super().__init__()
            self.inbox_list = inbox_list
            """The widget."""

        @property
        def control(self) -> "InboxList":
            """The widget."""
            return self.inbox_list

    class Chosen(Moved):
        """A thread was chosen."""

    class MoreWanted(Moved):
        """The end of the list comes near and there are more threads."""

    def __init__(self, clock: Clock, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock
        self._items: Sequence[InboxItem] = ()
        self._more = False
        self.empty_text = "nothing waits for you"

    # -- attributes down -----------------------------------------------------------------------------------------

    def show(self, items: Sequence[InboxItem], *, more: bool = False) -> None:
        """Show these threads; the cursor stays on its thread, and that where it is on the screen."""
        kept, old = self.highlighted, self.cursor
        self._items, self._more = items, more
        places = {_key(item): index for index, item in enumerate(items)}
        index = places.get(_key(kept), min(old, max(0, len(items) - 1))) if kept else 0
        self.keep_place(old, index)
        self._ask_for_more(index)

    @property
    def items(self) -> Sequence[InboxItem]:
        """What is shown."""
        return self._items

    @property
    def highlighted(self) -> InboxItem | None:
        """The thread that the cursor is on."""
        return self._items[self.cursor] if 0 <= self.cursor < len(self._items) else None

    @property
    def selected_text(self) -> str:
        """What copying gives: the thread's id."""
        return self.highlighted.row.thread if self.highlighted else ""

    # -- rows ----------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Number of threads shown."""
        return len(self._items)

    def row(self, index: int, width: int) -> Content:
        """Glyph, who asks, graph, thread, age, what, effect, a warning: as many as there is room for."""
        item, signs = self._items[index], glyphs()
        roomy, enough = width >= _ROOMY, width >= _ENOUGH
        effect_cells = _EFFECT if enough else 12 if width >= 48 else 0
        asks_cells = _ASKS if width >= 48 else 12
        rest = width - 3 - asks_cells - 1 - _AGE - 1 - 2 - (effect_cells + 1 if effect_cells else 0)
        rest -= _GRAPH + 1 if roomy else 0
        title_cells = min(_TITLE, rest // 2) if enough else rest
        title = one_line(item.title or item.row.thread, title_cells, identifier=not item.title)
        style = ERROR if item.status == "failed" else ""
        parts = [
            (" ", ""),
            (signs.of(item.status), colour(item.status)),
            (" ", ""),
            (fit(item.asks, asks_cells), style),
            (" ", ""),
        ]
        if roomy:
            parts.append((fit(one_line(item.row.graph, _GRAPH, identifier=True), _GRAPH) + " ", MUTED))
        parts.append((fit(title, title_cells), ""))
        parts.append((fit(age(item.row.since, self._clock.now()), _AGE, right=True) + " ", MUTED))
        effect = f" {fit(item.effect, effect_cells)}" if effect_cells else ""
        if enough:
            short_cells = rest - title_cells - 1
            if not item.effect:  # its column is free for what is asked
                short_cells, effect = short_cells + len(effect), ""
            parts.append((" " + fit(item.short, short_cells), style or MUTED))
        parts.append((effect, MUTED))
        parts.append((f"{signs.warning} " if item.suspicious else "  ", WARNING))
        return Content.assemble(*parts)

    def cursor_moved(self, index: int) -> None:
        """Tell that another thread is looked at, and ask for more near the end."""
        self.post_message(self.Moved(self))
        self._ask_for_more(index)

    def chosen(self, index: int) -> None:
        """Tell which thread it is."""
        self.post_message(self.Chosen(self))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for more near the end."""
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_more(int(new_value) + self.size.height)

    def _ask_for_more(self, index: int) -> None:
        if self._more and index >= len(self._items) - NEAR_THE_END:
            self._more = False  # once for each `show`
            self.post_message(self.MoreWanted(self))


def _key(item: InboxItem | None) -> tuple[str, str]:
    return (item.row.file, item.row.thread) if item else ("", "")
