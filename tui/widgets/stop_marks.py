"""Which nodes of a drawing have breakpoints, and the cells in which that is told. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from graphdeck.graphs.stopping import IF, Breakpoint, When
from graphdeck.tui.theme import glyphs

if TYPE_CHECKING:
    from graphdeck.graphs.drawing.canvas import Drawing, Rect

Kind: TypeAlias = Literal["if", "declared", "always"]
Marks: TypeAlias = Mapping[tuple[str, When], Kind]
"""By node and side: does it stop always, by the graph's own code, or under a condition?"""

_RANK: Final[tuple[Kind, ...]] = ("if", "declared", "always")
"""Of several breakpoints at one place, the one is told that stands last here."""


def marks_of(points: Iterable[Breakpoint]) -> Marks:
    """The marks of those breakpoints that are on, and do something."""
    found: dict[tuple[str, When], Kind] = {}
    for point in points:
        if not (point.off or point.missing):
            place, kind = (point.node, point.when), _kind(point)
            found[place] = max(found.get(place, kind), kind, key=_RANK.index)
    return found


def _kind(point: Breakpoint) -> Kind:
    return "declared" if point.declared else "if" if point.condition else "always"


def stop_texts(points: Iterable[Breakpoint]) -> Mapping[str, str]:
    """By node, its breakpoints in words, as `stops before it, after it if total > 3`; raw.

    Of a node that is a subgraph, also those inside: `breakpoint inside: before desk:review`.
    """
    ordered = sorted(points, key=lambda point: point.when == "after")
    on = [point for point in ordered if not (point.off or point.missing)]
    own = _listed((point.node, _side(point, "it")) for point in on)
    cleared = _listed((point.node, f"{point.when} it") for point in ordered if point.off and point.declared)
    inside = _listed(
        (":".join(names[:end]), _side(point, ":".join(names[end:])))
        for point in on
        if (names := point.node.split(":"))
        for end in range(1, len(names))
    )
    return _listed(
        [
            *((node, f"stops {words}") for node, words in own.items()),
            *((node, f"the stop of the code {words} is off") for node, words in cleared.items()),
            *((node, f"breakpoint inside: {words}") for node, words in inside.items()),
        ],
        between="; ",
    )


def _side(point: Breakpoint, node: str) -> str:
    condition = f"{IF}{point.condition}" if point.condition else ""
    return f"{point.when} {node}{condition}{' (in the code)' if point.declared else ''}"


def _listed(words: Iterable[tuple[str, str]], *, between: str = ", ") -> Mapping[str, str]:
    found: dict[str, list[str]] = {}
    for node, text in words:
        found.setdefault(node, []).append(text)
    return {node: between.join(texts) for node, texts in found.items()}


def mark_cells(drawing: "Drawing", marks: Marks, members: Mapping[str, str]) -> Mapping[int, Mapping[int, str]]:
    """By row and column, the sign of each mark: left of a node's name for before it, right of it for after it.

    In a box these are its sides, else the cells around the name; a node that is folded is marked where it is folded. A
    closed subgraph with a breakpoint inside is marked at the right, where it has no mark of its own there.
    """
    signs = glyphs()
    told = {"always": signs.breakpoint, "if": signs.conditional, "declared": signs.declared}
    found: dict[int, dict[int, str]] = {}
    for (node, when), kind in marks.items():
        if rect := drawing.rects.get(members.get(node, node)):
            found.setdefault(rect.y, {})[_column(drawing, members.get(node, node), rect, when)] = told[kind]
    for node, _ in marks:
        if members.get(node, node) not in drawing.rects:
            for closed, rect in _closed(drawing, node, members):
                found.setdefault(rect.y, {}).setdefault(_column(drawing, closed, rect, "after"), signs.inside)
    return found


def _column(drawing: "Drawing", drawn: str, rect: "Rect", when: When) -> int:
    box = drawing.boxes.get(drawn)
    if box is not None and rect.y > box.y:  # the name of an open subgraph stands in its frame's first row
        return box.x if when == "before" else box.x + box.width - 1
    return rect.x - 1 if when == "before" else rect.x + rect.width


def _closed(drawing: "Drawing", node: str, members: Mapping[str, str]) -> "Iterator[tuple[str, Rect]]":
    """The innermost subgraph around a node that is drawn; none of a node that the graph has not."""
    names = node.split(":")
    for end in range(len(names) - 1, 0, -1):
        around = ":".join(names[:end])
        drawn = members.get(around, around)
        if drawn in drawing.rects:
            yield drawn, drawing.rects[drawn]
            return
