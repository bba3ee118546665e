"""The deck's list of threads: which are wanted, their pages, and what changes in them while other processes write."""

from typing import Final

from textual import on

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import GraphdeckError, MissingFileError
from graphdeck.graphs.records import FileProblem
from graphdeck.graphs.thread_key import key_of
from graphdeck.graphs.wanted import ALL
from graphdeck.tui import bridge, threads_bridge
from graphdeck.tui.bridge import Bridge
from graphdeck.tui.clock import Clock
from graphdeck.tui.rules import Rules
from graphdeck.tui.screens.deck_painting import DeckPainting
from graphdeck.tui.screens.thread_rows import ThreadRows
from graphdeck.tui.theme import ERROR
from graphdeck.tui.threads_bridge import ThreadsBridge
from graphdeck.tui.widgets.thread_list import ThreadList, ThreadPane

ROOMY: Final = [(180, "-roomy")]
"""Cells from which on the list has columns of its own beside all other panes, and the class that the deck has then."""
LOOK_EVERY: Final = 0.5
"""Seconds between two looks whether a checkpoint file has changed."""


class DeckListing(DeckPainting):
    """Keeps the list, and the thread that is looked at, as they are in the files."""

    HORIZONTAL_BREAKPOINTS = ROOMY

    def __init__(self, engine: Engine, clock: Clock, rules: Rules) -> None:
        super().__init__(clock)
        self.rules = rules
        """What decides without a person."""
        self.bridge = Bridge(engine, self, rules, self.setups)
        """The way to the engine."""
        self.listing = ThreadsBridge(engine, self)
        """The way to the list of threads."""
        self._threads = ThreadRows()
        self._problems: tuple[FileProblem, ...] = ()

    # -- what is listed ----------------------------------------------------------------------------------------------

    def first_threads(self) -> None:
        """Show the first page of threads: at once where it has been read, so that the first paint has it."""
        page = self.listing.first_page()
        if page is None:
            self.read_threads()
        else:
            self.show_threads(ThreadRows.of(page))
            self._tell_problems(page.problems)

    def read_threads(self) -> None:
        """Read the list again."""
        self.listing.read_again(len(self._threads.rows))

    @on(ThreadPane.Typed)
    def _terms_typed(self, event: ThreadPane.Typed) -> None:
        """List what is wanted now, as it is typed."""
        from graphdeck.tui.thread_terms import read_terms  # where something is typed

        terms = read_terms(event.text, self.clock.now())
        pane = self.panes.threads
        pane.tell(terms.trouble or terms.hint, is_trouble=bool(terms.trouble))
        if not terms.trouble and terms.wanted != self.listing.wanted:
            pane.wanted, pane.is_reading = terms.wanted, True
            self.listing.want(terms.wanted)

    @on(ThreadList.MoreWanted)
    def _more_wanted(self) -> None:
        if self._threads.cursor is not None:
            self.panes.threads.is_reading = True
            self.listing.read_more(self._threads.cursor)

    @on(ThreadList.SizesWanted)
    def _sizes_wanted(self, event: ThreadList.SizesWanted) -> None:
        self.listing.with_sizes = event.are_wanted
        if event.are_wanted:
            self.listing.read_again(len(self._threads.rows), whole=True)

    @on(threads_bridge.ThreadsRead)
    def _threads_read(self, message: threads_bridge.ThreadsRead) -> None:
        self.panes.threads.is_reading = False
        if self.is_covered or message.wanted != self.listing.wanted:  # covered: they are read again when they are seen
            return
        if message.follows:
            self.show_threads(self._threads.followed(message.page))
        elif message.is_whole:
            self.show_threads(ThreadRows.of(message.page))
        else:
            self.show_threads(self._threads.refreshed(message.page))
        self._tell_problems(message.page.problems)

    def _tell_problems(self, problems: tuple[FileProblem, ...]) -> None:
        if problems and problems != self._problems:  # once, and not at every look
            self.say(problems[0].message, problems[0].hint, ERROR)
        self._problems = problems

    def no_threads(self, error: GraphdeckError) -> None:
        """The list cannot be read."""
        self.panes.threads.is_reading = False
        if isinstance(error, MissingFileError):  # the first run makes it
            self.show_threads(ThreadRows())
        else:
            self.tell(error)

    # -- what changes ------------------------------------------------------------------------------------------------

    def look_around(self) -> None:
        """See whether the files have changed; a lease that another process lets go changes none."""
        if any(row.status == "running" and key_of(row) not in self.look.runs for row in self._threads.rows):
            self.read_threads()
        self.bridge.look()

    @on(bridge.FilesChanged)
    def _files_changed(self) -> None:
        self.read_threads()
        look = self.look
        # The plain list tells at once whether it has moved; others may rest before they are read again.
        is_told = self.listing.wanted == ALL and self._threads.find(look.key) is not None
        if look.snapshot is not None and not is_told and not look.running:
            self.read_thread()

    def show_threads(self, threads: ThreadRows) -> None:
        """Show these threads; the one that is looked at is read again where it has changed."""
        self._threads = threads
        self.panes.threads.show(threads.rows, more=threads.cursor is not None)
        row, known = threads.find(self.look.key), self.look.row
        if row is None or row == known:
            return
        self.change(row=row)
        moved = known is None or (row.updated, row.status, row.interrupts) != (
            known.updated, known.status, known.interrupts
        )  # fmt: skip
        if moved and not self.look.running:
            self.read_thread()

    def read_thread(self, *, at_once: bool = False) -> None:
        """Read the newest state of the thread; once that is painted, its checkpoints."""
        if self.look.thread and not self.look.refuses_saving:
            self.bridge.read_state(self.look.thread, file=self.look.file, at_once=at_once)
