"""The stops of a graph's runs: breakpoints, those of its own code among them, and watched values."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from graphdeck.graphs.conditions import parse_condition
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.paths import split_path
from graphdeck.graphs.records import GraphShape
from graphdeck.graphs.stopping import (
    Breakpoint,
    KeptStop,
    Watch,
    When,
    breakpoint_text,
    has_node,
    node_at,
    parse_breakpoint,
    split_watch,
)
from graphdeck.tui import actions
from graphdeck.tui.sign_words import hidden_words
from graphdeck.tui.text import safe
from graphdeck.tui.theme import MUTED, WARNING
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints
from graphdeck.tui.widgets.one_line import OneLine
from graphdeck.tui.widgets.stop_list import StopList, StopRow

_WATCH: Final = "watch "
_SIDES: Final[tuple[When, ...]] = ("before", "after")
_IN_THE_CODE: Final = "the graph's own code has this one: space puts it off and on"
HOW: Final = "before NODE, after NODE, NODE if total > 3, watch KEY"


class StopsScreen(ModalScreen[None]):
    """Lists and changes them; `change` forgets stops, the first ones that it is given, and keeps others."""

    CSS_PATH = "stops.tcss"
    AUTO_FOCUS = "StopList"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("stops")]

    def __init__(
        self,
        graph: str,
        shape: GraphShape | None,
        change: Callable[[Sequence[KeptStop], Sequence[KeptStop]], None],
    ) -> None:
        super().__init__()
        self._graph, self._shape, self._change = graph, shape, change
        self._stops: Sequence[KeptStop] = ()
        self._edited: KeptStop | None = None

    def compose(self) -> ComposeResult:
        """Heading, list, line, hint, keys."""
        with Vertical(id="dialog"):
            yield Static(id="heading", markup=False)
            yield StopList()
            yield OneLine(placeholder=HOW, id="line")
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Show them."""
        title = self._shape.title if self._shape else self._graph
        kept = "they stay with the project, for all its runs in the deck"
        self.query_one("#heading", Static).update(
            Content.assemble((f"Stops of {safe(title, identifier=True)}", "bold"), "\n", (kept, MUTED))
        )
        hints = [KeyHint(action=each.id, key=each.shown_key, label=each.label) for each in actions.actions_of("stops")]
        self.query_one(KeyHints).show(hints)
        self._paint()

    def show(self, stops: Sequence[KeptStop]) -> None:
        """Show these."""
        self._stops = stops
        if self.is_mounted:
            self._paint()

    def _paint(self) -> None:
        self.query_one(StopList).show(list(self._rows()))

    def _rows(self) -> Iterator[StopRow]:
        for stop in self._stops:
            text = f"when {stop.path} changes" if isinstance(stop, Watch) else _words(stop)
            yield StopRow(stop=stop, text=text, why_not=why_idle(stop, self._shape))

    def _say(self, text: str, style: str = MUTED) -> None:
        self.query_one("#hint", Static).update(Content.styled(safe(text, lines=True), style))

    # -- typing ------------------------------------------------------------------------------------------------------

    def action_add(self) -> None:
        """Type a new one."""
        self._type(None, "")

    @on(StopList.Chosen)
    def action_edit(self) -> None:
        """Edit the one of the cursor."""
        row = self.query_one(StopList).current
        if row is None:
            self._say("nothing to edit: a adds one", WARNING)
        elif isinstance(row.stop, Watch):
            self._type(row.stop, f"{_WATCH}{row.stop.path}")
        elif row.stop.declared:
            self._say(_IN_THE_CODE, WARNING)
        else:
            self._type(row.stop, _words(row.stop))

    def _type(self, edited: KeptStop | None, text: str) -> None:
        self._edited = edited
        line = self.query_one(OneLine)
        line.display, line.value = True, text
        line.cursor_position = len(text)
        line.focus()
        self._say(f"{HOW}\nEnter keeps it, Esc leaves it")

    @on(Input.Submitted)
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            stop = parse_stop(event.value, self._shape)
        except InputError as error:
            self._say(f"{error.message}\n{error.hint}", WARNING)
            return
        self._change(() if self._edited is None else (self._edited,), (stop,))
        self._leave_line()
        self._say("")

    def _leave_line(self) -> None:
        line = self.query_one(OneLine)
        line.display, self._edited = False, None
        self.query_one(StopList).focus()
        self._paint()

    def on_key(self, event: Key) -> None:
        """Esc leaves the line first."""
        if event.key == "escape" and self.query_one(OneLine).has_focus:
            event.stop()
            event.prevent_default()
            self._leave_line()
            self._say("")

    # -- the one of the cursor ---------------------------------------------------------------------------------------

    def action_turn(self) -> None:
        """Stop at the other side of its node."""
        row = self.query_one(StopList).current
        if row is None or isinstance(row.stop, Watch):
            self._say("only a breakpoint has a side", WARNING)
        elif row.stop.declared:
            self._say(_IN_THE_CODE, WARNING)
        else:
            self._change((row.stop,), (dataclasses.replace(row.stop, when=_SIDES[row.stop.when == "before"]),))

    def action_on_off(self) -> None:
        """Put it off, or on."""
        row = self.query_one(StopList).current
        if row is not None:
            self._change((), (dataclasses.replace(row.stop, off=not row.stop.off),))

    def action_remove(self) -> None:
        """Remove it."""
        row = self.query_one(StopList).current
        if row is not None and isinstance(row.stop, Breakpoint) and row.stop.declared:
            self._say(_IN_THE_CODE, WARNING)
        elif row is not None:
            self._change((row.stop,), ())

    def action_back(self) -> None:
        """Close."""
        self.dismiss()


def _words(point: Breakpoint) -> str:
    """A breakpoint as it is typed."""
    return f"{point.when} {breakpoint_text(point)}"


def parse_stop(text: str, shape: GraphShape | None) -> KeptStop:
    """The breakpoint or watched value that was typed; raises InputError where it is neither."""
    words = text.strip()
    if words.startswith(_WATCH):
        path = words.removeprefix(_WATCH).strip()
        names, inner = split_watch(path)
        _check_key(inner, shape if not names else None)
        return Watch(path=path)
    when = next((side for side in _SIDES if words.startswith(f"{side} ")), None)
    point = parse_breakpoint(words.removeprefix(f"{when} ").strip() if when else words, when or "before")
    if point.condition:
        _check_key(parse_condition(point.condition).path, shape if ":" not in point.node else None)
    return point


def _check_key(path: str, shape: GraphShape | None) -> None:
    key = next(iter(split_path(path)), "")
    known = shape.state_keys if shape else ()
    if not key or (known and key not in known):
        raise InputError(f"there is no state key {key!r} to look at", f"state keys are: {', '.join(known)}")


def why_idle(point: KeptStop, shape: GraphShape | None) -> str:
    """Why a stop does nothing although it is on; empty where it does something, or nobody knows."""
    if isinstance(point, Watch):
        return ""
    if point.missing or (shape is not None and not has_node(shape, point.node)):
        around = node_at(shape, point.node.rpartition(":")[0]) if shape is not None else None
        if around is None:
            return "no such node now: kept, does nothing"
        why = hidden_words(around) or "no subgraph there that can be stopped in"
        return f"{why}: kept, does nothing"
    if shape is not None and shape.kind == "functional" and (point.when == "after" or point.condition):
        return "a functional graph stops before its node only"
    return ""
