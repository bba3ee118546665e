"""The log of a run: what it printed, what failed, what was tried again."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final, Literal

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.frozen import Frozen
from graphdeck.tui.text import short_json

LINE_LIMIT: Final = 5_000
"""Lines that the log keeps."""
TEXT_LIMIT: Final = 4_000
"""Characters of one line that the log keeps."""


LOGGED: Final = (
    events.Output, events.NodeFailed, events.NodeRetry, events.Custom, events.TypeBlocked, events.Decided,
    events.RunStarted, events.RunEnded,
)  # fmt: skip
"""Events that may say something to the log."""


class LogLine(Frozen):
    """One line of the log; its text is raw, not yet safe."""

    kind: Literal["stdout", "stderr", "custom", "retry", "error", "trace", "note"]
    """Where it comes from; `trace` is a line of a traceback."""
    text: str
    """The line, without its end."""
    node: str = ""
    """Path of the node; empty where it is the run's."""
    task: str = ""
    """Task id; empty where it is the run's."""
    time: str = ""
    """ISO 8601, UTC."""
    open: bool = False
    """What is printed next goes on in this line."""


def log_of(event: Event, node: str) -> Sequence[LogLine]:
    """What an event says to the log; most say nothing."""
    match event:
        case events.Output():
            return _printed(event, node)
        case events.NodeFailed():
            head = LogLine(
                kind="error", text=f"{event.error}: {event.message}", node=node, task=event.task, time=event.time
            )
            return (head, *_trace(event, node))
        case events.NodeRetry():
            text = f"attempt {event.attempt} failed, tried again: {event.error}"
            return (LogLine(kind="retry", text=text, node=node, task=event.task, time=event.time),)
        case events.Custom():
            text = short_json(event.data, TEXT_LIMIT)
            return (LogLine(kind="custom", text=text, node=node, task=event.task, time=event.time),)
        case events.TypeBlocked():
            text = f"the stored type {event.type} is not the graph's own and was not built; --trust allows it"
            return (LogLine(kind="note", text=text, time=event.time),)
        case events.Decided():
            return (LogLine(kind="note", text=decided_text(event), node=node, time=event.time),)
        case events.RunStarted() if event.note:
            return (LogLine(kind="note", text=event.note, time=event.time),)
        case events.RunEnded() if event.error:
            first, *more = event.error.get("message", "").splitlines() or [""]
            hint = event.error.get("hint", "").splitlines()
            return [
                LogLine(kind="error", text=first, time=event.time),
                *(LogLine(kind="trace", text=line, time=event.time) for line in more),
                *(LogLine(kind="note", text=line, time=event.time) for line in hint),
            ]
        case _:
            return ()


def decided_text(event: events.Decided) -> str:
    """What a rule decided, in words that are not yet safe: `book_hotel rejected by rule yours 2: too much`."""
    word = "approved" if event.decision == "approve" else "rejected"
    return f"{event.action} {word} by rule {event.rule}{f': {event.reason}' if event.reason else ''}"


def _printed(event: events.Output, node: str) -> Sequence[LogLine]:
    kind: Literal["stdout", "stderr"] = "stderr" if event.stream == "stderr" else "stdout"
    lines = event.text.split("\n")
    unfinished = lines.pop()
    shown = [LogLine(kind=kind, text=line, node=node, task=event.task, time=event.time) for line in lines]
    if unfinished:
        shown.append(LogLine(kind=kind, text=unfinished, node=node, task=event.task, time=event.time, open=True))
    return shown


def _trace(event: events.NodeFailed, node: str) -> Sequence[LogLine]:
    return [
        LogLine(kind="trace", text=line, node=node, task=event.task, time=event.time)
        for line in event.traceback.splitlines()
    ]


def add_lines(log: list[LogLine], lines: Iterable[LogLine]) -> int:
    """Add lines to the log, the first to an unfinished line of the same task; the number of new lines."""
    new = 0
    for line in lines:
        last = log[-1] if log else None
        if last and last.open and (last.kind, last.task) == (line.kind, line.task):
            log[-1] = replace(last, text=(last.text + line.text)[:TEXT_LIMIT], open=line.open)
        else:
            log.append(replace(line, text=line.text[:TEXT_LIMIT]) if len(line.text) > TEXT_LIMIT else line)
            new += 1
    del log[:-LINE_LIMIT]
    return new
