"""The rows of a checkpoint file as records: checkpoints, and the tasks that ran after each."""

import datetime
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from graphdeck.graphs.channels import SENDS
from graphdeck.graphs.saved.decode import DELTA_SNAPSHOT, Undecodable, decode, expand, outline
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.values import Stored

NO_TASK: Final = "00000000-0000-0000-0000-000000000000"
"""Task id of writes that are input to a step."""

_CONTROL_PREFIXES: Final = ("branch:", "join:", "start:")
_PULL: Final = "~__pregel_pull, "
_PUSH: Final = "~__pregel_push, "
_HANDLER: Final = ", node_error_handler, "
_BY_HAND: Final = "~__interrupt__, "
NOT_OUTPUT: Final = ("__error__", "__error_source_node__", "__interrupt__", "__resume__")
"""Channels that a task writes without having finished."""

_LOADED: Final = "loaded"
_KEPT: Final = 2
"""Checkpoints that stay decoded: a newest one and its parent."""

Key: TypeAlias = tuple[str, str, str]
"""Thread id, `checkpoint_ns` and checkpoint id."""


class SavedCheckpoint(NamedTuple):
    """A row of the table `checkpoints`, its objects not decoded yet."""

    key: Key
    """What names it."""
    parent: str | None
    """Checkpoint id of its parent."""
    metadata: Mapping[str, Any]
    """`step`, `source`, `parents`, and the flat values that a run gave."""
    type: str
    """Format of `blob`."""
    blob: bytes
    """The checkpoint as it is stored."""
    body: Mapping[str, Any]
    """Its outline: `v`, `ts`, `channel_values`, `channel_versions`, `versions_seen`."""

    @property
    def id(self) -> str:
        """Checkpoint id."""
        return self.key[2]

    @property
    def channels(self) -> Mapping[str, Any]:
        """Outline of all channels that hold something."""
        return _mapping(self.body.get("channel_values"))

    @property
    def versions(self) -> Mapping[str, Any]:
        """Version of each channel that was ever written."""
        return _mapping(self.body.get("channel_versions"))

    @property
    def seen(self) -> Mapping[str, Any]:
        """By node, the versions of its triggers when it last ran."""
        return _mapping(self.body.get("versions_seen"))

    @property
    def step(self) -> int:
        """-1 for the input."""
        step = self.metadata.get("step")
        return step if isinstance(step, int) else (step_of(self.id) or 0)

    @property
    def source(self) -> str:
        """`input`, `loop`, `update` or `fork`."""
        return str(self.metadata.get("source", ""))

    @property
    def time(self) -> str:
        """ISO 8601, UTC."""
        time = self.body.get("ts")
        return time if isinstance(time, str) else time_of(self.id)

    def state(self) -> dict[str, Any]:
        """Outline of the state keys alone, without the channels that steer a graph."""
        return {name: value for name, value in self.channels.items() if not is_control(name)}


class Task(NamedTuple):
    """What the table `writes` knows of one task of the step after a checkpoint."""

    id: str
    """Task id."""
    path: str
    """`task_path`: how it came to run; empty in files of old versions."""
    finished: bool
    """It has written its output."""
    interrupts: tuple[Mapping[str, Any], ...]
    """Fields of the questions that it asked last: `value`, `id`, `response_schema`."""
    error: str
    """The repr of its error; empty without one."""
    answered: bool = False
    """Its question has its answer, and it failed with that; it gets the same answer whenever it goes on."""
    channels: tuple[str, ...] = ()
    """What it wrote, in order: state keys, and channels that steer the graph."""

    @property
    def node(self) -> str | None:
        """Node that an edge started, or that handles the error of one, under the name that LangGraph gives it.

        None for a task of a `Send`, of the functional API, or of an unknown path.
        """
        node, handler, _ = self.path.removeprefix(_PULL).partition(_HANDLER)
        return (f"__error_handler__{node}" if handler else node) if self.path.startswith(_PULL) else None

    @property
    def send(self) -> int | None:
        """Index of the `Send` that started it; None for all others."""
        index = self.path.removeprefix(_PUSH).partition(",")[0]
        return int(index) if self.path.startswith(_PUSH) and index.isdigit() else None

    @property
    def called_by(self) -> str | None:
        """Functional API: the entrypoint whose call started it; None for all others."""
        if self.path.count(_PUSH) and _PULL in self.path:
            return self.path.partition(_PULL)[2].partition(", ")[0]
        return None

    @property
    def waits(self) -> bool:
        """It asks, and has no answer."""
        return bool(self.interrupts) and not (self.finished or self.answered)

    @property
    def failed(self) -> bool:
        """It ended with an error of its own; a cancelled one did not."""
        return bool(self.error) and not self.finished and not self.error.startswith("CancelledError(")


