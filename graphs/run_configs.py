"""Named configs: what runs of a graph are given besides their input, kept under a name. Frozen records."""

import dataclasses
import re
from collections.abc import Iterable, Mapping
from typing import Final

from graphdeck.graphs.errors import InputError
from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import Durability, GraphShape, RunRequest
from graphdeck.graphs.schema import follow
from graphdeck.graphs.secret_values import ValuePath, value_at, without_secrets
from graphdeck.graphs.values import Json, json_line

LONGEST_NAME: Final = 60
"""Characters of a name at the most."""
_VERSION: Final = re.compile(r"(.+)@([0-9]{1,9})", re.DOTALL)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


class RunConfig(Frozen):
    """Context and options of runs, as they are kept under a name."""

    name: str
    """What a person calls it."""
    context: Json = None
    """Values for the graph's context schema, without those that may be secrets; None where none were given."""
    recursion_limit: int | None = None
    """Steps of a run at the most; None for LangGraph's own limit."""
    durability: Durability = "sync"
    """When checkpoints are written."""
    left_out: tuple[ValuePath, ...] = ()
    """Where the context had what may be a secret, which is never written; the empty path for all of it."""
    graph: str = ""
    """Target, as it is called from its project's root."""
    version: int = 0
    """Counts how often something was kept under this name; 0 for what is not kept yet."""
    time: str = ""
    """When it was kept; ISO 8601, UTC."""
    gone: tuple[str, ...] = ()
    """Keys of the context, left out or not, that the graph's schema has no longer, where that is known."""

    @property
    def fitting(self) -> "RunConfig":
        """The same without the keys that the graph's schema has no longer."""
        if not self.gone:
            return self
        context = self.context
        if isinstance(context, dict):
            context = {key: value for key, value in context.items() if key not in self.gone} or None
        left_out = tuple(path for path in self.left_out if path[:1] and path[0] not in self.gone)
        return dataclasses.replace(self, context=context, left_out=left_out)


class KeptConfigs(Frozen):
    """The configs that a project keeps."""

    configs: tuple[RunConfig, ...] = ()
    """By graph and name, of each name the newest version first."""
    problems: tuple[str, ...] = ()
    """What is kept and cannot be read, each in a sentence; it stays in its file as it is."""

    @property
    def newest(self) -> tuple[RunConfig, ...]:
        """The newest version of each."""
        return tuple({(config.graph, config.name): config for config in reversed(self.configs)}.values())[::-1]


def check_name(name: str) -> str:
    """A name as it is kept; raises InputError where it is none."""
    name = name.strip()
    if not name:
        raise InputError("a config needs a name", "such as: large")
    if len(name) > LONGEST_NAME or _CONTROL.search(name):
        raise InputError(
            f"the name of a config is one line of at most {LONGEST_NAME} characters", "choose a shorter one"
        )
    if split_version(name)[1]:
        raise InputError(f"{name!r} would name a version: no name ends in @ and a number", "choose another one")
    return name


def split_version(name: str) -> tuple[str, int]:
    """The name and the version that `large@2` asks for; 0 for the newest."""
    found = _VERSION.fullmatch(name)
    return (found[1], int(found[2])) if found else (name, 0)


def secretless(config: RunConfig, schema: Json) -> RunConfig:
    """The config without what may be a secret in its context; what was left out before stays told."""
    context, left_out = without_secrets(config.context, schema)
    return dataclasses.replace(config, context=context, left_out=tuple(dict.fromkeys((*config.left_out, *left_out))))


def marked(config: RunConfig, shape: GraphShape | None) -> RunConfig:
    """The config with the keys that the graph's schema has no longer; as it is where no shape is known."""
    if shape is None:
        return config
    known = _properties(shape.context_schema)
    given = config.context if isinstance(config.context, dict) else {}
    keys = dict.fromkeys((*given, *(path[0] for path in config.left_out if path)))
    gone = () if known is None else tuple(key for key in keys if key not in known)
    return dataclasses.replace(config, gone=gone)


def _properties(schema: Json) -> Mapping[str, object] | None:
    """The keys that a context may have; None where it may have any."""
    if schema is None:
        return {}
    root = follow(schema, schema) if isinstance(schema, Mapping) else {}
    found = root.get("properties")
    return found if isinstance(found, Mapping) else None


def filled(request: RunRequest, config: RunConfig) -> RunRequest:
    """The request with what the config has and the request leaves open; of two contexts, the request's keys win.

    Raises InputError where neither has what may be a secret, and so was not kept.
    """
    config = config.fitting
    context = config.context
    if isinstance(context, dict) and isinstance(request.context, dict):
        context = {**context, **request.context}
    elif request.context is not None:
        context = request.context
    lacks = [path for path in config.left_out if value_at(context, path) is None]
    if lacks:
        keys = ", ".join(
            f"{json_line(key)}: ..." for key in dict.fromkeys(path[0] if path else "KEY" for path in lacks)
        )
        raise InputError(
            f"config {config.name!r} was kept without {path_words(lacks)}, which may be secret",
            f"give it beside the config: --context '{{{keys}}}', or @FILE",
        )
    return dataclasses.replace(
        request,
        context=context,
        recursion_limit=request.recursion_limit or config.recursion_limit,
        durability=request.durability or config.durability,
    )


def path_words(paths: Iterable[ValuePath]) -> str:
    """Paths into a context, as people write them; raw text."""
    return ", ".join(".".join(path) if path else "the whole context" for path in paths)
