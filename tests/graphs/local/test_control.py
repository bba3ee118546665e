"""Where runs are made to stop, in real workers: at nodes, by conditions, at changes, after a step; and what is told."""

import pytest

from graphdeck.graphs import events
from graphdeck.graphs.events import Event
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.stopping import Breakpoint, Stop, standing_before
from told import RunGraph, WriteGraph, ended, of, ran, stands

TEAMS = """
    def say(name): return lambda state: {"log": [name], "n": state.get("n", 0) + 1}
    def line(**nodes):
        builder = StateGraph(S)
        for name, node in nodes.items():
            builder.add_node(name, node)
        for a, b in zip([START, *nodes], [*nodes, END]):
            builder.add_edge(a, b)
        return builder.compile()
    desk = line(write=say("write"), review=say("review"))
    team = line(plan=say("plan"), desk=desk)
    def call(state): return {"log": [f"called {len(desk.invoke({'log': []})['log'])}"]}
    def make(state): return {"log": line(inner=say("inner")).invoke({"log": []})["log"]}
    graph = line(team=team, second=desk, call=call, make=make, end=say("end"))
"""


@pytest.fixture
def teams(write_nodes: WriteGraph) -> str:
    return write_nodes(TEAMS)


async def test_breakpoints_inside_subgraphs_stop_there_alone_and_are_gone_on_from(
    teams: str, run_graph: RunGraph, engine: LocalEngine
) -> None:
    """One compiled graph is run by three nodes, one of them inside another graph, one from a function."""
    found = await run_graph(teams, input={"log": []}, before=("team:desk:review",), after=("call:write", "second"))
    assert stands(found) == ("breakpoint", ("team:desk:review",), [("before", "team:desk:review")])
    state = await engine.state("t")
    assert (state.status, state.stops, standing_before(state)) == (
        "breakpoint", (Stop(kind="before", node="team:desk:review"),), ("team:desk:review",)
    )  # fmt: skip
    assert ended([event async for event in engine.follow("t")]).stops == state.stops
    assert [row.stops for row in (await engine.threads()).rows] == [state.stops]
    assert [row.stops for row in (await engine.waiting()).rows] == [state.stops]
    found = await run_graph(teams, before=("team:desk:review",), after=("call:write", "second"))
    assert stands(found) == ("breakpoint", ("call",), [("after", "second")])
    assert ran(found) == ["review", "desk", "team", "write", "review", "second"]
    found = await run_graph(teams, after=("call:write", "second"))
    assert stands(found)[::2] == ("breakpoint", [("after", "call:write")])
    assert ran(await run_graph(teams)) == ["review", "call", "inner", "make", "end"]
    assert (await engine.state("t")).stops == ()


async def test_a_place_where_no_run_can_stop_is_refused_with_the_reason(teams: str, run_graph: RunGraph) -> None:
    for node, message in {
        "nobody": "there is no node 'nobody' to stop at",
        "team:nobody": "there is no node 'nobody' to stop at in team",
        "team:nobody:deep": "there is no node 'team:nobody' to stop in",
        "make:inner": "node 'make' has no subgraph that can be stopped in",
        "end:deep": "node 'end' has no subgraph that can be stopped in",
        "__start__": "there is no node '__start__' to stop at",
        "end if total > 3": "there is no state key 'total' to look at",
        "end if n >": "the condition 'n >' ends where a value should be",
    }.items():
        refused = ended(await run_graph(teams, input={}, before=(node,)))
        assert refused.error is not None
        assert message in refused.error["message"]
        assert refused.error["hint"]
    for wrong in ({"before": ("end if n > 1",)}, {"watch": ("n",)}, {"kept": (kept("end", "n > 1"),)}):
        refused = ended(await run_graph(teams, input={}, durability="async", **wrong))
        assert refused.error is not None
        assert "with durability async" in refused.error["message"]


def kept(node: str, condition: str = "") -> Breakpoint:
    return Breakpoint(node=node, condition=condition)


LOOP = """
    def first(state): return {"n": 0}
    def count(state): return {"n": state["n"] + 1, **({"any": {"list": [state["n"]]}} if state["n"] % 2 else {})}
    def same(state): return {"any": state.get("any")}
    builder = StateGraph(S)
    builder.add_node("first", first)
    builder.add_node("count", count)
    builder.add_node("same", same)
    builder.add_edge(START, "first")
    builder.add_edge("first", "count")
    builder.add_edge("count", "same")
    builder.add_conditional_edges("same", lambda state: "count" if state["n"] < 6 else END, ["count", END])
    graph = builder.compile(interrupt_after=["first"])
"""


