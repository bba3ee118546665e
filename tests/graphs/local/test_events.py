"""The events of hard graphs, told in the order in which things happen: fan-outs, caches, subgraphs, resumed steps."""

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from told import RunGraph, WriteGraph, ended, of


def told(found: list[Event], *names: str) -> list[tuple[str, str]]:
    """Names and nodes of the events with these names."""
    return [(event.name, getattr(event, "node", "")) for event in found if event.name in names]


def all_nodes_end(found: list[Event]) -> bool:
    """Whether each node that started ended, once."""
    ends = ("node_finished", "node_failed", "node_stopped", "node_cached", "interrupt")
    started = Counter(getattr(event, "task", "") for event in found if event.name == "node_started")
    stopped = Counter(getattr(event, "task", "") for event in found if event.name in ends)
    return all(stopped[task] == count == 1 for task, count in started.items())


async def test_one_of_five_hundred_fails(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    async def work(state):
        if state["n"] == 250:
            raise ValueError("one")
        await asyncio.sleep(60 if state["n"] > 250 else 0)
        return {"log": ["x"]}
    builder = StateGraph(S)
    builder.add_node("work", work)
    builder.add_conditional_edges(START, lambda state: [Send("work", {"n": n}) for n in range(500)], ["work"])
    graph = builder.compile()
    """)
    found = await run_graph(graph, input={})
    counts = Counter(event.name for event in found)
    assert (counts["node_started"], counts["node_failed"]) == (500, 1)
    assert counts["node_finished"] + counts["node_stopped"] == 499
    assert counts["node_stopped"] >= 249
    assert all_nodes_end(found)
    assert ended(found).status == "failed"


async def test_what_is_cached_and_what_is_kept(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
    from langgraph.cache.memory import InMemoryCache
    def work(state): return {"log": [str(state["n"])]}
    builder = StateGraph(S)
    builder.add_node("work", work, cache_policy=CachePolicy())
    builder.add_node("again", lambda state: {"log": ["again"]})
    sends = lambda state: [Send("work", {"n": 1}), Send("work", {"n": 2})] if len(state["log"]) < 4 else END
    builder.add_conditional_edges(START, lambda state: sends({"log": []}), ["work"])
    builder.add_edge("work", "again")
    builder.add_conditional_edges("again", sends, ["work", END])
    graph = builder.compile(cache=InMemoryCache())
    """)
    found = await run_graph(graph, input={})
    assert all_nodes_end(found)
    assert told(found, "node_finished", "node_cached") == [
        ("node_finished", "work"),
        ("node_finished", "work"),
        ("node_finished", "again"),
        ("node_cached", "work"),
        ("node_cached", "work"),
        ("node_finished", "again"),
    ]


async def test_what_has_finished_is_kept_whatever_it_returned(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    def nothing(state): return None
    def empty(state): return {}
    def something(state): return {"log": ["something"]}
    def ask(state): return {"log": [interrupt("?")]}
    graph = fan(nothing, empty, something, ask)
    """)
    found = await run_graph(graph, input={})
    [question] = [event for event in found if isinstance(event, events.Interrupt)]
    assert all_nodes_end(found)
    answered = await run_graph(graph, resume={question.id: "x"})
    names = ("node_started", "node_kept", "node_cached", "node_finished")
    assert sorted(told(answered, *names)) == [
        ("node_finished", "ask"),
        ("node_kept", "empty"),
        ("node_kept", "nothing"),
        ("node_kept", "something"),
        ("node_started", "ask"),
    ]


async def test_parallel_subgraphs_ask_by_their_own_paths(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
    class Inner(TypedDict, total=False):
        n: int
    class Outer(TypedDict, total=False):
        log: Annotated[list[str], operator.add]
    inner = StateGraph(S)
    inner.add_node("ask", lambda state: {"log": [f"{state['n']}{interrupt(state['n'])}"]})
    inner.add_edge(START, "ask")
    builder = StateGraph(Outer)
    builder.add_node("sub", inner.compile())
    builder.add_conditional_edges(START, lambda state: [Send("sub", {"n": 1}), Send("sub", {"n": 2})], ["sub"])
    graph = builder.compile()
    """)
    found = await run_graph(graph, input={})
    questions = [event for event in found if isinstance(event, events.Interrupt)]
    assert sorted(f"{event.node} {event.value}" for event in questions) == ["ask 1", "ask 2"]
    assert len({event.ns for event in questions}) == 2
    assert {len(event.ns) for event in questions} == {1}
    answered = await run_graph(graph, resume={event.id: "!" for event in questions})
    assert ended(answered).status == "done"
    assert (await engine.state("t")).values["log"] == ["1!", "2!"]


