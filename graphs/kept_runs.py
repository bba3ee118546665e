"""Runs on record: when they were, how they ended, what they used."""

from typing import TYPE_CHECKING, Literal, TypeAlias

from graphdeck.graphs.events import RunStatus
from graphdeck.graphs.frozen import Frozen

if TYPE_CHECKING:
    from graphdeck.graphs.stopping import Stop

KeptStatus: TypeAlias = RunStatus | Literal["running"]


class RunRecord(Frozen):
    """A run, as the record of its events has it."""

    id: str
    """The run's id."""
    thread: str
    """Thread id."""
    graph: str
    """Target, as it was asked for."""
    file: str
    """Checkpoint file that it wrote."""
    started: str
    """ISO 8601, UTC."""
    ended: str = ""
    """ISO 8601, UTC: of its last event where the record has no end; empty while it runs."""
    status: KeptStatus
    """How it ended; `lost` also where whoever wrote the record was gone before the run had ended."""
    why: str = ""
    """The error that ended it; empty without one."""
    stops: "tuple[Stop, ...]" = ()
    """Why it stopped, all reasons."""
    steps: int = 0
    """Steps of the graph that it finished, those of subgraphs not counted."""
    tokens: int = 0
    """Tokens that its models used, where their messages tell it."""
    cost: float | None = None
    """What they cost, where the messages tell it."""
    left_out: int = 0
    """Events that the record has no room for."""
