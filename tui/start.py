"""The way in: plain words open the workbench at once, all others are read by the command line.

Nothing heavy is imported before it is needed. Importing click takes a twentieth of what the workbench adds to Textual's
own start, and the few words that most people open it with can be read without.
"""

import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from graphdeck.graphs.errors import GraphdeckError, InputError

if TYPE_CHECKING:
    from graphdeck.graphs.local.engine import LocalEngine

Files: TypeAlias = tuple[Path, ...]

INTERRUPTED: Final = 130
"""Exit status where Ctrl+C ended a command."""

BROKEN_PIPE: Final = 1
"""Exit status where nobody reads our output any more; click's own."""

SWITCH: Final = 0.0005
"""Seconds after which reading in the background and painting take turns; Python's own 5 ms would be felt."""

FRAMES: Final = "240"
"""Paintings a second at the most; with Textual's own 60, a key waits up to 33 ms behind a long one."""


class Opening(NamedTuple):
    """What the workbench opens with."""

    target: str | None = None
    """What names the graph, or a checkpoint file."""
    db: str | None = None
    """Checkpoint file."""
    thread: str | None = None
    """Thread id."""
    inbox: bool = False
    """Begin with everything that waits."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run graphdeck, then exit with its status."""
    words = sys.argv[1:] if arguments is None else arguments
    sys.exit(status_of(lambda: _begin(words)))  # whose imports Ctrl+C may meet too


def _begin(words: Sequence[str]) -> int:
    opening = plain_opening(words)
    if opening is None or not on_a_terminal():
        from graphdeck.tui import cli

        return cli.carry_out(words)
    never_fail_to_encode()
    target, db, thread, inbox = opening
    return open_workbench(target, db, thread, inbox=inbox)


def plain_opening(words: Sequence[str]) -> Opening | None:
    """The words as they open the workbench; None where they may be a command, or anything else for click to judge."""
    found: dict[str, str] = {}
    inbox = False
    left = iter(words)
    for word in left:
        if word == "--inbox":
            inbox = True
            continue
        if word in ("--db", "--thread"):
            name, value = word[2:], next(left, "")
        elif any(mark in word for mark in ".:/"):  # no command is called like that
            name, value = "target", word
        else:
            return None
        if name in found or not value or value.startswith("-"):
            return None
        found[name] = value
    return Opening(**found, inbox=inbox)


def on_a_terminal() -> bool:
    """Whether there is a person at both ends."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def never_fail_to_encode() -> None:
    """Let the standard streams write any text: what their encoding lacks is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def status_of(work: Callable[[], int | None]) -> int:
    """Do all the work of a process; its exit status, however it ends."""
    try:
        status = work() or 0
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else the last flush would complain
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the outermost frame: a fault of ours is told in one line and logged
        from graphdeck.tui.plain.errors import tell_crash

        return tell_crash(error)
    return status


def open_workbench(
    target: str | None, db: str | Path | None, thread: str | None, *, ask_all: bool = False, inbox: bool = False
) -> int:
    """Open the workbench, with a graph, a checkpoint file and a thread if they are given; the exit status.

    With `ask_all`, no rule or grant allows a tool call; with `inbox`, everything that waits is shown first.
    """
    from graphdeck.graphs.local.targets import is_checkpoint_file

    is_file = target is not None and is_checkpoint_file(Path(target))
    try:
        if target is not None and is_file:
            if db is not None:
                raise InputError(f"{target} is a checkpoint file, and --db names another", "name one of them")
            db, target = target, None
        engine = engine_of(() if db is None else (Path(db),))
    except GraphdeckError as error:
        return tell(error)
    gc.disable()  # the app searches in its place: what is made on the way to the first paint stays
    sys.setswitchinterval(SWITCH)
    engine.read_ahead()  # while Textual is imported
    wished = os.environ.get("TEXTUAL_FPS")
    os.environ["TEXTUAL_FPS"] = wished or FRAMES  # Textual looks for it as it is imported
    from graphdeck.tui.app import run_app

    if not wished:  # nobody's nodes are to find it
        del os.environ["TEXTUAL_FPS"]
    return run_app(engine, target, thread, pick=not is_file, ask_all=ask_all, inbox=inbox)


def engine_of(files: Files) -> "LocalEngine":
    """The engine for the current folder; raises GraphdeckError where there can be none."""
    if os.name == "nt":
        raise GraphdeckError("graphdeck does not run on Windows itself", "it does in WSL: wsl --install")
    from graphdeck.graphs.local.engine import LocalEngine

    try:
        folder = Path.cwd()
    except FileNotFoundError:
        raise GraphdeckError("the current folder has been deleted", "change to one that is there") from None
    return LocalEngine(folder, files)


def tell(error: GraphdeckError, *, as_json: bool = False) -> int:
    """Print an error; its exit status."""
    from graphdeck.tui.plain.errors import tell_error

    return tell_error(error, as_json=as_json)
