"""The dialog that asks, alone on a screen, under the keys of a person who reads before pressing the next one."""

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

import pytest
from textual.app import App
from textual.events import Paste
from textual.pilot import Pilot

from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.records import PendingInterrupt
from graphdeck.graphs.values import Json
from graphdeck.tui import theme
from graphdeck.tui.asked import Asked
from graphdeck.tui.clock import StoppedClock
from graphdeck.tui.screens.approval import ApprovalScreen, Outcome
from graphdeck.tui.widgets.long_text import LongText


class DialogApp(App[None]):
    """Opens the dialog over an empty screen, and keeps what comes of it."""

    CSS_PATH = None

    def __init__(self, asked: Asked) -> None:
        super().__init__()
        self.clock = StoppedClock()
        self.dialog = ApprovalScreen(asked, self.clock, lambda _: "")
        self.outcomes: list[Outcome | None] = []

    def on_mount(self) -> None:
        for each in theme.themes():
            self.register_theme(each)
        self.theme = theme.DARK
        self.push_screen(self.dialog, self.outcomes.append)


class Person:
    """Presses keys slowly, and reads."""

    def __init__(self, app: DialogApp, pilot: Pilot[None]) -> None:
        self.app, self._pilot = app, pilot

    @property
    def text(self) -> str:
        """The screen as text."""
        strips = self.app.screen._compositor.render_strips()  # Textual has no public door to what it painted
        return "\n".join("".join(segment.text for segment in strip).rstrip() for strip in strips)

    @property
    def whole(self) -> str:
        """All that is asked, also what is out of sight."""
        return self.app.dialog.query_one(LongText).plain

    @property
    def outcome(self) -> Any:
        """What came of the dialog; fails where it is still open."""
        (outcome,) = self.app.outcomes
        return outcome

    @property
    def is_open(self) -> bool:
        """The dialog is still open."""
        return not self.app.outcomes

    async def press(self, *keys: str) -> None:
        """Press keys, a second between them."""
        for key in keys:
            self.app.clock.move_on(1)
            await self._pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Paste a text in place of what is in the field that has the focus."""
        await self._pilot.press("end", "ctrl+u")
        self.app.post_message(Paste(text))
        await self.settle()

    async def click(self, text: str) -> None:
        """Click where a text begins on the screen."""
        self.app.clock.move_on(1)
        row, line = next((row, line) for row, line in enumerate(self.text.splitlines()) if text in line)
        await self._pilot.click(offset=(line.index(text), row))
        await self.settle()

    async def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        await self._pilot.resize_terminal(columns, rows)
        await self.settle()

    async def settle(self) -> None:
        """Let everything be painted."""
        await self._pilot.pause()


OpenDialog: TypeAlias = Callable[..., AbstractAsyncContextManager[Person]]


@pytest.fixture
def open_dialog() -> OpenDialog:
    """Ask a person: `async with open_dialog(interrupt, ...) as person`."""

    @contextlib.asynccontextmanager
    async def run(
        *interrupts: PendingInterrupt,
        size: tuple[int, int] = (80, 24),
        tools: Mapping[str, Json] | None = None,
        after: Asked | None = None,
        **asked: Any,
    ) -> AsyncIterator[Person]:
        now = Asked(graph="travel", thread="t1", sheet=sheet(interrupts, tools or {}), **asked)
        app = DialogApp(now.after(after) if after else now)
        async with app.run_test(size=size) as pilot:
            person = Person(app, pilot)
            await person.settle()
            yield person

    return run
