"""The checkpoints of a thread as a tree, newest first, those of subgraphs folded under the step that ran them."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive

from graphdeck.graphs.records import CheckpointRow
from graphdeck.tui.clock import Clock, SystemClock, age
from graphdeck.tui.text import ascii_mode, ellipsis, fit, one_line
from graphdeck.tui.theme import ACCENT, MUTED, colour, glyphs
from graphdeck.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from graphdeck.graphs.branches import Tree
    from graphdeck.tui.widgets.timeline_rows import Fold, HistoryRow, HistoryRows
    from graphdeck.tui.widgets.timeline_words import TimelineWords

NEAR_THE_END: Final = 20
"""Rows from the end at which more are asked for."""
_LANES: Final = 6
"""Lanes that are shown at the most."""
_WAY_CELLS: Final = 28
"""Room for what ran and what follows, at the most."""
_FIXED: Final = 19
"""Cells of what every row has: mark, step, source, age and the spaces between."""


class Timeline(Rows):
    """Checkpoints; Enter or a click chooses one, or opens what a subgraph did; right opens, left closes.

    Posts `CheckpointSelected`, `CheckpointHighlighted` when the cursor comes to one, `InnerWanted` and `MoreWanted`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("right", "open", "open"), Binding("left", "close", "close")]

    current: reactive[str] = reactive("")
    """Id of the checkpoint that the deck shows."""
    marked: reactive[str] = reactive("")
    """Id of the checkpoint that another one is to be compared with."""

    class CheckpointSelected(Message):
        """A checkpoint was chosen."""

        def __init__(self, timeline: "Timeline", row: CheckpointRow, newest: bool) -> None:
            super().__init__()
            self.timeline = timeline
            """The widget."""
            self.row = row
            """The checkpoint."""
            self.newest = newest
            """It is the newest of the thread."""

        @property
        def control(self) -> "Timeline":
            """The widget."""
            return self.timeline

    class CheckpointHighlighted(Message):
        """The cursor came to a checkpoint."""

        def __init__(self, timeline: "Timeline", row: CheckpointRow) -> None:
            super().__init__()
            self.timeline = timeline
            """The widget."""
            self.row = row
            """The checkpoint."""

        @property
        def control(self) -> "Timeline":
            """The widget."""
            return self.timeline

    class InnerWanted(Message):
        """The checkpoints of a subgraph are to be shown."""

        def __init__(self, timeline: "Timeline", ns: str) -> None:
            super().__init__()
            self.timeline = timeline
            """The widget."""
            self.ns = ns
            """Its `checkpoint_ns`."""

        @property
        def control(self) -> "Timeline":
            """The widget."""
            return self.timeline

    class MoreWanted(Message):
        """The cursor or the view is near the end, and there are older checkpoints."""

        def __init__(self, timeline: "Timeline") -> None:
            super().__init__()
            self.timeline = timeline
            """The widget."""

        @property
        def control(self) -> "Timeline":
            """The widget."""
            return self.timeline

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock = clock or SystemClock()
        self._checkpoints: Sequence[CheckpointRow] = ()
        self._tree: Tree | None = None
        self._rows: Sequence[HistoryRow] = ()
        self._opened: set[Fold] = set()
        self._inner: dict[str, Sequence[CheckpointRow]] = {}
        self._lanes = 1
        self._more = False
        self.empty_text = "no checkpoints yet"

    @cached_property
    def _words(self) -> "TimelineWords":
        from graphdeck.tui.widgets.timeline_words import TimelineWords  # once there are checkpoints

        return TimelineWords()

    @cached_property
    def _rows_of(self) -> "HistoryRows":
        from graphdeck.tui.widgets.timeline_rows import HistoryRows

        return HistoryRows()

    # -- attributes down -----------------------------------------------------------------------------------------

    def show(self, checkpoints: Sequence[CheckpointRow], tree: "Tree | None" = None, *, more: bool = False) -> None:
        """Show these checkpoints, newest first, with their tree; the cursor stays on its one, or on the newest.

        With `more`, older ones are asked for near the end.
        """
        if tree is None and checkpoints:
            from graphdeck.graphs.branches import tree as tree_of

            tree = tree_of(checkpoints)
        follow = not self._checkpoints or self.highlighted is self._checkpoints[0]
        self._checkpoints, self._tree, self._more = checkpoints, tree, more
        self._lanes = min(_LANES, 1 + max((line.lane for line in tree.lines), default=0)) if tree else 1
        self._lay_out(follow=follow)
        self._ask_for_more(self.cursor)

    def forget(self) -> None:
        """Close all folds, and take the mark away: another thread is shown from now on."""
        self._opened.clear()
        self._inner.clear()
        self.marked = ""

    def show_inner(self, inner: Mapping[str, Sequence[CheckpointRow]]) -> None:
        """Show the checkpoints of these subgraphs where they are open, by `checkpoint_ns`."""
        self._inner.update(inner)
        self._lay_out()

    @property
    def growing(self) -> set[str]:
        """Open subgraphs that may have made checkpoints since they were shown, by `checkpoint_ns`."""
        if not (self._opened and self._checkpoints):
            return set()
        from graphdeck.graphs.ran_tasks import subgraphs_of

        return subgraphs_of(self._checkpoints[0].after).keys() & {ns for _, ns in self._opened}

    @property
    def highlighted(self) -> CheckpointRow | None:
        """The checkpoint that the cursor is on; of a fold None."""
        row = self._at(self.cursor)
        return row.checkpoint if row else None

    @property
    def selected_text(self) -> str:
        """What copying gives: the checkpoint's id."""
        return self.highlighted.checkpoint if self.highlighted else ""

    def go_to(self, checkpoint: str) -> None:
        """Put the cursor on a checkpoint, where it is listed."""
        for index, row in enumerate(self._rows):
            if row.checkpoint is not None and row.checkpoint.checkpoint == checkpoint:
                self.move_to(index)

    def watch_current(self) -> None:
        """Mark the shown one."""
        self.refresh()

    def watch_marked(self) -> None:
        """Mark the one that is to be compared."""
        self.refresh()

    # -- rows ----------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Number of checkpoints and folds."""
        return len(self._rows)

    def row(self, index: int, width: int) -> Content:
        """The tree, step, source, what ran and what is next, what changed or went wrong, age."""
        row = self._rows[index]
        if row.checkpoint is None:
            return self._fold(row)
        checkpoint = row.checkpoint
        is_newest = checkpoint is self._checkpoints[0]
        is_current = checkpoint.checkpoint == self.current or (not self.current and is_newest)
        words = self._words.of(checkpoint, is_tip=row.is_tip)
        before, after = self._lines(row)
        indent = 0 if row.line else 2 + 2 * row.depth
        room = max(0, width - _FIXED - 2 * self._lanes - indent)
        target = min(_WAY_CELLS, room * 3 // 5)
        mark = glyphs().changed if checkpoint.checkpoint == self.marked else glyphs().cursor if is_current else " "
        return Content.assemble(
            (mark, "bold"),
            (before, MUTED),
            (glyphs().of(words.status), colour(words.status)),
            (after, MUTED),
            (fit(str(checkpoint.step), 4, right=True), "bold" if is_current else ""),
            ("  ", ""),
            (fit(one_line(checkpoint.source, 7), 7), ACCENT if checkpoint.source in ("fork", "update") else MUTED),
            (fit(words.way, target), ""),
            (" ", ""),
            (fit(words.said, max(0, room - target)), words.style),
            (fit(age(checkpoint.time, self._clock.now()), 4, right=True), MUTED),
            (" ", ""),
        )

    def _lines(self, row: "HistoryRow") -> tuple[str, str]:
        """What the tree draws left and right of the glyph."""
        from graphdeck.graphs.branches import ascii_twin, narrowed

        cells = 2 * self._lanes - 2
        if row.line is None:
            levels = row.depth if row.checkpoint else row.depth - 1
            before, after = f"{row.lanes[:cells]:<{cells + 2}}{'  ' * levels}", ""
        else:
            before, after = narrowed(row.line, max(2, self._lanes))
            after = after.ljust(cells - len(before))
        return (ascii_twin(before), ascii_twin(after)) if ascii_mode() else (before, after)

    def _fold(self, row: "HistoryRow") -> Content:
        """What a subgraph did, as one row that opens."""
        sign = glyphs().opened if row.opened else glyphs().closed
        name = one_line(row.node, 60, identifier=True)
        waits = f"  reads {ellipsis()}" if row.opened and row.fold[1] not in self._inner else ""
        lanes, _ = self._lines(row)
        return Content.assemble((f" {lanes}", MUTED), (f"{sign} ", MUTED), (f"inside {name}", ""), (waits, MUTED))

    def cursor_moved(self, index: int) -> None:
        """Tell which checkpoint it is; ask for more near the end."""
        row = self._rows[index]
        if row.checkpoint is not None:
            self.post_message(self.CheckpointHighlighted(self, row.checkpoint))
        self._ask_for_more(index)

    def chosen(self, index: int) -> None:
        """Tell which checkpoint it is, or open or close the fold."""
        row = self._rows[index]
        if row.checkpoint is not None:
            newest = row.checkpoint is self._checkpoints[0]
            self.post_message(self.CheckpointSelected(self, row.checkpoint, newest))
            return
        self._opened.symmetric_difference_update({row.fold})
        self._lay_out(stay=index)
        if row.fold in self._opened and row.fold[1] not in self._inner:
            self.post_message(self.InnerWanted(self, row.fold[1]))

    def action_open(self) -> None:
        """Open the fold of the cursor, or the first one of its checkpoint."""
        for index in (self.cursor, self.cursor + 1, self.cursor - 1):
            row = self._at(index)
            if row and row.checkpoint is None:
                self.move_to(index)
                if not row.opened:
                    self.chosen(index)
                return

    def action_close(self) -> None:
        """Close the fold that the cursor is on or in."""
        for index in range(self.cursor, -1, -1):
            row = self._at(index)
            if row is None or (row.checkpoint is not None and row.depth == 0):
                return
            if row.checkpoint is None and row.opened:
                self.move_to(index)
                self.chosen(index)
                return

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for more near the end."""
        super().watch_scroll_y(old_value, new_value)
        self._ask_for_more(int(new_value) + self.size.height)

    def _ask_for_more(self, index: int) -> None:
        if self._more and index >= len(self._rows) - NEAR_THE_END:
            self._more = False  # once for each `show`
            self.post_message(self.MoreWanted(self))

    def _at(self, index: int) -> "HistoryRow | None":
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def _lay_out(self, *, follow: bool = False, stay: int | None = None) -> None:
        """Make the rows anew; the cursor stays on its row, on the newest one with `follow`, or at a place."""
        kept = None if follow else self._at(self.cursor)
        if self._tree is None:
            self._rows = ()
        else:
            self._rows = self._rows_of.of(self._checkpoints, self._tree.lines, self._opened, self._inner)
        place = stay
        if place is None and kept is not None:
            place = next((index for index, row in enumerate(self._rows) if _key(row) == _key(kept)), None)
        if place is None:
            place = next((index for index, row in enumerate(self._rows) if row.checkpoint), 0)
        self.set_reactive(Rows.cursor, place)
        self.rows_changed()


def _key(row: "HistoryRow") -> tuple[str, ...]:
    """What a row is known by."""
    return row.fold if row.checkpoint is None else (row.checkpoint.checkpoint, row.checkpoint.ns)
