"""What a drawing is: cells, rectangles and routes; and the canvas that turns runs of line into characters.

A layout (the rail, the flow) puts horizontal and vertical runs and texts on a `Canvas`. One rule holds for every
layout: **lines that touch are joined, and a crossing leaves a gap**. A cell in which a run ends is a joint and is drawn
with all its arms (`├ ┼ ╯`); where a horizontal run only passes a vertical one, the vertical one alone is drawn, as if
the other went under it.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from functools import cached_property
from itertools import pairwise
from operator import itemgetter
from typing import Final, Literal, NamedTuple, TypeAlias, overload

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import Edge, Node

CellKind: TypeAlias = Literal["blank", "glyph", "name", "mark", "box", "line", "arrow", "label"]
LineKind: TypeAlias = Literal["plain", "conditional", "observed"]

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8


class Point(NamedTuple):
    """A cell's place, counted from the top left corner."""

    x: int
    y: int


class Rect(NamedTuple):
    """Where a node's name stands, in cells."""

    x: int
    y: int
    width: int
    height: int


class Cell(NamedTuple):
    """One terminal cell."""

    text: str
    """A character with its combining marks; empty where the wide character to the left reaches into this cell."""
    kind: CellKind = "blank"
    """`glyph` is where the painter puts a node's state; `mark` says something about a node after its name."""
    node: str = ""
    """Node that a glyph, name, mark or box belongs to, or a blank in its box."""
    edges: tuple[Edge, ...] = ()
    """Edges that a line, arrow or label belongs to."""


Row: TypeAlias = tuple[Cell, ...]

BLANK: Final = Cell(" ")


class Charset(NamedTuple):
    """The characters of a drawing."""

    glyph: str
    """An idle node."""
    left: str
    """Arrowhead to the left."""
    right: str
    """Arrowhead to the right."""
    up: str
    """Arrowhead upwards."""
    down: str
    """Arrowhead downwards."""
    quotes: tuple[str, str]
    """Around the label of an edge that arrives from the left."""
    unknown: str
    """After a node that may go to nodes that are not declared."""
    deferred: str
    """After a node that waits until all other tasks are done."""
    hidden: str
    """After a node with a graph inside that LangGraph does not find."""
    cut: str
    """End of a text that was cut."""
    broken: str
    """Instead of a control character."""
    horizontal: Mapping[LineKind, str]
    """Horizontal line."""
    vertical: Mapping[LineKind, str]
    """Vertical line."""
    joints: str
    """Indexed by the sum of the arms UP, DOWN, LEFT, RIGHT."""


UNICODE: Final = Charset(
    glyph="○",
    left="◀",
    right="▶",
    up="▲",
    down="▼",
    quotes=("‹", "›"),
    unknown="⇢ ?",
    deferred="⇠ all",
    hidden="⊠",
    cut="…",
    broken="\N{REPLACEMENT CHARACTER}",
    horizontal={"plain": "─", "conditional": "╌", "observed": "·"},
    vertical={"plain": "│", "conditional": "┆", "observed": "·"},
    joints="   │ ╯╮┤ ╰╭├─┴┬┼",
)
ASCII: Final = Charset(
    glyph="o",
    left="<",
    right=">",
    up="^",
    down="v",
    quotes=("(", ")"),
    unknown="-> ?",
    deferred="<= all",
    hidden="%",
    cut="...",
    broken="?",
    horizontal={"plain": "-", "conditional": "~", "observed": "."},
    vertical={"plain": "|", "conditional": ":", "observed": "."},
    joints="   | ',+ ',+-',+",
)


def line_kind(edge: Edge) -> LineKind:
    """The line that an edge is drawn with."""
    if edge.observed:
        return "observed"
    return "conditional" if edge.conditional else "plain"


def strongest(edges: Iterable[Edge]) -> LineKind:
    """The kind that the common part of several edges is drawn with."""
    kind: LineKind = "observed"
    for edge in edges:
        if not edge.observed:
            if not edge.conditional:
                return "plain"
            kind = "conditional"
    return kind