async def test_a_subgraph_that_a_node_calls_twice(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    inner = StateGraph(S)
    inner.add_node("one", lambda state: {"log": ["one"]})
    inner.add_edge(START, "one")
    sub = inner.compile()
    def twice(state):
        sub.invoke({"n": 1})
        sub.invoke({"n": 2})
        return {"log": ["twice"]}
    graph = chain(twice)
    """)
    found = await run_graph(graph, input={})
    assert all_nodes_end(found)
    assert told(found, "node_started", "node_finished") == [
        ("node_started", "twice"),
        ("node_started", "one"),
        ("node_finished", "one"),
        ("node_started", "one"),
        ("node_finished", "one"),
        ("node_finished", "twice"),
    ]
    assert len({event.ns for event in found if isinstance(event, events.NodeStarted)}) == 3


async def test_retries_inside_a_subgraph(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    tries = []
    def flaky(state):
        tries.append(1)
        if len(tries) < 3:
            raise ConnectionError("not yet")
        return {"log": ["flaky"]}
    inner = StateGraph(S)
    inner.add_node("flaky", flaky, retry_policy=RetryPolicy(initial_interval=0.01, jitter=False))
    inner.add_edge(START, "flaky")
    builder = StateGraph(S)
    builder.add_node("sub", inner.compile())
    builder.add_edge(START, "sub")
    graph = builder.compile()
    """)
    found = await run_graph(graph, input={})
    retries = [event for event in found if isinstance(event, events.NodeRetry)]
    assert [(event.node, event.attempt, len(event.ns), bool(event.task)) for event in retries] == [
        ("flaky", 1, 1, True),
        ("flaky", 2, 1, True),
    ]
    assert ended(found).status == "done"


@pytest.mark.parametrize("kind", ["", "async "])
async def test_of_many_tasks_of_a_node_the_one_that_is_tried_again_is_told(
    write_nodes: WriteGraph, run_graph: RunGraph, kind: str
) -> None:
    wait = "await asyncio.to_thread(done.wait, 10)" if kind else "done.wait(10)"
    graph = write_nodes(f"""
    import threading
    done, tries = threading.Event(), []
    {kind}def part(state):
        if state["n"] != 2:
            {wait}
        else:
            tries.append(1)
            if len(tries) < 3:
                raise ConnectionError("not yet")
            done.set()
        return {{"log": ["part"]}}
    builder = StateGraph(S)
    builder.add_node("part", part, retry_policy=RetryPolicy(initial_interval=0.01, jitter=False))
    builder.add_conditional_edges(START, lambda state: [Send("part", {{"n": n}}) for n in (1, 2, 3)], ["part"])
    graph = builder.compile()
    """)
    found = await run_graph(graph, input={})
    started = [event.task for event in found if isinstance(event, events.NodeStarted)]
    retries = [event for event in found if isinstance(event, events.NodeRetry)]
    assert [(event.task, event.attempt) for event in retries] == [(started[1], 1), (started[1], 2)]


async def test_goto_defer_and_generators(write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine) -> None:
    graph = write_nodes("""
    def first(state): return Command(goto=[Send("part", {"n": 1}), "other"], update={"log": ["first"]})
    async def part(state):
        yield {"log": ["LangGraph takes the last one"]}
        yield {"log": ["part"]}
    def other(state): return {"log": ["other"]}
    def late(state): return {"log": ["late"]}
    builder = StateGraph(S)
    for node in (first, part, other):
        builder.add_node(node.__name__, node)
    builder.add_node("late", late, defer=True)
    builder.add_edge(START, "first")
    builder.add_edge("first", "late")
    builder.add_edge("part", "late")
    graph = builder.compile()
    """)
    found = await run_graph(graph, input={})
    assert all_nodes_end(found)
    finished = [(event.node, event.keys) for event in found if isinstance(event, events.NodeFinished)]
    assert sorted(finished) == [("first", ("log",)), ("late", ("log",)), ("other", ("log",)), ("part", ("log",))]
    assert finished[0][0] == "first"
    assert finished[-1][0] == "late"


