"""The named configs of a graph: one is taken into the form of a run, or what is in that is kept under a name."""

from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from graphdeck.graphs.engine import ConfigsEngine
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.run_configs import KeptConfigs, RunConfig, check_name, marked
from graphdeck.tui import actions
from graphdeck.tui.bridge import Failed
from graphdeck.tui.clock import Clock, age
from graphdeck.tui.config_bridge import ConfigBridge, ConfigKept, ConfigsRead
from graphdeck.tui.config_words import holds
from graphdeck.tui.run_form import RunForm
from graphdeck.tui.screens.confirm import ConfirmScreen
from graphdeck.tui.text import one_line, safe
from graphdeck.tui.theme import ERROR, MUTED, WARNING
from graphdeck.tui.widgets.config_list import ConfigList, ConfigRow
from graphdeck.tui.widgets.input_line import typeable
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints
from graphdeck.tui.widgets.one_line import OneLine

_NONE: Final = "none is kept for this graph yet: k keeps what is in the form under a name"
_HOW: Final = "Enter keeps what is in the form, Esc leaves it; under a name that is there, as its newest version"
_ABOUT: Final = "context and options of runs; they stay with the project, values that may be secret are never written"


class ConfigChoice(Frozen):
    """What came of the list."""

    config: RunConfig
    """The config."""
    label: str
    """What it is called: `large`, or `large@2` for an older version."""
    was_kept: bool
    """The form was kept as it; else it is to be filled from it."""


class ConfigsScreen(ModalScreen[ConfigChoice | None]):
    """Lists the configs of the form's graph; gives the one that was taken or kept, None for neither."""

    CSS_PATH = "configs.tcss"
    AUTO_FOCUS = "ConfigList"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("configs")]

    def __init__(self, engine: ConfigsEngine, clock: Clock, graph: str, form: RunForm) -> None:
        super().__init__()
        self._clock, self._form = clock, form
        self._bridge = ConfigBridge(engine, self, graph)
        self._kept = KeptConfigs()
        self._shows_versions = False
        self.deleted: set[str] = set()
        """Names that are no more."""

    def compose(self) -> ComposeResult:
        """Heading, list, line, hint, keys."""
        with Vertical(id="dialog"):
            yield Static(id="heading", markup=False)
            yield ConfigList()
            yield OneLine(placeholder="a name, such as: large", id="line")
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Read them."""
        title = f"Named configs of {safe(self._form.shape.title, identifier=True)}"
        self.query_one("#heading", Static).update(Content.assemble((title, "bold"), "\n", (_ABOUT, MUTED)))
        self.query_one(ConfigList).empty_text = "reads them"
        self._paint_keys()
        self._bridge.read()

    def _paint_keys(self) -> None:
        labels = {"versions": "newest only"} if self._shows_versions else {}
        shown = actions.actions_of("configs")
        hints = [KeyHint(action=each.id, key=each.shown_key, label=labels.get(each.id, each.label)) for each in shown]
        self.query_one(KeyHints).show(hints)

    # -- the list ----------------------------------------------------------------------------------------------------

    @on(ConfigsRead)
    def _read(self, message: ConfigsRead) -> None:
        configs = tuple(marked(config, self._form.shape) for config in message.kept.configs)
        self._kept = KeptConfigs(configs=configs, problems=message.kept.problems)
        rows = self.query_one(ConfigList)
        is_first = bool(rows.empty_text) and rows.empty_text != _NONE
        rows.empty_text = _NONE
        self._paint_rows()
        if is_first:
            rows.go_to(self._form.label)
        if self._kept.problems:
            self._say("; ".join(self._kept.problems), WARNING)

    @on(Failed)
    def _failed(self, message: Failed) -> None:
        self.query_one(ConfigList).empty_text = ""
        self._say(f"{message.error.message}\n{message.error.hint}", ERROR)

    def _paint_rows(self) -> None:
        newest = {config.name: config.version for config in self._kept.newest}
        shown = self._kept.configs if self._shows_versions else self._kept.newest
        self.query_one(ConfigList).show([self._row(config, newest) for config in shown])
        self._tell_current()

    def _row(self, config: RunConfig, newest: dict[str, int]) -> ConfigRow:
        is_newest = config.version == newest[config.name]
        label = config.name if is_newest else f"{config.name}@{config.version}"
        taken = self._form.config
        is_taken = taken is not None and (taken.name, taken.version) == (config.name, config.version)
        return ConfigRow(config=config, label=label, age=age(config.time, self._clock.now()), is_taken=is_taken)

    @on(ConfigList.Moved)
    def _tell_current(self) -> None:
        row = self.query_one(ConfigList).current
        if row is not None and not self.query_one(OneLine).display:
            name = one_line(row.label, 60, identifier=True)
            self._say(f"{name}, version {row.config.version}: {holds(row.config)}")

    def _say(self, text: str, style: str = MUTED) -> None:
        self.query_one("#hint", Static).update(Content.styled(safe(text, lines=True), style))

    def action_versions(self) -> None:
        """Show older versions too, or not."""
        self._shows_versions = not self._shows_versions
        self._paint_keys()
        self._paint_rows()

    # -- the one of the cursor -----------------------------------------------------------------------------------

    @on(ConfigList.Chosen)
    def action_take(self) -> None:
        """Fill the form with it."""
        row = self.query_one(ConfigList).current
        if row is not None:
            self.dismiss(ConfigChoice(config=row.config, label=row.label, was_kept=False))

    def action_remove(self) -> None:
        """Delete it with all its versions."""
        row = self.query_one(ConfigList).current
        if row is None:
            self._say("nothing to delete", WARNING)
            return
        name = row.config.name
        count = sum(config.name == name for config in self._kept.configs)
        versions = f"its {count} versions go" if count > 1 else "it goes"
        question = f"Delete the config {one_line(name, 40, identifier=True)}?"

        def answered(yes: bool | None) -> None:
            if yes:
                self.deleted.add(name)
                self._say("")
                self._bridge.forget(name)

        detail = f"{versions}; threads and runs stay as they are"
        self.app.push_screen(ConfirmScreen(self._clock, question, detail, "delete"), answered)

    # -- keeping -------------------------------------------------------------------------------------------------

    def action_keep(self) -> None:
        """Ask for the name."""
        try:
            self._form.as_config("new")
        except ValueError as error:
            self._say(f"the form cannot be kept as it is: {error}", WARNING)
            return
        line, name = self.query_one(OneLine), self._form.config.name if self._form.config else ""
        line.display, line.value = True, name if typeable(name) == name else ""
        line.cursor_position = len(line.value)
        line.focus()
        self._say(_HOW)

    @on(Input.Submitted)
    def _named(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            config = self._form.as_config(check_name(event.value))
        except (ValueError, InputError) as error:
            self._say(str(error), WARNING)
            return
        self._say("keeps it")
        self._bridge.keep(config)

    @on(ConfigKept)
    def _was_kept(self, message: ConfigKept) -> None:
        if self.is_current:  # Enter may have been pressed twice
            self.dismiss(ConfigChoice(config=message.config, label=message.config.name, was_kept=True))

    def on_key(self, event: Key) -> None:
        """Esc leaves the line first."""
        line = self.query_one(OneLine)
        if event.key == "escape" and line.has_focus:
            event.stop()
            event.prevent_default()
            line.display = False
            self.query_one(ConfigList).focus()
            self._say("")
            self._tell_current()

    def action_back(self) -> None:
        """Close."""
        self.dismiss(None)
