"""What a person is asked: a thread's questions, and what is known around them."""

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.questions.model import Sheet


class Asked(Frozen):
    """The questions of one thread, as a panel shows them."""

    graph: str
    """The graph in a word or two."""
    thread: str
    """Thread id."""
    title: str = ""
    """The thread in words; may be empty."""
    sheet: Sheet
    """The actions to decide, with the decisions that were made already."""
    trouble: str = ""
    """Why the answers that were sent last were refused; empty where none were."""

    def __post_init__(self) -> None:
        if not self.sheet.actions:
            raise ValueError("nothing waits for a decision")
