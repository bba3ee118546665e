"""The rules in force, in one screen: whose they are and in which order, what is wrong, grants, and trust."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Key, MouseDown
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from graphdeck.tools.policy import Kept, Policy, RuleFile
from graphdeck.tui import actions
from graphdeck.tui.approval_gate import ApprovalGate
from graphdeck.tui.clock import Clock
from graphdeck.tui.paragraphs import Paragraph
from graphdeck.tui.rules import Rules
from graphdeck.tui.screens.policy_rows import (
    ORDER,
    PolicyRow,
    allowing,
    policy_rows,
    project_of,
    rule_text,
    why_not_trust,
)
from graphdeck.tui.text import one_line, safe
from graphdeck.tui.theme import MUTED, WARNING
from graphdeck.tui.widgets.key_hints import KeyHint, KeyHints
from graphdeck.tui.widgets.long_text import LongText
from graphdeck.tui.widgets.rows import Rows


class PolicyList(Rows):
    """Rules and grants under the headings of their origin."""

    class Moved(Message):
        """The cursor came to a row."""

        def __init__(self, control: "PolicyList", row: PolicyRow) -> None:
            super().__init__()
            self.policy_list = control
            """The widget."""
            self.row = row
            """The row."""

        @property
        def control(self) -> "PolicyList":
            """The widget."""
            return self.policy_list

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[PolicyRow] = ()

    def show(self, rows: Sequence[PolicyRow]) -> None:
        """Show these rows."""
        self._rows = rows
        self.rows_changed()
        index = self.cursor if self.can_stand(self.cursor) else 0
        while index < len(rows) and not self.can_stand(index):
            index += 1
        self.move_to(index)
        self.cursor_moved(index)

    @property
    def current(self) -> PolicyRow | None:
        """The row of the cursor."""
        return self._rows[self.cursor] if self.can_stand(self.cursor) else None

    def row_count(self) -> int:
        """Number of rows."""
        return len(self._rows)

    def can_stand(self, index: int) -> bool:
        """The cursor does not stand on gaps."""
        return 0 <= index < len(self._rows) and not self._rows[index].is_gap

    def row(self, index: int, width: int) -> Content:
        """One row, cut: the row of the cursor is whole below."""
        row = self._rows[index]
        return Content.styled(one_line(row.text, width), row.style)

    def cursor_moved(self, index: int) -> None:
        """Say so."""
        if self.can_stand(index):
            self.post_message(self.Moved(self, self._rows[index]))


class PolicyScreen(ModalScreen[Policy | None]):
    """Shows what holds for a graph's calls; gives the policy as it was read last."""

    CSS_PATH = "policy.tcss"
    AUTO_FOCUS = "PolicyList"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("policy")]

    def __init__(self, rules: Rules, graph: str, clock: Clock) -> None:
        super().__init__()
        self._rules, self._graph, self._clock = rules, graph, clock
        self._policy: Policy | None = None

    def compose(self) -> ComposeResult:
        """Heading, rows, the row of the cursor whole, what just happened, keys."""
        with Vertical(id="dialog"):
            yield Static(id="heading", markup=False)
            yield PolicyList()
            yield LongText(id="whole")
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    async def on_mount(self) -> None:
        """Read the rules."""
        self._say(ORDER)
        await self.action_reload()

    async def action_reload(self) -> None:
        """Read the files again."""
        self._policy = await self._rules.policy(self._graph)
        self._paint(self._policy)

    def _paint(self, policy: Policy) -> None:
        self.query_one("#heading", Static).update(Content.assemble(("Rules", "bold"), f"   {policy.mode}"))
        self.query_one(PolicyList).show(policy_rows(policy))
        self._paint_keys()

    def _paint_keys(self) -> None:
        if self._policy is None:
            return
        project, row = project_of(self._policy), self.query_one(PolicyList).current
        trusted = project is not None and project.may_allow
        labels = {
            "trust": ("trust no longer" if trusted else "trust the project's file", not why_not_trust(self._policy)),
            "revoke": ("revoke this grant", row is not None and row.grant is not None),
            "reload": ("read again", True),
            "back": ("back", True),
        }
        self.query_one(KeyHints).show(
            [
                KeyHint(action=each.id, key=each.shown_key, label=labels[each.id][0], is_on=labels[each.id][1])
                for each in actions.actions_of("policy")
            ]
        )

    def _say(self, text: str, style: str = MUTED) -> None:
        self.query_one("#hint", Static).update(Content.styled(safe(text), style))

    @on(PolicyList.Moved)
    def _show_whole(self, event: PolicyList.Moved) -> None:
        self.query_one("#whole", LongText).show([Paragraph(text=safe(event.row.text.strip()))])
        self._paint_keys()

    async def action_trust(self) -> None:
        """Trust the project's file with its present content, after showing what it allows; or trust it no longer."""
        policy = self._policy
        if policy is None or (why_not := why_not_trust(policy)):
            self._say(why_not if policy else "", WARNING)
            return
        project = project_of(policy)
        assert project is not None  # else there was a reason not to
        if project.may_allow:
            await self._keep(lambda: Kept().distrust(project.path), "not trusted any more: what it allows asks")
            return

        async def confirmed(yes: bool | None) -> None:
            if yes:  # exactly the content that was shown: an edit meanwhile has another digest
                await self._keep(lambda: Kept().trust(project.path, project.digest), "trusted until it is changed")

        self.app.push_screen(TrustScreen(project, self._clock), confirmed)

    async def action_revoke(self) -> None:
        """Ask again for the call that the row of the cursor grants."""
        row = self.query_one(PolicyList).current
        if row is None or row.grant is None:
            self._say("no grant is selected", WARNING)
            return
        grant = row.grant
        await self._keep(lambda: Kept().revoke(grant), f"revoked: {grant.tool} asks again")

    async def _keep(self, change: Callable[[], None], said: str) -> None:
        try:
            change()
        except OSError as error:
            self._say(f"it could not be kept: {error}", WARNING)
            return
        self._say(said)
        await self.action_reload()

    def action_back(self) -> None:
        """Close."""
        self.dismiss(self._policy)


