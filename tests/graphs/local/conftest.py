"""Graphs of a few nodes, and what their runs told."""

import asyncio
import os
import textwrap
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.local.lease import holder_of
from told import WriteGraph

HEAD = textwrap.dedent("""
    import asyncio, operator, os, pathlib, signal, subprocess, sys, time
    from typing import Annotated, Any, TypedDict
    from langgraph.graph import END, START, StateGraph
    from langgraph.types import CachePolicy, Command, RetryPolicy, Send, interrupt

    HERE = pathlib.Path(__file__).parent

    class S(TypedDict, total=False):
        n: float
        any: Any
        log: Annotated[list[str], operator.add]

    def wait_at(gate):
        with open(HERE / gate, "rb", buffering=0) as pipe:
            pipe.read(1)

    def unlock(gate):
        HERE.joinpath(gate).write_text("x")

    def chain(*nodes, **options):
        builder = StateGraph(S)
        for node in nodes:
            builder.add_node(node.__name__, node)
        for a, b in zip([START, *(n.__name__ for n in nodes)], [*(n.__name__ for n in nodes), END]):
            builder.add_edge(a, b)
        return builder.compile(**options)

    def fan(*nodes):
        builder = StateGraph(S)
        for node in nodes:
            builder.add_node(node.__name__, node)
            builder.add_edge(START, node.__name__)
        return builder.compile()
    """)


PATIENCE = 20.0
"""Seconds after which a test gives up waiting."""


async def until_readable(handle: int) -> None:
    """Wait until there is something to read."""
    readable = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(handle, readable.set)
    try:
        async with asyncio.timeout(PATIENCE):
            await readable.wait()
    finally:
        loop.remove_reader(handle)


@pytest.fixture
def until_exit() -> Callable[[int], Awaitable[None]]:
    """Wait until a process has ended, whosever it is."""

    async def wait(pid: int) -> None:
        try:
            watch = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        try:
            await until_readable(watch)
        finally:
            os.close(watch)

    return wait


@pytest.fixture
def until_free(until_exit: Callable[[int], Awaitable[None]], tmp_path: Path) -> Callable[[], Awaitable[None]]:
    """Wait until the process that runs the thread `t` of the default file has ended."""

    async def wait() -> None:
        file = tmp_path / ".graphdeck" / "threads.sqlite"
        while (holder := holder_of(file, "t")) is not None:
            await until_exit(holder.pid)

    return wait


@pytest.fixture
def until_called(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Awaitable[None]]:
    """Wait until something holds, looking again after each call of an object's method."""

    async def wait(thing: Any, method: str, holds: Callable[[], object]) -> None:
        called = asyncio.Event()
        call = getattr(thing, method)

        def tell(*words: Any) -> Any:
            called.set()
            return call(*words)

        monkeypatch.setattr(thing, method, tell)
        async with asyncio.timeout(PATIENCE):
            while not holds():
                called.clear()
                await called.wait()

    return wait


class Gate:
    """A pipe in the project's folder: one side waits for the other, as long as that takes."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.handle = os.open(path, os.O_RDWR | os.O_NONBLOCK)

    def unlock(self) -> None:
        """Let a node go on that calls `wait_at(name)`."""
        os.write(self.handle, b"x")

    async def unlocked(self) -> None:
        """Wait until the graph's source calls `unlock(name)`."""
        await until_readable(self.handle)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Callable[[str], Gate]]:
    """Make a gate of a name."""
    gates: list[Gate] = []

    def make(name: str) -> Gate:
        gates.append(Gate(tmp_path / name))
        return gates[-1]

    yield make
    for made in gates:
        os.close(made.handle)


@pytest.fixture
def write_nodes(write_graph: WriteGraph) -> WriteGraph:
    """Write a graph's nodes; `chain`, `fan` and the usual imports are there already. Gives the target."""

    def write(source: str, *, variable: str = "graph") -> str:
        return write_graph(HEAD + textwrap.dedent(source), variable=variable)

    return write
