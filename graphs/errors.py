"""The errors that graphdeck tells a person: what happened, where, and the next step."""

from typing import ClassVar


class GraphdeckError(Exception):
    """An error with a message for people and a hint that names the next step."""

    kind: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def to_dict(self) -> dict[str, str]:
        """The shape of `run_ended.error` and of a worker's error frame."""
        return {"type": self.kind, "message": self.message, "hint": self.hint}


class TargetError(GraphdeckError):
    """A target that is not there, does not import, or is not a graph."""

    kind = "target"
    exit_status = 64


class TargetLoadError(GraphdeckError):
    """A target that exists and whose own code fails while it is imported or compiled."""

    kind = "target_load"


class FileError(GraphdeckError):
    """A checkpoint file that cannot be read or written as one."""

    kind = "file"


class MissingFileError(GraphdeckError):
    """A checkpoint file, or another named file, that does not exist."""

    kind = "missing_file"
    exit_status = 64


class ThreadNotFound(GraphdeckError):
    """A thread or checkpoint that the file does not hold."""

    kind = "thread"
    exit_status = 64


class RunNotFound(GraphdeckError):
    """A run that is not on record."""

    kind = "run"
    exit_status = 64


class ConfigNotFound(GraphdeckError):
    """A named config that is not kept."""

    kind = "config"
    exit_status = 64


class PathNotFound(GraphdeckError):
    """A path into the state that leads nowhere."""

    kind = "path"
    exit_status = 64


class InputError(GraphdeckError):
    """Input, context or arguments that do not fit the graph."""

    kind = "input"
    exit_status = 64


class AnswerRefused(GraphdeckError):
    """An answer that was not sent: its question is gone, or it has the wrong shape."""

    kind = "answer"


class RunningElsewhere(GraphdeckError):
    """A thread whose lease another live process holds."""

    kind = "running_elsewhere"


class WorkerLost(GraphdeckError):
    """A worker that died before it had answered."""

    kind = "lost"


class RunFailed(GraphdeckError):
    """An error raised by the user's graph, or by saving what it returned."""

    kind = "graph"


_KINDS: dict[str, type[GraphdeckError]] = {
    error.kind: error
    for error in (
        TargetError,
        TargetLoadError,
        FileError,
        MissingFileError,
        ThreadNotFound,
        RunNotFound,
        ConfigNotFound,
        PathNotFound,
        InputError,
        AnswerRefused,
        RunningElsewhere,
        WorkerLost,
        RunFailed,
    )
}


def error_from_dict(data: dict[str, str]) -> GraphdeckError:
    """The error that `to_dict` described, of its own class again."""
    return _KINDS.get(data.get("type", ""), GraphdeckError)(data.get("message", ""), data.get("hint", ""))