class Drawing(Frozen):
    """A graph as cells; the same for every layout."""

    width: int
    """Cells in every row."""
    height: int
    """Number of rows."""
    rows: Sequence[Row]
    """Rows of cells, each painted when it is first asked for."""
    nodes: tuple[Node, ...]
    """The drawn nodes, from top to bottom."""
    rects: Mapping[str, Rect]
    """Where each node's name stands, by node id."""
    glyphs: Mapping[str, Point]
    """The cell of each node's state glyph, by node id."""
    routes: Mapping[Edge, tuple[Point, ...]]
    """Corners of each edge's line, from the source's glyph, name or box to the target's."""
    boxes: Mapping[str, Rect] = field(default_factory=dict)
    """The frame around each node, by node id; a rail has none."""

    # Equal only to itself: to compare two would paint all their rows.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def row_of(self, node: str) -> int:
        """The row of a node's name; KeyError for an unknown node."""
        return self.rects[node].y

    def nodes_in(self, row: int) -> tuple[str, ...]:
        """The nodes whose names stand in a row, from left to right."""
        return self._by_row.get(row, ())

    def node_in(self, row: int) -> str | None:
        """The node whose name stands in a row, the first one of several; None where there is none."""
        return next(iter(self.nodes_in(row)), None)

    def node_at(self, x: int, y: int) -> str | None:
        """The node whose name, glyph or frame covers a cell; None where there is none."""
        inside = 0 <= y < self.height and 0 <= x < self.width
        return (self.rows[y][x].node or None) if inside else None

    def beside(self, node: str, step: int) -> str | None:
        """The node to the right (1) or left (-1) that is nearest; None where there is none.

        One that is a row higher or lower counts as being two columns further away.
        """
        x, y = self.rects[node].x, self.rects[node].y
        there = {
            other: step * (rect.x - x) + 2 * abs(rect.y - y)
            for other, rect in self.rects.items()
            if step * (rect.x - x) > 0
        }
        return min(there, key=there.__getitem__, default=None)

    def path_of(self, edge: Edge) -> tuple[Point, ...]:
        """The cells of an edge's line, from source to target; KeyError for an unknown edge.

        Where it goes under another line the cell is that line's, and is left out.
        """
        corners = self.routes[edge]
        cells = [corners[0]]
        for (x0, y0), (x1, y1) in pairwise(corners):
            step = Point((x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0))
            while cells[-1] != (x1, y1):
                cells.append(Point(cells[-1].x + step.x, cells[-1].y + step.y))
        return tuple(point for point in cells if edge in self.rows[point.y][point.x].edges)

    @cached_property
    def _by_row(self) -> Mapping[int, tuple[str, ...]]:
        rows: dict[int, tuple[str, ...]] = {}
        for node, rect in sorted(self.rects.items(), key=lambda item: item[1].x):
            rows[rect.y] = (*rows.get(rect.y, ()), node)
        return rows


NOTHING: Final[Mapping[str, Drawing]] = {}
"""No drawings inside a drawing."""


