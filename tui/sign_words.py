"""What the signs of a drawing mean, in words."""

import textwrap
from collections.abc import Iterator
from typing import Final

from graphdeck.graphs.drawing.canvas import ASCII, UNICODE, Drawing
from graphdeck.graphs.records import Node
from graphdeck.tui.text import safe

UNKNOWN_TARGETS: Final = "targets unknown: add a path map or a Literal return type"
DEFERRED: Final = "deferred: waits until all other tasks are done"
OBSERVED: Final = "seen taken, not declared"
HIDDEN_GRAPH: Final = "a graph inside that LangGraph does not find: nothing in it can be drawn or stopped at"
_LEAST: Final = 20
"""Cells that the words are given, however narrow the drawing is."""


def node_words(node: Node) -> Iterator[str]:
    """What is said of a node by the signs after its name, but for a graph inside that is hidden."""
    if node.defer:
        yield DEFERRED
    if node.unknown_targets:
        yield UNKNOWN_TARGETS


def hidden_words(node: Node) -> str:
    """Why a graph inside a node is hidden, in few words; empty without one."""
    return f"graph inside not found: {node.hidden_graph}" if node.hidden_graph else ""


def legend(drawing: Drawing, columns: int | None = None, *, ascii: bool = False) -> str:
    """A line for each sign that a drawing has, wrapped into so many cells; empty without any."""
    told = {words for node in drawing.nodes for words in node_words(node)}
    hidden: dict[str, list[str]] = {}
    for node in drawing.nodes:
        if node.hidden_graph:
            told.add(HIDDEN_GRAPH)
            hidden.setdefault(node.hidden_graph, []).append(safe(node.id, identifier=True, ascii_only=ascii))
    if any(edge.observed for edge in drawing.routes):
        told.add(OBSERVED)
    charset = ASCII if ascii else UNICODE
    signs = {
        charset.hidden: HIDDEN_GRAPH,
        charset.deferred: DEFERRED,
        charset.unknown: UNKNOWN_TARGETS,
        3 * charset.horizontal["observed"]: OBSERVED,
    }
    indent = max(map(len, signs)) + 2
    cells = max(columns or 120, indent + _LEAST)
    lines = [
        textwrap.fill(words, cells, initial_indent=sign.ljust(indent), subsequent_indent=" " * indent)
        for sign, words in signs.items()
        if words in told
    ]
    reasons = (f"{why}: {', '.join(nodes)}" for why, nodes in hidden.items())
    lines[1:1] = [
        textwrap.fill(why, cells, initial_indent=" " * indent, subsequent_indent=" " * indent) for why in reasons
    ]
    return "\n".join(lines)
