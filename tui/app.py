"""The workbench: themes, the deck, the palette, and leaving."""

import asyncio
import gc
import signal
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, ClassVar, Final

from textual import events
from textual.app import App
from textual.binding import BindingType
from textual.command import Provider
from textual.driver import Driver
from textual.reactive import Reactive
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.theme import Theme

from graphdeck.graphs.engine import Engine
from graphdeck.tui import actions
from graphdeck.tui.attention import Attention
from graphdeck.tui.clock import Clock, SystemClock
from graphdeck.tui.garbage import EVERY, Garbage
from graphdeck.tui.key_driver import telling
from graphdeck.tui.key_turns import KeyTurns
from graphdeck.tui.rules import Rules
from graphdeck.tui.screens.deck import DeckScreen
from graphdeck.tui.text import ascii_mode
from graphdeck.tui.theme import DARK, LIGHT, themes

TERMINATED: Final = 128 + signal.SIGTERM
"""Exit status of one that was asked by signal to end."""


class PlainBars(ScrollBarRender):
    """Scroll bars without block characters, for terminals that show ASCII only."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


def _actions_provider() -> type[Provider]:
    from graphdeck.tui.palette import ActionsProvider  # where the palette opens

    return ActionsProvider


class GraphdeckApp(App[None]):
    """Holds the deck, and lets go of the engine at the end."""

    TITLE = "graphdeck"
    CSS_PATH: ClassVar[list[str | PurePath]] = ["screens/deck.tcss"]  # a default screen brings none itself
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_actions_provider}
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("app")]

    theme: Reactive[str] = Reactive(DARK)
    """Name of the theme; dark from the first, as a change would have all styles read once more."""

    def __init__(
        self,
        engine: Engine,
        *,
        graph: str | None = None,
        thread: str | None = None,
        pick: bool = True,
        clock: Clock | None = None,
        ask_all: bool = False,
        inbox: bool = False,
    ) -> None:
        super().__init__(css_path=["ascii.tcss", *self.CSS_PATH] if ascii_mode() else None)
        self.set_class(ascii_mode(), "-ascii")
        ScrollBar.renderer = PlainBars if ascii_mode() else ScrollBarRender
        self.attention = Attention(self._to_terminal)
        """Bell and title."""
        self._turns = KeyTurns(self, self._act_on)
        self.deck = DeckScreen(
            engine,
            clock or SystemClock(),
            graph=graph,
            thread=thread,
            pick=pick,
            inbox=inbox,
            rules=Rules(engine, ask_all=ask_all),
            attention=self.attention,
        )
        """The main screen."""

    def get_driver_class(self) -> type[Driver]:
        """The platform's, which tells of each key as soon as it comes."""
        return telling(super().get_driver_class(), self, lambda: self.deck.bridge.keys.pressed())

    @property
    def available_themes(self) -> dict[str, Theme]:
        """The dark and the light theme."""
        return {theme.name: theme for theme in themes()}

    def get_default_screen(self) -> Screen[None]:
        """Begin with the deck, so that the first paint is its own."""
        return self.deck

    def on_ready(self) -> None:
        """Search for garbage from now on, where the start went without."""
        self.app_resume_signal.subscribe(self, self._paint_all)
        if not gc.isenabled():
            garbage = Garbage(self.deck.bridge.keys)
            garbage.begin()
            self.set_interval(EVERY, garbage.look)

    async def on_event(self, event: events.Event) -> None:
        """Have keys act one after the other, each where the one before has led."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self._turns.take(event)
        else:
            await super().on_event(event)

    async def _act_on(self, event: events.Key | events.Paste) -> None:
        """Let the deck know of every key, wherever it goes: a question never opens under typing fingers."""
        if isinstance(event, events.Key):
            self.deck.key_pressed()
        await super().on_event(event)

    def action_help(self) -> None:
        """List all keys of the deck or the inbox; never over a dialog."""
        if self.deck.is_active:
            self.deck.action_help()
        elif self.is_screen_installed(self.screen):  # the inbox
            self.call_later(self.screen.run_action, "screen.help")

    def action_palette(self) -> None:
        """Find a command by its name; never over a dialog."""
        if self.deck.is_active:
            from graphdeck.tui.palette import Palette

            self.push_screen(Palette())

    def action_toggle_theme(self) -> None:
        """Change between dark and light."""
        self.theme = LIGHT if self.theme == DARK else DARK

    def _paint_all(self, _: App[Any]) -> None:
        """Paint every cell after a time in the shell: of what stood there before, Textual paints only what changed."""
        self.screen.refresh()

    def _to_terminal(self, text: str) -> None:
        """Write what is not painted, in turns with what is."""
        if self._driver is not None:
            self._driver.write(text)

    async def action_quit(self) -> None:
        """Leave; asks once while a run is on."""
        count = len(self.deck.running)
        if not count:
            self.exit()
            return
        from graphdeck.tui import leaving
        from graphdeck.tui.screens.confirm import ConfirmScreen  # where it opens, as in the deck

        if isinstance(self.screen, ConfirmScreen):
            return

        def confirmed(yes: bool | None) -> None:
            if yes:
                self.exit()

        asks = ConfirmScreen(self.deck.clock, leaving.question(count), leaving.consequence(count), leaving.yes(count))
        self.push_screen(asks, confirmed)


def run_app(
    engine: Engine,
    graph: str | None,
    thread: str | None,
    *,
    pick: bool = True,
    ask_all: bool = False,
    inbox: bool = False,
) -> int:
    """Run the workbench to its end, then let go of the engine; the exit status.

    Without a graph and a thread, `pick` opens the picker of graphs at the start. With `ask_all` no rule allows a call.
    With `inbox`, everything that waits is shown first.
    """
    app = GraphdeckApp(engine, graph=graph, thread=thread, pick=pick, ask_all=ask_all, inbox=inbox)

    async def whole() -> None:
        # Else the terminal would be left as the screen needs it.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, app.exit, None, TERMINATED)
        try:
            await app.run_async()
        finally:
            app.attention.close()
            if count := len(app.deck.running):
                from graphdeck.tui.leaving import farewell

                print(farewell(count), flush=True)
            await engine.close()

    asyncio.run(whole())
    return app.return_code or 0
