"""Rows of parts that stand beside each other: painted without Textual's Content, which is for styles that overlap.

Many of them change at each step of a run, and Content takes most of the time that a row takes.
"""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple, TypeAlias

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.content import Content
from textual.strip import Strip
from textual.style import Style

from graphdeck.tui.widgets.rows import Rows

REMEMBERED: Final = 200
"""Rows of which is remembered how they were painted: several screens full."""
_TEXT: Final = itemgetter(0)
_STYLE: Final = itemgetter(1)
Part: TypeAlias = tuple[str, str | Style]
"""Safe text, and its style; an empty one is that of the row."""


class _Painted(NamedTuple):
    """How a row was painted last."""

    parts: list[Part]
    style: Style
    strip: Strip


class PartRows(Rows):
    """Rows that are given by `parts`, which a subclass defines."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._styles_on: dict[Style, dict[str | Style, RichStyle]] = {}
        self._painted: dict[int, _Painted] = {}

    @abstractmethod
    def parts(self, index: int, width: int) -> list[Part]:
        """One row, for so many cells."""

    def row(self, index: int, width: int) -> Content:
        """One row, for so many cells."""
        return Content.assemble(*self.parts(index, width))

    def strip(self, index: int, width: int, style: Style) -> Strip:
        """The same as it is painted; a row that looks as it did is the strip that it was."""
        parts = self.parts(index, width)
        before = self._painted.get(index)
        if before is not None and before.style == style and before.parts == parts:
            return before.strip
        if len(self._painted) >= REMEMBERED:
            self._painted.clear()
        strip = Strip(self._segments(parts, style))
        self._painted[index] = _Painted(parts, style, strip)
        return strip

    def _segments(self, parts: Sequence[Part], style: Style) -> Iterator[Segment]:
        """Neighbours of one style are one."""
        known = self._styles_on.setdefault(style, {})
        for own, same in groupby(parts, key=_STYLE):
            text = "".join(map(_TEXT, same))
            if text:
                yield Segment(text, known.get(own) or self._on(style, own))

    def notify_style_update(self) -> None:
        """Find the styles anew: the theme is another one."""
        super().notify_style_update()
        self._styles_on, self._painted = {}, {}

    def _on(self, row: Style, own: str | Style) -> RichStyle:
        """The style of a part on a row of a style."""
        part = Style.parse(own) if isinstance(own, str) else own
        found = self._styles_on[row][own] = (row + part).rich_style
        return found
