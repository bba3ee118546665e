"""`graphdeck export` and `graphdeck import`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from graphdeck.graphs.engine import Engine
from graphdeck.tui.amounts import bytes_text, count_text
from graphdeck.tui.exporting import check_is_no_json
from graphdeck.tui.exporting import export as write_export
from graphdeck.tui.state_json import threads_document
from graphdeck.tui.text import safe


async def export(engine: Engine, threads: Sequence[str], out: Path | None) -> int:
    """Write threads to a new file, or as JSON to standard output; the exit status."""
    wanted = list(dict.fromkeys(threads))
    if out is not None:
        size = await write_export(engine, wanted, out)
        shown = safe(str(out), identifier=True)
        print(f"{count_text(len(wanted), 'thread')} exported to {shown}, {bytes_text(size)}")
        return 0
    for thread in wanted:
        await engine.state(thread, compared=False)  # one that is not there is told before anything is written
    async for piece in threads_document(engine, wanted):
        sys.stdout.write(piece)
    return 0


async def import_(engine: Engine, source: Path) -> int:
    """Copy the threads of a checkpoint file into the project's; the exit status."""
    check_is_no_json(source)
    done = await engine.import_threads(source)
    print(f"{count_text(len(done.threads), 'thread')} imported into {safe(done.file, identifier=True)}")
    for old, new in done.renamed.items():
        print(f"  {safe(old, identifier=True)} was there already: what was imported is {safe(new, identifier=True)}")
    return 0