async def test_tokens_of_two_parallel_models_stay_apart(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    from langchain_core.language_models.fake_chat_models import FakeListChatModel
    from langchain_core.messages import ToolMessage
    from langgraph.graph import MessagesState
    model = FakeListChatModel(responses=["hello there"], sleep=0.005)
    async def left(state): return {"messages": [await model.ainvoke("hi")]}
    async def right(state): return {"messages": [await model.ainvoke("hi")]}
    def tool(state): return {"messages": [ToolMessage("found", tool_call_id="1")]}
    builder = StateGraph(MessagesState)
    for node in (left, right, tool):
        builder.add_node(node.__name__, node)
    builder.add_edge(START, "left")
    builder.add_edge(START, "right")
    builder.add_edge(["left", "right"], "tool")
    graph = builder.compile()
    """)
    found = await run_graph(graph, input={"messages": ["hi"]})
    written: dict[str, str] = {}
    for event in found:
        if isinstance(event, events.Token):
            written[event.node] = written.get(event.node, "") + event.text
    assert written == {"left": "hello there", "right": "hello there"}
    assert Counter((event.node, event.role) for event in found if isinstance(event, events.Message)) == Counter(
        [("left", "ai"), ("right", "ai"), ("tool", "tool")]
    )


async def test_a_model_that_is_not_to_be_streamed_is_told_whole(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    from langchain_core.language_models.fake_chat_models import FakeListChatModel
    from langgraph.graph import MessagesState
    model = FakeListChatModel(responses=["hello there"])
    def saying(*tags):
        async def say(state): return {"messages": [await model.ainvoke("hi", {"tags": list(tags)})]}
        return say
    builder = StateGraph(MessagesState)
    for name, tags in (("plain", ["mine"]), ("quiet", ["nostream"]), ("silent", ["mine", "langsmith:nostream"])):
        builder.add_node(name, saying(*tags)).add_edge(START, name)
    graph = builder.compile()
    """)
    found = await run_graph(graph, input={"messages": ["hi"]})
    assert {event.node for event in found if isinstance(event, events.Token)} == {"plain"}
    whole: Any = [(event.node, event.data) for event in found if isinstance(event, events.Message)]
    assert {node: data["content"] for node, data in whole} == dict.fromkeys(("plain", "quiet", "silent"), "hello there")
    assert len(whole) == 3


