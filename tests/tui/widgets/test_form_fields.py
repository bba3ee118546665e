"""A form on a screen of its own."""

from textual.app import App, ComposeResult
from textual.events import Resize
from textual.geometry import Size

from graphdeck.graphs.values import Json
from graphdeck.tui.form_schema import form
from graphdeck.tui.widgets.answer_text import AnswerText
from graphdeck.tui.widgets.form_fields import FormFields

SCHEMA: Json = {"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number"}}}


class FormApp(App[None]):
    """One form."""

    def compose(self) -> ComposeResult:
        yield FormFields()


async def test_what_is_typed_outlives_whatever_paints_the_form_before_it_has_heard_of_it() -> None:
    app = FormApp()
    async with app.run_test() as pilot:
        fields = app.query_one(FormFields)
        await fields.ask(form(SCHEMA, {"amount": "abc"}), "What?")
        await pilot.pause()
        area = fields.query_one(AnswerText)
        area.clear()
        area.insert("250")
        fields.post_message(Resize(Size(60, 5), Size(60, 5)))  # comes before what the text field tells
        await pilot.pause()
        assert area.text == "250"
        assert fields.form is not None
        assert fields.form.value() == {"amount": 250}
