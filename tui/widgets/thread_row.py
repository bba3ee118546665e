"""One thread as a line of a list, as much of it as there is room for. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import Final, TypeAlias

from textual.content import Content

from graphdeck.graphs.records import ThreadRow
from graphdeck.tui.amounts import bytes_text
from graphdeck.tui.clock import age
from graphdeck.tui.text import cut, fit, one_line, width
from graphdeck.tui.theme import ACCENT, ERROR, MUTED, colour, glyphs

WIDE: Final = 60
"""Cells from which on a line has columns; narrower, it has title and age only."""
_WITH_GRAPH: Final = 76
"""Cells from which on one of them is the graph."""

Part: TypeAlias = tuple[str, str]

_LEAD: Final = 3
_AGE: Final = 4
_STATUS: Final = 11
_STEP: Final = 6
_GRAPH: Final = 14
_SIZE: Final = 8
_TAG: Final = 24


def title_of(thread: ThreadRow) -> str:
    """What a thread is called: its title, else its first human text, else its id. Raw text."""
    return thread.title or thread.first_text or thread.thread


def thread_line(
    thread: ThreadRow, cells: int, now: datetime, *, is_current: bool, is_marked: bool, names_file: bool = False
) -> Content:
    """A thread in a list: where it stands, what it is called, its tags and its age; in a wide one all there is.

    `names_file` tells its checkpoint file too: others of the list are in another one, and may have its id.
    """
    sign = "+" if is_marked else glyphs().cursor if is_current else " "
    lead = (sign, f"bold {ACCENT}" if is_marked else "bold"), (glyphs().of(thread.status), colour(thread.status))
    style = "bold" if is_current else ""
    since = age(thread.updated, now)
    if cells < WIDE:
        title = _title(thread, max(0, cells - _LEAD - _AGE - 1), style, names_file)
        return Content.assemble(*lead, (" ", ""), *title, (fit(since, _AGE, right=True), MUTED), (" ", ""))
    of_graph = _GRAPH if cells >= _WITH_GRAPH else 0
    room = cells - _LEAD - _STATUS - _AGE - _STEP - 2 - 1 - of_graph - _SIZE - 1
    step = "" if thread.step is None else str(thread.step)
    graph = one_line(thread.graph, _GRAPH, identifier=True)
    size = "" if thread.size is None else bytes_text(thread.size)
    return Content.assemble(
        *lead,
        (" ", ""),
        (fit(thread.status, _STATUS), colour(thread.status)),
        (fit(since, _AGE, right=True) + fit(step, _STEP, right=True) + "  ", MUTED),
        *_title(thread, max(0, room), style, names_file),
        (" " + fit(graph, of_graph) + fit(size, _SIZE, right=True) + " ", MUTED),
    )


def columns_line(cells: int) -> str:
    """The names of the columns of a wide list; empty for a narrow one."""
    if cells < WIDE:
        return ""
    left = " " * _LEAD + fit("status", _STATUS) + fit("age", _AGE, right=True) + fit("step", _STEP, right=True) + "  "
    right = " " + fit("graph", _GRAPH if cells >= _WITH_GRAPH else 0) + fit("size", _SIZE, right=True) + " "
    return left + fit("title", max(0, cells - len(left) - len(right))) + right


def details_of(thread: ThreadRow, cells: int, *, names_file: bool = False) -> str:
    """What a line of so many cells leaves out: of a wide one the id, maybe the graph; of a narrow one, two lines."""
    room, dot = cells - 2, f" {glyphs().separator} "
    id_, graph = (one_line(text, room, identifier=True) for text in (thread.thread, thread.graph))
    file = "/".join(PurePath(thread.file).parts[-2:])
    where = f"in {one_line(file, room, identifier=True)}" if names_file else ""
    if cells >= WIDE:
        return cut(dot.join(part for part in (id_, "" if cells >= _WITH_GRAPH else graph, where) if part), room)
    step = f"step {thread.step}" if thread.step is not None else ""
    size = bytes_text(thread.size) if thread.size is not None else ""
    first = dot.join(part for part in (thread.status, step, size) if part)
    second = dot.join(part for part in (where, graph, _tags(thread)) if part)
    return f"{cut(first, room)}\n{cut(second or id_, room)}"


def _tags(thread: ThreadRow) -> str:
    return " ".join(f"#{one_line(tag, _TAG)}" for tag in thread.tags)


def _title(thread: ThreadRow, room: int, style: str, names_file: bool) -> Sequence[Part]:
    """Exactly so many cells: title, file, tags, who runs it; or what is wrong with its rows."""
    if thread.error:
        return ((fit(one_line(f"{thread.thread}: {thread.error}", room), room), ERROR),)
    is_id = not (thread.title or thread.first_text)
    file = f" {one_line(PurePath(thread.file).name, room // 3, identifier=True)}" if names_file else ""
    title = one_line(title_of(thread), room - width(file), identifier=is_id)
    return ((title, style), (fit(file + _behind(thread, room), room - width(title)), MUTED))


def _behind(thread: ThreadRow, room: int) -> str:
    holder = (
        f"({one_line(thread.holder, room, identifier=True)})" if thread.status == "running" and thread.holder else ""
    )
    parts: Iterable[str] = (part for part in (holder, _tags(thread)) if part)
    return "".join(f" {part}" for part in parts)
