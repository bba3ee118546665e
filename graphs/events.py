"""The events of a run: one vocabulary for screens, `--json` output and tests."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, TypeAlias

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.values import Json, to_json

if TYPE_CHECKING:
    from graphdeck.graphs.stopping import Stop

RunStatus: TypeAlias = Literal["done", "waiting", "breakpoint", "failed", "stopped", "recursion_limit", "lost"]


class Event(Frozen):
    """Something that happened in a run."""

    name: ClassVar[str] = ""
    seq: int = 0
    """Counts up from 1 within a run."""
    time: str = ""
    """ISO 8601, UTC."""
    run: str = ""
    """The run's id."""
    ns: tuple[str, ...] = ()
    """Subgraph path: `node:task id` for each level, empty for the graph itself."""


class Frame(Frozen):
    """One line of the user's code in a traceback."""

    file: str
    """Absolute path."""
    line: int
    """Counts from 1."""
    function: str
    """Name of the function that the line is in."""


class RunStarted(Event):
    """The worker holds the lease and is about to run the graph."""

    name = "run_started"
    thread: str
    """Thread id."""
    graph: str
    """Target, as it was asked for."""
    file: str = ""
    """Checkpoint file that the run writes; empty where the graph refuses saving."""
    durability: str = "sync"
    """`sync` or `async`."""
    note: str = ""
    """What graphdeck changed about saving, or left out when it loaded the graph; usually empty."""


class Checkpoint(Event):
    """A checkpoint was put; its values can be read from the file."""

    name = "checkpoint"
    id: str
    """Checkpoint id."""
    parent: str | None
    """Checkpoint id of the parent."""
    step: int
    """-1 for the input."""
    source: str
    """`input`, `loop`, `update` or `fork`."""
    next: tuple[str, ...]
    """Nodes that the coming step runs."""
    changed: Mapping[str, tuple[int, str]]
    """Keys that differ from the checkpoint before, with size in bytes and hash of the new value."""
    values: Json = None
    """The state in JSON form, only where the graph refuses saving and no file holds it."""
    routed: Mapping[str, tuple[str, ...]] | None = None
    """By node of the step that it ends, the nodes that it sent the run to, never END; None where nobody can tell."""


class NodeStarted(Event):
    """A task began to run a node."""

    name = "node_started"
    task: str
    """Task id."""
    node: str
    """Node name."""
    triggers: tuple[str, ...] = ()
    """Channels that made it run."""
    caller: str = ""
    """Id of the task whose code called it, in the functional API; empty where none did, or that is not known."""
    call: int = 0
    """Which of its caller's calls it was, from 1; 0 where no task called it."""
    given: Json = None
    """What a called task was called with, in JSON form: its argument, or a list of them. No checkpoint keeps it."""


class NodeKept(Event):
    """A task finished in an earlier run of this step, and is not run again."""

    name = "node_kept"
    task: str
    """Task id."""
    node: str
    """Node name."""
    caller: str = ""
    """As `node_started` has it."""
    call: int = 0
    """As `node_started` has it."""
    given: Json = None
    """As `node_started` has it."""


class NodeCached(Event):
    """A task was answered from the node's cache."""

    name = "node_cached"
    task: str
    """Task id; empty where LangGraph does not tell."""
    node: str
    """Node name."""
    keys: tuple[str, ...] = ()
    """State keys written."""


class NodeFinished(Event):
    """A task ended with a result."""

    name = "node_finished"
    task: str
    """Task id."""
    node: str
    """Node name."""
    ms: float
    """Milliseconds since it started."""
    keys: tuple[str, ...] = ()
    """State keys written."""


class NodeFailed(Event):
    """A task ended with an error."""

    name = "node_failed"
    task: str
    """Task id; empty where the error is the run's own."""
    node: str
    """Node name."""
    error: str
    """Class name of the exception."""
    message: str
    """Its text."""
    traceback: str
    """The user's frames, from their first one on."""


class NodeStopped(Event):
    """A task has not finished: it was cancelled as a sibling failed or the run was stopped, or its subgraph stopped."""

    name = "node_stopped"
    task: str
    """Task id."""
    node: str
    """Node name."""


class NodeRetry(Event):
    """A task failed and its retry policy runs it again."""

    name = "node_retry"
    task: str
    """Task id; empty where it cannot be told."""
    node: str
    """Node name."""
    attempt: int
    """The attempt that failed, from 1."""
    error: str
    """Class name and text of the error."""


class Interrupt(Event):
    """A node asks a person."""

    name = "interrupt"
    id: str
    """Interrupt id: the key of its answer."""
    task: str
    """Task id."""
    node: str
    """Node name."""
    value: Json
    """The payload, in JSON form."""
    schema: Json = None
    """JSON schema of the answer, where the graph declares one."""
    frames: tuple[Frame, ...] = ()
    """The user's frames: where the node starts again, ..., the line that asks. Empty where none is the user's."""


