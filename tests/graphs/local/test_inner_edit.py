"""Editing the state of a subgraph while its question waits: it is asked anew, and nothing else comes of it."""

from typing import Any

import pytest

from graphdeck.graphs.errors import GraphdeckError, InputError
from graphdeck.graphs.events import NodeStarted
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import Snapshot
from graphdeck.graphs.values import Json
from told import RunGraph, WriteGraph, ended

DESKS = """
    class Desk(TypedDict, total=False):
        topic: str
        days: int
        draft: str
        article: str
        log: Annotated[list[str], operator.add]

    def write(state): return {"draft": "draft about " + state["topic"], "log": ["written"]}
    def check(state): return {"log": ["checked"]}
    def review(state):
        verdict = interrupt({"please_review": state["draft"]})
        return {"article": f"{state['draft']} [{verdict}] {state.get('log')}"}

    def graph_of(state, **nodes):
        builder = StateGraph(state)
        for name, node in nodes.items():
            builder.add_node(name, node)
        return builder

    in_a_row = graph_of(Desk, write=write, check=check, review=review)
    for a, b in ((START, "write"), ("write", "check"), ("check", "review"), ("review", END)):
        in_a_row.add_edge(a, b)
    joined = graph_of(Desk, write=write, check=check, review=review)
    for a, b in ((START, "write"), (START, "check"), (["write", "check"], "review"), ("review", END)):
        joined.add_edge(a, b)
    beside = graph_of(Desk, write=write, check=check, review=review)
    for a, b in ((START, "write"), ("write", "check"), ("write", "review"), ("review", END)):
        beside.add_edge(a, b)
    sent = graph_of(Desk, write=write, check=check, review=review)
    sent.add_conditional_edges(START, lambda state: [Send("write", state)], ["write"])
    for a, b in (("write", "review"), ("review", END)):
        sent.add_edge(a, b)
    desk = DESK.compile()

    class Outer(TypedDict, total=False):
        topic: str
        article: str
        once: str

    def once(state): return {"once": "kept"}
    def call(state): return {"article": desk.invoke({"topic": state["topic"]})["article"]}

    team = graph_of(Desk, outline=lambda state: {"log": ["outlined"]}, desk=desk)
    for a, b in ((START, "outline"), ("outline", "desk"), ("desk", END)):
        team.add_edge(a, b)
    builder = graph_of(Outer, team=team.compile(), once=once)
    builder.add_edge(START, "team")
    builder.add_edge(START, "once")
    graph = builder.compile()
    outer = graph_of(Outer, call=call)
    outer.add_edge(START, "call")
    called = outer.compile()
"""


def innermost(snapshot: Snapshot) -> Snapshot:
    """The subgraph that asks."""
    while snapshot.subgraphs:
        (snapshot,) = snapshot.subgraphs
    return snapshot


