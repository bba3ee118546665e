"""`graphdeck answer --set`: what a subgraph is asked about is edited, asked anew, and then answered."""

from typing import Any

import pytest

from graphdeck.graphs.errors import InputError
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest
from graphdeck.tui.plain.answer import AnswerOptions, answer
from graphdeck.tui.plain.inner_edit import edit
from graphdeck.tui.plain.run import run
from told import WriteGraph

NESTED = """
    from typing import TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class Inner(TypedDict, total=False):
        topic: str
        draft: str
        article: str

    class Outer(TypedDict, total=False):
        topic: str
        article: str

    def write(state): return {"draft": f"about {state['topic']}"}
    def review(state): return {"article": f"{state['draft']} [{interrupt(state['draft'])}]"}

    desk = StateGraph(Inner).add_node(write).add_node(review).add_edge(START, "write").add_edge("write", "review")
    inner = desk.compile()
    def call(state): return {"article": inner.invoke({"topic": state["topic"]})["article"]}

    graph = StateGraph(Outer).add_node("desk", inner).add_edge(START, "desk").compile()
    called = StateGraph(Outer).add_node(call).add_edge(START, "call").compile()
"""


async def ask(engine: LocalEngine, graph: str) -> None:
    request = RunRequest(graph=graph, thread="t", input={"topic": "tides"}, has_input=True)
    assert await run(engine, request, as_json=True) == 2


@pytest.mark.parametrize("variable", ["graph", "called"])
async def test_the_inner_state_is_edited_before_the_answer(
    engine: LocalEngine, write_graph: WriteGraph, capsys: pytest.CaptureFixture[str], variable: str
) -> None:
    await ask(engine, write_graph(NESTED, variable=variable))
    assert await edit(engine, "t", ['draft="by hand"'], db=None, as_json=False) == 2
    printed = capsys.readouterr().out
    assert "by hand" in printed.partition("waiting for an answer")[2]
    [question] = (await engine.state("t")).interrupts
    assert question.value == "by hand"
    assert await answer(engine, AnswerOptions(thread="t", answers=(f'{question.id}="fine"',))) == 0
    assert (await engine.state("t")).values == {"topic": "tides", "article": "by hand [fine]"}


WRONG = {
    "--set 'draft' is not KEY=JSON": ["draft"],
    "--set draft is not JSON": ["draft=by hand"],
    "names 'draft' twice": ["draft=1", "draft=2"],
    "it has no key": ["draught=1"],
}


async def test_an_edit_that_cannot_be_made_changes_nothing(engine: LocalEngine, write_graph: WriteGraph) -> None:
    await ask(engine, write_graph(NESTED))
    before = await engine.state("t")
    for said, words in WRONG.items():
        with pytest.raises(InputError, match=said):
            await edit(engine, "t", words, db=None, as_json=False)
    assert await engine.state("t") == before


async def test_only_a_subgraph_that_asks_can_be_edited(engine: LocalEngine, write_graph: WriteGraph) -> None:
    source: Any = """
        from langgraph.graph import START, StateGraph
        from langgraph.types import interrupt
        def ask(state): interrupt("well?")
        graph = StateGraph(dict).add_node(ask).add_edge(START, "ask").compile()
    """
    await ask(engine, write_graph(source))
    with pytest.raises(InputError, match="no subgraph asks here"):
        await edit(engine, "t", ["draft=1"], db=None, as_json=False)
    [question] = (await engine.state("t")).interrupts
    assert await answer(engine, AnswerOptions(thread="t", answers=(f"{question.id}=1",))) == 0
    with pytest.raises(InputError, match="no question waits"):
        await edit(engine, "t", ["draft=1"], db=None, as_json=False)