class TrustScreen(ModalScreen[bool]):
    """Shows all that a project's file would allow; says yes only by a key pressed after it was read to its end."""

    CSS_PATH = "policy.tcss"
    AUTO_FOCUS = "#allowed"
    BINDINGS: ClassVar[list[BindingType]] = [*actions.bindings_for("confirm")]

    def __init__(self, file: RuleFile, clock: Clock) -> None:
        super().__init__()
        self._file, self._clock = file, clock
        self._gate = ApprovalGate()
        self._counts = self._seen = False

    def compose(self) -> ComposeResult:
        """The question, what is allowed, the keys."""
        with Vertical(id="dialog"):
            yield Static(Content.styled("Let these calls of this project run without asking?", "bold"), id="heading")
            yield LongText(id="allowed")
            yield Static(id="hint", markup=False)
            yield KeyHints(id="keys")

    def on_mount(self) -> None:
        """Show it."""
        rules = [Paragraph(head=f"{rule.line:>5}  ", head_style=MUTED, text=safe(rule_text(rule)))
                 for rule in allowing(self._file)]  # fmt: skip
        path = Paragraph(text=safe(str(self._file.path), identifier=True), style=MUTED)
        self.query_one(LongText).show([path, *rules])
        self._say("Its refusals hold anyway. A change of the file asks again.", MUTED)
        labels = {"yes": "trust it as it is now", "back": "no, go back"}
        self.query_one(KeyHints).show(
            [KeyHint(action=each.id, key=each.shown_key, label=labels[each.id])
             for each in actions.actions_of("confirm")]
        )  # fmt: skip
        self.call_after_refresh(lambda: self._gate.note_painted(self._clock.monotonic()))

    def _say(self, text: str, style: str) -> None:
        self.query_one("#hint", Static).update(Content.styled(text, style))

    def on_key(self, _: Key) -> None:
        """Note every key, before it does anything."""
        now = self._clock.monotonic()
        self._counts = self._gate.may_decide(now)
        self._gate.note_key(now)

    def on_mouse_down(self, _: MouseDown) -> None:
        """A click decides as a key does."""
        self._counts = self._gate.may_decide(self._clock.monotonic())

    @on(LongText.Scrolled)
    def _note_end(self, event: LongText.Scrolled) -> None:
        self._seen = self._seen or not event.below

    def action_yes(self) -> None:
        """Trust it."""
        if not self._seen:
            self._say("scroll to the end first (PgDn, End)", WARNING)
        elif not self._counts:
            self._say("too soon after another key: press it again", WARNING)
        else:
            self.dismiss(True)

    def action_back(self) -> None:
        """Do nothing."""
        self.dismiss(False)
