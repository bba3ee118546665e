"""One line in which a person types what to look for in a state, or the path of a value to go to."""

import asyncio
import time
from typing import Final, Literal, TypeAlias

from textual import events
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input

from graphdeck.tui.widgets.one_line import OneLine
from graphdeck.tui.widgets.state_search import completions, path_to, search
from graphdeck.tui.widgets.state_tree import StateTree
from graphdeck.tui.widgets.tree_rows import Path

For: TypeAlias = Literal["text", "path"]

HIT_LIMIT: Final = 1_000
"""Places that are found at the most."""
TURN: Final = 0.01
"""Seconds that are looked before the screen gets its turn."""
_PLACEHOLDERS: Final[dict[For, str]] = {
    "text": "/ a key, or a text in a value",
    "path": ": a path such as messages.0.content (Tab completes)",
}


class FindLine(OneLine):
    """Marks in a state tree what has the text, as it is typed; or goes to a path.

    Enter leaves it, and keeps what was found; Esc takes that away. Posts `Searched` when a search is over.
    """

    DEFAULT_CSS = """
    FindLine, FindLine:focus { border: none; height: 1; padding: 0 1; background: $panel; dock: bottom; }
    """

    class Searched(Message):
        """All was looked through, or enough was found."""

        def __init__(self, find_line: "FindLine", said: str) -> None:
            super().__init__()
            self.find_line = find_line
            """The widget."""
            self.said = said
            """What came of it, in words."""

        @property
        def control(self) -> "FindLine":
            """The widget."""
            return self.find_line

    def __init__(self, tree: StateTree, looks_for: For) -> None:
        super().__init__(placeholder=_PLACEHOLDERS[looks_for])
        self._tree, self._for = tree, looks_for
        if looks_for == "path":
            self.suggester = _Paths(tree)

    def on_mount(self) -> None:
        """Wait for keys."""
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Look at once."""
        event.stop()
        if self._for == "text":
            self.run_worker(self._search(event.value), exclusive=True)

    async def _search(self, wanted: str) -> None:
        """Look through the state, in turns with the screen; the first hit is gone to at once."""
        hits: list[Path] = []
        self._tree.hits = ()
        until = time.monotonic() + TURN
        for path in search(self._tree.values, wanted):
            if path is not None:
                hits.append(path)
                if len(hits) == 1:
                    self._tree.hits = tuple(hits)
                    self._tree.go_to_hit(0)
            if len(hits) >= HIT_LIMIT:
                break
            if time.monotonic() > until:
                await asyncio.sleep(0)
                until = time.monotonic() + TURN
        self._tree.hits = tuple(hits)
        if wanted:
            self.post_message(self.Searched(self, _found(len(hits))))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Back to the tree; what was found stays, a path is gone to."""
        event.stop()
        if self._for == "path" and event.value:
            path = path_to(self._tree.values, event.value)
            if path is None:
                self.post_message(self.Searched(self, "there is no such path; Tab completes one"))
                return
            self._tree.open_path(path)
        self._leave()

    def on_key(self, event: events.Key) -> None:
        """Esc gives up; Tab takes what is suggested."""
        if event.key not in ("escape", "tab"):
            return
        event.stop()
        event.prevent_default()
        if event.key == "tab":
            self.action_cursor_right()
        else:
            self._tree.hits = ()
            self._leave()

    def _leave(self) -> None:
        self._tree.focus()
        self.remove()


class _Paths(Suggester):
    """Suggests how a path may go on."""

    def __init__(self, tree: StateTree) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._tree = tree

    async def get_suggestion(self, value: str) -> str | None:
        """The first path that goes on from what is typed."""
        return next(iter(completions(self._tree.values, value, 1)), None)


def _found(count: int) -> str:
    if not count:
        return "found nowhere in this state"
    many = f"{count:,} places" if count > 1 else "1 place"
    return f"found in {many}{' or more' if count >= HIT_LIMIT else ''}: Enter, then n and N go from one to the next"
