"""Graphs that a function makes: it is called once for each job, as LangGraph's own server calls it for each run."""

import contextlib
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from graphdeck.graphs.errors import TargetError, TargetLoadError
from graphdeck.graphs.worker.frames import user_traceback


def is_factory(value: object) -> bool:
    """Whether a value is a function or method, and so no graph itself."""
    return inspect.isroutine(value)


@asynccontextmanager
async def made(value: object, what: str) -> AsyncIterator[object]:
    """What a factory makes, or the value itself where it is none; a context manager is closed afterwards.

    Raises TargetError where it takes what nobody can give it, and TargetLoadError where its own code fails.
    """
    if not is_factory(value):
        yield value
        return
    arguments = _arguments(value, what)
    async with contextlib.AsyncExitStack() as stack:
        try:
            graph = await _made(value, arguments, stack)  # type: ignore[arg-type] # a routine can be called
        except Exception as error:
            raise TargetLoadError(f"{what}() makes no graph\n{user_traceback(error)}", "mend the function") from error
        yield graph


async def _made(factory: Callable[..., Any], arguments: tuple[Any, ...], stack: contextlib.AsyncExitStack) -> object:
    graph: Any = factory(*arguments)
    if inspect.isawaitable(graph):
        graph = await graph
    if hasattr(graph, "__aenter__"):
        return await stack.enter_async_context(graph)
    return stack.enter_context(graph) if hasattr(graph, "__enter__") else graph


def _arguments(factory: object, what: str) -> tuple[Any, ...]:
    """What it is called with: nothing, or an empty RunnableConfig."""
    parameters = inspect.signature(factory).parameters.values()  # type: ignore[arg-type] # a routine has one
    starred = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [each for each in parameters if each.default is each.empty and each.kind not in starred]
    if len(needed) > 1 or any(each.kind is each.KEYWORD_ONLY for each in needed):
        names = ", ".join(each.name for each in needed)
        raise TargetError(
            f"{what} takes {names}: a function that makes a graph is given a RunnableConfig, or nothing",
            "give the others a default",
        )
    return ({"configurable": {}},) if needed else ()
