"""The command palette, fed by the table of actions."""

from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import ClassVar

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from graphdeck.tui.actions import Action, help_groups
from graphdeck.tui.screens.deck import DeckScreen
from graphdeck.tui.text import ellipsis


class Palette(CommandPalette):
    """Textual's palette, made as quiet as the rest."""

    CSS: ClassVar[str] = """
    Palette {
        background: $background 60%;

        #--container { max-width: 84; }
        SearchIcon { display: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__(placeholder=f"Search for commands{ellipsis()}", id="--command-palette")


class ActionsProvider(Provider):
    """The deck's actions that are on now, each with its key."""

    async def discover(self) -> Hits:
        """All of them."""
        for each in self._actions():
            yield DiscoveryHit(_name(each), self._run(each), help=each.help)

    async def search(self, query: str) -> Hits:
        """Those whose name or help matches."""
        matcher = self.matcher(query)
        for each in self._actions():
            text = f"{_name(each)}  {each.help}"
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), self._run(each))

    def _actions(self) -> Iterator[Action]:
        if not isinstance(self.screen, DeckScreen):
            return
        for _, members in help_groups("deck"):
            yield from (each for each in members if each.id != "palette" and not self.screen.why_not(each.id))

    def _run(self, each: Action) -> Callable[[], Awaitable[None]]:
        where = "app" if each.where == "app" else "screen"
        return partial(self.screen.run_action, f"{where}.{each.id}")


def _name(each: Action) -> str:
    return f"{each.label} ({each.shown_key})"
