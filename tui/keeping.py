"""What a person does to saved threads, one or many, each in the file that holds it."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.keeping import Imported, Pruned, ThreadSize
from graphdeck.graphs.records import ThreadRow
from graphdeck.tui.exporting import check_is_no_json, export
from graphdeck.tui.rules import forget_grants


class Keeper:
    """The deck's way to what changes saved threads; raises `GraphdeckError`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def sizes(self, rows: Sequence[ThreadRow]) -> list[ThreadSize]:
        """What goes when they are deleted."""
        found = [await self._engine.sizes(threads, file=file) for file, threads in _by_file(rows)]
        return [size for sizes in found for size in sizes]

    async def delete(self, rows: Sequence[ThreadRow]) -> None:
        """Delete them with all their checkpoints, and what was granted in them."""
        for file, threads in _by_file(rows):
            await self._engine.delete(threads, file=file)
            await asyncio.to_thread(forget_grants, threads)

    async def rename(self, row: ThreadRow, title: str) -> None:
        """Give one a title; an empty one takes it away."""
        await self._engine.rename(row.thread, title, file=row.file)

    async def tag(self, rows: Sequence[ThreadRow], add: Sequence[str], remove: Sequence[str]) -> None:
        """Give them tags, and take some away."""
        for row in rows:
            await self._engine.tag(row.thread, add=add, remove=remove, file=row.file)

    async def copy(self, rows: Sequence[ThreadRow]) -> list[str]:
        """Copy each within its file; the new ids."""
        return [await self._engine.copy(row.thread, file=row.file) for row in rows]

    async def prune(self, rows: Sequence[ThreadRow], keep: int, *, dry: bool) -> list[Pruned]:
        """Delete all but so many of the newest checkpoints of each, and what these need; `dry` only tells."""
        return [await self._engine.prune(row.thread, keep=keep, dry=dry, file=row.file) for row in rows]

    async def export(self, rows: Sequence[ThreadRow], to: Path, *, replace: bool) -> int:
        """Write them to a file; its size in bytes."""
        files = _by_file(rows)
        if len(files) > 1:
            raise InputError("these threads are in several files", "export those of one file at a time")
        [(file, threads)] = files
        return await export(self._engine, threads, to, file=file, replace=replace)

    async def import_from(self, source: Path) -> Imported:
        """Copy all threads of a checkpoint file into the one that runs write."""
        check_is_no_json(source)
        return await self._engine.import_threads(source)


def _by_file(rows: Iterable[ThreadRow]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.file, []).append(row.thread)
    return list(found.items())
