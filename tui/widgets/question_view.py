"""What a question panel shows: what is asked, how far the person has come, and the keys that are on."""

from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key, MouseDown
from textual.getters import query_one
from textual.widgets import Static

from graphdeck.tui.approval_gate import ApprovalGate
from graphdeck.tui.approval_text import (
    asks_again,
    decided,
    heading,
    inner_heading,
    inner_lines,
    name_of,
    outcome,
    question,
    still_to_do,
)
from graphdeck.tui.asking import UNSEEN, Asking, Draft
from graphdeck.tui.clock import Clock
from graphdeck.tui.edited import difference
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.source_lines import SourceReader, excerpts, read_source
from graphdeck.tui.text import one_line
from graphdeck.tui.theme import MUTED, WARNING, glyphs
from graphdeck.tui.value_lines import table
from graphdeck.tui.widgets.action_rows import ActionRow, ActionRows
from graphdeck.tui.widgets.answer_field import AnswerField
from graphdeck.tui.widgets.form_fields import FormFields
from graphdeck.tui.widgets.key_hints import KeyHints
from graphdeck.tui.widgets.long_text import LongText
from graphdeck.tui.widgets.question_hints import PanelMode, hints

_BLINK: Final = 0.3
"""Seconds that the hint is reversed after a key that did not count."""


