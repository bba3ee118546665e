"""Shapes of users' graphs: what they declare, nothing invented."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from graphdeck.graphs.local.memory import shape_from_dict, shape_to_dict
from graphdeck.graphs.local.targets import parse_target
from graphdeck.graphs.node_details import NodeDetails
from graphdeck.graphs.records import END, START, Edge, GraphShape, Node
from graphdeck.graphs.schema import problems
from graphdeck.graphs.secret_values import without_secrets
from graphdeck.graphs.values import Json, to_json
from graphdeck.graphs.worker.describe import describe
from graphdeck.graphs.worker.load import Loaded

Load = Callable[[str], Loaded]
Shape = Callable[[str], GraphShape]


@pytest.fixture
def shape(load_source: Load, tmp_path: Path, header: str) -> Shape:
    """The shape of `graph` in a module that begins with the header."""

    def describe_source(source: str) -> GraphShape:
        loaded = load_source(header + source)
        return describe(loaded, parse_target("agent.py:graph", tmp_path))

    return describe_source


def by_name(shape: GraphShape) -> dict[str, Node]:
    return {node.id: node for node in shape.nodes}


def arrows(shape: GraphShape) -> list[str]:
    """Edges as text: `-` fixed, `~` conditional, with their labels."""
    return [
        f"{e.source} {'~' if e.conditional else '-'}> {e.target}{f' [{e.label}]' if e.label else ''}"
        for e in shape.edges
    ]


def prop(schema: Json, name: str) -> Json:
    assert isinstance(schema, dict)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    return properties[name]


def test_edges_are_the_declared_ones(shape: Shape) -> None:
    found = shape("""
b = StateGraph(State)
for name in ("z", "a", "m", "join"):
    b.add_node(name, say, defer=name == "join")
b.add_edge(START, "z")
b.add_conditional_edges("z", lambda s: True, {True: "a", False: "m", "later": "m", "end": END})
b.add_edge(["a", "m"], "join")
def typed(s) -> Literal["z", "__end__"]: ...
b.add_conditional_edges("join", typed)
b.add_conditional_edges("m", lambda s: "m", ["m"])
graph = b.compile(interrupt_before=["a"], interrupt_after="*")
""")
    assert [node.id for node in found.nodes] == [START, "z", "a", "m", "join", END]
    assert [node.kind for node in found.nodes] == ["start", "node", "node", "node", "node", "end"]
    assert arrows(found) == [
        f"{START} -> z",
        "z ~> a [True]",
        "z ~> m [False, later]",
        f"z ~> {END} [end]",
        "a -> join",
        "m ~> m",
        "m -> join",
        "join ~> z",
        f"join ~> {END}",
    ]
    assert [node.id for node in found.nodes if node.defer] == ["join"]
    assert not any(node.unknown_targets for node in found.nodes)
    assert (found.breakpoints_before, found.breakpoints_after) == (("a",), ("z", "a", "m", "join"))


def test_targets_that_nobody_declares_are_marked_and_not_invented(shape: Shape) -> None:
    found = shape("""
def jump(state: State):
    if state.get("count"):
        return Command(goto="hidden", update={})
def leave(state: State):
    return Command(goto="elsewhere", graph=Command.PARENT)
def declared(state: State) -> Command[Literal["hidden", "__end__"]]:
    return Command(goto="hidden")
b = StateGraph(State)
b.add_node("ask", say)
b.add_node("jump", jump)
b.add_node("leave", leave)
b.add_node("declared", declared)
b.add_node("named", jump, destinations={"hidden": "when odd"})
b.add_node("hidden", say)
b.add_conditional_edges(START, lambda s: [Send("ask", s)])
b.add_conditional_edges("ask", lambda s: "jump")
b.add_edge("hidden", "jump")
graph = b.compile()
""")
    assert {node.id for node in found.nodes if node.unknown_targets} == {START, "ask", "jump"}
    assert arrows(found) == [
        "declared ~> hidden",
        f"declared ~> {END}",
        "named ~> hidden [when odd]",
        "hidden -> jump",
    ]


def test_a_node_that_nothing_leads_on_from_ends_the_run(shape: Shape) -> None:
    found = shape("""
def jump(state: State):
    return Command(goto="last")
def leave(state: State):
    return Command(graph=Command.PARENT, goto="elsewhere") if state.get("count") else {}
b = StateGraph(State)
for name in ("first", "joined", "last", "alone", "routed"):
    b.add_node(name, say)
