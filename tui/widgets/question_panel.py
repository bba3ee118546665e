"""Everything that asks a person: what is asked, what runs again, and the keys that decide."""

from collections.abc import Mapping
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key, MouseDown
from textual.getters import query_one
from textual.message import Message
from textual.widgets import Static

from graphdeck.graphs.questions.model import Action, Decision, Sheet
from graphdeck.graphs.values import Json
from graphdeck.tui import actions
from graphdeck.tui.approval_gate import ApprovalGate
from graphdeck.tui.approval_text import body, decided, heading, name_of, still_to_do
from graphdeck.tui.asked import Asked
from graphdeck.tui.clock import Clock
from graphdeck.tui.source_lines import SourceReader, excerpts, read_source
from graphdeck.tui.text import ellipsis, one_line
from graphdeck.tui.theme import ERROR, MUTED, WARNING, glyphs
from graphdeck.tui.widgets.action_rows import ActionRow, ActionRows
from graphdeck.tui.widgets.answer_field import AnswerField
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints
from graphdeck.tui.widgets.long_text import LongText

_BLINK: Final = 0.3
"""Seconds that the hint is reversed after a key that did not count."""


class QuestionPanel(Vertical):
    """Asks about everything that waits in a thread; its keys count while the focus is inside it."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("approval")]

    DEFAULT_CSS = """
    QuestionPanel #heading { height: 2; }
    QuestionPanel #payload { margin: 1 0 0 0; background: $background; }
    QuestionPanel #out-of-sight { height: 1; }
    QuestionPanel #actions { margin: 0 0 1 0; }
    QuestionPanel #answer { margin: 0 0 1 0; }
    QuestionPanel #hint { height: 1; }
    QuestionPanel #hint.-dropped { text-style: reverse; }
    QuestionPanel #keys { height: auto; }
    """

    _heading = query_one("#heading", Static)
    _payload = query_one("#payload", LongText)
    _out_of_sight = query_one("#out-of-sight", Static)
    _rows = query_one("#actions", ActionRows)
    _field = query_one("#answer", AnswerField)
    _hint = query_one("#hint", Static)
    _keys = query_one("#keys", KeyHints)

    class Decided(Message):
        """The person wants these answers sent."""

        def __init__(
            self, control: "QuestionPanel", asked: Asked, answers: Mapping[str, Json], by: Mapping[str, str]
        ) -> None:
            super().__init__()
            self.panel = control
            """The panel."""
            self.asked = asked
            """What was asked; its sheet has the decisions."""
            self.answers = answers
            """By interrupt id."""
            self.by = by
            """Who or what decided, by interrupt id: `key`, or `rule NAME`."""

        @property
        def control(self) -> "QuestionPanel":
            """The panel."""
            return self.panel

    class Left(Message):
        """The person leaves the thread waiting."""

        def __init__(self, control: "QuestionPanel") -> None:
            super().__init__()
            self.panel = control
            """The panel."""

        @property
        def control(self) -> "QuestionPanel":
            """The panel."""
            return self.panel

    def __init__(self, clock: Clock, read: SourceReader = read_source, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._clock, self._read = clock, read
        self._gate = ApprovalGate()
        self._asked: Asked | None = None
        self._sheet = Sheet(())
        self._current = 0
        self._counts = False
        self._said = ("", MUTED)

    def compose(self) -> ComposeResult:
        """Heading, what is asked, the list of actions, the field, a hint, the keys."""
        yield Static(id="heading", markup=False)
        yield LongText(id="payload")
        yield Static(id="out-of-sight", markup=False)
        yield ActionRows(id="actions")
        yield AnswerField(id="answer")
        yield Static(id="hint", markup=False)
        yield KeyHints(id="keys", target=self)

    def show(self, asked: Asked) -> None:
        """Ask this from its first action on, whatever was asked before; keys count again once it is painted."""
        self._asked, self._sheet = asked, asked.sheet
        self._rows.display = not self._is_lone
        self._show(0)
        if asked.trouble:
            self._say(asked.trouble, ERROR)

    @property
    def _action(self) -> Action:
        return self._sheet.actions[self._current]

    @property
    def _is_lone(self) -> bool:
        return len(self._sheet.actions) == 1

    # -- which keys count ----------------------------------------------------------------------------------------

    def on_key(self, _: Key) -> None:
        """Note every key, before it does anything."""
        now = self._clock.monotonic()
        self._counts = self._gate.may_decide(now)
        self._gate.note_key(now)

    def on_mouse_down(self, _: MouseDown) -> None:
        """A click decides as a key does."""
        self._counts = self._gate.may_decide(self._clock.monotonic())

    @on(AnswerField.Typed)
    def _note_typing(self) -> None:
        self._gate.note_key(self._clock.monotonic())

    def _may_decide(self) -> bool:
        if not self._counts:
            self._say("too soon after another key, or after the question came: press it again", WARNING, blink=True)
        return self._counts

    # -- what is on screen ---------------------------------------------------------------------------------------

    def _show(self, index: int) -> None:
        self._current = index
        self._close_field()
        self._payload.show(body(self._action, excerpts(self._action.frames, self._read), glyphs()))
        self._say("")
        self.call_after_refresh(lambda: self._gate.note_painted(self._clock.monotonic()))

    def _close_field(self) -> None:
        """Close the field; the focus goes to what is asked, unless it is elsewhere on the screen."""
        had_focus = self.has_focus_within
        self._field.close()
        if had_focus:
            self._payload.focus()

    def _paint(self) -> None:
        if self._asked is None:
            return
        signs, count = glyphs(), len(self._sheet.actions)
        cells = max(30, self._hint.size.width)
        where = (self._asked.graph, self._asked.title or self._asked.thread)
        self._heading.update(heading(self._action, where, (self._current + 1, count), cells, signs))
        decisions = self._sheet.decisions
        self._rows.show(
            [
                ActionRow(name=name_of(action, signs), decision=decided(decisions.get(index)))
                for index, action in enumerate(self._sheet.actions)
            ],
            self._current,
        )
        text, style = self._said if self._said[0] else (still_to_do(self._sheet), MUTED)
        self._hint.update(Content.styled(one_line(text, cells), style))
        self._keys.show(self._key_hints())

    def on_resize(self) -> None:
        """Fit the lines to the new width."""
        self.call_after_refresh(self._paint)

    def _say(self, text: str, style: str = MUTED, *, blink: bool = False) -> None:
        """Put a sentence into the hint line; an empty one brings back what is still to do."""
        self._said = (text, style)
        if blink:
            self._hint.add_class("-dropped")
            self.set_timer(_BLINK, lambda: self._hint.remove_class("-dropped"))
        self._paint()

    def _key_hints(self) -> list[KeyHint]:
        """The keys of this action, greyed where they are off."""
        action, count, more = self._action, len(self._sheet.actions), ellipsis()
        if self._field.asks_for:
            toggle = [self._key("toggle_json", "text or JSON")] if self._field.asks_for == "answer" else []
            return [*toggle, self._key("leave", "back, nothing decided")]
        hints = [
            self._key("approve", "approve and send" if self._is_lone else "approve", action.may_approve),
            self._key("reject", f"reject{more if action.takes_reason else ''}", action.may_reject),
            self._key("type_answer", f"type an answer{more}"),
        ]
        if not self._is_lone:
            hints += [
                self._key("next_action", "next"),
                self._key("previous_action", "previous"),
                self._key("send", "send both" if count == 2 else f"send all {count}", not self._sheet.undecided),
            ]
        return [*hints, self._key("leave", "leave waiting")]

    def _key(self, action: str, label: str, is_on: bool = True) -> KeyHint:
        return KeyHint(action=action, key=actions.action("approval", action).shown_key, label=label, is_on=is_on)

    @on(LongText.Scrolled)
    def _tell_out_of_sight(self, event: LongText.Scrolled) -> None:
        below = f"{event.below:,} more row{'s' if event.below > 1 else ''} below (PgDn, End)" if event.below else ""
        above = f"{event.above:,} above" if event.above else ""
        text = Content.styled("   ".join(filter(None, (below, above))), WARNING if below else MUTED)
        self._out_of_sight.update(text)

    # -- what a person does --------------------------------------------------------------------------------------

    def action_approve(self) -> None:
        """Approve the action that is on screen."""
        if self._may_decide():
            self._decide(Decision("approve"))

    def action_reject(self) -> None:
        """Reject the action; where its shape takes a reason, ask for one first."""
        if not self._may_decide():
            return
        if self._action.may_reject and self._action.takes_reason:
            self._field.ask_reason()
            self._say("")
        else:
            self._decide(Decision("reject"))

    def action_type_answer(self) -> None:
        """Open the field for a typed answer."""
        if self._may_decide():
            self._field.ask_answer(as_json=self._action.prefers_json)
            self._say("")

    def action_toggle_json(self) -> None:
        """Take what is typed as text instead of JSON, or the other way round."""
        if self._field.asks_for == "answer":
            self._field.toggle_json()

    def action_next_action(self) -> None:
        """Go to the next action."""
        self._show((self._current + 1) % len(self._sheet.actions))

    def action_previous_action(self) -> None:
        """Go to the previous action."""
        self._show((self._current - 1) % len(self._sheet.actions))

    def action_send(self) -> None:
        """Send all decisions, once every action is decided; each was decided while it was on screen."""
        if self._sheet.undecided:
            self._say(still_to_do(self._sheet), WARNING, blink=True)
        elif self._may_decide():
            self._send()

    def action_leave(self) -> None:
        """Close the field; where none is open leave the thread waiting."""
        if self._field.asks_for:
            self._close_field()
            self._say("")
        else:
            self.post_message(self.Left(self))

    @on(ActionRows.Chosen)
    def _choose(self, event: ActionRows.Chosen) -> None:
        self._show(event.index)

    @on(AnswerField.Submitted)
    def _submit(self, event: AnswerField.Submitted) -> None:
        if self._field.asks_for:
            self._decide(event.decision)

    def _decide(self, decision: Decision) -> None:
        try:
            self._sheet = self._sheet.decide(self._current, decision)
        except ValueError as refused:
            self._say(f"not taken: {refused}", ERROR)
            return
        if self._is_lone:
            self._send()
            return
        later = [index for index in self._sheet.undecided if index > self._current]
        self._show((*later, *self._sheet.undecided, self._current)[0])

    def _send(self) -> None:
        if self._asked is None:
            return
        asked = Asked(graph=self._asked.graph, thread=self._asked.thread, title=self._asked.title, sheet=self._sheet)
        answers = self._sheet.answers()
        self.post_message(self.Decided(self, asked, answers, dict.fromkeys(answers, "key")))
