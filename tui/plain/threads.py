"""`graphdeck threads`: the saved threads, as a table or as JSON lines."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import FileProblem, ThreadRow
from graphdeck.graphs.stopping import stop_to_dict
from graphdeck.graphs.values import Json, json_line, to_json
from graphdeck.graphs.wanted import Wanted
from graphdeck.tui.amounts import bytes_text
from graphdeck.tui.clock import age
from graphdeck.tui.plain.arguments import show_command
from graphdeck.tui.plain.errors import tell_problems
from graphdeck.tui.plain.terminal import WAS_CUT, Column, Terminal, node_names, table
from graphdeck.tui.stop_words import stop_words
from graphdeck.tui.text import one_line, safe

PAGE: Final = 200
"""Threads asked for at a time where all are wanted."""

_COLUMNS: Final = (
    Column("status", most=14),
    Column("age"),
    Column("title", least=12),
    Column("step"),
    Column("size"),
    Column("next", most=16),
    Column("graph", most=16),
    Column("thread", most=40),
)

NARROW: Final = 100
"""Cells below which the step, which `show` tells too, is left out for the sake of the titles."""


async def threads(
    engine: Engine,
    wanted: Wanted,
    *,
    limit: int | None,
    name_files: bool = False,
    as_json: bool,
    terminal: Terminal,
    now: Callable[[], datetime],
) -> int:
    """Print the threads; without a limit all of them; the exit status. `name_files`: commands must name the file."""
    problems: list[FileProblem] = []
    rows: list[ThreadRow] = []
    more = False
    async for row in _all(engine, wanted, limit, problems):
        if len(rows) == limit:
            more = True
            break
        rows.append(row)
    if as_json:
        for row in rows:
            print(json_line(thread_json(row)))
        return tell_problems(problems)
    for line in thread_lines(rows, terminal, now(), name_files=name_files):
        print(line)
    if more:
        print(f"more threads are saved: --limit shows them (here {limit}), --search and --status choose")
    return tell_problems(problems)


async def _all(
    engine: Engine, wanted: Wanted, limit: int | None, problems: list[FileProblem]
) -> AsyncIterator[ThreadRow]:
    """The rows of all pages; the files that could not be read are added to `problems`."""
    cursor: str | None = None
    while True:
        page = await engine.threads(**vars(wanted), limit=limit or PAGE, cursor=cursor)
        problems[:] = page.problems
        for row in page.rows:
            yield row
        cursor = page.cursor
        if cursor is None:
            return


def thread_json(row: ThreadRow) -> dict[str, Json]:
    """A thread as a JSON object."""
    data: dict[str, Json] = {
        "thread": row.thread,
        "graph": row.graph or None,
        "title": row.title or row.first_text or None,
        "status": row.status,
        "step": row.step,
        "updated": row.updated,
        "next": None if row.next is None else list(row.next),
        "interrupts": list(row.interrupts),
        "tags": list(row.tags),
        "file": row.file,
    }
    if row.size is not None:
        data |= {"size": row.size, "checkpoints": row.checkpoints}
    if row.holder:
        data["holder"] = row.holder
    if row.answered:
        data["answered"] = True
    if row.stops:
        data["stops"] = [stop_to_dict(stop) for stop in row.stops]
    if row.error:
        data["error"] = row.error
    return to_json(data)  # type: ignore[return-value] # a dict with text keys stays one


def thread_lines(
    rows: Sequence[ThreadRow], terminal: Terminal, now: datetime, *, name_files: bool = False
) -> list[str]:
    """Threads as a table that fits the terminal, and a last line that says what was cut."""
    if not rows:
        return ["no threads"]
    cells = [_cells(row, terminal, now) for row in rows]
    (heading, *lines), was_cut = table(_COLUMNS, cells, terminal)
    lines = [terminal.glyph(row.status) + line[1:] for row, line in zip(rows, lines, strict=True)]  # glyph in colour
    errors = [f"{safe(row.thread, identifier=True)}: {safe(row.error)}" for row in rows if row.error]
    errors += [f"{safe(row.thread, identifier=True)}: run by {safe(row.holder)}" for row in rows if row.holder]
    errors += [
        f"{safe(row.thread, identifier=True)}: failed after it was answered; why, and the way out:"
        f" {show_command(row.thread, Path(row.file) if name_files else None)}"
        for row in rows
        if row.answered
    ]
    reasons = [
        f"{safe(row.thread, identifier=True)}: {stop_words(row.stops)}"
        for row in rows
        if not all(stop.kind == "before" and not stop.condition and (stop.node,) == row.next for stop in row.stops)
    ]
    note = [WAS_CUT] if was_cut else []
    return [heading, *lines, *reasons, *errors, *note]


def _cells(row: ThreadRow, terminal: Terminal, now: datetime) -> list[str]:
    return [
        f"  {row.status}",  # two cells for the glyph
        age(row.updated, now),
        " ".join([*(f"#{one_line(tag, 20)}" for tag in row.tags), one_line(title_of(row), 200)]),
        "" if row.step is None or terminal.columns < NARROW else str(row.step),
        "" if row.size is None else bytes_text(row.size),
        node_names(row.next),
        safe(row.graph, identifier=True),
        safe(row.thread, identifier=True),
    ]


def title_of(row: ThreadRow) -> str:
    """What a thread is called: its title, else its first human text."""
    return row.title or row.first_text
