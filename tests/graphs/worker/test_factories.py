"""Graphs that a function makes: what it is given, what it may give, and what is closed afterwards."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graphdeck.graphs.errors import TargetError, TargetLoadError
from graphdeck.graphs.local.targets import parse_target
from graphdeck.graphs.worker.load import find, ready

Write = Callable[[dict[str, str]], Path]

MAKERS = """
from contextlib import asynccontextmanager, contextmanager
def make(): return builder.compile()
def make_builder(config): return builder
async def amake(config, *more, kind="x"): return builder.compile(name=config["configurable"].get("who", kind))
@contextmanager
def ctx():
    OPENED.append("open")
    yield builder.compile()
    OPENED.append("closed")
@asynccontextmanager
async def actx(config):
    OPENED.append("open")
    yield builder.compile()
    OPENED.append("closed")
def broken(): raise RuntimeError("no [luck]")
def nothing(): return {}
def greedy(one, two): ...
def picky(*, one): ...
OPENED = []
"""


async def test_a_function_makes_the_graph_and_what_it_opened_is_closed(
    write: Write, tmp_path: Path, clean_interpreter: None, graph_source: str
) -> None:
    write({"agent.py": graph_source + MAKERS})
    for name in ("make", "make_builder", "amake", "ctx", "actx"):
        found = find(parse_target(f"agent.py:{name}", tmp_path))
        opened = vars(found.module)["OPENED"]
        opened.clear()
        async with ready(found) as made:
            assert (made.name, await made.graph.ainvoke({"words": []})) == (name, {"words": ["hello"]})
            assert opened == (["open"] if "ctx" in name else [])
        assert opened == (["open", "closed"] if "ctx" in name else [])


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("broken", "RuntimeError: no [luck]", "mend the function"),
        ("nothing", "agent.py:nothing() is a dict, not a graph", "graphs in it: graph"),
        ("greedy", "takes one, two: a function that makes a graph is given a RunnableConfig", "give the others"),
        ("picky", "takes one: a function that makes a graph is given a RunnableConfig", "give the others"),
    ],
)
async def test_a_function_that_makes_no_graph_is_told_with_the_reason(
    write: Write, tmp_path: Path, clean_interpreter: None, graph_source: str, name: str, message: str, hint: str
) -> None:
    write({"agent.py": graph_source + MAKERS})
    with pytest.raises((TargetError, TargetLoadError)) as caught:
        async with ready(find(parse_target(f"agent.py:{name}", tmp_path))):
            pass
    assert message in caught.value.message
    assert hint in caught.value.hint