b.add_node("guarded", say, error_handler=lambda state: {})
b.add_node("jump", jump)
b.add_node("leave", leave)
b.add_node("team", StateGraph(State).add_node("inner", say).add_edge(START, "inner").compile())
b.add_edge(START, "first")
b.add_edge(["first", "joined"], "last")
b.add_conditional_edges("routed", lambda s: "last")
graph = b.compile()
""")
    ends = {edge.source for edge in found.edges if edge.target == END}
    assert ends == {"last", "alone", "guarded", "__error_handler__guarded", "team"}
    assert not any(edge.conditional for edge in found.edges if edge.target == END)
    assert arrows(found.subgraphs["team"]) == [f"{START} -> inner", f"inner -> {END}"]


def test_where_a_nodes_own_code_is(shape: Shape, tmp_path: Path) -> None:
    found = shape("""
import functools
from langchain_core.runnables import RunnableLambda
def traced(f):
    @functools.wraps(f)
    def wrapper(*a):
        return f(*a)
    return wrapper
@traced
def wrapped(state):
    '''Wrapped.

    More.'''
class Tool:
    '''A callable object.'''
    def __call__(self, state: State): ...
class Agent:
    async def act(self, state: State):
        '''A method.'''
def two(flag, state: State):
    '''Partial.'''
b = StateGraph(State)
b.add_node("wrapped", wrapped)
b.add_node("tool", Tool())
b.add_node("method", Agent().act)
b.add_node("partial", functools.partial(two, 1))
b.add_node("lambda", RunnableLambda(say))
b.add_node("builtin", print)
b.add_edge(START, "wrapped")
graph = b.compile()
""")
    nodes = by_name(found)
    docs = {name: node.doc for name, node in nodes.items() if node.doc}
    assert docs == {
        "wrapped": "Wrapped.",
        "tool": "A callable object.",
        "method": "A method.",
        "partial": "Partial.",
        "lambda": "Say a word.",
    }
    lines = (tmp_path / "agent.py").read_text().splitlines()
    at = {name: lines[node.line - 1].strip() for name, node in nodes.items() if node.line}
    assert at == {
        "wrapped": "@traced",
        "tool": "def __call__(self, state: State): ...",
        "method": "async def act(self, state: State):",
        "partial": "def two(flag, state: State):",
        "lambda": "def say(state: State) -> dict[str, Any]:",
    }
    assert {node.file for node in nodes.values() if node.line} == {str(tmp_path / "agent.py")}


def test_subgraphs_as_nodes_and_called_from_functions(shape: Shape) -> None:
    found = shape("""
inner = StateGraph(State)
inner.add_node("desk", say)
inner.add_edge(START, "desk")
desk = inner.compile()
middle = StateGraph(State)
middle.add_node("team", desk)
middle.add_edge(START, "team")
team = middle.compile()
def call(state: State):
    return desk.invoke(state)
b = StateGraph(State)
b.add_node("team", team)
b.add_node("call", call)
b.add_edge(START, "team")
b.add_edge("team", "call")
graph = b.compile()
""")
    assert {name: node.kind for name, node in by_name(found).items() if name not in (START, END)} == {
        "team": "subgraph",
        "call": "subgraph",
    }
    assert [node.id for node in found.subgraphs["team"].subgraphs["team"].nodes] == [START, "desk", END]
    assert [node.id for node in found.subgraphs["call"].nodes] == [START, "desk", END]


def test_an_agent_of_langchain(shape: Shape) -> None:
    found = shape("""
from langchain.agents import create_agent
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.tools import tool
class Model(GenericFakeChatModel):
    def bind_tools(self, tools, **more):
        return self
@tool
def look_up(word: str) -> str:
    '''Look a word up.'''
    return word
graph = create_agent(Model(messages=iter([])), [look_up])
""")
    assert found.takes_messages
    assert by_name(found)["tools"].kind == "tools"
    assert by_name(found)["tools"].doc == "look_up"
    assert arrows(found) == [f"{START} -> model", "model ~> tools", f"model ~> {END}", "tools ~> model"]


def test_tools_tell_the_schemas_of_their_arguments(shape: Shape) -> None:
    found = shape("""
from langchain_core.tools import StructuredTool, tool
from langgraph.prebuilt import InjectedState, ToolNode

class Room(BaseModel):
    floor: int

@tool
def book(nights: int, room: Room, seen: Annotated[dict, InjectedState] = None) -> str:
    '''Book.'''
    raise RuntimeError("tools are not called")

class Foreign(StructuredTool):
    @property
    def tool_call_schema(self):
        raise OSError("no schema today")

def made(kind, name, schema):
    return kind(name=name, description="", args_schema=schema, func=lambda **_: None)

