"""What a person is told of a thread whose graph they have to name. Pure."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

from textual.content import Content

from graphdeck.tui.text import cut, one_line, safe
from graphdeck.tui.theme import MUTED

NOT_KNOWN: Final = "nothing was done: its graph is not known"
"""What is said where they named none."""

_MOST_KEYS: Final = 12
_KEY: Final = 40


def whose(thread: str, file: str, keys: Sequence[str], cells: int) -> Content:
    """What is known of the thread: its id, its file, and the keys of its state."""
    room = max(20, min(94, cells - 8))
    named = ", ".join(one_line(key, _KEY, identifier=True) for key in keys[:_MOST_KEYS])
    more = f" and {len(keys) - _MOST_KEYS} more" if len(keys) > _MOST_KEYS else ""
    lines = [
        Content.styled("Which graph does this thread belong to?", "bold"),
        Content(cut(f"thread  {one_line(thread, room, identifier=True)}", room)),
        Content(cut(f"file    {safe('/'.join(PurePath(file).parts[-3:]), identifier=True)}", room)),
    ]
    if keys:
        lines.append(Content(cut(f"state   {named}{more}", room)))
    lines.append(Content.styled("Its code runs to go on; the choice is remembered for this thread.", MUTED))
    return Content("\n").join(lines)
