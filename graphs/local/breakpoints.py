"""The breakpoints that a project keeps for its graphs, by target."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from graphdeck.graphs.local.home import FOLDER, edit_json, read_json
from graphdeck.graphs.records import GraphShape
from graphdeck.graphs.stopping import Breakpoint, When, has_node

_FILE: Final = "breakpoints.json"


def kept_breakpoints(project: Path, target: str, shape: GraphShape | None) -> tuple[Breakpoint, ...]:
    """The breakpoints of a target, in the order they were set; where its shape is known, what it lacks is marked."""
    found = [point for data in _entries(read_json(project / FOLDER / _FILE), target) if (point := _read(data))]
    if shape is None:
        return tuple(found)
    return tuple(dataclasses.replace(point, missing=not has_node(shape, point.node)) for point in found)


def keep_breakpoint(project: Path, target: str, point: Breakpoint) -> None:
    """Keep a breakpoint, in place of one at the same side of the same node."""
    entry = {"node": point.node, "when": point.when, "condition": point.condition}
    _edit(project, target, lambda entries: [*_without(entries, point.node, point.when), entry])


def forget_breakpoint(project: Path, target: str, node: str, when: When) -> None:
    """Forget the breakpoint at one side of a node; nothing is wrong where there is none."""
    if (project / FOLDER / _FILE).exists():
        _edit(project, target, lambda entries: _without(entries, node, when))


def _edit(project: Path, target: str, change: Callable[[Sequence[Any]], list[Any]]) -> None:
    def edit(data: dict[str, Any]) -> dict[str, Any]:
        entries = change(_entries(data, target))
        return {**data, target: entries} if entries else {name: data[name] for name in data if name != target}

    edit_json(project / FOLDER / _FILE, edit)


def _entries(data: dict[str, Any], target: str) -> Sequence[Any]:
    entries = data.get(target)
    return entries if isinstance(entries, list) else []


def _without(entries: Sequence[Any], node: str, when: When) -> list[Any]:
    return [entry for entry in entries if (point := _read(entry)) is None or point.place != (node, when)]


def _read(entry: Any) -> Breakpoint | None:
    """The breakpoint that an entry says; None for what another version wrote."""
    match entry:
        case {"node": str(node), "when": "before" | "after" as when}:
            return Breakpoint(node=node, when=when, condition=str(entry.get("condition", "")))
    return None
