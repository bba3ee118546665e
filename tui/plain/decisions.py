"""`graphdeck decisions`: the record of decisions, newest first, in lines or as JSON."""

import dataclasses
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Final

from graphdeck.graphs.decided import DecisionRecord, Outcome
from graphdeck.graphs.engine import Engine
from graphdeck.graphs.values import Json, json_line, to_json
from graphdeck.tui.plain.terminal import Column, Terminal, listed
from graphdeck.tui.text import one_line, safe, short_json

ALL: Final = sys.maxsize

_COLUMNS: Final = (
    Column("time (UTC)"),
    Column("who", most=20),
    Column("thread", most=18),
    Column("asked", most=20),
    Column("decision", most=24),
    Column("by", most=16),
    Column("outcome", least=8),
)


async def decisions(
    engine: Engine,
    *,
    thread: str | None,
    outcome: Outcome | None,
    limit: int | None,
    as_json: bool,
    terminal: Terminal,
) -> int:
    """Print the recorded decisions; without a limit all of them; the exit status."""
    most = ALL if limit is None else limit
    found = await engine.decisions(thread=thread, limit=ALL if outcome is not None else most)
    rows = [row for row in found if outcome in (None, row.outcome)][:most]
    for line in (json_line(decision_json(row)) for row in rows) if as_json else decision_lines(rows, terminal):
        print(line)
    return 0


def decision_json(row: DecisionRecord) -> dict[str, Json]:
    """A decision as a JSON object, with all that is known of it."""
    data = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    return {name: list(value) if isinstance(value, tuple) else to_json(value) for name, value in data.items()}


def decision_lines(rows: Sequence[DecisionRecord], terminal: Terminal) -> list[str]:
    """Decisions as a table, or two lines each where the terminal is too narrow for one; what was cut is said last."""
    return listed(_COLUMNS, rows, _cells, _two_lines, terminal) if rows else ["no decisions"]


def _two_lines(row: DecisionRecord) -> Iterator[str]:
    time, who, thread, asked, decision, by, _ = _cells(row)
    yield "  ".join(filter(None, (time, row.outcome, asked, decision)))
    yield "    " + "  ".join(filter(None, (f"thread {thread}", who, by, _why(row))))


def _cells(row: DecisionRecord) -> list[str]:
    return [
        safe(row.time[:19].replace("T", " "), identifier=True),
        safe(f"{row.user}@{row.host}", identifier=True),
        safe(row.thread, identifier=True),
        one_line(", ".join(row.actions) or ":".join(row.path), 100),
        _ACTS.get(row.act) or decision_text(row.decision, 100),
        safe(row.by, identifier=True),
        f"{row.outcome}: {_why(row)}" if row.why else row.outcome,
    ]


def _why(row: DecisionRecord) -> str:
    """Why an answer came to nothing, without what the row tells besides."""
    return one_line(row.why.partition(" was not sent: ")[2] or row.why, 200)


def decision_text(answer: Json, cells: int) -> str:
    """An answer in a few safe words: what it decides where it has the shape of decisions, else the value itself."""
    replies: Any = answer["decisions"] if isinstance(answer, dict) and "decisions" in answer else answer
    listed = replies if isinstance(replies, list) else [replies]
    if listed and all(isinstance(reply, dict) and isinstance(reply.get("type"), str) for reply in listed):
        return one_line(", ".join(dict.fromkeys(map(_reply_text, listed))), cells)
    return short_json(answer, cells)


_ACTS: Final = {"end": "(ended unanswered)", "repair": "(answer taken back)", "drop": "(dropped by new input)"}


def _reply_text(reply: dict[str, Any]) -> str:
    said = reply.get("message") or reply.get("args")
    return f"{reply['type']}: {said}" if isinstance(said, str) else str(reply["type"])
