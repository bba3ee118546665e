"""The records of runs, `.graphdeck/runs/*.jsonl` beside the checkpoint file: one file a run, one event a line.

In the user's state folder where that cannot be written; both are read. What a record is for is how a run went, not
what its state was: values, tokens and what models wrote are not in it. A last line that is no event has what lists
tell of the run. What dies in the middle leaves half a line, which is skipped.
"""

import asyncio
import contextlib
import dataclasses
import heapq
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from io import FileIO
from itertools import islice
from pathlib import Path
from typing import Any, Final

from graphdeck.graphs import events
from graphdeck.graphs.errors import RunNotFound
from graphdeck.graphs.events import Event, event_from_dict, event_to_dict
from graphdeck.graphs.kept_runs import RunRecord
from graphdeck.graphs.local.home import home_of, json_object, make_home_of, state_folder
from graphdeck.graphs.local.lease import holder_of
from graphdeck.graphs.usage import UsageCounter, only_usage
from graphdeck.graphs.values import json_line

RUNS: Final = 200
"""Runs that are kept beside a checkpoint file, the newest ones."""
DAYS: Final = 30
"""Days for which a run is kept."""
ALL_BYTES: Final = 64_000_000
"""Bytes that the records of all runs beside a checkpoint file take."""
RUN_BYTES: Final = 4_000_000
"""Bytes of one run's record; of what comes then, only its end is kept."""
PRINT_BYTES: Final = 500_000
"""Bytes of a run's prints; the other ones are left out."""
TEXT: Final = 4_000
"""Characters of one text: a print, an error, a traceback."""

FLUSH: Final = 0.5
"""Seconds that an event waits at the most before it is written."""
BUFFER: Final = 1 << 16
"""Bytes that wait at the most."""

SHORTEST: Final = 6
"""Letters of a run's id that stand for the whole of it, where no other id begins alike."""

_COUNTS: Final = "counts"
_NUMBERS: Final = ("steps", "tokens", "cost", "left_out")
_TAIL: Final = 1 << 17
"""Bytes at the end of a record that hold its last two lines."""


# -- writing ---------------------------------------------------------------------------------------------------------


class RunKeeper:
    """Writes the record of one run, as its events come by; a record that cannot be written does not hold up the run."""

    def __init__(self) -> None:
        self._stream: FileIO | None = None
        self._lines: list[bytes] = []
        self._waiting = self._size = self._printed = 0
        self._timer: asyncio.TimerHandle | None = None
        self._counts = _Counts()

    def take(self, event: Event) -> None:
        """Keep an event; nothing is kept before `run_started`, nor of a graph that refuses saving."""
        if isinstance(event, events.RunStarted) and event.file and self._stream is None:
            self._stream = _open_record(Path(event.file), event)
        if self._stream is None:
            return
        self._counts.feed(event)
        kept = kept_of(event)
        if kept is None:
            return
        line = json_line(event_to_dict(kept)).encode() + b"\n"
        if isinstance(event, events.RunEnded):
            self._add(line)
            self._add(json_line({_COUNTS: self._counts.to_dict()}).encode() + b"\n")
        elif self._has_room(kept, len(line)):
            self._add(line)
        else:
            self._counts.left_out += 1

    def close(self) -> None:
        """Write what waits; the run is over, or nobody hears of it any more."""
        self._flush()
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _has_room(self, event: Event, size: int) -> bool:
        if isinstance(event, events.Output):
            self._printed += size
            if self._printed > PRINT_BYTES:
                return False
        return self._size + size <= RUN_BYTES

    def _add(self, line: bytes) -> None:
        self._lines.append(line)
        self._size += len(line)
        self._waiting += len(line)
        if self._waiting >= BUFFER:
            self._flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(FLUSH, self._flush)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        data, self._waiting = b"".join(self._lines), 0
        self._lines.clear()
        if self._stream is not None and data:
            with contextlib.suppress(OSError):  # a full disk costs the record, and not the run
                self._stream.write(data)


def kept_of(event: Event) -> Event | None:
    """What is kept of an event: no values, and of texts the beginning; None where nothing is."""
    match event:
        case events.Token() | events.Custom():
            return None
        case events.Message(data=data):
            return dataclasses.replace(event, data=only_usage(data) if isinstance(data, dict) else None)
        case events.Checkpoint(values=values) if values is not None:
            return dataclasses.replace(event, values=None)
        case events.Interrupt():
            return dataclasses.replace(event, value=None, schema=None)
        case events.NodeStarted(given=given) | events.NodeKept(given=given) if given is not None:
            return dataclasses.replace(event, given=None)
        case events.Output(text=text) if len(text) > TEXT:
            return dataclasses.replace(event, text=text[:TEXT])
        case events.NodeRetry(error=error) if len(error) > TEXT:
            return dataclasses.replace(event, error=error[:TEXT])
        case events.NodeFailed(message=message, traceback=traceback):
            return dataclasses.replace(event, message=message[:TEXT], traceback=traceback[:TEXT])
        case events.RunEnded(error=error) if error is not None:
            return dataclasses.replace(event, error={name: text[:TEXT] for name, text in error.items()})
        case _:
            return event


def _open_record(file: Path, started: events.RunStarted) -> FileIO | None:
    """A new record, after those that are too old or too many have gone; None where none can be written."""
    stamp = "".join(letter for letter in started.time if letter.isdigit())[:20]
    for folder in _folders(file):
        with contextlib.suppress(OSError):
            make_home_of(folder / "record")
            _prune(folder)
            return FileIO(folder / f"{stamp}-{started.run}.jsonl", "a")
    return None


