"""`graphdeck inbox`: everything that waits for a person, with the command that answers it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import PendingInterrupt, WaitingRow
from graphdeck.graphs.stopping import stop_to_dict
from graphdeck.graphs.values import Json, json_line, to_json
from graphdeck.tui.clock import age
from graphdeck.tui.plain.answers import example_answers
from graphdeck.tui.plain.arguments import shell_word
from graphdeck.tui.plain.errors import tell_problems
from graphdeck.tui.plain.terminal import Terminal
from graphdeck.tui.text import one_line, safe
from graphdeck.tui.theme import Status
from graphdeck.tui.waiting import summary_of, title_of

PAGE: Final = 200
"""Threads asked for at a time."""


async def inbox(
    engine: Engine, *, name_files: bool, as_json: bool, terminal: Terminal, now: Callable[[], datetime]
) -> int:
    """Print what waits, newest first; the exit status. `name_files` says that commands must name the file."""
    cursor: str | None = None
    while True:
        page = await engine.waiting(limit=PAGE, cursor=cursor)
        if not as_json and not cursor:
            print(heading(page.total))
        for row in page.rows:
            for line in map(json_line, row_json(row)) if as_json else row_lines(row, terminal, now(), name_files):
                print(line)
        cursor = page.cursor
        if cursor is None:
            return tell_problems(page.problems)


def heading(total: int) -> str:
    """How much waits, in a line."""
    if not total:
        return "nothing waits for a person"
    return "1 thread waits for you" if total == 1 else f"{total:,} threads wait for you"


def row_json(row: WaitingRow) -> Iterator[dict[str, Json]]:
    """One object for each question; one without `interrupt` for a breakpoint, or for what cannot be read."""
    data: dict[str, Json] = {
        "thread": row.thread,
        "graph": row.graph,
        "node": None,
        "interrupt": None,
        "value": None,
        "since": row.since,
        "title": row.title or row.first_text,
        "status": "waiting" if row.interrupts or row.error else "breakpoint",
        "checkpoint": row.checkpoint,
        "file": row.file,
    }
    if row.error:
        data["error"] = row.error
    if row.breakpoint:
        data["node"], data["next"] = row.breakpoint[0], list(row.breakpoint)
        data["stops"] = [stop_to_dict(stop) for stop in row.stops]
    objects = [data | _question_json(question) for question in row.interrupts] or [data]
    yield from (to_json(each) for each in objects)  # type: ignore[misc] # a dict with text keys stays one


def _question_json(question: PendingInterrupt) -> dict[str, Json]:
    return {
        "node": question.node,
        "interrupt": question.id,
        "value": question.value,
        "ns": list(question.ns),
        "schema": question.schema,
    }


def row_lines(row: WaitingRow, terminal: Terminal, now: datetime, name_file: bool) -> Iterator[str]:
    """Who asks what, since when, and the commands that go on."""
    summary, state = summary_of(row), _state(row)
    where = f" {terminal.pick('›', '>')} ".join(filter(None, (safe(row.graph, identifier=True), _title(row))))
    since = f"{age(row.since, now)} ago" if row.since else ""
    warned = f"{terminal.pick('⚠', '!')} not what it seems: look at it whole" if summary.suspicious else ""
    head = [terminal.style(summary.asks, "bold"), where, since, summary.effect, terminal.style(warned, "red")]
    yield f"{terminal.glyph(state)} {'  '.join(filter(None, head))}"
    yield f"    {one_line(summary.short, terminal.columns - 4)}"
    for command in commands(row, name_file):
        yield f"    {command}"


def _title(row: WaitingRow) -> str:
    title = title_of(row)
    return one_line(title, 60, identifier=title == row.thread)


def _state(row: WaitingRow) -> Status:
    return "waiting" if row.interrupts else "failed" if row.error else "breakpoint"


def commands(row: WaitingRow, name_file: bool) -> Iterator[str]:
    """The shell commands that show it whole and that answer it, ready to run where the target is known."""
    file = ["--db", row.file] if name_file else []
    if row.error:
        yield _command("graphdeck", "history", row.thread, *file)
        return
    if not row.interrupts:
        target = row.graph or "TARGET"
        yield _command("graphdeck", "run", target, "--thread", row.thread, *file) + "    (goes on)"
        return
    asked = sheet(row.interrupts)
    answer = ["graphdeck", "answer", row.thread, *([] if row.graph else ["--target", "TARGET"])]
    several = ["--all"] if len(asked.actions) > 1 else []
    alike = [name for name in ("approve", "reject") if all(getattr(each, f"may_{name}") for each in asked.actions)]
    for name in alike:
        yield _command(*answer, f"--{name}", *several, *file)
    if several or not alike:
        words = (f"{id_}={json_line(value)}" for id_, value in example_answers(asked).items())
        yield _command(*answer, *words, *file) + "    (the JSON is an example)"
    yield _command("graphdeck", "show", row.thread, *file) + "    (all of it)"


def _command(*words: str) -> str:
    return " ".join(map(shell_word, words))
