"""Names and labels as a drawing shows them."""

from collections.abc import Callable, Iterable, Sequence

from graphdeck.graphs.drawing.canvas import Cell, Charset
from graphdeck.graphs.drawing.measure import Measure, cut, extent, tame, to_cells
from graphdeck.graphs.records import END, START, Edge, Node

NAME_LIMIT = 32
"""Cells of a name, at most; a longer one is cut."""
LABEL_LIMIT = 24
"""Cells of a label, at most."""
SMALLEST_NAME, SMALLEST_LABEL = 8, 6
"""Names and labels are not cut below this, however narrow the drawing should be."""

_TITLES = {START: "START", END: "END"}


def all_nodes(nodes: Iterable[Node], edges: Iterable[Edge]) -> dict[str, Node]:
    """The nodes by id, with those that only edges name."""
    by_id = {node.id: node for node in nodes}
    for edge in edges:
        for name in (edge.source, edge.target):
            if name not in by_id:
                by_id[name] = Node(id=name, kind={START: "start", END: "end"}.get(name, "node"))
    return by_id


class Texts:
    """Shows, measures and cuts the texts of one drawing."""

    def __init__(
        self, charset: Charset, measure: Measure, show: Callable[[str], str], *, labels: bool, prefix: str = ""
    ) -> None:
        self.charset = charset
        """The characters of the drawing."""
        self.name_limit, self.label_limit = NAME_LIMIT, LABEL_LIMIT
        self._measure = measure
        self._show = show
        self._labels = labels
        self._prefix = prefix

    def width(self, text: str) -> int:
        """Cells that a title or label takes, uncut."""
        return extent(text, self._measure)

    def title(self, node: Node) -> str:
        """A node's name, uncut; in a subgraph without the path that leads there."""
        name = node.id.removeprefix(self._prefix)
        return tame(self._show(_TITLES.get(name, name)), self.charset, self._measure)

    def label(self, edge: Edge) -> str:
        """An edge's label, uncut; empty where no labels are drawn."""
        return tame(self._show(edge.label), self.charset, self._measure) if edge.label and self._labels else ""

    def name_cells(self, node: Node) -> list[Cell]:
        """A node's name, cut."""
        return to_cells(
            cut(self.title(node), self.name_limit, self._measure, self.charset.cut),
            "name",
            self._measure,
            node=node.id,
        )

    def mark_cells(self, node: Node) -> list[Cell]:
        """What is said of a node after its name: what is inside, where it waits, and where it goes."""
        charset = self.charset
        marks = (
            charset.hidden if node.hidden_graph else "",
            charset.deferred if node.defer else "",
            charset.unknown if node.unknown_targets else "",
        )
        return [Cell(char, "mark", node.id) for mark in marks if mark for char in " " + mark]

    def label_cells(self, label: str, edges: Sequence[Edge]) -> list[Cell]:
        """A label, cut, as that of these edges."""
        text = cut(label, self.label_limit, self._measure, self.charset.cut)
        return to_cells(text, "label", self._measure, edges=tuple(edges))
