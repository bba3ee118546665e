"""Which nodes of a drawing have breakpoints, and the cells in which that is told. Pure."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Literal, TypeAlias

from graphdeck.graphs.stopping import IF, Breakpoint, When
from graphdeck.tui.theme import glyphs

if TYPE_CHECKING:
    from graphdeck.graphs.drawing.canvas import Drawing

Kind: TypeAlias = Literal["always", "if"]
Marks: TypeAlias = Mapping[tuple[str, When], Kind]
"""By node and side: does it stop always, or under a condition?"""


def marks_of(points: Iterable[Breakpoint]) -> Marks:
    """The marks of some breakpoints; of several at one place, one that stops always is told."""
    found: dict[tuple[str, When], Kind] = {}
    for point in points:
        if not point.condition:
            found[point.node, point.when] = "always"
        else:
            found.setdefault((point.node, point.when), "if")
    return found


def stop_texts(points: Iterable[Breakpoint]) -> Mapping[str, str]:
    """By node, its breakpoints in words, as `stops before it, after it if total > 3`; raw."""
    found: dict[str, list[str]] = {}
    for point in sorted(points, key=lambda point: point.when == "after"):
        found.setdefault(point.node, []).append(f"{point.when} it{IF * bool(point.condition)}{point.condition}")
    return {node: f"stops {', '.join(sides)}" for node, sides in found.items()}


def mark_cells(drawing: "Drawing", marks: Marks, members: Mapping[str, str]) -> Mapping[int, Mapping[int, str]]:
    """By row and column, the sign of each mark: left of a node's name for before it, right of it for after it.

    In a box these are its sides, else the cells around the name; a node that is folded is marked where it is folded.
    """
    found: dict[int, dict[int, str]] = {}
    for (node, when), kind in marks.items():
        drawn = members.get(node, node)
        rect, box = drawing.rects.get(drawn), drawing.boxes.get(drawn)
        if rect is None:
            continue
        column = rect.x - 1 if when == "before" else rect.x + rect.width
        if box is not None and rect.y > box.y:  # the name of an open subgraph stands in its frame's first row
            column = box.x if when == "before" else box.x + box.width - 1
        found.setdefault(rect.y, {})[column] = glyphs().breakpoint if kind == "always" else glyphs().conditional
    return found
