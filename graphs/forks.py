"""Trying another way from a checkpoint: what would run from there, what that may repeat, what can be written there."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final, Literal, TypeAlias

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import END, START, CheckpointRow, Snapshot
from graphdeck.graphs.stopping import Breakpoint, KeptStop
from graphdeck.graphs.values import Json

Write: TypeAlias = Literal["replace", "append", "messages", "reduce"]
"""How a value that is written acts on what is there."""

WRITES: Final[Mapping[Write, str]] = {
    "replace": "replaces",
    "append": "appends",
    "messages": "appends; one with a known id replaces that message",
    "reduce": "goes through the reducer",
}
_MOST_NAMES: Final = 8


class StateKey(Frozen):
    """A key of a graph's state, as it can be written."""

    name: str
    """State key."""
    schema: Json = None
    """JSON schema of its value; None where nothing can be said."""
    write: Write = "replace"
    """How a value that is written acts on what is there."""
    reducer: str = ""
    """Name of the function that joins both; empty without one."""

    @property
    def has_reducer(self) -> bool:
        """A value can be written through the reducer, or in place of what is there."""
        return self.write != "replace"


class NodeChoice(Frozen):
    """A node that a write can be said to come from, and what comes next then."""

    node: str
    """Node name; `__start__` for an input."""
    next: tuple[str, ...] = ()
    """Nodes that its edges lead to; `__end__` for END."""
    may: tuple[str, ...] = ()
    """Nodes that a router chooses from when it is written."""
    joins: tuple[str, ...] = ()
    """Nodes among `next` that wait for other nodes too."""
    open: bool = False
    """A router without declared targets decides."""
    stops: tuple[str, ...] = ()
    """Nodes among all these with a static breakpoint before them."""

    @property
    def told(self) -> str:
        """What comes next, in words; names are raw text."""
        sure = [f"{node} (once all before it ran)" if node in self.joins else _node(node) for node in self.next]
        parts = [*sure, *([f"one of {', '.join(map(_node, self.may))}"] if self.may else [])]
        return " and ".join([*parts, *(["what its router says"] if self.open else [])]) or "nothing"


