"""The inbox's flow: what waits is listed, and the question of the row that the cursor is on is shown."""

from typing import TYPE_CHECKING, Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key as KeyEvent
from textual.events import Resize
from textual.getters import query_one
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static

from graphdeck.graphs.engine import PAGE, Engine
from graphdeck.graphs.records import WaitingRow
from graphdeck.graphs.thread_key import key_of
from graphdeck.tui import actions, bridge, inbox_bridge
from graphdeck.tui.asked import Asked, Earlier
from graphdeck.tui.attention import Attention
from graphdeck.tui.clock import Clock
from graphdeck.tui.inbox_bridge import InboxBridge
from graphdeck.tui.rules import Rules
from graphdeck.tui.run_setup import RunSetups
from graphdeck.tui.screens import inbox_lines
from graphdeck.tui.screens.deck_lines import notice
from graphdeck.tui.screens.inbox_rows import InboxRows, matches, same_question
from graphdeck.tui.theme import MUTED
from graphdeck.tui.widgets.filter_line import FilterLine
from graphdeck.tui.widgets.inbox_list import InboxItem, InboxList
from graphdeck.tui.widgets.key_footer import KeyFooter
from graphdeck.tui.widgets.question_panel import QuestionPanel

if TYPE_CHECKING:
    from graphdeck.tools.policy import Policy

LOOK_EVERY: Final = 0.5
"""Seconds between two looks whether a checkpoint file has changed."""

READ_EVERY: Final = 5.0
"""Seconds between two reads whatever has changed: a lease whose holder dies changes no file."""

_LIST_KEYS: Final = ("choose", "go_on", "filter", "order", "open_thread", "back")
"""The keys that matter in the list; the question tells its own."""

NARROW: Final = 100
"""Cells below which list and question are shown one at a time."""


