"""The keys of a question panel, with what each does now, and why it does nothing where it is off."""

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from graphdeck.graphs.questions.model import Shape
from graphdeck.tui import actions
from graphdeck.tui.asking import UNSEEN, Asking
from graphdeck.tui.text import ellipsis
from graphdeck.tui.widgets.key_hints import KeyHint

PanelMode: TypeAlias = Literal["question", "text", "answer", "form", "difference", "inner", "inner form"]
"""What the panel does: it shows the question, has a text field or a form open, or shows an edit or an inner state."""

_ROOMY: Final = 100
"""Cells from which on every reason is told beside its key."""


def hints(
    asking: Asking, mode: PanelMode, cells: int, *, of_state: bool = False, why_not_take: str = ""
) -> list[KeyHint]:
    """The keys that matter; for an edit whether it is `of_state`, and `why_not_take` it cannot be taken yet."""
    match mode:
        case "question":
            return list(_question(asking, cells))
        case "text":
            return [_key("open_editor", "editor"), _key("leave", "back, nothing decided")]
        case "answer":
            return [
                _key("toggle_json", "text or JSON"), _key("open_editor", "editor"),
                _key("leave", "back, nothing decided"),
            ]  # fmt: skip
        case "form" | "inner form":
            return [
                _key("toggle_json", "text, JSON, null or left out"), _key("open_editor", "editor"),
                _key("leave", "back, nothing decided"),
            ]  # fmt: skip
        case "difference":
            take = "write it and be asked again" if of_state else "approve as edited"
            take += " and send" if asking.is_lone and not of_state else ""
            return [
                _key("approve", take, why_not_take), _key("edit", f"edit on{ellipsis()}"),
                _key("leave", "drop the edit"),
            ]  # fmt: skip
        case "inner":
            return [_key("edit", f"edit this state{ellipsis()}"), _key("leave", "back to the question")]


def _question(asking: Asking, cells: int) -> Iterator[KeyHint]:
    action, more = asking.action, ellipsis()
    is_plain = action.shape is Shape.PLAIN
    sends = " and send" if asking.is_lone else ""
    labels = {"approve": f"approve{sends}", "reject": f"reject{more if action.takes_reason else sends}"}
    if is_plain:
        labels = {"approve": f"yes{sends}", "reject": f"no{sends}"}
    else:
        labels |= {"edit": f"edit{more}", "respond": f"answer for the tool{more}"}
        if action.may_approve:
            labels |= {"grant": "approve, again here too", "grant_tool": "with any arguments too"}
    if "answer" in action.allowed:
        if is_plain and action.schema:
            labels["fill_form"] = f"fill in{more}"
        labels["type_answer"] = f"type {'JSON' if action.prefers_json else 'an answer'}{more}"
    if asking.current in asking.sheet.decisions:
        labels["take_back"] = "undecide"
    if asking.inner is not None:
        labels["show_inner"] = "inner state"
    if not asking.is_lone:
        count = len(asking.sheet.actions)
        labels |= {"next_action": "next", "previous_action": "previous", "approve_all": "approve all"}
        labels["send"] = "send both" if count == 2 else f"send all {count}"
        if not asking.why_not("send_decided"):
            labels["send_decided"] = f"send the decided{more}"
    elif not asking.sheet.undecided:
        labels["send"] = "send"
    for name, label in labels.items():
        why_not = asking.why_not(name)
        told = name == "approve" if why_not == UNSEEN else cells >= _ROOMY  # once is enough
        yield _key(name, f"{label} ({why_not})" if why_not and told else label, why_not)
    yield _key("leave", "leave waiting")


def _key(name: str, label: str, why_not: str = "") -> KeyHint:
    return KeyHint(action=name, key=actions.action("approval", name).shown_key, label=label, is_on=not why_not)
