"""The threads in which a run's sync nodes are called."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class NodeThreads(ThreadPoolExecutor):
    """The event loop's executor, which knows whether something still runs in it.

    A thread cannot be cancelled: when a run ends early, the node in it goes on.
    """

    def __init__(self) -> None:
        super().__init__(thread_name_prefix="graphdeck-node")
        self._unfinished: set[Future[Any]] = set()

    @property
    def busy(self) -> bool:
        """Whether a call has not come to its end."""
        return any(not future.done() for future in list(self._unfinished))

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run a call in a thread."""
        future = super().submit(call, *args, **kwargs)
        self._unfinished.add(future)
        future.add_done_callback(self._unfinished.discard)
        return future