async def test_parallel_tasks_of_the_functional_api(write_graph: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_graph("""
    import asyncio
    from langgraph.func import entrypoint, task
    @task
    async def square(n):
        print("square", n)
        await asyncio.sleep(0.01)
        return n * n
    @task
    def bad(n): raise ValueError("bad")
    @entrypoint()
    async def graph(n: int) -> int:
        squares = await asyncio.gather(*map(square, range(n)))
        try:
            await bad(1)
        except ValueError:
            return sum(squares)
    """)
    found = await run_graph(graph, input=3)
    assert all_nodes_end(found)
    assert Counter(told(found, "node_finished", "node_failed")) == Counter(
        [("node_finished", "square")] * 3 + [("node_failed", "bad"), ("node_finished", "graph")]
    )
    assert {event.node for event in found if isinstance(event, events.Output)} == {"square"}
    assert ended(found).status == "done"


async def test_what_a_module_prints_comes_after_the_first_event(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("""
    print("printed")
    os.write(1, b"raw")
    def one(state): return {"n": 1}
    graph = chain(one)
    """)
    found = await run_graph(graph, input={})
    assert [event.name for event in found[:4]] == ["run_started", "output", "output", "checkpoint"]
    assert [event.seq for event in found] == list(range(1, len(found) + 1))
    lost = await run_graph(write_nodes("print('last words')\nos._exit(3)\ngraph = chain()\n"), input={})
    assert [event.name for event in lost] == ["run_started", "output", "run_ended"]


async def test_each_checkpoint_tells_where_its_step_sent_the_run_as_the_rows_do(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
    def pick(state): return Command(goto="look")
    def look(state): return Command(goto="shelf", graph=Command.PARENT, update={"log": [interrupt("may it?")]})
    desk = StateGraph(S)
    desk.add_node("pick", pick)
    desk.add_node("look", look)
    desk.add_edge(START, "pick")
    def begin(state): return {"log": ["begin"]}
    def left(state): return Command(goto="one")
    def right(state): return Command(goto=[Send("two", {"n": 1}), Send("two", {"n": 2})])
    def word(state): return {"log": ["word"]}
    builder = StateGraph(S)
    for node in (begin, left, right):
        builder.add_node(node.__name__, node)
    for name in ("one", "two", "both", "shelf"):
        builder.add_node(name, word)
    builder.add_node("late", word, defer=True)
    builder.add_node("desk", desk.compile())
    builder.add_edge(START, "begin")
    builder.add_edge("begin", "left")
    builder.add_edge("begin", "right")
    builder.add_edge("left", "late")
    builder.add_edge(["one", "two"], "both")
    builder.add_conditional_edges("both", lambda state: ["desk", "one"])
    def shaky(state): raise ValueError("it breaks")
    def mended(state): return Command(goto="calm")
    builder.add_node("shaky", shaky, error_handler=mended)
    builder.add_node("calm", word)
    builder.add_edge("shelf", "shaky")
    graph = builder.compile()
    """)
    asked = await run_graph(graph, input={})
    question = next(event for event in asked if isinstance(event, events.Interrupt))
    run = [*asked, *await run_graph(graph, resume={question.id: "yes"})]
    assert ended(run).status == "done"
    told = {event.id: event.routed for event in run if isinstance(event, events.Checkpoint)}
    rows = list(await engine.history("t"))
    for ns in {ns for row in rows for task in row.after for ns in task.inner}:
        rows += await engine.history("t", ns=ns)
    assert {row.checkpoint for row in rows} == set(told)
    for row in rows:
        by_node: dict[str, set[str]] = {}
        for task in row.made_by:
            by_node.setdefault(task.node, set()).update(task.routed)
        routed = told[row.checkpoint] or {}
        assert {node: set(targets) for node, targets in routed.items()} == {n: t for n, t in by_node.items() if t}
    ways = {
        (source, target) for routed in told.values() for source, targets in (routed or {}).items() for target in targets
    }
    assert ways == {
        *[("__start__", "begin"), ("begin", "left"), ("begin", "right"), ("left", "one"), ("left", "late")],
        *[("right", "two"), ("one", "both"), ("two", "both"), ("both", "desk"), ("both", "one")],
        *[("__start__", "pick"), ("pick", "look"), ("desk", "shelf"), ("shelf", "shaky")],
        ("__error_handler__shaky", "calm"),
    }


async def test_a_task_that_sends_the_graph_around_it_on_ends_there_and_then(
    write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    graph = write_nodes("""
    def think(state): return {"log": ["think"]}
    def give(state): return Command(goto=END if state.get("n") else "bob", graph=Command.PARENT, update={"n": 1})
    agent = StateGraph(S).add_node(think).add_node(give).add_node("beside", think)
    agent.add_edge(START, "think").add_edge("think", "give").add_edge("think", "beside")
    async def by_hand(state): await agent.compile().ainvoke(state)
    builder = StateGraph(S).add_node("ann", agent.compile()).add_node("bob", by_hand).add_edge(START, "ann")
    graph = builder.compile()
    """)
    found = await run_graph(graph, input={})
    assert ended(found).status == "done"
    assert all_nodes_end(found)
    last = {node: place for place, (name, node) in enumerate(told(found, "node_finished"))}
    assert last["give"] < last["bob"], "what is inside ends first"
    assert [node for _, node in told(found, "node_finished")].count("give") == 2
    assert not told(found, "node_stopped")


async def test_who_goes_on_from_an_input_is_told_where_it_leads(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("def one(state): return {'n': 1}\ngraph = chain(one)")
    begin, first = (await run_graph(graph, input={}))[:2]
    assert isinstance(begin, events.RunStarted)
    assert isinstance(first, events.Checkpoint)
    with closing(sqlite3.connect(begin.file, isolation_level=None)) as connection:  # as if it had been killed there
        for table in ("checkpoints", "writes"):
            connection.execute(f"DELETE FROM {table} WHERE checkpoint_id <> ?", (first.id,))
    routed = [event.routed for event in of(await run_graph(graph), events.Checkpoint)]
    assert routed == [{"__start__": ("one",)}, {}]
