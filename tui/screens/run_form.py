"""The dialog of a run: its input, the context of the graph, and options; checked before anything starts."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graphdeck.tui import actions
from graphdeck.tui.run_form import Part, RunForm
from graphdeck.tui.text import one_line, safe
from graphdeck.tui.theme import ERROR, MUTED
from graphdeck.tui.widgets.form_fields import FormFields
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints
from graphdeck.tui.widgets.question_fields import edited_by_hand

_PROMPTS: Final[dict[Part, str]] = {
    "input": "Input",
    "context": "Context, kept for this graph until graphdeck ends, never written",
    "options": "Options, kept for this graph until graphdeck ends",
}


class RunFormScreen(ModalScreen[bool | None]):
    """Asks what a run is given; gives back whether to run, or only to keep context and options, or neither (None)."""

    CSS_PATH = "run_form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("run_form")]

    def __init__(self, form: RunForm, heading: str) -> None:
        super().__init__()
        self.form = form
        """What is typed."""
        self._heading = heading

    def compose(self) -> ComposeResult:
        """Heading, the parts one below the other, what the field is for, a hint, the keys."""
        with Vertical(id="run-form"):
            yield Static(Content.styled(safe(self._heading), "bold"), id="heading")
            with VerticalScroll(id="parts", can_focus=False):
                for name in self.form.parts:
                    yield FormFields(id=name, part=name)
            yield Static(id="told", markup=False)
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Open the parts."""
        self._paint_keys()
        self.call_next(self._open_parts)

    async def _open_parts(self) -> None:
        for name, part in self.form.parts.items():
            await self._part(name).ask(part, _PROMPTS[name], "typed:")
        wrong = [name for name, part in self.form.parts.items() if part.wrong()]
        first = self._part(next(iter(wrong or self.form.parts)))
        if first.check():
            first.go(0)

    def _part(self, name: Part) -> FormFields:
        return self.query_one(f"#{name}", FormFields)

    @property
    def _current(self) -> FormFields | None:
        """The part that has the focus."""
        return next((part for part in self.query(FormFields) if part.has_focus_within), None)

    # -- what is typed -------------------------------------------------------------------------------------------

    @on(FormFields.Typed)
    def _typed(self) -> None:
        typed = {name: self._part(name).form for name in self.form.parts}
        self.form = self.form.with_parts({name: part for name, part in typed.items() if part is not None})
        self.say("")

    @on(FormFields.Left)
    def _left(self, event: FormFields.Left) -> None:
        """Go on in the part above or below, from the last one to the first."""
        parts = list(self.query(FormFields))
        following = parts[(parts.index(event.fields) + event.step) % len(parts)]
        following.go(0 if event.step > 0 else -1)

    def on_descendant_focus(self) -> None:
        """Say what the field is for."""
        part = self._current
        if part is not None and part.form is not None:
            field = part.form.fields[part.current]
            told = one_line(field.help or field.kind, max(20, self.size.width - 4))
            self.query_one("#told", Static).update(Content.styled(told, MUTED), layout=False)

    # -- keys ----------------------------------------------------------------------------------------------------

    def action_run(self) -> None:
        """Run it, if all of it fits."""
        if all(self._part(name).check() for name in self.form.parts):
            self.dismiss(True)
        else:
            self.say("nothing has run: this is wrong", ERROR)

    def action_keep(self) -> None:
        """Keep context and options for later runs, if they fit."""
        if all(self._part(name).check() for name in self.form.without_input.parts):
            self.dismiss(False)
        else:
            self.say("nothing is kept: this is wrong", ERROR)

    def action_turn_form(self) -> None:
        """Show it as JSON, or as fields again."""
        try:
            self.form = self.form.turned()
        except ValueError as error:
            self.say(str(error), ERROR)
        else:
            self._paint_keys()
            self.say("")
            self.call_next(self._open_parts)

    def action_toggle_json(self) -> None:
        """Take what is typed as text, JSON, null or left out."""
        if self._current is not None:
            self._current.turn_mode()

    def action_open_editor(self) -> None:
        """Edit what is typed in the person's own editor."""
        part = self._current
        if part is not None:
            edited, trouble = edited_by_hand(self.app, part.text, part.suffix)
            if edited is not None:
                part.put(edited)
            self.say(trouble, ERROR)

    def action_back(self) -> None:
        """Leave; what was typed comes back with the form."""
        self.dismiss(None)

    # -- what is said --------------------------------------------------------------------------------------------

    def say(self, text: str, style: str = MUTED) -> None:
        """Put a sentence into the hint line."""
        self.query_one("#hint", Static).update(Content.styled(safe(text), style), layout=False)

    def _paint_keys(self) -> None:
        labels = {"turn_form": "as fields"} if self.form.is_json else {}
        shown = [each for each in actions.actions_of("run_form") if each.id != "open_editor"]
        hints = [KeyHint(action=each.id, key=each.shown_key, label=labels.get(each.id, each.label)) for each in shown]
        self.query_one(KeyHints).show(hints)
