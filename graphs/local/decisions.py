"""The record of decisions, `decisions.jsonl`: a line before an answer is sent, and a line for what became of it.

The file lies in `.graphdeck` beside the checkpoint file; in the user's state folder where that cannot be written.
Both are read. Any number of processes append to it at once.
"""

import contextlib
import errno
import fcntl
import heapq
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

from graphdeck.graphs.decided import DecisionRecord, Outcome
from graphdeck.graphs.errors import FileError
from graphdeck.graphs.local.home import home_of, json_object, make_home_of, state_folder
from graphdeck.graphs.local.lease import holder_of
from graphdeck.graphs.values import Json, json_line

NAME: Final = "decisions.jsonl"

BLOCK: Final = 1 << 16
"""Bytes that are read at a time, from the end of the file on."""


# -- writing ---------------------------------------------------------------------------------------------------------


def note_intents(file: Path, intents: Sequence[Mapping[str, Json]]) -> Path:
    """Write the lines of decisions that are about to be sent, flushed to disk; the record that took them.

    Raises FileError where neither record can be written.
    """
    first: OSError | None = None
    for path in record_paths(file):
        try:
            _append(path, intents, to_disk=True)
        except OSError as error:
            first = first or error
        else:
            return path
    assert first is not None
    raise FileError(
        f"the decision cannot be recorded, and was not sent: {first.strerror} ({record_paths(file)[0]})",
        "make the folder writable, or free space on its disk",
    ) from first


def note_outcomes(path: Path, outcomes: Sequence[Mapping[str, Json]]) -> None:
    """Write what became of decisions whose intents are in this record.

    A record that cannot be written any more is left as it is: an intent without an outcome says that it is unknown.
    """
    with contextlib.suppress(OSError):
        _append(path, outcomes, to_disk=False)


def record_paths(file: Path) -> tuple[Path, Path]:
    """Where the decisions of a checkpoint file are recorded: beside it, else in the user's state folder."""
    home = home_of(file)
    return home / NAME, state_folder(home, "decisions") / NAME


def _append(path: Path, lines: Sequence[Mapping[str, Json]], *, to_disk: bool) -> None:
    """Add whole lines in one write, or none of them; raises OSError."""
    data = b"".join(json_line(dict(line)).encode() + b"\n" for line in lines)
    make_home_of(path)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        size = os.fstat(handle).st_size
        if size and os.pread(handle, 1, size - 1) != b"\n":  # whoever wrote last died in the middle of a line
            data = b"\n" + data
        if os.write(handle, data) != len(data):
            os.ftruncate(handle, size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if to_disk:
            os.fsync(handle)
            if not size:
                _sync_folder(path.parent)
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    """Have the name of a new file on disk too."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- reading ---------------------------------------------------------------------------------------------------------


def read_decisions(files: Sequence[Path], *, thread: str | None, limit: int) -> list[DecisionRecord]:
    """The decisions about threads of these checkpoint files, newest first; quick also where the record is long."""
    files_of: dict[Path, dict[str, Path]] = {}
    for file in files:
        for path in record_paths(file):
            files_of.setdefault(path, {})[file.name] = file
    found = (_read(path, names, thread) for path, names in files_of.items())
    return list(islice(heapq.merge(*found, key=lambda record: record.time, reverse=True), limit))


def answered_by(file: Path, thread: str, interrupt: str, *, but_not: str) -> DecisionRecord | None:
    """The newest decision on an interrupt that may have answered it, except the one with the given id.

    What came before an answer was taken back counts no more.
    """
    maybe: DecisionRecord | None = None
    for record in heapq.merge(
        *(_read(path, {file.name: file}, thread, interrupt) for path in record_paths(file)),
        key=lambda record: record.time,
        reverse=True,
    ):
        if record.id != but_not and record.outcome == "applied":
            return record if record.act != "repair" else maybe
        if record.id != but_not and record.outcome in ("sent", "unknown"):
            maybe = maybe or record
    return maybe


def _read(
    path: Path, files: Mapping[str, Path], thread: str | None, interrupt: str | None = None
) -> Iterator[DecisionRecord]:
    """The decisions of one record, newest first; `files` has the checkpoint files that count, by name."""
    # Decoding a line costs much more than looking into it for the words that it must hold.
    words = [json_line(word).encode() for word in (thread, interrupt) if word is not None]
    outcomes: dict[str, Mapping[str, Any]] = {}
    for line in _backwards(path):
        is_outcome = line.startswith(b'{"outcome"')
        if not is_outcome and not all(word in line for word in words):
            continue
        data = json_object(line)
        identity = data.get("id")
        if not isinstance(identity, str):
            continue
        if is_outcome:
            outcomes[identity] = data
            continue
        file = files.get(os.path.basename(str(data.get("file"))))
        if file is None or thread not in (None, data.get("thread")) or interrupt not in (None, data.get("interrupt")):
            continue
        yield _record(data, outcomes.pop(identity, None), file)


def _backwards(path: Path) -> Iterator[bytes]:
    """The lines of a file, last one first; none where it cannot be read."""
    try:
        stream = path.open("rb")
    except OSError:
        return
    with stream:
        end = stream.seek(0, os.SEEK_END)
        rest = b""
        while end:
            start = max(0, end - max(BLOCK, len(rest)))  # a longer line is not put together bit by bit
            stream.seek(start)
            rest, *lines = (stream.read(end - start) + rest).split(b"\n")
            yield from reversed(lines)
            end = start
        yield rest


def _record(intent: Mapping[str, Any], outcome: Mapping[str, Any] | None, file: Path) -> DecisionRecord:
    def text(name: str, of: Mapping[str, Any] = intent) -> str:
        return str(of.get(name) or "")

    return DecisionRecord(
        **{name: text(name) for name in _TEXTS},
        file=str(file),
        path=tuple(map(str, intent.get("path") or ())),
        actions=tuple(map(str, intent.get("actions") or ())),
        decision=intent.get("decision"),
        outcome=_outcome(intent, outcome, file),
        why=text("why", outcome or {}),
        settled=text("time", outcome or {}),
    )


_TEXTS: Final = (
    "id", "time", "user", "host", "run", "graph", "thread", "checkpoint", "interrupt", "payload", "by", "act",
)  # fmt: skip


def _outcome(intent: Mapping[str, Any], outcome: Mapping[str, Any] | None, file: Path) -> Outcome:
    match (outcome or {}).get("outcome"):
        case "applied" | "refused" | "lost" as known:
            return known  # type: ignore[no-any-return] # as just matched
    holder = holder_of(file, str(intent.get("thread")))
    return "sent" if holder is not None and holder.run == intent.get("run") else "unknown"