class ForkPlan(Frozen):
    """What comes of going on from a checkpoint; found without writing anything or running a node."""

    thread: str
    """Thread id."""
    checkpoint: str
    """Checkpoint id that a run starts from: of the graph itself, also where one inside a subgraph was asked about."""
    graph: str
    """Target."""
    file: str
    """Checkpoint file."""
    is_head: bool
    """It is the newest checkpoint."""
    next: tuple[str, ...] = ()
    """Nodes that run first; none where the graph is at its end there."""
    keys: tuple[StateKey, ...] = ()
    """What can be written, in the schema's order."""
    nodes: tuple[NodeChoice, ...] = ()
    """Nodes that a write can be said to come from."""
    as_node: str = ""
    """The one that was asked about; `next` is what follows from it."""
    asks: tuple[str, ...] = ()
    """Nodes whose questions were asked there, and will be asked anew."""
    ran: tuple[str, ...] = ()
    """Nodes that ran after it, on any branch, in their order, each as often as it ran."""
    calls: tuple[str, ...] = ()
    """Tools that were called after it, each as often as it was."""
    finished: tuple[str, ...] = ()
    """Nodes of an unfinished step that have finished there, and run again."""
    passed: tuple[str, ...] = ()
    """Nodes with a static breakpoint right there, which going on passes."""
    stops: tuple[str, ...] = ()
    """Nodes with a static breakpoint that a write as `as_node` comes to: going on stops there first."""
    subgraphs: tuple[str, ...] = ()
    """Nodes that run first and are subgraphs: they restart from their own beginning."""
    inside: tuple[str, ...] = ()
    """Path of the subgraph that the checkpoint asked about is in; empty for the graph itself."""
    leaves: tuple[str, ...] = ()
    """Nodes whose questions wait at the newest checkpoint: they stay on that branch, and nobody is asked any more."""
    drops: tuple[str, ...] = ()
    """Nodes that the newest checkpoint stands before: an input there begins anew, and they do not run."""
    unreadable: str = ""
    """Why the graph cannot read its state there; only a raw edit can repair it."""

    def written_as(self, node: str) -> "ForkPlan":
        """The plan of writing there as a node of `nodes`."""
        choice = next(each for each in self.nodes if each.node == node)
        following = tuple(each for each in choice.next if each != END)
        return dataclasses.replace(
            self, as_node=node, next=following, stops=choice.stops, asks=(), finished=(), passed=(), subgraphs=()
        )

    def with_stops(self, stops: Iterable[KeptStop]) -> "ForkPlan":
        """The plan for runs that these stop besides, or that pass what the graph's own code has."""
        points = [stop for stop in stops if isinstance(stop, Breakpoint) and stop.when == "before"]
        ours = {point.node for point in points if not (point.declared or point.off or point.condition)}
        passed = {point.node for point in points if point.declared and point.off}

        def stopping(declared: Iterable[str], among: Iterable[str]) -> tuple[str, ...]:
            there = ours.union(declared) - (passed - ours)
            return tuple(node for node in dict.fromkeys(among) if node in there)

        nodes = tuple(
            dataclasses.replace(each, stops=stopping(each.stops, (*each.next, *each.may))) for each in self.nodes
        )
        if self.as_node:
            return dataclasses.replace(self, nodes=nodes).written_as(self.as_node)
        return dataclasses.replace(self, nodes=nodes, passed=stopping(self.passed, self.next))

    @property
    def _choice(self) -> NodeChoice | None:
        return next((each for each in self.nodes if each.node == self.as_node), None)

    @property
    def runs(self) -> bool:
        """Something runs from there, or may."""
        choice = self._choice
        return bool(self.next or (choice and (choice.may or choice.open)))

    @property
    def headline(self) -> str:
        """One line: what runs, and what that may repeat. Names are raw text."""
        if self.unreadable:
            then = f"then it runs {_names(self.next)}" if self.next else "what runs then cannot be known before"
            return f"only a raw edit can repair this state, {then}: the graph cannot read it ({self.unreadable})"
        if not self.runs:
            return "nothing runs from here: the graph is at its end"
        choice = self._choice
        does = f"runs {choice.told if choice else _names(self.next)}"
        does += ", which asks anew" if len(self.next) == 1 and self.asks else ""
        done = [node for node in (*self.finished, *self.ran) if node != START]  # it only takes the input
        if not self.calls and not done:
            return f"{does}; nothing after it has run yet"
        repeated = f"may repeat what {_names(done)} did" if done else "may repeat"
        return f"{does}; {repeated}" + (f" (tools: {_names(self.calls)})" if self.calls else "")

    @property
    def remarks(self) -> tuple[str, ...]:
        """What else a person should know, in sentences. Names are raw text."""
        return tuple(self._remarks())

    def _remarks(self) -> Iterator[str]:
        if self.inside:
            yield f"the checkpoint is inside {':'.join(self.inside)}: the whole subgraph restarts, from its first node"
        elif self.subgraphs:
            yield f"the whole subgraph {_names(self.subgraphs)} restarts, from its first node"
        if self.asks and len(self.next) > 1:
            yield f"{_names(self.asks)} asks anew; the answer given before is not used"
        if self.passed:
            yield f"the breakpoint at {_names(self.passed)} is passed: the thread stands there already"
        if self.stops:
            yield f"a breakpoint stops it at {_names(self.stops)}, before anything runs"
        if self.drops:
            yield f"{_names(self.drops)}, which it stands before, does not run: an input begins anew"
        if self.leaves:
            yield f"the question of {_names(self.leaves)} stays on its branch, and does not wait any more"
        if not self.is_head:
            yield "the branch that is there stays as it is"


