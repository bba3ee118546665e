"""Rows of parts that stand beside each other: painted without Textual's Content, which is for styles that overlap."""

from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.strip import Strip
from textual.style import Style

Part: TypeAlias = tuple[str, str | Style]
"""Safe text, and its style; an empty one is that of the row."""


class PartStyles:
    """What the styles of parts are on the rows that they stand on, for one theme."""

    def __init__(self) -> None:
        self._of_rows: dict[Style, dict[str | Style, RichStyle]] = {}

    def strip(self, parts: Iterable[Part], row: Style) -> Strip:
        """The parts as they are painted on a row of this style."""
        known = self._of_rows.setdefault(row, {})
        segments = []
        for style, same in groupby(parts, key=itemgetter(1)):
            text = "".join([text for text, _ in same])
            if not text:
                continue
            found = known.get(style)
            if found is None:
                own = Style.parse(style) if isinstance(style, str) else style
                found = known[style] = (row + own).rich_style
            segments.append(Segment(text, found))
        return Strip(segments)
