"""All widgets on one screen: pictures in both themes, in ASCII, without colour; and colours that can be read."""

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from textual.app import App
from textual.color import Color
from textual.containers import Horizontal
from textual.widget import Widget

from graphdeck.graphs.drawing.rail import rail
from graphdeck.graphs.events import (
    Checkpoint,
    Event,
    Interrupt,
    Message,
    NodeFinished,
    NodeStarted,
    Output,
    RunEnded,
    RunStarted,
)
from graphdeck.graphs.records import START, CheckpointRow, Edge, Node, ThreadRow, ThreadStatus
from graphdeck.graphs.thread_key import ThreadKey
from graphdeck.graphs.values import Json
from graphdeck.tui.actions import action
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.text import ascii_mode
from graphdeck.tui.theme import ACCENT, DARK, ERROR, LIGHT, MUTED, WARNING
from graphdeck.tui.widgets.graph_view import GraphView
from graphdeck.tui.widgets.input_line import InputLine
from graphdeck.tui.widgets.key_footer import KeyFooter
from graphdeck.tui.widgets.log_view import LogView
from graphdeck.tui.widgets.messages_view import MessagesView
from graphdeck.tui.widgets.run_state import RunView, fold
from graphdeck.tui.widgets.state_tree import StateTree
from graphdeck.tui.widgets.status_line import StatusInfo, StatusLine
from graphdeck.tui.widgets.thread_list import ThreadPane
from graphdeck.tui.widgets.timeline import Timeline

NewApp: TypeAlias = Callable[..., Any]

CALL: Json = {"name": "search", "args": {"city": "Rome"}, "id": "k1"}
BOOK: Json = {"name": "book", "args": {"hotel": "Casa Verde", "nights": 3}, "id": "k2"}
MESSAGES: list[Json] = [
    {"type": "human", "content": "a quiet hotel in Rome, 3 nights", "id": "1"},
    {"type": "ai", "content": "Let me look.", "id": "2", "tool_calls": [CALL]},
    {"type": "tool", "content": "4 found", "name": "search", "tool_call_id": "k1", "id": "3"},
    {"type": "ai", "content": "Casa Verde has a room.", "id": "4", "tool_calls": [BOOK]},
]


def message(index: int, node: str) -> Message:
    data = MESSAGES[index]
    assert isinstance(data, dict)
    return Message(task="x", node=node, role=str(data["type"]), data=data)


def step(number: int, node: str) -> Checkpoint:
    return Checkpoint(
        id=f"c{number}", parent=None, step=number, source="loop", next=(node,), changed={"messages": (1, "h")}
    )


RUN: list[Event] = [
    RunStarted(thread="t0", graph="travel", run="r"),
    step(-1, START),
    message(0, ""),
    step(0, "assistant"),
    NodeStarted(task="a", node="assistant"),
    message(1, "assistant"),
    NodeFinished(task="a", node="assistant", ms=1234),
    step(1, "tools"),
    NodeStarted(task="b", node="tools"),
    Output(task="b", node="tools", stream="stdout", text="asking the hotels\n"),
    message(2, "tools"),
    NodeFinished(task="b", node="tools", ms=95),
    step(2, "assistant"),
    NodeStarted(task="c", node="assistant"),
    message(3, "assistant"),
    NodeFinished(task="c", node="assistant", ms=2400),
    step(3, "tools"),
    NodeStarted(task="d", node="tools"),
    Interrupt(id="i", task="d", node="tools", value={"action": "book"}),
    RunEnded(status="waiting", next=("tools",)),
]
STATUSES: tuple[ThreadStatus, ...] = ("waiting", "done", "failed", "running", "breakpoint", "stopped")


@pytest.fixture
def screen(harness: NewApp, nodes: list[Node], edges: list[Edge]) -> Any:
    """An app with all widgets, filled."""
    clock = StoppedClock()
    before = "2026-05-04T12:02:11+00:00"
    status, pane, graph, tree = StatusLine(), ThreadPane(clock=clock), GraphView(clock=clock), StateTree()
    messages, timeline, log, line, footer = MessagesView(), Timeline(clock=clock), LogView(), InputLine(), KeyFooter()
    top = Horizontal(pane, graph, tree)
    widths: tuple[tuple[Widget, int], ...] = ((pane, 26), (graph, 46), (tree, 48))
    for widget, cells in widths:
        widget.styles.width = cells
    heights: tuple[tuple[Widget, int], ...] = ((top, 14), (messages, 8), (timeline, 4), (log, 3))
    for widget, rows in heights:
        widget.styles.height = rows
    app = harness(status, top, messages, timeline, log, line, footer)

    def fill() -> None:
        view = fold(RunView(), RUN)
        status.show(
            StatusInfo(graph="travel", thread="Rome in May", status="waiting", detail="book", model="offline rules")
        )
        pane.list.show(
            [ThreadRow(thread=f"t{i}", status=s, file="f", title=s, updated=before) for i, s in enumerate(STATUSES)]
        )
        pane.list.current = ThreadKey("f", "t0")
        graph.show_drawing(rail(nodes, edges, ascii=ascii_mode()))
        graph.show(view.nodes, view.taken)
        tree.show({"messages": MESSAGES, "city": "Rome", "budget": 450}, view.changed, {"messages": 3})
        messages.show(view.messages)
        timeline.show(
            [
                CheckpointRow(
                    checkpoint=f"c{n}",
                    parent=None,
                    step=n,
                    source="loop",
                    time=before,
                    next=("tools",),
                    changed=("messages",),
                )
                for n in (3, 2, 1)
            ]
        )
        log.show(view.log, view.logged)
        footer.show([action("deck", name) for name in ("answer", "input", "pause")] + [action("app", "help")])

    app.call_later(fill)
    return app


@pytest.fixture
def ascii_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """ASCII mode, from before the widgets are made."""
    monkeypatch.setenv("GRAPHDECK_ASCII", "1")


@pytest.mark.parametrize("theme", [DARK, LIGHT])
def test_picture(screen: Any, snap_compare: Callable[..., bool], theme: str) -> None:
    screen.theme = theme
    assert snap_compare(screen, terminal_size=(120, 34))


def test_picture_in_ascii(ascii_asked: None, screen: Any, snap_compare: Callable[..., bool]) -> None:
    assert snap_compare(screen, terminal_size=(120, 34))


async def test_ascii_mode_is_ascii_everywhere(ascii_asked: None, screen: Any) -> None:
    async with screen.run_test(size=(120, 34)) as pilot:
        await pilot.pause()
        for widget in screen.query(Widget):
            for y in range(widget.size.height):
                text = widget.render_line(y).text
                assert text.isascii(), (widget, text)


@pytest.mark.parametrize("theme", [DARK, LIGHT])
async def test_every_colour_can_be_read_on_every_ground(theme: str, harness: NewApp) -> None:
    app: App[None] = harness()
    async with app.run_test() as pilot:
        app.theme = theme
        await pilot.pause()
        grounds = [
            Color.parse(app.theme_variables[name])
            for name in ("background", "panel", "block-cursor-background", "block-cursor-blurred-background")
        ]
        inks = [MUTED, ACCENT, WARNING, ERROR, "$text-success", "$foreground"]
        for ground in grounds:
            for ink in inks:
                colour = Color.parse(app.theme_variables[ink.removeprefix("$")])
                assert contrast(colour, ground) >= 4.5, (ink, ground.hex)


def contrast(a: Color, b: Color) -> float:
    """Contrast of two colours, as the Web Content Accessibility Guidelines reckon it."""

    def luminance(colour: Color) -> float:
        parts = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
