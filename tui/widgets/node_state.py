"""What is known of one node, and of several that are shown as one."""

from collections.abc import Iterable, Mapping
from typing import Final

from graphdeck.graphs.frozen import Frozen
from graphdeck.tui.theme import NodeStatus

_RANK: Final[tuple[NodeStatus, ...]] = (
    "idle", "queued", "running", "kept", "cached", "done", "stopped", "breakpoint", "failed", "waiting",
)  # fmt: skip
"""Of several tasks of one node in one step, the node shows the outcome that stands last here."""


class NodeState(Frozen):
    """What is known of one node."""

    outcome: NodeStatus = "idle"
    """How its tasks of the newest step ended; the worst, where they differ."""
    queued: bool = False
    """It runs in the coming step."""
    active: frozenset[str] = frozenset()
    """Ids of its tasks that run now."""
    together: int = 0
    """Its tasks of the newest step, those that have ended included."""
    times: int = 0
    """How many of its tasks were started: one that goes on, after a question say, is one task."""
    open: frozenset[str] = frozenset()
    """Ids of those tasks whose step is not over: they may go on."""
    left: frozenset[str] = frozenset()
    """Those among them that no task of the newest run has gone on with yet."""
    last_ms: float | None = None
    """Milliseconds that its newest finished task took."""
    total_ms: float = 0.0
    """Milliseconds that all of them took."""
    retries: int = 0
    """How often a retry policy ran it again."""
    tokens: int = 0
    """Tokens of its model calls, as far as the messages say."""
    step: int | None = None
    """Step of the outcome."""

    @property
    def status(self) -> NodeStatus:
        """The one word for it: running before queued before the outcome."""
        if self.active:
            return "running"
        return "queued" if self.queued else self.outcome


def worst(outcomes: Iterable[NodeStatus]) -> NodeStatus:
    """What a node shows whose tasks of one step ended differently."""
    return max(outcomes, key=_RANK.index, default="idle")


def combine(states: Iterable[NodeState]) -> NodeState:
    """The state of several nodes that are shown as one."""
    group = tuple(states)
    newest = max((state.step for state in group if state.step is not None), default=None)
    took = [state.last_ms for state in group if state.last_ms is not None]
    return NodeState(
        outcome=worst(state.outcome for state in group),
        queued=any(state.queued for state in group),
        active=frozenset().union(*(state.active for state in group)),
        together=sum(state.together for state in group if state.step == newest),
        times=sum(state.times for state in group),
        last_ms=max(took, default=None),
        total_ms=sum(state.total_ms for state in group),
        retries=sum(state.retries for state in group),
        tokens=sum(state.tokens for state in group),
        step=newest,
    )


def under(states: Mapping[str, NodeState], members: Mapping[str, str]) -> Mapping[str, NodeState]:
    """The states by drawn node, those that stand under one folded node together; `members` has it for each of them."""
    groups: dict[str, list[NodeState]] = {}
    for node, state in states.items():
        groups.setdefault(members.get(node, node), []).append(state)
    return {node: group[0] if len(group) == 1 else combine(group) for node, group in groups.items()}
