"""How errors are told: a message and the next step for people, one JSON object for programs, never a traceback."""

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence

from graphdeck.graphs.errors import GraphdeckError
from graphdeck.graphs.records import FileProblem
from graphdeck.graphs.values import json_line
from graphdeck.tui.text import safe

INTERNAL_ERROR = 70
"""Exit status of a fault in graphdeck itself (EX_SOFTWARE)."""

UNREADABLE = 1
"""Exit status where a file could not be read: what is printed is not all there is."""


def tell_error(error: GraphdeckError, *, as_json: bool = False) -> int:
    """Print an error to standard error, or as JSON to standard output; its exit status."""
    if as_json:
        print(json_line({"error": dict(error.to_dict())}), flush=True)
    else:
        sys.stdout.flush()  # what was printed before it stays before it
        print(error_text(error.message, error.hint), file=sys.stderr, flush=True)
    return error.exit_status


def error_text(message: str, hint: str) -> str:
    """An error in lines for people: what happened, then the next step on a line of its own."""
    first, *rest = safe(message, lines=True).rstrip().split("\n")
    lines = [f"error: {first}", *(f"  {line}" for line in rest)]
    if hint:
        lines += [f"  {line}" for line in safe(hint, lines=True).split("\n")]
    return "\n".join(lines)


def tell_problems(problems: Sequence[FileProblem]) -> int:
    """Print the files that a list had to leave out, behind it, to standard error; the exit status."""
    sys.stdout.flush()  # what was printed before stays before
    for each in problems:
        print(error_text(each.message, each.hint), file=sys.stderr, flush=True)
    return UNREADABLE if problems else 0


def tell_crash(error: BaseException) -> int:
    """Print one line for a fault of graphdeck itself, whose traceback goes to a file; the exit status."""
    handle, path = tempfile.mkstemp(prefix="graphdeck-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as log:
        traceback.print_exception(error, file=log)
    print(
        f"error: a fault in graphdeck itself: {safe(type(error).__name__)}: {safe(str(error)[:500])}\n"
        f"  nothing saved is lost; please report it with the file {safe(path, identifier=True)}",
        file=sys.stderr,
        flush=True,
    )
    return INTERNAL_ERROR
