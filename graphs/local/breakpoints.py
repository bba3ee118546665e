"""What a project keeps to stop the runs of its graphs, by target: breakpoints, watched values, and what is off."""

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from graphdeck.graphs.local.home import FOLDER, change_json, read_json
from graphdeck.graphs.records import GraphShape
from graphdeck.graphs.stopping import Breakpoint, KeptStop, Watch, declared_stops, has_node

_FILE: Final = "breakpoints.json"


def kept_stops(project: Path, target: str, shape: GraphShape | None) -> tuple[KeptStop, ...]:
    """The stops of a target in the order they were set, then those of its own code.

    Where its shape is known, breakpoints at nodes that it lacks are marked; those of its code that are on can be told
    only then.
    """
    found = [stop for data in _entries(read_json(project / FOLDER / _FILE), target) if (stop := _read(data))]
    kept = {stop.key: stop for stop in found}
    if shape is None:
        return tuple(kept.values())
    declared = {stop.key: kept.pop(stop.key, stop) for stop in declared_stops(shape)}
    marked = (
        dataclasses.replace(stop, missing=not has_node(shape, stop.node)) if isinstance(stop, Breakpoint) else stop
        for stop in kept.values()
        if not _is_coded(stop)  # the code has it no longer
    )
    return (*marked, *declared.values())


def keep_stop(project: Path, target: str, stop: KeptStop) -> None:
    """Keep a stop in place of one with the same key; one of the graph's code is kept only while it is off."""

    def change(entries: Sequence[Any]) -> list[Any]:
        place = next((index for index, each in enumerate(entries) if _is(each, stop)), len(entries))
        new = [_entry(stop)] if stop.off or not _is_coded(stop) else []
        return [*entries[:place], *new, *entries[place + 1 :]]

    _edit(project, target, change)


def forget_stop(project: Path, target: str, stop: KeptStop) -> None:
    """Forget a stop; nothing is wrong where there is none."""
    if (project / FOLDER / _FILE).exists():
        _edit(project, target, lambda entries: [entry for entry in entries if not _is(entry, stop)])


def _edit(project: Path, target: str, change: Callable[[Sequence[Any]], list[Any]]) -> None:
    def edit(data: dict[str, Any]) -> dict[str, Any]:
        entries = change(_entries(data, target))
        return {**data, target: entries} if entries else {name: data[name] for name in data if name != target}

    change_json(project / FOLDER / _FILE, edit)


def _entries(data: dict[str, Any], target: str) -> Sequence[Any]:
    entries = data.get(target)
    return entries if isinstance(entries, list) else []


def _is(entry: Any, stop: KeptStop) -> bool:
    found = _read(entry)
    return found is not None and found.key == stop.key


def _is_coded(stop: KeptStop) -> bool:
    return isinstance(stop, Breakpoint) and stop.declared


def _entry(stop: KeptStop) -> dict[str, Any]:
    """What the file says of a stop: versions that know only breakpoints pass over all others."""
    off = {"off": True} if stop.off else {}
    match stop:
        case Watch():
            return {"watch": stop.path, **off}
        case Breakpoint(declared=True):
            return {"cleared": stop.node, "when": stop.when}
        case Breakpoint():
            return {"node": stop.node, "when": stop.when, "condition": stop.condition, **off}


def _read(entry: Any) -> KeptStop | None:
    """The stop that an entry says; None for what another version wrote."""
    match entry:
        case {"node": str(node), "when": "before" | "after" as when}:
            condition, off = str(entry.get("condition", "")), entry.get("off") is True
            return Breakpoint(node=node, when=when, condition=condition, off=off)
        case {"cleared": str(node), "when": "before" | "after" as when}:
            return Breakpoint(node=node, when=when, declared=True, off=True)
        case {"watch": str(path)}:
            return Watch(path=path, off=entry.get("off") is True)
    return None