def _prune(folder: Path) -> None:
    """Make room for one more record."""
    room, oldest = ALL_BYTES - RUN_BYTES, time.time() - DAYS * 86_400
    for number, path in enumerate(_records(folder), 1):
        known = path.stat()
        room -= known.st_size
        if number >= RUNS or room < 0 or known.st_mtime < oldest:
            path.unlink(missing_ok=True)


def forget_runs(file: Path, threads: Sequence[str]) -> None:
    """Delete the records of deleted threads."""
    for folder in _folders(file):
        for path in _records(folder):
            started = _started(path)
            if started is not None and started.thread in threads and Path(started.file).name == file.name:
                path.unlink(missing_ok=True)


class _Counts:
    """What lists tell of a run beyond its first and last event."""

    def __init__(self) -> None:
        self._usage = UsageCounter()
        self._steps = 0
        self.left_out = 0

    def feed(self, event: Event) -> None:
        if isinstance(event, events.Checkpoint) and not event.ns:
            # Input takes a step of its own, which no node runs in.
            self._steps += {"loop": 1, "input": -1}.get(event.source, 0)
        self._usage.feed(event)

    def to_dict(self) -> dict[str, Any]:
        used = self._usage.total
        return {
            "steps": max(0, self._steps),
            "tokens": used.total,
            "cost": used.cost,
            "left_out": self.left_out,
        }


# -- reading ---------------------------------------------------------------------------------------------------------


def read_runs(files: Sequence[Path], *, thread: str, limit: int) -> list[RunRecord]:
    """The runs on record of these checkpoint files, newest first; of one thread where one is named."""
    found = heapq.merge(*_all_records(files), key=lambda path: path.name, reverse=True)
    by_name = {file.name: file for file in files}
    records = (_record(path, by_name, thread) for path in found)
    return list(islice((record for record in records if record is not None), limit))


def read_run(files: Sequence[Path], run: str) -> list[Event]:
    """The events of a run that are kept, by its id or the beginning of it; raises RunNotFound."""
    by_id = {path.stem.partition("-")[2]: path for folder in _all_records(files) for path in folder}
    found = [run] if run in by_id else [each for each in by_id if each.startswith(run)]
    if len(found) == 1 and (run in by_id or len(run) >= SHORTEST):
        if told := list(_events(by_id[found[0]])):
            return told
        raise RunNotFound(f"nothing of the record of run {run!r} can be read", f"it is {by_id[found[0]]}")
    if len(found) > 1:
        raise RunNotFound(f"{len(found)} runs begin with {run!r}", "name more of its id: graphdeck runs --json has it")
    raise RunNotFound(f"no run {run!r} is on record", "graphdeck runs lists those that are")


def _folders(file: Path) -> tuple[Path, Path]:
    """Where the records of a checkpoint file are: beside it, else in the user's state folder."""
    home = home_of(file)
    return home / "runs", state_folder(home, "runs")


def _all_records(files: Sequence[Path]) -> list[list[Path]]:
    folders = dict.fromkeys(folder for file in files for folder in _folders(file))
    return [_records(folder) for folder in folders]


def _records(folder: Path) -> list[Path]:
    """The records in a folder, newest first, as their names begin with the time."""
    try:
        return sorted(folder.glob("*.jsonl"), key=lambda path: path.name, reverse=True)
    except OSError:
        return []


def _record(path: Path, files: Mapping[str, Path], thread: str) -> RunRecord | None:
    """What a record tells of its run; None where it is of another thread or file, or cannot be read."""
    started = _started(path)
    if started is None or thread not in ("", started.thread):
        return None
    file = files.get(Path(started.file).name)
    if file is None:
        return None
    known = RunRecord(
        id=started.run,
        thread=started.thread,
        graph=started.graph,
        file=str(file),
        started=started.time,
        status="running",
    )
    lines: list[dict[str, Any]] = [{}, *map(json_object, _last_lines(path))]
    end, counts = _event(lines[-2]), lines[-1].get(_COUNTS)
    if not isinstance(end, events.RunEnded) or not isinstance(counts, dict):
        return _without_end(path, known)
    why = end.error.get("message", "") if end.error else ""
    numbers: dict[str, Any] = {name: n for name, n in counts.items() if name in _NUMBERS and isinstance(n, int | float)}
    return dataclasses.replace(known, ended=end.time, status=end.status, why=why, stops=end.stops, **numbers)


def _without_end(path: Path, known: RunRecord) -> RunRecord:
    """A run that goes on, or whose record nobody has finished."""
    counts, last = _Counts(), known.started
    for event in _events(path):
        counts.feed(event)
        last = event.time
    known = dataclasses.replace(known, **counts.to_dict())
    holder = holder_of(Path(known.file), known.thread)
    if holder is not None and holder.run == known.id:
        return known
    why = "what showed it was gone first"
    return dataclasses.replace(known, status="lost", ended=last, why=why)


def _started(path: Path) -> events.RunStarted | None:
    """The first event of a record."""
    try:
        with path.open("rb") as stream:
            first = _event(json_object(stream.readline()))
    except OSError:
        return None
    return first if isinstance(first, events.RunStarted) else None


def _last_lines(path: Path) -> list[bytes]:
    try:
        with path.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - _TAIL))
            return stream.read().splitlines()[-2:]
    except OSError:
        return []


def _events(path: Path) -> Iterator[Event]:
    try:
        with path.open("rb") as stream:
            for line in stream:
                event = _event(json_object(line))
                if event is not None:
                    yield event
    except OSError:
        return


def _event(data: Mapping[str, Any]) -> Event | None:
    """The event of a line; None where it is torn, or of a version that tells other things."""
    try:
        return event_from_dict(data)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
