"""What a person is asked: a thread's questions, and what is known around them."""

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.questions.model import Action, Sheet
from graphdeck.graphs.records import Snapshot


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
    snapshot: Snapshot | None = None
    """The state that the thread waits in; None where it is not known."""
    trouble: str = ""
    """Why the answers that were sent last were refused; empty where none were."""

    def __post_init__(self) -> None:
        if not self.sheet.actions:
            raise ValueError("nothing waits for a decision")

    def inner(self, action: Action) -> Snapshot | None:
        """The state of the subgraph that asks; None where the graph itself does, or the state is not known."""
        found = None
        states = self.snapshot.subgraphs if self.snapshot else ()
        while here := next((each for each in states if _asks(each, action)), None):
            found, states = here, here.subgraphs
        return found


def _asks(state: Snapshot, action: Action) -> bool:
    """Whether the question waits in a subgraph, or deeper in it: each level lists it."""
    return any(each.id == action.interrupt for each in state.interrupts)
