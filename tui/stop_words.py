"""Why a run stopped, and what it stands before, in words for people."""

from collections.abc import Sequence

from graphdeck.graphs.stopping import Stop
from graphdeck.tui.text import safe


def stop_words(stops: Sequence[Stop]) -> str:
    """All reasons, safe to show; empty without any."""
    return "; ".join(map(_reason, stops))


def _reason(stop: Stop) -> str:
    node = safe(stop.node, identifier=True)
    match stop.kind:
        case "before" | "after":
            condition = f", where {safe(stop.condition)}" if stop.condition else ""
            return f"breakpoint {stop.kind} {node}{condition}{' (in the code)' if stop.declared else ''}"
        case "to":
            return f"it was to run to {node}"
        case "watch":
            return f"{safe(stop.condition)} changed{f' in {node}' if node else ''}"
        case "step":
            return "one step is done"
        case "pause":
            return "paused at the end of a step"
        case "cancel":
            return "its nodes were cancelled"
        case "kill":
            return "it was killed"
        case "limit":
            return f"limit of {stop.steps:,} steps reached" if stop.steps else "limit of steps reached"


def stands_inside(paths: Sequence[str], following: Sequence[str]) -> str:
    """The nodes that come next, safe to show, where some are inside subgraphs; else empty."""
    return ", ".join(safe(path, identifier=True) for path in paths) if tuple(paths) != tuple(following) else ""
