"""`graphdeck draw`: a graph as text, as JSON, as Mermaid or as an SVG picture."""

import sys
from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from graphdeck.graphs.drawing.choose import Lettering, Room, Style, Wish, picture
from graphdeck.graphs.drawing.export import to_json, to_mermaid, to_text
from graphdeck.graphs.drawing.inside import Inside, subgraph_paths
from graphdeck.graphs.drawing.orientation import FlowDirection
from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.records import GraphShape
from graphdeck.graphs.values import json_line
from graphdeck.tui.text import safe, safe_name, width
from graphdeck.tui.theme import ASCII, glyphs

Form: TypeAlias = Literal["text", "json", "mermaid", "svg"]


class Wanted(NamedTuple):
    """What is to be printed."""

    style: Style = "rail"
    direction: FlowDirection | None = None
    """Of a flow and of Mermaid; a flow takes the one that fits."""
    columns: int | None = None
    """Cells at the most; None where there is no end to them."""
    ascii_only: bool = False
    form: Form = "text"
    unfold: bool = False
    """Draw every subgraph in the place of its node."""
    unfolded: Sequence[str] = ()
    """Paths of the nodes whose subgraphs are drawn in their place: `team`, `team:desk`."""

    def letters(self, name: str) -> str:
        """The name of a node, an edge or a task, safe to show."""
        return safe(name, identifier=True, ascii_only=True) if self.ascii_only else safe_name(name)


async def draw(engine: Engine, target: str, wanted: Wanted) -> int:
    """Print the drawing, and what its signs mean; the exit status.

    A graph whose flow does not fit is drawn as a rail, and one of the functional API as the tree of its tasks; a line
    on stderr says so. Raises InputError where a node that is to be unfolded has no subgraph.
    """
    shape = await engine.describe(target)
    if shape.kind == "functional" and wanted.form == "text":
        from graphdeck.tui.plain.draw_tasks import task_tree

        tree, said = await task_tree(engine, shape, ASCII if wanted.ascii_only else glyphs(), wanted.letters)
        print(tree)
        print(f"graphdeck: {said}", file=sys.stderr)
        return 0
    inside = Inside(shape.subgraphs, _opened(shape, wanted))
    if wanted.form == "mermaid":
        print(to_mermaid(shape.nodes, shape.edges, wanted.direction or "TB", inside, ascii=wanted.ascii_only), end="")
        return 0
    found = picture(
        shape.nodes,
        shape.edges,
        Room(wanted.columns),
        wish=Wish(wanted.style, wanted.direction),
        folding=False,
        beyond=False,
        inside=inside,
        lettering=_lettering(wanted),
    )
    if found.style != wanted.style:
        room = "here" if wanted.columns is None else f"in {wanted.columns} columns"
        print(f"graphdeck: no flow of this graph fits {room}: drawn as a rail", file=sys.stderr)
    if wanted.form == "json":
        drawing = to_json(found.drawing, (*shape.edges, *inside.edges()))
        print(json_line({**drawing, "tasks": [task.id for task in shape.tasks]}))
    elif wanted.form == "svg":
        from graphdeck.graphs.drawing.svg import to_svg

        picture_of = to_svg(found.drawing)
        print(picture_of.encode("ascii", "xmlcharrefreplace").decode() if wanted.ascii_only else picture_of, end="")
    else:
        from graphdeck.tui.sign_words import legend

        print(to_text(found.drawing))
        if meanings := legend(found.drawing, wanted.columns, ascii=wanted.ascii_only):
            print(f"\n{meanings}")
        if wanted.columns is not None and (wide := found.drawing.width) > wanted.columns:
            more = f"{wide:,} columns wide, more than {wanted.columns:,}"
            print(f"graphdeck: the drawing is {more}: pipe it to less -S, which scrolls sideways", file=sys.stderr)
    return 0


def _lettering(wanted: Wanted) -> Lettering:
    """How names are shown; an SVG picture has other ways to say in ASCII what is none."""
    return (
        Lettering(False, width, safe_name)
        if wanted.form == "svg"
        else Lettering(wanted.ascii_only, width, wanted.letters)
    )


def _opened(shape: GraphShape, wanted: Wanted) -> set[str]:
    """The paths of the subgraphs that are drawn in place: those that were asked for, and what they are in."""
    known = subgraph_paths(shape.subgraphs)
    if wanted.unfold:
        return known
    opened: set[str] = set()
    for path in wanted.unfolded:
        if path not in known:
            there = f"there are: {', '.join(sorted(known))}" if known else "this graph has none"
            raise InputError(f"there is no subgraph {path!r}", there)
        names = path.split(":")
        opened |= {":".join(names[:end]) for end in range(1, len(names) + 1)}
    return opened
