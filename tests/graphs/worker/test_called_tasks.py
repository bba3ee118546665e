"""The tasks that the code of an entrypoint or of a node calls, found without running it."""

from collections.abc import Callable
from pathlib import Path

from graphdeck.graphs.local.memory import shape_from_dict, shape_to_dict
from graphdeck.graphs.local.targets import parse_target
from graphdeck.graphs.worker.describe import describe
from graphdeck.graphs.worker.load import Loaded

SOURCE = """
import json
import sys
from langgraph.cache.memory import InMemoryCache
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import CachePolicy, RetryPolicy

@task(retry_policy=RetryPolicy(max_attempts=2), cache_policy=CachePolicy(ttl=60))
def plain(n):
    '''Say it.

    Twice.
    '''
    return inner(n)

@task(name="other name")
async def inner(n): return n

def helper(n): return [in_lambda(each) for each in range(n)]

@task
def in_lambda(n): return n

def made():
    @task
    def in_closure(n): return n
    def call(n): return in_closure(n)
    return call

@task
def never_called(n): return never_called(n)

@task
def of_module(n): return plain(n)

class Proxy:
    @property
    def __class__(self): raise RuntimeError("not bound")
    def __getattr__(self, name): raise RuntimeError("not bound")
    def __bool__(self): raise RuntimeError("not bound")

def unfinished():
    def call(): return proxy, later
    if not sys.modules:
        later = 1
    return call

proxy, open_cell = Proxy(), unfinished()
call = made()
this = sys.modules[__name__]

def work(state): return {"n": of_module(1).result()}

nodes = StateGraph(dict).add_node(work).add_edge(START, "work").compile()

@entrypoint(cache=InMemoryCache())
def graph(n: int) -> int:
    json.dumps(n, default=proxy)
    open_cell()
    (lambda: helper(n))()
    return plain(call(n)).result() + this.of_module(n).result()
"""


def test_the_tasks_that_code_calls(load_source: Callable[[str], Loaded], tmp_path: Path) -> None:
    loaded = load_source(SOURCE)
    found = describe(loaded, parse_target("agent.py:graph", tmp_path))
    assert [task.id for task in found.tasks] == ["plain", "other name", "in_lambda", "in_closure", "of_module"]
    plain = found.tasks[0]
    assert (plain.kind, plain.doc) == ("task", "Say it.")
    assert plain.details is not None
    assert plain.details.doc == "Say it.\n\nTwice."
    assert plain.details.cache.startswith("results are kept for 60 s")
    assert "without a cache" not in plain.details.cache
    assert plain.details.retry[0].startswith("2 attempts in all")
    lines = (tmp_path / "agent.py").read_text().splitlines()
    assert lines[plain.line - 1].startswith("@task(retry_policy")
    assert lines[plain.details.end - 1] == "    return inner(n)"
    assert shape_from_dict(shape_to_dict(found)) == found


def test_a_node_may_call_tasks(load_source: Callable[[str], Loaded], tmp_path: Path) -> None:
    found = describe(load_source(SOURCE + "\ngraph = nodes\n"), parse_target("agent.py:graph", tmp_path))
    assert [task.id for task in found.tasks] == ["plain", "other name", "of_module"]
    assert found.tasks[0].details is not None
    assert "without a cache" in found.tasks[0].details.cache