@pytest.mark.parametrize(
    ("desk", "variable", "path"),
    [("in_a_row", "graph", "team desk review"), ("joined", "called", "call review")],
)
async def test_the_question_is_asked_anew_about_what_was_written(
    desk: str, variable: str, path: str, engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(DESKS.replace("DESK", desk)).replace(":graph", f":{variable}")
    await run_graph(target, input={"topic": "tides"})
    before = await engine.state("t")
    (question,) = before.interrupts
    assert question.path == tuple(path.split())
    values: Json = {"draft": "by hand", "log": ["by hand"]}
    await engine.update("t", values, ns=innermost(before).ns.split("|"), replace=True)
    stands = await engine.state("t")
    assert (stands.status, stands.interrupts) == ("stopped", ()), "the old question takes no answer any more"
    assert [row.interrupts for row in (await engine.waiting()).rows] == [()]
    written = innermost(stands)
    assert (written.values["draft"], written.values["log"]) == ("by hand", ["by hand"])
    again = await run_graph(target)
    assert [event.node for event in again if isinstance(event, NodeStarted)] == path.split(), "and nothing else"
    (anew,) = (await engine.state("t")).interrupts
    assert (anew.path, anew.value) == (question.path, {"please_review": "by hand"})
    gone = ended(await run_graph(target, resume={question.id: "to the old one"}))
    assert gone.error
    assert "does not wait any more" in gone.error["message"]
    assert ended(await run_graph(target, resume={anew.id: "fine"})).status == "done"
    assert (await engine.state("t")).values["article"] == "by hand [fine] ['by hand']"


@pytest.mark.parametrize(
    ("desk", "values", "said"),
    [
        ("in_a_row", {"draft": 3}, "draft"),
        ("in_a_row", {"title": "x"}, "no key 'title'"),
        ("beside", {"draft": "x"}, "check has finished beside the question, and would run again"),
        ("sent", {"draft": "x"}, "write would come next then, instead of review"),
    ],
)
async def test_an_edit_that_does_not_fit_or_would_lead_elsewhere_changes_nothing(
    desk: str, values: Any, said: str, engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(DESKS.replace("DESK", desk))
    await run_graph(target, input={"topic": "tides"})
    before = await engine.state("t")
    with pytest.raises(InputError, match=said):
        await engine.update("t", values, ns=innermost(before).ns.split("|"), replace=True)
    assert await engine.state("t") == before


PAIR = """
    from pydantic import BaseModel, model_validator

    class Pair(BaseModel):
        low: int = 0
        high: int = 5

        @model_validator(mode="after")
        def in_order(self):
            if self.low > self.high:
                raise ValueError("low is above high")
            return self

    def narrow(state): return {"high": 2}
    def review(state): return {"low": interrupt("which?")}

    inner = StateGraph(Pair)
    inner.add_node("narrow", narrow)
    inner.add_node("review", review)
    for a, b in ((START, "narrow"), ("narrow", "review"), ("review", END)):
        inner.add_edge(a, b)
    builder = StateGraph(Pair)
    builder.add_node("pair", inner.compile())
    builder.add_edge(START, "pair")
    graph = builder.compile()
"""


async def test_an_edit_after_which_the_state_cannot_be_read_is_taken_back(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(PAIR)
    await run_graph(target, input={})
    before = await engine.state("t")
    with pytest.raises(GraphdeckError, match="low is above high"):  # each fits alone, and not the other
        await engine.update("t", {"low": 4}, ns=innermost(before).ns.split("|"), replace=True)
    assert await engine.state("t") == before


SEVERAL = """
    def prepare(state): return {}
    def ask(state): return {"any": interrupt("how many?")}
    def price(state): return {"n": interrupt("how much?")}

    class Other(TypedDict, total=False):
        n: float

    desk, shop = chain(ask), StateGraph(Other)
    shop.add_node("price", price)
    shop.add_edge(START, "price")
    shop = shop.compile()

    def twice(state): return {"log": [str(desk.invoke({})["any"]), str(desk.invoke({})["any"])]}
    def both(state): return {"log": [str(desk.invoke({})), str(shop.invoke({}))]}
    def backwards(state):
        later = desk
        return {"log": [str(shop.invoke({"n": 1})), str(later.invoke({}))]}

    graphs = {node.__name__: chain(node) for node in (twice, both, backwards)}
    twice, both, backwards = graphs.values()
"""


@pytest.mark.parametrize(("variable", "answers"), [("twice", 1), ("both", 1), ("backwards", 0)])
async def test_the_state_of_one_of_several_subgraphs_that_a_node_calls_is_not_edited(
    variable: str, answers: int, engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(SEVERAL, variable=variable)
    await run_graph(target, input={})
    for _ in range(answers):
        (question,) = (await engine.state("t")).interrupts
        await run_graph(target, resume={question.id: 3})
    before = await engine.state("t")
    asking = next(inner for inner in before.subgraphs if inner.interrupts)
    with pytest.raises(InputError, match="its node calls several subgraphs"):
        await engine.update("t", {"n": 5}, ns=asking.ns.split("|"), replace=True)
    assert await engine.state("t") == before


async def test_the_state_of_a_subgraph_that_does_not_wait_any_more_is_not_edited(
    engine: LocalEngine, write_nodes: WriteGraph, run_graph: RunGraph
) -> None:
    target = write_nodes(DESKS.replace("DESK", "in_a_row"))
    await run_graph(target, input={"topic": "tides"})
    before = await engine.state("t")
    (question,) = before.interrupts
    assert ended(await run_graph(target, resume={question.id: "fine"})).status == "done"
    for ns in (innermost(before).ns.split("|"), ["team:x", "desk:y"], ["nowhere:1"]):
        with pytest.raises(GraphdeckError):
            await engine.update("t", {"draft": "late"}, ns=ns)
    assert (await engine.state("t")).values["article"] == "draft about tides [fine] ['outlined', 'written', 'checked']"
