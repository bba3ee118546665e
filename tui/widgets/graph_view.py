"""The graph, drawn, with what each node does on its row: state, times run, last duration; and its edges' counts."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.reactive import reactive

from graphdeck.graphs.records import END, START
from graphdeck.tui.clock import Clock, SystemClock, duration
from graphdeck.tui.text import fit
from graphdeck.tui.theme import MUTED, glyphs
from graphdeck.tui.widgets.live_rows import LiveRows
from graphdeck.tui.widgets.node_state import NodeState, under
from graphdeck.tui.widgets.part_rows import Part
from graphdeck.tui.widgets.rows import Rows
from graphdeck.tui.widgets.taken_edges import NOTHING_TAKEN, Taken

if TYPE_CHECKING:
    from graphdeck.graphs.drawing.canvas import Drawing, Rect
    from graphdeck.tui.widgets.cell_runs import CellRuns
    from graphdeck.tui.widgets.edge_counts import EdgeCounts
    from graphdeck.tui.widgets.stop_marks import Marks

_COLUMNS: Final = (5, 8)
"""Cells of the columns behind the drawing: times run, last duration."""
_WORD: Final = (7, 11)
"""Cells at least and at most of the column behind those: tokens or another word; left out where there is no room."""
_TOTAL: Final = 15
"""Cells of the last column of all, with the time of all tasks of a node, where there is room for it too."""
_INDENT: Final = 1
"""Blanks before the drawing."""
_BESIDE: Final = 3
"""Cells behind a name that come into view with it: the head of an arrow, and the scroll bar."""
_IDLE: Final = NodeState()
_AT_WORK: Final = ("running", "waiting", "failed", "breakpoint", "stopped", "queued")
"""In the order in which a person wants to see them."""


class GraphView(LiveRows):
    """A drawing whose rows are the run table; posts `NodeSelected` when the cursor comes to a node.

    A rail has one node a row. In the rows of a flow stand several: the cursor then marks a box, and moves sideways too.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "beside(-1)", "left", show=False),
        Binding("right", "beside(1)", "right", show=False),
    ]

    selected: reactive[str | None] = reactive(None)
    """Id of the node that the cursor is on, as the drawing has it."""

    class NodeSelected(Message):
        """The cursor came to a node."""

        def __init__(self, graph_view: "GraphView", node: str) -> None:
            super().__init__()
            self.graph_view = graph_view
            """The widget."""
            self.node = node
            """Node id, as the drawing has it."""

        @property
        def control(self) -> "GraphView":
            """The widget."""
            return self.graph_view

    class NodeChosen(NodeSelected):
        """Enter was pressed on a node, or it was clicked twice."""

    def __init__(self, *, clock: Clock | None = None, id: str | None = None) -> None:
        super().__init__(clock or SystemClock(), id=id)
        self._drawing: Drawing | None = None
        self._members: Mapping[str, str] = {}
        self._states: Mapping[str, NodeState] = {}
        self._taken = NOTHING_TAKEN
        self._told: tuple[Mapping[str, NodeState], Taken] = ({}, NOTHING_TAKEN)
        self._runs: CellRuns | None = None
        self._counts: EdgeCounts | None = None
        self._count_cells: Mapping[int, Mapping[int, str]] = {}
        self._count_rows: Mapping[int, str] = {}
        self._marks: Marks = {}
        self._mark_cells: Mapping[int, Mapping[int, str]] = {}
        self._named = self._followed = ""

    # -- attributes down -----------------------------------------------------------------------------------------

    @property
    def drawing(self) -> "Drawing | None":
        """What is shown."""
        return self._drawing

    @property
    def members(self) -> Mapping[str, str]:
        """For the nodes of a folded drawing under which drawn node they stand."""
        return self._members

    @property
    def taken(self) -> Taken:
        """Which of its edges were taken."""
        return self._taken

    def show_drawing(self, drawing: "Drawing | None", members: Mapping[str, str] | None = None) -> None:
        """Show a drawing; `members` tells for the nodes of a folded one under which drawn node they stand."""
        self._drawing, self._members = drawing, members or {}
        self._counts = self._runs = None
        if drawing is not None:
            from graphdeck.tui.widgets.cell_runs import CellRuns  # the first paint may know no graph yet

            self._runs = CellRuns(drawing)
        self._take_in(*self._told)
        self.marks_row = not (drawing and drawing.boxes)
        self.show_marks(self._marks)
        self.rows_changed()
        kept = self.selected if drawing and self.selected in drawing.rects else None
        self._follows = self._follows or kept is None
        if drawing and drawing.nodes:
            first = next((node.id for node in drawing.nodes if node.id not in (START, END)), drawing.nodes[0].id)
            self.set_reactive(Rows.cursor, drawing.row_of(kept or first))
            self.selected = kept or first
            if kept is None:
                self._bring_into_view(first)

    def show(self, states: Mapping[str, NodeState], taken: Taken = NOTHING_TAKEN) -> None:
        """Show what the nodes do, and which edges were taken; a node that begins to run is brought into view.

        Once that has ended it is another one that runs. Where nodes run faster than they are shown, it is the one that
        began last.
        """
        before, was, edges = self._running_nodes(), self._states, self._told[1]
        self._told = (states, taken)
        self._take_in(states, taken)
        running = self._running_nodes()
        began = running - before
        if self._drawing and self._follows:
            if began or (running and self._followed not in running):
                self._followed = min(began or running, key=self._drawing.row_of)
                self._bring_into_view(self._followed)
            elif before and not running and (ran := self._ran_since(was)):
                self._bring_into_view(max(ran, key=lambda node: (self._states[node].step or 0, ran[node])))
        if (taken.times, taken.newest, taken.told) != (edges.times, edges.newest, edges.told):
            self.refresh()
        else:
            now = self._states
            self._refresh_rows(node for node in {*was, *now} if was.get(node) != now.get(node))

    def _ran_since(self, was: Mapping[str, NodeState]) -> dict[str, int]:
        """The rows of the nodes that ran more often than they had."""
        rects = self._drawing.rects if self._drawing else {}
        more = (node for node, state in self._states.items() if state.times > was.get(node, _IDLE).times)
        return {node: rects[node].y for node in more if node in rects}

    def _take_in(self, states: Mapping[str, NodeState], taken: Taken) -> None:
        """Keep what is told of nodes and edges as the drawing has them."""
        self._states, self._taken = states, taken
        if self._members:
            self._states, self._taken = under(states, self._members), taken.under(self._members)
        if self._counts is None and self._drawing is not None and self._taken.times:
            from graphdeck.tui.widgets.edge_counts import EdgeCounts  # the first paint knows none

            self._counts = EdgeCounts(self._drawing)
        times = self._taken.times
        self._count_cells, self._count_rows = self._counts.of(times) if self._counts else ({}, {})

    def show_marks(self, marks: "Marks") -> None:
        """Show which nodes have breakpoints."""
        self._marks, self._mark_cells = marks, {}
        if marks and self._drawing:
            from graphdeck.tui.widgets.stop_marks import mark_cells  # the first paint knows none

            self._mark_cells = mark_cells(self._drawing, marks, self._members)
        self.refresh()

    def select(self, node: str) -> None:
        """Put the cursor on a node; nothing happens where the drawing has none such."""
        drawn = self._members.get(node, node)
        if self._drawing and drawn in self._drawing.rects:
            self._named, self._followed = node, drawn
            self.selected = drawn
            self.move_to(self._drawing.row_of(drawn))
            self._bring_into_view(drawn)

    def go_to(self, key: str) -> None:
        """The same."""
        self.select(key)

    @property
    def standing_on(self) -> str:
        """The node of the cursor."""
        return self.chosen_node or ""

    @property
    def chosen_node(self) -> str | None:
        """Path of the node that the cursor is on; of several that are drawn as one, the one gone to, or the first."""
        if self.named_node != self.selected:
            return self.named_node
        return next((node for node, drawn in self._members.items() if drawn == self.selected), self.selected)

    @property
    def named_node(self) -> str | None:
        """The same, but of several that are drawn as one, none of which was gone to by its name, the drawn one."""
        is_member = self._named in self._members and self._members[self._named] == self.selected
        return self._named if is_member else self.selected

    def at_work(self) -> str:
        """The node that runs, of several the innermost; else the one that waits, failed, or comes next."""
        return _at_work(self._states, self._drawing.rects) if self._drawing else ""

    # -- rows ----------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Rows of the drawing."""
        return self._drawing.height if self._drawing else 0

    def row_width(self) -> int:
        """The drawing and the columns behind it."""
        return self._drawing.width + sum(_COLUMNS) + 1 if self._drawing else 0

    @property
    def room(self) -> int:
        """Cells for a drawing that does not have to be scrolled sideways."""
        return max(1, self.size.width - sum(_COLUMNS) - 1)

    def can_stand(self, index: int) -> bool:
        """The cursor stands on nodes only."""
        return self._drawing is not None and self._drawing.node_in(index) is not None

    def parts(self, index: int, width: int) -> list[Part]:
        """One row of the drawing, and what the node on it does."""
        drawing = self._drawing
        if drawing is None:
            return []
        parts: list[Part] = [(" " * _INDENT, "")]
        if self._runs is not None:
            from graphdeck.tui.widgets.cell_runs import Shown

            selected, cursor = None if self.marks_row else self.selected, self.get_visual_style("rows--cursor")
            counts, marks = self._count_cells.get(index, {}), self._mark_cells.get(index, {})
            shown = Shown(self._states, self._taken, counts, marks, self._frame(), selected, cursor)
            parts += self._runs.parts(index, shown)
        nodes = drawing.nodes_in(index)
        if nodes:
            told = self.selected if self.selected in nodes else nodes[0] if len(nodes) == 1 else None
            state = self._states.get(told, _IDLE) if told else _IDLE
            (times, style), *more = _columns(state, width - self.row_width())
            beyond = sum(column >= drawing.width for column in self._mark_cells.get(index, ()))
            parts += [(times[beyond:], style), *more]
        elif index in self._count_rows:
            parts.append((fit(self._count_rows[index], _COLUMNS[0], right=True), MUTED))
        return parts

    def cursor_moved(self, index: int) -> None:
        """Tell which node it is: of several in the row the one that is nearest to where the cursor was."""
        if self._drawing is None:
            self.selected = None
            return
        nodes, rects = self._drawing.nodes_in(index), self._drawing.rects
        if self.selected not in nodes:
            self._named = ""
            x = rects[self.selected].x if self.selected is not None and self.selected in rects else 0
            self.selected = min(nodes, key=lambda node: abs(rects[node].x - x))

    def chosen(self, index: int) -> None:
        """Tell which node it is."""
        if self.selected is not None:
            self.post_message(self.NodeChosen(self, self.selected))

    def keep_in_view(self, index: int) -> None:
        """Show the node of a row: before its name a rail may have hundreds of lines."""
        nodes = self._drawing.nodes_in(index) if self._drawing else ()
        if nodes:
            self._bring_into_view(self.selected if self.selected in nodes else nodes[0])
        else:
            super().keep_in_view(index)

    def action_beside(self, step: int) -> None:
        """Go to the next box to the left or right; a rail scrolls."""
        if self._drawing is None or self.marks_row:
            (self.action_scroll_left if step < 0 else self.action_scroll_right)()
        elif self.selected is not None and (node := self._drawing.beside(self.selected, step)):
            self.select(node)

    def on_click(self, event: events.Click) -> None:
        """Go to the box that was clicked; in a rail the whole row counts."""
        if self._drawing is None or self.marks_row:
            super().on_click(event)
            return
        offset = event.get_content_offset(self)
        if offset is None:
            return
        scrolled = self.scroll_offset
        node = self._drawing.node_at(offset.x + scrolled.x - _INDENT, offset.y + scrolled.y)
        if node is not None:
            event.stop()
            self.select(node)
            if event.chain >= self.clicks:
                self.chosen(self.cursor)

    def watch_selected(self, node: str | None) -> None:
        """Post the selection."""
        if not self.marks_row:
            self.refresh()
        if node is not None:
            self.post_message(self.NodeSelected(self, node))

    # -- painting ------------------------------------------------------------------------------------------------

    def _bring_into_view(self, node: str) -> None:
        drawing = self._drawing
        if drawing is None or node not in drawing.rects:
            return
        if node in drawing.boxes:
            x, y, width, height = drawing.boxes[node]
        else:
            (x, y), name, cells, height = drawing.glyphs[node], drawing.rects[node], self.size.width, 1
            width = name.x + name.width - x + _BESIDE
            if x + width > cells >= self.row_width() - x:  # it scrolls sideways anyway: the columns behind it, too
                width = self.row_width() - x
        self.scroll_to_region(Region(x + _INDENT, y, width, height), animate=False, force=True)

    def _running_nodes(self) -> set[str]:
        drawn = self._drawing.rects if self._drawing else {}
        return {node for node, state in self._states.items() if state.active and node in drawn}

    def _next_frame(self) -> None:
        self._refresh_rows(self._running_nodes())

    def _refresh_rows(self, nodes: Iterable[str]) -> None:
        """Paint the rows that these nodes stand in anew."""
        drawing = self._drawing
        for row in {drawing.row_of(node) for node in nodes if node in drawing.rects} if drawing else ():
            self.refresh_line(row)


