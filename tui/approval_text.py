"""What an approval shows of an action: what is asked, and what runs again when it is answered."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from textual.content import Content

from graphdeck.graphs.questions.model import Action, Again, Decision, Shape, Sheet
from graphdeck.graphs.records import Snapshot
from graphdeck.tools.invisible import is_name
from graphdeck.tui.asking import numbers
from graphdeck.tui.call_facts import effect_of, preview_of, warnings
from graphdeck.tui.edited import changed
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.source_lines import Excerpt
from graphdeck.tui.text import one_line, safe, short_json, width
from graphdeck.tui.theme import ACCENT, ERROR, MUTED, WARNING, Glyphs
from graphdeck.tui.value_lines import table, value_line

_INNER_LINES: Final = 8
"""Values of an inner state that are shown beside the question."""

_AGAIN: Final[Mapping[Again, str]] = {"": "", "call": ", again here too", "tool": ", here with any arguments too"}


def heading(action: Action, where: tuple[str, str], number: tuple[int, int], cells: int, signs: Glyphs) -> Content:
    """Two lines: who asks and which action it is, then its node and `where` (graph and thread)."""
    count = f"action {number[0]} of {number[1]}" if number[1] > 1 else ""
    does = effect_of(action)
    asks = f"{'asks to run' if action.is_tool else 'asks'}{f': {does}' if does else ''}"
    name = f"{one_line(action.name, cells - width(count) - width(asks) - 3, identifier=True)} {asks}"
    place = one_line(f" {signs.path} ".join(filter(None, where)), cells // 2)
    node = one_line(f"node {_path(action, signs)}", cells - width(place) - 2)
    return Content.assemble(
        (name, "bold"),
        (" " * (cells - width(name) - width(count)) + count, MUTED),
        "\n",
        (node + " " * (cells - width(node) - width(place)) + place, MUTED),
    )


def name_of(action: Action, signs: Glyphs) -> str:
    """The action in the list: its tool, and its node path where that tells something."""
    path = _path(action, signs)
    if not action.is_tool:
        return path
    name = one_line(action.name, 80, identifier=True)
    return f"{name} ({path})" if len(action.path) > 1 else name


def decided(action: Action, decision: Decision | None) -> str:
    """A decision in the list; empty where there is none."""
    if decision is None:
        return ""
    by = f" ({decision.by})" if decision.by else ""
    return one_line(f"{_decided(action, decision)}{by}", 200)


def _decided(action: Action, decision: Decision) -> str:
    if decision.kind == "answer":
        return f"answers {json.dumps(decision.value, ensure_ascii=False)}"
    if not action.is_tool:
        return "answers yes (true)" if decision.kind == "approve" else "answers no (false)"
    if decision.kind == "edit":
        before = action.payload if isinstance(action.payload, dict) else {}
        names = changed(before, decision.value) if isinstance(decision.value, dict) else ()
        return f"approved as edited: {', '.join(names) or 'nothing changed'}"
    words = {"approve": "approved", "reject": "rejected", "respond": "answered for the tool"}
    word = words[decision.kind] + _AGAIN[decision.again]
    return f"{word}: {decision.reason}" if decision.reason else word


def still_to_do(rows: Sheet, mode: str = "question") -> str:
    """What the dialog waits for; where something is open in it, that nothing has come of that yet."""
    if mode != "question":
        return "nothing is sent or changed yet"
    if not rows.undecided:
        return "all decided: s sends them together" if len(rows.actions) > 1 else "decided: s sends it"
    if len(rows.actions) == 1:
        return "one decision, sent at once"
    return f"send waits for a decision on {numbers(rows.undecided)}"


def _path(action: Action, signs: Glyphs) -> str:
    return f" {signs.path} ".join(one_line(name, 80, identifier=True) for name in action.path)


def question(action: Action, signs: Glyphs) -> list[Paragraph]:
    """What is asked, whole, below what is odd about it and what it would do."""
    return [*_warnings(action, signs), *_preview(action), *_asked(action, signs)]


def outcome(
    action: Action, excerpts: Sequence[Excerpt], signs: Glyphs, consequences: Sequence[str] = ()
) -> list[Paragraph]:
    """What happens when it is answered."""
    around = [
        Paragraph(head=f"  {signs.separator} ", head_style=MUTED, text=safe(text), style=MUTED) for text in consequences
    ]
    return [Paragraph(), *_runs_again(action, excerpts, signs), *around]


def _warnings(action: Action, signs: Glyphs) -> Iterator[Paragraph]:
    told = [f"{found.path}: {found.text}" if found.path else found.text for found in warnings(action)]
    told += [action.note] if action.note else []
    for text in told:
        yield Paragraph(head=f"{signs.warning} ", head_style=WARNING, text=safe(text), style=WARNING)
    if told:
        yield Paragraph()


_STYLES: Final = {"added": ("+ ", ACCENT), "removed": ("- ", ERROR), "command": ("$ ", ""), "text": ("  ", MUTED)}


def _preview(action: Action) -> Iterator[Paragraph]:
    """What the call would do, whole, in the folder that its worker runs in: graphdeck's own."""
    found = preview_of(action, Path.cwd())
    if found is None:
        return
    yield Paragraph(text=f"what it would do ({found.effect}):", style=MUTED)
    for line in found.lines:
        sign, style = _STYLES[line.kind]
        text = safe(line.text, identifier=is_name(line.text), lines=True)
        yield Paragraph(head=f"  {sign}", head_style=style, text=text, style=style)
    yield Paragraph()


