"""An app around one widget, what it shows as text, and the little graph that most tests here run."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar

import pytest
from textual.app import App, ComposeResult
from textual.message import Message
from textual.widget import Widget

from graphdeck.graphs.records import END, START, Edge, Node
from graphdeck.tui.theme import DARK, themes

Heard = TypeVar("Heard", bound=Message)
Lines: TypeAlias = Callable[[Widget], list[str]]


class Harness(App[None]):
    """An app around some widgets, and a place to keep what they post: `run_test(message_hook=app.hear)`."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, *widgets: Widget) -> None:
        super().__init__()
        self.shown_widgets = widgets
        self.posted: list[Message] = []
        for theme in themes():
            self.register_theme(theme)
        self.theme = DARK

    def hear(self, message: Message) -> None:
        """Keep a message that somebody got."""
        if message not in self.posted:
            self.posted.append(message)

    def heard(self, kind: type[Heard]) -> list[Heard]:
        """The messages of a kind, each once."""
        return [message for message in self.posted if isinstance(message, kind)]

    def compose(self) -> ComposeResult:
        """The widgets, below each other."""
        yield from self.shown_widgets


@pytest.fixture
def harness() -> type[Harness]:
    """The app; give it the widget."""
    return Harness


@pytest.fixture
def lines() -> Lines:
    """What a widget shows, line by line, without the spaces at the ends."""

    def read(widget: Widget) -> list[str]:
        return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]

    return read


@pytest.fixture
def nodes() -> list[Node]:
    """The nodes of an agent with tools."""
    return [
        Node(id=START, kind="start"),
        Node(id="assistant"),
        Node(id="tools", kind="tools"),
        Node(id=END, kind="end"),
    ]


@pytest.fixture
def edges() -> list[Edge]:
    """The edges of an agent with tools."""
    return [
        Edge(source=START, target="assistant"),
        Edge(source="assistant", target="tools", conditional=True, label="call"),
        Edge(source="assistant", target=END, conditional=True, label="end"),
        Edge(source="tools", target="assistant"),
    ]
