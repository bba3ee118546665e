"""Questions that a run asks, and answers that go to them by id."""

from graphdeck.graphs import events
from graphdeck.graphs.local.engine import LocalEngine
from told import RunGraph, WriteGraph, ended, of


async def test_an_interrupt_ends_the_run_and_its_answer_goes_on(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes("""
    def ask(state):
        price = 3
        answer = interrupt({"book?": price})
        return {"log": [repr(answer)]}
    graph = chain(ask)
    """)
    found = await run_graph(graph, input={})
    [question] = of(found, events.Interrupt)
    assert (question.node, question.value, question.ns) == ("ask", {"book?": 3}, ())
    assert [frame.function for frame in question.frames] == ["ask"]
    assert question.frames[0].file.endswith("agent.py")
    assert ended(found).status == "waiting"
    assert ended(found).next == ("ask",)

    state = await engine.state("t")
    assert state.status == "waiting"
    assert [(pending.id, pending.frames) for pending in state.interrupts] == [(question.id, question.frames)]

    again = await run_graph(graph)
    assert [type(event).name for event in again] == ["run_started", "interrupt", "run_ended"]
    assert of(again, events.Interrupt)[0].id == question.id

    answered = await run_graph(graph, resume={question.id: False})
    assert ended(answered).status == "done"
    points = of(answered, events.Checkpoint)
    assert [point.step for point in points] == [1]
    assert points[0].parent == state.checkpoint
    assert (await engine.state("t")).values == {"log": ["False"]}


PARALLEL = """
    starts = []
    def branch(name):
        def run(state):
            print("start", name)
            return {"log": [f"{name}={interrupt({'branch': name})!r}"]}
        return run
    def close(state): return {"log": ["closed"]}
    builder = StateGraph(S)
    builder.add_node("close", close)
    for name in ("ship", "refund", "mail"):
        builder.add_node(name, branch(name))
        builder.add_edge(START, name)
        builder.add_edge(name, "close")
    builder.add_edge("close", END)
    graph = builder.compile()
"""


async def test_parallel_questions_are_answered_by_id(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes(PARALLEL)
    questions = of(await run_graph(graph, input={}), events.Interrupt)
    assert sorted(question.node for question in questions) == ["mail", "refund", "ship"]
    answers = {question.id: question.node for question in questions}

    refused = ended(await run_graph(graph, resume={**answers, "0" * 32: True}))
    assert refused.status == "failed"
    assert refused.error is not None
    assert refused.error["type"] == "answer"
    assert len((await engine.state("t")).interrupts) == 3

    done = await run_graph(graph, resume=answers)
    assert ended(done).status == "done"
    log = (await engine.state("t")).values["log"]
    assert log == ["mail='mail'", "refund='refund'", "ship='ship'", "closed"]


async def test_a_partial_answer_keeps_what_is_done(
    write_nodes: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_nodes(PARALLEL)
    questions = {question.node: question.id for question in of(await run_graph(graph, input={}), events.Interrupt)}
    partly = await run_graph(graph, resume={questions["refund"]: 1})
    assert ended(partly).status == "waiting"
    assert len((await engine.state("t")).interrupts) == 2
    rest = await run_graph(graph, resume={questions["ship"]: 2, questions["mail"]: 3})
    assert [event.node for event in of(rest, events.NodeKept)] == ["refund"]
    assert ended(rest).status == "done"


async def test_new_input_does_not_drop_a_question(write_nodes: WriteGraph, run_graph: RunGraph) -> None:
    graph = write_nodes("    def ask(state): return {'log': [interrupt('?')]}\n    graph = chain(ask)\n")
    await run_graph(graph, input={})
    refused = ended(await run_graph(graph, input={"n": 1}))
    assert refused.status == "failed"
    assert refused.error is not None
    assert "--drop-question" in refused.error["hint"]
    assert ended(await run_graph(graph, input={"n": 1}, drop_question=True)).status == "waiting"


async def test_a_graph_of_the_functional_api_asks_and_goes_on(
    write_graph: WriteGraph, run_graph: RunGraph, engine: LocalEngine
) -> None:
    graph = write_graph(
        """
    from langgraph.func import entrypoint, task
    from langgraph.types import interrupt

    @task
    def double(n):
        print("doubling")
        return 2 * n

    @entrypoint()
    def graph(n: int) -> str:
        return f"{double(n).result()} {interrupt('sure?')}"
    """
    )
    assert (await engine.describe(graph)).kind == "functional"
    found = await run_graph(graph, input=4)
    [question] = of(found, events.Interrupt)
    assert ended(found).status == "waiting"
    again = await run_graph(graph, resume={question.id: "yes"})
    assert ended(again).status == "done"
    assert "double" in [event.node for event in of(again, events.NodeKept)]
    assert not of(again, events.Output)
