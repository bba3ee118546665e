"""The states of subgraphs in the middle of a step, beside the state that they work on."""

from graphdeck.graphs.records import Snapshot
from graphdeck.graphs.values import Json
from graphdeck.tui.theme import glyphs
from graphdeck.tui.widgets.tree_rows import Path


def with_subgraphs(snapshot: Snapshot) -> tuple[dict[str, Json], tuple[Path, ...]]:
    """The values of a state, each subgraph's own under `name ›`; and the paths of those, to be opened."""
    values, paths = dict(snapshot.values), []
    for inner in snapshot.subgraphs:
        key = f"{inner.node} {glyphs().path}"
        number = 1
        while key in values:  # several tasks of one node
            number += 1
            key = f"{inner.node} {number} {glyphs().path}"
        values[key], below = with_subgraphs(inner)
        paths += [(key,), *((key, *path) for path in below)]
    return values, tuple(paths)
