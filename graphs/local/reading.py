"""Graphs found in Python source by reading it, without running it."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_MAKERS = frozenset({"create_agent", "create_react_agent", "create_deep_agent"})
_BUILDERS = frozenset({"StateGraph", "MessageGraph"})
_PASS_ON = ("add_", "set_", "with_")
"""Methods that give back the graph, or the builder, that they were called on."""


class SourceGraphs(NamedTuple):
    """What a Python file says of itself."""

    graphs: tuple[str, ...] = ()
    """Variables that look like graphs, in the order of the file."""
    names: frozenset[str] | None = None
    """All names that the module may bind; None where reading cannot tell (`from x import *`, `raise`)."""
    doc: str = ""
    """First line of its docstring."""
    error: str = ""
    """Why it cannot be read: one line with the line number."""


def read_source(path: Path) -> SourceGraphs:
    """Read a Python file; what is wrong with it is in `error`."""
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError as error:
        return SourceGraphs(error=f"line {error.lineno}: {error.msg}")
    except (OSError, ValueError, RecursionError) as error:
        return SourceGraphs(error=str(error))
    statements = list(_statements(tree.body))
    found = [(name, kind) for statement in statements for name, kind in _graphs(statement)]
    compiled = _compiled_names(statements)
    graphs = [name for name, kind in found if not (kind == "builder" and name in compiled)]
    return SourceGraphs(
        graphs=tuple(name for name in dict.fromkeys(graphs) if not name.startswith("_")),
        names=None if any(isinstance(statement, ast.Raise) for statement in statements) else _names(tree),
        doc=(ast.get_docstring(tree) or "").strip().partition("\n")[0],
    )


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run when the module is imported, those inside `if`, `try` and `with` included."""
    for statement in body:
        match statement:
            case ast.If(test=ast.Compare(left=ast.Name(id="__name__"))):
                continue
            case ast.If() | ast.For() | ast.While():
                yield from _statements([*statement.body, *statement.orelse])
            case ast.With():
                yield from _statements(statement.body)
            case ast.Try():
                handlers = [inner for handler in statement.handlers for inner in handler.body]
                yield from _statements([*statement.body, *handlers, *statement.orelse, *statement.finalbody])
            case _:
                yield statement


def _graphs(statement: ast.stmt) -> Iterator[tuple[str, str]]:
    """Names that a statement binds to a graph, each with `graph` or `builder`."""
    match statement:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            if any(_is_entrypoint(decorator) for decorator in statement.decorator_list):
                yield statement.name, "graph"
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            kind = _kind(value)
            if kind:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                yield from ((target.id, kind) for target in targets if isinstance(target, ast.Name))


def _is_entrypoint(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return _last_name(called) == "entrypoint"


def _kind(value: ast.expr) -> str:
    """`graph` or `builder` where a call makes one, as far as its name tells; else empty."""
    while isinstance(value, ast.Call):
        name = _last_name(value.func)
        if name == "compile" and isinstance(value.func, ast.Attribute):
            return "" if _last_name(value.func.value) in ("re", "regex") else "graph"
        if name in _MAKERS:
            return "graph"
        if name in _BUILDERS:
            return "builder"
        if not (isinstance(value.func, ast.Attribute) and name.startswith(_PASS_ON)):
            return ""
        value = value.func.value
    return ""


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Subscript(value=value):
            return _last_name(value)
        case _:
            return ""


def _compiled_names(statements: list[ast.stmt]) -> set[str]:
    """Variables that the module compiles: builders whose graph is listed instead of them."""
    return {
        node.func.value.id
        for statement in statements
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "compile"
        and isinstance(node.func.value, ast.Name)
    }


def _names(tree: ast.Module) -> frozenset[str] | None:
    """Every name bound anywhere in the file: too many rather than too few, since names not in it are refused."""
    names: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(names=[ast.alias(name="*")]) | ast.Call(func=ast.Name(id="globals" | "exec" | "vars")):
                return None
            case ast.FunctionDef(name="__getattr__"):
                return None
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
            case ast.alias(name=name, asname=alias):
                names.add(alias or name.partition(".")[0])
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                names.add(name)
    return frozenset(names)