def inner_heading(inner: Snapshot) -> str:
    """Whose state is shown."""
    return f"state of subgraph `{_graph_of(inner)}`, where the question comes from"


def inner_lines(inner: Snapshot, signs: Glyphs) -> Iterator[Paragraph]:
    """The state of the subgraph that asks, a line a value."""
    yield Paragraph()
    yield Paragraph(text=f"{inner_heading(inner)} (o shows all of it, and edits it):", style=MUTED)
    for key, value in list(inner.values.items())[:_INNER_LINES]:
        yield Paragraph(head=f"  {one_line(key, 24, identifier=True)}   ", head_style=MUTED, text=short_json(value, 60))
    if len(inner.values) > _INNER_LINES:
        yield Paragraph(text=f"  and {len(inner.values) - _INNER_LINES} more", style=MUTED)


def asks_again(sheet: Sheet) -> Iterator[Paragraph]:
    """What happens when the state of a subgraph is written while its question waits."""
    nodes = dict.fromkeys(action.path[-1] for action in sheet.actions)
    names = ", ".join(f"`{one_line(name, 80, identifier=True)}`" for name in nodes)
    runs = f"node {names} runs" if len(nodes) == 1 else f"nodes {names} run"
    yield Paragraph()
    yield Paragraph(text=f"When it is written, {runs} again from the first line, and you are asked again.", style=MUTED)


def _graph_of(inner: Snapshot) -> str:
    return one_line(inner.node, 80, identifier=True)


def _asked(action: Action, signs: Glyphs) -> Iterator[Paragraph]:
    payload = action.payload
    if not action.is_tool and isinstance(payload, dict) and payload.keys() == {"$type", "value"}:
        yield Paragraph(text=safe(str(payload["$type"]), identifier=True), style=MUTED)
        payload = payload["value"]
    if isinstance(payload, dict) and payload:
        yield from table(payload, signs)
    elif action.is_tool:
        yield Paragraph(text="without arguments", style=MUTED)
    else:
        yield value_line("", payload, signs)
    if action.details:
        yield Paragraph()
        yield from table(action.details, signs)


def _runs_again(action: Action, excerpts: Sequence[Excerpt], signs: Glyphs) -> Iterator[Paragraph]:
    node = one_line(action.path[-1], 200, identifier=True)
    if not excerpts and action.shape in (Shape.BATCHED, Shape.PER_CALL):
        yield Paragraph(text=f"When it goes on, none of your lines repeat: `{node}` is not your code.", style=MUTED)
        return
    yield Paragraph(text=f"When it goes on, node `{node}` runs again from its first line (resume always does):")
    if not excerpts:
        yield Paragraph(
            head="  ", text="which lines those are is not known: none of them was seen when it asked", style=MUTED
        )
    for number, excerpt in enumerate(excerpts, 1):
        yield from _excerpt(excerpt, signs, is_last=number == len(excerpts))


def _excerpt(excerpt: Excerpt, signs: Glyphs, *, is_last: bool) -> Iterator[Paragraph]:
    file, line = excerpt.frame.file, excerpt.frame.line
    where = f"{file.rpartition('/')[2]}:{line} {signs.separator} {excerpt.frame.function}"
    yield Paragraph(head="  ", text=safe(where), style=MUTED)
    if excerpt.trouble:
        yield Paragraph(head=f"  {signs.warning} ", head_style=WARNING, text=safe(excerpt.trouble), style=WARNING)
    indent = min((len(code) - len(code.lstrip()) for _, code in excerpt.lines if code.strip()), default=0)
    for number, code in excerpt.lines:
        stops = number == line
        arrives = is_last and stops
        again = "runs again" if code.strip() and not code.lstrip().startswith("#") else ""
        yield Paragraph(
            head=f"  {number:>5} {signs.closed if stops else ' '} ",
            head_style=ACCENT if stops else MUTED,
            text=safe(code[indent:].rstrip().expandtabs(4)),
            note="your answer arrives here" if arrives else again,
            note_style=ACCENT if arrives else MUTED,
            note_may_go=not arrives,
        )
