"""A form: one line a field, with what each takes and what is wrong with it; nothing typed is ever lost."""

from textual import on
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static, TextArea

from graphdeck.graphs.values import Json
from graphdeck.tui.form_model import WHOLE, Form
from graphdeck.tui.text import one_line, safe, short_json, width
from graphdeck.tui.theme import ACCENT, ERROR, MUTED
from graphdeck.tui.widgets.answer_text import AnswerText
from graphdeck.tui.widgets.form_line import ANSWER, NAME_CELLS, Choice, FormLine


class FormFields(Vertical):
    """Asks for a value by its fields; closed until one is asked for."""

    DEFAULT_CSS = """
    FormFields { height: auto; display: none; }
    FormFields VerticalScroll { height: auto; max-height: 12; scrollbar-size-vertical: 1; }
    FormFields > Static { height: 1; }
    """

    class Typed(Message):
        """The form has changed."""

    class Submitted(Message):
        """Enter was pressed, and the value fits."""

        def __init__(self, control: "FormFields", value: Json) -> None:
            super().__init__()
            self.fields = control
            """The form."""
            self.value = value
            """What was typed."""

        @property
        def control(self) -> "FormFields":
            """The form."""
            return self.fields

    class Left(Message):
        """The cursor left the form by its first or last field, to the form above or below."""

        def __init__(self, control: "FormFields", step: int) -> None:
            super().__init__()
            self.fields = control
            """The form."""
            self.step = step
            """Where to: -1 upwards, 1 downwards."""

        @property
        def control(self) -> "FormFields":
            """The form."""
            return self.fields

    def __init__(self, *, id: str | None = None, part: str = "") -> None:
        super().__init__(id=id)
        self._part = part  # its name among several forms: Enter does not submit it, but goes on, as the arrows do
        self.form: Form | None = None
        """What is typed; None while it is closed."""
        self._prompt = self._verb = ""
        self._has_lines = False  # while they are being made, a new size must not paint them

    async def ask(self, form: Form, prompt: str, verb: str = "sends") -> None:
        """Ask for the value of a form; the verb says what is done with it."""
        self.form, self._prompt, self._verb, self._has_lines = form, prompt, verb, False
        self.display = True
        if not self.children:  # only now: most questions are answered by a key
            head, foot = Static(id="form-prompt", markup=False), Static(id="form-foot", markup=False)
            await self.mount(head, VerticalScroll(id="form-lines", can_focus=False), foot)
        lines = self.query_one("#form-lines", VerticalScroll)
        await lines.remove_children()
        whole = self._part or ANSWER
        names = max(width(safe(field.name or whole, identifier=True)) for field in form.fields)
        await lines.mount_all(FormLine(index, min(NAME_CELLS, names + 3), whole) for index in range(len(form.fields)))
        self._has_lines = True
        self._paint()
        wrong = form.wrong()
        self.go(min((index for index in wrong if index != WHOLE), default=0))

    def close(self) -> None:
        """Ask no more."""
        self.form = None
        self.display = False

    @property
    def current(self) -> int:
        """Place of the field that has the focus."""
        return next((line.index for line in self.query(FormLine) if line.has_focus_within), 0)

    @property
    def text(self) -> str:
        """What is typed into the field that has the focus."""
        return self.form.entries[self.current].text if self.form else ""

    @property
    def suffix(self) -> str:
        """The ending of a file that would hold what is typed."""
        return ".json" if self.form and self.form.entries[self.current].mode == "json" else ".txt"

    def put(self, text: str) -> None:
        """Take a text in place of what was typed into the field that has the focus."""
        if self.form is not None:
            self._change(self.form.put(self.current, text))

    def turn_mode(self) -> None:
        """Take what is typed into the field as something else: text, JSON, null, left out."""
        if self.form is not None:
            index = self.current
            self._change(self.form.turn_mode(index))
            self.go(index)

    def check(self) -> bool:
        """Whether the value fits; where it does not, go to the first field that is wrong."""
        wrong = self.form.wrong() if self.form else {}
        if wrong:
            self.go(min(wrong) if min(wrong) != WHOLE else self.current)
            self._mark()
        return not wrong

    def go(self, index: int) -> None:
        """Go to a field; -1 is the last one."""
        lines = list(self.query(FormLine))
        lines[index].entry.focus()

    @on(TextArea.Changed)
    def _text_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        index = _index_of(event.text_area)
        if self.form is not None and not event.text_area.read_only and event.text_area.display:
            self._change(self.form.put(index, event.text_area.text))

    @on(Choice.Turned)
    def _turned(self, event: Choice.Turned) -> None:
        event.stop()
        if self.form is not None:
            self._change(self.form.turn_choice(self.current, event.step))

    @on(AnswerText.Left)
    def _left(self, event: AnswerText.Left) -> None:
        event.stop()
        self._go_on(event.step)

    def _go_on(self, step: int) -> None:
        """Go to the field above or below: around the end, or out of a part."""
        if self.form is None:
            return
        index = self.current + step
        if self._part and not 0 <= index < len(self.form.fields):
            self.post_message(self.Left(self, step))
        else:
            self.go(index % len(self.form.fields))

    @on(AnswerText.Submitted)
    def _submit(self, event: AnswerText.Submitted) -> None:
        event.stop()
        if self._part:
            self._go_on(1)
        elif self.form is not None and self.check():
            self.post_message(self.Submitted(self, self.form.value()))

    def on_descendant_focus(self) -> None:
        """Say what is wrong with this field first."""
        self._mark()

    def on_resize(self) -> None:
        """Cut the lines to the new width."""
        self._mark()

    def _change(self, form: Form) -> None:
        if form != self.form:
            self.form = form
            self._paint()
            self.post_message(self.Typed())

    def _paint(self) -> None:
        if self.form is not None and self._has_lines:
            for line in self.query(FormLine):
                line.load(self.form)
            self._mark()

    def _mark(self) -> None:
        """Say what each field takes and what is wrong; touches no text: what was typed last may not be in the form."""
        if self.form is None or not self._has_lines:
            return
        wrong = self.form.wrong()
        for line in self.query(FormLine):
            line.mark(self.form, wrong.get(line.index, ""))
        cells = max(20, self.size.width - 1)
        self.query_one("#form-prompt", Static).update(
            Content.styled(one_line(self._prompt, cells), MUTED), layout=False
        )
        self.query_one("#form-foot", Static).update(self._foot(self.form, wrong, cells), layout=False)

    def _foot(self, form: Form, wrong: dict[int, str], cells: int) -> Content:
        if not wrong:
            return Content.styled(f"{self._verb} {short_json(form.value(), cells - len(self._verb) - 1)}", ACCENT)
        index = self.current if self.current in wrong else min(wrong, key=lambda place: (place == WHOLE, place))
        name = f"{form.fields[index].name}: " if index != WHOLE and form.fields[index].name else ""
        return Content.styled(one_line(f"{name}{wrong[index]}", cells), ERROR)


def _index_of(widget: Widget) -> int:
    line = widget.parent
    assert isinstance(line, FormLine)
    return line.index
