"""The stops that a project keeps for runs in the deck: a command uses them where it is told to, else it names them."""

import dataclasses
import sys
from collections.abc import Sequence
from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.stopping import Breakpoint, KeptStop, breakpoint_text, told_to_run
from graphdeck.tui.text import one_line

_NAMED: Final = 3
_CELLS: Final = 60


async def stops_for(engine: Engine, graph: str, *, used: bool) -> tuple[KeptStop, ...]:
    """What the project keeps to stop runs of a graph, where it is to be used; else it is told on standard error."""
    try:
        kept = told_to_run(await engine.stops(graph))
    except GraphdeckError:  # whoever runs the graph tells what is wrong with it
        return ()
    if kept and not used:
        print(f"not used: {_words(kept)}, kept for runs in the deck; --stops uses them", file=sys.stderr, flush=True)
    return kept if used else ()


async def with_kept_stops(engine: Engine, request: RunRequest, *, used: bool) -> RunRequest:
    """The request with the stops that the project keeps, where they are to be used."""
    return dataclasses.replace(request, kept=await stops_for(engine, request.graph, used=used))


def _words(stops: Sequence[KeptStop]) -> str:
    """Some stops in words; safe to show."""
    left = len(stops) - _NAMED
    told = [one_line(_word(stop), _CELLS, identifier=True) for stop in stops[:_NAMED]]
    return ", ".join([*told, *([f"and {left} more"] if left > 0 else [])])


def _word(stop: KeptStop) -> str:
    if not isinstance(stop, Breakpoint):
        return f"watch {stop.path}"
    does = "no stop" if stop.declared else "stop"
    return f"{does} {stop.when} {breakpoint_text(stop)}"
