"""The lines around the deck's panes: status, banner, keys, help. Pure."""

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from textual.content import Content

from graphdeck.graphs.events import RunEnded
from graphdeck.graphs.records import START, FailedTask
from graphdeck.graphs.stopping import Stop
from graphdeck.tui.actions import Action, action, help_groups
from graphdeck.tui.clock import age, time_of_day
from graphdeck.tui.paragraphs import fold
from graphdeck.tui.run_setup import NO_SETUP, RunSetup
from graphdeck.tui.screens.checkpoints import branch_words, why_not_read
from graphdeck.tui.screens.look import Look
from graphdeck.tui.screens.why_not import LINGERS
from graphdeck.tui.text import one_line, short_json, width
from graphdeck.tui.theme import MUTED, WARNING, glyphs, word
from graphdeck.tui.widgets.status_line import StatusInfo

if TYPE_CHECKING:
    from graphdeck.tui.screens.help import HelpRow

_KEYS: Final = {
    "running": ("pause", "stop", "input", "new_thread", "help"),
    "lingers": ("stop", "new_thread", "focus_threads", "open_target", "help"),
    "elsewhere": ("new_thread", "focus_threads", "open_target", "help"),
    "waiting": ("answer", "input", "new_thread", "focus_threads", "help"),
    "answered": ("take_back", "pause", "input", "new_thread", "help"),
    "stopped": ("pause", "step", "fork", "input", "help"),
    "still": ("pause", "input", "new_thread", "focus_threads", "help"),
    "done": ("input", "new_thread", "focus_threads", "open_target", "help"),
}
"""The keys that matter, by how the thread stands."""
_IN_PANE: Final = {
    "timeline": ("tasks", "run_again", "fork", "compare", "other_branch"),
    "state": ("filter", "go_to_path", "view", "write"),
    "messages": ("view", "copy", "tool_calls", "run_again", "edit_message"),
    "threads": ("filter", "find_text", "mark"),
}
"""The keys that matter besides the first of those, by the pane that the person is in."""
_OF_MESSAGE: Final = {"run_again": "regenerate", "edit_message": "edit"}
"""What these keys do is called there where they do it with a message."""
_STANDS_STILL: Final = ("breakpoint", "stopped", "recursion_limit", "failed")
_NAME: Final = 40
"""Cells of a node's name, and of a reason, that leave room for what can be done."""
_SINCE: Final = r"since ([^\s;]+)"
_TYPING: Final = ("open_question", "back", "stop", "palette")
"""The keys that matter while something is typed, as far as they do something now."""
IN_LOG: Final = " (5 shows all of it)"
"""Where the deck has what a notice leaves out."""
_EVERYWHERE: Final = ("help", "palette")
_NOTICE_ROWS: Final = 3


def status_info(look: Look, mode: str = "", setup: RunSetup = NO_SETUP) -> StatusInfo:
    """What the first line says; `mode` is what rules do, `setup` what was given for the graph's runs."""
    shape = look.shape
    return StatusInfo(
        graph=shape.title if shape else look.graph,
        thread=look.title,
        status=look.status,
        detail=_detail(look),
        model=shape.model if shape else "",
        mode=mode,
        setup=setup.words,
        note=_saved_in(look),
    )


def _saved_in(look: Look) -> str:
    """Where the threads of the graph are, or the thread where no graph is known."""
    file = (look.shape.file if look.shape else "") or (look.snapshot.file if look.snapshot else "")
    return f"saved in {'/'.join(PurePath(file).parts[-2:])}" if file else ""


def _detail(look: Look) -> str:
    if look.lingers:
        return "a node runs on"
    if look.elsewhere:
        return f"elsewhere, {re.sub(_SINCE, lambda match: f'since {time_of_day(match[1])}', look.elsewhere)}"
    view = look.view
    match look.status:
        case "running":
            return _names(name for name, node in view.nodes.items() if node.active)
        case "waiting":
            return look.askers
        case "breakpoint" | "stopped":
            return f"before {_names(view.standing)}" if view.standing else ""
        case "failed":
            return _names(name for name, node in view.nodes.items() if node.status == "failed")
        case _:
            return _others(look)


