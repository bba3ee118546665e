"""Graphs as drawings for a terminal: pure functions from nodes and edges to cells, rectangles and routes."""

from graphdeck.graphs.drawing.canvas import Cell, CellKind, Drawing, LineKind, Point, Rect, Row, line_kind
from graphdeck.graphs.drawing.export import to_json, to_mermaid, to_text
from graphdeck.graphs.drawing.fold import Folded, fold
from graphdeck.graphs.drawing.rail import rail

__all__ = [
    "Cell",
    "CellKind",
    "Drawing",
    "Folded",
    "LineKind",
    "Point",
    "Rect",
    "Row",
    "fold",
    "line_kind",
    "rail",
    "to_json",
    "to_mermaid",
    "to_text",
]
