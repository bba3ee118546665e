"""Where a node's own code is, and what it says of itself."""

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, FunctionType, MethodType
from typing import Any

from langchain_core.runnables import RunnableBinding, RunnableSequence

from graphdeck.graphs.worker.frames import is_users

_MAX_WRAPPERS = 20


@dataclass(frozen=True, slots=True)
class Source:
    """A user's function behind a node."""

    doc: str = ""
    """First line of its docstring."""
    file: str = ""
    """Source file; empty where no code is the user's."""
    line: int = 0
    """First line, decorators included, from 1."""
    end: int = 0
    """Last line of its code, from 1."""
    whole_doc: str = ""
    """Its docstring without indentation, where it has more than one line."""
    jumps: bool = False
    """It builds a command with `goto`, as far as its code tells."""
    leaves: bool = False
    """It builds one with which it leaves its graph for a node of another."""


def source_of(runnable: Any) -> Source:
    """The source of a node's action, through partials, decorators, callable objects and LangChain's wrappers."""
    function = function_of(runnable)
    if function is None or not is_users(function.__code__.co_filename):
        return Source()
    code = function.__code__
    whole = inspect.cleandoc(function.__doc__ or _class_doc(runnable))
    doc, _, more = whole.partition("\n")
    return Source(
        doc=doc,
        file=code.co_filename,
        line=code.co_firstlineno,
        end=_last_line(code),
        whole_doc=whole if more else "",
        jumps=any("graph" not in names for names in _gotos(code)),
        leaves=any("graph" in names for names in _gotos(code)),
    )


def function_of(action: Any) -> FunctionType | None:
    """The function that a node's action runs in the end; None where none is found."""
    for _ in range(_MAX_WRAPPERS):
        if isinstance(action, FunctionType):
            inner = getattr(action, "__wrapped__", None)
            if inner is None:
                return action
            action = inner
        else:
            action = _inside(action)
        if action is None:
            return None
    return None


def _inside(action: Any) -> Any:
    """What a wrapper calls; None where there is nothing to be found."""
    match action:
        case MethodType():
            return action.__func__
        case functools.partial():
            return action.func
        case RunnableBinding():
            return action.bound
        case RunnableSequence():
            return action.first
    wrapped = _attribute(action, "func") or _attribute(action, "afunc") or _attribute(action, "__wrapped__")
    if wrapped is not None:
        return wrapped
    call = vars(type(action)).get("__call__")
    return call if isinstance(call, FunctionType) else None


def _attribute(action: Any, name: str) -> Callable[..., Any] | None:
    try:
        found = getattr(action, name, None)
    except Exception:  # noqa: BLE001 - a user's property may raise anything; then it is no wrapper
        return None
    return found if callable(found) else None


def _class_doc(action: Any) -> str:
    """The docstring of a callable object's class."""
    kind = type(_attribute(action, "func") or action)
    is_users_class = not kind.__module__.startswith(("langgraph.", "langchain", "functools", "builtins"))
    return (kind.__doc__ or "") if is_users_class else ""


def _gotos(code: CodeType) -> Iterator[tuple[str, ...]]:
    """The keywords of each call in the code, or in functions inside it, that has `goto` among them."""
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _gotos(constant)
        elif isinstance(constant, tuple) and "goto" in constant:
            yield constant


def _last_line(code: CodeType) -> int:
    """The last line that some instruction of the code, or of functions inside it, comes from."""
    inner = (_last_line(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    ends = (end for _, end, _, _ in code.co_positions() if end is not None)
    return max((code.co_firstlineno, *ends, *inner))
