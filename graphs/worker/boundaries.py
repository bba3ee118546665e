"""Stops a run at the boundaries of its steps, in the graph itself and in its subgraphs, and keeps why.

LangGraph asks a graph's `interrupt_before_nodes` and `interrupt_after_nodes` for each task of a step, once the
checkpoint before it is put. They are made to answer by what is to stop the run, and by the level that asks: one
compiled graph may be used by several nodes, and run several times at once.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from langchain_core.runnables.config import var_child_runnable_config
from langgraph.pregel import Pregel
from langgraph.types import StateSnapshot

from graphdeck.graphs.conditions import Missing, value_at
from graphdeck.graphs.records import START
from graphdeck.graphs.stopping import Stop, level_names
from graphdeck.graphs.values import json_line
from graphdeck.graphs.worker.stop_plan import Judged, StopPlan


class Boundary(Sequence[str]):
    """Names of nodes to stop at, as LangGraph sees them: it asks whether a name is among them, and never for all."""

    def __init__(self, asked: Callable[[str], bool]) -> None:
        self._asked = asked

    def __contains__(self, node: object) -> bool:
        return isinstance(node, str) and node != START and self._asked(node)

    def __len__(self) -> int:
        return 1  # of an empty one LangGraph would not ask

    def __getitem__(self, index: Any) -> Any:
        raise IndexError(index)


class Boundaries:
    """The stops of one run. A level is named by its `checkpoint_ns`; that of the graph itself is empty."""

    def __init__(self, plan: StopPlan) -> None:
        self.plan = plan
        self._told: dict[Stop, None] = {}
        self._ran: dict[str, set[str]] = {}
        self._at_work: dict[str, set[str]] = {}
        """Nodes of the step that each level is in."""
        self._ended: set[str] = set()
        """Levels whose step has ended, and whose next one has not been asked about."""
        self._left: set[str] = set()
        """Levels that were stopped after a node."""
        self._held: dict[str, list[Judged]] = {}
        self._last: dict[tuple[str, Judged], str] = {}
        self._starting: set[str] = set()
        self._stepping: frozenset[str] = frozenset({""})
        self._stepped: set[str] = set()

    def told(self, paths: Sequence[str]) -> tuple[Stop, ...]:
        """Why the run has stopped before the nodes at these paths.

        Where a breakpoint after a node stopped it, LangGraph has not asked about what comes next.
        """
        for ns in self._left:
            nodes = [node for *names, node in (path.split(":") for path in paths) if tuple(names) == level_names(ns)]
            for node in nodes or [""]:
                self._tell(self._reasons(ns, node))
        return tuple(self._told)

    def install(self, graph: Pregel[Any, Any, Any, Any]) -> None:
        """Have LangGraph ask from now on, in a copy of the graph that was planned for, and in its subgraphs."""
        for level in (graph, *(level for path, level in self.plan.levels.items() if path)):
            level.interrupt_before_nodes = Boundary(self._before)
            level.interrupt_after_nodes = Boundary(self._after)

    def begin(self, state: StateSnapshot) -> None:
        """Take in where the thread stands: a step is one of the innermost graphs that it stands in."""
        self._stepping = frozenset(_innermost(state))
        self._at_work = {_ns(level): set(level.next) for level in levels_of(state)}

    def begin_with(self, ns: str, values: Mapping[str, Any]) -> None:
        """Take in what the checkpoint holds that a level of the thread stands at."""
        self._judge(_counted_once(ns), values, begins=True)

    def put(self, ns: str, source: str, values: Mapping[str, Any]) -> None:
        """Decide by the state of a checkpoint, before the next step is asked about.

        What the input of a graph writes, which is there after its `__start__`, is no change.
        """
        ns = _counted_once(ns)
        begins = source != "loop" or ns in self._starting
        (self._starting.add if source == "input" else self._starting.discard)(ns)
        self._judge(ns, values, begins=begins)

    def at_written(self, following: set[str], left: set[str], values: Mapping[str, Any]) -> tuple[Stop, ...]:
        """The stops that a write by hand has come to: before the nodes that follow, or after those that it left."""
        plan = self.plan
        found = [stop for node in sorted(following) for stop in plan.before.get((node,), ())]
        found += [stop for node in sorted(left) for stop in plan.after.get((node,), ())]
        for each in plan.judged:
            here = not each.level and each.node in (following if each.when == "before" else left)
            if here and each.condition.holds(value_at(values, each.condition.path)):
                found.append(each.stop)
        return tuple(found)

    # -- what LangGraph asks -------------------------------------------------------------------------------------

    def _asking(self) -> str:
        """The level that asks: its loop runs in the context of the task that runs its graph.

        A graph that keeps its own state (`checkpointer=True`) is saved without the ids of tasks.
        """
        config = var_child_runnable_config.get()
        ns = _counted_once(str(((config or {}).get("configurable") or {}).get("checkpoint_ns") or ""))
        graph = self.plan.levels.get(level_names(ns))
        return ns if graph is None or graph.checkpointer is not True else "|".join(level_names(ns))

    def _before(self, node: str) -> bool:
        ns = self._asking()
        self._ended.discard(ns)
        self._at_work.setdefault(ns, set()).add(node)
        return self._tell(self._reasons(ns, node))

    def _after(self, node: str) -> bool:
        ns = self._asking()
        if ns not in self._ended:
            self._ended.add(ns)
            self._ran[ns] = set()
            self._at_work.pop(ns, None)
        self._ran[ns].add(node)
        ended = [(ns, node), *self._sent_on(ns, node)]
        if any(level in self._stepping for level, _ in ended):
            self._stepped.add(ns)
        stops = self._tell(
            stop for level, each in ended for stop in self.plan.after.get((*level_names(level), each), ())
        )
        if stops:
            self._left.add(ns)
        return stops

    def _sent_on(self, ns: str, node: str) -> Iterator[tuple[str, str]]:
        """What ended with a task of this node: steps inside that sent this graph on (`Command.PARENT`), unasked."""
        inside = f"{ns}|{node}" if ns else node
        for level in [level for level in self._at_work if _is_in(level, inside)]:
            yield from ((level, each) for each in sorted(self._at_work.pop(level)))

    def _reasons(self, ns: str, node: str) -> Iterator[Stop]:
        """What stops the run before a node of a level."""
        yield from self.plan.before.get((*level_names(ns), node), ())
        yield from (judged.stop for judged in self._holding(ns, node))
        if self.plan.step is not None and any(_is_in(done, ns) for done in self._stepped):
            yield self.plan.step

    def _tell(self, stops: Iterable[Stop]) -> bool:
        found = dict.fromkeys(stops)
        self._told |= found
        return bool(found)

    def _holding(self, ns: str, node: str) -> Iterator[Judged]:
        """What holds before a node; what came to hold at the end of a graph inside, nothing asked about there."""
        for level, held in self._held.items():
            for judged in held:
                match judged.when:
                    case "before" if level == ns and judged.node == node:
                        yield judged
                    case "after" if _is_in(level, ns) and judged.node in self._ran.get(level, ()):
                        yield judged
                    case "any" if _is_in(level, ns):
                        yield judged

    # -- what the state decides ----------------------------------------------------------------------------------

    def _judge(self, ns: str, values: Mapping[str, Any], *, begins: bool) -> None:
        names = level_names(ns)
        self._held[ns] = [
            each for each in self.plan.judged if each.level == names and self._holds(ns, each, values, begins)
        ]

    def _holds(self, ns: str, judged: Judged, values: Mapping[str, Any], begins: bool) -> bool:
        condition = judged.condition
        found = value_at(values, condition.path)
        has_changed = False
        if condition.operator == "changed":
            now = "" if isinstance(found, Missing) else _digest(json_line(found))
            has_changed = self._last.get((ns, judged), now) != now and not begins
            self._last[ns, judged] = now
        return condition.holds(found, has_changed=has_changed)


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _counted_once(ns: str) -> str:
    """A level without the numbers that count the graphs which one task has called."""
    return "|".join(level for level in ns.split("|") if not level.isdigit())


def _is_in(ns: str, outer: str) -> bool:
    """Whether a level is another one or inside it; without the id of a task, it may be any of that name."""
    inner, around = _parts(ns), _parts(outer)
    return len(inner) >= len(around) and all(
        one == other or (one[0] == other[0] and not (one[1] and other[1]))
        for one, other in zip(inner, around, strict=False)
    )


def _parts(ns: str) -> list[tuple[str, ...]]:
    return [level.partition(":")[::2] for level in ns.split("|")] if ns else []


def _ns(state: StateSnapshot) -> str:
    return _counted_once(str(state.config["configurable"].get("checkpoint_ns") or ""))


def _inner(state: StateSnapshot) -> list[StateSnapshot]:
    """The subgraphs that are in the middle of the step."""
    return [task.state for task in state.tasks if isinstance(task.state, StateSnapshot) and task.state.next]


def levels_of(state: StateSnapshot) -> Iterator[StateSnapshot]:
    """The state, and those of the subgraphs that are in the middle of its step, at any depth."""
    yield state
    for inner in _inner(state):
        yield from levels_of(inner)


def _innermost(state: StateSnapshot) -> Iterator[str]:
    inner = _inner(state)
    for each in inner:
        yield from _innermost(each)
    if not inner:
        yield _ns(state)
