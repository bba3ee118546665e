"""The conversation of a thread, wrapped, with the message that is being written at its end."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, TypeAlias

from textual import events
from textual.content import Content

from graphdeck.tui.message_text import Call
from graphdeck.tui.paragraphs import fold
from graphdeck.tui.text import call_arguments, fit, one_line, safe
from graphdeck.tui.theme import ACCENT, MUTED, colour, glyphs
from graphdeck.tui.widgets.conversation import MESSAGE_LIMIT, ChatMessage
from graphdeck.tui.widgets.rows import Rows

LINE_LIMIT: Final = 2_000
"""Lines that are laid out; the newest ones."""
_NAME_CELLS: Final = (10, 14)
"""Room for the speaker's name, in a narrow and in a wide pane."""
_WIDE: Final = 80
_Line: TypeAlias = tuple[Content, Content | str]
"""Speaker or room, and text: put together when the line is painted, as most lines never are."""


class MessagesView(Rows):
    """Messages; it stays at the end while the end is in view."""

    has_cursor = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._messages: Sequence[ChatMessage] = ()
        self._lines: Sequence[_Line] = ()
        self._laid: dict[int, tuple[ChatMessage, tuple[str, ...], Sequence[_Line]]] = {}
        self._width = 0
        self._at_end = True
        self.empty_text = "no messages"

    def show(self, messages: Sequence[ChatMessage]) -> None:
        """Show this conversation."""
        if len(messages) != len(self._messages) or any(
            new is not old for new, old in zip(messages, self._messages, strict=True)
        ):
            self._messages = messages
            self._lay_out()

    @property
    def selected_text(self) -> str:
        """What copying gives: the newest message."""
        return self._messages[-1].text if self._messages else ""

    def on_resize(self, event: events.Resize) -> None:
        """Wrap again where the width has changed."""
        if self.size.width != self._width:
            self._lay_out()
        elif self._at_end:
            self.keep_in_view(len(self._lines) - 1)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Remember whether the end is in view, so that it stays there when the pane gets smaller."""
        super().watch_scroll_y(old_value, new_value)
        self._at_end = self.scroll_offset.y >= self.max_scroll_y

    def row_count(self) -> int:
        """Number of wrapped lines."""
        return len(self._lines)

    def row(self, index: int, width: int) -> Content:
        """One wrapped line."""
        return Content.assemble(*self._lines[index])

    def _lay_out(self) -> None:
        """Wrap the messages that changed, from the newest back until there are enough lines."""
        if self._width != self.size.width:
            self._laid, self._width = {}, self.size.width
        answered = {message.answers for message in self._messages if message.answers}
        blocks: list[Sequence[_Line]] = []
        laid, count = {}, 0
        for message in reversed(self._messages):
            pending = tuple(call.id for call in message.calls if call.id not in answered)
            known = self._laid.get(id(message))
            lines = known[2] if known and known[1] == pending else tuple(self._wrap(message, answered))
            laid[id(message)] = (message, pending, lines)  # holds the message, so that its id stays its own
            blocks.append(lines)
            count += len(lines)
            if count >= LINE_LIMIT:
                break
        self._laid = laid
        lines_shown = [line for block in reversed(blocks) for line in block]
        if len(blocks) < len(self._messages):
            more = "+" if len(self._messages) >= MESSAGE_LIMIT else ""
            note = f"{glyphs().up} {len(self._messages) - len(blocks):,}{more} earlier messages: see the state"
            lines_shown.insert(0, (Content.styled(note, MUTED), ""))
        self._lines = lines_shown
        self.rows_changed()
        if self._at_end:
            self.keep_in_view(len(lines_shown) - 1)

    def _wrap(self, message: ChatMessage, answered: set[str]) -> Iterator[_Line]:
        cells = _NAME_CELLS[self._width >= _WIDE]
        room = max(10, self._width - cells - 3)
        name, style = _speaker(message, cells)
        lead = Content.assemble((" ", ""), (fit(name, cells), style), (" ", ""))
        blank = Content(" " * (cells + 2))
        lines: list[Content | str] = []
        text = safe(message.text.strip("\n"), lines=True)
        if text or message.writing or not message.calls:
            lines.extend(part for line in text.split("\n") for part in fold(line, room))
        if message.writing:
            lines[-1] = Content.assemble(lines[-1], (glyphs().writing, ACCENT))
        if message.rest:
            lines.append(Content.styled(message.rest, MUTED))
        lines.extend(_call(call, room, call.id not in answered) for call in message.calls)
        for index, line in enumerate(lines):
            yield (lead if index == 0 else blank), line


def _speaker(message: ChatMessage, cells: int) -> tuple[str, str]:
    """Who says it, and in which style."""
    match message.role:
        case "human":
            return "you", f"{ACCENT} bold"
        case "ai":
            return one_line(message.node or message.name or "ai", cells, identifier=True), "bold"
        case "tool":
            return one_line(message.name or "tool", cells, identifier=True), MUTED
        case role:
            return one_line(role, cells), MUTED


def _call(call: Call, cells: int, pending: bool) -> Content:
    """A tool call in one line: `→ book_hotel  hotel="Casa Verde"  nights=3`, and whether it waits to be run."""
    mark = f"  {glyphs().waiting} not run yet" if pending else ""
    arguments = "".join(f"  {argument}" for argument in islice(call_arguments(call.args, 200), 50))
    head = f"{glyphs().arrow} {one_line(call.name, 60, identifier=True)}"
    text = one_line(f"{head}{arguments}", max(4, cells - len(mark)))
    return Content.assemble((text, ""), (mark, colour("waiting")))
