"""What an edit changes, for a person to see before it is sent."""

import difflib
from collections.abc import Iterator, Mapping

from graphdeck.graphs.values import Json, json_line
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.text import safe, width
from graphdeck.tui.theme import ACCENT, ERROR, MUTED, Glyphs
from graphdeck.tui.value_lines import text_line, value_line

_KEY_CELLS = 24


def changed(before: Mapping[str, Json], after: Mapping[str, Json]) -> tuple[str, ...]:
    """The keys that an edit adds, takes away or gives another value; 3 and 3.0, 1 and true are others."""
    keys = [*before, *(key for key in after if key not in before)]
    return tuple(key for key in keys if key not in before or key not in after or not same(before[key], after[key]))


def same(a: Json, b: Json) -> bool:
    """Whether two values are the same in JSON: equal, and of the same types at every place."""
    return a is b or (a == b and json_line(a) == json_line(b))


def difference(before: Mapping[str, Json], after: Mapping[str, Json], signs: Glyphs) -> list[Paragraph]:
    """Each value, whole: what goes with a `-`, what comes with a `+`, what stays without either."""
    keys = [*before, *(key for key in after if key not in before)]
    column = min(_KEY_CELLS, max((width(safe(key, identifier=True)) for key in keys), default=0))
    differ = changed(before, after)
    return [part for key in keys for part in _lines(key, before, after, key in differ, column, signs)]


def _lines(
    key: str, before: Mapping[str, Json], after: Mapping[str, Json], differs: bool, column: int, signs: Glyphs
) -> Iterator[Paragraph]:
    name = safe(key, identifier=True)
    head = f"{name}{' ' * max(0, column - width(name))}   "
    if not differs:
        yield value_line(f"  {head}", after[key], signs, MUTED)
        return
    old, new = before.get(key), after.get(key)
    if isinstance(old, str) and isinstance(new, str) and ("\n" in old or "\n" in new):
        yield Paragraph(head="  ", text=name, style=MUTED)
        yield from _text_lines(old, new, signs)
        return
    if key in before:
        yield value_line(f"- {head}", old, signs, ERROR)
    if key in after:
        yield value_line(f"+ {head}", new, signs, ACCENT)


def _text_lines(old: str, new: str, signs: Glyphs) -> Iterator[Paragraph]:
    """A text of several lines, line by line."""
    styles = {"-": ERROR, "+": ACCENT, " ": MUTED}
    a, b = old.split("\n"), new.split("\n")
    for tag, a_start, a_end, b_start, b_end in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        shown = [(" ", line) for line in a[a_start:a_end]] if tag == "equal" else [
            *(("-", line) for line in a[a_start:a_end]),
            *(("+", line) for line in b[b_start:b_end]),
        ]  # fmt: skip
        for sign, line in shown:
            shows_all = line == line.rstrip()  # spaces at its end would not be seen
            yield text_line(f"  {sign} ", line if shows_all else json_line(line), signs, styles[sign])
