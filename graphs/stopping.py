"""Where a run is to stop, and why it stopped: breakpoints, watched values, the reasons that a run gives at its end."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from graphdeck.graphs.errors import InputError
from graphdeck.graphs.frozen import Frozen

if TYPE_CHECKING:
    from graphdeck.graphs.records import GraphShape, Node, Snapshot

When: TypeAlias = Literal["before", "after"]
StopKind: TypeAlias = Literal["before", "after", "to", "watch", "step", "pause", "cancel", "kill", "limit"]

IF = " if "
"""Stands between a node and the condition of its breakpoint."""
FINDABLE = (
    "LangGraph finds a node that is a graph, and the first graph that a node's own function names, unless it refuses"
    " saving"
)
"""In which subgraphs a run can be stopped."""


class Breakpoint(Frozen):
    """A stop before or after a node; of two with one key, the later takes the earlier's place."""

    node: str
    """Path of the node, its graphs before it: `review`, `team:desk:review`."""
    when: When = "before"
    """Which side of the node."""
    condition: str = ""
    """`PATH OP VALUE`, about the state of the graph that the node is in; empty to stop always."""
    missing: bool = False
    """The graph, as it was last seen, has no such node: the breakpoint is kept, and does nothing."""
    declared: bool = False
    """The graph's own code has it: it stops every run to which it is not given as `off`."""
    off: bool = False
    """It does nothing for now."""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it another one: node, side, and whose it is."""
        return self.node, self.when, "code" if self.declared else "ours"


class Watch(Frozen):
    """A stop when a node has changed a value."""

    path: str
    """Path of the value: `total`, `messages.-1`, or `team:desk:total` in a subgraph."""
    off: bool = False
    """It does nothing for now."""

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it another one: the path."""
        return ("watch", self.path)


KeptStop: TypeAlias = Breakpoint | Watch
"""What a project keeps for the runs of a graph."""


class Stop(Frozen):
    """Why a run stopped."""

    kind: StopKind
    """`before` and `after` a node; `to` the node it was to run to; `watch`, a value changed; `step`, one super-step was
    done; `pause`, it was drained; `cancel`; `kill`; `limit`, of steps."""
    node: str = ""
    """Path of the node of a breakpoint, or that it was to run to; of the graph whose value is watched."""
    condition: str = ""
    """The condition that held, or the path of the value that changed; empty without one."""
    declared: bool = False
    """The graph's own code has this breakpoint."""
    steps: int = 0
    """The limit of steps that was reached; 0 where there was none, or it is not known."""


def parse_breakpoint(text: str, when: When) -> Breakpoint:
    """The breakpoint that `NODE` or `NODE if CONDITION` says; raises InputError where it is none."""
    node, if_, condition = text.partition(IF)
    if not node.strip():
        raise InputError(f"{text!r} names no node to stop at", "as in --before 'NODE if PATH > 3'")
    if if_:
        from graphdeck.graphs.conditions import parse_condition  # the first screen needs none

        parse_condition(condition)
    return Breakpoint(node=node.strip() if if_ else node, when=when, condition=condition.strip())


def breakpoint_text(breakpoint_: Breakpoint) -> str:
    """A breakpoint as it is written."""
    return f"{breakpoint_.node}{IF}{breakpoint_.condition}" if breakpoint_.condition else breakpoint_.node


def split_watch(text: str) -> tuple[tuple[str, ...], str]:
    """The names of the graphs around a watched value, and its path: `team:desk:total` is in the graph of desk."""
    if text.startswith("/"):
        return (), text
    *graphs, path = text.split(":")
    return tuple(graphs), path


def level_names(ns: str) -> tuple[str, ...]:
    """Node names of a `checkpoint_ns`, without the ids of their tasks."""
    return tuple(level.partition(":")[0] for level in ns.split("|") if level and not level.isdigit())


def has_node(shape: "GraphShape", path: str) -> bool:
    """Whether a graph has a node, inside its subgraphs too."""
    return node_at(shape, path) is not None


def node_at(shape: "GraphShape", path: str) -> "Node | None":
    """The node of a path, inside subgraphs too; None where a graph has none such."""
    *graphs, node = path.split(":")
    for name in graphs:
        inner = shape.subgraphs.get(name)
        if inner is None:
            return None
        shape = inner
    return next((each for each in shape.nodes if each.id == node), None)


def declared_stops(shape: "GraphShape", around: tuple[str, ...] = ()) -> Iterator[Breakpoint]:
    """The breakpoints that the code of a graph has, inside its subgraphs too."""
    sides: tuple[tuple[When, tuple[str, ...]], ...] = (
        ("before", shape.breakpoints_before),
        ("after", shape.breakpoints_after),
    )
    for when, nodes in sides:
        for node in nodes:
            yield Breakpoint(node=":".join((*around, node)), when=when, declared=True)
    for name, inner in shape.subgraphs.items():
        yield from declared_stops(inner, (*around, name))


def told_to_run(stops: Iterable[KeptStop]) -> tuple[KeptStop, ...]:
    """Those that a run must be given: the project's own that are on, and what is off of the graph's own code."""
    return tuple(stop for stop in stops if stop.off == (isinstance(stop, Breakpoint) and stop.declared))


def kept_stop_from_dict(data: Mapping[str, Any]) -> KeptStop:
    """The breakpoint or watched value whose fields these are; raises TypeError where they are of neither."""
    return Watch(**data) if "path" in data else Breakpoint(**data)


def standing_before(snapshot: "Snapshot") -> tuple[str, ...]:
    """Paths of the nodes that the next step runs, the innermost that are known: what the thread stands before."""
    return tuple(_standing(snapshot))


def _standing(snapshot: "Snapshot") -> Iterator[str]:
    inner = list(snapshot.subgraphs)
    for name in snapshot.next or ():
        child = next((each for each in inner if each.node == name and each.next), None)
        if child is None:
            yield name
        else:
            inner.remove(child)
            yield from (f"{name}:{path}" for path in _standing(child))


def stop_to_dict(stop: Stop) -> dict[str, Any]:
    """A stop as plain data, without what is not set."""
    return {name: value for name, value in vars(stop).items() if value}


def stop_from_dict(data: Mapping[str, Any]) -> Stop:
    """The stop that `stop_to_dict` described; raises KeyError or TypeError where it is none."""
    return Stop(
        **{"kind": data["kind"]}
        | {name: data[name] for name in ("node", "condition", "declared", "steps") if name in data}
    )
