"""One thread as a line of a list, as much of it as there is room for. Pure."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeAlias

from textual.content import Content

from graphdeck.graphs.records import ThreadRow
from graphdeck.tui.amounts import bytes_text
from graphdeck.tui.clock import age
from graphdeck.tui.text import cut, fit, one_line, width
from graphdeck.tui.theme import ACCENT, ERROR, MUTED, colour, glyphs

WIDE: Final = 60
"""Cells from which on a line has columns for all that is known; narrower, it has title and age only."""

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


def thread_line(thread: ThreadRow, cells: int, now: datetime, *, is_current: bool, is_marked: bool) -> Content:
    """A thread in a list: where it stands, what it is called, its tags and its age; in a wide one all there is."""
    sign = "+" if is_marked else glyphs().cursor if is_current else " "
    lead = (sign, f"bold {ACCENT}" if is_marked else "bold"), (glyphs().of(thread.status), colour(thread.status))
    style = "bold" if is_current else ""
    since = age(thread.updated, now)
    if cells < WIDE:
        title = _title(thread, max(0, cells - _LEAD - _AGE - 1), style)
        return Content.assemble(*lead, (" ", ""), *title, (fit(since, _AGE, right=True), MUTED), (" ", ""))
    room = cells - _LEAD - _STATUS - _AGE - _STEP - 2 - 1 - _GRAPH - _SIZE - 1
    step = "" if thread.step is None else str(thread.step)
    graph = one_line(thread.graph, _GRAPH, identifier=True)
    size = "" if thread.size is None else bytes_text(thread.size)
    return Content.assemble(
        *lead,
        (" ", ""),
        (fit(thread.status, _STATUS), colour(thread.status)),
        (fit(since, _AGE, right=True) + fit(step, _STEP, right=True) + "  ", MUTED),
        *_title(thread, max(0, room), style),
        (" " + fit(graph, _GRAPH) + fit(size, _SIZE, right=True) + " ", MUTED),
    )


def columns_line(cells: int) -> str:
    """The names of the columns of a wide list; empty for a narrow one."""
    if cells < WIDE:
        return ""
    left = " " * _LEAD + fit("status", _STATUS) + fit("age", _AGE, right=True) + fit("step", _STEP, right=True) + "  "
    right = " " + fit("graph", _GRAPH) + fit("size", _SIZE, right=True) + " "
    return left + fit("title", max(0, cells - len(left) - len(right))) + right


def details_of(thread: ThreadRow | None, cells: int) -> str:
    """What a line leaves out: of a wide one, the id; of a narrow one, two lines."""
    if thread is None:
        return ""
    cells -= 2
    if cells + 2 >= WIDE:
        return one_line(thread.thread, cells, identifier=True)
    dot = f" {glyphs().separator} "
    step = f"step {thread.step}" if thread.step is not None else ""
    size = bytes_text(thread.size) if thread.size is not None else ""
    first = dot.join(part for part in (thread.status, step, size) if part)
    graph = one_line(thread.graph, cells, identifier=True)
    second = dot.join(part for part in (graph, _tags(thread)) if part)
    return f"{cut(first, cells)}\n{cut(second or one_line(thread.thread, cells, identifier=True), cells)}"


def _tags(thread: ThreadRow) -> str:
    return " ".join(f"#{one_line(tag, _TAG)}" for tag in thread.tags)


def _title(thread: ThreadRow, room: int, style: str) -> Sequence[Part]:
    """Exactly so many cells: title, tags, who runs it; or what is wrong with its rows."""
    if thread.error:
        return ((fit(one_line(f"{thread.thread}: {thread.error}", room), room), ERROR),)
    is_id = not (thread.title or thread.first_text)
    title = one_line(title_of(thread), room, identifier=is_id)
    return ((title, style), (fit(_behind(thread, room), room - width(title)), MUTED))


def _behind(thread: ThreadRow, room: int) -> str:
    holder = (
        f"({one_line(thread.holder, room, identifier=True)})" if thread.status == "running" and thread.holder else ""
    )
    parts: Iterable[str] = (part for part in (holder, _tags(thread)) if part)
    return "".join(f" {part}" for part in parts)
