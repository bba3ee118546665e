"""Graphs that a node runs and LangGraph does not find: nothing inside them can be drawn, or stopped at.

LangGraph looks for one graph in what a node runs: in its sequence, and by the names in its function's own code. Here
the same names are followed further: into containers, objects, tools, wrappers, and the functions that are called. What
a function is given when it runs is not found.
"""

import dis
import functools
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final, NamedTuple

from langchain_core.runnables import Runnable, RunnableLambda, RunnableSequence
from langgraph._internal._runnable import RunnableCallable, RunnableSeq
from langgraph.graph import StateGraph
from langgraph.pregel import Pregel
from langgraph.pregel.protocol import PregelProtocol

from graphdeck.graphs.worker.frames import is_users
from graphdeck.graphs.worker.tools import tools_of

MOST: Final = 300
"""Things that are looked at for one node."""
ITEMS: Final = 50
"""Items of one container that are looked at."""

ATTRIBUTE: Final = "in an object"
CALLED: Final = "in a function it calls"
DEFAULT: Final = "a default argument"
ELSEWHERE: Final = "where it does not look"
GIVEN: Final = "behind functools.partial"
IMPORTED: Final = "imported in its function"
ITEM: Final = "in a list or dict"
MADE: Final = "made in its function"
REFUSES: Final = "checkpointer=False"
REMOTE: Final = "it runs on a server"
SECOND: Final = "the second of its node"
TOOL: Final = "in a tool"
WRAPPED: Final = "in another runnable"

_RUNS: Final = {"invoke", "ainvoke", "stream", "astream", "batch", "abatch", "stream_events", "astream_events"}
_MAKERS: Final = ("langchain.agents", "langgraph.prebuilt", "deepagents")
"""Libraries whose `create_...` functions make a graph."""


def hidden_graph(action: Any, found: Any = None, around: Sequence[Any] = ()) -> str:
    """Why LangGraph does not find a graph that an action runs, besides the one that it `found`; empty without one.

    The graphs `around` the node are not inside it.
    """
    search = _Search()
    known = {id(part) for graph in (found, *around) for part in _parts(graph)}
    for graph, why, by_name in search.hits(action):
        if known.isdisjoint(map(id, _parts(graph))) and (search.runs or not by_name):
            return _reason(graph, why or (ELSEWHERE if found is None else SECOND))
    return ""


def _parts(graph: Any) -> tuple[Any, ...]:
    """A graph and its builder, which its copies share."""
    return tuple(part for part in (graph, getattr(graph, "builder", None)) if part is not None)


def _reason(graph: Any, why: str) -> str:
    if isinstance(graph, Pregel):
        return REFUSES if graph.checkpointer is False else why
    return REMOTE if isinstance(graph, PregelProtocol) else why


class _Reached(NamedTuple):
    """Something that an action leads to."""

    thing: Any
    why: str
    """Why LangGraph does not follow there; empty as long as it does."""
    by_name: bool
    """A function's code names it, which may do something else with it than run it."""


class _Words(NamedTuple):
    """What a function's code says."""

    names: frozenset[str]
    """Names that are looked up around it."""
    attributes: frozenset[str]
    """Attributes and methods, of whatever."""
    imports: frozenset[tuple[str, str]]
    """Modules that it imports from, with what."""


class _Search:
    """A walk through what an action is made of."""

    def __init__(self) -> None:
        self.runs = False
        """Some function on the way runs something."""

    def hits(self, action: Any) -> Sequence[_Reached]:
        """The graphs, and what makes one inside a function, nearest first."""
        reached, seen, found = [_Reached(action, "", by_name=False)], set[int](), list[_Reached]()
        for each in reached:  # grows on the way, and keeps alive what has its id in `seen`
            if id(each.thing) in seen or len(seen) >= MOST:
                continue
            seen.add(id(each.thing))
            if each.why == MADE or issubclass(type(each.thing), PregelProtocol):
                found.append(each)
            else:
                reached += self._inside(each)
        return found

    def _inside(self, reached: _Reached) -> Iterator[_Reached]:
        """What a thing leads to."""
        thing, why, by_name = reached
        kind = type(thing)  # a proxy asks what it stands for to answer `isinstance`, and may fail
        if issubclass(kind, FunctionType):
            yield from self._of_function(thing, why, None)
        elif issubclass(kind, MethodType):
            yield from self._of_function(thing.__func__, why, thing.__self__)
        elif issubclass(kind, RunnableCallable | RunnableLambda):
            yield from (_Reached(vars(thing).get(name), why, by_name) for name in ("func", "afunc"))
            yield from (_Reached(tool, why or TOOL, by_name) for tool in tools_of(thing).values())
        elif any(each.__name__ == "BaseTool" for each in kind.__mro__):
            yield from _of_tool(thing, why or TOOL)
        elif issubclass(kind, RunnableSequence | RunnableSeq):
            yield from (_Reached(step, why, by_name) for step in thing.steps)
        elif issubclass(kind, Runnable):
            yield from (_Reached(value, why or WRAPPED, by_name) for value in vars(thing).values())
        elif issubclass(kind, list | tuple | set | frozenset | dict):
            items = thing.values() if isinstance(thing, dict) else thing
            yield from (_Reached(item, why or ITEM, by_name) for item in islice(items, ITEMS))
        elif issubclass(kind, functools.partial):
            parts = (thing.func, *thing.args, *thing.keywords.values())
            yield from (_Reached(part, why or GIVEN, by_name) for part in parts)
        elif isinstance(call := vars(kind).get("__call__"), FunctionType):
            yield from self._of_function(call, why, thing)

    def _of_function(self, function: Any, why: str, own: Any) -> Iterator[_Reached]:
        """What a user's function leads to; `own` is what its method belongs to."""
        if (wrapped := getattr(function, "__wrapped__", None)) is not None:
            yield _Reached(wrapped, why, by_name=True)
        if type(function) is not FunctionType or not is_users(function.__code__.co_filename):
            return
        words = _words(function.__code__)
        self.runs |= not _RUNS.isdisjoint(words.attributes)
        around = [*_closure(function), *(function.__globals__.get(name) for name in words.names)]
        for value in around:
            yield from _named(value, why, words)
        for module, name in words.imports:
            package = function.__globals__.get("__package__")
            found = sys.modules.get(f"{package}.{module}") or sys.modules.get(module)
            yield _Reached(vars(found).get(name) if found else None, why or IMPORTED, by_name=True)
        for value in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            yield _Reached(value, why or DEFAULT, by_name=True)
        if own is not None:
            yield from _of_object(own, why or ATTRIBUTE, words)


