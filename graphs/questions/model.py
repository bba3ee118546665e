"""Questions as rows to decide, and the decisions in the shape that each question demands."""

import dataclasses
import enum
from collections.abc import Mapping
from typing import Literal, TypeAlias

from graphdeck.graphs.events import Frame
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.schema import problems
from graphdeck.graphs.values import Json

DecisionKind: TypeAlias = Literal["approve", "reject", "answer"]


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


@dataclasses.dataclass(frozen=True, slots=True)
class Decision:
    """A person's answer to one action."""

    kind: DecisionKind
    """`approve`, `reject`, or `answer` for a typed value."""
    reason: str = ""
    """Why it is rejected, where the shape takes a reason."""
    value: Json = None
    """The typed value."""


class Action(Frozen):
    """One thing to decide."""

    interrupt: str
    """Interrupt id that the answer belongs to."""
    path: tuple[str, ...]
    """Node names from the outermost graph to the node that asks."""
    shape: Shape
    """How its answer is put."""
    name: str
    """The tool that asks to run; the node where no tool is named."""
    payload: Json
    """What is asked, in JSON form: a tool's arguments, else the whole value."""
    details: Mapping[str, Json] = dataclasses.field(default_factory=dict)
    """What else the question says, by heading."""
    schema: Json = None
    """JSON schema of its answer."""
    accepts: Json = None
    """What approving sends back under `args`, in the older shape."""
    may_approve: bool = True
    """Approving is among the allowed decisions."""
    may_reject: bool = True
    """Rejecting is among the allowed decisions."""
    takes_reason: bool = False
    """A rejection can say why."""
    note: str = ""
    """What is odd about the question, or which decisions only a typed answer can give; usually empty."""
    frames: tuple[Frame, ...] = ()
    """The user's frames, from where the node starts again to the line that asks."""

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
        approved = decision.kind == "approve"
        match self.shape:
            case Shape.PLAIN:
                return approved
            case Shape.HUMAN if approved:
                return [{"type": "accept", "args": self.accepts}]
            case Shape.HUMAN if self.takes_reason and (decision.reason or not self._may_ignore()):
                return [{"type": "response", "args": decision.reason}]
            case Shape.HUMAN:
                return [{"type": "ignore", "args": None}]
        if decision.kind == "reject" and decision.reason:
            return {"type": "reject", "message": decision.reason}
        return {"type": decision.kind}

    def wrong(self, decision: Decision) -> str:
        """Why the decision cannot be sent; empty where it can."""
        if decision.kind == "approve" and not self.may_approve:
            return "approving is not among the allowed decisions"
        if decision.kind == "reject" and not self.may_reject:
            return "rejecting is not among the allowed decisions"
        return "; ".join(problems(self.reply(decision), self.schema)[:3])

    def _may_ignore(self) -> bool:
        return not problems([{"type": "ignore", "args": None}], self.schema)


@dataclasses.dataclass(frozen=True, slots=True)
class Sheet:
    """All actions of a thread that wait, with the decisions made so far."""

    actions: tuple[Action, ...]
    """In the order of their interrupts."""
    decisions: Mapping[int, Decision] = dataclasses.field(default_factory=dict)
    """By the action's place in `actions`."""

    def decide(self, index: int, decision: Decision) -> "Sheet":
        """The sheet with one decision more, or another one; ValueError says why it cannot be sent."""
        wrong = self.actions[index].wrong(decision)
        if wrong:
            raise ValueError(wrong)
        return Sheet(self.actions, {**self.decisions, index: decision})

    @property
    def undecided(self) -> tuple[int, ...]:
        """Places of the actions without a decision."""
        return tuple(index for index in range(len(self.actions)) if index not in self.decisions)

    def answers(self) -> dict[str, Json]:
        """The answers by interrupt id; ValueError unless every action is decided."""
        if self.undecided:
            raise ValueError(f"{len(self.undecided)} of {len(self.actions)} actions are undecided")
        found: dict[str, Json] = {}
        for index, action in enumerate(self.actions):
            reply = action.reply(self.decisions[index])
            if action.shape is Shape.BATCHED:
                batch = found.setdefault(action.interrupt, {"decisions": []})
                batch["decisions"].append(reply)  # type: ignore[index, call-overload, union-attr] # as just made
            else:
                found[action.interrupt] = reply
        return found
