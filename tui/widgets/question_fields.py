"""The open fields of a question panel: texts, forms, and a person's own editor for either."""

import json
from collections.abc import Mapping
from typing import Any

from textual.app import App, SuspendNotSupported

from graphdeck.graphs.questions.model import Action, Decision, DecisionKind
from graphdeck.graphs.records import Snapshot
from graphdeck.graphs.values import Json
from graphdeck.tui.asking import Asking, Draft
from graphdeck.tui.editor import EditorError, edit
from graphdeck.tui.form_model import NOTHING, Form
from graphdeck.tui.form_schema import form
from graphdeck.tui.message_text import is_message
from graphdeck.tui.theme import ERROR
from graphdeck.tui.widgets.answer_field import Wanted
from graphdeck.tui.widgets.input_line import typeable
from graphdeck.tui.widgets.question_hints import PanelMode
from graphdeck.tui.widgets.question_view import QuestionView

_EDIT = "Enter shows what changes; Ctrl+J new line"
_FILL = "Enter takes it; * must be given; Ctrl+J new line"


class QuestionFields(QuestionView):
    """Opens text fields and forms, filled with what was decided before."""

    def ask_text(self, wanted: Wanted, asking: Asking) -> None:
        """Open the field for a reason, for what is said in the tool's place, or for an answer."""
        kinds: Mapping[Wanted, DecisionKind] = {"reason": "reject", "respond": "respond", "answer": "answer"}
        before = decision_of(asking, kinds[wanted])
        text, as_json = before.reason if before else "", False
        if wanted == "answer":
            text, as_json = _typed_before(asking.action, before)
        self.field.ask(wanted, text, as_json=as_json)
        self.mode = "answer" if wanted == "answer" else "text"
        self.say("")

    async def ask_answer(self, asking: Asking) -> None:
        """Open the form of the answer."""
        before = decision_of(asking, "answer")
        await self._ask_form("form", form(asking.action.schema, before.value if before else NOTHING), _FILL)

    async def ask_edit(self, asking: Asking) -> None:
        """Open the form of the tool's arguments."""
        before = decision_of(asking, "edit")
        args = before.value if before else asking.action.payload
        await self._ask_form("form", form(asking.action.args_schema, args), _EDIT)

    async def ask_state(self, inner: Snapshot) -> None:
        """Open the form of an inner state; messages and what JSON cannot carry back are left out of it."""
        await self._ask_form("inner form", form(None, editable(inner)), _EDIT)

    async def edit_on(self, asking: Asking, draft: Draft) -> None:
        """Open the form again with what was edited."""
        schema = None if draft.of_state else asking.action.args_schema
        await self._ask_form("inner form" if draft.of_state else "form", form(schema, dict(draft.after)), _EDIT)

    async def _ask_form(self, mode: PanelMode, filled: Form, prompt: str) -> None:
        self.mode = mode
        await self.form.ask(filled, prompt, "sends" if prompt == _FILL else "becomes")
        self.say("")

    def action_toggle_json(self) -> None:
        """Take what is typed as text instead of JSON, or the other way round; in a form also as null or left out."""
        if self.form.form is not None:
            self.form.turn_mode()
        else:
            self.field.toggle_json()

    def action_open_editor(self) -> None:
        """Edit what is typed in the person's own editor."""
        target = self.form if self.form.form is not None else self.field if self.field.asks_for else None
        if target is None:
            return
        edited, trouble = edited_by_hand(self.app, target.text, target.suffix)
        if edited is not None:
            target.put(edited)
        self.note_key()
        self.say(trouble, ERROR)


def edited_by_hand(app: App[Any], text: str, suffix: str) -> tuple[str | None, str]:
    """What a person's own editor left of a text, as a text field takes it; or why it left nothing."""
    try:
        with app.suspend():
            edited, trouble = _edit(text, suffix)
    except SuspendNotSupported:
        return None, "an editor cannot be opened in this terminal"
    return None if edited is None else typeable(edited), trouble


def _edit(text: str, suffix: str) -> tuple[str | None, str]:
    """What the editor left, or why it left nothing: nothing may be raised while the screen is away."""
    try:
        return edit(text, suffix), ""
    except EditorError as error:
        return None, str(error)


def decision_of(asking: Asking, kind: DecisionKind) -> Decision | None:
    """The present decision of the action, where it is of this kind."""
    decision = asking.sheet.decisions.get(asking.current)
    return decision if decision is not None and decision.kind == kind else None


def _typed_before(action: Action, decision: Decision | None) -> tuple[str, bool]:
    """The text of an earlier answer and whether it is JSON; without one, what the answer more likely is."""
    if decision is None:
        return "", action.prefers_json
    if isinstance(decision.value, str) and not action.prefers_json:
        return decision.value, False
    return json.dumps(decision.value, ensure_ascii=False), True


def editable(inner: Snapshot) -> dict[str, Json]:
    """The values of a state that can be written back as they are shown."""
    return {key: value for key, value in inner.values.items() if not _is_odd(value)}


def _is_odd(value: Json) -> bool:
    """Whether a value holds messages, or what JSON has no form for."""
    if isinstance(value, dict):
        return "$type" in value or is_message(value) or any(map(_is_odd, value.values()))
    return isinstance(value, list) and any(map(_is_odd, value))
