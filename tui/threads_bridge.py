"""The deck's way to the list of threads: which are wanted, read page by page, and read again when files change."""

import asyncio
import dataclasses
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Final

from textual.dom import DOMNode
from textual.message import Message
from textual.worker import Worker

from graphdeck.graphs.engine import PAGE, Engine
from graphdeck.graphs.records import ThreadPage, ThreadRow
from graphdeck.graphs.wanted import ALL, Wanted
from graphdeck.tui.background import PAUSE, Background
from graphdeck.tui.bridge import Failed

RESTS: Final = 9
"""How many times longer than it took to read the list again, it then rests: a search looks through the whole file."""
MOST_REST: Final = 5.0
"""Seconds that it rests at the most."""

FEW: Final = 5
"""Threads of a page that a search looks for in first texts: so many are shown before it goes on."""

_KIND: Final = "threads"


@dataclass(eq=False, repr=False)
class ThreadsRead(Message):
    """A page of saved threads, or the whole list once more."""

    page: ThreadPage
    wanted: Wanted
    """What was asked for."""
    follows: bool = False
    """It follows the pages read before."""
    is_whole: bool = False
    """It takes the place of all pages read before; else only of what it holds."""


class ThreadsBridge(Background):
    """Reads one list of threads in workers of the receiver; what was asked of an earlier list is not told any more."""

    def __init__(self, engine: Engine, receiver: DOMNode) -> None:
        super().__init__(receiver, Failed)
        self._engine = engine
        self.wanted = ALL
        """The list that is read."""
        self.with_sizes = False
        """Tell the size of each thread, too."""
        self._is_stale = self._is_whole = False
        self._count = 0
        self._refresh: Worker[None] | None = None

    def first_page(self) -> ThreadPage | None:
        """The first page, at once where the engine has read it ahead."""
        return self._engine.first_threads()

    def want(self, wanted: Wanted) -> None:
        """Read another list from its beginning, in place of whatever is being read."""
        self.wanted = wanted
        self._receiver.workers.cancel_group(self._receiver, _KIND)
        self._is_stale = False
        self._read(None, PAGE)

    def read_more(self, cursor: str) -> None:
        """Read the page that begins there; of a search a short one, as it may look through all that is left for it."""
        self._read(cursor, FEW if self.wanted.query else PAGE)

    def read_again(self, count: int, *, whole: bool = False) -> None:
        """Read the list again, so many threads of it; where it is being read again, once more after that.

        Of the plain list, only the first page unless the `whole` is to be read: what changes comes there.
        """
        self._is_stale, self._count = True, count
        self._is_whole = self._is_whole or whole
        if self._refresh is None or self._refresh.is_finished:
            self._refresh = self._receiver.run_worker(self._keep_up(), name=_KIND, group=_KIND, exit_on_error=False)

    def _read(self, cursor: str | None, limit: int) -> None:
        async def read() -> Message:
            wanted = self.wanted
            page = await self._page(wanted, cursor, limit)
            return ThreadsRead(page, wanted, follows=cursor is not None, is_whole=cursor is None)

        self._start(_KIND, self._tell(_KIND, "", read))

    async def _keep_up(self) -> None:
        loop = asyncio.get_running_loop()
        while self._is_stale:
            self._is_stale = False
            start = loop.time()
            await self._tell(_KIND, "", self._again)
            await asyncio.sleep(min(max(PAUSE, (loop.time() - start) * RESTS), MOST_REST))

    async def _again(self) -> Message:
        wanted, count = self.wanted, self._count
        is_whole, self._is_whole = self._is_whole or wanted != ALL, False
        page = await self._page(wanted, None)
        if not is_whole:
            return ThreadsRead(page, wanted)
        rows: list[ThreadRow] = [*page.rows]
        while page.cursor is not None and len(rows) < count:
            page = await self._page(wanted, page.cursor)
            rows += page.rows
        return ThreadsRead(dataclasses.replace(page, rows=tuple(rows)), wanted, is_whole=True)

    def _page(self, wanted: Wanted, cursor: str | None, limit: int = PAGE) -> Awaitable[ThreadPage]:
        asked = dataclasses.replace(wanted, sizes=self.with_sizes)
        return self._engine.threads(**vars(asked), limit=limit, cursor=cursor)