class Token(Event):
    """Text of a message that is being written, coalesced to about 30 events a second."""

    name = "token"
    task: str
    """Task id."""
    node: str
    """Node name."""
    message: str
    """Message id."""
    text: str
    """The new part."""


class Message(Event):
    """A whole message."""

    name = "message"
    task: str
    """Task id."""
    node: str
    """Node name."""
    role: str
    """`human`, `ai`, `tool`, `system`, ..."""
    data: Json
    """The message in JSON form: `type`, `content`, `tool_calls`, `id`, ..."""


class Custom(Event):
    """What a node gave to its stream writer."""

    name = "custom"
    task: str
    """Task id; empty where it cannot be told."""
    node: str
    """Node name; empty where it cannot be told."""
    data: Json
    """In JSON form."""


class Output(Event):
    """Printed text."""

    name = "output"
    task: str
    """Task id; empty where it is the run's."""
    node: str
    """Node name; empty where it is the run's."""
    stream: str
    """`stdout` or `stderr`."""
    text: str
    """As printed, undecodable bytes replaced."""


class TypeBlocked(Event):
    """A stored value's type is not the target's own, so it was not built (`--trust` allows it)."""

    name = "type_blocked"
    type: str
    """Dotted name."""


class Decided(Event):
    """A rule answered for an action that waited; the run goes on by itself once all of them are decided."""

    name = "decided"
    interrupt: str
    """Interrupt id."""
    node: str
    """Node that asked."""
    action: str
    """The tool that asked to run."""
    decision: str
    """`approve` or `reject`."""
    rule: str
    """The rule, as `yours 2`, `project 1` or `grant`."""
    reason: str = ""
    """Why, in the rule's words."""


class RunEnded(Event):
    """The last event of every run."""

    name = "run_ended"
    status: RunStatus
    """How it ended."""
    next: tuple[str, ...] = ()
    """Nodes that a continued run would run."""
    error: Mapping[str, str] | None = None
    """`type`, `message` and `hint` where it ended badly."""
    stops: "tuple[Stop, ...]" = ()
    """Why it stopped, all reasons; none where it did not, and where only questions wait."""
    paths: tuple[str, ...] = ()
    """`next` with the nodes inside subgraphs, as `team:desk:review`: what it stands before."""


def path_text(ns: Sequence[str], node: str) -> str:
    """The path of a node through the subgraphs that an event's `ns` names, `team:desk:review`."""
    return ":".join((*(level.partition(":")[0] for level in ns), node)) if ns else node


_CLASSES: dict[str, type[Event]] = {
    cls.name: cls
    for cls in (
        RunStarted, Checkpoint, NodeStarted, NodeKept, NodeCached, NodeFinished, NodeFailed, NodeStopped, NodeRetry,
        Interrupt, Token, Message, Custom, Output, TypeBlocked, Decided, RunEnded,
    )
}  # fmt: skip


_NAMES: Final = {cls: frozenset(field.name for field in dataclasses.fields(cls)) for cls in _CLASSES.values()}
_AS_IT_IS: Final = frozenset({"value", "values", "schema", "data", "given"})
"""Fields that are in JSON form already."""
_LISTS: Final = frozenset({"ns", "next", "triggers", "keys", "stops", "paths"})
"""Fields that are tuples here and lists there."""


def event_to_dict(event: Event) -> dict[str, Json]:
    """An event as a JSON object, its name under `event`."""
    data: dict[str, Json] = {"event": event.name}
    for name, value in vars(event).items():
        data[name] = value if type(value) is str or name in _AS_IT_IS else _field_to_json(name, value)
    return data


def _field_to_json(name: str, value: Any) -> Json:
    match name:
        case "frames":
            return [dataclasses.asdict(frame) for frame in value]
        case "changed":
            return {key: list(pair) for key, pair in value.items()}
        case "routed" if value is not None:
            return {node: list(targets) for node, targets in value.items()}
        case "stops" if value:
            from graphdeck.graphs.stopping import stop_to_dict  # few runs have any

            return [stop_to_dict(stop) for stop in value]
        case _:
            return list(value) if isinstance(value, tuple) else to_json(value)


def event_from_dict(data: Mapping[str, Any]) -> Event:
    """The event that `event_to_dict` described; unknown keys are left out, an unknown name raises KeyError."""
    cls = _CLASSES[data["event"]]
    names = _NAMES[cls]
    fields: dict[str, Any] = {
        name: tuple(value) if name in _LISTS else value for name, value in data.items() if name in names
    }
    if "frames" in fields:
        fields["frames"] = tuple(Frame(**frame) for frame in fields["frames"])
    if fields.get("stops"):
        from graphdeck.graphs.stopping import stop_from_dict

        fields["stops"] = tuple(map(stop_from_dict, fields["stops"]))
    if "changed" in fields:
        fields["changed"] = {key: (pair[0], pair[1]) for key, pair in fields["changed"].items()}
    if fields.get("routed") is not None:
        fields["routed"] = {node: tuple(targets) for node, targets in fields["routed"].items()}
    return cls(**fields)
