"""How far a person has come with what is asked: which action, what was on screen, and which keys are on."""

import dataclasses
from collections.abc import Mapping
from typing import Final, NamedTuple

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.questions.model import Action, Decision, DecisionKind, Shape, Sheet
from graphdeck.graphs.records import Snapshot
from graphdeck.graphs.values import Json
from graphdeck.tui.asked import Asked

UNSEEN: Final = "scroll to its end first"

_KINDS: Final[Mapping[str, DecisionKind]] = {
    "approve": "approve",
    "grant": "approve",
    "grant_tool": "approve",
    "reject": "reject",
    "edit": "edit",
    "respond": "respond",
    "fill_form": "answer",
    "type_answer": "answer",
}
"""Which decision each key makes."""


class Draft(NamedTuple):
    """An edit that a person sees before it counts."""

    before: Mapping[str, Json]
    """What was there."""
    after: Mapping[str, Json]
    """What is to be."""
    of_state: bool = False
    """It edits the state of the subgraph that asks, not the arguments of a tool."""


class Asking(Frozen):
    """The questions of one thread while a person decides them."""

    asked: Asked
    """What is asked, as it was given."""
    sheet: Sheet
    """The decisions so far."""
    current: int = 0
    """Place of the action that is on screen."""
    seen: frozenset[int] = frozenset()
    """Places of the actions whose end has been on screen."""

    @property
    def action(self) -> Action:
        """The action that is on screen."""
        return self.sheet.actions[self.current]

    @property
    def is_lone(self) -> bool:
        """Whether it is the only one: then a decision is sent at once."""
        return len(self.sheet.actions) == 1

    @property
    def inner(self) -> Snapshot | None:
        """The state of the subgraph that asks, where one does and it is known."""
        return self.asked.inner(self.action)

    # -- what a person does ------------------------------------------------------------------------------------------

    def go(self, step: int) -> "Asking":
        """Look at the next action, or at the one before."""
        return self.at((self.current + step) % len(self.sheet.actions))

    def at(self, index: int) -> "Asking":
        """Look at this action."""
        return dataclasses.replace(self, current=index)

    def saw(self) -> "Asking":
        """The end of the action has been on screen."""
        return dataclasses.replace(self, seen=self.seen | {self.current})

    def decide(self, decision: Decision) -> "Asking":
        """Decide the action, and look at the next one that is undecided; ValueError says why it cannot be."""
        sheet = self.sheet.decide(self.current, decision)
        later = [index for index in sheet.undecided if index > self.current]
        following = (*later, *sheet.undecided, self.current)[0]
        return dataclasses.replace(self, sheet=sheet, current=following)

    def take_back(self) -> "Asking":
        """Leave the action undecided again, also where a rule decided it."""
        return dataclasses.replace(self, sheet=self.sheet.take_back(self.current))

    def approve_all(self) -> "Asking":
        """Approve whatever is undecided; ValueError says why it cannot be."""
        sheet = self.sheet
        for index in sheet.undecided:
            sheet = sheet.decide(index, Decision("approve"))
        return dataclasses.replace(self, sheet=sheet)

    # -- which keys are on -------------------------------------------------------------------------------------------

    def why_not(self, name: str) -> str:
        """Why a key of the panel is off now; empty where it is on."""
        match name:
            case "grant" | "grant_tool" if not self.action.is_tool:
                return "no tool asks here"
            case "approve" | "grant" | "grant_tool" | "reject" | "edit" | "respond" | "type_answer" | "fill_form":
                return self._why_not_decide(name)
            case "take_back":
                return "" if self.current in self.sheet.decisions else "it is not decided"
            case "show_inner":
                return "" if self.inner else "no subgraph asks here"
            case "next_action" | "previous_action":
                return "there is only this one" if self.is_lone else ""
            case "approve_all":
                return self._why_not_approve_all()
            case "send":
                return f"waits for a decision on {numbers(self.sheet.undecided)}" if self.sheet.undecided else ""
            case "send_decided":
                return self._why_not_send_decided()
            case _:
                return ""

    def _why_not_decide(self, name: str) -> str:
        action = self.action
        if _KINDS[name] not in action.allowed:
            if action.shape is Shape.PLAIN and name in ("edit", "respond"):
                return "no tool asks here: type an answer"
            return "not allowed here" if action.is_tool else "it does not fit the answer's schema"
        return UNSEEN if _KINDS[name] == "approve" and self.current not in self.seen else ""

    def _why_not_approve_all(self) -> str:
        if self.is_lone:
            return "there is only this one"
        if not self.sheet.undecided:
            return "all are decided"
        unseen = [index for index in self.sheet.undecided if index not in self.seen]
        if unseen:
            return f"not seen to the end yet: {numbers(unseen)}"
        cannot = [index for index in self.sheet.undecided if self.sheet.actions[index].wrong(Decision("approve"))]
        return f"approving is not allowed for {numbers(cannot)}" if cannot else ""

    def _why_not_send_decided(self) -> str:
        if not self.sheet.undecided:
            return "all are decided: send all"
        return "" if self.sheet.partial() else "no question is wholly decided"

    @property
    def again(self) -> tuple[str, ...]:
        """The nodes that run again because some questions stay open when only the decided ones are sent."""
        sent = self.sheet.partial()
        return tuple(dict.fromkeys(action.path[-1] for action in self.sheet.actions if action.interrupt not in sent))


def numbers(indexes: "tuple[int, ...] | list[int]") -> str:
    """Places of actions as a person counts them: `2, 3 and 5 more`."""
    named = ", ".join(str(index + 1) for index in indexes[:8])
    return named + (f" and {len(indexes) - 8} more" if len(indexes) > 8 else "")
