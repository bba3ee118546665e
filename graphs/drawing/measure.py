"""Texts in terminal cells: how wide they are, where they are cut, which character stands in which cell."""

import unicodedata
from collections.abc import Callable, Iterator
from typing import TypeAlias

from graphdeck.graphs.drawing.canvas import Cell, CellKind, Charset
from graphdeck.graphs.records import Edge

Measure: TypeAlias = Callable[[str], int]

_JOINER = "\N{ZERO WIDTH JOINER}"
_BREAKS_ROWS = {"Cc", "Cs", "Zl", "Zp"}  # controls, lone surrogates, line and paragraph separators
_TURNS_ROWS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # bidirectional formatting


def width(text: str) -> int:
    """Cells that a text takes: two for a wide character, none for a combining mark or a format character."""
    return len(text) if text.isascii() else sum(map(_char_width, text))


def _char_width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def tame(text: str, charset: Charset, measure: Measure) -> str:
    """A text in which nothing can move the cells beside it."""
    if text.isascii() and text.isprintable():
        return text
    tamed = "".join(charset.broken if _is_wild(char) else char for char in text)
    if tamed and measure(tamed[0]) == 0:  # a mark that would combine with what stands before the text
        return charset.broken + tamed
    return tamed


def _is_wild(char: str) -> bool:
    return unicodedata.category(char) in _BREAKS_ROWS or unicodedata.bidirectional(char) in _TURNS_ROWS


def extent(text: str, measure: Measure) -> int:
    """Cells that `to_cells` gives for a text: the whole may measure less than its characters."""
    return len(text) if text.isascii() else sum(map(measure, _clusters(text, measure)))


def cut(text: str, limit: int, measure: Measure, mark: str) -> str:
    """The text, or as much of it as leaves room for the mark within `limit` cells."""
    if extent(text, measure) <= limit:
        return text
    kept, room = "", limit - measure(mark)
    for cluster in _clusters(text, measure):
        room -= measure(cluster)
        if room < 0:
            break
        kept += cluster
    return kept + mark


def to_cells(
    text: str, kind: CellKind, measure: Measure, *, node: str = "", edges: tuple[Edge, ...] = ()
) -> list[Cell]:
    """The cells of a text; a wide character is followed by empty ones."""
    if text.isascii():
        return [Cell(char, kind, node, edges) for char in text]
    cells: list[Cell] = []
    for cluster in _clusters(text, measure):
        cells.append(Cell(cluster, kind, node, edges))
        cells.extend(Cell("", kind, node, edges) for _ in range(measure(cluster) - 1))
    return cells


def _clusters(text: str, measure: Measure) -> Iterator[str]:
    """Characters, each with the marks and joined characters that follow it."""
    if text.isascii():
        yield from text
        return
    cluster = ""
    for char in text:
        if cluster and (measure(char) == 0 or cluster.endswith(_JOINER)):
            cluster += char
            continue
        if cluster:
            yield cluster
        cluster = char
    if cluster:
        yield cluster