def plan_from_dict(data: Mapping[str, Any]) -> ForkPlan:
    """The plan that `dataclasses.asdict` described."""
    keys = tuple(StateKey(**key) for key in data["keys"])
    nodes = tuple(NodeChoice(**_with_tuples(node)) for node in data["nodes"])
    return ForkPlan(**{**_with_tuples(data), "keys": keys, "nodes": nodes})


def _with_tuples(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in data.items()}


def with_old_branches(
    plan: ForkPlan, rows: Sequence[CheckpointRow], before: Snapshot, tips: Iterable[Snapshot]
) -> ForkPlan:
    """The plan with what ran after its checkpoint: on the thread's `rows`, and by the messages in the `tips`."""
    calls: list[str] = []
    for tip in tips:
        calls += _calls_since(before, tip)
    return dataclasses.replace(plan, ran=_ran_since(rows, plan.checkpoint), calls=tuple(calls))


def tips_after(rows: Sequence[CheckpointRow], checkpoint: str) -> tuple[str, ...]:
    """The last checkpoints of the branches that went on from one, newest first; none where nothing did."""
    after = _after(rows, checkpoint)
    parents = {row.parent for row in after}
    return tuple(row.checkpoint for row in after if row.checkpoint not in parents)


def way_back(rows: Sequence[CheckpointRow], tip: str) -> tuple[CheckpointRow, ...]:
    """A checkpoint and all those that it comes from, newest first."""
    by_id = {row.checkpoint: row for row in rows if not row.ns}
    found = []
    here = by_id.get(tip)
    while here is not None:
        found.append(here)
        here = by_id.get(here.parent or "")
    return tuple(found)


def inputs_taken(rows: Sequence[CheckpointRow], tip: str) -> tuple[CheckpointRow, ...]:
    """The checkpoints on the way to one that each have just taken an input into the state, newest first."""
    return tuple(row for row, parent in pairwise(way_back(rows, tip)) if parent.source == "input")


def has_message(snapshot: Snapshot, message: str) -> bool:
    """Whether a state holds a message of this id."""
    return any(
        isinstance(each, dict) and each.get("id") == message
        for messages in snapshot.values.values()
        for each in (messages if isinstance(messages, list) else ())
    )


def _after(rows: Sequence[CheckpointRow], checkpoint: str) -> list[CheckpointRow]:
    """The checkpoints of the graph itself that come from one, in the order of `rows`, which is newest first."""
    found = {checkpoint}
    after = []
    for row in reversed(rows):
        if not row.ns and row.parent in found:
            found.add(row.checkpoint)
            after.append(row)
    return after[::-1]


def _ran_since(rows: Sequence[CheckpointRow], checkpoint: str) -> tuple[str, ...]:
    after = _after(rows, checkpoint)
    steps = [row.made_by for row in reversed(after)]
    unfinished = [row.after for row in after if row.checkpoint in tips_after(rows, checkpoint)]
    return tuple(task.node for tasks in [*steps, *unfinished] for task in tasks if task.finished or task.error)


def _calls_since(before: Snapshot, tip: Snapshot) -> Iterator[str]:
    """Names of the tools whose results are in a later state and not in an earlier one."""
    known = {id_ for id_, _ in _results(before)}
    yield from (name for id_, name in _results(tip) if id_ not in known)


def _results(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    for messages in snapshot.values.values():
        for message in messages if isinstance(messages, list) else ():
            if isinstance(message, dict) and message.get("type") == "tool" and message.get("tool_call_id"):
                yield str(message["tool_call_id"]), str(message.get("name") or "a tool")


def _node(name: str) -> str:
    return {START: "START", END: "the end"}.get(name, name)


def _names(names: Iterable[str]) -> str:
    """Names as a person counts them: `search (3), book and 2 more`."""
    counts = Counter(names)
    shown = [(_node(name), count) for name, count in list(counts.items())[:_MOST_NAMES]]
    told = [name if count == 1 else f"{name} ({count})" for name, count in shown]
    left = len(counts) - len(told)
    return ", ".join(told) + (f" and {left} more" if left else "")