def _of_tool(tool: Any, why: str) -> Iterator[_Reached]:
    """What a tool runs: its functions, also where a library made them around a runnable, or methods of its class."""
    for name in ("func", "coroutine"):
        function = getattr(tool, name, None)
        yield _Reached(function, why, by_name=True)
        if isinstance(function, FunctionType) and not is_users(function.__code__.co_filename):
            yield from (_Reached(value, why, by_name=False) for value in _closure(function))
    for name in ("_run", "_arun"):
        yield _Reached(getattr(tool, name, None), why, by_name=True)


def _named(value: Any, why: str, words: _Words) -> Iterator[_Reached]:
    """What a value leads to that a function's code names."""
    kind = type(value)
    if issubclass(kind, ModuleType):
        for name in words.attributes & vars(value).keys():
            yield from _named(vars(value)[name], why, words._replace(attributes=frozenset()))
    elif _makes_graph(value, words):
        yield _Reached(value, MADE, by_name=True)
    elif issubclass(kind, MethodType):
        is_graphs = issubclass(type(value.__self__), PregelProtocol)
        yield _Reached(value.__self__, why, by_name=True) if is_graphs else _Reached(value, why or CALLED, by_name=True)
    elif issubclass(kind, FunctionType):
        yield _Reached(value, why or CALLED, by_name=True)
    elif issubclass(kind, type):
        methods = {"__init__", *words.attributes} & vars(value).keys()
        yield from (_Reached(vars(value)[name], why or CALLED, by_name=True) for name in methods)
    else:
        yield _Reached(value, why, by_name=True)
        if not issubclass(kind, Runnable | PregelProtocol):
            yield from _of_object(value, why, words)


def _of_object(thing: Any, why: str, words: _Words) -> Iterator[_Reached]:
    """The attributes and methods of an object that a function's code names; no property is asked."""
    try:
        own = vars(thing)
    except Exception:  # noqa: BLE001 - a proxy asks what it stands for, and may raise anything; others have none
        own = {}
    for name in words.attributes:
        if name in own:
            yield _Reached(own[name], why, by_name=True)
        elif isinstance(method := vars(type(thing)).get(name), FunctionType):
            yield _Reached(MethodType(method, thing), why or CALLED, by_name=True)


def _makes_graph(value: Any, words: _Words) -> bool:
    """Whether a function that names this makes a graph of it: it compiles a builder, or calls a maker of a library."""
    kind = type(value)
    if issubclass(value if issubclass(kind, type) else kind, StateGraph):
        return "compile" in words.attributes
    is_maker = issubclass(kind, FunctionType) and value.__name__.startswith("create_")
    return is_maker and str(value.__module__).startswith(_MAKERS)


def _closure(function: FunctionType) -> Iterator[Any]:
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # it has no value yet
            yield cell.cell_contents


@functools.lru_cache(maxsize=4096)
def _words(code: CodeType) -> _Words:
    """The words of a function's code, and of functions inside it."""
    names, attributes, imports, module = set[str](), set[str](), set[tuple[str, str]](), ""
    for step in dis.get_instructions(code):
        match step.opname:
            case "LOAD_GLOBAL" | "LOAD_NAME":
                names.add(step.argval)
            case "LOAD_ATTR" | "LOAD_METHOD":
                attributes.add(step.argval)
            case "IMPORT_NAME":
                module = step.argval
            case "IMPORT_FROM":
                imports.add((module, step.argval))
    for inner in (constant for constant in code.co_consts if isinstance(constant, CodeType)):
        words = _words(inner)
        names, attributes, imports = names | words.names, attributes | words.attributes, imports | words.imports
    return _Words(frozenset(names), frozenset(attributes), frozenset(imports))
