"""What waits for a person in a few words each, the same for screen and lines. Pure."""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.questions.model import Action
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import WaitingRow
from graphdeck.graphs.values import Json
from graphdeck.tui.call_facts import effect_of, warnings
from graphdeck.tui.stop_words import stop_words
from graphdeck.tui.text import ascii_mode, call_arguments, one_line, safe, short_json

_SHORT: Final = 400
"""Cells of what is asked that are kept; a list shows less."""
_NAMED: Final = 3
"""Tools of several actions that are named."""
_NOTHING_TO_ANSWER: Final = "breakpoint: nothing to answer"


class Summary(Frozen):
    """A thread that waits, in safe words for a list."""

    asks: str
    """The tool or node that asks, or how many actions there are."""
    short: str
    """What it asks, in short."""
    effect: str = ""
    """What approving it does, in a word or two, where that is known: `writes a file`, `spends money`."""
    suspicious: bool = False
    """Something in it is not what it seems."""


def summary_of(row: WaitingRow) -> Summary:
    """What a thread asks, in short."""
    if row.error:
        return Summary(asks="unreadable", short=one_line(row.error, _SHORT))
    if not row.interrupts:
        nodes = ", ".join(one_line(name, 40, identifier=True) for name in standing_of(row))
        why = "" if _is_plain(row) else f"{one_line(stop_words(row.stops), _SHORT)}: nothing to answer"
        return Summary(asks=f"before {nodes}" if nodes else "breakpoint", short=why or _NOTHING_TO_ANSWER)
    actions = sheet(row.interrupts).actions
    return Summary(
        asks=one_line(actions[0].name, 80, identifier=True) if len(actions) == 1 else f"{len(actions)} actions",
        short=_short(actions[0]) if len(actions) == 1 else _counted(actions),
        effect=_shared([effect_of(action) for action in actions]),
        suspicious=any(warnings(action) for action in actions),
    )


def title_of(row: WaitingRow) -> str:
    """What its thread is called: its title, else its first human text, else its id. Raw text."""
    return row.title or row.first_text or row.thread


def standing_of(row: WaitingRow) -> tuple[str, ...]:
    """The nodes that a thread at a breakpoint stands before, inside of subgraphs as far as its stops tell. Raw text."""
    inner = [stop.node for stop in row.stops if stop.kind in ("before", "to")]
    found = (next((way for way in inner if way.split(":")[0] == node), node) for node in row.breakpoint)
    return tuple(found)


def _is_plain(row: WaitingRow) -> bool:
    """The nodes alone tell why it stopped."""
    return all(stop.kind == "before" and not stop.condition for stop in row.stops)


def _short(action: Action) -> str:
    payload: Json = action.payload
    if isinstance(payload, Mapping) and "$type" not in payload:
        return one_line(" ".join(call_arguments(payload, _SHORT)), _SHORT)
    return short_json(payload, _SHORT)


def _shared(effects: list[str]) -> str:
    """What all actions do; what one of them does is not said of the others."""
    return effects[0] if effects and all(each == effects[0] for each in effects) else ""


def _counted(actions: tuple[Action, ...]) -> str:
    counts = Counter(action.name for action in actions)
    times = "x" if ascii_mode() else "×"
    named = [
        one_line(name, 40, identifier=True) + (f" {times}{count}" if count > 1 else "")
        for name, count in list(counts.items())[:_NAMED]
    ]
    left = len(counts) - _NAMED
    return safe(", ".join(named)) + (f" and {left} more" if left > 0 else "")