def _at_work(states: Mapping[str, NodeState], drawn: "Mapping[str, Rect]") -> str:
    rank = {
        node: (_AT_WORK.index(state.status), -node.count(":"), drawn[node].y)
        for node, state in states.items()
        if state.status in _AT_WORK and node in drawn
    }
    return min(rank, key=rank.__getitem__, default="")


def _columns(state: NodeState, left: int) -> Iterator[tuple[str, str]]:
    """What stands behind the drawing about a node, with its style; `left` cells are there beyond the first columns."""
    times = f"{glyphs().times}{state.times:,}" if state.times else ""
    took = duration(state.last_ms) if state.last_ms is not None else ""
    yield "".join(fit(text, cells, right=True) for text, cells in zip((times, took), _COLUMNS, strict=True)), ""
    if left >= _WORD[0]:
        cells = min(left, _WORD[1]) - 2
        yield f"  {fit(_word(state, cells), cells)}", MUTED
    if left >= _WORD[1] + _TOTAL and state.times > 1 and state.total_ms:
        yield fit(f"{duration(state.total_ms)} in all", _TOTAL, right=True), MUTED


def _word(state: NodeState, cells: int) -> str:
    """The last column: how many of its tasks run, what was tried again, or the tokens."""
    if running := len(state.active):
        of_all = f"{running}/{state.together} run"
        if state.together > running and len(of_all) <= cells:
            return of_all
        if running > 1:
            return f"{running} run"
    if state.retries:
        return f"{state.retries} again"
    if not state.tokens:
        return ""
    return f"{state.tokens:,} tok" if state.tokens < 100_000 else f"{state.tokens // 1000:,}k tok"
