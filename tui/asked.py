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
        if self.snapshot is None:
            return None
        ns = next((each.ns for each in self.snapshot.interrupts if each.id == action.interrupt), ())
        return _at("|".join(ns), self.snapshot.subgraphs) if ns else None


def _at(ns: str, among: tuple[Snapshot, ...]) -> Snapshot | None:
    """The state with this namespace, at any depth."""
    for each in among:
        if each.ns == ns:
            return each
        if ns.startswith(f"{each.ns}|"):
            return _at(ns, each.subgraphs)
    return None
