"""What waits for a person in several checkpoint files, as one list."""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from graphdeck.graphs.errors import GraphdeckError, InputError
from graphdeck.graphs.local.home import breakpoints_of, frames_of, stops_of
from graphdeck.graphs.local.lease import any_held, told_holder
from graphdeck.graphs.local.library import problem
from graphdeck.graphs.local.names import names_of
from graphdeck.graphs.named import Named
from graphdeck.graphs.records import FileProblem, WaitingPage, WaitingRow
from graphdeck.graphs.saved.file import CheckpointFile, Turns
from graphdeck.graphs.saved.threads import nobody
from graphdeck.graphs.saved.waiting import Place, waiting_places, waiting_row


class _Found(NamedTuple):
    """A thread that waits; these sort by time, oldest first."""

    place: Place
    file: str
    source: "_Source"

    @property
    def key(self) -> list[str]:
        """What a cursor says of it."""
        return [*self.place, self.file]


def waiting_page(
    files: Sequence[CheckpointFile],
    problems: Sequence[FileProblem],
    *,
    limit: int,
    cursor: str | None,
    newest_first: bool,
) -> Turns[WaitingPage]:
    """A page over all files, with a rest at each file and row; files that cannot be read join the given problems."""
    found: list[_Found] = []
    bad = list(problems)
    for file in files:
        try:
            source = _Source.of(file)
            found += [_Found(place, str(file.path), source) for place in source.places()]
        except GraphdeckError as error:
            bad.append(problem(str(file.path), error))
        yield
    found.sort(key=lambda each: each.key, reverse=newest_first)
    start = _read_cursor(cursor)
    rows: list[WaitingRow] = []
    last: _Found | None = None
    for each in found:
        if start is not None and (each.key >= start if newest_first else each.key <= start):
            continue
        if len(rows) == limit:
            following = json.dumps(last.key if last else None)
            return WaitingPage(rows=tuple(rows), cursor=following, total=len(found), problems=tuple(bad))
        yield
        row = each.source.row(each.place)
        if row is not None:
            rows.append(row)
            last = each
    return WaitingPage(rows=tuple(rows), total=len(found), problems=tuple(bad))


def _read_cursor(cursor: str | None) -> list[str] | None:
    if cursor is None:
        return None
    try:
        key = json.loads(cursor)
    except ValueError:
        key = None
    if isinstance(key, list) and len(key) == 3 and all(isinstance(part, str) for part in key):
        return key
    raise InputError("The cursor is not one that a page of waiting threads gave.", "Leave it out to start at the top.")


class _Source(NamedTuple):
    """A checkpoint file, with what graphdeck remembers of its threads."""

    file: CheckpointFile
    holder: Callable[[str], str]
    breakpoints: Mapping[str, str]
    names: Mapping[str, Named]

    @classmethod
    def of(cls, file: CheckpointFile) -> "_Source":
        path = file.path
        holder = (lambda thread: told_holder(path, thread)) if any_held(path) else nobody
        return cls(file, holder, breakpoints_of(path), names_of(path))

    def places(self) -> list[Place]:
        return waiting_places(self.file, breakpoints=self.breakpoints, holder=self.holder)

    def row(self, place: Place) -> WaitingRow | None:
        row = waiting_row(self.file, place, holder=self.holder, names=self.names, breakpoints=self.breakpoints)
        if row is None:
            return None
        framed = (
            dataclasses.replace(asked, frames=frames_of(self.file.path, row.thread, asked.id))
            for asked in row.interrupts
        )
        stops = () if row.interrupts else stops_of(self.file.path, row.thread, row.checkpoint)
        return dataclasses.replace(row, interrupts=tuple(framed), stops=stops)
