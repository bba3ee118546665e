"""Loading a target: its module is imported, and the graph in it made ready to run."""

import inspect
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, TypeAlias

from langchain_core.runnables import Runnable, RunnableParallel, RunnableSequence
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel
from langgraph.pregel.protocol import PregelProtocol

from graphdeck.graphs.errors import TargetError, TargetLoadError
from graphdeck.graphs.local.config import read_config
from graphdeck.graphs.local.hints import listing
from graphdeck.graphs.local.targets import Target, entry_target, graphs_of
from graphdeck.graphs.records import GraphKind
from graphdeck.graphs.worker.chain import PROMPT_VALUES, ChainBuilder
from graphdeck.graphs.worker.environment import load_config_env
from graphdeck.graphs.worker.factories import made
from graphdeck.graphs.worker.importing import import_target, own_modules
from graphdeck.graphs.worker.own_types import allowed_types

AnyGraph: TypeAlias = Pregel[Any, Any, Any, Any]
AnyBuilder: TypeAlias = StateGraph[Any, Any, Any, Any]
SaverKind: TypeAlias = Literal["none", "memory", "file", "refused", "closed", "other"]

PREVIOUS = "__previous__"
"""Channel that only graphs of the functional API have."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """A graph that is ready to run, and what was learned while it was loaded."""

    graph: AnyGraph
    """The graph, with the saver that it came with."""
    builder: AnyBuilder | None
    """What it was compiled from; None for the functional API."""
    kind: GraphKind
    """Which API it was made with."""
    name: str
    """The variable that holds it."""
    module: str
    """Dotted name of its module."""
    own_modules: tuple[str, ...]
    """Names of all imported modules that are the target's own."""
    allowed_types: tuple[tuple[str, str], ...]
    """Types that its checkpoints may build: (module, name), for `JsonPlusSerializer(allowed_msgpack_modules=...)`."""
    description: str
    """First line of the module's docstring, or the `description` of `langgraph.json`."""
    note: str = ""
    """What it had to be loaded without, in one sentence; usually empty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SaverInfo:
    """The checkpointer that a graph came with."""

    kind: SaverKind
    """`refused` is `checkpointer=False`; `closed` and `other` cannot be used by graphdeck."""
    path: Path | None = None
    """Its file, for the kind `file`."""
    serde: SerializerProtocol | None = None
    """Its serializer, where that is not LangGraph's usual one: what takes the saver's place needs the same."""
    reason: str = ""
    """Why it cannot be used; empty where it can."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a target names: a graph, or what makes one."""

    value: object
    """The graph, what it is compiled from, or the function that makes it."""
    name: str
    """The variable that holds it."""
    module: ModuleType
    """Its module, imported."""
    target: Target
    """The target; that of the entry, where `langgraph.json` names it."""
    description: str
    """The `description` of `langgraph.json`."""
    note: str
    """What it had to be loaded without, in one sentence; usually empty."""

    @property
    def what(self) -> str:
        """It in messages."""
        return f"{_place(self.module)}:{self.name}"


def find(target: Target) -> Found:
    """Import a target. Once per process: modules and variables stay as it sets them.

    Raises TargetError where it names nothing, TargetLoadError where the user's code fails.
    """
    if target.kind in ("checkpoint_file", "folder"):
        found = "" if target.kind == "checkpoint_file" else listing(graphs_of(target))
        raise TargetError(f"{target.path} names no single graph", found or "name one: FILE.py:NAME")
    description = _described(target)
    note = load_config_env(target)
    target = entry_target(target)
    module = import_target(target)
    name, value = _pick(module, target)
    return Found(value=value, name=name, module=module, target=target, description=description, note=note)


@asynccontextmanager
async def ready(found: Found) -> AsyncIterator[Loaded]:
    """What was found, ready to run; a factory is called, and what it opened is closed afterwards.

    Raises TargetError where it is not a graph, TargetLoadError where the user's code fails.
    """
    async with made(found.value, found.what) as value:
        yield loaded(found, value)


def loaded(found: Found, value: object) -> Loaded:
    """A value that was found, or that a factory made, ready to run; raises TargetError where it is not a graph."""
    name, module = found.name, found.module
    builder = _builder(value, name if value is found.value else f"{name}()", module)
    graph = value if isinstance(value, Pregel) else _compile(builder, name, module)
    kind = _graph_kind(graph, builder)
    own = own_modules(found.target, module)
    types = allowed_types(own)
    return Loaded(
        graph=graph,
        builder=builder,
        kind=kind,
        name=name,
        module=module.__name__,
        own_modules=own,
        allowed_types=(*types, *PROMPT_VALUES) if kind == "runnable" else types,
        description=found.description or _first_line(module.__doc__),
        note=found.note,
    )