def is_control(channel: str) -> bool:
    """Whether a channel steers the graph, and is no state key."""
    return channel in ("__start__", SENDS) or channel.startswith(_CONTROL_PREFIXES)


def newest_checkpoint(file: CheckpointFile, thread: str, ns: str = "") -> tuple[str, int] | None:
    """Id and size of the newest checkpoint of a thread or of a subgraph, without reading it; None without one."""
    rows = file.query(
        "SELECT checkpoint_id, length(checkpoint) FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ?"
        " ORDER BY checkpoint_id DESC LIMIT 1",
        (thread, ns),
    )
    return (rows[0][0], rows[0][1]) if rows else None


def load_checkpoint(
    file: CheckpointFile, thread: str, ns: str = "", checkpoint: str | None = None
) -> SavedCheckpoint | None:
    """A checkpoint, by default the newest of its namespace; None where there is none, `Undecodable` where broken.

    The last few are kept: whoever follows a run asks for its newest as state, row and history one after the other.
    """
    which = "checkpoint_id = ?" if checkpoint else "? IS NULL ORDER BY checkpoint_id DESC LIMIT 1"
    where = f"FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ? AND {which}"
    found = file.query(f"SELECT checkpoint_id, length(checkpoint) {where}", (thread, ns, checkpoint))
    if not found:
        return None
    key = (thread, ns, *found[0])
    kept: dict[object, SavedCheckpoint] | None = file.remembered.get(_LOADED)
    if kept is None:
        kept = {}
        file.remembered.put(_LOADED, kept)
    saved = kept.pop(key, None)
    if saved is None:
        rows = file.query(
            "SELECT checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata FROM checkpoints"
            " WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?",
            (thread, ns, found[0][0]),
        )
        if not rows:  # deleted meanwhile
            return None
        saved = read_checkpoint(thread, ns, rows[0])
    kept[key] = saved
    if len(kept) > _KEPT:
        del kept[next(iter(kept))]
    return saved


def read_checkpoint(thread: str, ns: str, row: tuple[Any, ...]) -> SavedCheckpoint:
    """A checkpoint from its id, parent, type, blob and metadata; raises `Undecodable`."""
    id_, parent, type_, blob, metadata = row
    if not isinstance(blob, bytes):
        raise Undecodable("it holds no bytes")
    body = outline(type_, blob)
    if not isinstance(body, dict) or "channel_values" not in body:
        what = f"its format is {body.type}" if isinstance(body, Stored) else "it is not a checkpoint"
        raise Undecodable(what)
    return SavedCheckpoint((thread, ns, id_), parent, read_metadata(metadata), str(type_), blob, body)


def read_metadata(data: bytes | str | None) -> Mapping[str, Any]:
    """A metadata column; empty where it cannot be read, as nothing else depends on it."""
    try:
        return _mapping(json.loads(data or b"{}"))
    except (ValueError, RecursionError):
        return {}


