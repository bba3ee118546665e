"""The dialog of a run: its input, the context of the graph, and options; checked before anything starts."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from graphdeck.graphs.run_configs import marked, path_words
from graphdeck.graphs.secret_values import is_given
from graphdeck.tui import actions
from graphdeck.tui.config_words import gone_words, left_out_words
from graphdeck.tui.run_form import Part, RunForm
from graphdeck.tui.text import cut, one_line, safe, width
from graphdeck.tui.theme import ACCENT, ERROR, MUTED, WARNING, glyphs
from graphdeck.tui.widgets.form_fields import FormFields
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints
from graphdeck.tui.widgets.question_fields import edited_by_hand

if TYPE_CHECKING:
    from graphdeck.tui.screens.configs import ConfigChoice, ConfigsScreen

_PROMPTS: Final[dict[Part, str]] = {
    "input": "Input",
    "context": "Context, for this graph until graphdeck ends; Ctrl+G keeps it under a name",
    "options": "Options, for this graph until graphdeck ends; Ctrl+G keeps them too",
}


class RunFormScreen(ModalScreen[bool | None]):
    """Asks what a run is given; gives back whether to run, or only to keep context and options, or neither (None)."""

    CSS_PATH = "run_form.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("run_form")]

    def __init__(self, form: RunForm, heading: str, configs: Callable[[RunForm], "ConfigsScreen"]) -> None:
        super().__init__()
        self.form = form
        """What is typed."""
        self._heading, self._configs = heading, configs

    def compose(self) -> ComposeResult:
        """Heading, the parts one below the other, what the field is for, a hint, the keys."""
        with Vertical(id="run-form"):
            yield Static(id="heading", markup=False)
            with VerticalScroll(id="parts", can_focus=False):
                for name in self.form.parts:
                    yield FormFields(id=name, part=name)
            yield Static(id="told", markup=False)
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Open the parts."""
        self._paint_heading()
        self._paint_keys()
        self.call_next(self._open_parts)

    def _paint_heading(self) -> None:
        """What runs, and with which named config."""
        config = self.form.config_words
        told = f"  {glyphs().separator}  config {one_line(config, 48)}" if config else ""
        title = one_line(self._heading, max(20, self.size.width - 6 - width(told)))
        content = Content.assemble((title, "bold"), (told, ACCENT))
        self.query_one("#heading", Static).update(content, layout=False)

    async def _open_parts(self, first_field: str = "") -> None:
        for name, part in self.form.parts.items():
            await self._part(name).ask(part, _PROMPTS[name], "typed:")
        wrong = [name for name, part in self.form.parts.items() if part.wrong()]
        first = self._part(next(iter(wrong or self.form.parts)))
        if first.check():
            first.go(0)
        if first_field:
            names = [field.name for field in self.form.parts["context"].fields]
            self._part("context").go(names.index(first_field))

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
        self._paint_heading()
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

    def action_configs(self) -> None:
        """Take a named config, or keep this one under a name."""
        screen = self._configs(self.form)

        def closed(choice: "ConfigChoice | None") -> None:
            if self.form.config is not None and self.form.config.name in screen.deleted:
                self.form = self.form.without_config
                self._paint_heading()
            if choice is not None:
                self._take_config(choice)

        self.app.push_screen(screen, closed)

    def _take_config(self, choice: "ConfigChoice") -> None:
        config = marked(choice.config, self.form.shape)
        told: list[str] = []
        if choice.was_kept:
            self.form = self.form.kept_as(config, choice.label)
            told += [left_out_words(config)] if config.left_out else []
            words = f"kept as {choice.label}, version {config.version}"
        else:
            self.form = self.form.with_config(config, choice.label)
            asked = [path for path in config.fitting.left_out if not is_given(self.form.context, path)]
            told += [f"fill in {path_words(asked)}: maybe secret, so not kept"] if asked else []
            words = f"{choice.label} is taken"
            names = [field.name for field in self.form.parts["context"].fields] if "context" in self.form.parts else []
            first = next((path[0] for path in asked if path and path[0] in names), "")
            self._paint_keys()
            self.call_next(self._open_parts, first)
        told += [gone_words(config)] if config.gone else []
        self._paint_heading()
        self.say("; ".join([words, *told]), WARNING if told else MUTED)

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
        """Put a sentence into the hint line, which has a second one for a long sentence."""
        cells, hint, told = max(20, self.size.width - 5), self.query_one("#hint", Static), safe(text)
        hint.set_class(width(told) > cells, "-long")
        hint.update(Content.styled(cut(told, 2 * cells - 16), style), layout=False)

    def _paint_keys(self) -> None:
        labels = {"turn_form": "as fields"} if self.form.is_json else {}
        shown = [each for each in actions.actions_of("run_form") if each.id != "open_editor"]
        hints = [KeyHint(action=each.id, key=each.shown_key, label=labels.get(each.id, each.label)) for each in shown]
        self.query_one(KeyHints).show(hints)