def own_file(graph: AnyGraph) -> SaverInfo:
    """Where a graph's own checkpointer saves; to be asked in the thread that loaded it, as SQLite demands."""
    saver = graph.checkpointer
    if saver is False:
        return SaverInfo(kind="refused")
    if not isinstance(saver, BaseCheckpointSaver):
        return SaverInfo(kind="none")
    serde = _special_serde(saver)
    if isinstance(saver, InMemorySaver):
        return SaverInfo(kind="memory", serde=serde)
    if not isinstance(saver, SqliteSaver):
        return SaverInfo(kind="other", serde=serde, reason=f"it is a {type(saver).__name__}")
    try:
        rows = saver.conn.execute("PRAGMA database_list").fetchall()
    except sqlite3.Error as error:
        return SaverInfo(kind="closed", serde=serde, reason=f"its SQLite connection cannot be used ({error})")
    file = next((file for _, schema, file in rows if schema == "main"), "")
    return SaverInfo(kind="file", path=Path(file), serde=serde) if file else SaverInfo(kind="memory", serde=serde)


def _special_serde(saver: BaseCheckpointSaver[Any]) -> SerializerProtocol | None:
    """The saver's serializer where it does more, or allows less, than the one that graphdeck would use."""
    serde = saver.serde
    if type(serde) is not JsonPlusSerializer:
        return serde
    settings = vars(serde)  # private, but there is no other way to tell a serializer that somebody has set up
    is_usual = (
        not settings.get("pickle_fallback")
        and not settings.get("_custom_unpack_ext_hook")
        and not isinstance(settings.get("_allowed_msgpack_modules"), set)
        and not settings.get("_allowed_json_modules")
    )
    return None if is_usual else serde


# -- which value of the module ---------------------------------------------------------------------------------------


def _pick(module: ModuleType, target: Target) -> tuple[str, object]:
    """The value that a target names, or the module's only graph."""
    found = _graphs_in(module)
    if target.name:
        if not hasattr(module, target.name):
            raise TargetError(f"{_place(module)} has no {target.name!r}", _listing(found))
        return target.name, getattr(module, target.name)
    if not found:
        hint = "it needs a graph at module level, or a function that makes one, named as FILE.py:FUNCTION"
        raise TargetError(f"{_place(module)} has no graph", hint)
    if len(found) > 1:
        one = target.module or target.path.name
        hint = f"name one, such as {one}:{[*found][-1]}"
        raise TargetError(f"{_place(module)} has several graphs: {', '.join(found)}", hint)
    return next(iter(found.items()))


def _graphs_in(module: ModuleType) -> Mapping[str, object]:
    """The module's graphs by name: compiled ones; where there are none, builders; where there are none, chains."""
    values = {name: value for name, value in vars(module).items() if not name.startswith("_")}
    for kinds in (Pregel, StateGraph, (RunnableSequence, RunnableParallel)):
        found: dict[int, tuple[str, object]] = {}
        for name, value in values.items():
            if issubclass(type(value), kinds):  # `isinstance` asks a proxy what it stands for, which may fail
                found.setdefault(id(value), (name, value))
        if found:
            return dict(found.values())
    return {}


def _builder(value: object, name: str, module: ModuleType) -> AnyBuilder | None:
    """What a value is compiled from; None for graphs that have no builder; TargetError where it is no graph."""
    if isinstance(value, CompiledStateGraph):
        return value.builder
    if isinstance(value, Pregel):
        return None
    if isinstance(value, StateGraph):
        return value
    if isinstance(value, Runnable) and not isinstance(value, PregelProtocol):
        return ChainBuilder(value)
    found = _listing(_graphs_in(module))
    what = f"{_place(module)}:{name}"
    if isinstance(value, PregelProtocol):
        raise TargetError(f"{what} is a {type(value).__name__}: remote graphs cannot be opened yet", found)
    if inspect.isclass(value):
        called = f"call it at module level (graph = {name}(...)) and name that"
        raise TargetError(f"{what} is a class, not a graph", called + (f"; {found}" if found else ""))
    raise TargetError(f"{what} is {_a(type(value).__name__)}, not a graph", found or "name a compiled graph")


def _compile(builder: AnyBuilder | None, name: str, module: ModuleType) -> AnyGraph:
    assert builder is not None
    try:
        return builder.compile()
    except ValueError as error:
        hint = "add an edge from START to the first node" if "entrypoint" in str(error) else "correct the graph"
        raise TargetLoadError(f"{_place(module)}:{name} does not compile: {error}", hint) from error


def _graph_kind(graph: AnyGraph, builder: AnyBuilder | None) -> GraphKind:
    if isinstance(builder, ChainBuilder):
        return "runnable"
    return "functional" if is_entrypoint(graph) else "graph"


def is_entrypoint(graph: AnyGraph) -> bool:
    """Whether a graph is an entrypoint of the functional API."""
    return PREVIOUS in graph.channels and not isinstance(graph, CompiledStateGraph)


# -- words -----------------------------------------------------------------------------------------------------------


def _described(target: Target) -> str:
    """The `description` that `langgraph.json` gives, if any."""
    if target.kind != "config":
        return ""
    entry = read_config(target.path).graphs.get(target.name)
    return entry.description if entry else ""


def _place(module: ModuleType) -> str:
    return module.__file__ or module.__name__


def _listing(found: Mapping[str, object]) -> str:
    return f"graphs in it: {', '.join(found)}" if found else ""


def _first_line(doc: str | None) -> str:
    return (doc or "").strip().partition("\n")[0]


def _a(noun: str) -> str:
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"
