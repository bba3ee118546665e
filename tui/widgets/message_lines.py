"""The lines of one message in the conversation: who says it, its blocks, and its tool calls with their results."""

from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from textual.content import Content

from graphdeck.tui.content_blocks import Block
from graphdeck.tui.message_text import Call
from graphdeck.tui.paragraphs import fold
from graphdeck.tui.text import call_arguments, clip, ellipsis, fit, one_line, safe
from graphdeck.tui.theme import ACCENT, ERROR, MUTED, colour, glyphs
from graphdeck.tui.widgets.conversation import ChatMessage
from graphdeck.tui.widgets.joined_messages import Said

_NAME_CELLS: Final = (10, 14)
"""Room for the speaker's name, in a narrow and in a wide pane."""
_WIDE: Final = 80
_ASIDE: Final = 600
"""Characters of reasoning, and of a block that nobody knows, that are shown."""


class MessageLine(NamedTuple):
    """Speaker or room, and text: put together when the line is painted, as most lines never are."""

    lead: Content
    text: Content | str
    message: ChatMessage | None
    """The message that it is of."""


def message_lines(said: Said, width: int, *, with_calls: bool = True) -> Iterator[MessageLine]:
    """A message in lines of so many cells; the result of each of its calls, where there is one, follows the call.

    `with_calls` is whether calls that have their result are shown; one that has none always is.
    """
    message = said.message
    cells = _NAME_CELLS[width >= _WIDE]
    room = max(10, width - cells - 3)
    name, style = _speaker(message, cells)
    lead = Content.assemble((" ", ""), (fit(name, cells), style), (" ", ""))
    blank = Content(" " * (cells + 2))
    is_hidden = message.is_for_the_graph or (message.role == "tool" and not with_calls)
    for line in () if is_hidden else _text(message, room):
        yield MessageLine(lead, line, message)
        lead = blank
    for call in message.calls:
        result = said.results.get(call.id) if call.id else None
        if result is not None and (message.is_for_the_graph or not with_calls):
            continue
        yield MessageLine(lead, _call(call, room, pending=result is None), message)
        lead = blank
        if result is not None:
            yield from message_lines(Said(result, {}), width)


def _text(message: ChatMessage, room: int) -> list[Content | str]:
    """What a message says without its calls, whether it is still being written, and what was left out."""
    lines = list(_said(message, room))
    if message.writing:
        lines[-1] = Content.assemble(lines[-1], (glyphs().writing, ACCENT))
    if message.rest:
        lines.append(Content.styled(message.rest if message.writing else f"{message.rest}: v shows all", MUTED))
    return lines


def _said(message: ChatMessage, room: int) -> Iterator[Content | str]:
    """What a message says without its calls; at least a line where it has none."""
    if message.blocks:
        for block in message.blocks:
            yield from _block(block, room)
        return
    text = safe(message.text.strip("\n"), lines=True)
    if not text and message.failed:
        text = "(no text)"
    if text or message.writing or not message.calls:
        for line in text.split("\n"):
            for part in fold(line, room):
                yield Content.styled(part, ERROR) if message.failed else part


def _block(block: Block, room: int) -> Iterator[Content | str]:
    """A block: text as it is, all else dimmed and named."""
    if block.kind == "text":
        for line in safe(block.text.strip("\n"), lines=True).split("\n"):
            yield from fold(line, room)
        return
    heads = {"reasoning": "thinks: ", "media": "", "other": ""}
    text, rest = clip(block.text.strip("\n"), _ASIDE)
    more = f" {ellipsis()} v shows all" if rest else ""
    for line in safe(f"{heads[block.kind]}{text}{more}", lines=True).split("\n"):
        for part in fold(line, room):
            yield Content.styled(part, f"{MUTED} italic" if block.kind == "reasoning" else MUTED)


def _speaker(message: ChatMessage, cells: int) -> tuple[str, str]:
    """Who says it, and in which style."""
    match message.role:
        case "human":
            return "you", f"{ACCENT} bold"
        case "ai":
            return one_line(message.node or message.name or "ai", cells, identifier=True), "bold"
        case "tool" if message.failed:
            return one_line(f"{glyphs().failed} {message.name or 'tool'}", cells, identifier=True), ERROR
        case "tool":
            return one_line(message.name or "tool", cells, identifier=True), MUTED
        case role:
            return one_line(role, cells), MUTED


def _call(call: Call, cells: int, *, pending: bool) -> Content:
    """A tool call in one line: `→ book_hotel  hotel="Casa Verde"  nights=3`, and whether it waits to be run."""
    mark = f"  {glyphs().waiting} not run yet" if pending else ""
    arguments = "".join(f"  {argument}" for argument in islice(call_arguments(call.args, 200), 50))
    head = f"{glyphs().arrow} {one_line(call.name, 60, identifier=True)}"
    text = one_line(f"{head}{arguments}", max(4, cells - len(mark)))
    return Content.assemble((text, ""), (mark, colour("waiting")))
