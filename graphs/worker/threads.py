"""The threads in which a run's sync nodes are called."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from langchain_core.runnables.config import run_in_executor
from langgraph.pregel import Pregel

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


def wait_for_threads(graph: Pregel[Any, Any, Any, Any], cancelled: Callable[[], bool]) -> None:
    """Have sync nodes come to their end where a sibling fails, as `invoke` does: until a person has `cancelled`.

    An async run cancels the siblings of what failed. Of a sync node that loses the result alone: its thread goes on,
    and all that it did would be done again. What LangGraph awaits is the node with its writers; if only its function
    were guarded, a result could still be lost on its way through the tasks between the two.
    """
    for level in (graph, *(inner for _, inner in graph.get_subgraphs(recurse=True))):
        for node in level.nodes.values() if isinstance(level, Pregel) else ():
            call = getattr(node.bound, "afunc", None)
            if isinstance(call, partial) and call.func is run_in_executor:  # how LangGraph makes a sync node async
                whole: Any = node.node
                whole.ainvoke = partial(_to_its_end, cancelled, partial(type(whole).ainvoke, whole))


async def _to_its_end(
    cancelled: Callable[[], bool], call: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs
) -> T:
    running = asyncio.ensure_future(call(*args, **kwargs))
    while True:
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            if cancelled() or running.cancelled():
                running.cancel()
                raise
        except GeneratorExit as error:
            if running.done():  # the node's own, which would end LangGraph's generators
                raise RuntimeError("the node raised GeneratorExit") from error
            raise
