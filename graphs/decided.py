"""Decisions on record: what was answered to a question, by whom, and what became of it."""

from typing import Literal, TypeAlias

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.values import Json

Outcome: TypeAlias = Literal["applied", "refused", "lost", "sent", "unknown"]


class DecisionRecord(Frozen):
    """An answer that was given to an interrupt, as the record of decisions has it."""

    id: str
    """Decision id."""
    time: str
    """When it was about to be sent, ISO 8601 UTC."""
    user: str
    """Login name of who sent it."""
    host: str
    """Host name of the machine that it was sent from."""
    run: str
    """Id of the run that was to apply it."""
    graph: str
    """Target."""
    file: str
    """Checkpoint file of the thread."""
    thread: str
    """Thread id."""
    checkpoint: str
    """Id of the checkpoint that waited; empty where the thread could not be read."""
    interrupt: str
    """Interrupt id."""
    path: tuple[str, ...]
    """Node names from the outermost graph to the node that asked; empty where the question was not found."""
    actions: tuple[str, ...]
    """Tools that asked to run; else what the question is about."""
    payload: str
    """SHA-256 of the question's payload in JSON form; empty where the question was not found."""
    decision: Json
    """The answer, in JSON form; null for an act."""
    by: str
    """What decided: `key`, `command line`, or `rule NAME`; empty where the front end did not say."""
    outcome: Outcome
    """`applied`: the node that asked has received it. `refused`: it was not given to the graph. `lost`: the run ended
    without it, or died. `sent`: its run goes on. `unknown`: nobody wrote what became of it."""
    act: str = ""
    """What was done in place of an answer, `end`, `repair`, or `drop` by new input; empty for an answer."""
    why: str = ""
    """Why it was refused or lost."""
    settled: str = ""
    """When the outcome was known, ISO 8601 UTC; empty for `sent` and `unknown`."""

    @property
    def origin(self) -> str:
        """Who gave it and when, as in `kim@host at 2026-05-01 12:04:11 UTC`."""
        return f"{self.user}@{self.host} at {self.time[:19].replace('T', ' ')} UTC"
