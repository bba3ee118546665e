"""Where a text was found in saved states, one thread a line."""

from collections.abc import Callable, Sequence
from typing import Final

from textual.content import Content
from textual.message import Message

from graphdeck.graphs.searching import SearchHit
from graphdeck.tui.text import ellipsis, fit, one_line, safe
from graphdeck.tui.theme import ACCENT, MUTED
from graphdeck.tui.widgets.rows import Rows

_NAME: Final = 22
_STEP: Final = 5
_PATH: Final = 20
_ROOMY: Final = 72
"""Cells from which on names and paths have all of that; in fewer, less."""


class HitList(Rows):
    """Hits; posts `HitChosen`."""

    class HitChosen(Message):
        """A hit was chosen."""

        def __init__(self, hit_list: "HitList", hit: SearchHit) -> None:
            super().__init__()
            self.hit_list = hit_list
            """The widget."""
            self.hit = hit
            """The hit."""

        @property
        def control(self) -> "HitList":
            """The widget."""
            return self.hit_list

    def __init__(self, name_of: Callable[[SearchHit], str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._name_of = name_of
        self._hits: Sequence[SearchHit] = ()
        self._text = ""

    def show(self, hits: Sequence[SearchHit], text: str) -> None:
        """Show these hits of a text."""
        self._hits, self._text = hits, text
        self.rows_changed()

    @property
    def highlighted(self) -> SearchHit | None:
        """The hit that the cursor is on."""
        return self._hits[self.cursor] if 0 <= self.cursor < len(self._hits) else None

    def row_count(self) -> int:
        """Number of hits."""
        return len(self._hits)

    def row(self, index: int, width: int) -> Content:
        """Thread, step, path, and the text with what is around it."""
        hit = self._hits[index]
        step = "" if hit.step is None else str(hit.step)
        where = f"{hit.ns} {hit.path}" if hit.ns else hit.path
        for_name, for_path = (_NAME, _PATH) if width >= _ROOMY else (_NAME // 2, _PATH // 2)
        room = max(0, width - for_name - _STEP - for_path - 5)
        name = fit(one_line(self._name_of(hit), for_name), for_name)
        path = fit(one_line(where, for_path, identifier=True), for_path)
        head = Content.assemble(" ", name, (f" {fit(step, _STEP, right=True)}  {path} ", MUTED))
        return head + self._excerpt(hit, room)

    def _excerpt(self, hit: SearchHit, room: int) -> Content:
        """With the text in the accent, which is brought near the left end where there is little room."""
        start = hit.excerpt.casefold().find(self._text.casefold())
        left = "" if start <= room // 2 else ellipsis()
        raw = hit.excerpt[start - room // 4 :] if left else hit.excerpt
        shown = fit(left + one_line(raw, max(0, room - len(left))), room)
        at, wanted = shown.casefold().find(safe(self._text).casefold()), len(safe(self._text))
        content = Content(shown)
        return content if at < 0 else content.stylize(f"bold {ACCENT}", at, at + wanted)

    def chosen(self, index: int) -> None:
        """Tell which one."""
        self.post_message(self.HitChosen(self, self._hits[index]))
