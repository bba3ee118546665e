"""Graphs of a few nodes, and what their runs told."""

import textwrap
from collections.abc import Callable
from typing import TypeAlias

import pytest

WriteGraph: TypeAlias = Callable[..., str]

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


@pytest.fixture
def write_nodes(write_graph: WriteGraph) -> WriteGraph:
    """Write a graph's nodes; `chain`, `fan` and the usual imports are there already. Gives the target."""

    def write(source: str, *, variable: str = "graph") -> str:
        return write_graph(HEAD + textwrap.dedent(source), variable=variable)

    return write
