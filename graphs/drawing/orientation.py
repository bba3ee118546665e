"""The two ways a flow can run: how slots and depths become cells, top-down and left-right.

*Depth* counts cells along the way the flow runs: rows top-down, columns left-right.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from graphdeck.graphs.drawing.canvas import BLANK, DOWN, LEFT, RIGHT, UP, Canvas, Cell, Charset, Point, Rect, Row
from graphdeck.graphs.records import Edge

FlowDirection: TypeAlias = Literal["TB", "LR"]
"""Top to bottom, or left to right: Mermaid's words."""

PADDING = 4
"""Cells of a box around its text, in its row: two lines, two blanks."""


class Extent(NamedTuple):
    """What stands in a box, in cells."""

    width: int
    height: int


class Heads(NamedTuple):
    """The arrowheads at one side of a channel: whether there are any, and the width of their widest label."""

    any: bool = False
    label: int = 0


class Orientation(ABC):
    """Paints in slots and depths."""

    beside_box: int
    """Slots from a box's last to a line's, and back."""
    between_boxes: int
    """Slots from a box's last to the next one's first."""
    track_step: int
    """Depth from a track to the next."""

    def __init__(self, charset: Charset) -> None:
        self.canvas = Canvas(charset)
        """What is painted on."""
        self._charset = charset

    # -- sizes -------------------------------------------------------------------------------------------------

    @abstractmethod
    def box_slots(self, content: Extent) -> int:
        """Slots of a box with such a content."""

    @abstractmethod
    def label_slots(self, label: int) -> int:
        """Slots from a pin to the next one, past a label of so many cells."""

    @abstractmethod
    def box_depth(self, contents: Sequence[Extent]) -> int:
        """Depth of a layer whose boxes have such contents."""

    @abstractmethod
    def least(self, layers: Sequence[Sequence[Extent]]) -> Point:
        """Columns and rows that a drawing takes at least, from the contents of the boxes in each layer."""

    @abstractmethod
    def zones(self, upper: Heads, lower: Heads) -> tuple[int, int]:
        """Depth of a channel before and after its tracks."""

    # -- cells -------------------------------------------------------------------------------------------------

    @abstractmethod
    def point(self, slot: int, depth: int) -> Point:
        """The cell in the line of a slot."""

    @abstractmethod
    def along(self, slot: int, first: int, last: int, edges: tuple[Edge, ...]) -> None:
        """A line in the line of a slot, from depth to depth."""

    @abstractmethod
    def across(self, depth: int, first: int, last: int, edges: tuple[Edge, ...]) -> None:
        """A line from slot to slot."""

    @abstractmethod
    def head(self, slot: int, depth: int, lower: bool, label: Sequence[Cell], edges: tuple[Edge, ...]) -> None:
        """An arrowhead that leads to the layer below, or above, with its label."""

    @abstractmethod
    def frame(self, first: int, slots: int, depth: int, size: int) -> Rect:
        """The cells of a box."""

    @abstractmethod
    def arm(self, lower: bool) -> int:
        """The arm with which a line leaves a box at its far side; `lower` at its near one."""

    def box(
        self,
        node: str,
        frame: Rect,
        text: Sequence[Cell],
        tails: Mapping[Point, tuple[int, tuple[Edge, ...]]],
        inner: Sequence[Row] = (),
    ) -> tuple[Point, Point]:
        """A box with a text, and the lines that leave it: their arms and edges by cell; rows may stand under the text.

        Return where the text and the rows begin.
        """
        x, y, width, height = frame
        line, joints = Cell(self._charset.horizontal["plain"], "box", node), self._charset.joints
        side = Cell(self._charset.vertical["plain"], "box", node)
        for row in range(y, y + height):
            cells = [side, *[Cell(" ", "blank", node)] * (width - 2), side]
            if row in (y, y + height - 1):
                arm = DOWN if row == y else UP
                corners = [Cell(joints[arm | RIGHT], "box", node), Cell(joints[arm | LEFT], "box", node)]
                cells = [corners[0], *[line] * (width - 2), corners[1]]
            for point, (arm, edges) in tails.items():
                if point.y == row:
                    border = LEFT | RIGHT if arm in (UP, DOWN) else UP | DOWN
                    cells[point.x - x] = Cell(joints[border | arm], "box", node, edges)
            self.paint(Point(x, row), cells)
        start = Point(x + (width - len(text)) // 2, y + 1 if inner else y + (height - 1) // 2)
        self.paint(start, text)
        below = Point(x + (width - len(inner[0])) // 2 if inner else start.x, start.y + 1)
        for turn, content in enumerate(inner):
            self.paint(Point(below.x, below.y + turn), content)
        return start, below

    def paint(self, point: Point, cells: Sequence[Cell]) -> None:
        """Cells of a text."""
        self.canvas.text(*point, cells)


class TopDown(Orientation):
    """A slot has two columns; labels stand to the right of their arrowheads."""

    beside_box = 2
    between_boxes = 2
    track_step = 1

    def box_slots(self, content: Extent) -> int:
        return (content.width + PADDING) // 2

    def label_slots(self, label: int) -> int:
        return (label + 4) // 2 if label else 1

    def box_depth(self, contents: Sequence[Extent]) -> int:
        return max([content.height for content in contents], default=1) + 2

    def least(self, layers: Sequence[Sequence[Extent]]) -> Point:
        widths = [sum(content.width + PADDING + 1 for content in layer) - 1 for layer in layers]
        return Point(max(widths, default=0), sum(self.box_depth(layer) + 1 for layer in layers) - 1)

    def zones(self, upper: Heads, lower: Heads) -> tuple[int, int]:
        return int(upper.any), int(lower.any)

    def point(self, slot: int, depth: int) -> Point:
        return Point(2 * slot + 1, depth)

    def along(self, slot: int, first: int, last: int, edges: tuple[Edge, ...]) -> None:
        self.canvas.down(2 * slot + 1, first, last, edges)

    def across(self, depth: int, first: int, last: int, edges: tuple[Edge, ...]) -> None:
        self.canvas.across(depth, 2 * first + 1, 2 * last + 1, edges)

    def head(self, slot: int, depth: int, lower: bool, label: Sequence[Cell], edges: tuple[Edge, ...]) -> None:
        arrow = Cell(self._charset.down if lower else self._charset.up, "arrow", "", edges)
        self.paint(self.point(slot, depth), [arrow, BLANK, *label] if label else [arrow])

    def frame(self, first: int, slots: int, depth: int, size: int) -> Rect:
        return Rect(2 * first, depth, 2 * slots + 1, size)

    def arm(self, lower: bool) -> int:
        return UP if lower else DOWN


class LeftRight(Orientation):
    """A slot has one row; labels stand in their lines, before the arrowheads."""

    beside_box = 2
    between_boxes = 3
    track_step = 2

    def box_slots(self, content: Extent) -> int:
        return content.height

    def label_slots(self, label: int) -> int:
        return 1

    def box_depth(self, contents: Sequence[Extent]) -> int:
        return max([content.width for content in contents], default=1 - PADDING) + PADDING

    def least(self, layers: Sequence[Sequence[Extent]]) -> Point:
        columns = sum(self.box_depth(layer) + 2 for layer in layers) - 2
        return Point(columns, max([sum(content.height + 2 for content in layer) for layer in layers], default=0))

    def zones(self, upper: Heads, lower: Heads) -> tuple[int, int]:
        before, after = (1 + heads.any + (heads.label + 2 if heads.label else 0) for heads in (upper, lower))
        return before, after

    def point(self, slot: int, depth: int) -> Point:
        return Point(depth, slot + 1)

    def along(self, slot: int, first: int, last: int, edges: tuple[Edge, ...]) -> None:
        self.canvas.across(slot + 1, first, last, edges)

    def across(self, depth: int, first: int, last: int, edges: tuple[Edge, ...]) -> None:
        self.canvas.down(depth, first + 1, last + 1, edges)

    def head(self, slot: int, depth: int, lower: bool, label: Sequence[Cell], edges: tuple[Edge, ...]) -> None:
        arrow = Cell(self._charset.right if lower else self._charset.left, "arrow", "", edges)
        text = [BLANK, *label, BLANK] if label else []
        if lower:
            self.paint(Point(depth - len(text), slot + 1), [*text, arrow])
        else:
            self.paint(Point(depth, slot + 1), [arrow, *text])

    def frame(self, first: int, slots: int, depth: int, size: int) -> Rect:
        return Rect(depth, first, size, slots + 2)

    def arm(self, lower: bool) -> int:
        return LEFT if lower else RIGHT


ORIENTATIONS: Final[Mapping[FlowDirection, type[Orientation]]] = {"TB": TopDown, "LR": LeftRight}
"""By Mermaid's words."""
