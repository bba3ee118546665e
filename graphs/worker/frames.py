"""Which lines of a traceback are the user's own."""

import re
import sys
import sysconfig
import traceback
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from langchain_core.callbacks import BaseCallbackHandler
from langgraph.errors import GraphInterrupt

from graphdeck.graphs.events import Frame
from graphdeck.graphs.local.home import note_frames

_PACKAGE = Path(__file__).resolve().parent.parent
_EXAMPLES = str(_PACKAGE / "examples")
_NOT_THE_USERS = tuple(
    {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    | {str(Path(sys.base_prefix) / "lib"), str(_PACKAGE)}
)

_TASK_NOTE = re.compile(r"During task with name '.*' and id '.*'", re.S)
"""LangGraph's note on an error: what the event says of node and task already."""


def is_users(file: str) -> bool:
    """Whether a source file is the user's: not a library's, the interpreter's or graphdeck's own."""
    return file.startswith(_EXAMPLES) or not (file.startswith("<") or file.startswith(_NOT_THE_USERS))


def user_frames(trace: TracebackType | None) -> tuple[Frame, ...]:
    """The user's frames of a traceback, outermost first."""
    return tuple(
        Frame(file=frame.filename, line=frame.lineno or 0, function=frame.name)
        for frame in traceback.extract_tb(trace)
        if is_users(frame.filename)
    )


def error_text(error: BaseException) -> str:
    """What an error says of itself; a placeholder where its own `__str__` fails."""
    try:
        return str(error)
    except Exception as failure:  # noqa: BLE001 - a user's exception may raise anything here
        return f"<its text cannot be had: {type(failure).__name__}>"


def error_line(error: BaseException) -> str:
    """An error's class and text, as Python prints it."""
    return f"{type(error).__name__}: {error_text(error)}"


def user_traceback(error: BaseException) -> str:
    """A traceback from the user's first frame on, causes included; just the error where no frame is the user's."""
    report = traceback.TracebackException.from_exception(error, compact=True)
    part: traceback.TracebackException | None = report
    seen: set[int] = set()
    while part is not None and id(part) not in seen:
        seen.add(id(part))
        notes = getattr(part, "__notes__", None)
        part.__notes__ = [note for note in notes or () if not _TASK_NOTE.match(str(note))] or None
        first = next((i for i, frame in enumerate(part.stack) if is_users(frame.filename)), len(part.stack))
        part.stack = traceback.StackSummary.from_list(list(part.stack)[first:])
        part = part.__cause__ or (None if part.__suppress_context__ else part.__context__)
    return "".join(report.format()).rstrip()


class InterruptFrames(BaseCallbackHandler):
    """Remembers, by interrupt id, the user's frames from where the node starts again to the line that asks.

    LangChain calls it for each graph and node that the interrupt passes through; the call that saw most frames
    counts, since a graph called inside a function starts that function again too. That is before the saver writes the
    question: whoever finds one in the checkpoint file finds its frames too.
    """

    run_inline = True

    def __init__(self, file: Path | None, thread: str) -> None:
        self._file = file
        self._thread = thread
        self.found: dict[str, tuple[Frame, ...]] = {}

    def on_chain_error(self, error: BaseException, **_: object) -> None:
        """Called by LangChain with every error that leaves a node."""
        if not isinstance(error, GraphInterrupt) or not error.args:
            return
        frames = user_frames(error.__traceback__)
        for interrupt in error.args[0]:
            if len(frames) >= len(self.found.get(interrupt.id, ())):
                self.found[interrupt.id] = frames
                if self._file is not None and frames:
                    with suppress(OSError):  # where nothing can be written, the event alone tells them
                        note_frames(self._file, self._thread, interrupt.id, frames)
