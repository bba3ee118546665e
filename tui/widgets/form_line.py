"""One field of a form: its name, what is typed or chosen, and what it takes."""

from typing import ClassVar, Final

from textual.app import ComposeResult, RenderResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static, TextArea

from graphdeck.tui.form_model import MODE_NAMES, Form
from graphdeck.tui.text import clip, fit, one_line, size
from graphdeck.tui.theme import ACCENT, ERROR, MUTED, glyphs
from graphdeck.tui.widgets.answer_text import AnswerText

LARGE: Final = 20_000
"""Characters from which on a text is only edited in a person's editor: a text field would take seconds for it."""
ANSWER: Final = "answer"
"""What the only field of a form is called, where it holds the whole value."""
NAME_CELLS: Final = 22
"""Cells of a field's name at the most."""
_NOTE_CELLS: Final = 18


class Choice(Widget, can_focus=True):
    """One of some values; left and right change it."""

    DEFAULT_CSS = """
    Choice { height: 1; width: 1fr; padding: 0 1; background: $panel; }
    Choice:focus { text-style: bold; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", show=False),
        Binding("left", "turn(-1)", show=False),
        Binding("up", "leave(-1)", show=False),
        Binding("down", "leave(1)", show=False),
        Binding("enter", "submit", show=False),
    ]

    class Turned(Message):
        """Another one is wanted."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step
            """1 for the next one, -1 for the one before."""

    shown: str = ""
    """What is chosen: safe text; empty while nothing is."""

    def render(self) -> RenderResult:
        """What is chosen, between the keys that change it."""
        text = self.shown or "choose"
        return Content.assemble(("< ", ACCENT), (text, "" if self.shown else MUTED), (" >", ACCENT))

    def action_turn(self, step: int) -> None:
        """Choose the next one, or the one before."""
        self.post_message(self.Turned(step))

    def action_leave(self, step: int) -> None:
        """Go to the field above or below."""
        self.post_message(AnswerText.Left(step))

    def action_submit(self) -> None:
        """Hand the form on."""
        self.post_message(AnswerText.Submitted())

    def on_click(self) -> None:
        """Choose the next one."""
        self.action_turn(1)


class FormLine(Horizontal):
    """A field: its name, what is typed or chosen, what it takes."""

    DEFAULT_CSS = f"""
    FormLine {{ height: auto; }}
    FormLine .name {{ max-width: 40%; height: 1; }}
    FormLine AnswerText {{ width: 1fr; }}
    FormLine .note {{ width: {_NOTE_CELLS}; max-width: 30%; height: 1; padding: 0 0 0 1; }}
    """

    def __init__(self, index: int, name_cells: int = NAME_CELLS, whole: str = ANSWER) -> None:
        super().__init__()
        self.index = index
        """Place of the field in its form."""
        self._name_cells, self._whole = name_cells, whole

    def compose(self) -> ComposeResult:
        """Name, text or choice, note."""
        name = Static(classes="name", markup=False)
        name.styles.width = self._name_cells
        yield name
        yield AnswerText()
        yield Choice()
        yield Static(classes="note", markup=False)

    @property
    def entry(self) -> Widget:
        """What takes the keys."""
        text = self.query_one(AnswerText)
        return text if text.display else self.query_one(Choice)

    def load(self, form: Form) -> None:
        """Put what the form holds into the field."""
        field, (mode, text) = form.fields[self.index], form.entries[self.index]
        choice, area = self.query_one(Choice), self.query_one(AnswerText)
        chooses = mode == "choice" or (mode in ("null", "absent") and field.modes[0] == "choice")
        choice.display, area.display = chooses, not chooses
        nothing = "" if mode == "absent" and field.required else MODE_NAMES[mode]
        choice.shown = _choice_text(text) if mode == "choice" else nothing
        choice.refresh()
        if not area.display:
            pass
        elif len(text) > LARGE:
            area.read_only = True
            _load(area, f"{clip(text, 40)[0].splitlines()[0]} ({size(len(text))}: Ctrl+E opens them)")
        else:
            area.read_only = False
            area.placeholder = nothing if mode in ("null", "absent") else ""
            _load(area, "" if mode in ("null", "absent") else text)

    def mark(self, form: Form, wrong: str) -> None:
        """Say what the field is called, what it takes, and whether something is wrong."""
        field, mode = form.fields[self.index], form.entries[self.index].mode
        name = one_line(field.name or self._whole, NAME_CELLS - 3, identifier=True)
        self.query_one(".name", Static).update(
            Content.styled(f"{name}{' *' if field.required else ''}", MUTED), layout=False
        )
        note = MODE_NAMES[mode] if mode == "json" else field.kind
        shown = f"{glyphs().failed} {note}" if wrong else note
        self.query_one(".note", Static).update(
            Content.styled(fit(shown, _NOTE_CELLS), ERROR if wrong else MUTED), layout=False
        )


def _load(area: TextArea, text: str) -> None:
    if area.text != text:
        with area.prevent(TextArea.Changed):
            area.load_text(text)
            area.move_cursor(area.document.end)


def _choice_text(text: str) -> str:
    named = {"true": "yes (true)", "false": "no (false)"}
    return named.get(text) or one_line(text, 60)
