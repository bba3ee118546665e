"""Questions as rows to decide, and the decisions in the shape that each question demands."""

import dataclasses
import enum
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, NamedTuple, TypeAlias

from graphdeck.graphs.events import Frame
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.schema import problems
from graphdeck.graphs.values import Json

DecisionKind: TypeAlias = Literal["approve", "edit", "reject", "respond", "answer"]
Again: TypeAlias = Literal["", "call", "tool"]

_MOST_FAULTS: Final = 5
"""Faults of a reply that are told; a wrong list of 200 has 200 of them."""

_DOING: Final[Mapping[DecisionKind, str]] = {
    "approve": "approving",
    "edit": "editing",
    "reject": "rejecting",
    "respond": "answering for the tool",
    "answer": "a typed answer",
}
_OLDER: Final = {"approve": "accept", "edit": "edit", "reject": "ignore", "respond": "response"}
"""What the older shape calls each decision."""


class Shape(enum.Enum):
    """How the answer to an action is put."""

    BATCHED = "batched"
    """The middleware's `{"decisions": [...]}`, of which the action's answer is one."""
    PER_CALL = "per_call"
    """The middleware's single decision, `{"type": "approve"}`."""
    HUMAN = "human"
    """The older list of one, `[{"type": "accept", "args": ...}]`."""
    PLAIN = "plain"
    """Any value; True approves, False rejects."""


class Decision(NamedTuple):
    """A person's answer to one action."""

    kind: DecisionKind
    """`approve`, `edit`, `reject`, `respond`, or `answer` for a typed value."""
    reason: str = ""
    """Why it is rejected, where the shape takes a reason; for `respond`, what is said in the tool's place."""
    value: Json = None
    """The edited arguments, an object; for `answer`, the typed value."""
    by: str = ""
    """`rule NAME` where a rule decided; empty where a person did."""
    again: Again = ""
    """What the person approves for the rest of the thread with it: the same `call`, or the `tool` whatever it gets."""


class Action(Frozen):
    """One thing to decide."""

    interrupt: str
    """Interrupt id that the answer belongs to."""
    path: tuple[str, ...]
    """Node names from the outermost graph to the node that asks."""
    shape: Shape
    """How its answer is put."""
    name: str
    """The tool that asks to run; the node, or what a plain question calls itself, where no tool is named."""
    payload: Json
    """What is asked, in JSON form: a tool's arguments, else the whole value."""
    allowed: tuple[DecisionKind, ...]
    """What may be decided, most usual first; a typed answer where nothing else says enough."""
    details: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    """What else the question says, by heading."""
    schema: Json = None
    """JSON schema of its answer."""
    args_schema: Json = None
    """JSON schema of the tool's arguments, where known."""
    tools: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    """JSON schemas of the arguments of the graph's tools by name, as far as they are known."""
    accepts: Json = None
    """What approving sends back under `args`, in the older shape."""
    note: str = ""
    """What is odd about the question; usually empty."""
    whole: Json = None
    """The whole payload of its interrupt."""
    frames: tuple[Frame, ...] = ()
    """The user's frames, from where the node starts again to the line that asks."""

    @property
    def may_approve(self) -> bool:
        """Approving is among the allowed decisions."""
        return "approve" in self.allowed

    @property
    def may_reject(self) -> bool:
        """Rejecting is among the allowed decisions."""
        return "reject" in self.allowed

    @property
    def takes_reason(self) -> bool:
        """A rejection can say why."""
        return self.may_reject and self.shape in (Shape.BATCHED, Shape.PER_CALL)

    @property
    def is_tool(self) -> bool:
        """Whether a tool asks to run."""
        return self.shape is not Shape.PLAIN

    @property
    def prefers_json(self) -> bool:
        """Whether a typed answer is more likely JSON than text."""
        kind = self.schema.get("type") if isinstance(self.schema, Mapping) else None
        return self.shape is not Shape.PLAIN or kind not in (None, "string")

    def reply(self, decision: Decision) -> Json:
        """The decision as the question wants it."""
        if decision.kind == "answer":
            return decision.value
        if self.shape is Shape.PLAIN:
            return decision.kind == "approve"
        if self.shape is Shape.HUMAN:
            return [{"type": _OLDER[decision.kind], "args": self._older_args(decision)}]
        match decision.kind:
            case "edit":
                return {"type": "edit", "edited_action": {"name": self.name, "args": decision.value}}
            case "respond":
                return {"type": "respond", "message": decision.reason}
            case "reject" if decision.reason:
                return {"type": "reject", "message": decision.reason}
        return {"type": decision.kind}

    def _older_args(self, decision: Decision) -> Json:
        match decision.kind:
            case "approve":
                return self.accepts
            case "edit":
                return {"action": self.name, "args": decision.value}
            case "respond":
                return decision.reason
        return None

    def wrong(self, decision: Decision) -> str:
        """Why the decision cannot be sent; empty where it can. A typed answer is judged by what it says."""
        if decision.kind != "answer" and decision.kind not in self.allowed:
            return f"{_DOING[decision.kind]} is not among the allowed decisions"
        from graphdeck.graphs.questions.sendable import unsendable  # the first paint lists questions, and decides none

        cannot = unsendable(decision.value)
        if cannot:
            return cannot
        if decision.kind == "edit":  # by the arguments' own names, since that is what a person sees
            return _sentence(_edit_faults(decision.value, self.args_schema))
        return self.fault(self.reply(decision))

    def fault(self, reply: Json) -> str:
        """What is wrong with a reply that somebody put into the question's shape; empty where nothing is."""
        return _sentence(problems(reply, self.schema) or self._edit_of_reply(reply))

    def _edit_of_reply(self, reply: Json) -> Sequence[str]:
        """Faults of the arguments in a reply that edits them; its shape is right."""
        decision = reply[0] if self.shape is Shape.HUMAN and isinstance(reply, list) else reply
        if self.shape is Shape.PLAIN or not isinstance(decision, dict) or decision.get("type") != "edit":
            return ()
        edited, key = (decision["args"], "action") if self.shape is Shape.HUMAN else (decision["edited_action"], "name")
        assert isinstance(edited, dict)  # as its schema demands
        name = str(edited[key])
        if name == self.name:
            return _edit_faults(edited["args"], self.args_schema)
        if name not in self.tools:
            known = f"; known are {', '.join(self.tools)}" if self.tools else ""
            return (f"an edit cannot change the tool to {name!r}, which is not known to be one of the graph{known}",)
        return _edit_faults(edited["args"], self.tools[name])


