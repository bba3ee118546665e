"""Keys on their way from the terminal: noted as they come, and handed over without a detour."""

import asyncio
from collections.abc import Callable
from typing import Any

from textual.app import App
from textual.driver import Driver
from textual.events import Key
from textual.message import Message


def telling(base: type[Driver], app: App[Any], came: Callable[[], object]) -> type[Driver]:
    """The driver, which calls `came` in its own thread for each key.

    It hands messages over in the next turn of the loop; Textual's own way takes three, each as long as a flood lets it.
    """

    def begin(self: Driver, *args: Any, **options: Any) -> None:
        base.__init__(self, *args, **options)
        loop = asyncio.get_running_loop()

        def send(message: Message) -> None:
            if isinstance(message, Key):
                came()
            loop.call_soon_threadsafe(app.post_message, message)

        self.send_message = send  # type: ignore[method-assign]  # the class is made for this one app

    return type(base.__name__, (base,), {"__init__": begin})
