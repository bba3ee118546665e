"""Going to a node by its name: what a graph shows and what it hides, and what is found of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from graphdeck.graphs.records import END, START, GraphShape, Node
from graphdeck.tui.text import one_line, safe_name
from graphdeck.tui.widgets.graph_view import GraphView
from graphdeck.tui.widgets.live_rows import LiveRows
from graphdeck.tui.widgets.task_tree import TaskTree

_TITLES: Final = {START: "START", END: "END"}
_NAME: Final = 60


class Spot(NamedTuple):
    """A node or task that can be gone to."""

    path: str
    """The node: `team:desk`."""
    key: str
    """What the cursor goes to for it."""
    is_inside: bool = False
    """It is in a subgraph that is closed, and that can be unfolded."""
    is_folded: bool = False
    """It is drawn as one with others."""

    def has(self, wanted: str) -> bool:
        """Its name has a safe text; its path, where the text is of more than one name."""
        name = self.path if ":" in wanted else self.path.rpartition(":")[2]
        return wanted in safe_name(_TITLES.get(name, name)).casefold()

    @property
    def words(self) -> str:
        """Which one it is, where the drawing does not tell."""
        name = one_line(self.path.rpartition(":")[2], _NAME, identifier=True)
        if self.is_inside:
            return f", Enter shows {name} inside"
        return f", {name} is folded" if self.is_folded else ""


def drawn_spots(view: GraphView, nodes: Sequence[Node], subgraphs: Mapping[str, GraphShape]) -> list[Spot]:
    """All nodes of a graph in the order of its drawing, behind each drawn one those that it stands for."""
    if view.drawing is None:
        return []
    rects, members = view.drawing.rects, view.members
    groups = set(members.values())
    drawn = [node.id for node in view.drawing.nodes if node.id not in groups]
    places: dict[Spot, tuple[int, int]] = {}
    for path in dict.fromkeys([*drawn, *_paths(nodes, subgraphs)]):
        key = path
        while key and members.get(key, key) not in rects:
            key = key.rpartition(":")[0]
        if key:
            rect = rects[members.get(key, key)]
            folded = key in members
            places[Spot(path, key, key != path and not folded, folded)] = (rect.y, rect.x)
    return sorted(places, key=places.__getitem__)


def _paths(nodes: Sequence[Node], subgraphs: Mapping[str, GraphShape], prefix: str = "") -> Iterator[str]:
    for node in nodes:
        if node.id not in (START, END):
            yield prefix + node.id
        if node.id in subgraphs:
            inner = subgraphs[node.id]
            yield from _paths(inner.nodes, inner.subgraphs, f"{prefix}{node.id}:")


def tree_spots(tree: TaskTree) -> list[Spot]:
    """The rows of a task tree."""
    return [Spot(row.path, row.key) for row in tree.rows]


class NodeFinder:
    """Puts the cursor on what has the typed text in its name; what its methods return says which one it is."""

    def __init__(self, rows: LiveRows, spots: Callable[[], Sequence[Spot]]) -> None:
        self._rows = rows
        self._spots = spots
        self._began = rows.stand
        self._found: Sequence[Spot] = ()
        self._at = 0

    def look_for(self, text: str) -> str:
        """Go to the first one; to where it began, where there is none."""
        wanted = safe_name(text).casefold()
        self._found, self._at = [spot for spot in self._spots() if wanted and spot.has(wanted)], 0
        if self._found:
            return self.step(0)
        self._rows.go_back(self._began)
        return "in no name" if wanted else ""

    def step(self, step: int) -> str:
        """Go on to the next one, after the last one to the first, or back."""
        if not self._found:
            return ""
        self._at = (self._at + step) % len(self._found)
        spot = self._found[self._at]
        self._rows.go_to(spot.key)
        return f"{self._at + 1:,} of {len(self._found):,}{spot.words}"

    @property
    def chosen(self) -> Spot | None:
        """The one that the cursor was put on; None where there is none such."""
        return self._found[self._at] if self._found else None

    def give_up(self) -> None:
        """Go back to where it began."""
        self._rows.go_back(self._began)
