"""Nodes that run a graph which LangGraph does not find: each with the reason, and no other node."""

from collections.abc import Callable
from pathlib import Path

import pytest

from graphdeck.graphs.errors import InputError
from graphdeck.graphs.local.targets import parse_target
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.worker import hidden_graphs as hidden
from graphdeck.graphs.worker.describe import describe
from graphdeck.graphs.worker.load import Loaded
from graphdeck.graphs.worker.stop_plan import plan_stops

Load = Callable[[str], Loaded]

SOURCE = """
import functools, types
from langchain_core.runnables import RunnableLambda, RunnableParallel
from langchain_core.tools import BaseTool, tool
from langgraph.prebuilt import ToolNode, create_react_agent

def make(**options):
    return StateGraph(State).add_node(say).add_edge(START, "say").compile(**options)

team, crew, shy = make(), make(), make(checkpointer=False)
teams, table, spaces = [make()], {"a": {"b": make()}}, types.SimpleNamespace(graph=make(), more=[make()])

def in_list(state): return teams[0].invoke(state)
async def in_table(state): return await table["a"]["b"].ainvoke(state)
def in_object(state): return spaces.more[0].invoke(state)
def refuses(state): return shy.invoke(state)
def second(state): return crew.invoke(team.invoke(state))
def made(state): return make().invoke(state)
def compiled(state):
    return StateGraph(State).add_node(say).add_edge(START, "say").compile().invoke(state)
def by_maker(state): return create_react_agent("openai:none", []).invoke(state)
def helper(state): return team.invoke(state)
def by_helper(state): return helper(state)
def given(graph, state): return graph.invoke(state)
def default(state, *, graph=make()): return graph.invoke(state)
def imported(state):
    from agent import team as ours
    return ours.invoke(state)
class Caller:
    def __init__(self): self.graph = make()
    def __call__(self, state): return self.run(state)
    def run(self, state): return self.graph.invoke(state)
@tool
def ask(text: str) -> str:
    "Ask the team."
    return str(team.invoke({}))
class Asks(BaseTool):
    name: str = "asks"
    description: str = "Asks the team."
    team: Any = team
    def _run(self, text: str) -> str: return str(self.team.invoke({}))

@tool
def plain(text: str) -> str:
    "Say it."
    return text

def found(state): return team.invoke(state)
def found_by_path(state): return spaces.graph.invoke(state)
def counts(state): return {"count": len(teams)}
def shows(state): return {"words": [str(team.get_graph()), str(teams)]}
def looks_around(state): return {"count": len([*globals()["graph"].stream(None), *graphs[0].stream(None)])}
class Broken:
    def __getattr__(self, name): raise RuntimeError("a proxy without anything behind it")
    __dict__ = property(lambda self: 1 / 0)
proxy = Broken()
def asks_a_proxy(state): return proxy.graph.invoke(state)

b = StateGraph(State)
for function in (
    in_list, in_table, in_object, refuses, second, made, compiled, by_maker, by_helper, default, imported,
    found, found_by_path, counts, shows, looks_around, asks_a_proxy, say,
):
    b.add_node(function)
b.add_node("called", Caller())
b.add_node("method", Caller().run)
b.add_node("given", functools.partial(given, make()))
b.add_node("retried", make().with_retry())
b.add_node("beside", RunnableParallel(one=make(), two=say))
b.add_node("tools", ToolNode([ask]))
b.add_node("own_tools", ToolNode([Asks()]))
b.add_node("as_tool", ToolNode([make().as_tool(name="team", description="Asks the team.")]))
b.add_node("plain_tools", ToolNode([plain]))
b.add_node("itself", team)
b.add_node("after", RunnableLambda(say) | make())
b.add_edge(START, "say")
graph = b.compile()
graphs = [graph]
"""

REASONS = {
    "in_list": hidden.ITEM,
    "in_table": hidden.ITEM,
    "in_object": hidden.ITEM,
    "refuses": hidden.REFUSES,
    "second": hidden.SECOND,
    "made": hidden.MADE,
    "compiled": hidden.MADE,
    "by_maker": hidden.MADE,
    "by_helper": hidden.CALLED,
    "default": hidden.DEFAULT,
    "imported": hidden.IMPORTED,
    "called": hidden.ATTRIBUTE,
    "method": hidden.ATTRIBUTE,
    "given": hidden.GIVEN,
    "retried": hidden.WRAPPED,
    "beside": hidden.WRAPPED,
    "tools": hidden.TOOL,
    "own_tools": hidden.TOOL,
    "as_tool": hidden.TOOL,
}


@pytest.mark.filterwarnings("ignore")  # LangChain's, of what is beta and what is old
def test_each_way_in_which_a_graph_is_hidden_is_told_and_nothing_else(
    load_source: Load, header: str, tmp_path: Path
) -> None:
    loaded = load_source(header + SOURCE)
    shape = describe(loaded, parse_target("agent.py:graph", tmp_path))
    assert {node.id: node.hidden_graph for node in shape.nodes if node.hidden_graph} == REASONS
    assert {*shape.subgraphs} == {"second", "found", "found_by_path", "shows", "itself", "after"}
    request = RunRequest(graph="agent.py:graph", thread="t", before=("made:say",))
    with pytest.raises(InputError, match="does not find the graph inside: made in its function"):
        plan_stops(loaded.graph, request, saved=True)