def _edit_faults(args: Json, schema: Json) -> Sequence[str]:
    if not isinstance(args, dict):
        return ("edited arguments must be an object",)
    return problems(args, schema)


def _sentence(faults: Sequence[str]) -> str:
    left_out = f"; and {len(faults) - _MOST_FAULTS} more" if len(faults) > _MOST_FAULTS else ""
    return "; ".join(faults[:_MOST_FAULTS]) + left_out


class Sheet(NamedTuple):
    """All actions of a thread that wait, with the decisions made so far."""

    actions: tuple[Action, ...]
    """In the order of their interrupts."""
    decisions: Mapping[int, Decision] = MappingProxyType({})
    """By the action's place in `actions`."""

    def decide(self, index: int, decision: Decision) -> "Sheet":
        """The sheet with one decision more, or another one; ValueError says why it cannot be sent."""
        present = self.decisions.get(index)
        if present is not None and present.kind == "reject" and present.by and not decision.by:
            raise ValueError(f"{present.by} rejects it: take that back first")
        wrong = self.actions[index].wrong(decision)
        if wrong:
            raise ValueError(wrong)
        return Sheet(self.actions, {**self.decisions, index: decision})

    def take_back(self, index: int) -> "Sheet":
        """The sheet without a decision, also one that a rule made."""
        return Sheet(self.actions, {place: each for place, each in self.decisions.items() if place != index})

    def by(self, person: str) -> dict[str, str]:
        """Who decided each interrupt that is wholly decided, by its id: `person`, and the rules that took part."""
        found: dict[str, list[str]] = {}
        for index, action in enumerate(self.actions):
            if index in self.decisions:
                found.setdefault(action.interrupt, []).append(self.decisions[index].by or person)
        return {id_: ", ".join(dict.fromkeys(found[id_])) for id_ in self.partial()}

    def seen(self) -> dict[str, str]:
        """The hash of each interrupt's payload, by its id: an answer given to this sheet is meant for no other."""
        from graphdeck.graphs.questions.seen import payload_hash  # needed where an answer is sent

        payloads = {action.interrupt: action.whole for action in self.actions}
        return {interrupt: payload_hash(payload) for interrupt, payload in payloads.items()}

    @property
    def undecided(self) -> tuple[int, ...]:
        """Places of the actions without a decision."""
        return tuple(index for index in range(len(self.actions)) if index not in self.decisions)

    def answers(self) -> dict[str, Json]:
        """The answers by interrupt id; ValueError unless every action is decided."""
        if self.undecided:
            raise ValueError(f"{len(self.undecided)} of {len(self.actions)} actions are undecided")
        return self.partial()

    def partial(self) -> dict[str, Json]:
        """The answers of those interrupts of which every action is decided, by interrupt id."""
        open_ = {self.actions[index].interrupt for index in self.undecided}
        replies: dict[str, list[Json]] = {}
        for index, action in enumerate(self.actions):
            if action.interrupt not in open_:
                replies.setdefault(action.interrupt, []).append(action.reply(self.decisions[index]))
        batched = {action.interrupt for action in self.actions if action.shape is Shape.BATCHED}
        return {id_: {"decisions": found} if id_ in batched else found[0] for id_, found in replies.items()}