def load_tasks(file: CheckpointFile, key: Key) -> list[Task]:
    """The tasks of the step after a checkpoint that wrote anything, in their order; raises `Undecodable`.

    What an update by hand wrote is with the checkpoint that it follows, and is none of them.
    """
    rows = file.query(
        f"SELECT task_id, {file.task_path}, channel, type,"
        " CASE WHEN channel IN ('__error__', '__interrupt__') THEN value END FROM writes"
        " WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ? AND task_id <> ? ORDER BY 2, task_id, idx",
        (*key, NO_TASK),
    )
    by_task: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        if not is_by_hand(row[1]):
            by_task.setdefault(row[0], []).append(row)
    tasks = [read_task(writes) for writes in by_task.values()]
    if any(task.interrupts and task.error and not task.finished for task in tasks):
        answered = _answered(file, key)
        tasks = [task._replace(answered=task.id in answered and not task.finished) for task in tasks]
    return tasks


def _answered(file: CheckpointFile, key: Key) -> set[str]:
    """Ids of the tasks that failed with the answers to their questions."""
    # Rarely needed, and not for the first paint.
    from graphdeck.graphs.failed_answers import ARGUMENTS, NEXT_QUESTION, answered_sql, is_next_question

    file.define(NEXT_QUESTION, ARGUMENTS, is_next_question)
    rows = file.query(
        "SELECT task_id FROM writes AS asks WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
        f" AND channel = '__interrupt__' AND {answered_sql(file.task_path)}",
        key,
    )
    return {row[0] for row in rows}


def is_by_hand(task_path: str) -> bool:
    """Whether somebody's update of the state is kept under a path, and no node ran."""
    return task_path.startswith(_BY_HAND)


def read_task(writes: Sequence[tuple[Any, ...]]) -> Task:
    """A task from writes of it, each its id, path, channel, and type and value of the channels `NOT_OUTPUT`."""
    interrupts: list[Mapping[str, Any]] = []
    error = ""
    for _, _, channel, type_, data in writes:
        if channel == "__interrupt__":
            found = decode(type_, data)
            interrupts += [_interrupt(item) for item in (found if isinstance(found, list) else [found])]
        elif channel == "__error__":
            error = str(decode(type_, data))
    written = tuple(write[2] for write in writes if write[2] not in NOT_OUTPUT)
    return Task(writes[0][0], writes[0][1], bool(written), tuple(interrupts), error, channels=written)


def _interrupt(stored: Any) -> Mapping[str, Any]:
    if isinstance(stored, Stored) and isinstance(stored.value, dict):
        return stored.value
    return {"value": stored}


def whole(value: Any) -> Any:
    """A value of a state's outline, decoded; raises `Undecodable`."""
    value = expand(value)
    return value.value if isinstance(value, Stored) and value.type == DELTA_SNAPSHOT else value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


# -- what a checkpoint id tells: LangGraph makes it a UUID of version 6 whose clock sequence is the step --------

_SEQUENCE: Final = 0x4000
_GREGORIAN_TICKS: Final = 0x01B21DD213814000
"""Ticks of 100 ns from 1582, where UUIDs begin, to 1970."""


def step_of(checkpoint: str) -> int | None:
    """Step of a checkpoint by its id, right up to step 16,000; None for an id of another kind."""
    number = _uuid6(checkpoint)
    if number is None:
        return None
    sequence = (number >> 48) & (_SEQUENCE - 1)
    return sequence if sequence < _SEQUENCE - 0x100 else sequence - _SEQUENCE


def time_of(checkpoint: str) -> str:
    """Time of a checkpoint by its id, ISO 8601 UTC; empty for an id of another kind."""
    number = _uuid6(checkpoint)
    if number is None:
        return ""
    ticks = (number >> 80 << 12) | (number >> 64 & 0xFFF)
    try:
        moment = datetime.datetime.fromtimestamp((ticks - _GREGORIAN_TICKS) / 1e7, datetime.UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.isoformat()


def _uuid6(text: str) -> int | None:
    try:
        number = uuid.UUID(text)
    except ValueError:
        return None
    return number.int if number.version == 6 else None
