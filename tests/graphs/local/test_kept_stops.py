"""What a project keeps to stop the runs of its graphs, also against what their own code says."""

import dataclasses
import json
from pathlib import Path

from graphdeck.graphs import events
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.stopping import Breakpoint, Watch, told_to_run
from told import RunGraph, WriteGraph, ended, of, stands


async def test_breakpoints_of_the_code_are_put_off_for_a_run_or_for_the_project_without_touching_it(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    """Also where nothing else stops the run, inside a subgraph, and where each node is meant."""
    graph = write_nodes("""
    def draft(state): return {"log": ["draft"]}
    def review(state): return {"log": ["review"]}
    def publish(state): return {"log": ["publish"]}
    desk = chain(draft, review, interrupt_before="*")
    builder = StateGraph(S)
    builder.add_node("desk", desk)
    builder.add_node("publish", publish)
    builder.add_edge(START, "desk")
    builder.add_edge("desk", "publish")
    graph = builder.compile(interrupt_before=["publish"], interrupt_after=["publish"])
    """)
    assert (await engine.describe(graph)).subgraphs["desk"].breakpoints_before == ("draft", "review")
    for cleared, stops in {
        (): ["desk:draft", "desk:review", "publish"],
        ("desk:draft", "publish"): ["desk:review"],
        ("*",): [],
    }.items():
        thread = " ".join(cleared)
        found = await run_graph(graph, input={"log": []}, thread=thread, clear=cleared)
        for node in stops:
            assert stands(found) == ("breakpoint", (node,), [("before", node)])
            found = await run_graph(graph, thread=thread, clear=cleared)
        assert stands(found)[0] == "done"
    refused = ended(await run_graph(graph, input={}, clear=("desk",)))
    assert refused.error is not None
    assert "no breakpoint at 'desk' to clear" in refused.error["message"]
    assert refused.error["hint"] == "it has some at: desk:draft, desk:review, publish"
    for stop in await engine.stops(graph):
        assert isinstance(stop, Breakpoint)
        await engine.keep_stop(graph, dataclasses.replace(stop, off=stop.node != "desk:review"))
    await engine.keep_stop(graph, Watch(path="nobody"))
    await engine.keep_stop(graph, Watch(path="n", off=True))
    told = told_to_run(await engine.stops(graph))
    assert [stop.key[:2] for stop in told] == [
        ("watch", "nobody"), ("publish", "before"), ("publish", "after"), ("desk:draft", "before")
    ]  # fmt: skip
    found = await run_graph(graph, input={"log": []}, thread="kept", kept=told)
    assert stands(found)[1] == ("desk:review",)
    assert "the watch of nobody does nothing: there is no state key" in of(found, events.RunStarted)[0].note
    assert stands(await run_graph(graph, thread="kept", kept=told))[0] == "done"


async def test_what_an_earlier_version_kept_is_read_and_what_it_cannot_read_stays(
    write_nodes: WriteGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    file, graph = tmp_path / ".graphdeck" / "breakpoints.json", write_nodes("def end(state): ...\ngraph = chain(end)")
    old = [{"node": "end", "when": "after", "condition": "n > 1"}, {"of": "a later version"}]
    await engine.keep_stop(graph, Watch(path="n"))
    [target] = json.loads(file.read_text())
    file.write_text(json.dumps({target: old}))
    assert await engine.stops(graph) == (Breakpoint(node="end", when="after", condition="n > 1"),)
    await engine.keep_stop(graph, Breakpoint(node="end", when="after", condition="n > 1", off=True))
    await engine.keep_stop(graph, Watch(path="n", off=True))
    later = LocalEngine(tmp_path)
    assert [stop.off for stop in await later.stops(graph)] == [True, True]
    await later.forget_stop(graph, Watch(path="n"))
    assert json.loads(file.read_text()) == {target: [{**old[0], "off": True}, old[1]]}
    await later.close()


async def test_a_graph_that_a_function_makes_stops_like_any_other(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine, tmp_path: Path
) -> None:
    """Each job calls the function, and closes what it opened."""
    graph = write_nodes(
        """
    from contextlib import asynccontextmanager
    asyncio.run(asyncio.sleep(0))  # as where a server's tools are asked for
    def one(state): return {"n": 1}
    def two(state): return {"n": state["n"] + 1}
    @asynccontextmanager
    async def make(config):
        with (HERE / "told").open("a") as told:
            told.write("open ")
            yield chain(one, chain_of_two(), interrupt_before=["inner"])
            told.write("closed ")
    def chain_of_two():
        inner = chain(one, two)
        inner.__name__ = "inner"
        return inner
    """,
        variable="make",
    )
    assert [node.id for node in (await engine.describe(graph)).nodes] == ["__start__", "one", "inner", "__end__"]
    stops = {"before": ("inner:two if n == 1",), "clear": ("inner",)}
    assert stands(await run_graph(graph, input={}, **stops)) == (
        "breakpoint", ("inner:two",), [("before", "inner:two")]
    )  # fmt: skip
    assert stands(await run_graph(graph, **stops))[0] == "done"
    await engine.update("t", {"n": 5}, as_node="one")
    assert stands(await run_graph(graph)) == ("breakpoint", ("inner",), [("before", "inner")])
    assert (tmp_path / "told").read_text() == "open closed " * 5
