"""The tasks of the functional API that the code of a graph's nodes calls, as far as the code's own words tell.

Nothing of a graph lists them: a task is a call in a function. Here the names that a function uses are looked up where
it would look them up itself, and so on through the functions that it calls. What it gets at run time is not found.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

from langgraph.func import _TaskFunction
from langgraph.pregel._call import get_runnable_for_task

from graphdeck.graphs.node_details import NodeDetails
from graphdeck.graphs.records import Node
from graphdeck.graphs.worker.frames import is_users
from graphdeck.graphs.worker.hidden_graphs import hidden_graph
from graphdeck.graphs.worker.node_details import MAX_TEXT, policies_in_words
from graphdeck.graphs.worker.sources import function_of, source_of

MOST: Final = 200
"""Tasks that are looked for, and functions that are looked through."""


def called_tasks(actions: Iterable[Any], *, has_cache: bool) -> tuple[Node, ...]:
    """The tasks that nodes call, and those that these call, in the order of their definition; each name once."""
    found: dict[str, Any] = {}
    waiting = [function for action in actions if (function := function_of(action)) is not None]
    seen: set[int] = set()
    for function in waiting:
        if id(function) in seen or len(seen) >= MOST or len(found) >= MOST:
            continue
        seen.add(id(function))
        for thing in _used(function):
            if issubclass(type(thing), _TaskFunction):
                found.setdefault(str(get_runnable_for_task(thing.func).name), thing)
                thing = function_of(thing.func)
            if type(thing) is FunctionType and is_users(thing.__code__.co_filename):
                waiting.append(thing)
    nodes = [_node(name, task, has_cache=has_cache) for name, task in found.items()]
    return tuple(sorted(nodes, key=lambda node: (node.file, node.line)))


def _node(name: str, task: "_TaskFunction[Any, Any]", *, has_cache: bool) -> Node:
    source = source_of(task.func)
    words = policies_in_words(task.retry_policy, task.cache_policy, task.timeout, has_cache=has_cache)
    details = NodeDetails(doc=source.whole_doc[:MAX_TEXT], end=source.end, **words)
    return Node(
        id=name,
        kind="task",
        doc=source.doc,
        file=source.file,
        line=source.line,
        hidden_graph=hidden_graph(task.func),
        details=details,
    )


def _used(function: FunctionType) -> Iterator[Any]:
    """What the names in a function's code stand for, and the attributes of modules among them.

    They are told apart by `type`: a proxy asks what it stands for to answer `isinstance`, and may fail.
    """
    names = dict.fromkeys(_names(function.__code__))
    around = dict(_around(function))
    for name in names:
        thing = around.get(name, function.__globals__.get(name))
        if type(thing) is ModuleType:
            yield from (vars(thing)[each] for each in names if each in vars(thing))
        elif type(thing) is MethodType:
            yield thing.__func__
        elif thing is not None:
            yield thing


def _around(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The variables of the functions around it."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # it has no value yet
            yield name, cell.cell_contents


def _names(code: CodeType) -> Iterator[str]:
    yield from (*code.co_names, *code.co_freevars)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)
