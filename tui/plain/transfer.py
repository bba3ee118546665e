"""`graphdeck export` and `graphdeck import`."""

import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import FileError
from graphdeck.graphs.new_file import cannot_write, new_file
from graphdeck.tui.amounts import bytes_text, count_text
from graphdeck.tui.state_json import threads_document
from graphdeck.tui.text import safe

DATABASES: Final = (".sqlite", ".sqlite3", ".db")
"""Ends of names that ask for a checkpoint file; all others get JSON."""


async def export(engine: Engine, threads: Sequence[str], out: Path | None) -> int:
    """Write threads to a new file, or as JSON to standard output; the exit status."""
    wanted = list(dict.fromkeys(threads))
    if out is not None and out.suffix in DATABASES:
        done = await engine.export_threads(wanted, out)
        _told(done.threads, out, done.bytes)
        return 0
    for thread in wanted:
        await engine.state(thread, compared=False)  # one that is not there is told before anything is written
    document = threads_document(engine, wanted)
    if out is None:
        async for piece in document:
            sys.stdout.write(piece)
    else:
        _told(wanted, out, await _write(out, document))
    return 0


async def import_(engine: Engine, source: Path) -> int:
    """Copy the threads of a checkpoint file into the project's; the exit status."""
    if source.suffix == ".json":
        raise FileError(
            f"{source} is JSON, which LangGraph cannot go on from", "import what was exported to a .sqlite file"
        )
    done = await engine.import_threads(source)
    print(f"{count_text(len(done.threads), 'thread')} imported into {safe(done.file, identifier=True)}")
    for old, new in done.renamed.items():
        print(f"  {safe(old, identifier=True)} was there already: what was imported is {safe(new, identifier=True)}")
    return 0


async def _write(out: Path, document: AsyncIterator[str]) -> int:
    """Write a new file; its size."""
    try:
        with new_file(out) as part, part.open("w", encoding="ascii") as stream:
            async for piece in document:
                stream.write(piece)
        return out.stat().st_size
    except OSError as error:
        raise cannot_write(out, error) from error


def _told(threads: Sequence[str], out: Path, size: int) -> None:
    print(f"{count_text(len(threads), 'thread')} exported to {safe(str(out), identifier=True)}, {bytes_text(size)}")
