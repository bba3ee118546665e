"""`graphdeck diff`: what differs between two checkpoints, path by path, texts word by word."""

from collections.abc import Iterator
from typing import Final

from graphdeck.graphs.differences import Change, ChangeKind, WordKind, same, word_changes
from graphdeck.graphs.engine import Engine
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.plain.checkpoints import find_row, short_id
from graphdeck.tui.plain.terminal import Terminal
from graphdeck.tui.text import ellipsis, raw_json, safe, short_json, width

_SIGNS: Final[dict[ChangeKind, str]] = {"added": "+", "removed": "-", "changed": "~"}
_COLOURS: Final[dict[ChangeKind, str]] = {"added": "green", "removed": "red", "changed": "yellow"}
_BRACKETS: Final[dict[WordKind, tuple[str, str, str]]] = {
    "same": ("", "", ""),
    "removed": ("[-", "-]", "red"),
    "added": ("{+", "+}", "green"),
}
"""What is put around the words of a text, as `git diff --word-diff` does it, and their colour."""

_AROUND: Final = 40
"""Characters that are shown of what stayed the same before and after words that changed."""

_LONGEST_RUN: Final = 400
"""Characters that are shown of words that changed."""

_LEAST: Final = 20
"""Cells for a value at the least, however long its path is."""


async def diff(
    engine: Engine, thread: str, a: str | None, b: str | None, *, ns: str, as_json: bool, terminal: Terminal
) -> int:
    """Print what leads from A to B; without B from A's parent to A, without A to the newest; the exit status."""
    first = await find_row(engine, thread, a, ns=ns)
    second = None if b is None else await find_row(engine, thread, b, ns=ns)
    changes = await engine.diff(thread, first.checkpoint, second.checkpoint if second else None, ns=ns)
    if as_json:
        for change in changes:
            print(json_line(change_json(change)))
        return 0
    print(terminal.style(_heading(first, second, len(changes)), "bold"))
    lines = [change_line(change, terminal) for change in changes]
    for line in lines:
        print(line)
    if any(ellipsis() in line for line in lines):
        print("(some values are cut; --json has them whole)")
    return 0


def change_json(change: Change) -> dict[str, Json]:
    """A difference as a JSON object; a side that it does not have is left out."""
    data: dict[str, Json] = {"path": change.path, "kind": change.kind}
    if change.kind != "added":
        data["before"] = change.before
    if change.kind != "removed":
        data["after"] = change.after
    return data


def _heading(first: CheckpointRow, second: CheckpointRow | None, count: int) -> str:
    changes = "no changes" if not count else "1 change" if count == 1 else f"{count:,} changes"
    if second is not None:
        return f"{_name(first)} against {_name(second)}: {changes}"
    before = f"its parent {short_id(first.parent)}" if first.parent else "nothing"
    return f"{_name(first)} against {before}: {changes}"


def _name(row: CheckpointRow) -> str:
    return safe(f"step {row.step} ({short_id(row.checkpoint)})")


def change_line(change: Change, terminal: Terminal) -> str:
    """A difference in a line for people; long values are cut, and end with an ellipsis then."""
    path = safe(change.path or "/", identifier=True)
    head = f"{terminal.style(_SIGNS[change.kind], _COLOURS[change.kind])} {path}  "
    room = max(_LEAST, terminal.columns - width(path) - 4)
    if change.kind != "changed":
        value = change.after if change.kind == "added" else change.before
        return head + terminal.style(short_json(value, room), _COLOURS[change.kind])
    if same(change.before, change.after):
        return f"{head}reads the same, but is stored in another way"
    if isinstance(change.before, str) and isinstance(change.after, str):
        return head + "".join(_words(change.before, change.after, terminal))
    half = max(_LEAST, (room - 4) // 2)
    before, after = short_json(change.before, half), short_json(change.after, half)
    if before == after:  # what differs is behind the cut, or is not shown in short
        before, after = raw_json(change.before, half), raw_json(change.after, half)
    arrow = terminal.pick("→", "->")
    return f"{head}{terminal.style(before, 'red')} {arrow} {terminal.style(after, 'green')}"


def _words(before: str, after: str, terminal: Terminal) -> Iterator[str]:
    runs = word_changes(before, after)
    for place, (kind, text) in enumerate(runs):
        if kind == "same":
            text = _near(text, is_first=not place, is_last=place == len(runs) - 1)
        elif len(text) > _LONGEST_RUN:
            text = text[:_LONGEST_RUN] + ellipsis()
        start, end, colour = _BRACKETS[kind]
        shown = start + safe(text) + end
        yield terminal.style(shown, colour) if colour else shown


def _near(text: str, *, is_first: bool, is_last: bool) -> str:
    """What is near to the changes of a text that stayed the same."""
    start = "" if is_first else text[:_AROUND]
    end = "" if is_last else text[-_AROUND:]
    return text if len(start + end) >= len(text) else start + ellipsis() + end