plain = {"type": "object", "properties": {"path": {"type": "string"}}}
inner = StateGraph(State)
inner.add_node("tools", ToolNode([book, made(StructuredTool, "same", {"type": "object"})]))
inner.add_edge(START, "tools")
b = StateGraph(State)
b.add_node("team", inner.compile())
b.add_node("tools", ToolNode([made(StructuredTool, "read", plain), made(StructuredTool, "same", plain),
                              made(Foreign, "odd", plain)]))
b.add_edge(START, "team")
b.add_edge("team", "tools")
graph = b.compile()
""")
    assert sorted(found.tools) == ["book", "read"]  # not the name that two tools share, nor the one that fails
    assert found.tools["read"] == {"type": "object", "properties": {"path": {"type": "string"}}}
    book = found.tools["book"]
    assert problems({"nights": 2, "room": {"floor": 1}}, book) == []
    assert problems({"nights": "2", "room": {"floor": "1"}}, book) == [
        "nights: must be integer, not string",
        "room.floor: must be integer, not string",
    ]
    assert "seen" not in str(book)
    assert shape_from_dict(shape_to_dict(found)) == found


def test_how_a_node_was_declared(shape: Shape) -> None:
    found = shape("""
from datetime import timedelta
from langchain_core.runnables import RunnableLambda
from langgraph.cache.memory import InMemoryCache
from langgraph.types import CachePolicy, RetryPolicy, TimeoutPolicy

class Narrow(TypedDict):
    total: int

async def book(state: Narrow):
    '''Book it.

    Twice as wide.
    '''
    def inner():
        return [
            1,
        ]
    return {}

b = StateGraph(State)
b.add_node(
    "book", book, retry_policy=[RetryPolicy(max_attempts=5, jitter=False, retry_on=(OSError, KeyError)), RetryPolicy()],
    cache_policy=CachePolicy(ttl=60), timeout=TimeoutPolicy(run_timeout=timedelta(minutes=1), idle_timeout=5),
    metadata={"owner": "Kim", "cost": {"eur": 3}}, input_schema=Narrow, defer=True, error_handler=say,
)
b.add_node("say", RunnableLambda(say).with_config(tags=["slow"]))
b.add_edge(START, "book").add_edge("book", "say")
graph = b.compile(cache=InMemoryCache())
""")
    nodes = by_name(found)
    book, details = nodes["book"], nodes["book"].details
    assert details is not None
    assert details == NodeDetails(
        doc="Book it.\n\nTwice as wide.",
        end=book.line + 9,
        retry=(
            "5 attempts in all, 0.5 s before the second, then 2 times as long, at most 128 s; on OSError, KeyError",
            "3 attempts in all, 0.5 s before the second, then 2 times as long, at most 128 s, with jitter; "
            "on default_retry_on",
        ),
        cache="results are kept for 60 s, by default_cache_key",
        timeout="60 s for an attempt, 5 s without progress (refreshed by auto)",
        metadata=(("owner", "Kim"), ("cost", '{"eur": 3}')),
        reads=("total",),
        input_schema="Narrow",
        error_handler=details.error_handler,
    )
    assert book.defer
    assert details.error_handler in nodes
    say = nodes["say"].details
    assert say is not None
    assert (say.tags, say.input_schema) == (("slow",), "")
    assert say.reads == tuple(key for key in found.state_keys if key != "total")
    assert nodes[START].details is None
    assert shape_from_dict(shape_to_dict(found)) == found


def test_an_entrypoint_and_a_chain(shape: Shape) -> None:
    flow = shape("""
from langgraph.func import entrypoint
@entrypoint()
def graph(words: list[str]) -> int:
    '''Count.'''
    return len(words)
""")
    assert (flow.kind, arrows(flow)) == ("functional", [f"{START} -> graph", f"graph -> {END}"])
    assert (by_name(flow)["graph"].kind, by_name(flow)["graph"].doc) == ("entrypoint", "Count.")
    assert flow.input_schema == {"type": "array", "items": {"type": "string"}}
    assert flow.output_schema == {"type": "integer"}


def test_a_chain(shape: Shape) -> None:
    chain = shape("""
from langchain_core.prompts import PromptTemplate
def shout(prompt) -> str:
    '''Louder.'''
