"""Which node wrote a message: the writes of its task tell, where the state does not."""

from collections.abc import Iterator, Mapping
from typing import Final

from graphdeck.graphs.records import START
from graphdeck.graphs.saved.decode import Undecodable, decode
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.rows import NO_TASK, Task
from graphdeck.graphs.values import Json, to_json

_WRITES: Final = 200
"""Newest writes that are looked at."""

_LARGE: Final = 1 << 16
"""Bytes of a write from which on it is not looked at: nobody can read so many messages."""

_SQL: Final = """
SELECT {task_path}, type, value FROM writes
WHERE thread_id = ? AND checkpoint_ns = '' AND checkpoint_id >= ? AND task_id <> ? AND channel = 'messages'
AND length(value) < ? ORDER BY checkpoint_id DESC LIMIT ?
"""


def authors(file: CheckpointFile, thread: str, checkpoint: str) -> Mapping[str, str]:
    """The node that wrote each of a thread's newest messages, by message id, as far as rows tell.

    `checkpoint` is the newest one. What was found before is kept, so that whoever follows a run looks at new writes.
    """
    key = ("authors", thread)
    last: tuple[str, Mapping[str, str]] = file.remembered.get(key, ("", {}))
    rows = file.query(_SQL.format(task_path=file.task_path), (thread, last[0], NO_TASK, _LARGE, _WRITES))
    found = dict(last[1])
    for path, type_, value in rows:
        node = Task("", path, False, (), "").node or START
        if node != START:  # the input is nobody's
            found |= dict.fromkeys(_ids(type_, value), node)
    file.remembered.put(key, (checkpoint, found))
    return found


def _ids(type_: str, value: bytes) -> Iterator[str]:
    try:
        written: Json = to_json(decode(type_, value))
    except Undecodable:  # it says nothing against the state
        return
    for message in written if isinstance(written, list) else [written]:
        if isinstance(message, dict) and isinstance(id_ := message.get("id"), str):
            yield id_
