"""`graphdeck repair`, `graphdeck answer --end`, and what is said of a question that would be dropped."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from graphdeck.graphs.errors import AnswerRefused
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.wanted import Wanted
from graphdeck.tui.plain.answer import AnswerOptions, answer
from graphdeck.tui.plain.repair import end, repair
from graphdeck.tui.plain.run import run
from graphdeck.tui.plain.show import show
from graphdeck.tui.plain.terminal import Terminal
from graphdeck.tui.plain.threads import threads
from told import WriteGraph

Cli: TypeAlias = Callable[..., Any]

ASKS = """
    import operator
    from typing import Annotated, TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class State(TypedDict, total=False):
        log: Annotated[list[str], operator.add]

    def pay(state):
        return {"log": ["paid"]}

    def ask(state):
        return {"log": [str(int(interrupt("how many?")))]}

    builder = StateGraph(State)
    builder.add_node(pay).add_node(ask)
    builder.add_edge(START, "pay").add_edge(START, "ask")
    graph = builder.compile()
"""


def now() -> datetime:
    return datetime(2026, 5, 1, tzinfo=UTC)


class Lines:
    """Runs the commands' own functions, and gives what they printed."""

    def __init__(self, engine: LocalEngine, graph: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.engine, self.graph, self._capsys = engine, graph, capsys

    def printed(self) -> tuple[str, str]:
        out, err = self._capsys.readouterr()
        return out, err

    async def run(self, **request: Any) -> int:
        self._capsys.readouterr()
        return await run(self.engine, RunRequest(graph=self.graph, thread="t", **request))

    async def question(self) -> str:
        return (await self.engine.state("t")).interrupts[0].id


@pytest.fixture
async def lines(engine: LocalEngine, write_graph: WriteGraph, capsys: pytest.CaptureFixture[str]) -> Lines:
    """A thread `t` that asks how many, while its other branch has finished."""
    found = Lines(engine, write_graph(ASKS), capsys)
    assert await found.run(input={}, has_input=True) == 2
    return found


async def test_an_answer_is_taken_back_and_its_question_asked_again(lines: Lines) -> None:
    question = await lines.question()
    assert await lines.run(resume={question: "many"}) == 1
    assert "graphdeck repair t" in lines.printed()[1]
    await threads(lines.engine, Wanted(), limit=None, as_json=False, terminal=Terminal(), now=now)
    assert "t: failed after it was answered; why, and the way out: graphdeck show t" in lines.printed()[0]
    await show(lines.engine, "t", None, checkpoint=None, as_json=False, db=None, terminal=Terminal(), now=now)
    out, _ = lines.printed()
    assert "it failed with the answer that it had received, 'many', and gets that one again when it goes on" in out
    assert "to be asked again:  graphdeck repair t" in out
    with pytest.raises(AnswerRefused, match="node 'ask' has failed; it failed with the answer") as refused:
        await answer(lines.engine, AnswerOptions(thread="t", kind="approve"))
    assert refused.value.hint.endswith("graphdeck repair t")
    assert await repair(lines.engine, "t", target=None, db=None, as_json=False) == 2
    out, _ = lines.printed()
    assert "t: 1 question waits" in out
    assert "pay has finished beside it, and does not run again" in out
    assert await lines.run(resume={question: "3"}) == 0


async def test_repair_as_json_tells_the_questions_that_wait(lines: Lines) -> None:
    question = await lines.question()
    await lines.run(resume={question: "many"})
    lines.printed()
    assert await repair(lines.engine, "t", target=lines.graph, db=None, as_json=True) == 2
    events = [json.loads(line) for line in lines.printed()[0].splitlines()]
    assert [event["event"] for event in events] == ["run_started", "interrupt", "run_ended"]
    assert events[1]["id"] == question


async def test_a_thread_is_ended_and_what_is_lost_is_told(lines: Lines) -> None:
    assert "pay has finished beside it, and does not run again" in lines.printed()[0]
    assert await end(lines.engine, "t", target=None, as_json=False) == 0
    out, _ = lines.printed()
    assert "t is ended: nothing more of it runs" in out
    assert "the question of ask is dropped: nobody can answer it any more" in out
    assert (await lines.engine.state("t")).status == "done"


async def test_an_end_as_json(lines: Lines) -> None:
    lines.printed()
    assert await end(lines.engine, "t", target=None, as_json=True) == 0
    told = json.loads(lines.printed()[0])
    assert told["thread"] == "t"
    assert told["dropped"] == ["the question of ask is dropped: nobody can answer it any more"]
    assert told["checkpoint"] == (await lines.engine.state("t")).checkpoint


async def test_new_input_is_refused_by_what_it_would_drop(lines: Lines) -> None:
    assert await lines.run(input={}, has_input=True) == 1
    _, err = lines.printed()
    assert "the question of ask is dropped" in err
    assert "what pay did in the same step is dropped, although it ran" in err
    assert "graphdeck answer t" in err
    assert "--drop-question" in err
    assert await lines.question(), "it waits as before"
    assert await lines.run(input={}, has_input=True, drop_question=True) == 2


def test_an_end_excludes_answers(cli: Cli) -> None:
    done = cli("answer", "t", "--end", "--approve")
    assert done.status == 64
    assert "--end excludes every answer" in done.err


def test_a_thread_that_is_not_there(cli: Cli, threads_file: Path) -> None:
    done = cli("repair", "tripp", "--db", str(threads_file))
    assert done.status == 64
    assert "There is no thread" in done.err
