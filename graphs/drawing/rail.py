"""The rail: one row a node, as commit logs are drawn.

    ○ START
    │
    ○ agent ◀─────╮        an edge to the node just below is the *trunk* between them, its label beside it
    ├╌ done ╌╌╌╌╌╌│╌╮      an edge that leaves to the right, its label on it
    ┆ tool_calls  │ ┆
    ○ tools ──────╯ ┆
    ○ END ◀╌╌╌╌╌╌╌╌╌╯

How to read it. Every edge is drawn once, in one of three ways:

* *Trunk*: a row of its own between two nodes, a line in the column of the glyphs, read downwards.
* *Gather*: a vertical line on the right with exactly one arrowhead `◀`, at the target (its hub). Every horizontal line
  that joins it from the left, other than the hub's own, is a *tap*: one edge from the node that the tap starts at. A
  tap starts beside a node's name, or below the node in the column of the glyphs. A tap that goes on to the right
  (`┼ ┴ ┬`) taps the next line too: one edge each. Back-edges and self-loops are gathers.
* *Fan*: a vertical line on the left with exactly one end without an arrowhead, at the source (its hub, in the node's
  row or in the row below it). Every `▶` that it leads to is one edge, its label in `‹ ›` after the target's name.

Lines that touch are joined; a line with a gap at both sides of another goes under it and has nothing to do with it.
A tap's own line tells the kind of its edge: `─` plain, `╌` conditional, `·` observed (seen taken, not declared). In the
common part of several edges the strongest of their kinds is drawn. `⇢ ?` after a name says that the node may go to
nodes that the graph does not declare, `⇠ all` that it is deferred: it waits until all other tasks are done, and `⊠`
that a graph is inside which LangGraph does not find.

In ASCII the lines are `- |` plain, `~ :` conditional, `.` observed; `,` joins downwards, `'` upwards, `+` both ways.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from graphdeck.graphs.drawing.canvas import ASCII, BLANK, NOTHING, UNICODE, Canvas, Cell, Drawing, Places, Point, Rect
from graphdeck.graphs.drawing.measure import Measure, width
from graphdeck.graphs.drawing.order import orders
from graphdeck.graphs.drawing.plan import Bus, Link, Plan, lane_count, make_plan
from graphdeck.graphs.drawing.texts import LABEL_LIMIT, NAME_LIMIT, SMALLEST_LABEL, SMALLEST_NAME, Texts, all_nodes
from graphdeck.graphs.records import Edge, Node

INDENT = 2
"""Cells that what is inside a node is moved to the right."""
MANY = 250
"""Above this many nodes and edges only the most usual order is tried."""
_SCROLLS = 40
"""Cells of lanes that, where there is no room for them, make short names useless: the drawing has to be scrolled."""


def rail(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    *,
    ascii: bool = False,
    labels: bool = True,
    max_width: int | None = None,
    measure: Measure = width,
    show: Callable[[str], str] = str,
    inner: Mapping[str, Drawing] = NOTHING,
    prefix: str = "",
) -> Drawing:
    """Draw a graph as a rail.

    The same graph gives the same drawing, and observed edges never change the order of the rows. With `max_width`
    names and labels are cut as far as needed (not below 8 and 6 cells), so that a graph with many lanes may still be
    wider; one of which no pane could show the lanes alone has its names whole. `show` makes of a name or label what is
    drawn of it, before anything is measured or cut; `measure` gives the width of a text in cells. Nodes that only edges
    name are drawn too. `inner` has what stands, indented, below some nodes; names are shown without `prefix`.
    """
    by_id = all_nodes(nodes, edges)
    heights = {node: drawing.height for node, drawing in inner.items()}
    plan = _best_plan(tuple(by_id), tuple(dict.fromkeys(edges)), heights, labels=labels)
    texts = Texts(ASCII if ascii else UNICODE, measure, show, labels=labels, prefix=prefix)
    return _Painter(plan, [by_id[name] for name in plan.rows], texts, inner).draw(max_width)


def _best_plan(names: Sequence[str], edges: Sequence[Edge], inner: Mapping[str, int], *, labels: bool) -> Plan:
    """The cheapest plan; judged without observed edges, so that a run does not move the rows."""
    declared = [edge for edge in edges if not edge.observed]
    usual, *others = orders(names, declared)
    choices = [(usual, True), (usual, False)]
    plans = [make_plan(order, declared, fans=fans, labels=labels, inner=inner) for order, fans in choices]
    if len(names) + len(edges) <= MANY:
        with_fans = plans[0].cost <= plans[1].cost
        choices += [(order, with_fans) for order in others]
        plans += [make_plan(order, declared, fans=with_fans, labels=labels, inner=inner) for order in others]
    best = min(range(len(plans)), key=lambda index: plans[index].cost)
    if len(declared) == len(edges):
        return plans[best]
    order, fans = choices[best]
    return make_plan(order, edges, fans=fans, labels=labels, inner=inner)


class _Body(NamedTuple):
    """What a row shows between the lanes: a name, a label, and cells around them that cannot be cut."""

    name: str = ""
    label: str = ""
    fixed: int = 0


class _Painter:
    """Puts a plan on a canvas."""

    def __init__(self, plan: Plan, nodes: Sequence[Node], texts: Texts, inner: Mapping[str, Drawing]) -> None:
        self._plan = plan
        self._nodes = nodes
        self._inner = {node.id: inner[node.id] for node in nodes if node.id in inner}
        self._texts = texts
        self._charset = texts.charset
        self._canvas = Canvas(texts.charset)
        self._fans = {fan.node: fan for fan in plan.fans}
        self._gathers = {gather.node: gather for gather in plan.gathers}
        self._at_node = {link.row: link for link in plan.links if link.row == plan.rows[link.node]}
        self._arriving: dict[int, tuple[Edge, ...]] = {}  # by row; edges of one kind and label
        for fan in plan.fans:
            for row, edge in fan.taps:
                self._arriving[row] = (*self._arriving.get(row, ()), edge)
        self._trunk_x = 2 * lane_count(plan.fans) + 1 if plan.fans else 0
        self._first_lane = 0
        self._tail: dict[int, int] = {}  # row of a node -> where a line may begin, right of its texts
        self._routes: dict[Edge, tuple[Point, ...]] = {}

    def draw(self, max_width: int | None) -> Drawing:
        lanes = lane_count(self._plan.gathers)
        right = 2 * lanes - 1 if lanes else 0
        lines = self._trunk_x + right
        scrolls = max_width is not None and lines > max(max_width, _SCROLLS)
        middle = self._fit(self._bodies(), None if max_width is None or scrolls else max_width - lines)
        self._first_lane = self._trunk_x + middle
        places = Places()
        for node in self._nodes:
            places.nodes.append(node)
            places.rects[node.id] = self._draw_node(node)
            places.glyphs[node.id] = Point(self._trunk_x, self._plan.rows[node.id])
            if node.id in self._inner:
                places.add(self._inner[node.id], self._draw_inner(node))
        self._draw_stems()
        self._draw_arrivals()
        for fan in self._plan.fans:
            self._draw_fan(fan)
        for gather in self._plan.gathers:
            self._draw_gather(gather)
        for link in self._plan.links:
            self._draw_link(link)
        places.routes.update(self._routes)
        size = Point(self._first_lane + right, self._plan.height)
        return places.drawing(size, self._canvas.rows(*size))

    # -- widths ------------------------------------------------------------------------------------------------

    def _bodies(self) -> list[_Body]:
        bodies = []
        gap = 1 if self._gathers else 0  # between texts and a line that passes
        for node in self._nodes:
            row = self._plan.rows[node.id]
            arriving = self._label(self._arriving.get(row, ()))
            tail = 3 if node.id in self._gathers else 2 if row in self._at_node else gap
            marks = len(self._texts.mark_cells(node))
            bodies.append(_Body(self._texts.title(node), arriving, 2 + marks + (3 if arriving else 0) + tail))
        for link in self._plan.links:
            if link.row not in self._at_node:
                label = self._label(link.edges)
                bodies.append(_Body("", label, 5 if label else 2))
        bodies.extend(_Body("", self._label((trunk.edge,)), 2 + gap) for trunk in self._plan.trunks)
        bodies.extend(_Body(fixed=INDENT + drawing.width + gap) for drawing in self._inner.values())
        return bodies

    def _fit(self, bodies: Sequence[_Body], room: int | None) -> int:
        """Set the limits of names and labels so that every row fits; return the width of the widest."""
        texts = self._texts
        sizes = {(body.fixed, texts.width(body.name), texts.width(body.label)) for body in bodies}
        for less in range(max(NAME_LIMIT - SMALLEST_NAME, LABEL_LIMIT - SMALLEST_LABEL) + 1):
            texts.name_limit = max(NAME_LIMIT - less, SMALLEST_NAME)
            texts.label_limit = max(LABEL_LIMIT - less, SMALLEST_LABEL)
            widest = max(
                (fixed + min(name, texts.name_limit) + min(label, texts.label_limit) for fixed, name, label in sizes),
                default=0,
            )
            if room is None or widest <= room:
                break
        return widest

    def _label(self, edges: tuple[Edge, ...]) -> str:
        """The label that the edges share."""
        return self._texts.label(edges[0]) if edges else ""

    # -- nodes -------------------------------------------------------------------------------------------------

    def _draw_node(self, node: Node) -> Rect:
        x, y = self._trunk_x, self._plan.rows[node.id]
        cells = [Cell(self._charset.glyph, "glyph", node.id), BLANK]
        cells += self._texts.name_cells(node)
        rect = Rect(x + 2, y, len(cells) - 2, 1)
        cells += self._texts.mark_cells(node)
        arriving = self._arriving.get(y, ())
        if self._label(arriving):
            opening, closing = (Cell(quote, "label", "", arriving) for quote in self._charset.quotes)
            cells += [BLANK, opening, *self._label_cells(arriving), closing]
        self._canvas.text(x, y, cells)
        self._tail[y] = x + len(cells) + 1
        return rect

    def _draw_inner(self, node: Node) -> Point:
        """What is inside a node, in the rows below it; return its corner."""
        corner = Point(self._trunk_x + INDENT, self._plan.rows[node.id] + 1)
        for turn, row in enumerate(self._inner[node.id].rows):
            self._canvas.text(corner.x, corner.y + turn, row)
        return corner

    def _label_cells(self, edges: tuple[Edge, ...]) -> list[Cell]:
        return self._texts.label_cells(self._label(edges), edges)

    def _draw_stems(self) -> None:
        """The lines in the column of the glyphs: from each node down to its links, its fan and its trunk."""
        stems: dict[str, list[tuple[int, tuple[Edge, ...]]]] = {}
        for fan in self._plan.fans:
            stems.setdefault(fan.node, []).append((fan.row, tuple(tap.edge for tap in fan.taps)))
        for link in self._plan.links:
            stems.setdefault(link.node, []).append((link.row, link.edges))
        for trunk in self._plan.trunks:
            edge = trunk.edge
            below = self._plan.rows[edge.target]
            stems.setdefault(edge.source, []).append((below, (edge,)))
            self._canvas.text(self._trunk_x + 2, trunk.row, self._label_cells((edge,)))
            self._routes[edge] = (
                Point(self._trunk_x, self._plan.rows[edge.source] + 1),
                Point(self._trunk_x, below - 1),
            )
        for node, stops in stems.items():
            above = self._plan.rows[node]
            for index, (row, _) in enumerate(stops):
                if row > above:
                    leaving = tuple(edge for _, edges in stops[index:] for edge in edges)
                    self._canvas.down(self._trunk_x, above, row, leaving)
                    above = row

    # -- buses -------------------------------------------------------------------------------------------------

    def _draw_bus(self, bus: Bus, x: int) -> None:
        """A bus's vertical line, in runs from joint to joint."""
        edges = tuple(tap.edge for tap in bus.taps)
        rows = [tap.row for tap in bus.taps]
        for above, below in pairwise(sorted({bus.row, *rows})):
            passing = edges[: bisect_right(rows, above)] if below <= bus.row else edges[bisect_left(rows, below) :]
            self._canvas.down(x, above, below, passing)

    def _fan_x(self, fan: Bus) -> int:
        return self._trunk_x - 3 - 2 * fan.lane

    def _gather_x(self, gather: Bus) -> int:
        return self._first_lane + 2 * gather.lane

    def _draw_fan(self, fan: Bus) -> None:
        x, node_row = self._fan_x(fan), self._plan.rows[fan.node]
        self._draw_bus(fan, x)
        below = fan.row > node_row  # the hub has a row of its own, since the node's row has an arrival
        start = Point(self._trunk_x, fan.row) if below else Point(self._trunk_x - 1, fan.row)
        self._canvas.across(fan.row, x, start.x, tuple(tap.edge for tap in fan.taps))
        for row, edge in fan.taps:
            self._routes[edge] = (start, Point(x, fan.row), Point(x, row), Point(self._trunk_x - 1, row))

    def _draw_arrivals(self) -> None:
        """The taps of fans, row by row: several fans may share one."""
        arrivals: dict[int, list[tuple[int, Edge]]] = {}
        for fan in self._plan.fans:
            for row, edge in fan.taps:
                arrivals.setdefault(row, []).append((self._fan_x(fan), edge))
        for row, arriving in arrivals.items():
            arriving.sort(key=lambda item: item[0])
            ends = [x for x, _ in arriving[1:]] + [self._trunk_x - 1]
            for index, end in enumerate(ends):
                self._canvas.across(row, arriving[index][0], end, tuple(edge for _, edge in arriving[: index + 1]))
            edges = tuple(edge for _, edge in arriving)
            self._canvas.text(self._trunk_x - 1, row, [Cell(self._charset.right, "arrow", "", edges)])

    def _draw_gather(self, gather: Bus) -> None:
        edges = tuple(tap.edge for tap in gather.taps)
        x, tail = self._gather_x(gather), self._tail[gather.row]
        self._draw_bus(gather, x)
        self._canvas.across(gather.row, tail, x, edges)
        self._canvas.text(tail, gather.row, [Cell(self._charset.left, "arrow", "", edges)])

    def _draw_link(self, link: Link) -> None:
        """A tap, or the taps of several gathers that one row holds."""
        at_node = link.row in self._at_node
        first = self._tail[link.row] if at_node else self._trunk_x
        self._draw_taps(link, first)
        if not at_node and self._label(link.edges):
            text = [BLANK, *self._label_cells(link.edges), BLANK]
            self._canvas.text(self._trunk_x + 2, link.row, text)
        above = [] if at_node else [Point(first, self._plan.rows[link.node] + 1)]
        for edge in link.edges:
            gather = self._gathers[edge.target]
            x = self._gather_x(gather)
            end = Point(self._tail[gather.row], gather.row)
            self._routes[edge] = (*above, Point(first, link.row), Point(x, link.row), Point(x, gather.row), end)

    def _draw_taps(self, link: Link, first: int) -> None:
        by_x: dict[int, list[Edge]] = {}
        for edge in sorted(link.edges, key=lambda edge: self._gather_x(self._gathers[edge.target])):
            by_x.setdefault(self._gather_x(self._gathers[edge.target]), []).append(edge)
        left = first
        for x in by_x:
            going = tuple(edge for lane, edges in by_x.items() if lane >= x for edge in edges)
            self._canvas.across(link.row, left, x, going)
            left = x
