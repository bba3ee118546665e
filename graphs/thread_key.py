"""What tells a thread from all others: several checkpoint files may hold one of its id."""

from typing import NamedTuple, Protocol


class ThreadKey(NamedTuple):
    """Names a thread."""

    file: str = ""
    """Checkpoint file that holds it; empty where that is not known, as of a new thread before its run has begun."""
    thread: str = ""
    """Thread id; empty for a thread that has none yet."""

    def may_be(self, other: "ThreadKey") -> bool:
        """Whether both can name one thread: the file of one may not be known."""
        return self.thread == other.thread and (self.file == other.file or not (self.file and other.file))


class OfThread(Protocol):
    """Whatever belongs to one thread."""

    @property
    def file(self) -> str:
        """Checkpoint file that holds the thread; may be empty."""

    @property
    def thread(self) -> str:
        """Thread id."""


def key_of(what: OfThread) -> ThreadKey:
    """The thread that something belongs to."""
    return ThreadKey(what.file, what.thread)
