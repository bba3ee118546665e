"""Threads written to a file of their own: a checkpoint file to go on with, or JSON to read."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import FileError
from graphdeck.graphs.first_bytes import first_bytes
from graphdeck.graphs.new_file import cannot_write, new_file
from graphdeck.tui.state_json import threads_document

DATABASES: Final = (".sqlite", ".sqlite3", ".db")
"""Ends of names that ask for a checkpoint file; all others get JSON."""
_SQLITE: Final = b"SQLite format 3\0"


async def export(engine: Engine, threads: Sequence[str], to: Path, *, file: str = "", replace: bool = False) -> int:
    """Write threads to a new file, which comes to its place once it is whole; its size in bytes.

    With `replace`, JSON takes the place of what is there, but never of a checkpoint file, nor does one of anything:
    somebody may have it open.
    """
    if to.suffix in DATABASES:
        return (await engine.export_threads(threads, to, file=file)).bytes
    for thread in threads:
        await engine.state(thread, compared=False, file=file)  # one that is gone is told before anything is written
    document = threads_document(engine, threads, file=file)
    if not replace or _is_database(to):
        return await _write(to, document)
    beside = to.with_name(f".{to.name}.{uuid.uuid4().hex}")
    size = await _write(beside, document)
    try:
        os.replace(beside, to)
    except OSError as error:
        beside.unlink()
        raise cannot_write(to, error) from error
    return size


def check_is_no_json(source: Path) -> None:
    """Raise FileError for a name that only JSON has, which cannot be imported."""
    if source.suffix == ".json":
        raise FileError(
            f"{source} is JSON, which LangGraph cannot go on from", "import what was exported to a .sqlite file"
        )


def _is_database(path: Path) -> bool:
    try:
        return first_bytes(path, len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise cannot_write(path, error) from error


async def _write(out: Path, document: AsyncIterator[str]) -> int:
    try:
        with new_file(out) as part, part.open("w", encoding="ascii") as stream:
            async for piece in document:
                await asyncio.to_thread(stream.write, piece)
        return out.stat().st_size
    except OSError as error:
        raise cannot_write(out, error) from error
