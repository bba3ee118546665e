"""What the deck shows of a run: events folded into one immutable view."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Any, Final, Literal, TypeAlias

from graphdeck.graphs import events
from graphdeck.graphs.events import Event, Interrupt, RunStatus, path_text
from graphdeck.graphs.frozen import Frozen, with_fields
from graphdeck.graphs.records import END, START, Snapshot, ThreadStatus
from graphdeck.graphs.stopping import Stop, standing_before
from graphdeck.graphs.values import Json
from graphdeck.tui.theme import NodeStatus
from graphdeck.tui.widgets.conversation import ChatMessage, add_message, add_token
from graphdeck.tui.widgets.log_lines import LOGGED, LogLine, add_lines, log_of
from graphdeck.tui.widgets.node_state import NodeState, worst
from graphdeck.tui.widgets.taken_edges import NOTHING_TAKEN, Taken, TakenBuilder

ViewStatus: TypeAlias = Literal["idle", "running"] | RunStatus

_TaskEnded: TypeAlias = (
    events.NodeFinished | events.NodeKept | events.NodeCached | events.NodeFailed | events.NodeStopped
)
_OUTCOMES: Final[Mapping[type[Event], NodeStatus]] = {
    events.NodeFinished: "done",
    events.NodeKept: "kept",
    events.NodeCached: "cached",
    events.NodeFailed: "failed",
    events.NodeStopped: "stopped",
}

_STANDS_STILL: Final = ("waiting", "failed", "breakpoint", "stopped")


class RunView(Frozen):
    """A thread as the deck shows it: its nodes, its conversation, its log."""

    thread: str = ""
    """Thread id."""
    graph: str = ""
    """Target."""
    run: str = ""
    """Id of the newest run; empty before the first."""
    status: ViewStatus = "idle"
    """How the newest run stands or ended."""
    began: bool = False
    """The newest run has started a task or written a checkpoint; else it was refused, and changed nothing."""
    nodes: Mapping[str, NodeState] = field(default_factory=dict)
    """By node name; inner nodes by their path, `team:desk:review`."""
    taken: Taken = NOTHING_TAKEN
    """Its edges, as far as they are known to be taken."""
    counted_from: int | None = None
    """Step from which on nodes and edges are counted, where older checkpoints were not read; None where all were."""
    step: int | None = None
    """Step of the newest checkpoint."""
    checkpoint: str = ""
    """Id of the newest checkpoint."""
    next: tuple[str, ...] = ()
    """Nodes that the coming step runs."""
    paths: tuple[str, ...] = ()
    """Of a thread that stands still, the same with the nodes inside subgraphs, `team:desk:review`."""
    stops: tuple[Stop, ...] = ()
    """Why the newest run stopped, as far as it is known."""
    changed: tuple[str, ...] = ()
    """State keys that the newest checkpoint changed."""
    interrupts: tuple[Interrupt, ...] = ()
    """Questions that wait."""
    messages: tuple[ChatMessage, ...] = ()
    """The conversation, the message being written last."""
    log: tuple[LogLine, ...] = ()
    """Prints, errors, retries and notes."""
    logged: int = 0
    """Lines logged so far, those that are gone from `log` included."""
    error: Mapping[str, str] | None = None
    """`type`, `message` and `hint` of a run that ended badly."""
    note: str = ""
    """What graphdeck changed about saving, in one sentence."""
    values: Json = None
    """The state in JSON form, only where the graph refuses saving."""

    @property
    def standing(self) -> tuple[str, ...]:
        """What the next step runs, as exactly as it is known."""
        return self.paths or self.next


def was_refused(view: RunView) -> bool:
    """The newest run ended before it had done anything: what it was given was refused, or it was stopped at once."""
    return view.status in ("failed", "stopped") and not view.began


def fold(view: RunView, batch: Iterable[Event]) -> RunView:
    """The view after some more events of its run."""
    builder = _Builder(view)
    for event in batch:
        builder.add(event)
    return builder.view()


def from_snapshot(snapshot: Snapshot, messages: Iterable[ChatMessage] = ()) -> RunView:
    """The view of a saved thread that does not run, or of a subgraph in it."""
    done, stands = NodeState(outcome="done"), _stands_before(snapshot.status)
    path = snapshot.path
    nodes = {":".join(path[:end]): done if snapshot.status == "done" else stands for end in range(1, len(path) + 1)}

    def drawn(node: str) -> str:
        return ":".join((*path, node))

    nodes |= {":".join((*path[:end], START)): done for end in range(len(path) + 1)}
    nodes |= {kept: NodeState(outcome="kept") for kept in _finished(snapshot)}
    standing = standing_before(snapshot)
    for way in standing:
        nodes |= {drawn(around): stands for around in _around(way)}
    for task in snapshot.failed:
        if not task.error.startswith("CancelledError"):
            nodes[drawn(task.node)] = NodeState(outcome="failed")
    for question in snapshot.interrupts:
        for end in range(1, len(question.path) + 1):
            nodes[":".join(question.path[:end])] = NodeState(outcome="waiting")
    if snapshot.status == "done":
        nodes[drawn(END)] = done
    return RunView(
        thread=snapshot.thread,
        graph=snapshot.graph,
        status="idle" if snapshot.status == "running" else snapshot.status,
        nodes=nodes,
        step=snapshot.step,
        checkpoint=snapshot.checkpoint,
        next=snapshot.next or (),
        paths=standing,
        stops=snapshot.stops,
        changed=snapshot.changed,
        messages=tuple(messages),
    )


def with_measures(view: RunView, earlier: RunView) -> RunView:
    """A saved view with what only a run of this session can know of its nodes: durations, tokens, retries."""
    nodes = {
        name: replace(node, last_ms=seen.last_ms, total_ms=seen.total_ms, tokens=seen.tokens, retries=seen.retries)
        if (seen := earlier.nodes.get(name))
        else node
        for name, node in view.nodes.items()
    }
    return replace(view, nodes=nodes)


def _finished(snapshot: Snapshot) -> Iterator[str]:
    """Paths of the nodes that have come to their end in a step that others have not ended, subgraphs included."""
    yield from (":".join((*snapshot.path, task.node)) for task in snapshot.finished)
    for inner in snapshot.subgraphs:
        yield from _finished(inner)


def _around(path: str) -> tuple[str, ...]:
    """The paths of the subgraphs that a node is in, and its own."""
    names = path.split(":")
    return tuple(":".join(names[:end]) for end in range(1, len(names) + 1))


def _stands_before(status: ThreadStatus) -> NodeState:
    """The state of a node that a saved thread would run next."""
    match status:
        case "breakpoint" | "stopped":
            return NodeState(outcome=status)
        case _:
            return NodeState(queued=True)


def _after_step(node: NodeState) -> NodeState:
    """A node once a step is over; a task that runs is of the next one, whose start may be told before."""
    return with_fields(node, queued=False, open=node.open & node.active, left=frozenset())


def _begun_anew(node: NodeState) -> NodeState:
    """A node once a checkpoint begins another step in place of the one that it, or what it is in, stood in."""
    times = node.times - len(node.left)
    return with_fields(node, queued=False, times=times, open=node.open - node.left, left=frozenset())


class _Builder:
    """A view that is being changed by a batch of events."""

    def __init__(self, view: RunView) -> None:
        self._fields = {f.name: getattr(view, f.name) for f in dataclasses.fields(view)}
        self._nodes = dict(view.nodes)
        self._taken = TakenBuilder(view.taken)
        self._messages = list(view.messages)
        self._log = list(view.log)
        self._logged = view.logged

    def view(self) -> RunView:
        """The view as it is now."""
        lists = {"messages": tuple(self._messages), "log": tuple(self._log), "logged": self._logged}
        fields: dict[str, Any] = {**self._fields, **lists, "nodes": self._nodes, "taken": self._taken.view()}
        return RunView(**fields)

    def add(self, event: Event) -> None:
        """Take in one event."""
        self._taken.add(event)
        if isinstance(event, LOGGED):
            node = getattr(event, "node", "")
            self._logged += add_lines(self._log, log_of(event, node and path_text(event.ns, node)))
        match event:
            case events.RunStarted():
                self._start(event)
            case events.Checkpoint():
                self._checkpoint(event)
            case events.NodeStarted():
                self._node_started(event)
            case (
                events.NodeFinished()
                | events.NodeKept()
                | events.NodeCached()
                | events.NodeFailed()
                | events.NodeStopped()
            ):
                self._end_task(event)
            case events.NodeRetry():
                self._change(path_text(event.ns, event.node), lambda node: with_fields(node, retries=node.retries + 1))
            case events.Interrupt():
                self._interrupt(event)
            case events.Token():
                add_token(self._messages, event)
            case events.Message():
                self._message(event)
            case events.RunEnded():
                self._end(event)
            case _:
                pass

    def _start(self, event: events.RunStarted) -> None:
        if event.thread != self._fields["thread"]:
            self._nodes, self._taken, self._messages = {}, TakenBuilder(NOTHING_TAKEN), []
        for name, node in self._nodes.items():
            outcome = "idle" if node.outcome in _STANDS_STILL else node.outcome
            self._nodes[name] = with_fields(node, outcome=outcome, queued=False, active=frozenset(), left=node.open)
        self._nodes[START] = NodeState(outcome="done")
        self._nodes.pop(END, None)
        self._fields.update(
            thread=event.thread, graph=event.graph, run=event.run, note=event.note,
            status="running", began=False, interrupts=(), error=None, next=(), paths=(), stops=(),
        )  # fmt: skip

    def _checkpoint(self, event: events.Checkpoint) -> None:
        self._fields["began"] = True
        level = "".join(f"{part.partition(':')[0]}:" for part in event.ns)
        for name, node in self._nodes.items():
            if (node.queued or node.open) and name.startswith(level):
                if event.source != "loop":
                    self._nodes[name] = _begun_anew(node)
                elif ":" not in name.removeprefix(level):
                    self._nodes[name] = _after_step(node)
        for name in set(event.next):  # of a fan-out it has the node once for each task
            self._change(level + name, lambda node: with_fields(node, queued=True))
        if event.ns:  # one that is left by `Command.PARENT` comes to no end
            self._nodes[level + END] = NodeState(outcome="idle" if event.next else "done")
        else:
            self._fields.update(step=event.step, checkpoint=event.id, next=event.next, changed=tuple(event.changed))
            if event.values is not None:
                self._fields["values"] = event.values

    def _node_started(self, event: events.NodeStarted) -> None:
        path, step = path_text(event.ns, event.node), self._fields["step"]
        self._fields["began"] = True

        def started(node: NodeState) -> NodeState:
            goes_on = node.step == step or bool(node.active)
            return with_fields(
                node,
                outcome=node.outcome if goes_on else "idle",
                queued=False,
                active=node.active | {event.task},
                together=node.together + 1 if goes_on else 1,
                times=node.times + (event.task not in node.open),
                open=node.open | {event.task},
                left=node.left - {event.task},
                step=step,
            )

        if event.ns:
            self._nodes[f"{path.rpartition(':')[0]}:{START}"] = NodeState(outcome="done")
        self._nodes.pop(f"{path}:{END}", None)
        self._change(path, started)

    def _end_task(self, event: _TaskEnded) -> None:
        if event.node:
            took = event.ms if isinstance(event, events.NodeFinished) else None
            path = path_text(event.ns, event.node)
            self._finish(path, event.task, _OUTCOMES[type(event)], took)
            if isinstance(event, events.NodeFinished) and f"{path}:{START}" in self._nodes:  # no checkpoint may tell
                self._nodes.setdefault(f"{path}:{END}", NodeState(outcome="done"))

    def _finish(self, path: str, task: str, outcome: NodeStatus, last_ms: float | None = None) -> None:
        step = self._fields["step"]

        def finished(node: NodeState) -> NodeState:
            same_step = node.step == step
            shown = worst((node.outcome, outcome)) if same_step else outcome
            return with_fields(
                node,
                outcome=shown,
                queued=False,
                active=node.active - {task},
                last_ms=node.last_ms if last_ms is None else last_ms,
                total_ms=node.total_ms + (last_ms or 0.0),
                step=step,
            )

        self._change(path, finished)

    def _interrupt(self, event: Interrupt) -> None:
        """The node that asks waits, and so does every subgraph around it."""
        names = [part.partition(":")[0] for part in event.ns]
        for depth, part in enumerate(event.ns, 1):
            self._finish(":".join(names[:depth]), part.partition(":")[2], "waiting")
        self._finish(path_text(event.ns, event.node), event.task, "waiting")
        kept = tuple(question for question in self._fields["interrupts"] if question.id != event.id)
        self._fields["interrupts"] = (*kept, event)

    def _message(self, event: events.Message) -> None:
        usage = event.data.get("usage_metadata") if isinstance(event.data, dict) else None
        tokens = usage.get("total_tokens") if isinstance(usage, dict) else None
        if isinstance(tokens, int) and event.node:
            self._change(path_text(event.ns, event.node), lambda node: with_fields(node, tokens=node.tokens + tokens))
        add_message(self._messages, event)

    def _end(self, event: events.RunEnded) -> None:
        left: NodeStatus = "failed" if event.status == "lost" else "stopped"
        for name, node in self._nodes.items():
            outcome = left if node.active else node.outcome
            self._nodes[name] = with_fields(node, outcome=outcome, active=frozenset(), queued=False)
        if event.status in ("breakpoint", "stopped", "recursion_limit"):
            mark: NodeStatus = "breakpoint" if event.status == "breakpoint" else "stopped"
            for path in event.paths or event.next:
                for around in _around(path):
                    self._change(around, lambda node: with_fields(node, outcome=mark))
        if event.status == "done":
            self._nodes[END] = NodeState(outcome="done")
        self._messages[:] = [
            message._replace(writing=False) if message.writing else message for message in self._messages
        ]
        self._fields.update(
            status=event.status, next=event.next, paths=event.paths, stops=event.stops, error=event.error
        )

    def _change(self, name: str, change: Callable[[NodeState], NodeState]) -> None:
        self._nodes[name] = change(self._nodes.get(name, NodeState()))