def _others(look: Look) -> str:
    """How many other threads run meanwhile."""
    count = len(look.runs - {look.key})
    return f"{count} other {'thread runs' if count == 1 else 'threads run'}" if count else ""


def _names(names: Iterable[str]) -> str:
    counts = Counter(f"{name.removesuffix(START)}START" if name.endswith(START) else name for name in names)
    shown = ((one_line(name, _NAME, identifier=True), count) for name, count in counts.items())
    found = [f"{name} {glyphs().times}{count}" if count > 1 else name for name, count in shown]
    return ", ".join(found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")


def banner(look: Look, now: datetime, cells: int) -> Content | None:
    """What is above the panes: an older checkpoint, a question, a breakpoint, odd saving; None for nothing."""
    signs = glyphs()
    dot = f"  {signs.separator}  "
    if look.old is not None and look.old.ns:
        inside = one_line(":".join(look.old.path), max(8, cells - 40), identifier=True)
        words = f" {signs.kept} state inside {inside} at step {look.old.step}{dot}Esc back"
        return Content.styled(one_line(words, cells), WARNING)
    if look.old is not None:
        newest = look.snapshot.step if look.snapshot else None
        since = age(look.old.time, now)
        where = f"step {look.old.step} of {newest}" if newest is not None else f"step {look.old.step}"
        branch = branch_words(look.history, look.old.checkpoint)
        where += f", {since} ago" if since else ""
        words = f" {signs.kept} {where}{dot}{f'{branch} (B: next one){dot}' if branch else ''}Esc shows the newest"
        return Content.styled(one_line(words, cells), WARNING)
    if look.questions:
        many = "" if look.askers.endswith(" actions") else "s"
        words = (
            f" {signs.waiting} {one_line(look.askers, max(8, cells - 40))} ask{many}{dot}a or Ctrl+O opens the question"
        )
        return Content.styled(one_line(words, cells), f"{WARNING} bold")
    if (failed := look.failed_with_answer) is not None:
        words = f" {signs.failed} {_failed(failed, cells - 32)}{dot}u takes the answer back"
        return Content.styled(one_line(words, cells), f"{WARNING} bold")
    if look.lingers:
        return Content.styled(one_line(f" {signs.stopped} {LINGERS}", cells), f"{WARNING} bold")
    if look.status in _STANDS_STILL and not look.why_not("pause"):
        lines = [f" {signs.of(look.status)} {standing}" for standing in _standings(look, dot)]
        fitting = next((line for line in lines if width(line) <= cells), lines[-1])
        return Content.styled(one_line(fitting, cells), f"{WARNING} bold")
    if saving := (look.shape.saving if look.shape else "") or look.view.note:
        return Content.styled(one_line(f" {signs.kept} {saving}", cells), MUTED)
    return None


def _standings(look: Look, dot: str) -> Iterator[str]:
    """Why the thread stands still, what its next step runs, and how it goes on; then the same in fewer words."""
    from graphdeck.tui.stop_words import stop_words  # the first paint has seldom any

    view, stops = look.view, look.view.stops
    if look.status == "failed":
        yield f"{_detail(look) or 'the run'} failed{dot}space runs it again"
        return
    before = f"breakpoint {_detail(look)}" if look.status == "breakpoint" and not stops else ""
    why = stop_words(stops) or (view.error or {}).get("message", "") or before or "stopped"
    following = "" if before else _next(stops, view.standing)
    asked = ("nothing to answer: ", "") if look.status == "breakpoint" else ("",)
    limit = next((stop for stop in stops if stop.kind == "limit"), None)
    more = f" with {limit.steps:,} more" if limit and limit.steps else " with more" if limit else ""
    yield from (dot.join(filter(None, (why, following, f"{asks}space goes on{more}"))) for asks in asked)
    yield dot.join((one_line(why, _NAME), f"space goes on{more}"))


def _failed(failed: FailedTask, cells: int) -> str:
    """That a node failed with its answer, and which one it was, or what is wrong with it."""
    from graphdeck.graphs.questions.failed import wrong  # the first paint has seldom any

    node = one_line(failed.node, max(8, cells // 3), identifier=True)
    why = wrong(failed)
    if why:
        return one_line(f"{node} failed, wrongly answered: {why}", cells)
    return one_line(f"{node} failed with its answer, {short_json(failed.answer, 200)}", cells)


def ended(event: RunEnded) -> str:
    """How a run ended, in words."""
    from graphdeck.tui.stop_words import stop_words

    stands = event.paths or event.next
    if event.stops:
        return ", ".join(filter(None, (stop_words(event.stops), _next(event.stops, stands))))
    following = f" before {_names(stands)}" if stands and event.status in ("breakpoint", "stopped") else ""
    return word(event.status) + following


def _next(stops: Iterable[Stop], standing: Iterable[str]) -> str:
    """What the next step runs, where the stops do not tell it."""
    told = {stop.node for stop in stops if stop.kind in ("before", "to")}
    return "" if told.issuperset(standing) else f"next: {_names(standing)}"


def footer(look: Look, *, typing: bool = False, pane: str = "") -> tuple[tuple[Action, ...], frozenset[str]]:
    """The keys that matter now, and the ids of those that are off; `pane` is the one that the person is in."""
    stands = {"running": "running", "waiting": "waiting", "done": "done", "idle": "done"}.get(look.status, "still")
    stands = "stopped" if look.status in ("breakpoint", "stopped", "recursion_limit") else stands
    stands = "answered" if stands in ("still", "stopped") and look.failed_with_answer else stands
    stands = "lingers" if look.lingers else "elsewhere" if look.elsewhere else stands
    names: tuple[str, ...] = _KEYS[stands]
    takes_more = look.shape is not None and (not look.takes_text or look.shape.context_schema is not None)
    if takes_more and "input" in names and not look.why_not("run_form"):
        place = names.index("input") + 1
        names = (*names[:place], "run_form", *names[place:-2], names[-1])
    if pane in _IN_PANE:
        names = (names[0], *_IN_PANE[pane], names[-1])
    elif look.old is not None:
        names = (names[0], "run_again", "fork", "back", names[-1])
    if typing:
        names = tuple(name for name in _TYPING if name in _EVERYWHERE or not look.why_not(name))
    found = (action("app" if name in _EVERYWHERE else "deck", name) for name in names)
    shown = tuple(_relabelled(each, look, pane) for each in found)
    return shown, frozenset(each.id for each in shown if look.why_not(each.id) or why_not_read(look, each.id))


def _relabelled(each: Action, look: Look, pane: str) -> Action:
    if each.id == "pause" and not look.running:
        return dataclasses.replace(each, label="retry" if look.status == "failed" else "go on")
    if pane == "messages" and each.id in _OF_MESSAGE:
        return dataclasses.replace(each, label=_OF_MESSAGE[each.id])
    if each.id == "filter" and pane == "state":
        return dataclasses.replace(each, label="look for")
    return each


def help_rows(why_not: Callable[[str], str]) -> "list[HelpRow]":
    """All actions under their headings, with the reason where one is off."""
    from graphdeck.tui.screens.help import HelpRow  # where the help opens, as in the deck

    rows: list[HelpRow] = []
    for heading, members in help_groups("deck", "state"):
        if rows:
            rows.append(HelpRow())
        rows.append(HelpRow(heading=heading))
        rows += [HelpRow(action=each, why_not=why_not(each.id)) for each in members]
    return rows


def notice(text: str, hint: str, style: str, cells: int, *, rest_is: str = "") -> Content:
    """Up to three rows on what just happened, and the next step; `rest_is` says where the other lines are."""
    first, _, more = text.strip().partition("\n")
    said = _in_rows(first, 2 if hint else _NOTICE_ROWS, cells, rest_is if more else "")
    next_step = _in_rows(hint, _NOTICE_ROWS - len(said), cells) if hint else []
    return Content("\n").join(
        [Content.styled(row, style) for row in said] + [Content.styled(row, MUTED) for row in next_step]
    )


def _in_rows(text: str, most: int, cells: int, behind: str = "") -> list[str]:
    """A line as so many rows at the most, cut before what stands behind it."""
    room = max(cells, most * cells - len(behind))
    rows = fold(one_line(text, room) + behind, cells)
    while len(rows) > most and room > cells // 2:  # words that are not broken leave cells blank
        room -= 1
        rows = fold(one_line(text, room) + behind, cells)
    return rows[:most]
