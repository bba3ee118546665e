"""What the signs of a drawing mean, in words."""

import textwrap
from collections.abc import Iterator
from typing import Final

from graphdeck.graphs.drawing.canvas import ASCII, UNICODE, Drawing
from graphdeck.graphs.records import Node

UNKNOWN_TARGETS: Final = "targets unknown: add a path map or a Literal return type"
DEFERRED: Final = "deferred: waits until all other tasks are done"
OBSERVED: Final = "seen taken, not declared"
_LEAST: Final = 20
"""Cells that the words are given, however narrow the drawing is."""


def node_words(node: Node) -> Iterator[str]:
    """What is said of a node by the signs after its name."""
    if node.defer:
        yield DEFERRED
    if node.unknown_targets:
        yield UNKNOWN_TARGETS


def legend(drawing: Drawing, columns: int | None = None, *, ascii: bool = False) -> str:
    """A line for each sign that a drawing has, wrapped into so many cells; empty without any."""
    told = {words for node in drawing.nodes for words in node_words(node)}
    if any(edge.observed for edge in drawing.routes):
        told.add(OBSERVED)
    charset = ASCII if ascii else UNICODE
    signs = {
        charset.deferred: DEFERRED,
        charset.unknown: UNKNOWN_TARGETS,
        3 * charset.horizontal["observed"]: OBSERVED,
    }
    indent = max(map(len, signs)) + 2
    cells = max(columns or 120, indent + _LEAST)
    return "\n".join(
        textwrap.fill(words, cells, initial_indent=sign.ljust(indent), subsequent_indent=" " * indent)
        for sign, words in signs.items()
        if words in told
    )
