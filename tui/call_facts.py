"""What is known of an action beyond what it says: what in it is not what it seems, and what it would do. Pure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from graphdeck.graphs.questions.model import Action
from graphdeck.graphs.values import Json
from graphdeck.tools.deception import Finding, findings, name_findings
from graphdeck.tools.previews import Effect, Preview, effect, preview

_SHOWN: Final = frozenset({"writes a file", "runs a command", "runs code", "deletes"})
"""Effects whose preview says more than the arguments, which are shown anyway."""


def warnings(action: Action) -> tuple[Finding, ...]:
    """What in an action's name, payload and details is not what it seems."""
    return (*name_findings(action.name, path="name"), *findings(action.payload), *findings(dict(action.details)))


def effect_of(action: Action) -> Effect:
    """What the call that an action asks for does, told from its name; empty where nothing is known."""
    return effect(action.name) if _call(action) is not None else ""


def preview_of(action: Action, folder: Path) -> Preview | None:
    """What the call would do, where that says more than its arguments; relative paths start at `folder`."""
    arguments = _call(action)
    if arguments is None or effect(action.name) not in _SHOWN:
        return None
    return preview(action.name, arguments, root=folder)


def _call(action: Action) -> Mapping[str, Json] | None:
    """The arguments of the call that an action asks for; None where it asks for none.

    A plain question that is written as LangGraph's guides do, `{"action": NAME, "args": {...}}`, is one, too.
    """
    payload = action.payload
    if not isinstance(payload, dict):
        return None
    if action.is_tool:
        return payload
    arguments = payload.get("args")
    return arguments if payload.get("action") == action.name and isinstance(arguments, dict) else None