class Places:
    """Collects where the parts of a drawing are, those of drawings inside it too."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.rects: dict[str, Rect] = {}
        self.glyphs: dict[str, Point] = {}
        self.routes: dict[Edge, tuple[Point, ...]] = {}
        self.boxes: dict[str, Rect] = {}

    def add(self, inner: Drawing, corner: Point) -> None:
        """Take over a drawing whose top left cell stands there."""
        x, y = corner
        self.nodes.extend(inner.nodes)
        self.rects.update((node, Rect(x + rect.x, y + rect.y, *rect[2:])) for node, rect in inner.rects.items())
        self.glyphs.update((node, Point(x + place.x, y + place.y)) for node, place in inner.glyphs.items())
        self.boxes.update((node, Rect(x + rect.x, y + rect.y, *rect[2:])) for node, rect in inner.boxes.items())
        self.routes.update(
            (edge, tuple(Point(x + place.x, y + place.y) for place in route)) for edge, route in inner.routes.items()
        )

    def drawing(self, size: Point, rows: Sequence[Row]) -> Drawing:
        """The drawing with all of them, its nodes from top to bottom."""
        return Drawing(
            width=size.x,
            height=size.y,
            rows=rows,
            nodes=tuple(sorted(self.nodes, key=lambda node: (self.rects[node.id].y, self.rects[node.id].x))),
            rects=self.rects,
            glyphs=self.glyphs,
            routes=self.routes,
            boxes=self.boxes,
        )


_Run: TypeAlias = tuple[int, int, Cell]
"""A straight piece of line along its row or column: its first cell and its last, and how those between them look."""


class Canvas:
    """Collects runs of line and texts; `rows` paints them.

    Two runs of one row, or of one column, may share no more than an end; runs of a column are added in any order.
    """

    def __init__(self, charset: Charset) -> None:
        self.charset = charset
        """The characters that it paints with."""
        self._across: defaultdict[int, list[_Run]] = defaultdict(list)
        self._down: defaultdict[int, list[_Run]] = defaultdict(list)
        self._texts: defaultdict[int, list[tuple[int, Sequence[Cell]]]] = defaultdict(list)
        self._horizontals: dict[int, Cell] = {}
        self._verticals: dict[int, Cell] = {}

    def across(self, y: int, x0: int, x1: int, edges: tuple[Edge, ...]) -> None:
        """A horizontal run; edges of different kinds are drawn as the strongest (plain, conditional, observed)."""
        cell = self._horizontals.get(id(edges)) or self._line(edges, self.charset.horizontal, self._horizontals)
        self._across[y].append((x0, x1, cell))

    def down(self, x: int, y0: int, y1: int, edges: tuple[Edge, ...]) -> None:
        """A vertical run."""
        cell = self._verticals.get(id(edges)) or self._line(edges, self.charset.vertical, self._verticals)
        self._down[x].append((y0, y1, cell))

    def text(self, x: int, y: int, cells: Sequence[Cell]) -> None:
        """Cells that cover whatever runs below them."""
        self._texts[y].append((x, cells))

    @property
    def size(self) -> Point:
        """Columns and rows that there is something in."""
        columns, rows = [*self._down], [*self._across, *self._texts]
        columns += [last for runs in self._across.values() for _, last, _ in runs]
        columns += [x + len(cells) - 1 for texts in self._texts.values() for x, cells in texts]
        rows += [last for runs in self._down.values() for _, last, _ in runs]
        return Point(max(columns, default=-1) + 1, max(rows, default=-1) + 1)

    def rows(self, width: int, height: int) -> Sequence[Row]:
        """The painted rows."""
        columns = []
        for x in sorted(self._down):
            runs = sorted(self._down[x], key=itemgetter(0))
            columns.append(_Column(x, [first for first, _, _ in runs], [last for _, last, _ in runs], runs))
        return _Rows(width, height, self, columns)

    def _line(self, edges: tuple[Edge, ...], looks: Mapping[LineKind, str], known: dict[int, Cell]) -> Cell:
        """The cell of a line, for all of its runs; known by the id of its edges, as it is slow to hash them."""
        cell = known[id(edges)] = Cell(looks[strongest(edges)], "line", "", edges)
        return cell

    def _paint(self, y: int, width: int, columns: Iterable["_Column"]) -> Row:
        cells = [BLANK] * width
        joined = self._paint_across(y, cells)
        for column in columns:
            touching = column.at(y)
            if touching and column.x in joined:
                cells[column.x] = self._joint(y, touching, *joined[column.x])
            elif touching:
                cells[column.x] = touching[-1][2]
        for x, text in self._texts.get(y, ()):
            cells[x : x + len(text)] = text
        return tuple(cells)

    def _paint_across(self, y: int, cells: list[Cell]) -> dict[int, tuple[int, tuple[Edge, ...]]]:
        """Paint the horizontal runs of a row; return the arms and edges of the cells in which one ends."""
        ends: dict[int, tuple[int, tuple[Edge, ...]]] = {}
        for first, last, cell in self._across.get(y, ()):
            cells[first : last + 1] = [cell] * (last - first + 1)
            for x, arm in ((first, RIGHT), (last, LEFT)):
                arms, edges = ends.get(x, (0, ()))
                ends[x] = (arms | arm, edges + cell.edges)
        return ends

    def _joint(self, y: int, runs: Sequence[_Run], arms: int, sideways: tuple[Edge, ...]) -> Cell:
        """The cell in which horizontal runs, with these arms and edges, meet vertical ones."""
        for first, last, _ in runs:
            arms |= (UP if first < y else 0) | (DOWN if last > y else 0)
        groups = (*(cell.edges for _, _, cell in runs), sideways)
        edges = {id(edge): edge for group in groups for edge in group}  # by id: hashing a thousand edges is slow
        return Cell(self.charset.joints[arms], "line", "", tuple(edges.values()))


class _Column(NamedTuple):
    """The vertical runs of one column, sorted, so that a row finds its own without looking at all."""

    x: int
    firsts: Sequence[int]
    lasts: Sequence[int]
    runs: Sequence[_Run]

    def at(self, y: int) -> Sequence[_Run]:
        """The runs that touch a row: one, or the two that meet there."""
        return self.runs[bisect_left(self.lasts, y) : bisect_right(self.firsts, y)]


class _Rows(Sequence[Row]):
    """Rows of a canvas, each painted once: of a drawing with thousands of rows a screen shows few."""

    def __init__(self, width: int, height: int, canvas: Canvas, columns: Sequence[_Column]) -> None:
        self._width = width
        self._height = height
        self._canvas = canvas
        self._columns = columns
        self._painted: dict[int, Row] = {}

    def __len__(self) -> int:
        return self._height

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return [self[y] for y in range(self._height)[index]]
        y = range(self._height)[index]
        if y not in self._painted:
            self._painted[y] = self._canvas._paint(y, self._width, self._columns)
        return self._painted[y]

    def __iter__(self) -> Iterator[Row]:
        return (self[y] for y in range(self._height))
