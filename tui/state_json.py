"""States and whole threads as JSON, for programs and for files."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import islice
from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import FailedTask, Snapshot, ThreadRow
from graphdeck.graphs.stopping import standing_before, stop_to_dict
from graphdeck.graphs.values import Json, to_json

PAGE: Final = 100
"""Checkpoints asked for at a time."""
DEEP: Final = 3
"""Levels that are written part by part: Python's encoder lets no key through before it is done with a value."""
MANY: Final = 200
"""Parts without parts of their own that are written at once."""


def snapshot_json(snapshot: Snapshot) -> dict[str, Json]:
    """A state as one JSON object; the states of subgraphs in the middle of a step are under `subgraphs`."""
    data: dict[str, Json] = {
        "thread": snapshot.thread,
        "checkpoint": snapshot.checkpoint,
        "step": snapshot.step,
        "status": snapshot.status,
        "next": None if snapshot.next is None else list(snapshot.next),
        "paths": list(standing_before(snapshot)),
        "stops": [stop_to_dict(stop) for stop in snapshot.stops],
        "values": dict(snapshot.values),
        "interrupts": [
            {
                "id": pending.id,
                "node": pending.node,
                "ns": list(pending.ns),
                "value": pending.value,
                "schema": pending.schema,
            }
            for pending in snapshot.interrupts
        ],
        "failed": [_failed_json(task) for task in snapshot.failed],
        "finished": [
            {"node": task.node, "results": list(task.results), "keys": list(task.wrote)} for task in snapshot.finished
        ],
        "graph": snapshot.graph or None,
        "file": snapshot.file,
        "parent": snapshot.parent,
        "ns": snapshot.ns,
    }
    if snapshot.subgraphs:
        data["subgraphs"] = [snapshot_json(inner) for inner in snapshot.subgraphs]
    return data


def _failed_json(task: FailedTask) -> dict[str, Json]:
    data: dict[str, Json] = {"node": task.node, "error": task.error}
    if task.question is not None:  # it had its answer
        data |= {"interrupt": task.question.id, "answer": task.answer}
    return data


async def threads_document(engine: Engine, threads: Sequence[str], *, file: str = "") -> AsyncIterator[str]:
    """Threads as one JSON document, piece by piece: each with its title and tags, and the state at each checkpoint."""
    yield '{"graphdeck_export": 1, "threads": ['
    for number, thread in enumerate(threads):
        head = await engine.state(thread, compared=False, file=file)
        row = await _row_of(engine, thread, head.file)
        about: dict[str, Json] = {
            "thread": thread,
            "title": row.title or None if row else None,
            "tags": list(row.tags) if row else [],
            "graph": head.graph or None,
            "status": head.status,
        }
        yield (",\n" if number else "\n") + _line(about)[:-1] + ', "checkpoints": ['
        separator = "\n"
        async for checkpoint in _checkpoints(engine, thread, head.file):
            yield separator + await asyncio.to_thread(_line, checkpoint)
            separator = ",\n"
        yield "]}"
    yield "]}\n"


async def _checkpoints(engine: Engine, thread: str, file: str) -> AsyncIterator[dict[str, Json]]:
    """The state at each checkpoint, newest first; of one that cannot be read, why."""
    before: str | None = None
    while rows := await engine.history(thread, limit=PAGE, before=before, file=file):
        for row in rows:
            if row.error:
                yield {"checkpoint": row.checkpoint, "parent": row.parent, "step": row.step, "error": row.error}
            else:
                yield snapshot_json(await engine.state(thread, row.checkpoint, compared=False, file=file))
        before = rows[-1].checkpoint


async def _row_of(engine: Engine, thread: str, file: str) -> ThreadRow | None:
    """The thread as a list has it, which alone tells what people call it."""
    cursor: str | None = None
    while True:
        page = await engine.threads(query=thread, limit=PAGE, cursor=cursor)
        found = next((row for row in page.rows if (row.thread, row.file) == (thread, file)), None)
        cursor = page.cursor
        if found is not None or cursor is None:
            return found


def json_pieces(value: Json, levels: int = DEEP) -> Iterator[str]:
    """What `json.dumps` makes of a value, in pieces, between which others have their turn."""
    if not levels or not isinstance(value, (dict, list)) or not value:
        yield _dumps(value)
        return
    start, end = "{}" if isinstance(value, dict) else "[]"
    for some in _slices(value):
        names = [f"{_dumps(key)}: " for key in some] if isinstance(some, dict) else [""] * len(some)
        parts = some.values() if isinstance(some, dict) else some
        if any(isinstance(part, (dict, list)) for part in parts):
            for name, part in zip(names, parts, strict=True):
                yield start + name
                yield from json_pieces(part, levels - 1)
                start = ", "
        else:
            yield start + _dumps(some)[1:-1]
            start = ", "
    yield end


def _slices(value: dict[str, Json] | list[Json]) -> Iterator[dict[str, Json] | list[Json]]:
    if isinstance(value, list):
        yield from (value[at : at + MANY] for at in range(0, len(value), MANY))
        return
    items = iter(value.items())
    while some := dict(islice(items, MANY)):
        yield some


def _dumps(value: Json) -> str:
    return json.dumps(value, ensure_ascii=True, allow_nan=False)


def _line(data: dict[str, Json]) -> str:
    return "".join(json_pieces(to_json(data)))
