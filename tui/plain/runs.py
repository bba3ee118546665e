"""`graphdeck runs`: the runs on record, or one of them over time, in lines or as JSON."""

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from graphdeck.graphs import events
from graphdeck.graphs.engine import Engine
from graphdeck.graphs.events import Event, event_to_dict
from graphdeck.graphs.kept_runs import RunRecord
from graphdeck.graphs.stopping import stop_to_dict
from graphdeck.graphs.timeline import RunTimeline, TaskBar, run_timeline
from graphdeck.graphs.usage import NONE, Usage, usage_by_node
from graphdeck.graphs.values import Json, json_line, to_json
from graphdeck.tui.amounts import count_text
from graphdeck.tui.bars import ASCII_LEGEND, LEGEND, bar, task_name
from graphdeck.tui.clock import duration, elapsed
from graphdeck.tui.plain.decisions import ALL
from graphdeck.tui.plain.terminal import Column, Terminal, listed, table
from graphdeck.tui.stop_words import stop_words
from graphdeck.tui.text import cut, fit, one_line, safe

_LIST: Final = (
    Column("time (UTC)"),
    Column("run"),
    Column("thread", most=18),
    Column("graph", most=24),
    Column("took"),
    Column("steps"),
    Column("tokens"),
    Column("ended", least=8),
)
_USAGE: Final = (
    Column("node", least=8),
    Column("calls"),
    Column("input"),
    Column("output"),
    Column("total"),
    Column("cost"),
)
ID_CELLS: Final = 8
"""Letters of a run's id that lists show; they name it, where no other one begins alike."""
_NAME_CELLS: Final = 20
"""Room for the name of a node in a timeline, at the most."""
_TIME_CELLS: Final = 7
_TRIES_CELLS: Final = 4


async def runs(
    engine: Engine, run: str | None, *, thread: str, limit: int | None, as_json: bool, terminal: Terminal
) -> int:
    """Print the runs on record, without a limit all of them; or how one of them went. The exit status."""
    lines: Iterable[str]
    if run is not None:
        found = await engine.run_events(run)
        record = None if as_json else await _without_end(engine, found)
        lines = (json_line(event_to_dict(event)) for event in found) if as_json else run_lines(found, terminal, record)
    else:
        records = await engine.runs(thread=thread, limit=ALL if limit is None else limit)
        lines = (json_line(record_json(record)) for record in records) if as_json else list_lines(records, terminal)
    for line in lines:
        print(line)
    return 0


async def _without_end(engine: Engine, found: Sequence[Event]) -> RunRecord | None:
    """What is known of a run that does not tell its own end: it goes on, or nobody has finished its record."""
    if isinstance(found[-1], events.RunEnded):
        return None
    return next((record for record in await engine.runs(limit=ALL) if record.id == found[0].run), None)


# -- the list --------------------------------------------------------------------------------------------------------


def record_json(record: RunRecord) -> dict[str, Json]:
    """A run as a JSON object, with all that is known of it; its id is under `run`, as in events."""
    data = {field.name: to_json(getattr(record, field.name)) for field in dataclasses.fields(record)}
    return {"run": data.pop("id"), **data, "stops": [stop_to_dict(stop) for stop in record.stops]}


def list_lines(records: Sequence[RunRecord], terminal: Terminal) -> list[str]:
    """Runs as a table, or two lines each where the terminal is too narrow for one."""
    return listed(_LIST, records, _cells, _two_lines, terminal) if records else ["no runs are on record"]


def _two_lines(record: RunRecord) -> Iterator[str]:
    time, identity, thread, graph, took, _, _, ended = _cells(record)
    yield "  ".join(filter(None, (time, identity, took, ended)))
    yield f"    thread {thread}  {graph}"


def _cells(record: RunRecord) -> list[str]:
    why = stop_words(record.stops) or one_line(record.why, 200)
    return [
        safe(record.started[:19].replace("T", " "), identifier=True),
        safe(record.id[:ID_CELLS], identifier=True),
        safe(record.thread, identifier=True),
        safe(record.graph, identifier=True),
        duration(elapsed(record.started, record.ended)) if record.ended else "",
        f"{record.steps:,}",
        f"{record.tokens:,}" if record.tokens else "",
        _ended(record.status, why) + (f" ({record.left_out:,} events left out)" if record.left_out else ""),
    ]


