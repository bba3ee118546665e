"""`graphdeck draw`: a graph as text, as JSON or as Mermaid."""

from graphdeck.graphs.drawing.export import to_json, to_mermaid, to_text
from graphdeck.graphs.drawing.rail import rail
from graphdeck.graphs.engine import Engine
from graphdeck.graphs.values import json_line
from graphdeck.tui.text import safe_name, width


async def draw(
    engine: Engine, target: str, *, columns: int | None, ascii_only: bool, mermaid: bool, as_json: bool
) -> int:
    """Print the drawing, at most `columns` cells wide where given; the exit status."""
    shape = await engine.describe(target)
    if mermaid:
        print(to_mermaid(shape.nodes, shape.edges), end="")
        return 0
    drawing = rail(shape.nodes, shape.edges, ascii=ascii_only, max_width=columns, measure=width, show=safe_name)
    print(json_line(to_json(drawing, shape.edges)) if as_json else to_text(drawing))
    return 0
