"""A text looked for in the states of all threads: what is found streams in, and can be gone to."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import ClassVar, Final, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.searching import SearchHit, SearchProgress
from graphdeck.tui import actions
from graphdeck.tui.amounts import bytes_text, count_text
from graphdeck.tui.clock import Clock
from graphdeck.tui.text import one_line
from graphdeck.tui.theme import ERROR, MUTED
from graphdeck.tui.widgets.hit_list import HitList
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints
from graphdeck.tui.widgets.one_line import OneLine

SHOW_EVERY: Final = 0.1
"""Seconds between two looks at how far it is: painting takes time from the search."""

Search: TypeAlias = Callable[[str], AsyncGenerator[SearchHit | SearchProgress, None]]


class Found(Frozen):
    """What came of a search; it is shown again when the screen is opened again."""

    text: str = ""
    """What was looked for."""
    hits: tuple[SearchHit, ...] = ()
    """Where it is."""
    said: str = ""
    """How far it came."""


class FindTextScreen(ModalScreen[SearchHit | None]):
    """Gives the hit that is to be looked at; None where the person went back."""

    CSS_PATH = "find_text.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("find")]

    def __init__(self, search: Search, before: Found, name_of: Callable[[SearchHit], str], clock: Clock) -> None:
        super().__init__()
        self._search, self._clock = search, clock
        self._line = OneLine(before.text, placeholder="a text in any state, small and capital letters alike", id="line")
        self._list = HitList(name_of)
        self._told = Static(id="told", markup=False)
        self._text, self._hits, self._said = before.text, [*before.hits], before.said
        self._work: Worker[None] | None = None

    @property
    def found(self) -> Found:
        """What was found so far."""
        return Found(text=self._text, hits=tuple(self._hits), said=self._said)

    def compose(self) -> ComposeResult:
        """The text, what is found, how far it is, the keys."""
        with Vertical(id="dialog"):
            yield Static("Find a text in the states of all threads", id="heading", markup=False)
            yield self._line
            yield self._told
            yield self._list
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Show what was found before."""
        self.query_one(KeyHints).show(
            [KeyHint(action=each.id, key=each.shown_key, label=each.label) for each in actions.actions_of("find")]
        )
        self._show(self._said)
        (self._list if self._hits else self._line).focus()

    def _show(self, said: str, style: str = MUTED) -> None:
        self._said = said
        self._list.show(self._hits, self._text)
        self._told.update(Content.styled(one_line(said, max(20, self.app.size.width - 6)), style))

    # -- looking -----------------------------------------------------------------------------------------------------

    @property
    def _is_looking(self) -> bool:
        return self._work is not None and not self._work.is_finished

    @on(Input.Submitted)
    def _look(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text:
            self._text, self._hits = text, []
            self._show("looks for it")
            self._list.focus()
            self._work = self.run_worker(self._follow(text), name="search", exclusive=True, exit_on_error=False)

    async def _follow(self, text: str) -> None:
        last, due = SearchProgress(read=0, total=0), 0.0
        try:
            async with aclosing(self._search(text)) as search:
                async for told in search:
                    if isinstance(told, SearchHit):
                        self._hits.append(told)
                        continue
                    last = told
                    if (now := self._clock.monotonic()) >= due:
                        due = now + SHOW_EVERY
                        far = f"{bytes_text(told.read)} of {bytes_text(told.total)} read"
                        self._show(f"{self._count} so far, {far}; Esc stops it")
        except GraphdeckError as error:
            self._show(f"{error.message}; {error.hint}".rstrip("; "), ERROR)
            return
        problem = f"; {last.problems[0].message}" if last.problems else ""
        self._show(f"{self._count} in {bytes_text(last.total)}{problem}", ERROR if problem else MUTED)

    @on(Worker.StateChanged)
    def _work_failed(self, event: Worker.StateChanged) -> None:
        """A fault of ours: tell it, and let the person go on."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            self._show(f"a fault in graphdeck itself: {type(error).__name__}: {error}; please report it", ERROR)

    @property
    def _count(self) -> str:
        return f"found in {count_text(len(self._hits), 'thread')}" if self._hits else "found nowhere"

    # -- keys --------------------------------------------------------------------------------------------------------

    @on(HitList.HitChosen)
    def _chosen(self, event: HitList.HitChosen) -> None:
        self._stop()
        self.dismiss(event.hit)

    def action_choose(self) -> None:
        """Look at the thread there."""
        self._list.action_choose()

    def action_change_text(self) -> None:
        """Look for another text."""
        self._line.focus()

    def action_back(self) -> None:
        """Stop looking, or go back."""
        if not self._stop():
            self.dismiss(None)

    def _stop(self) -> bool:
        """End the search, if one is on."""
        if self._work is None or not self._is_looking:
            return False
        self._work.cancel()
        self._show(f"{self._count}, as far as it was read before it was stopped")
        return True
