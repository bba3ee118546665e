"""How the graph of the deck is laid out: which style is wished for, and which subgraphs are open."""

from collections.abc import Mapping, Sequence

from graphdeck.graphs.drawing.choose import Lettering, Picture, Room, Style, Wish, picture
from graphdeck.graphs.drawing.inside import Inside, subgraph_paths
from graphdeck.graphs.records import Edge, GraphShape, Node
from graphdeck.tui.text import ascii_mode, one_line, safe_name, width


class Layout:
    """What a person has set; kept while the deck is open."""

    def __init__(self) -> None:
        self._style: Style | None = None
        self.opened: frozenset[str] = frozenset()
        """Paths of the nodes whose subgraphs are open."""

    def picture(
        self, nodes: Sequence[Node], edges: Sequence[Edge], subgraphs: Mapping[str, GraphShape], room: Room
    ) -> Picture:
        """The drawing for a room."""
        inside, lettering = Inside(subgraphs, self.opened), Lettering(ascii_mode(), width, safe_name)
        return picture(nodes, edges, room, wish=Wish(self._style), inside=inside, lettering=lettering)

    def turn_style(self) -> str:
        """Take the next of the styles: what fits, a flow, a rail; what to say of it."""
        styles: tuple[Style | None, ...] = (None, "flow", "rail")
        self._style = styles[(styles.index(self._style) + 1) % len(styles)]
        if self._style == "flow":
            return "the graph in boxes: l has one row a node"
        if self._style == "rail":
            return "the graph with one row a node: l takes what fits"
        return "the graph as it fits: l has boxes"

    def open_around(self, path: str) -> None:
        """Open the subgraphs that a node is in."""
        names = path.split(":")
        self.opened |= {":".join(names[:end]) for end in range(1, len(names))}

    def turn_subgraph(self, node: str, subgraphs: Mapping[str, GraphShape], why_not: str = "") -> tuple[str, str]:
        """Open the subgraph of a node, or close it, or the one that the node is in.

        Return the node that the cursor belongs on then, and what to say: `why_not`, if given, where there is none.
        """
        parent = node.rpartition(":")[0]
        if node in self.opened:
            self.opened -= {node}
            return node, f"{one_line(node, 40)} is folded: z unfolds it"
        if node in subgraph_paths(subgraphs):
            self.opened |= {node}
            return node, f"{one_line(node, 40)} is unfolded: z folds it"
        if parent in self.opened:
            self.opened -= {parent}
            return parent, f"{one_line(parent, 40)} is folded: z unfolds it"
        return node, why_not or "no subgraph: z unfolds a node that is a graph itself"
