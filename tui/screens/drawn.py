"""The graph that is drawn of a look: with what nobody declared and its thread was seen to do."""

from collections.abc import Collection
from typing import TYPE_CHECKING

from graphdeck.graphs.observed import NO_PAIRS, Pair, into_pairs, observed_pairs, with_observed
from graphdeck.graphs.records import GraphShape

if TYPE_CHECKING:
    from graphdeck.tui.screens.look import Look


def drawn(look: "Look") -> GraphShape | None:
    """The graph with all that the thread did, whichever checkpoint is looked at: a drawing keeps its lines."""
    newest = look.view_from(None)
    taken = newest.taken
    likely = taken.times.keys() - taken.told
    return look.shape and with_observed(look.shape, taken.told | into_pairs(newest.nodes), likely)


def unkept(look: "Look") -> Collection[Pair]:
    """What a thread of this graph, and surely of this one, was seen to do and its shape does not tell yet."""
    told = {saved.graph for saved in (look.snapshot, look.row) if saved is not None}
    if look.is_graph_named:
        told.discard("")
    if look.shape is None or not told <= {look.graph}:
        return NO_PAIRS
    newest = look.view_from(None)
    seen = with_observed(look.shape, newest.taken.told | into_pairs(newest.nodes))
    return NO_PAIRS if seen is look.shape else {*observed_pairs(seen)}.difference(observed_pairs(look.shape))