class InboxFlow(Screen[WaitingRow | None]):
    """Lists what waits and shows it; what a person does is the inbox's."""

    listing = query_one(InboxList)
    """What waits."""
    panel = query_one(QuestionPanel)
    """The question that is shown."""
    filter_line = query_one(FilterLine)
    """Where the filter is typed."""

    def __init__(self, engine: Engine, clock: Clock, rules: Rules, attention: Attention, setups: RunSetups) -> None:
        super().__init__()
        self.bridge = InboxBridge(engine, self, rules, setups)
        """The way to the engine."""
        self.rows = InboxRows()
        """What is listed."""
        self._clock, self._attention = clock, attention
        self._wanted = ""
        self._limit = PAGE
        self.on_screen: WaitingRow | None = None
        """The thread whose question is shown, or is being read to be shown."""
        self.asked: Asked | None = None
        """The question that is shown."""
        self.policy: Policy
        """The rules, as they were when it was read."""
        self.is_told_gone = False
        """The screen says that a question is gone, until the person moves on."""
        self.earlier = Earlier()
        """What was asked before: what was decided, and why it was not taken, comes with a thread's next question."""
        self._gone: tuple[WaitingRow, bool] | None = None  # it is told gone; whether its thread asks anew
        self._goes_in = False  # the person answers: the next question has the keys, too
        self._rounds: tuple[Timer, ...] = ()

    def compose(self) -> ComposeResult:
        """Head, list and question side by side, notice, keys."""
        yield Static(id="head", markup=False)
        with Horizontal(id="body"):
            with Vertical(id="list"):
                yield FilterLine()
                yield InboxList(self._clock)
            with Vertical(id="question"):
                yield Static(id="told", markup=False)
                yield QuestionPanel(self._clock)
        yield Static(id="problems", markup=False)
        yield Static(id="notice", markup=False)
        yield KeyFooter(id="keys")

    def on_mount(self) -> None:
        """Read what waits, now and whenever a file changes."""
        self.panel.display = False
        self.listing.empty_text = "looking"
        self.say("")
        self._rounds = (self.set_interval(LOOK_EVERY, self.bridge.look), self.set_interval(READ_EVERY, self.read))

    def on_screen_suspend(self) -> None:
        """Rest while the deck or a dialog is shown."""
        for timer in self._rounds:
            timer.pause()

    def on_screen_resume(self) -> None:
        """Look around again."""
        for timer in self._rounds:
            timer.resume()
        self.read()

    def on_resize(self, event: Resize) -> None:
        """Show list and question side by side where there is room."""
        self.set_class(event.size.width < NARROW, "-narrow")
        self.call_after_refresh(self._paint)

    def on_descendant_focus(self) -> None:
        """The keys that matter are others in the question."""
        self._paint()

    def on_key(self, _: KeyEvent) -> None:
        """A key that chose the question does not decide it, too."""
        self.panel.note_key()
        self.say("")

    # -- the list ----------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Read what waits."""
        self.bridge.read_waiting(self._limit, newest_first=self.rows.newest_first)

    @on(bridge.FilesChanged)
    def _files_changed(self) -> None:
        self.read()

    @on(inbox_bridge.WaitingRead)
    def _waiting_read(self, message: inbox_bridge.WaitingRead) -> None:
        self.listing.empty_text = "nothing waits for you"
        self.show(self.rows.read(message.page, message.summaries, message.ended))
        self._attention.tell(self.rows.total)

    def show(self, rows: InboxRows) -> None:
        """List these rows; a question that does not wait any more is not left on the screen."""
        self.rows = rows
        items = [item for item in rows.items() if matches(item, self._wanted)]
        self.listing.show(items, more=rows.page.cursor is not None)
        if self.on_screen is not None:
            self._check(self.on_screen)
        elif not self.is_told_gone:
            self.look(self.listing.highlighted)
        self._paint()

    def _paint(self) -> None:
        cells = self.size.width
        self.query_one("#head", Static).update(inbox_lines.head(self.rows, self._wanted, cells))
        problems = self.query_one("#problems", Static)
        problems.display = bool(self.rows.problems)
        problems.update(inbox_lines.problems(self.rows.problems, cells))
        names = ("back",) if self.panel.has_focus_within else _LIST_KEYS
        off = frozenset(name for name in names if self.why_not(name))
        self.query_one(KeyFooter).show([actions.action("inbox", name) for name in names], off)

    def why_not(self, name: str) -> str:
        """Why an action is off now; empty where it is on."""
        item = self.listing.highlighted
        status = item.status if item else ""
        match name:
            case "choose":
                return "" if status == "waiting" else "there is no question here"
            case "go_on":
                return "" if status == "breakpoint" else "it does not stand at a breakpoint"
            case "end_thread":
                return "" if status in ("waiting", "breakpoint") else "nothing waits here"
            case "open_thread" | "copy":
                return "" if item else "nothing waits for you"
            case _:
                return ""

    def say(self, text: str, hint: str = "", style: str = MUTED) -> None:
        """Tell what just happened, until the next key."""
        line = self.query_one("#notice", Static)
        line.display = bool(text)
        line.update(notice(text, hint, style, max(10, self.size.width - 2)))

    @on(InboxList.MoreWanted)
    def _more_wanted(self) -> None:
        self._limit += PAGE
        self.read()

    @on(FilterLine.Filtered)
    def _filtered(self, event: FilterLine.Filtered) -> None:
        self._wanted = event.text
        self.show(self.rows)

    @on(FilterLine.Left)
    def _filter_left(self) -> None:
        self.listing.focus()

    # -- the question ------------------------------------------------------------------------------------------------

    def look(self, item: InboxItem | None) -> None:
        """Show the question of a row, or say why there is none."""
        self.is_told_gone = False
        if item is None or item.status != "waiting":
            self.on_screen = None
            self._tell(inbox_lines.no_question(item, self.rows))
        elif self.on_screen is None or not same_question(self.on_screen, item.row):
            self.on_screen = item.row
            self._tell(Content())  # no key may reach the question that was there before
            self.bridge.read_question(item.row, self.earlier.get(key_of(item.row)))

    def _check(self, shown: WaitingRow) -> None:
        """Take the question off the screen where somebody else has answered it; the person then chooses the next."""
        now = next((item for item in self.rows.items() if key_of(item.row) == key_of(shown)), None)
        if now is not None and now.status == "waiting" and same_question(shown, now.row):
            return
        self.on_screen = None
        self.is_told_gone = True
        self._gone = (shown, now is not None)
        self._tell(inbox_lines.gone(*self._gone))
        self.bridge.read_who(shown)

    @on(inbox_bridge.AnsweredBy)
    def _answered_by(self, message: inbox_bridge.AnsweredBy) -> None:
        if self.is_told_gone and self._gone is not None and same_question(self._gone[0], message.row):
            self._tell(inbox_lines.gone(*self._gone, by=message.origin))

    def _tell(self, text: Content) -> None:
        """Show words in place of a question."""
        if self.panel.has_focus_within:
            self.listing.focus()
        self.panel.display = False
        told = self.query_one("#told", Static)
        told.display = True
        told.update(text)

    @on(inbox_bridge.QuestionRead)
    def _question_read(self, message: inbox_bridge.QuestionRead) -> None:
        if self.on_screen is None or not same_question(self.on_screen, message.row):
            return  # the cursor has moved on
        self.asked, self.policy = message.asked, message.policy
        self.query_one("#told", Static).display = False
        self.panel.display = True
        self.panel.show(message.asked)
        if self._goes_in:
            self.go_in()

    def go_in(self) -> None:
        """Let the keys decide the question; on a narrow terminal it takes the whole width."""
        self.add_class("-reading")
        self._goes_in = True
        if self.panel.display:
            self.panel.payload.focus()

    def go_out(self) -> None:
        """Back to the list."""
        self.remove_class("-reading")
        self._goes_in = False
        self.listing.focus()

    @on(InboxList.Moved)
    def _moved(self) -> None:
        item = self.listing.highlighted
        if item is None or self.on_screen is None or not same_question(self.on_screen, item.row):
            self._goes_in = False
            self.look(item)
        self._paint()

    @on(InboxList.Chosen)
    def _chosen(self) -> None:
        self.look(self.listing.highlighted)
        self.go_in()

    @on(QuestionPanel.Left)
    def _left(self, event: QuestionPanel.Left) -> None:
        """Back to the list; the decisions so far are kept."""
        self.earlier.leave(event.asked)
        self.go_out()
