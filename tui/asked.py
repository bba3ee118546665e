"""What a person is asked: a thread's questions, and what is known around them."""

import dataclasses
from collections.abc import Mapping, Set
from typing import Final

from graphdeck.graphs.errors import AnswerRefused, RunningElsewhere
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.questions.model import Action, Decision, Sheet
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import GraphShape, Snapshot
from graphdeck.graphs.thread_key import ThreadKey, key_of
from graphdeck.graphs.values import Json, json_line

_REFUSALS: Final = (AnswerRefused.kind, RunningElsewhere.kind)


class Asked(Frozen):
    """The questions of one thread, as a panel shows them."""

    graph: str
    """The graph in a word or two."""
    thread: str
    """Thread id."""
    file: str = ""
    """Checkpoint file that holds it; empty where it is not known."""
    title: str = ""
    """The thread in words; may be empty."""
    sheet: Sheet
    """The actions to decide, with the decisions that were made already."""
    snapshot: Snapshot | None = None
    """The state that the thread waits in; None where it is not known."""
    consequences: tuple[str, ...] = ()
    """What an answer has to do with what is around the question, in sentences; raw text."""
    trouble: str = ""
    """Why the answers that were sent last, or the edit of the state, came to nothing; empty where they did not."""
    was_refused: bool = False
    """The trouble is that nothing was sent: a question that comes in place of this one tells it, too."""
    edit: Mapping[str, Json] | None = None
    """The values of the inner state that a person wanted to write last; None where none."""

    def __post_init__(self) -> None:
        if not self.sheet.actions:
            raise ValueError("nothing waits for a decision")

    @property
    def key(self) -> ThreadKey:
        """What names the thread among several files."""
        return key_of(self)

    @property
    def by_hand(self) -> int:
        """How many of the actions a person has decided so far."""
        return sum(not decision.by for decision in self.sheet.decisions.values())

    def after(self, earlier: "Asked") -> "Asked":
        """The same, with what was decided when it was asked before, as far as that is about what waits now."""
        asks = {action.interrupt for action in self.sheet.actions}
        is_same = any(action.interrupt in asks for action in earlier.sheet.actions)
        return dataclasses.replace(
            self,
            sheet=_with_earlier(self.sheet, earlier.sheet),
            trouble=earlier.trouble if is_same or earlier.was_refused else "",
            edit=earlier.edit if is_same else None,
        )

    def not_taken(self, error: Mapping[str, str]) -> "Asked":
        """The same, with the error that says why what was decided came to nothing."""
        return dataclasses.replace(self, trouble=error.get("message", ""), was_refused=error.get("type") in _REFUSALS)

    def without(self, answers: Mapping[str, Json]) -> "Asked | None":
        """The same, without the decisions that were sent and taken; None where a person has made no others."""
        now = self.sheet
        for index, action in enumerate(now.actions):
            if action.interrupt in answers:
                now = now.take_back(index)
        left = dataclasses.replace(self, sheet=now, trouble="", was_refused=False, edit=None)
        return left if left.by_hand else None

    def of(self, shape: GraphShape) -> "Asked":
        """The same, with the name of its graph and the schemas of its tools."""
        asks = sheet(self.snapshot.interrupts if self.snapshot else (), shape.tools)
        is_same = [action.interrupt for action in asks.actions] == [action.interrupt for action in self.sheet.actions]
        now = Sheet(asks.actions, self.sheet.decisions) if is_same else self.sheet
        return dataclasses.replace(self, graph=shape.title, sheet=now)

    def inner(self, action: Action) -> Snapshot | None:
        """The state of the subgraph that asks; None where the graph itself does, or the state is not known."""
        found = None
        states = self.snapshot.subgraphs if self.snapshot else ()
        while here := next((each for each in states if _asks(each, action)), None):
            found, states = here, here.subgraphs
        return found


class Earlier:
    """What was asked before, by thread: what was decided comes with the same questions when they come again."""

    def __init__(self) -> None:
        self._asked: dict[ThreadKey, Asked] = {}

    def __len__(self) -> int:
        return len(self._asked)

    def get(self, thread: ThreadKey) -> Asked | None:
        """What was asked in a thread; None where nothing of that is kept."""
        return self._asked.get(thread)

    def keep(self, asked: Asked) -> None:
        """Keep it as what is being sent; not its state, which may be large."""
        self._asked[asked.key] = dataclasses.replace(asked, snapshot=None, consequences=())

    def leave(self, asked: Asked) -> None:
        """Keep it as what a person has left, if anything of it is decided."""
        if asked.by_hand:
            self.keep(asked)
        else:
            self.forget(asked.key)

    def taken(self, thread: ThreadKey, answers: Mapping[str, Json]) -> None:
        """Forget the decisions that were sent and taken."""
        earlier = self._asked.pop(thread, None)
        if earlier is not None and (left := earlier.without(answers)) is not None:
            self._asked[thread] = left

    def not_taken(self, thread: ThreadKey, error: Mapping[str, str]) -> bool:
        """Keep why what was sent came to nothing; whether anything was."""
        if thread not in self._asked:
            return False
        self._asked[thread] = self._asked[thread].not_taken(error)
        return True

    def written(self, thread: ThreadKey) -> None:
        """Forget an edit of the inner state, which is made."""
        if thread in self._asked:
            self._asked[thread] = dataclasses.replace(self._asked[thread], edit=None)

    def forget(self, thread: ThreadKey) -> None:
        """Forget what was asked in a thread."""
        self._asked.pop(thread, None)


def _asks(state: Snapshot, action: Action) -> bool:
    """Whether the question waits in a subgraph, or deeper in it: each level lists it."""
    return any(each.id == action.interrupt for each in state.interrupts)


def _with_earlier(now: Sheet, earlier: Sheet) -> Sheet:
    """The sheet with a person's earlier decisions; what rules decided is for the rules of now.

    A question is the same where it has the same id and asks the same; after an edit of the state, where it asks the
    same under an id that is new, as the old one is gone.
    """
    both = {action.interrupt for action in now.actions} & {action.interrupt for action in earlier.actions}
    left: dict[tuple[object, ...], list[Decision | None]] = {}
    for index, action in enumerate(earlier.actions):
        left.setdefault(_about(action, both), []).append(earlier.decisions.get(index))
    for index, action in enumerate(now.actions):
        found = left.get(_about(action, both))
        decision = found.pop(0) if found else None
        if decision is not None and not decision.by and not action.wrong(decision):
            now = now.decide(index, decision)
    return now


def _about(action: Action, known: Set[str]) -> tuple[object, ...]:
    """What an action asks, and under which id, where that is among the known ones."""
    id_ = action.interrupt if action.interrupt in known else ""
    return id_, action.path, action.shape, action.name, json_line(action.payload)
