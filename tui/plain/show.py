"""`graphdeck show`: the state of a thread, or one value of it."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.questions.consequences import consequences
from graphdeck.graphs.records import RunRequest, Snapshot
from graphdeck.graphs.stopping import standing_before
from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.clock import age
from graphdeck.tui.message_text import is_message
from graphdeck.tui.plain.answers import question_text, questions_text, value_text
from graphdeck.tui.plain.arguments import shell_word, show_command
from graphdeck.tui.plain.checkpoints import whole_checkpoint
from graphdeck.tui.plain.repair import failure_lines
from graphdeck.tui.plain.terminal import Terminal, node_names
from graphdeck.tui.state_json import snapshot_json
from graphdeck.tui.stop_words import stands_inside, stop_words
from graphdeck.tui.text import fit, safe, short_json, width

MOST_MESSAGES: Final = 30
"""Messages of a list that get a line each; the ones before them are counted."""

WIDEST_KEY: Final = 24
"""Cells that the keys of the state are aligned to at the most."""


async def show(
    engine: Engine,
    thread: str,
    path: str | None,
    *,
    checkpoint: str | None,
    ns: str = "",
    as_json: bool,
    db: Path | None,
    terminal: Terminal,
    now: Callable[[], datetime],
) -> int:
    """Print a state, or the value that the path leads to; the exit status."""
    if checkpoint is not None:
        checkpoint = await whole_checkpoint(engine, thread, checkpoint, ns=ns)
    if path is not None:
        value = await engine.value(thread, checkpoint, path, ns=ns)
        print(json_line({"path": value.path, "value": value.value}) if as_json else value_text(value.value))
        return 0
    snapshot = await engine.state(thread, checkpoint, ns=ns)
    if as_json:
        print(json_line(snapshot_json(snapshot)))
        return 0
    for line in snapshot_lines(snapshot, terminal, now(), db, named=checkpoint is not None):
        print(line)
    return 0


def snapshot_lines(
    snapshot: Snapshot, terminal: Terminal, now: datetime, db: Path | None = None, *, named: bool = False
) -> Iterator[str]:
    """A state in lines for people; values are cut to fit, and the last line says how to see one whole.

    It was asked for by the checkpoint's name where that is `named`: of the newest, the next look may be at another one.
    """
    yield from _heading(snapshot, terminal, now)
    yield from _standing(snapshot)
    yield from _states(snapshot, terminal)
    yield from _pending(snapshot, terminal)
    yield from failure_lines(snapshot, terminal, db)
    if snapshot.interrupts:
        yield from _questions(snapshot, terminal, db)
    command = show_command(snapshot.thread, db, next(iter(snapshot.values), "PATH"))
    if named or snapshot.ns:
        command += f" --checkpoint {snapshot.checkpoint}"
    if snapshot.ns:
        command += f" --ns {shell_word(snapshot.ns)}"
    yield terminal.style(f"one value whole:  {command}", "dim")


def _heading(snapshot: Snapshot, terminal: Terminal, now: datetime) -> Iterator[str]:
    following = node_names(snapshot.next)
    facts = [
        f"{terminal.glyph(snapshot.status)} {snapshot.status}",
        f"inside {_names(snapshot)}" if snapshot.ns else "",
        "" if snapshot.step is None else f"step {snapshot.step}",
        f"next {following}" if following else "",
        f"{age(snapshot.time, now)} ago" if snapshot.time else "",
    ]
    yield f"{terminal.style(safe(snapshot.thread, identifier=True), 'bold')}  {'  '.join(filter(None, facts))}"
    yield terminal.style(f"checkpoint {snapshot.checkpoint} in {safe(snapshot.file, identifier=True)}", "dim")


def _standing(snapshot: Snapshot) -> Iterator[str]:
    """Why its last run stopped here, and what comes next inside of subgraphs."""
    if why := stop_words(snapshot.stops):
        yield f"why:    {why}"
    if inside := stands_inside(standing_before(snapshot), snapshot.next or ()):
        yield f"stands: before {inside}"


def _states(snapshot: Snapshot, terminal: Terminal) -> Iterator[str]:
    """The state's values, then those of the subgraphs inside it, innermost last."""
    yield from _values(snapshot, terminal)
    for inner in snapshot.subgraphs:
        yield terminal.style(f"in {_names(inner)}, step {inner.step}", "bold")
        yield from _states(inner, terminal)


def _names(inner: Snapshot) -> str:
    return safe(":".join(inner.path), identifier=True)


def _values(snapshot: Snapshot, terminal: Terminal) -> Iterator[str]:
    keys = {key: safe(key, identifier=True) for key in snapshot.values}
    column = min(WIDEST_KEY, max(map(width, keys.values()), default=0))
    room = max(20, terminal.columns - column - 6)
    for key, value in snapshot.values.items():
        mark = terminal.pick("•", "!") if key in snapshot.changed else " "
        head = f"{mark} {fit(keys[key], column)}  "
        if isinstance(value, list) and value and all(map(is_message, value)):
            yield f"{head}{len(value)} messages"
            yield from _messages(value, terminal)
        else:
            yield head + short_json(value, room)


def _messages(messages: list[Json], terminal: Terminal) -> Iterator[str]:
    skipped = max(0, len(messages) - MOST_MESSAGES)
    if skipped:
        yield f"      ({skipped} messages before these)"
    for index, message in enumerate(messages[skipped:], skipped):
        yield f"  {index:>5}  {short_json(message, max(20, terminal.columns - 9))}"


def _pending(snapshot: Snapshot, terminal: Terminal) -> Iterator[str]:
    """What has finished in a step that has not: it is not run again, and what it wrote is not in the state yet."""
    for (node, keys), times in Counter((task.node, task.wrote) for task in snapshot.finished).items():
        many = f" {terminal.pick('×', 'x')}{times:,}" if times > 1 else ""
        wrote = ", ".join(safe(key, identifier=True) for key in keys)
        joins = f", and joins {wrote} when the step ends" if keys else ""
        yield f"{terminal.glyph('kept')} {safe(node, identifier=True)}{many}  has finished, is not run again{joins}"


def _questions(snapshot: Snapshot, terminal: Terminal, db: Path | None) -> Iterator[str]:
    count = len(snapshot.interrupts)
    yield f"{terminal.glyph('waiting')} waiting for {'an answer' if count == 1 else f'{count} answers'}"
    if snapshot.graph:
        request = RunRequest(graph=snapshot.graph, thread=snapshot.thread)
        yield questions_text(snapshot.interrupts, request, db, terminal, consequences(snapshot))
        return
    for pending in snapshot.interrupts:
        yield question_text(pending, terminal)
    yield f"  answer:  graphdeck run TARGET --thread {shell_word(snapshot.thread)} --answer ID=JSON"
