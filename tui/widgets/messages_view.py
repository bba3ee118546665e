"""The conversation of a thread, wrapped, with the message that is being written at its end."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from textual import events
from textual.content import Content
from textual.message import Message

from graphdeck.graphs.values import Json
from graphdeck.tui.theme import MUTED, glyphs
from graphdeck.tui.widgets.conversation import MESSAGE_LIMIT, ChatMessage
from graphdeck.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from graphdeck.tui.widgets.message_lines import MessageLine

LINE_LIMIT: Final = 2_000
"""Lines that are laid out; the newest ones."""


class MessagesView(Rows):
    """Messages; it stays at the end while the end is in view. Enter or a double click posts `MessageChosen`."""

    DEFAULT_CSS = """
    MessagesView > .rows--cursor { background: transparent; }
    MessagesView:focus > .rows--cursor { background: $block-cursor-background; }
    """
    clicks = 2

    class MessageChosen(Message):
        """A message is to be seen whole."""

        def __init__(self, messages_view: "MessagesView", message: ChatMessage) -> None:
            super().__init__()
            self.messages_view = messages_view
            """The widget."""
            self.message = message
            """The message."""

        @property
        def control(self) -> "MessagesView":
            """The widget."""
            return self.messages_view

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._messages: Sequence[ChatMessage] = ()
        self._lines: Sequence[MessageLine] = ()
        self._laid: dict[int, tuple[tuple[ChatMessage, ...], Sequence[MessageLine]]] = {}
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
    def highlighted(self) -> ChatMessage | None:
        """The message that the cursor is on."""
        return self._lines[self.cursor].message if 0 <= self.cursor < len(self._lines) else None

    @property
    def selected_text(self) -> str:
        """What copying gives: the text of the message that the cursor is on, at first the newest one."""
        return self.highlighted.text if self.highlighted else ""

    @property
    def selected_whole(self) -> tuple[str, Json] | None:
        """The message that the cursor is on, with all that it has."""
        message = self.highlighted
        if message is None:
            return None
        return f"message of {message.name or message.role}", dict(message.source) if message.source else message.text

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
        return Content.assemble(*self._lines[index][:2])

    def chosen(self, index: int) -> None:
        """Tell which message is to be seen whole."""
        message = self._lines[index].message
        if message is not None:
            self.post_message(self.MessageChosen(self, message))

    def _lay_out(self) -> None:
        """Wrap the messages that changed, from the newest back until there are enough lines."""
        if self._width != self.size.width:
            self._laid, self._width = {}, self.size.width
        if not self._messages:
            self._lines = ()
            self.rows_changed()
            return
        from graphdeck.tui.widgets.message_lines import MessageLine, message_lines  # a new thread has no messages

        joined, taken = _joined(self._messages)
        blocks: list[Sequence[MessageLine]] = []
        laid, count, shown = {}, 0, 0
        for place in range(len(self._messages) - 1, -1, -1):
            shown += 1
            if place in taken:
                continue  # it follows the call that it answers
            message, results = self._messages[place], joined.get(place, {})
            own = (message, *results.values())
            known = self._laid.get(id(message))
            same = known is not None and len(known[0]) == len(own) and all(map(_is, known[0], own))
            lines = known[1] if known and same else tuple(message_lines(message, results, self._width))
            laid[id(message)] = (own, lines)  # holds the messages, so that their ids stay their own
            blocks.append(lines)
            count += len(lines)
            if count >= LINE_LIMIT:
                break
        self._laid = laid
        lines_shown = [line for block in reversed(blocks) for line in block]
        if shown < len(self._messages):
            more = "+" if len(self._messages) >= MESSAGE_LIMIT else ""
            note = f"{glyphs().up} {len(self._messages) - shown:,}{more} earlier messages: see the state"
            lines_shown.insert(0, MessageLine(Content.styled(note, MUTED), "", None))
        follows = self._at_end and (self.cursor >= len(self._lines) - 1 or not self.has_focus)
        self._lines = lines_shown
        self.rows_changed()
        if follows:
            self.move_to(len(lines_shown) - 1)


def _joined(messages: Sequence[ChatMessage]) -> tuple[dict[int, dict[str, ChatMessage]], set[int]]:
    """By the place of a message, the results of its calls; and the places of those results.

    A result belongs to the last call of its id before it: ids may come again in a later turn.
    """
    callers: dict[str, int] = {}
    joined: dict[int, dict[str, ChatMessage]] = {}
    taken: set[int] = set()
    for place, message in enumerate(messages):
        callers.update({call.id: place for call in message.calls if call.id})
        caller = callers.pop(message.answers, None) if message.answers else None
        if caller is not None:
            joined.setdefault(caller, {})[message.answers] = message
            taken.add(place)
    return joined, taken


def _is(one: ChatMessage, other: ChatMessage) -> bool:
    return one is other
