"""The source lines that run again when a question is answered, read without running them."""

import ast
import stat
import tokenize
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

from graphdeck.graphs.events import Frame
from graphdeck.graphs.frozen import Frozen

MAX_SOURCE: Final = 2_000_000
"""Bytes of the largest source file that is read."""

SourceReader: TypeAlias = Callable[[str], str]
"""Gives the text of a source file; OSError or ValueError where it cannot."""

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Excerpt(Frozen):
    """The lines of one function that run again."""

    frame: Frame
    """Where the function stopped."""
    lines: tuple[tuple[int, str], ...] = ()
    """Line number and text, from the function's first statement to the line where it stopped."""
    trouble: str = ""
    """Why there are no lines; usually empty."""


def read_source(file: str) -> str:
    """The text of a Python source file; OSError, or ValueError for what is no readable source.

    Only ordinary files of at most `MAX_SOURCE` bytes are opened: a pipe or a device could block the screen.
    """
    status = Path(file).stat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_SOURCE:
        raise ValueError("not an ordinary source file")
    try:
        with tokenize.open(file) as opened:
            return opened.read()
    except SyntaxError as error:  # tokenize's word for an encoding that is not there
        raise ValueError(str(error)) from None


def excerpts(frames: Sequence[Frame], read: SourceReader = read_source) -> tuple[Excerpt, ...]:
    """What runs again for each of the frames, outermost first."""
    return tuple(_excerpt(frame, read) for frame in frames)


def _excerpt(frame: Frame, read: SourceReader) -> Excerpt:
    try:
        source = read(frame.file)
    except FileNotFoundError:
        return Excerpt(frame=frame, trouble="the file is not there any more")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        return Excerpt(frame=frame, trouble=f"the file cannot be read ({reason})")
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Excerpt(frame=frame, trouble="the file has changed since, and is not Python now")
    first = _first_line(tree, frame)
    if first is None:
        return Excerpt(frame=frame, trouble="the file has changed since: this line is elsewhere now")
    lines = source.split("\n")[first - 1 : frame.line]  # not splitlines: Python counts by \n alone
    return Excerpt(frame=frame, lines=tuple(enumerate(lines, first)))


def _first_line(tree: ast.Module, frame: Frame) -> int | None:
    """Line of the first statement of the frame's function; None where no such function holds the frame's line."""
    if frame.function == "<module>":
        return frame.line
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, _Function) and _name(node) == frame.function and _holds(node, frame.line)
    ]
    if not around:
        return None
    innermost = max(around, key=lambda node: node.lineno)
    body = innermost.body if isinstance(innermost.body, list) else [innermost.body]
    starts = [part for part in body if not _is_docstring(part)]
    return min(starts[0].lineno if starts else innermost.lineno, frame.line)


def _name(node: _Function) -> str:
    return "<lambda>" if isinstance(node, ast.Lambda) else node.name


def _holds(node: _Function, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or node.lineno)


def _is_docstring(part: ast.AST) -> bool:
    return isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant) and isinstance(part.value.value, str)
