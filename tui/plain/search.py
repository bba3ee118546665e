"""`graphdeck threads --search TEXT --text`: a text looked for in all state, told while it is found."""

import sys
from contextlib import aclosing
from typing import Final, Self

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.searching import SearchHit, SearchProgress
from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.amounts import bytes_text, count_text
from graphdeck.tui.plain.errors import tell_problems
from graphdeck.tui.text import safe

_CLEAR: Final = "\r\x1b[K"


async def search_texts(engine: Engine, text: str, *, limit: int | None, as_json: bool) -> int:
    """Print a line for each thread that holds the text; on a terminal also how far it is; the exit status."""
    progress = _Progress(shown=sys.stderr.isatty() and not as_json)
    found = 0
    async with aclosing(engine.search(text)) as search:
        with progress:
            async for told in search:
                if isinstance(told, SearchProgress):
                    progress.show(told)
                    continue
                progress.clear()
                print(json_line(hit_json(told)) if as_json else hit_text(told), flush=True)
                found += 1
                if found == limit:
                    break
    if not as_json and found == limit:
        print(f"maybe more threads have it: --limit shows them (here {limit})")
    elif not as_json:
        print(f"{count_text(found, 'thread')} found in {bytes_text(progress.last.total)} of state")
    return tell_problems(progress.last.problems)


class _Progress:
    """A line that says how far a search is, and is gone when something else is printed, or in the end."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self.last = SearchProgress(read=0, total=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, progress: SearchProgress) -> None:
        self.last = progress
        self._write(f"{_CLEAR}{bytes_text(progress.read)} of {bytes_text(progress.total)}; Ctrl+C ends it")

    def clear(self) -> None:
        self._write(_CLEAR)

    def _write(self, text: str) -> None:
        if self._shown:
            sys.stderr.write(text)
            sys.stderr.flush()


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
