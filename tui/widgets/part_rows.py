"""Rows of parts that stand beside each other: painted without Textual's Content, which is for styles that overlap.

Many of them change at each step of a run, and Content takes most of the time that a row takes.
"""

from abc import abstractmethod
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, TypeAlias

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.content import Content
from textual.strip import Strip
from textual.style import Style

from graphdeck.tui.widgets.rows import Rows

_TEXT: Final = itemgetter(0)
_STYLE: Final = itemgetter(1)
Part: TypeAlias = tuple[str, str | Style]
"""Safe text, and its style; an empty one is that of the row."""


class PartRows(Rows):
    """Rows that are given by `parts`, which a subclass defines."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._styles_on: dict[Style, dict[str | Style, RichStyle]] = {}

    @abstractmethod
    def parts(self, index: int, width: int) -> Sequence[Part]:
        """One row, for so many cells."""

    def row(self, index: int, width: int) -> Content:
        """One row, for so many cells."""
        return Content.assemble(*self.parts(index, width))

    def strip(self, index: int, width: int, style: Style) -> Strip:
        """The same as it is painted; neighbours of one style are one."""
        known = self._styles_on.setdefault(style, {})
        segments = []
        for own, same in groupby(self.parts(index, width), key=_STYLE):
            text = "".join(map(_TEXT, same))
            if text:
                segments.append(Segment(text, known.get(own) or self._on(style, own)))
        return Strip(segments)

    def notify_style_update(self) -> None:
        """Find the styles anew: the theme is another one."""
        super().notify_style_update()
        self._styles_on = {}

    def _on(self, row: Style, own: str | Style) -> RichStyle:
        """The style of a part on a row of a style."""
        part = Style.parse(own) if isinstance(own, str) else own
        found = self._styles_on[row][own] = (row + part).rich_style
        return found
