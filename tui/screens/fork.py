"""The dialog of a fork: the state by its keys, what is written of it, and what runs then."""

import dataclasses
from typing import ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from graphdeck.tui import actions
from graphdeck.tui.clock import Clock
from graphdeck.tui.edited import difference
from graphdeck.tui.fork_form import ForkEdit, ForkForm, acts, shown_before
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.screens.read_first import ReadFirstScreen
from graphdeck.tui.text import one_line, safe
from graphdeck.tui.theme import ERROR, MUTED, WARNING, glyphs
from graphdeck.tui.widgets.form_fields import FormFields
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints
from graphdeck.tui.widgets.long_text import LongText
from graphdeck.tui.widgets.question_fields import edited_by_hand

_PROMPT: Final = "Enter shows what is written; Ctrl+J new line"


class ForkScreen(ReadFirstScreen[ForkEdit | None]):
    """Asks what is to be written at a checkpoint, shows it, and gives it back; None where the person went back."""

    CSS_PATH = "fork.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("fork")]

    fields = query_one("#form", FormFields)
    """What is typed."""
    _difference = query_one("#difference", LongText)

    def __init__(self, clock: Clock, fork: ForkForm, heading: str, *, trouble: str = "", runs: bool = False) -> None:
        super().__init__(clock)
        self.fork = fork
        """The fork as it is now."""
        self._heading, self._trouble, self._runs = heading, trouble, runs
        self._without_node = dataclasses.replace(fork.plan, as_node="") if not fork.plan.as_node else None
        self._edit: ForkEdit | None = None

    def compose(self) -> ComposeResult:
        """Heading, what runs, the form or the difference, how it is written, a hint, the keys."""
        with Vertical(id="fork"):
            yield Static(Content.styled(safe(self._heading), "bold"), id="heading")
            yield Static(id="plan", markup=False)
            yield FormFields(id="form")
            yield LongText(id="difference")
            yield Static(id="key", markup=False)
            yield Static(id="node", markup=False)
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Open the form."""
        self._paint()
        self.call_next(self._open_form)

    async def _open_form(self) -> None:
        await self.fields.ask(self.fork.form, _PROMPT, "typed:")
        self.say(self._trouble, ERROR)
        self._paint_key()

    # -- what is typed -------------------------------------------------------------------------------------------

    @on(FormFields.Typed)
    def _typed(self) -> None:
        assert self.fields.form is not None
        self.fork = self.fork.with_form(self.fields.form)
        self.say("")

    def on_descendant_focus(self) -> None:
        """Say how the key of the field is written."""
        self._paint_key()

    @on(FormFields.Submitted)
    def _submitted(self) -> None:
        edit = self.fork.edit()
        if not edit.values and not edit.as_node:
            self.say("nothing is changed: edit a value, or Esc goes back", WARNING)
            return
        self._edit = edit
        before = shown_before(self.fork, edit)
        told = [Paragraph(text=safe(each), style=MUTED) for each in acts(edit, self.fork.plan.keys)]
        nothing = [Paragraph(text="no value is written", style=MUTED)] if not edit.values else []
        self._difference.show([*difference(before, edit.values, glyphs()), *nothing, *told])
        self._show_difference(True)

    def _show_difference(self, differs: bool) -> None:
        self.fields.display = self.query_one("#key").display = not differs
        self._difference.display = differs
        self.say("")
        self._paint()
        if differs:
            self._difference.focus()
        else:
            self._edit = None
            self.call_after_refresh(self._focus_form)

    def _focus_form(self) -> None:
        self.fields.query("AnswerText, Choice").first().focus()

    # -- keys ----------------------------------------------------------------------------------------------------

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The keys of the form belong to the form, those of the difference to that."""
        if action == "write":
            return self._edit is not None
        return self._edit is None or action not in ("turn_write", "next_node", "toggle_json", "open_editor")

    def action_write(self) -> None:
        """Give back what is to be written."""
        if self.counts():
            self.dismiss(self._edit)

    def action_turn_write(self) -> None:
        """Give what is typed to the key's reducer, or put it in place of what is there."""
        index = self.fields.current
        turned = self.fork.turn_write(index)
        if turned is self.fork:
            self.say("this key has no reducer: a value replaces what is there", WARNING)
            return
        self.fork = turned
        self.fields.put(turned.form.entries[index].text)
        self._paint_key()

    def action_next_node(self) -> None:
        """Say that the values come from the next node."""
        if self._without_node is None or self._without_node.unreadable:
            self.say("here, what comes next is settled", WARNING)
            return
        self.fork = self.fork.with_next_node(self._without_node)
        self._paint()

    def action_toggle_json(self) -> None:
        """Take what is typed as text, JSON, null or left out."""
        self.fields.turn_mode()

    def action_open_editor(self) -> None:
        """Edit what is typed in the person's own editor."""
        edited, trouble = edited_by_hand(self.app, self.fields.text, self.fields.suffix)
        if edited is not None:
            self.fields.put(edited)
        self.say(trouble, ERROR)

    def action_back(self) -> None:
        """Back to the form, or out of it; nothing is written."""
        if self._edit is not None:
            self._show_difference(False)
        else:
            self.dismiss(None)

    # -- what is said --------------------------------------------------------------------------------------------

    def _paint(self) -> None:
        lines = [Content.styled(safe(self.fork.headline), WARNING)]
        lines += [Content.styled(f"- {safe(each)}", MUTED) for each in self.fork.plan.remarks]
        self.query_one("#plan", Static).update(Content("\n").join(lines))
        node = f"written {self.fork.node}" + ("" if self._without_node is None else "; Ctrl+N another")
        raw = "written past the graph, as it stands" if self.fork.plan.unreadable else node
        self.query_one("#node", Static).update(Content.styled(safe(raw), MUTED))
        self.query_one(KeyHints).show(self._hints())

    def _paint_key(self) -> None:
        if self.fields.form is not None:
            told = one_line(self.fork.told(self.fields.current), max(20, self.size.width - 4))
            self.query_one("#key", Static).update(Content.styled(told, MUTED))

    def _hints(self) -> list[KeyHint]:
        if self._edit is not None:
            labels = {"write": "write it and go on" if self._runs else "write it", "back": "edit on"}
        else:
            labels = {"toggle_json": "text or JSON", "open_editor": "editor", "back": "go back"}
        known = {each.id: each for each in actions.actions_of("fork")}
        return [KeyHint(action=name, key=known[name].shown_key, label=label) for name, label in labels.items()]
