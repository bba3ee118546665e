"""`graphdeck threads --search TEXT --text`: a text looked for in all state, told while it is found."""

import sys
from contextlib import aclosing
from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.searching import SearchHit, SearchProgress
from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.amounts import bytes_text, count_text
from graphdeck.tui.plain.errors import tell_problems
from graphdeck.tui.text import safe

_CLEAR: Final = "\r\x1b[K"


async def search_texts(engine: Engine, text: str, *, limit: int | None, as_json: bool) -> int:
    """Print a line for each thread that holds the text; on a terminal also how far it is; the exit status."""
    shows_progress = sys.stderr.isatty() and not as_json
    found = 0
    last = SearchProgress(read=0, total=0)
    async with aclosing(engine.search(text)) as search:
        async for told in search:
            if shows_progress:
                sys.stderr.write(_CLEAR)
            if isinstance(told, SearchProgress):
                last = told
                if shows_progress:
                    sys.stderr.write(f"{bytes_text(told.read)} of {bytes_text(told.total)}; Ctrl+C ends it")
                    sys.stderr.flush()
                continue
            print(json_line(hit_json(told)) if as_json else hit_text(told), flush=True)
            found += 1
            if found == limit:
                break
    if shows_progress:
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()
    if not as_json and found == limit:
        print(f"maybe more threads have it: --limit shows them (here {limit})")
    elif not as_json:
        print(f"{count_text(found, 'thread')} found in {bytes_text(last.total)} of state")
    return tell_problems(last.problems)


def hit_text(hit: SearchHit) -> str:
    """A hit in a line."""
    step = "" if hit.step is None else f"  step {hit.step}"
    where = safe(hit.path, identifier=True) + (" (written)" if hit.where == "write" else "")
    return f"{safe(hit.thread, identifier=True)}{step}  {where}: {safe(hit.excerpt)}"


def hit_json(hit: SearchHit) -> dict[str, Json]:
    """A hit as a JSON object."""
    return {
        "thread": hit.thread,
        "checkpoint": hit.checkpoint,
        "step": hit.step,
        "ns": hit.ns,
        "path": hit.path,
        "excerpt": hit.excerpt,
        "where": hit.where,
        "file": hit.file,
    }
