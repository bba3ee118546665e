"""Tasks of the step that a thread stands in: the runs of one node each, as far as they are over."""

from collections.abc import Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.values import Json

if TYPE_CHECKING:
    from graphdeck.graphs.records import PendingInterrupt


class FailedTask(Frozen):
    """An unfinished task with an error."""

    node: str
    """Node name."""
    error: str
    """The error as it is stored: the repr of the exception."""
    question: "PendingInterrupt | None" = None
    """What it had asked, where it failed after it had received `answer`; it asks no more and gets that one again."""
    answer: Json = None
    """That answer, in JSON form."""


class FinishedTask(Frozen):
    """A task that has finished while others of its step have not; it does not run again when they go on."""

    node: str
    """Node name."""
    results: tuple[str, ...] = ()
    """Ids of the tool calls whose results it has written."""
    wrote: tuple[str, ...] = ()
    """State keys that it has written; they join the state when the step ends."""
    called: bool = False
    """A task of the functional API that `node` called, or one that it called; its own name is not known."""


class RanTask(Frozen):
    """A task as its rows tell it: what it wrote, where it led, how it ended."""

    id: str
    """Task id."""
    node: str
    """Node name."""
    wrote: tuple[str, ...] = ()
    """State keys that it wrote, also where the value stayed the same; none of a node that wrote nothing."""
    routed: tuple[str, ...] = ()
    """Nodes that it sent the run to, by an edge, a router, a `goto` or a `Send`: rows do not tell which; never END.

    A node that waits for several others is named by each of them.
    """
    error: str = ""
    """The error as it is stored, also where it was run again and finished then; empty without one."""
    waits: bool = False
    """It asks, and has no answer."""
    finished: bool = True
    """It has written its output."""
    inner: tuple[str, ...] = ()
    """`checkpoint_ns` of the subgraphs that it ran, whose checkpoints `history` gives."""
    path: str = ""
    """How it was called, where another task called it: then `node` is that of the outermost caller.

    Rows do not keep the name of such a task; task_ids.py can prove a guess at it.
    """


class TaskValues(Frozen):
    """What a task was given and what it wrote, whole."""

    argument: Json = None
    """What its `Send` gave it, or the input that the graph was started with; meant only where `has_argument`."""
    has_argument: bool = False
    """It was given a value of its own; else the state at the checkpoint that it began at."""
    wrote: Mapping[str, Json] = field(default_factory=dict)
    """By state key, what it wrote, before a reducer took it in; a key that it wrote several times has them as a list.

    What a task or an entrypoint of the functional API returned is under `__return__` or `__end__`.
    """
