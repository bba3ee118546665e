"""One line that says what is open and how it stands: graph, thread, state, model, rules."""

from typing import Final

from textual.content import Content
from textual.widget import Widget

from graphdeck.graphs.frozen import Frozen
from graphdeck.tui.text import cut, one_line, width
from graphdeck.tui.theme import ACCENT, MUTED, Status, colour, glyphs, word

_GAP: Final = 3
"""Cells at least between where, state and model."""
_SHORTEST: Final = 16
"""Cells of graph and thread that the rules leave at the least."""


class StatusInfo(Frozen):
    """What the status line shows; raw text."""

    graph: str = ""
    """Short name of the graph."""
    thread: str = ""
    """What the thread is called."""
    status: Status = "idle"
    """How it stands."""
    detail: str = ""
    """Behind the state: the node that asks, the step, ..."""
    model: str = ""
    """Model and endpoint."""
    mode: str = ""
    """What rules do with questions: `asks: all`, `rules: 3`; empty while that is not known."""
    setup: str = ""
    """What was given for the runs besides their input: `context: tenant=north`."""
    note: str = ""
    """What to know about saving."""


class StatusLine(Widget):
    """The deck's first line; what has least room to give is cut last: state, rules, names, setup, model, note."""

    DEFAULT_CSS = """
    StatusLine { height: 1; background: $panel; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._info = StatusInfo()

    def show(self, info: StatusInfo) -> None:
        """Show this."""
        if info != self._info:
            self._info = info
            self.refresh()

    def render(self) -> Content:
        """Name and thread to the left, state in the middle, model to the right."""
        info, room = self._info, self.size.width
        detail = f": {one_line(info.detail, 60)}" if info.detail else ""
        state = cut(f"{glyphs().of(info.status)} {word(info.status)}{detail}", max(0, room - 2))
        room -= width(state) + 2
        mode = info.mode if width(info.mode) + _SHORTEST <= room else ""
        kept = width(mode) + 2 if mode else 0
        where = self._where(max(0, min(room - 2 - kept, max(30, self.size.width * 2 // 5))))
        room -= where.cell_length
        right = self._right(max(0, room - 2 * _GAP), mode)
        gap = max(0, room - width(right))
        before = min(gap, max(_GAP, gap // 2)) if right else min(gap, _GAP)
        return Content.assemble(
            (" ", ""),
            where,
            (" " * before, ""),
            (state, colour(info.status)),
            (" " * (gap - before), ""),
            (right, MUTED),
            (" ", ""),
        )

    def _where(self, cells: int) -> Content:
        """`graphdeck  travel › Rome in May`."""
        info = self._info
        graph = one_line(info.graph or "no graph", cells - 12 if cells > 24 else cells, identifier=True)
        thread = f" {glyphs().path} {one_line(info.thread, 60)}" if info.thread else ""
        name = "graphdeck  " if cells > 24 else ""
        thread = cut(thread, max(0, cells - width(name) - width(graph)))
        return Content.assemble((name, ACCENT), (graph, "bold"), (thread, ""))

    def _right(self, cells: int, mode: str) -> str:
        """Model, setup, rules and note, as far as there is room: the note goes first, then model and setup."""
        dot = f"  {glyphs().separator}  "
        model, setup, note = (one_line(text, 200) for text in (self._info.model, self._info.setup, self._info.note))
        all_of_it = dot.join(filter(None, (model, setup, mode, note)))
        if width(all_of_it) <= cells:
            return all_of_it
        kept = mode
        for text in (setup, model):
            left = cells - (width(kept) + width(dot) if kept else 0)
            kept = dot.join(filter(None, (cut(text, left) if left > 6 else "", kept)))
        return kept
