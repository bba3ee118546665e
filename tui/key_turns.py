"""Keys have their effect one after the other, also where a slow line brings several at once.

Textual hands every key to whatever has the focus when it comes, and a key that moves the focus or opens a dialog has
its effect only later: the text behind such a key would act as commands.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from textual.app import App
from textual.events import Key, Paste
from textual.message_pump import MessagePump
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, TextArea

PATIENCE: Final = 0.3
"""Seconds after which the next key acts whatever became of the one before: its widget may be gone."""
_PARTS: Final = 10
"""Parts of that time: however long the whole process stands still, only one of them is over."""
_TIMES: Final = 2
"""Times that the way of a key is gone: behind it, and behind what its action had its widget say."""


class KeyTurns:
    """Takes keys in their order; `act` hands one on to where it belongs at that moment."""

    def __init__(self, app: App[Any], act: Callable[[Key | Paste], Awaitable[None]]) -> None:
        self._app, self._act = app, act
        self._waiting: deque[Key | Paste] = deque()
        self._turn = 0
        self._end: asyncio.TimerHandle | None = None  # while the effect of a key is awaited

    async def take(self, event: Key | Paste) -> None:
        """Act on it now, or after all those that came before it."""
        self._waiting.append(event)
        if self._end is None:
            await self._next()

    async def _next(self) -> None:
        event, screen = self._waiting.popleft(), self._app.screen
        way = _way_of(event, self._app.focused or screen)
        self._turn += 1
        self._wait(self._turn, _PARTS)
        await self._act(event)
        self._follow(way, screen, self._turn)

    def _wait(self, turn: int, parts: int) -> None:
        if parts:
            self._end = asyncio.get_running_loop().call_later(PATIENCE / _PARTS, self._wait, turn, parts - 1)
        else:
            self._app.call_later(self._over, turn)

    def _follow(self, way: Sequence[MessagePump], screen: Screen[Any], turn: int) -> None:
        """Go the way of the key, from its widget up to the app, behind it."""
        for place, pump in enumerate(way, start=1):
            if pump.call_later(self._follow, way[place:], screen, turn):
                return
        self._app.call_later(self._settle, screen, turn)  # behind the focus that the key's action has asked for

    async def _settle(self, screen: Screen[Any], turn: int) -> None:
        await asyncio.sleep(0)  # an action that works in the background has begun, and has asked what it asks first
        now = self._app.screen
        if now is screen or not now.call_after_refresh(self._app.call_later, self._over, turn):
            await self._over(turn)

    async def _over(self, turn: int) -> None:
        if turn != self._turn or self._end is None:
            return
        self._end.cancel()
        self._end = None
        if self._waiting:
            await self._next()


def _way_of(event: Key | Paste, widget: Widget) -> Sequence[MessagePump]:
    """Who hears of a key, from its widget up to the app; text goes no further than to the field that it is for."""
    is_field = isinstance(widget, Input) or (isinstance(widget, TextArea) and not widget.read_only)
    if is_field and (isinstance(event, Paste) or event.is_printable):
        return [widget]
    return list(widget.ancestors_with_self) * _TIMES