class QuestionView(Vertical):
    """Shows the questions of a thread, and lets a decision count only when it was read; what keys do is the panel's."""

    DEFAULT_CSS = """
    QuestionView #heading { height: 2; }
    QuestionView #payload { margin: 1 0 0 0; min-height: 3; background: $background; }
    QuestionView #out-of-sight { height: 1; }
    QuestionView #actions { margin: 0 0 1 0; }
    QuestionView #answer, QuestionView #form { margin: 0 0 1 0; }
    QuestionView #hint { height: 1; }
    QuestionView #hint.-dropped { text-style: reverse; }
    QuestionView #keys { height: auto; }
    """

    payload = query_one("#payload", LongText)
    """What is asked."""
    field = query_one("#answer", AnswerField)
    """The open text field, if one is."""
    form = query_one("#form", FormFields)
    """The open form, if one is."""
    _heading = query_one("#heading", Static)
    _out_of_sight = query_one("#out-of-sight", Static)
    _rows = query_one("#actions", ActionRows)
    _hint = query_one("#hint", Static)
    _keys = query_one("#keys", KeyHints)

    def __init__(self, clock: Clock, read: SourceReader = read_source, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.asking: Asking | None = None
        """What is asked; None before anything is."""
        self.mode: PanelMode = "question"
        """What the panel does now."""
        self.draft: Draft | None = None
        """The edit that is shown before it counts."""
        self._clock, self._read = clock, read
        self._gate = ApprovalGate()
        self._counts = False
        self._saw_difference = False
        self._said = ("", MUTED)
        self.is_confirming = False
        """The decided ones are sent if the same key is pressed again."""

    def compose(self) -> ComposeResult:
        """Heading, what is asked, the list of actions, text field and form, a hint, the keys."""
        yield Static(id="heading", markup=False)
        yield LongText(id="payload")
        yield Static(id="out-of-sight", markup=False)
        yield ActionRows(id="actions")
        yield AnswerField(id="answer")
        yield FormFields(id="form")
        yield Static(id="hint", markup=False)
        yield KeyHints(id="keys", target=self)

    # -- which keys count --------------------------------------------------------------------------------------------

    def note_key(self) -> None:
        """A key was pressed, here or elsewhere on the screen: what follows at once is no answer."""
        self._gate.note_key(self._clock.monotonic())

    def on_key(self, _: Key) -> None:
        """Note every key, before it does anything."""
        self._counts = self._gate.may_decide(self._clock.monotonic())
        self.note_key()

    def on_mouse_down(self, _: MouseDown) -> None:
        """A click decides as a key does."""
        self._counts = self._gate.may_decide(self._clock.monotonic())

    @on(AnswerField.Typed)
    @on(FormFields.Typed)
    def _note_typing(self) -> None:
        self.note_key()

    def counts(self) -> bool:
        """Whether the key that was pressed decides; says why not."""
        if not self._counts:
            self.say("too soon after another key, or after the question came: press it again", WARNING, blink=True)
        return self._counts

    # -- what is on screen -------------------------------------------------------------------------------------------

    def look(self, asking: Asking, mode: PanelMode = "question", draft: Draft | None = None) -> None:
        """Show the action that is looked at, or its inner state, or an edit, from its beginning."""
        self.asking, self.mode, self.draft = asking, mode, draft
        self._saw_difference = False
        self.close_fields()
        asked, more = self._body(asking, mode, draft)
        self.payload.show([*asked, *more], len(asked))
        self._gate.note_changed()
        self.say("")
        self.call_after_refresh(self._painted)

    def _body(self, asking: Asking, mode: PanelMode, draft: Draft | None) -> tuple[list[Paragraph], list[Paragraph]]:
        """What must be seen before it is approved, and what else there is to see."""
        signs, action, inner = glyphs(), asking.action, asking.inner
        if mode == "difference" and draft is not None:
            head = Paragraph(text="Edited: what goes has a -, what comes a +", style=MUTED)
            told = asks_again(asking.sheet) if draft.of_state else ()
            return [head, *difference(draft.before, draft.after, signs), *told], []
        if mode == "inner" and inner is not None:
            return [Paragraph(text=inner_heading(inner), style=MUTED), *table(inner.values, signs)], []
        more = outcome(action, excerpts(action.frames, self._read), signs, asking.asked.consequences)
        return question(action, signs), [*(inner_lines(inner, signs) if inner else ()), *more]

    def close_fields(self) -> None:
        """Close text field and form; the focus goes to what is asked, unless it is elsewhere on the screen."""
        had_focus = self.has_focus_within
        self.field.close()
        self.form.close()
        if had_focus:
            self.payload.focus()

    def _painted(self) -> None:
        self._gate.note_painted(self._clock.monotonic())
        self._note_seen()

    def _note_seen(self) -> None:
        if self.asking is None or not self.is_attached or not self.payload.shows_end:
            return
        if self.mode == "difference":
            self._saw_difference = True
        elif self.mode == "question":
            self.asking = self.asking.saw()
        self.paint()

    @property
    def why_not_take(self) -> str:
        """Why the edit that is shown cannot be taken yet; empty where it can."""
        return "" if self._saw_difference else UNSEEN

    def paint(self) -> None:
        """Paint everything but what is asked."""
        asking = self.asking
        if asking is None or not self.is_attached:  # called after a refresh, when the dialog may be gone
            return
        signs, count = glyphs(), len(asking.sheet.actions)
        cells = max(30, self._hint.size.width)
        where = (asking.asked.graph, asking.asked.title or asking.asked.thread)
        self._heading.update(heading(asking.action, where, (asking.current + 1, count), cells, signs))
        is_open = bool(self.field.asks_for) or self.form.form is not None
        self._rows.display = not is_open and (not asking.is_lone or bool(asking.sheet.decisions))
        decisions = asking.sheet.decisions
        self._rows.show(
            [
                ActionRow(name=name_of(action, signs), decision=decided(action, decisions.get(index)))
                for index, action in enumerate(asking.sheet.actions)
            ],
            asking.current,
        )
        text, style = self._said if self._said[0] else (still_to_do(asking.sheet, self.mode), MUTED)
        self._hint.update(Content.styled(one_line(text, cells), style))
        of_state = self.draft is not None and self.draft.of_state
        self._keys.show(hints(asking, self.mode, cells, of_state=of_state, why_not_take=self.why_not_take))

    def on_resize(self) -> None:
        """Fit the lines to the new width; what was out of sight may be seen now."""
        self.call_after_refresh(self.paint)
        self.call_after_refresh(self._note_seen)

    def say(self, text: str, style: str = MUTED, *, blink: bool = False) -> None:
        """Put a sentence into the hint line; an empty one brings back what is still to do."""
        self._said = (text, style)
        self.is_confirming = False
        if blink:
            self._hint.add_class("-dropped")
            self.set_timer(_BLINK, lambda: self._hint.remove_class("-dropped"))
        self.paint()

    @on(LongText.Scrolled)
    def _tell_out_of_sight(self, event: LongText.Scrolled) -> None:
        below = f"{event.below:,} more row{'s' if event.below > 1 else ''} below (PgDn, End)" if event.below else ""
        above = f"{event.above:,} above" if event.above else ""
        text = Content.styled("   ".join(filter(None, (below, above))), WARNING if below else MUTED)
        self._out_of_sight.update(text)
        self.call_after_refresh(self._note_seen)
