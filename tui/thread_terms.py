"""What a person types to choose threads: words to look for, and terms such as `status:failed`. Pure."""

import re
from datetime import datetime, timedelta
from typing import Any, Final, get_args

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.wanted import ALL, ThreadSort, Wanted

HELP: Final = "words in id, title, tag, first text; or status: graph: tag: since: sort:"
"""What can be typed, in short."""

_VALUES: Final[dict[str, tuple[str, ...]]] = {
    "status": ("running", "waiting", "breakpoint", "failed", "stopped", "done"),
    "sort": get_args(ThreadSort),
}
_HINTS: Final = {
    **{name: f"{name}: {' '.join(values)}" for name, values in _VALUES.items()},
    "graph": "graph: a part of its name",
    "tag": "tag: a whole tag",
    "since": "since: 30m, 2h, 3d, 1w, or a day as 2026-05-31",
}
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_TOKENS: Final = re.compile(r'(?:[^\s"]|"[^"]*"?)+')
_BEGUN_TIME: Final = re.compile(r"\d[\d:T+-]*")


class Terms(Frozen):
    """What was typed, understood."""

    wanted: Wanted = ALL
    """The threads to list, as far as the terms are complete."""
    trouble: str = ""
    """What cannot be understood; then the list stays as it is."""
    hint: str = ""
    """How a term that has just begun may go on."""


def read_terms(text: str, now: datetime) -> Terms:
    """Understand a line. A status or an order may be cut short where only one begins so; quotes make words of all."""
    words: list[str] = []
    chosen: dict[str, Any] = {}
    hint = ""
    for token in _TOKENS.findall(text):
        name, colon, value = token.partition(":")
        if not colon or not name.isalpha():
            words.append(token.replace('"', ""))
            continue
        name, value = name.lower(), value.replace('"', "")
        if name not in _HINTS:
            return Terms(trouble=f'no term {name}: (but {" ".join(_HINTS)}); in quotes it is looked for: "{token}"')
        try:
            found = _value_of(name, value, now)
        except ValueError:
            return Terms(trouble=_HINTS[name])
        if found:
            chosen[name] = found
        else:
            hint = _HINTS[name]
    return Terms(wanted=Wanted(query=" ".join(words), **chosen), hint=hint)


def since_time(text: str, now: datetime) -> str:
    """A time in ISO 8601, of an age such as `2h`, or as it was given."""
    number, unit = text[:-1], text[-1:]
    if unit in _UNITS and number.isascii() and number.isdigit() and len(number) < 7:
        return (now - timedelta(**{_UNITS[unit]: int(number)})).isoformat()
    return text


def _value_of(name: str, value: str, now: datetime) -> str:
    """What a term asks for; empty where it has only begun. ValueError where nothing can come of it."""
    if name in _VALUES:
        begun = [each for each in _VALUES[name] if each.startswith(value.lower())]
        if not begun:
            raise ValueError(value)
        whole = value.lower() if value.lower() in begun else begun[0]
        return whole if whole == value.lower() or len(begun) == 1 else ""
    if name != "since":
        return value
    time = since_time(value, now)
    try:
        datetime.fromisoformat(time)
    except ValueError:
        if value and not _BEGUN_TIME.fullmatch(value):
            raise
        return ""
    return time
