"""What is to stop a run: its request and the graph's own code, checked against the graph."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias

from langgraph.channels import EphemeralValue, UntrackedValue
from langgraph.channels.delta import DeltaChannel
from langgraph.constants import TAG_HIDDEN
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel

from graphdeck.graphs.conditions import Condition, parse_condition
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.records import START, RunRequest
from graphdeck.graphs.stopping import (
    FINDABLE,
    Breakpoint,
    KeptStop,
    Stop,
    StopKind,
    Watch,
    When,
    breakpoint_text,
    parse_breakpoint,
    split_watch,
)
from graphdeck.graphs.worker.hidden_graphs import hidden_graph
from graphdeck.graphs.worker.saver import is_internal

AnyGraph: TypeAlias = Pregel[Any, Any, Any, Any]
Path: TypeAlias = tuple[str, ...]
Fixed: TypeAlias = dict[Path, list[Stop]]

ASYNC: Final = (
    "conditions and watched values do not stop a run with durability async: when they are decided, at the written"
    " checkpoint, the next step has begun",
    "run with durability sync, or without them (S in the deck)",
)
UNSAVED: Final = (
    "this graph refuses saving (checkpointer=False): a stop could not be continued",
    "run it without stops",
)
FUNCTIONAL: Final = (
    "a functional graph runs as one node, so it can be stopped before that, and inside by its own interrupt() alone",
    "leave out the conditions, and what stops after a node, at a step, or at a watched value",
)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """A stop that depends on the state."""

    level: Path
    """Names of the graphs around the state."""
    when: Literal["before", "after", "any"]
    """Which side of the node; `any` for each step of the graph."""
    node: str
    """Node in that graph; empty for `any`."""
    condition: Condition
    """What must hold."""
    stop: Stop
    """What is told then."""


@dataclass(slots=True)
class StopPlan:
    """All stops of a run."""

    levels: Mapping[Path, AnyGraph]
    """The graph and the subgraphs that can be stopped in, by the names of the nodes that run them."""
    before: Fixed = field(default_factory=dict)
    """Stops before nodes, by path."""
    after: Fixed = field(default_factory=dict)
    """Stops after nodes, by path."""
    judged: list[Judged] = field(default_factory=list)
    """Stops that depend on the state."""
    step: Stop | None = None
    """Set where one super-step is to be run."""
    notes: list[str] = field(default_factory=list)
    """What became of the project's stops that this graph cannot have."""
    leaves_out: bool = False
    """Some breakpoints of the graph's own code do not count."""

    @property
    def is_empty(self) -> bool:
        """Nothing stops the run but itself."""
        return not (self.before or self.after or self.judged or self.step)

    def leave_out(self, when: When, at: Path) -> None:
        """Let the breakpoint that the graph's own code has at one side of a node not count, if it has one."""
        self.leaves_out |= (self.before if when == "before" else self.after).pop(at, None) is not None

    @property
    def needs_start(self) -> bool:
        """Where the thread stands matters."""
        is_inside = any(len(path) > 1 for path in self.after)
        return is_inside or self.step is not None or any(each.condition.operator == "changed" for each in self.judged)


def plan_stops(graph: AnyGraph, request: RunRequest, *, saved: bool) -> StopPlan:
    """What is to stop a run; raises InputError where the request asks for what cannot be."""
    plan = StopPlan(levels=dict(_levels(graph, ())))
    for path, level in plan.levels.items():
        _declare(plan.before, "before", path, level, level.interrupt_before_nodes)
        _declare(plan.after, "after", path, level, level.interrupt_after_nodes)
    for node in request.clear:
        _clear(plan, node)
    off = [stop for stop in request.kept if isinstance(stop, Breakpoint) and stop.declared]
    for point in off:
        plan.leave_out(point.when, tuple(point.node.split(":")))
    asked = [_asked(graph, text, "before") for text in request.before]
    asked += [_asked(graph, text, "after") for text in request.after]
    if not saved and (asked or request.to or request.watch or request.step):
        raise InputError(*UNSAVED)
    for point in asked:
        _set(plan, point, point.when)
    if request.to:
        _set(plan, Breakpoint(node=request.to), "to")
    for text in request.watch:
        _watch(plan, text)
    if request.step:
        _check_kind(graph)
        plan.step = Stop(kind="step")
    for stop in request.kept:
        if stop not in off and (note := _keep(plan, stop, saved=saved)):
            plan.notes.append(note)
    if plan.judged and request.durability == "async":
        raise InputError(*ASYNC)
    return plan


def _levels(graph: AnyGraph, path: Path, *around: AnyGraph) -> Iterator[tuple[Path, AnyGraph]]:
    yield path, graph
    for name, inner in graph.get_subgraphs():
        if isinstance(inner, Pregel) and all(inner is not each for each in (*around, graph)):  # one may call itself
            yield from _levels(inner, (*path, name), *around, graph)


