"""Drawings and graphs for other eyes: plain text, JSON and Mermaid."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import count

from graphdeck.graphs.drawing.canvas import Drawing
from graphdeck.graphs.drawing.inside import CLOSED, Inside
from graphdeck.graphs.drawing.orientation import FlowDirection
from graphdeck.graphs.records import END, START, Edge, Node
from graphdeck.graphs.values import Json

_SHAPES = {"start": ('(["', '"])'), "end": ('(["', '"])'), "subgraph": ('[["', '"]]')}
_SPECIAL = r"[^\w .,:/()+\-]"


def to_text(drawing: Drawing) -> str:
    """The drawing as lines of text, without trailing blanks."""
    return "\n".join("".join([cell.text for cell in row]).rstrip() for row in drawing.rows)


def to_json(drawing: Drawing, edges: Iterable[Edge]) -> dict[str, Json]:
    """Nodes with their rectangles (in cells of the text) and why a graph inside is hidden, and edges."""
    nodes: list[Json] = []
    for node in drawing.nodes:
        rect = drawing.rects[node.id]
        place: dict[str, Json] = {"x": rect.x, "y": rect.y, "width": rect.width, "height": rect.height}
        hidden: dict[str, Json] = {"hidden_graph": node.hidden_graph} if node.hidden_graph else {}
        nodes.append({"id": node.id, "kind": node.kind, **place, **hidden})
    lines: list[Json] = [
        {
            "source": edge.source,
            "target": edge.target,
            "label": edge.label,
            "conditional": edge.conditional,
            "observed": edge.observed,
        }
        for edge in edges
    ]
    return {"nodes": nodes, "edges": lines}


def to_mermaid(
    nodes: Sequence[Node],
    edges: Sequence[Edge],
    direction: FlowDirection = "TB",
    inside: Inside = CLOSED,
    *,
    ascii: bool = False,
) -> str:
    """A Mermaid flowchart; conditional edges are dotted, observed ones dotted with a round end.

    Nodes are called n0, n1, ...: a name of the graph may be a word of Mermaid's own. Open subgraphs are Mermaid's.
    """
    first = "flowchart LR" if direction == "LR" else "flowchart TD"
    text = "\n".join([first, *_mermaid(nodes, edges, inside, "", count())]) + "\n"
    return re.sub(r"[^\n -~]", _code, text) if ascii else text


def _mermaid(
    nodes: Sequence[Node], edges: Sequence[Edge], inside: Inside, prefix: str, numbers: Iterator[int]
) -> Iterator[str]:
    """The lines of a graph whose nodes have paths that begin like this."""
    indent = "    " * (1 + prefix.count(":"))
    ids: dict[str, str] = {}
    for node in nodes:
        ids[node.id] = name = f"n{next(numbers)}"
        title = _quoted({START: "START", END: "END"}.get(node.id, node.id))
        path, shape = prefix + node.id, inside.subgraphs.get(node.id)
        if shape is not None and path in inside.opened:
            yield f'{indent}subgraph {name}["{title}"]'
            yield from _mermaid(shape.nodes, shape.edges, Inside(shape.subgraphs, inside.opened), f"{path}:", numbers)
            yield f"{indent}end"
        else:
            opening, closing = _SHAPES.get(node.kind, ('["', '"]'))
            yield f"{indent}{name}{opening}{title}{closing}"
    for edge in edges:
        label = f'|"{_quoted(edge.label)}"|' if edge.label else ""
        arrow = "-.-o" if edge.observed else "-.->" if edge.conditional else "-->"
        yield f"{indent}{ids[edge.source]} {arrow}{label} {ids[edge.target]}"


def _quoted(text: str) -> str:
    """A text with all that Mermaid could read as its own as character codes; a blank one as a space."""
    return re.sub(_SPECIAL, _code, text) or " "


def _code(match: re.Match[str]) -> str:
    return f"#{ord(match[0])};"
