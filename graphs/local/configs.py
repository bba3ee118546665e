"""What a project keeps of named configs, by target and name: each with its newest versions, the newest first."""

import dataclasses
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from graphdeck.graphs.errors import ConfigNotFound, FileError
from graphdeck.graphs.local.hints import did_you_mean
from graphdeck.graphs.local.home import FOLDER, edit_json, json_object
from graphdeck.graphs.records import GraphShape
from graphdeck.graphs.run_configs import KeptConfigs, RunConfig, check_name, secretless, split_version
from graphdeck.graphs.values import to_json

MOST_VERSIONS: Final = 20
"""Versions of a config that are kept; of more, the newest."""
_FILE: Final = "configs.json"


def kept_configs(project: Path, target: str | None = None) -> KeptConfigs:
    """The configs of a target, or of all; raises FileError where their file cannot be read."""
    configs: list[RunConfig] = []
    problems: list[str] = []
    path = _path(project)
    for graph, named in sorted(_read(path).items()):
        if target not in (None, graph):
            continue
        if not isinstance(named, dict):
            problems.append(f"what {path} has for {graph} are no configs")
            continue
        for name in sorted(named, key=lambda name: (name.casefold(), name)):
            found = [_config(graph, name, entry) for entry in _versions(named, name)]
            configs += [config for config in found if config is not None]
            if None in found or not found:
                problems.append(f"{name!r} of {graph} in {path} cannot be read{' in part' if any(found) else ''}")
    return KeptConfigs(configs=tuple(configs), problems=tuple(problems))


def find_config(project: Path, target: str, asked: str) -> RunConfig:
    """The config of this name, or the version of it that `NAME@VERSION` asks for; raises ConfigNotFound."""
    kept = kept_configs(project)
    own = [config for config in kept.configs if config.graph == target]
    name, version = split_version(asked)
    for config in own:
        if config.name == asked or (config.name == name and config.version == version):
            return config
    versions = [str(config.version) for config in own if config.name == name]
    if versions:
        raise ConfigNotFound(f"config {name!r} has no version {version} any more", f"it has: {', '.join(versions)}")
    raise ConfigNotFound(f"{target} has no config {asked!r}", _near(name, target, kept))


def _near(name: str, target: str, kept: KeptConfigs) -> str:
    """A hint with the names that are like it, else with those that there are, or where else it is."""
    names = list(dict.fromkeys(config.name for config in kept.configs if config.graph == target))
    elsewhere = list(dict.fromkeys(config.graph for config in kept.configs if config.name == name))
    unread = [problem for problem in kept.problems if repr(name) in problem]
    return (
        "; ".join(unread)
        or did_you_mean(difflib.get_close_matches(name, names, n=3))
        or (f"it has: {', '.join(names)}" if names else "")
        or (f"one of that name is kept for {', '.join(elsewhere)}" if elsewhere else "")
        or "keep one in the deck: g opens the form of a run, Ctrl+G keeps it under a name"
    )


def keep_config(project: Path, target: str, config: RunConfig, shape: GraphShape) -> RunConfig:
    """Keep a config as the newest version of its name, without secrets; what is kept, which may have been there."""
    name, path = check_name(config.name), _path(project)
    config = dataclasses.replace(secretless(config, shape.context_schema), name=name, graph=target, gone=())
    kept = config

    def edit(data: dict[str, Any]) -> dict[str, Any]:
        nonlocal kept
        named = data.get(target, {})
        before = _versions(named, name) if isinstance(named, dict) and name in named else []
        if not isinstance(named, dict) or (name in named and not before):
            raise FileError(
                f"{path} has something else for {name!r} of {target}, which stays", "choose another name, or correct it"
            )
        found = [each for entry in before if (each := _config(target, name, entry)) is not None]
        if found and dataclasses.replace(config, version=found[0].version, time=found[0].time) == found[0]:
            kept = found[0]
            return data
        version = max((each.version for each in found), default=0) + 1
        kept = dataclasses.replace(config, version=version, time=datetime.now(UTC).isoformat())
        return {**data, target: {**named, name: [_entry(kept), *before][:MOST_VERSIONS]}}

    _edit(path, edit)
    return kept


def forget_config(project: Path, target: str, name: str) -> None:
    """Forget a config with all its versions; nothing is wrong where there is none."""

    def edit(data: dict[str, Any]) -> dict[str, Any]:
        named = data.get(target)
        if not isinstance(named, dict):
            return data
        left = {each: entry for each, entry in named.items() if each != name}
        return {**data, target: left} if left else {graph: data[graph] for graph in data if graph != target}

    if _path(project).exists():
        _edit(_path(project), edit)


def _path(project: Path) -> Path:
    return project / FOLDER / _FILE


def _edit(path: Path, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    try:
        edit_json(path, edit, _read)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}", "check its permissions") from None


def _read(path: Path) -> dict[str, Any]:
    """What the file holds. Unlike what can be found anew, damaged configs are told, and never written over."""
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}", "check its permissions") from None
    data = json_object(text)
    if not data and b"".join(text.split()) not in (b"", b"{}"):
        raise FileError(
            f"{path} is damaged, so that no config can be read", "correct it, or move it away: it stays as it is"
        )
    return data


def _versions(named: Mapping[str, Any], name: str) -> Sequence[Any]:
    entries = named[name]
    return entries if isinstance(entries, list) else []


def _entry(config: RunConfig) -> dict[str, Any]:
    """What the file says of a config, besides its name."""
    return {
        "version": config.version,
        "time": config.time,
        "context": config.context,
        "recursion_limit": config.recursion_limit,
        "durability": config.durability,
        "left_out": [list(path) for path in config.left_out],
    }


def _config(graph: str, name: str, entry: Any) -> RunConfig | None:
    """The config that an entry says; None for what a person or another version wrote."""
    match entry:
        case {
            "version": int(version),
            "recursion_limit": int() | None as limit,
            "durability": "sync" | "async" as durability,
        } if (limit is None or limit > 0) and not isinstance(version, bool) and not isinstance(limit, bool):
            time, paths = entry.get("time"), entry.get("left_out")
            return RunConfig(
                name=name,
                graph=graph,
                version=version,
                time=time if isinstance(time, str) else "",
                context=to_json(entry.get("context")),
                recursion_limit=limit,
                durability=durability,
                left_out=tuple(_paths(paths if isinstance(paths, list) else [])),
            )
    return None


def _paths(found: Sequence[Any]) -> Iterator[tuple[str, ...]]:
    for path in found:
        if isinstance(path, list) and all(isinstance(key, str) for key in path):
            yield tuple(path)