def _declare(fixed: Fixed, when: When, path: Path, graph: AnyGraph, nodes: Any) -> None:
    if nodes == "*":
        nodes = _visible(graph)
    for node in nodes:
        at = (*path, node)
        fixed.setdefault(at, []).append(Stop(kind=when, node=":".join(at), declared=True))


def _visible(graph: AnyGraph) -> list[str]:
    """The nodes that LangGraph stops at; START is none of them."""
    return [name for name, node in graph.nodes.items() if TAG_HIDDEN not in (node.tags or ()) and name != START]


def _clear(plan: StopPlan, node: str) -> None:
    """Leave out what the graph's own code has at a node; raises InputError where it has nothing there."""
    places = {*plan.before, *plan.after}
    gone = places if node == "*" else places & {tuple(node.split(":"))}
    if not gone and node != "*":
        known = ", ".join(sorted(":".join(at) for at in places))
        raise InputError(
            f"the graph's own code has no breakpoint at {node!r} to clear",
            f"it has some at: {known}" if known else "it has none",
        )
    for at in gone:
        plan.leave_out("before", at)
        plan.leave_out("after", at)


def _keep(plan: StopPlan, stop: KeptStop, *, saved: bool) -> str:
    """Take in what the project keeps; what became of it where the graph cannot have it."""
    try:
        if not saved:
            raise InputError(*UNSAVED)
        if isinstance(stop, Watch):
            _watch(plan, stop.path)
        else:
            _set(plan, stop, stop.when)
    except InputError as error:
        words = (
            f"watch of {stop.path}" if isinstance(stop, Watch) else f"breakpoint {stop.when} {breakpoint_text(stop)}"
        )
        return f"the {words} does nothing: {error.message}"
    return ""


def _asked(graph: AnyGraph, text: str, when: When) -> Breakpoint:
    """The breakpoint that a text says; a node may be called like a node with a condition."""
    return Breakpoint(node=text, when=when) if text in graph.nodes else parse_breakpoint(text, when)


def _set(plan: StopPlan, point: Breakpoint, kind: StopKind) -> None:
    *names, node = point.node.split(":")
    level = _level(plan, tuple(names))
    if node not in _visible(level):
        where = f" in {':'.join(names)}" if names else ""
        raise InputError(f"there is no node {node!r} to stop at{where}", f"nodes are: {', '.join(_visible(level))}")
    if names or kind != "before" or point.condition:
        _check_kind(level)
    stop = Stop(kind=kind, node=point.node, condition=point.condition)
    if point.condition:
        condition = parse_condition(point.condition)
        _check_key(level, condition)
        plan.judged.append(Judged(tuple(names), point.when, node, condition, stop))
    else:
        (plan.after if kind == "after" else plan.before).setdefault((*names, node), []).append(stop)


def _watch(plan: StopPlan, text: str) -> None:
    names, path = split_watch(text)
    level = _level(plan, names)
    _check_kind(level)
    condition = Condition(path=path, operator="changed")
    _check_key(level, condition)
    stop = Stop(kind="watch", node=":".join(names), condition=path)
    plan.judged.append(Judged(names, "any", "", condition, stop))


def _level(plan: StopPlan, names: Path) -> AnyGraph:
    """The graph at a path; raises InputError where LangGraph does not tell of one there."""
    for count in range(len(names)):
        inner, around = names[: count + 1], plan.levels[names[:count]]
        if inner in plan.levels:
            continue
        if (node := around.nodes.get(names[count])) is not None:
            outer = [plan.levels[names[:end]] for end in range(count + 1)]
            why = hidden_graph(node.bound, next(iter(node.subgraphs), None), outer)
            raise InputError(
                f"node {':'.join(inner)!r} has no subgraph that can be stopped in: "
                + (f"LangGraph does not find the graph inside: {why}" if why else "none, as far as its code tells"),
                FINDABLE,
            )
        known = ", ".join(_visible(around))
        raise InputError(f"there is no node {':'.join(inner)!r} to stop in", f"nodes are: {known}")
    return plan.levels[names]


def _check_kind(graph: AnyGraph) -> None:
    if not isinstance(graph, CompiledStateGraph):
        raise InputError(*FUNCTIONAL)


def _check_key(graph: AnyGraph, condition: Condition) -> None:
    """Raise InputError where checkpoints do not hold what a condition looks at."""
    channel = graph.channels.get(condition.key)
    if channel is None or is_internal(condition.key):
        known = ", ".join(name for name in graph.channels if not is_internal(name))
        raise InputError(f"there is no state key {condition.key!r} to look at", f"state keys are: {known}")
    if isinstance(channel, DeltaChannel | UntrackedValue | EphemeralValue):
        raise InputError(
            f"the state key {condition.key!r} is not written whole with each checkpoint, so that nothing can be decided"
            " by it",
            "choose another key",
        )
