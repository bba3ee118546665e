"""The picker of graphs: those of the folder first, the bundled ones last."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from graphdeck.graphs.records import GraphInfo
from graphdeck.tui import actions
from graphdeck.tui.text import fit, one_line
from graphdeck.tui.text import width as cells_of
from graphdeck.tui.theme import ACCENT, ERROR, MUTED
from graphdeck.tui.widgets.filter_line import FilterLine
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints
from graphdeck.tui.widgets.rows import Rows

_HEADINGS: Final = {"project": "In this folder", "bundled": "Bundled with graphdeck"}
_TITLE_CELLS: Final = 24
_OPEN: Final = Content.styled("Open a graph", "bold")


class GraphList(Rows):
    """Graphs under the headings of their origin."""

    class Chosen(Message):
        """A graph is to be opened."""

        def __init__(self, graph_list: "GraphList", target: str) -> None:
            super().__init__()
            self.graph_list = graph_list
            """The widget."""
            self.target = target
            """What opens it."""

        @property
        def control(self) -> "GraphList":
            """The widget."""
            return self.graph_list

    def __init__(self) -> None:
        super().__init__()
        self._graphs: Sequence[GraphInfo] = ()
        self._rows: Sequence[GraphInfo | str] = ()
        self._title_cells = 0
        self._wanted = ""
        self.empty_text = "looking for graphs"

    def show(self, graphs: Sequence[GraphInfo]) -> None:
        """Show these graphs."""
        self._graphs = graphs
        titles = (cells_of(one_line(info.title, _TITLE_CELLS, identifier=True)) for info in graphs)
        self._title_cells = max(titles, default=0) + 1
        self.empty_text = "no graph matches"
        self._arrange()

    def go_to(self, target: str) -> None:
        """Put the cursor on a graph, if it is there."""
        for index, row in enumerate(self._rows):
            if isinstance(row, GraphInfo) and row.target == target:
                self.move_to(index)

    def filter(self, text: str) -> None:
        """Show only those with this text in title, target or description."""
        self._wanted = text.casefold()
        self._arrange()

    def _arrange(self) -> None:
        rows: list[GraphInfo | str] = []
        origin = ""
        for info in sorted(self._graphs, key=lambda info: info.origin == "bundled"):
            if self._wanted not in f"{info.title}\n{info.target}\n{info.description}".casefold():
                continue
            if info.origin != origin:
                origin = info.origin
                rows.append(_HEADINGS.get(origin, origin))
            rows.append(info)
        self._rows = rows
        self.rows_changed()
        self.move_to(1)

    def row_count(self) -> int:
        """Number of rows."""
        return len(self._rows)

    def can_stand(self, index: int) -> bool:
        """The cursor stands on graphs only."""
        return 0 <= index < len(self._rows) and not isinstance(self._rows[index], str)

    def row(self, index: int, width: int) -> Content:
        """Title, target, what it does or what is wrong with it."""
        row = self._rows[index]
        if isinstance(row, str):
            return Content.styled(one_line(row, width), MUTED)
        room = max(0, width - self._title_cells - 3)
        target = "" if row.target == row.title else f"{one_line(row.target, room, identifier=True)}  "
        text, style = (row.error, ERROR) if row.error else (row.description, MUTED)
        title = fit(one_line(row.title, _TITLE_CELLS, identifier=True), self._title_cells)
        return Content.assemble(
            "  ", (title, ""), " ", (target, ACCENT), (one_line(text, room - cells_of(target)), style)
        )

    def chosen(self, index: int) -> None:
        """Tell which graph it is."""
        row = self._rows[index]
        if not isinstance(row, str):
            self.post_message(self.Chosen(self, row.target))


class PickerScreen(ModalScreen[str | None]):
    """Asks which graph to open, or what `about` says; gives its target, or None. The cursor begins on `start`."""

    CSS_PATH = "picker.tcss"
    AUTO_FOCUS = "GraphList"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("picker")]

    def __init__(
        self, look_again: Callable[[], None], wanted: str = "", *, about: Content = _OPEN, start: str = ""
    ) -> None:
        super().__init__()
        self._look_again = look_again
        self._wanted = wanted
        self._about, self._start = about, start

    def compose(self) -> ComposeResult:
        """Heading, filter, list, keys."""
        with Vertical(id="dialog"):
            yield Static(self._about, id="heading", markup=False)
            yield FilterLine()
            yield GraphList()
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Show the keys, and what is to be filtered."""
        hints = [KeyHint(action=each.id, key=each.shown_key, label=each.label) for each in actions.actions_of("picker")]
        self.query_one(KeyHints).show(hints)
        if self._wanted:
            self.query_one(FilterLine).value = self._wanted
            self.query_one(GraphList).filter(self._wanted)
        self._look_again()

    def show(self, graphs: Sequence[GraphInfo]) -> None:
        """Show these graphs."""
        graph_list = self.query_one(GraphList)
        graph_list.show(graphs)
        graph_list.go_to(self._start)

    @on(GraphList.Chosen)
    def _open(self, event: GraphList.Chosen) -> None:
        self.dismiss(event.target)

    @on(FilterLine.Filtered)
    def _filter(self, event: FilterLine.Filtered) -> None:
        self.query_one(GraphList).filter(event.text)

    @on(FilterLine.Left)
    def _leave_filter(self) -> None:
        self.query_one(GraphList).focus()

    def action_choose(self) -> None:
        """Open the graph of the cursor."""
        self.query_one(GraphList).action_choose()

    def action_filter(self) -> None:
        """Type a filter."""
        self.query_one(FilterLine).focus()

    def action_reload(self) -> None:
        """Look for graphs again."""
        self._look_again()

    def action_back(self) -> None:
        """Open none."""
        self.dismiss(None)
