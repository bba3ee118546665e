"""`graphdeck history`: the checkpoints of a thread, newest first."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.clock import age
from graphdeck.tui.plain.terminal import Column, Terminal, node_names, table
from graphdeck.tui.text import safe

PAGE: Final = 500
"""Checkpoints asked for at a time where all are wanted."""

_COLUMNS: Final = (
    Column("step"),
    Column("source"),
    Column("age"),
    Column("next", most=30),
    Column("changed", least=12),
    Column("checkpoint"),
)


async def history(
    engine: Engine,
    thread: str,
    *,
    limit: int | None,
    as_json: bool,
    terminal: Terminal,
    now: Callable[[], datetime],
) -> int:
    """Print the checkpoints; without a limit all of them; the exit status."""
    rows, more = await _rows(engine, thread, limit)
    if as_json:
        for row in rows:
            print(json_line(checkpoint_json(row)))
        return 0
    for line in history_lines(rows, terminal, now()):
        print(line)
    if more:
        print(f"older checkpoints are saved: --limit shows them (here {limit})")
    return 0


async def _rows(engine: Engine, thread: str, limit: int | None) -> tuple[list[CheckpointRow], bool]:
    """The newest rows, and whether there are more."""
    rows: list[CheckpointRow] = []
    wanted = PAGE if limit is None else limit + 1  # one more tells whether there are more
    while True:
        before = rows[-1].checkpoint if rows else None
        page = await engine.history(thread, limit=wanted, before=before)
        rows += page
        if limit is not None:
            return rows[:limit], len(rows) > limit
        if len(page) < wanted:
            return rows, False


def checkpoint_json(row: CheckpointRow) -> dict[str, Json]:
    """A checkpoint as a JSON object."""
    return {
        "checkpoint": row.checkpoint,
        "parent": row.parent,
        "step": row.step,
        "source": row.source,
        "time": row.time,
        "next": None if row.next is None else list(row.next),
        "changed": list(row.changed),
    }


def history_lines(rows: Sequence[CheckpointRow], terminal: Terminal, now: datetime) -> list[str]:
    """Checkpoints as a table that fits the terminal, and a last line that says what was cut.

    Where a row's parent is not the row below it, a branch begins there and the row says so.
    """
    below: list[str | None] = [row.checkpoint for row in rows[1:]]
    cells = [
        _cells(row, parent, now) for row, parent in zip(rows, [*below, rows[-1].parent if rows else None], strict=True)
    ]
    lines, was_cut = table(_COLUMNS, cells, terminal)
    return [*lines, *(["(some texts are cut; --json has them whole)"] if was_cut else [])]


def _cells(row: CheckpointRow, below: str | None, now: datetime) -> list[str]:
    branch = f" (from {row.parent})" if row.parent is not None and row.parent != below else ""
    return [
        str(row.step),
        safe(row.source),
        age(row.time, now),
        "" if row.next is None else node_names(row.next) or "END",
        ", ".join(safe(key, identifier=True) for key in row.changed),
        safe(row.checkpoint + branch, identifier=True),
    ]
