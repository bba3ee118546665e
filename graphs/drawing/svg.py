"""A drawing as a picture for documents: SVG, in which lines are lines and names can be searched."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final, NamedTuple
from xml.sax.saxutils import escape

from graphdeck.graphs.drawing.canvas import DOWN, LEFT, RIGHT, UNICODE, UP, Cell, Drawing, LineKind, Row, strongest

CELL_WIDTH, CELL_HEIGHT = 9, 18
"""Pixels of a cell."""

_DASHES: Final = {"plain": "", "conditional": ' stroke-dasharray="3 3"', "observed": ' stroke-dasharray="1 4"'}
_ARMS: Final = {
    **{char: arms for arms, char in enumerate(UNICODE.joints) if char != " "},
    **dict.fromkeys(UNICODE.horizontal.values(), LEFT | RIGHT),
    **dict.fromkeys(UNICODE.vertical.values(), UP | DOWN),
}
_STEPS: Final = {UP: (0, -1), DOWN: (0, 1), LEFT: (-1, 0), RIGHT: (1, 0)}
_HEADS: Final = {UNICODE.up: UP, UNICODE.down: DOWN, UNICODE.left: LEFT, UNICODE.right: RIGHT}
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _Middle(NamedTuple):
    """The middle of a cell, in pixels."""

    x: float
    y: float

    def toward(self, arm: int) -> str:
        """The middle of the cell's border in a direction."""
        x, y = _STEPS[arm]
        return f"{self.x + x * CELL_WIDTH / 2:g} {self.y + y * CELL_HEIGHT / 2:g}"


def to_svg(drawing: Drawing) -> str:
    """An SVG picture of a drawing that is not in ASCII; it takes the colour of the text around it."""
    lines: dict[LineKind, list[str]] = {"plain": [], "conditional": [], "observed": []}
    heads: list[str] = []
    texts: list[str] = []
    for y, row in enumerate(drawing.rows):
        for x, cell in enumerate(row):
            middle = _Middle((x + 0.5) * CELL_WIDTH, (y + 0.5) * CELL_HEIGHT)
            if cell.kind in ("line", "box"):
                kind = strongest(cell.edges) if cell.kind == "line" else "plain"
                lines[kind].extend(_strokes(cell, middle))
            elif cell.kind == "arrow":
                stem, head = _arrow(drawing, x, y, _HEADS[cell.text])
                lines[strongest(cell.edges)].append(stem)
                heads.append(head)
        texts.extend(_texts(row, y))
    size = f'width="{drawing.width * CELL_WIDTH}" height="{drawing.height * CELL_HEIGHT}"'
    look = 'font-family="monospace" font-size="14" fill="currentColor"'
    paths = [
        f'<path d="{"".join(strokes)}" fill="none" stroke="currentColor"{_DASHES[kind]}/>'
        for kind, strokes in lines.items()
        if strokes
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {look}>',
            *paths,
            *([f'<path d="{"".join(heads)}"/>'] if heads else []),
            *texts,
            "</svg>",
            "",
        ]
    )


def _strokes(cell: Cell, middle: _Middle) -> Iterator[str]:
    arms = _ARMS[cell.text]
    for arm in _STEPS:
        if arms & arm:
            yield f"M{middle.x:g} {middle.y:g}L{middle.toward(arm)}"


def _arrow(drawing: Drawing, x: int, y: int, arm: int) -> tuple[str, str]:
    """A line from the border of its cell, and a triangle that points to the next cell, or to the box that is there."""
    to_x, to_y = _STEPS[arm]
    long = CELL_WIDTH if to_x else CELL_HEIGHT
    reach = long if drawing.rows[y + to_y][x + to_x].kind == "box" else long / 2
    middle = _Middle((x + 0.5) * CELL_WIDTH, (y + 0.5) * CELL_HEIGHT)
    tip = _Middle(middle.x + to_x * reach, middle.y + to_y * reach)
    base = _Middle(tip.x - to_x * CELL_WIDTH, tip.y - to_y * CELL_WIDTH)
    side = CELL_WIDTH / 2 - 0.5
    corners = [f"{base.x + turn * to_y * side:g} {base.y + turn * to_x * side:g}" for turn in (-1, 1)]
    behind = _Middle(middle.x - to_x * long / 2, middle.y - to_y * long / 2)
    return (
        f"M{behind.x:g} {behind.y:g}L{base.x:g} {base.y:g}",
        f"M{tip.x:g} {tip.y:g}L{corners[0]}L{corners[1]}Z",
    )


def _texts(row: Row, y: int) -> Iterator[str]:
    """The words of a row, each stretched to its cells: fonts differ in how wide their characters are."""
    kinds = ("name", "label", "mark", "glyph")
    for (kind, _, _), group in groupby(enumerate(row), key=lambda item: (item[1].kind, item[1].node, item[1].edges)):
        cells = list(group)
        text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", "".join(cell.text for _, cell in cells))
        if kind in kinds and text.strip():
            length = len(cells) * CELL_WIDTH
            place = f'x="{cells[0][0] * CELL_WIDTH}" y="{(y + 0.75) * CELL_HEIGHT:g}"'
            yield f'<text {place} textLength="{length}" lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
