"""The graph that is drawn of a look: with the edges that nobody declared and that its thread was seen to take."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from graphdeck.graphs.observed import NO_PAIRS, Pair, observed_pairs, with_observed
from graphdeck.graphs.records import GraphShape

if TYPE_CHECKING:
    from graphdeck.tui.screens.look import Look
    from graphdeck.tui.widgets.taken_edges import Taken


def drawn(look: "Look") -> GraphShape | None:
    """The graph with all edges that the thread took, whichever checkpoint is looked at: a drawing keeps its lines."""
    taken = _taken(look)
    return look.shape and with_observed(look.shape, taken.told, taken.times.keys() - taken.told)


def unkept(look: "Look") -> Collection[Pair]:
    """The edges that a thread of this graph, and surely of this one, took and that its shape has not yet."""
    told = {saved.graph for saved in (look.snapshot, look.row) if saved is not None}
    if look.is_graph_named:
        told.discard("")
    if look.shape is None or not told <= {look.graph}:
        return NO_PAIRS
    seen = with_observed(look.shape, _taken(look).told)
    return NO_PAIRS if seen is look.shape else {*observed_pairs(seen)}.difference(observed_pairs(look.shape))


def _taken(look: "Look") -> "Taken":
    """What is known of the edges at the newest state of the thread."""
    return look.view_from(None).taken
