"""What the dialog's model sends is what real graphs understand: through real workers and a real checkpoint file."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from graphdeck.graphs.errors import AnswerRefused
from graphdeck.graphs.events import Event, RunEnded
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.questions.model import Decision, Shape, Sheet
from graphdeck.graphs.questions.read import sheet
from graphdeck.graphs.questions.typed import typed
from graphdeck.graphs.values import Json
from graphdeck.tui.source_lines import excerpts
from told import RunGraph, WriteGraph

APPROVE = Decision("approve")

AGENT = """
    from langchain.agents import create_agent
    from langchain.agents.middleware import HumanInTheLoopMiddleware
    from langchain_core.language_models.chat_models import BaseChatModel
    from langchain_core.messages import AIMessage, ToolMessage
    from langchain_core.outputs import ChatGeneration, ChatResult
    from langchain_core.tools import tool

    class Cleaner(BaseChatModel):
        # Asks to remove three files, then is done.
        @property
        def _llm_type(self): return "cleaner"
        def bind_tools(self, tools, **options): return self
        def _generate(self, messages, stop=None, run_manager=None, **options):
            if any(isinstance(message, ToolMessage) for message in messages):
                reply = AIMessage("done")
            else:
                reply = AIMessage("", tool_calls=[
                    {"name": "remove", "args": {"path": path}, "id": path} for path in ("a", "b", "c")])
            return ChatResult(generations=[ChatGeneration(message=reply)])

    @tool
    def remove(path: str) -> str:
        "Remove a file."
        return f"removed {path}"

    graph = create_agent(Cleaner(), [remove], middleware=[
        HumanInTheLoopMiddleware({"remove": {"allowed_decisions": ["approve", "reject"]}}, interrupt_mode="MODE")])
"""


def status(found: Sequence[Event]) -> str:
    last = found[-1]
    assert isinstance(last, RunEnded)
    return last.status


async def waiting(engine: LocalEngine) -> Sheet:
    """What waits, read back from the checkpoint file."""
    return sheet((await engine.state("t")).interrupts)


@pytest.mark.parametrize(("mode", "shape"), [("batched", Shape.BATCHED), ("per_call", Shape.PER_CALL)])
async def test_the_real_middleware_runs_what_was_approved_and_not_what_was_rejected(
    mode: str, shape: Shape, engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph
) -> None:
    graph = write_graph(AGENT.replace("MODE", mode))
    found = await run_graph(graph, input={"messages": [{"role": "user", "content": "clean up"}]})
    assert status(found) == "waiting"
    rows = await waiting(engine)
    assert [(row.shape, row.name, row.may_approve, row.may_reject) for row in rows.actions] == [
        (shape, "remove", True, True)
    ] * 3
    assert all(row.frames == () for row in rows.actions)
    places = {json.dumps(row.payload): place for place, row in enumerate(rows.actions)}
    rows = rows.decide(places['{"path": "a"}'], Decision("reject", reason="still needed"))
    rows = rows.decide(places['{"path": "b"}'], APPROVE).decide(places['{"path": "c"}'], APPROVE)
    assert status(await run_graph(graph, resume=rows.answers())) == "done"
    messages: Any = (await engine.state("t")).values["messages"]
    results = {message["tool_call_id"]: message["content"] for message in messages if message["type"] == "tool"}
    assert "still needed" in results["a"]
    assert (results["b"], results["c"]) == ("removed b", "removed c")


ASKING = """
    from typing import Any, TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class S(TypedDict, total=False):
        got: list[Any]

    def ask(state):
        '''Asks.'''
        before = "this line runs again"
        answer = interrupt("anything?")
        return {"got": [answer, type(answer).__name__]}

    graph = StateGraph(S).add_node(ask).add_edge(START, "ask").compile()
"""


@pytest.mark.parametrize(
    ("decision", "got"),
    [
        (APPROVE, [True, "bool"]),
        (Decision("reject"), [False, "bool"]),
        (Decision("answer", value=typed("", as_json=False)), ["", "str"]),
        (Decision("answer", value=typed("0", as_json=True)), [0, "int"]),
        (Decision("answer", value=typed("null", as_json=True)), [None, "NoneType"]),
        (Decision("answer", value=typed("[]", as_json=True)), [[], "list"]),
        (Decision("answer", value=typed("{}", as_json=True)), [{}, "dict"]),
    ],
)
async def test_a_node_receives_exactly_what_was_sent(
    decision: Decision, got: Json, engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph
) -> None:
    graph = write_graph(ASKING)
    assert status(await run_graph(graph, input={})) == "waiting"
    rows = (await waiting(engine)).decide(0, decision)
    assert status(await run_graph(graph, resume=rows.answers())) == "done"
    assert (await engine.state("t")).values["got"] == got


async def test_the_lines_that_run_again_are_read_from_the_frames_of_the_question(
    engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph
) -> None:
    await run_graph(write_graph(ASKING), input={})
    (action,) = (await waiting(engine)).actions
    (excerpt,) = excerpts(action.frames)
    assert [line.strip() for _, line in excerpt.lines] == [
        'before = "this line runs again"',
        'answer = interrupt("anything?")',
    ]


OLDER = """
    from typing import Any, TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class S(TypedDict, total=False):
        got: Any

    def send(state):
        answer = interrupt([{
            "action_request": {"action": "send_mail", "args": {"to": "bo"}},
            "config": {"allow_accept": True, "allow_ignore": True, "allow_respond": False, "allow_edit": False},
        }])[0]
        return {"got": answer["args"]["args"]["to"] if answer["type"] == "accept" else "nothing"}

    graph = StateGraph(S).add_node(send).add_edge(START, "send").compile()
"""


@pytest.mark.parametrize(("decision", "got"), [(APPROVE, "bo"), (Decision("reject"), "nothing")])
async def test_a_node_of_the_older_shape_understands_the_answer(
    decision: Decision, got: str, engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph
) -> None:
    graph = write_graph(OLDER)
    await run_graph(graph, input={})
    rows = (await waiting(engine)).decide(0, decision)
    assert status(await run_graph(graph, resume=rows.answers())) == "done"
    assert (await engine.state("t")).values["got"] == got


BRANCHES = """
    import operator
    from typing import Annotated, TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class S(TypedDict, total=False):
        log: Annotated[list[str], operator.add]

    builder = StateGraph(S)
    for name in ("mail", "pay", "ship"):
        builder.add_node(name, lambda state, name=name: {"log": [f"{name} {interrupt(name + '?')}"]})
        builder.add_edge(START, name)
    graph = builder.compile()
"""


async def test_parallel_questions_are_all_listed_and_answered_in_one_go(
    engine: LocalEngine, write_graph: WriteGraph, run_graph: RunGraph
) -> None:
    graph = write_graph(BRANCHES)
    await run_graph(graph, input={})
    rows = await waiting(engine)
    assert sorted(row.name for row in rows.actions) == ["mail", "pay", "ship"]
    for place, row in enumerate(rows.actions):
        rows = rows.decide(place, Decision("answer", value=f"yes, {row.name}"))
    answers = rows.answers()
    assert status(await run_graph(graph, resume=answers)) == "done"
    log: Any = (await engine.state("t")).values["log"]
    assert sorted(log) == ["mail yes, mail", "pay yes, pay", "ship yes, ship"]
    refused = (await run_graph(graph, resume=answers))[-1]  # they wait no more
    assert isinstance(refused, RunEnded)
    assert refused.error is not None
    assert refused.error["type"] == AnswerRefused.kind
