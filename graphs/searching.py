"""What a search over the state of all threads tells. Frozen records."""

from typing import Literal, TypeAlias

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import FileProblem

Where: TypeAlias = Literal["state", "write"]


class SearchHit(Frozen):
    """A text in a thread; of each thread the one that was found first, from its newest checkpoint on."""

    file: str
    """Checkpoint file that holds the thread."""
    thread: str
    """Thread id."""
    checkpoint: str
    """Id of the checkpoint that holds the text, or at which it was written."""
    step: int | None
    """Step of that checkpoint, -1 for the input."""
    path: str
    """Where it is in the state, dotted or a JSON Pointer; the channel of a write."""
    excerpt: str
    """The text with some of what is around it, on one line."""
    ns: str = ""
    """`checkpoint_ns`: empty for the graph itself."""
    where: Where = "state"
    """In a state, or in a write: an answer, a question, an error, or what a step has not yet put into the state."""


class SearchProgress(Frozen):
    """How far a search has come."""

    read: int
    """Bytes of state read, or passed over since their thread has been found."""
    total: int
    """Bytes to read, about; the search has ended where `read` is the same."""
    hits: int = 0
    """Threads found so far."""
    problems: tuple[FileProblem, ...] = ()
    """Files that cannot be read."""