async def test_a_condition_stops_exactly_at_the_boundary_where_it_holds(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    loop = write_nodes(LOOP)
    found = await run_graph(loop, input={}, to="count", before=("count if n == 0",), step=True)
    assert stands(found)[1:] == (
        ("count",), [("after", "first"), ("to", "count"), ("before", "count"), ("step", "")]
    )  # fmt: skip
    assert [stop.declared for stop in (await engine.state("t")).stops] == [True, False, False, False]
    found = await run_graph(loop, before=("same if n >= 3",), after=("same if n > 2",))
    [stop] = ended(found).stops
    assert (stop.kind, stop.node, stop.condition, (await engine.state("t")).values["n"]) == (
        "before",
        "same",
        "n >= 3",
        3,
    )
    found = await run_graph(loop, before=("count if n == 3", "same if n == 9"), after=("same if n > 2",), to="count")
    assert ran(found) == ["same"]
    assert [(stop.kind, stop.condition) for stop in ended(found).stops] == [
        ("to", ""), ("before", "n == 3"), ("after", "n > 2")
    ]  # fmt: skip
    assert stands(await run_graph(loop, after=("same if n == 6",))) == ("done", (), [])


async def test_a_watched_value_stops_the_run_when_a_node_has_changed_it(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    loop = write_nodes(LOOP)
    found = await run_graph(loop, input={"any": "from the input"}, watch=("any",))
    assert stands(found) == ("breakpoint", ("count",), [("after", "first")])
    found = await run_graph(loop, watch=("any.list.-1", "any"), before=("same if n changed", "count if any changed"))
    assert [(stop.kind, stop.condition) for stop in ended(found).stops] == [("before", "n changed")]
    found = await run_graph(loop, watch=("any.list.-1", "any"), before=("count if any changed",))
    assert [(stop.kind, stop.condition) for stop in ended(found).stops] == [("watch", "any.list.-1"), ("watch", "any")]
    assert (await engine.state("t")).values == {"n": 2, "any": {"list": [1]}}
    assert stands(await run_graph(loop, watch=("any",)))[1] == ("same",)
    assert (await engine.state("t")).values == {"n": 4, "any": {"list": [3]}}


async def test_what_holds_where_a_subgraph_ends_stops_the_run_before_what_follows_it(
    teams: str, run_graph: RunGraph, engine: LocalEngine
) -> None:
    watched = {"watch": ("team:desk:log",), "after": ("team:desk:review if n > 2",)}
    found = await run_graph(teams, input={"log": []}, **watched)
    assert stands(found) == ("breakpoint", ("team:desk:review",), [("watch", "team:desk")])
    found = await run_graph(teams, **watched)
    assert stands(found) == ("breakpoint", ("second",), [("after", "team:desk:review"), ("watch", "team:desk")])
    assert ran(found) == ["review", "desk", "team"]


async def test_conditions_hold_in_subgraphs_that_keep_their_own_state(
    write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    """Their checkpoints are named without the ids of the tasks that run them."""
    keeping = write_nodes(TEAMS.replace("graph = line", "desk.checkpointer = True\n    graph = line"))
    given = {
        "watch": ("team:desk:log",),
        "before": ("team:desk:review if n == 2",),
        "after": ("team:desk:review if n > 2",),
    }
    found = await run_graph(keeping, input={"log": []}, **given)
    assert stands(found)[1:] == (
        ("team:desk:review",), [("before", "team:desk:review"), ("watch", "team:desk")]
    )  # fmt: skip
    found = await run_graph(keeping, **given, step=True)
    assert stands(found)[1:] == (
        ("second",), [("after", "team:desk:review"), ("watch", "team:desk"), ("step", "")]
    )  # fmt: skip


async def test_a_step_is_one_of_the_innermost_graph_that_the_thread_stands_in(teams: str, run_graph: RunGraph) -> None:
    step = {"step": True, "durability": "async"}
    found = await run_graph(teams, input={"log": []}, before=("team:desk:write",))
    assert stands(found)[1] == ("team:desk:write",)
    found = await run_graph(teams, **step)
    assert (ran(found), stands(found)) == (["write"], ("breakpoint", ("team:desk:review",), [("step", "")]))
    found = await run_graph(teams, **step)
    assert (ran(found), stands(found)) == (["review", "desk", "team"], ("breakpoint", ("second",), [("step", "")]))
    found = await run_graph(teams, **step)
    assert (ran(found), stands(found)[1]) == (["write", "review", "second"], ("call",))
    for _ in range(3):
        found = await run_graph(teams, **step)
    assert stands(found) == ("done", (), [])


async def test_a_task_that_sends_the_graph_around_it_on_ends_a_step(
    write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    """LangGraph asks nothing where a subgraph is left by `Command.PARENT`."""
    graph = write_nodes("""
    def think(state): return {"log": ["think"]}
    def agent(to):
        give = lambda state: Command(goto=to, graph=Command.PARENT)
        builder = StateGraph(S).add_node(think).add_node("give", give).add_node("beside", think)
        return builder.add_edge(START, "think").add_edge("think", "give").add_edge("think", "beside").compile()
    builder = StateGraph(S).add_node("ann", agent("bob")).add_node("bob", agent("end")).add_node("end", think)
    graph = builder.add_edge(START, "ann").compile()
    """)
    after = {"after": ("ann:give", "bob:give")}
    given = ("breakpoint", ("bob",), [("after", "ann:give")])
    assert stands(await run_graph(graph, input={}, **after)) == given
    assert stands(await run_graph(graph, **after)) == ("breakpoint", ("end",), [("after", "bob:give")])
    for thread in ("after", "step"):
        found = await run_graph(graph, thread, input={}, before=("ann:give",))
        assert set(ended(found).paths) == {"ann:give", "ann:beside"}
    assert stands(await run_graph(graph, "after", **after)) == given, "also where the run began inside"
    assert stands(await run_graph(graph, "step", step=True)) == ("breakpoint", ("bob",), [("step", "")])


async def test_each_of_several_runs_of_one_graph_stops_for_itself(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    """Three tasks run one compiled graph at once: the condition holds in one of them."""
    fan = write_nodes("""
    async def one(state): return {"log": ["one"]}
    async def two(state): return {"log": ["two"]}
    inner = chain(one, two)
    builder = StateGraph(S)
    builder.add_node("inner", inner)
    builder.add_conditional_edges(START, lambda state: [Send("inner", {"log": [which]}) for which in "abc"], ["inner"])
    graph = builder.compile()
    """)
    found = await run_graph(fan, input={}, before=('inner:two if log contains "b"',))
    assert stands(found) == ("breakpoint", ("inner:two",), [("before", "inner:two")])
    assert sorted(ran(found)) == ["inner", "inner", "one", "one", "one", "two", "two"]
    assert ran(await run_graph(fan)) == ["two", "inner"]


async def test_a_limit_of_steps_is_told_and_no_breakpoint_is_passed_by_it(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    loop = write_nodes(LOOP)
    await run_graph(loop, input={})
    found = await run_graph(loop, recursion_limit=1, before=("same if n == 2",))
    assert stands(found) == ("recursion_limit", ("same",), [("limit", "")])
    assert (await engine.state("t")).stops == (Stop(kind="limit", steps=1),)
    found = await run_graph(loop, before=("same if n == 2",))
    assert (ran(found), stands(found)) == ([], ("breakpoint", ("same",), [("before", "same")]))
    assert ran(await run_graph(loop, before=("same",))) == ["same", "count"]


async def test_a_stop_by_hand_is_kept_with_what_it_was(write_nodes: WriteGraph, engine: LocalEngine) -> None:
    graph = write_nodes("""
    from langgraph.runtime import Runtime
    async def waits(state, runtime: Runtime):
        while not runtime.control.drain_requested:  # else its step might end before it has heard of the drain
            await asyncio.sleep(0.001)
    async def sleeps(state): await asyncio.sleep(60)
    graph = chain(waits, sleeps)
    """)
    for act, kind in (("drain", "pause"), ("cancel", "cancel"), ("kill", "kill")):
        run = await engine.run(RunRequest(graph=graph, thread="t", has_input=act == "drain", input={"n": 1}))
        found: list[Event] = []
        async for event in run.events():
            found.append(event)
            if isinstance(event, events.NodeStarted):
                await getattr(run, act)()
        assert (ended(found).status, [stop.kind for stop in ended(found).stops]) == ("stopped", [kind])
        assert [stop.kind for stop in (await engine.state("t")).stops] == [kind]


async def test_graphs_that_cannot_be_gone_on_with_or_have_one_node_refuse_stops_in_one_sentence(
    write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    unsaved = write_nodes("def a(state): return {'n': 1}\ngraph = chain(a, checkpointer=False, interrupt_before=['a'])")
    refused = ended(await run_graph(unsaved, input={}, before=("a",)))
    assert refused.error is not None
    assert "refuses saving" in refused.error["message"]
    assert stands(await run_graph(unsaved, input={})) == ("breakpoint", (), [("before", "a")])
    functional = write_nodes(
        """
    from langgraph.func import entrypoint, task
    @task
    def part(n): return n + 1
    @entrypoint()
    def whole(n): return part(n).result()
    """,
        variable="whole",
    )
    for wrong in ({"step": True}, {"after": ("whole",)}, {"to": "part"}, {"before": ("whole if n > 1",)}):
        refused = ended(await run_graph(functional, input=1, thread="f", **wrong))
        assert refused.error is not None
        assert ("runs as one node" in refused.error["message"]) or "to" in wrong
    assert stands(await run_graph(functional, input=1, thread="f", before=("whole",)))[1] == ("whole",)
    assert stands(await run_graph(functional, thread="f"))[0] == "done"


async def test_breakpoints_are_kept_for_the_project_and_told_where_the_graph_lost_their_node(
    teams: str, run_graph: RunGraph, engine: LocalEngine
) -> None:
    await engine.describe(teams)
    for point in (kept("team:desk:review"), kept("gone"), kept("end"), kept("end", "n > 1")):
        await engine.keep_stop(teams, point)
    await engine.keep_stop(teams, Breakpoint(node="end", when="after"))
    await engine.forget_stop(teams, Breakpoint(node="end", when="after"))
    found = await engine.stops(teams)
    assert [(point.node, point.condition, point.missing) for point in found if isinstance(point, Breakpoint)] == [
        ("team:desk:review", "", False), ("gone", "", True), ("end", "n > 1", False)
    ]  # fmt: skip
    run = await run_graph(teams, input={"log": []}, kept=tuple(found))
    assert stands(run)[2] == [("before", "team:desk:review")]
    assert "the breakpoint before gone does nothing: there is no node 'gone'" in of(run, events.RunStarted)[0].note
    run = await run_graph(teams, kept=tuple(found))
    assert [(stop.node, stop.condition) for stop in ended(run).stops] == [("end", "n > 1")]


async def test_a_write_that_leads_to_a_breakpoint_stops_there_with_its_reason(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    loop = write_nodes(LOOP)
    await run_graph(loop, input={})
    await engine.update("t", {"n": 4}, as_node="count")
    stops = {"before": ("same if n == 4",), "after": ("count if n == 5",)}
    found = await run_graph(loop, **stops)
    assert (ran(found), [stop.condition for stop in ended(found).stops]) == ([], ["n == 4"])
    found = await run_graph(loop, **stops)
    assert (ran(found), [stop.condition for stop in ended(found).stops]) == (["same", "count"], ["n == 5"])


@pytest.mark.parametrize("keeps", ["", "sub.checkpointer = True"])
async def test_what_a_finished_sibling_has_written_is_a_change_once_its_step_ends(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, keeps: str
) -> None:
    """The run stops inside a subgraph while another task of that step has written the watched key already."""
    graph = write_nodes(f"""
    def quick(state): return {{"n": 7, "log": ["quick"]}}
    async def one(state): return {{"log": ["one"]}}
    async def two(state): return {{"any": "two"}}
    def last(state): return {{}}
    class Inner(TypedDict, total=False):
        any: str
        log: Annotated[list[str], operator.add]
    sub = StateGraph(Inner).add_sequence([one, two]).add_edge(START, "one").compile()
    {keeps}
    builder = StateGraph(S)
    for name, node in {{"quick": quick, "sub": sub, "last": last}}.items():
        builder.add_node(name, node)
    for a, b in ((START, "quick"), (START, "sub"), (["quick", "sub"], "last"), ("last", END)):
        builder.add_edge(a, b)
    graph = builder.compile()
    """)
    for given in ({"watch": ("n",)}, {"watch": ("any",)}, {"before": ("last if n changed",)}):
        thread = str(given)
        found = await run_graph(graph, input={"n": 1}, thread=thread, before=("sub:two",))
        assert stands(found) == ("breakpoint", ("sub:two",), [("before", "sub:two")])
        assert [task.node for task in (await engine.state(thread)).finished] == ["quick"]
        found = await run_graph(graph, thread=thread, **given)
        assert (stands(found)[:2], ran(found)) == (("breakpoint", ("last",)), ["two", "sub"])
        assert stands(await run_graph(graph, thread=thread, **given))[0] == "done"


@pytest.mark.parametrize("end", ["kill", "die"])
async def test_a_run_that_ends_without_a_word_leaves_no_earlier_reason(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, end: str
) -> None:
    """It went on from a breakpoint; it is killed, or its process dies, before its first step has ended."""
    graph = write_nodes("""
    async def first(state): return {"n": 1}
    async def second(state):
        if state.get("any"): os.kill(0, signal.SIGKILL)
        await asyncio.sleep(60)
    graph = chain(first, second)
    """)
    await run_graph(graph, input={"any": end == "die"}, before=("second",))
    assert (await engine.state("t")).status == "breakpoint"
    run = await engine.run(RunRequest(graph=graph, thread="t", before=("second",)))
    found: list[Event] = []
    async for event in run.events():
        found.append(event)
        if isinstance(event, events.NodeStarted) and end == "kill":
            await run.kill()
    assert ended(found).status == ("stopped" if end == "kill" else "lost")
    state = await engine.state("t")
    assert (state.status, [stop.kind for stop in state.stops]) == ("stopped", ["kill"] if end == "kill" else [])
    assert (await engine.waiting()).rows == ()
