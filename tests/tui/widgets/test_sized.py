"""A widget hears of its size whatever Textual was asked between its being displayed and the next layout."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from graphdeck.graphs.differences import Change
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.widgets.conversation import ChatMessage
from graphdeck.tui.widgets.difference_view import DifferenceView
from graphdeck.tui.widgets.long_text import LongText
from graphdeck.tui.widgets.messages_view import MessagesView

WORDS = "word " * 30
CHANGE = Change(path="/a", kind="changed", before="old " * 30, after=WORDS)
KINDS: list[tuple[Callable[[], Any], list[Any]]] = [
    (LongText, [Paragraph(text=WORDS)]),
    (MessagesView, [ChatMessage(role="human", text=WORDS)]),
    (lambda: DifferenceView(most=1000), [CHANGE]),
]


class OneOfTwo(App[None]):
    """Shows a widget once the other one is hidden."""

    def __init__(self, late: Any) -> None:
        super().__init__()
        self.early, self.late = Static("early"), late

    def compose(self) -> ComposeResult:
        self.late.display = False
        yield self.early
        yield self.late


@pytest.mark.parametrize(("make", "content"), KINDS, ids=["text", "messages", "difference"])
async def test_a_widget_that_is_displayed_is_laid_out_for_its_width_though_its_place_was_asked_for_first(
    make: Callable[[], Any], content: list[Any]
) -> None:
    async with OneOfTwo(late := make()).run_test(size=(40, 12)) as pilot:
        app: Any = pilot.app
        late.show(content)
        await pilot.pause()
        app.early.display, late.display = False, True
        app.screen._compositor.update_widgets({late})  # what a refresh of it comes to
        assert app.screen.find_widget(late)  # what the focus does
        await pilot.pause()
        await pilot.pause()
        words = [line.count("word") for line in text_of(app).splitlines() if "word" in line]
        assert len(words) > 1
        assert max(words) >= 5, "they go across its 40 cells"


def text_of(app: App[None]) -> str:
    strips = app.screen._compositor.render_strips()  # the one place where Textual has the painted lines
    return "\n".join("".join(segment.text for segment in line) for line in strips)
