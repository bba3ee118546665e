"""`graphdeck history`: the checkpoints of a thread as a tree, newest first."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from graphdeck.graphs.branches import TreeLine, ascii_twin, narrowed, tree
from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.tasks import RanTask
from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.clock import age
from graphdeck.tui.plain.arguments import shell_word
from graphdeck.tui.plain.checkpoints import newest_rows, short_id
from graphdeck.tui.plain.terminal import WAS_CUT, Column, Terminal, node_names, table
from graphdeck.tui.step_lines import has_failed, is_cancelled, row_status
from graphdeck.tui.text import one_line, safe

_COLUMNS: Final = (
    Column("  step"),
    Column("source"),
    Column("ran", most=34),
    Column("changed", least=12),
    Column("age"),
    Column("checkpoint"),
)
_LANES: Final = 8
"""Lanes that are drawn at the most."""

_CELLS: Final = 400
"""Cells of an error at the most."""


async def history(
    engine: Engine,
    thread: str,
    *,
    ns: str,
    limit: int | None,
    as_json: bool,
    db: Path | None,
    terminal: Terminal,
    now: Callable[[], datetime],
) -> int:
    """Print the checkpoints, without a limit all of them; with `ns` those of a subgraph; the exit status."""
    rows, more = await newest_rows(engine, thread, limit, ns=ns)
    if as_json:
        for row, line in zip(rows, tree(rows).lines, strict=True):
            print(json_line(checkpoint_json(row) | {"branch": line.branch}))
        return 0
    for text in history_lines(rows, terminal, now()):
        print(text)
    for text in _subgraphs(rows, thread, db):
        print(text)
    if more:
        print(f"older checkpoints are saved: --limit shows them (here {limit})")
    return 0


# -- for programs ------------------------------------------------------------------------------------------------------


def checkpoint_json(row: CheckpointRow) -> dict[str, Json]:
    """A checkpoint as a JSON object."""
    data: dict[str, Json] = {
        "checkpoint": row.checkpoint,
        "parent": row.parent,
        "step": row.step,
        "source": row.source,
        "time": row.time,
        "next": None if row.next is None else list(row.next),
        "changed": list(row.changed),
        "ns": row.ns,
        "made_by": [_task_json(task) for task in row.made_by],
        "after": [_task_json(task) for task in row.after],
    }
    return data | ({"error": row.error} if row.error else {})


def _task_json(task: RanTask) -> dict[str, Json]:
    return {
        "task": task.id,
        "node": task.node,
        "keys": list(task.wrote),
        "routed": list(task.routed),
        "error": task.error or None,
        "waits": task.waits,
        "finished": task.finished,
        "inner": list(task.inner),
    }


# -- for people --------------------------------------------------------------------------------------------------------


def history_lines(rows: Sequence[CheckpointRow], terminal: Terminal, now: datetime) -> list[str]:
    """Checkpoints as a tree in a table that fits the terminal, and a last line that says what was cut.

    Below a checkpoint is what failed, waits or was cancelled in the step after it.
    """
    drawn = tree(rows)
    glyphs = [_glyph(row, line, terminal) for row, line in zip(rows, drawn.lines, strict=True)]
    cells = [
        [f"{before}{glyph}{after} {row.step}", *_cells(row, terminal, now)]
        for row, (before, glyph, after) in zip(rows, glyphs, strict=True)
    ]
    (heading, *lines), was_cut = table(_COLUMNS, cells, terminal)
    found = [heading]
    for row, line, place, text in zip(rows, drawn.lines, glyphs, lines, strict=True):
        before, glyph, _ = place
        coloured = terminal.glyph(row_status(row, is_tip=line.is_tip))
        found.append(before + coloured + text[len(before) + len(glyph) :])
        below = _drawn(line.below[: 2 * _LANES], terminal)
        found += [f"{below.ljust(2 * line.lane + 2)}  {told}" for told in _said(row, terminal)]
    if len(drawn.branches) > 1:
        found.append(f"{len(drawn.branches)} branches: the newest is on the left")
    return [*found, *([WAS_CUT] if was_cut else [])]


def _glyph(row: CheckpointRow, line: TreeLine, terminal: Terminal) -> tuple[str, str, str]:
    """A checkpoint's glyph, and the lines of the tree left and right of it."""
    before, after = narrowed(line, _LANES)
    plain = Terminal(ascii_only=terminal.ascii_only)
    return _drawn(before, terminal), plain.glyph(row_status(row, is_tip=line.is_tip)), _drawn(after, terminal)


def _drawn(lines: str, terminal: Terminal) -> str:
    return terminal.pick(lines, ascii_twin(lines))


def _cells(row: CheckpointRow, terminal: Terminal, now: datetime) -> list[str]:
    following = "?" if row.next is None else _counted(row.next, terminal) or "END"
    ran = _counted((task.node for task in row.made_by if not task.path), terminal)
    way = f"{ran} {terminal.pick('→', '->')} {following}"
    return [
        safe(row.source),
        "cannot be read" if row.error else way.lstrip(),
        ", ".join(safe(key, identifier=True) for key in row.changed),
        age(row.time, now),
        safe(short_id(row.checkpoint), identifier=True),
    ]


def _counted(nodes: Iterable[str], terminal: Terminal) -> str:
    """Nodes for people, each once, with how many tasks of it there are."""
    sign = terminal.pick("×", "x")
    found = Counter(nodes).items()
    return ", ".join(node_names([name]) + (f" {sign}{times}" if times > 1 else "") for name, times in found)


def _said(row: CheckpointRow, terminal: Terminal) -> Iterator[str]:
    """What is to be said of the step after a checkpoint, if it did not end."""
    if row.error:
        yield f"{terminal.glyph('failed')} {one_line(row.error, _CELLS)}"
    for task in (task for task in row.after if has_failed(task) and not task.finished):
        yield f"{terminal.glyph('failed')} {node_names([task.node])}: {one_line(task.error, _CELLS)}"
    if cancelled := sum(is_cancelled(task) for task in row.after if not task.finished):
        yield f"{terminal.glyph('stopped')} {cancelled:,} cancelled"
    if waiting := _counted((task.node for task in row.after if task.waits and not task.path), terminal):
        yield f"{terminal.glyph('waiting')} {waiting}: waiting for an answer"


def _subgraphs(rows: Sequence[CheckpointRow], thread: str, db: Path | None) -> Iterator[str]:
    """How to see the checkpoints of the subgraphs that ran, the newest as an example."""
    found = dict.fromkeys(ns for row in rows for task in (*row.after, *row.made_by) for ns in task.inner)
    if found:
        words = ["graphdeck", "history", thread, "--ns", next(iter(found)), *(["--db", str(db)] if db else [])]
        command = " ".join(map(shell_word, words))
        yield f"{len(found):,} subgraph{'s' * (len(found) > 1)} ran, for the checkpoints of one:  {command}"
