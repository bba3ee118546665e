"""What tasks were given and what they wrote, as their rows keep it: of one task whole, of a step's at a glance."""

from collections.abc import Mapping
from typing import Any, Final

from graphdeck.graphs.channels import SENDS
from graphdeck.graphs.saved.decode import Packed, Undecodable, decode, expand, outline
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.lookup import find_checkpoint, unreadable
from graphdeck.graphs.saved.rows import NO_TASK, NOT_OUTPUT, SavedCheckpoint, is_by_hand, is_control
from graphdeck.graphs.task_ids import StepStart, call_of, sent_place
from graphdeck.graphs.tasks import TaskValues
from graphdeck.graphs.values import Json, Stored, to_json

GLANCE: Final = 1 << 14
"""Bytes of a value from which on a glance tells its size alone."""
MOST: Final = 2_000
"""Tasks of one step that are glanced at."""
_INPUT: Final = "__start__"
_NO_RESULT: Final = (*NOT_OUTPUT, "__no_writes__", "__previous__", "__pregel_push")
"""Channels that tell nothing that a person would call a result."""


def read_task_values(file: CheckpointFile, thread: str, checkpoint: str, task: str, *, ns: str = "") -> TaskValues:
    """What a task of the step after a checkpoint was given and wrote; raises `ThreadNotFound` and `FileError`."""
    found = _read(file, thread, checkpoint, ns, task)
    return found.get(task, TaskValues())


def read_glances(file: CheckpointFile, thread: str, checkpoint: str, *, ns: str = "") -> Mapping[str, TaskValues]:
    """By task id, what the tasks of the step after a checkpoint were given and wrote, of large values the size alone.

    Raises `ThreadNotFound` and `FileError`.
    """
    return _read(file, thread, checkpoint, ns, "")


def _read(file: CheckpointFile, thread: str, checkpoint: str, ns: str, only: str) -> Mapping[str, TaskValues]:
    """The values of one task, or of all of them at a glance."""
    file.refresh()
    largest = 0 if only else GLANCE
    try:
        saved = find_checkpoint(file, thread, checkpoint, ns=ns)
        paths, wrote = _written(file, saved, only, largest)
        given = _given(saved, paths, only, largest)
    except Undecodable as error:
        raise unreadable(file, thread, error) from error
    return {
        task: TaskValues(argument=given.get(task), has_argument=task in given, wrote=wrote.get(task, {}))
        for task in dict.fromkeys((*given, *wrote))
    }


# -- what they wrote -------------------------------------------------------------------------------------------------


def _written(
    file: CheckpointFile, saved: SavedCheckpoint, only: str, largest: int
) -> tuple[Mapping[str, str], Mapping[str, Mapping[str, Json]]]:
    """By task id, the path of each task that wrote anything, and what it wrote."""
    rows = file.query(
        f"SELECT task_id, {file.task_path}, channel, type, length(value), CASE WHEN ? = 0 OR length(value) < ?"
        " THEN value END FROM writes WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?"
        " AND ? IN ('', task_id) AND task_id <> ? ORDER BY task_id, idx",
        (largest, largest, *saved.key, only, NO_TASK),
    )
    by_task: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        if not is_by_hand(row[1]):
            by_task.setdefault(row[0], []).append(row)
    wrote = {task: _results(writes) for task, writes in by_task.items()}
    return {task: writes[0][1] for task, writes in by_task.items()}, wrote


def _results(writes: list[tuple[Any, ...]]) -> Mapping[str, Json]:
    found: dict[str, list[Json]] = {}
    for _, _, channel, type_, length, data in writes:
        if channel not in _NO_RESULT and not is_control(channel):
            value = size_words(length) if length and data is None else to_json(decode(type_, data))
            found.setdefault(channel, []).append(value)
    return {channel: values[0] if len(values) == 1 else values for channel, values in found.items()}


# -- what they were given --------------------------------------------------------------------------------------------


def _given(saved: SavedCheckpoint, paths: Mapping[str, str], only: str, largest: int) -> Mapping[str, Json]:
    """By task id, what a task was given that is no part of the state: by its `Send`, or as the graph's input."""
    found = saved.channels.get(SENDS)
    packets = found[:MOST] if isinstance(found, list) else []
    places = _places(saved, packets, paths)
    given = {task: _argument(packets[at], largest) for task, at in places.items() if only in ("", task)}
    if _INPUT in saved.channels:
        takers = [only] if only and only not in paths else [task for task in paths if call_of(paths[task]) is None]
        value = to_json(expand(saved.channels[_INPUT]))
        given |= {task: value for task in takers if task not in given}
    return given


def _places(saved: SavedCheckpoint, packets: list[Any], paths: Mapping[str, str]) -> Mapping[str, int]:
    """By task id, its place among the `Send`s: a task that has written nothing yet has no row that tells."""
    step = StepStart(checkpoint=saved.id, step=saved.step + 1, ns=saved.key[1])
    made = {step.sent(_node(packet), place): place for place, packet in enumerate(packets)}
    told = {task: sent_place(path) for task, path in paths.items()}
    return made | {task: place for task, place in told.items() if place is not None and place < len(packets)}


def _node(packet: Any) -> str:
    """The node of a stored `Send`: an object whose constructor takes that first."""
    match outline("msgpack", packet.data) if isinstance(packet, Packed) else None:
        case [_, _, [str(node), *_], *_]:
            return node
        case _:
            return ""


def _argument(packet: Any, largest: int) -> Json:
    if largest and isinstance(packet, Packed) and len(packet.data) >= largest:
        return size_words(len(packet.data))
    sent = expand(packet)
    return to_json(sent.value.get("arg") if isinstance(sent, Stored) and isinstance(sent.value, dict) else sent)


def size_words(length: int) -> str:
    """What a glance tells of a value that is too large for it."""
    return f"{length:,} bytes"
