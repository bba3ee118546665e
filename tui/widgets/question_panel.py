"""Everything that asks a person: what is asked, what runs again, and the keys that decide."""

import dataclasses
from collections.abc import Mapping
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.message import Message

from graphdeck.graphs.questions.model import Decision
from graphdeck.graphs.records import GraphShape
from graphdeck.graphs.values import Json
from graphdeck.tui import actions
from graphdeck.tui.asked import Asked
from graphdeck.tui.asking import Asking, Draft
from graphdeck.tui.edited import changed
from graphdeck.tui.theme import ERROR, WARNING
from graphdeck.tui.widgets.action_rows import ActionRows
from graphdeck.tui.widgets.answer_field import AnswerField
from graphdeck.tui.widgets.form_fields import FormFields
from graphdeck.tui.widgets.question_fields import QuestionFields, editable


class QuestionPanel(QuestionFields):
    """Asks about everything that waits in a thread; its keys count while the focus is inside it."""

    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("approval")]

    class Told(Message):
        """The person has done with what is asked, one way or another."""

        def __init__(self, control: "QuestionPanel", asked: Asked) -> None:
            super().__init__()
            self.panel = control
            """The panel."""
            self.asked = asked
            """What was asked; its sheet has the decisions so far."""

        @property
        def control(self) -> "QuestionPanel":
            """The panel."""
            return self.panel

    class Decided(Told):
        """The person wants these answers sent."""

        def __init__(
            self, control: "QuestionPanel", asked: Asked, answers: Mapping[str, Json], by: Mapping[str, str]
        ) -> None:
            super().__init__(control, asked)
            self.answers = answers
            """By interrupt id; not of all questions where the person wants to send the decided ones only."""
            self.by = by
            """Who or what decided, by interrupt id: `key`, or the rules."""

    class StateEdited(Told):
        """The person wants other values in the state of the subgraph that asks, and then to be asked again."""

        def __init__(self, control: "QuestionPanel", asked: Asked, ns: str, values: Mapping[str, Json]) -> None:
            super().__init__(control, asked)
            self.ns = ns
            """`checkpoint_ns` of the subgraph."""
            self.values = values
            """The edited values by key."""

    class Left(Told):
        """The person leaves the thread waiting."""

    def show(self, asked: Asked) -> None:
        """Ask this from its first undecided action on, whatever was asked before; keys count once it is painted."""
        first = next(iter(asked.sheet.undecided), 0)
        asking = Asking(asked=asked, sheet=asked.sheet, current=first)
        inner = asking.inner if asked.edit is not None else None
        if inner is not None and asked.edit is not None:
            self.look(asking, "difference", Draft(editable(inner), {**editable(inner), **asked.edit}, of_state=True))
        else:
            self.look(asking)
        if asked.trouble:
            self.say(asked.trouble, ERROR)

    def learn(self, shape: GraphShape) -> None:
        """The graph is loaded by now: edits follow the schemas of its tools from here on."""
        if self.asking is not None:
            asked = dataclasses.replace(self.asking.asked, sheet=self.asking.sheet).of(shape)
            self.asking = dataclasses.replace(self.asking, asked=asked, sheet=asked.sheet)
            self.paint()

    # -- deciding ----------------------------------------------------------------------------------------------------

    def _may(self, name: str) -> Asking | None:
        """What is asked, where a key counts and does something now; says why it does not."""
        asking = self.asking
        if asking is None or self.mode != "question":
            return None
        reason = asking.why_not(name)
        if reason:
            self.say(f"{actions.action('approval', name).label}: {reason}", WARNING, blink=True)
        return asking if not reason and self.counts() else None

    def action_approve(self) -> None:
        """Approve the action that is on screen, or the edit that is shown."""
        if self.mode == "difference":
            self._take()
        elif asking := self._may("approve"):
            self._decide(asking, Decision("approve"))

    def action_grant(self) -> None:
        """Approve the action, and the same call for the rest of the thread."""
        if asking := self._may("grant"):
            self._decide(asking, Decision("approve", again="call"))

    def action_grant_tool(self) -> None:
        """Approve the action, and any call of its tool for the rest of the thread."""
        if asking := self._may("grant_tool"):
            self._decide(asking, Decision("approve", again="tool"))

    def action_reject(self) -> None:
        """Reject the action; where its shape takes a reason, ask for one first."""
        if not (asking := self._may("reject")):
            return
        if asking.action.takes_reason:
            self.ask_text("reason", asking)
        else:
            self._decide(asking, Decision("reject"))

    def action_respond(self) -> None:
        """Answer in the tool's place."""
        if asking := self._may("respond"):
            self.ask_text("respond", asking)

    def action_type_answer(self) -> None:
        """Open the field for a typed answer."""
        if asking := self._may("type_answer"):
            self.ask_text("answer", asking)

    async def action_fill_form(self) -> None:
        """Open the form of the answer; the field for any answer, where nothing is known of it."""
        if not (asking := self._may("fill_form")):
            return
        if asking.action.schema and not asking.action.is_tool:
            await self.ask_answer(asking)
        else:
            self.ask_text("answer", asking)

    async def action_edit(self) -> None:
        """Edit the arguments, or the inner state that is shown, or go on with an edit."""
        asking = self.asking
        if asking is not None and self.mode == "difference" and self.draft is not None:
            await self.edit_on(asking, self.draft)
        elif asking is not None and self.mode == "inner" and asking.inner is not None:
            await self.ask_state(asking.inner)
        elif asking := self._may("edit"):
            await self.ask_edit(asking)

    def action_take_back(self) -> None:
        """Leave the action undecided again."""
        if asking := self._may("take_back"):
            self.look(asking.take_back())

    def action_approve_all(self) -> None:
        """Approve whatever is undecided; each has been on screen to its end."""
        if asking := self._may("approve_all"):
            self.look(asking.approve_all())

    @on(AnswerField.Submitted)
    def _submit(self, event: AnswerField.Submitted) -> None:
        if self.field.asks_for and self.asking:
            self._decide(self.asking, event.decision)

    @on(FormFields.Submitted)
    def _submit_form(self, event: FormFields.Submitted) -> None:
        asking = self.asking
        if asking is None or self.form.form is None:
            return
        if self.mode == "inner form" and asking.inner is not None:
            self.look(asking, "difference", Draft(editable(asking.inner), _object(event.value), of_state=True))
        elif asking.action.is_tool:
            self.look(asking, "difference", Draft(_object(asking.action.payload), _object(event.value)))
        else:
            self._decide(asking, Decision("answer", value=event.value))

    def _take(self) -> None:
        """Take the edit that is shown."""
        asking, draft = self.asking, self.draft
        if asking is None or draft is None or not self.counts():
            return
        if self.why_not_take:
            self.say(self.why_not_take, WARNING, blink=True)
        elif not draft.of_state:
            self._decide(asking, Decision("edit", value=dict(draft.after)))
        elif asking.inner is not None:
            self._write(asking, asking.inner.ns, draft)

    def _write(self, asking: Asking, ns: str, draft: Draft) -> None:
        """Have the edited values of the inner state written."""
        values = {key: draft.after[key] for key in changed(draft.before, draft.after) if key in draft.after}
        if values:
            asked = dataclasses.replace(_asked(asking), edit=values)
            self.post_message(self.StateEdited(self, asked, ns, values))
        else:
            self.say("nothing is changed", WARNING, blink=True)

    def _decide(self, asking: Asking, decision: Decision) -> None:
        try:
            decided = asking.decide(decision)
        except ValueError as refused:
            self.say(f"not taken: {refused}", ERROR)
            return
        self.look(decided)
        if decided.is_lone:
            self._send(decided)

    # -- moving around and sending -----------------------------------------------------------------------------------

    def action_next_action(self) -> None:
        """Go to the next action."""
        self._go(1)

    def action_previous_action(self) -> None:
        """Go to the previous action."""
        self._go(-1)

    def _go(self, step: int) -> None:
        if self.asking is not None and self.mode == "question":
            self.look(self.asking.go(step))

    @on(ActionRows.Chosen)
    def _choose(self, event: ActionRows.Chosen) -> None:
        if self.asking is not None:
            self.look(self.asking.at(event.index))

    def action_show_inner(self) -> None:
        """Show the state of the subgraph that asks, or the question again."""
        if self.asking is None or self.mode not in ("question", "inner"):
            return
        if self.mode == "inner":
            self.look(self.asking)
        elif reason := self.asking.why_not("show_inner"):
            self.say(reason, WARNING, blink=True)
        else:
            self.look(self.asking, "inner")

    def action_send(self) -> None:
        """Send all decisions, once every action is decided."""
        if asking := self._may("send"):
            self._send(asking)

    def action_send_decided(self) -> None:
        """Send what is decided and leave the rest waiting; says first what runs again because of it."""
        if not (asking := self._may("send_decided")):
            return
        if self.is_confirming:
            self._send(asking)
            return
        sent, again = len(asking.sheet.partial()), ", ".join(asking.again)
        self.say(f"S again sends {sent}; then runs again from the first line, and asks: {again}", WARNING)
        self.is_confirming = True

    def _send(self, asking: Asking) -> None:
        by = asking.sheet.by("key")
        self.post_message(self.Decided(self, _asked(asking), asking.sheet.partial(), by))

    def action_leave(self) -> None:
        """Close what is open; where nothing is, leave the thread waiting. Nothing is decided by it."""
        asking = self.asking
        if asking is None:
            return
        if self.mode == "inner form" or (self.draft is not None and self.draft.of_state):
            self.look(asking, "inner")
        elif self.mode in ("difference", "inner") or self.draft is not None:
            self.look(asking)
        elif self.mode != "question" or self.is_confirming:
            self.mode = "question"
            self.close_fields()
            self.say("")
        else:
            self.post_message(self.Left(self, _asked(asking)))


def _asked(asking: Asking) -> Asked:
    """What is asked, with the decisions so far."""
    return dataclasses.replace(asking.asked, sheet=asking.sheet, trouble="", was_refused=False, edit=None)


def _object(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}
