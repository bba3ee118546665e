"""What a person gave for the runs of a graph besides its input: context and options, kept in this session."""

import asyncio
import dataclasses
from collections.abc import Iterable, Mapping
from typing import Final

from graphdeck.graphs.frozen import Frozen
from graphdeck.graphs.records import Durability, RunRequest
from graphdeck.graphs.stopping import KeptStop, told_to_run
from graphdeck.graphs.values import Json
from graphdeck.tui.text import short_json

_CELLS: Final = 24


class RunSetup(Frozen):
    """Context and options of a graph's runs."""

    context: Json = None
    """Values for its context schema; None where none were given."""
    recursion_limit: int | None = None
    """Steps of a run at the most; None for LangGraph's own limit."""
    durability: Durability = "sync"
    """When checkpoints are written."""
    config: str = ""
    """What the named config is called that these are of; empty where they are of none."""

    def lacks(self, schema: Json) -> tuple[str, ...]:
        """Keys that a context schema requires, and that were not given."""
        required = schema.get("required") if isinstance(schema, Mapping) else None
        given = self.context if isinstance(self.context, dict) else {}
        return tuple(str(key) for key in required if key not in given) if isinstance(required, list) else ()

    @property
    def words(self) -> str:
        """What differs from a run without any of this, as `context: tenant="north"`; raw text, without secrets."""
        told = [f"config {self.config}"] if self.config else []
        told += [f"context: {_shown(self.context)}"] if self.context else []
        told += [f"limit {self.recursion_limit}"] if self.recursion_limit is not None else []
        told += [self.durability] if self.durability != "sync" else []
        return ", ".join(told)


NO_SETUP: Final = RunSetup()
"""Nothing was given."""


def _shown(context: Json) -> str:
    if not isinstance(context, dict):
        return _shown_value("", context)
    return " ".join(f"{key}={_shown_value(key, value)}" for key, value in context.items())


def _shown_value(key: str, value: Json) -> str:
    from graphdeck.graphs.secret_values import is_secret_name  # the first paint knows no context

    if is_secret_name(key):  # nobody shall read it over a shoulder
        return "(hidden)"
    if isinstance(value, dict | list):  # what is deep in it is not known to be no secret
        return "{...}" if isinstance(value, dict) else "[...]"
    return value if isinstance(value, str) and value.isalnum() else short_json(value, _CELLS)


class RunSetups:
    """The setups by graph. They are written nowhere by themselves: a context may hold secrets."""

    def __init__(self) -> None:
        self._setups: dict[str, RunSetup] = {}
        self.changing = asyncio.Lock()
        """Held while stops are changed: a run that is started right after that has them."""

    def of(self, graph: str) -> RunSetup:
        """What was given for the runs of a graph."""
        return self._setups.get(graph, NO_SETUP)

    def keep(self, graph: str, setup: RunSetup) -> None:
        """Use this for all later runs of a graph."""
        self._setups[graph] = setup

    def applied(self, request: RunRequest, stops: Iterable[KeptStop] = ()) -> RunRequest:
        """The request with what was given for its graph, and with those of its stops that a run has to be told."""
        setup = self._setups.get(request.graph)
        given = request
        if setup is not None:
            limit = setup.recursion_limit or request.recursion_limit
            given = dataclasses.replace(
                request, context=setup.context, recursion_limit=limit, durability=setup.durability
            )
        return dataclasses.replace(given, kept=told_to_run(stops))