graph = PromptTemplate.from_template("{topic}") | shout
""")
    assert (chain.kind, chain.state_keys) == ("runnable", ("input", "output"))
    assert arrows(chain) == [f"{START} -> PromptTemplate", "PromptTemplate -> shout", f"shout -> {END}"]
    assert by_name(chain)["shout"].doc == "Louder."
    assert prop(chain.input_schema, "topic") == {"title": "Topic", "type": "string"}


def test_schemas_of_every_kind_of_state(shape: Shape) -> None:
    """`typing.TypedDict` is refused by Pydantic on Python 3.11, alone and inside another type."""
    found = shape("""
import typing
class Inner(typing.TypedDict):
    x: int
class Item(BaseModel):
    price: float
class Old(typing.TypedDict, total=False):
    must: typing.Required[str]
    item: Item
    inner: list[Inner]
    raw: complex
    messages: Annotated[list, add_messages]
@dataclass
class Context:
    tenant: str
    discount: float = 0.0
class Out(BaseModel):
    item: Item
b = StateGraph(Old, output_schema=Out, context_schema=Context)
b.add_node("say", say)
b.add_edge(START, "say")
graph = b.compile()
""")
    assert prop(found.input_schema, "must") == {"title": "Must", "type": "string"}
    assert prop(found.input_schema, "item") == {
        "title": "Item",
        "type": "object",
        "properties": {"price": {"title": "Price", "type": "number"}},
        "required": ["price"],
    }
    assert isinstance(found.input_schema, dict)
    assert found.input_schema["required"] == ["must"]
    assert found.input_is_partial
    assert isinstance(found.output_schema, dict)
    assert found.output_schema["required"] == ["item"]
    assert prop(found.context_schema, "tenant") == {"title": "Tenant", "type": "string"}
    assert found.state_keys[:5] == ("must", "item", "inner", "raw", "messages")
    assert found.takes_messages
    assert to_json(found.input_schema) == found.input_schema


def test_schemas_that_cannot_be_had_are_left_out(shape: Shape) -> None:
    found = shape("""
class Hook:
    @classmethod
    def __get_pydantic_core_schema__(cls, source, handler):
        raise RuntimeError("not today")
class Strange(TypedDict):
    hook: Hook
b = StateGraph(dict)
b.add_node("root", lambda value: value)
b.add_edge(START, "root")
c = StateGraph(Strange)
c.add_node("say", b.compile())
c.add_edge(START, "say")
graph = c.compile()
""")
    assert prop(found.input_schema, "hook") == {"title": "Hook"}
    assert found.subgraphs["say"].state_keys == ("__root__",)


def test_a_graph_that_contains_itself_is_described_to_an_end(shape: Shape) -> None:
    found = shape("""
def again(state: State):
    return graph.invoke(state)
b = StateGraph(State)
b.add_node("again", again)
b.add_edge(START, "again")
graph = b.compile()
""")
    assert [node.id for node in found.nodes] == [START, "again", END]


def test_a_secret_is_told_as_one_and_the_stars_of_its_default_are_none(shape: Shape) -> None:
    """Filled into a form, the stars themselves would be sent as the secret."""
    found = shape("""
from pydantic import Secret, SecretStr
class Door(BaseModel):
    code: SecretStr = SecretStr("4711")
class Context(BaseModel):
    pin: Secret[int]
    pins: list[Secret[int]] | None = None
    word: SecretStr | None = SecretStr("4711")
    door: Door = Door()
    stars: str = "***"
b = StateGraph(State, context_schema=Context)
b.add_node("say", say)
b.add_edge(START, "say")
graph = b.compile()
""").context_schema
    given: Json = {"pin": 4711, "pins": [4711], "word": "4711", "door": {"code": "4711"}, "stars": "4711"}
    assert without_secrets(given, found)[0] == {"door": {}, "stars": "4711"}
    assert "**********" not in json.dumps(found)
    assert prop(found, "stars") == {"title": "Stars", "type": "string", "default": "***"}


def test_an_error_handler_is_a_node_with_an_edge(shape: Shape) -> None:
    found = shape("""
b = StateGraph(State)
b.add_node("say", say, error_handler=lambda state: {})
b.add_edge(START, "say")
graph = b.compile()
""")
    assert Edge(source="say", target="__error_handler__say", label="error", conditional=True) in found.edges
    assert "__error_handler__say" in by_name(found)


@pytest.mark.parametrize("name", ["chain", "draft", "expenses", "travel", "intake", "notes", "report"])
def test_bundled_graphs(loaded: Load, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    found = describe(loaded(name), parse_target(name, tmp_path))
    assert (found.target, found.title) == (name, name)
    assert found.description
    assert not any(node.unknown_targets for node in found.nodes)
    assert found.model == ("" if name in ("draft", "expenses", "report") else "offline rules, not a language model")