def _ended(status: str, why: str) -> str:
    """How a run ended and why, in safe words; those of a breakpoint name it themselves."""
    return why if why.startswith(status) else f"{status}: {why}" if why else status


# -- one run ---------------------------------------------------------------------------------------------------------


def run_lines(found: Sequence[Event], terminal: Terminal, record: RunRecord | None = None) -> Iterator[str]:
    """How a run went: a row a task with its bar, then what its models used. `record`, where no event tells its end."""
    yield from _heading(found, terminal, record)
    timeline = run_timeline(found, is_over=record is None or record.status != "running")
    for task in timeline.tasks:
        yield _task_line(task, timeline.total, terminal)
    yield from _summary(timeline, terminal)
    used = usage_by_node(found)
    if used:
        yield ""
        yield from _usage_lines(used, terminal)


def _heading(found: Sequence[Event], terminal: Terminal, record: RunRecord | None) -> Iterator[str]:
    first, last = found[0], found[-1]
    if isinstance(first, events.RunStarted):
        graph, thread = (safe(text, identifier=True) for text in (first.graph, first.thread))
        when = safe(first.time[:19].replace("T", " "), identifier=True)
        yield f"{terminal.style(graph, 'bold')}  thread {thread}  {when} UTC"
    if isinstance(last, events.RunEnded):
        error = one_line(last.error.get("message", ""), 400) if last.error else ""
        why = stop_words(last.stops) or error
        yield f"{terminal.glyph(last.status)} {cut(_ended(last.status, why), terminal.columns - 2)}"
    elif record is not None:
        yield f"{terminal.glyph(record.status)} {cut(_ended(record.status, record.why), terminal.columns - 2)}"
    else:
        yield f"{terminal.pick('·', '-')} the record has no end"
    yield ""


def _task_line(task: TaskBar, total: float, terminal: Terminal) -> str:
    cells = terminal.columns - (_NAME_CELLS + 2 * _TIME_CELLS + _TRIES_CELLS + 5)
    took = (total if task.end is None else task.end) - task.start
    parts = "".join(part.text for part in bar(task, total, cells, ascii_only=terminal.ascii_only))
    tries = f" {terminal.pick('×', 'x')}{task.attempts}" if task.retries else ""
    return " ".join(
        (
            terminal.glyph(task.status),
            fit(task_name(task, _NAME_CELLS), _NAME_CELLS),
            fit(duration(task.start), _TIME_CELLS, right=True),
            parts,
            (fit(duration(took) if task.attempts else task.status, _TIME_CELLS, right=True) + tries).rstrip(),
        )
    )


def _summary(timeline: RunTimeline, terminal: Terminal) -> Iterator[str]:
    if not timeline.tasks:
        yield "no task ran"
        return
    yield terminal.style(ASCII_LEGEND if terminal.ascii_only else LEGEND, "dim")
    beside = f", {timeline.lanes} at the same time" if timeline.lanes > 1 else ""
    yield (
        f"{count_text(len(timeline.tasks), 'task')}{beside}, {duration(timeline.total)} in all, "
        f"{duration(timeline.idle)} of it between tasks"
    )
    if timeline.retries:
        yield f"{count_text(timeline.retries, 'failed attempt')} of tasks that cannot be told apart"


def _usage_lines(used: Mapping[str, Usage], terminal: Terminal) -> Sequence[str]:
    rows = [(safe(path, identifier=True), usage) for path, usage in used.items()]
    if len(rows) > 1:
        rows.append(("in all", sum(used.values(), NONE)))
    lines, _ = table(_USAGE, [[name, *_amounts(usage)] for name, usage in rows], terminal)
    return lines


def _amounts(usage: Usage) -> list[str]:
    cost = "" if usage.cost is None else f"{usage.cost:.6f}".rstrip("0").rstrip(".")
    return [*(f"{count:,}" for count in (usage.calls, usage.input, usage.output, usage.total)), cost]
