"""`graphdeck answer` and `graphdeck decisions`: what is said is sent, and nothing else; what was sent is listed."""

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from graphdeck.graphs.errors import AnswerRefused, InputError
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest
from graphdeck.tui.plain.answer import AnswerOptions, answer
from graphdeck.tui.plain.decisions import decisions
from graphdeck.tui.plain.run import run
from graphdeck.tui.plain.terminal import Terminal
from graphdeck.tui.text import width
from told import WriteGraph

Cli: TypeAlias = Callable[..., Any]

ASKS = """
    import operator
    from typing import Annotated, Any, TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import Send, interrupt

    class State(TypedDict, total=False):
        asks: list
        asked: Any
        log: Annotated[list, operator.add]

    def ask(state):
        answer = interrupt(state["asked"])
        return {"log": [f"{state['asked']} {answer}" if isinstance(state["asked"], str) else answer]}

    builder = StateGraph(State)
    builder.add_node(ask)
    builder.add_conditional_edges(START, lambda state: [Send("ask", {"asked": each}) for each in state["asks"]])
    graph = builder.compile()
"""
"""Asks whatever its input has under `asks`, all at once."""


def batch(*names: str) -> dict[str, Any]:
    """Tool calls as the middleware asks for them."""
    return {
        "action_requests": [{"name": name, "args": {"amount": 3}} for name in names],
        "review_configs": [{"action_name": name, "allowed_decisions": ["approve", "reject"]} for name in names],
    }


class Desk:
    """Has the graph ask, and answers by the command's own function."""

    def __init__(self, engine: LocalEngine, graph: str, capsys: pytest.CaptureFixture[str]) -> None:
        self._engine, self.graph, self._capsys = engine, graph, capsys
        self.out = self.err = ""

    async def ask(self, *questions: Any, thread: str = "t") -> list[str]:
        """The ids of the questions, now that they wait."""
        request = RunRequest(graph=self.graph, thread=thread, input={"asks": list(questions)}, has_input=True)
        assert await run(self._engine, request, as_json=True) == 2
        return [question.id for question in (await self._engine.state(thread)).interrupts]

    async def answer(self, *answers: str, as_json: bool = False, **options: Any) -> int:
        self._capsys.readouterr()
        given = AnswerOptions(thread=options.pop("thread", "t"), answers=answers, **options)
        status = await answer(self._engine, given, as_json=as_json)
        self.out, self.err = self._capsys.readouterr()
        return status

    async def decisions(self, **options: Any) -> int:
        self._capsys.readouterr()
        given = {"thread": None, "outcome": None, "limit": None, "as_json": False, "terminal": WIDE, **options}
        status = await decisions(self._engine, **given)
        self.out, self.err = self._capsys.readouterr()
        return status

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    async def log(self) -> list[Any]:
        log = (await self._engine.state("t")).values["log"]
        assert isinstance(log, list)
        return log

    async def sent(self) -> int:
        """How many answers were ever sent."""
        return len(await self._engine.decisions())


WIDE = Terminal(columns=300)


@pytest.fixture
def desk(engine: LocalEngine, write_graph: WriteGraph, capsys: pytest.CaptureFixture[str]) -> Desk:
    """The graph above, in a project of its own."""
    return Desk(engine, write_graph(ASKS), capsys)


async def test_the_one_action_that_waits_is_approved_or_rejected(desk: Desk) -> None:
    await desk.ask("pay?")
    assert await desk.answer(kind="approve") == 0
    assert "ask" in desk.out
    assert await desk.log() == ["pay? True"]
    await desk.ask(batch("pay"))
    assert await desk.answer(kind="reject", reason="too much") == 0
    assert await desk.log() == ["pay? True", {"decisions": [{"type": "reject", "message": "too much"}]}]


async def test_without_an_answer_it_only_asks(desk: Desk) -> None:
    [asked] = await desk.ask("pay \x1b[31m3?")
    assert await desk.answer() == 2
    assert "1 question waits" in desk.out
    assert "\x1b" not in desk.out
    assert "graphdeck answer t --approve\n" in desk.out
    assert f"graphdeck answer t {asked}=true" in desk.out
    assert await desk.answer(as_json=True) == 2
    assert [event["event"] for event in desk.objects] == ["run_started", "interrupt", "run_ended"]
    assert desk.objects[1]["value"] == "pay \x1b[31m3?"
    assert await desk.sent() == 0


async def test_several_actions_are_decided_alike_only_where_that_is_said(desk: Desk) -> None:
    await desk.ask(batch("pay", "mail"), "sure?")
    with pytest.raises(AnswerRefused, match="3 actions wait, and --approve without --all decides one: pay, mail, ask"):
        await desk.answer(kind="approve")
    assert await desk.sent() == 0
    assert await desk.answer(kind="approve", all_actions=True) == 0
    assert await desk.log() == [{"decisions": [{"type": "approve"}, {"type": "approve"}]}, "sure? True"]


async def test_a_part_is_answered_by_the_beginning_of_its_id_and_what_runs_again_is_said(desk: Desk) -> None:
    first, second = await desk.ask("one?", "two?")
    assert await desk.answer(f"{second[:6]}=false") == 2
    assert "1 question waits on: ask will run again from its first line" in desk.out
    assert [event["id"] for event in await questions(desk)] == [first]
    assert await desk.answer(f'{first[:8]}="yes"') == 0
    assert await desk.log() == ["one? yes", "two? False"]


async def questions(desk: Desk) -> list[dict[str, Any]]:
    await desk.answer(as_json=True)
    return [event for event in desk.objects if event["event"] == "interrupt"]


async def test_an_id_that_is_gone_is_refused_with_who_answered_it_and_not_given_to_the_next_question(
    desk: Desk,
) -> None:
    first, second = await desk.ask("one?", "two?")
    assert await desk.answer(f"{first}=1") == 2
    for gone in (first, first[:6]):
        assert await desk.answer(f"{gone}=2") == 1
        assert f"interrupt {first} was answered elsewhere by " in desk.err
    assert [event["id"] for event in await questions(desk)] == [second]
    assert await desk.answer("abcdef=2") == 1
    assert "abcdef does not wait any more" in desk.err


async def test_a_reason_that_the_question_cannot_take_is_not_lost_in_silence(desk: Desk) -> None:
    await desk.ask("sure?")
    with pytest.raises(AnswerRefused, match="its question takes no reason"):
        await desk.answer(kind="reject", reason="too much")
    only_rejected = batch("pay")
    only_rejected["review_configs"][0]["allowed_decisions"] = ["reject"]
    await desk.ask(only_rejected, thread="other")
    with pytest.raises(AnswerRefused, match="pay cannot be decided by --approve"):
        await desk.answer(kind="approve", thread="other")
    assert await desk.sent() == 0


async def test_a_thread_that_no_run_of_graphdeck_made_is_answered_by_its_target(
    desk: Desk, tmp_path: Path, engine: LocalEngine
) -> None:
    await desk.ask("made so that the file is there", thread="another")
    file = tmp_path / ".graphdeck" / "threads.sqlite"
    with SqliteSaver.from_conn_string(str(file)) as saver:
        builder = runpy.run_path(str(tmp_path / "agent.py"))["builder"]
        builder.compile(checkpointer=saver).invoke({"asks": ["pay?"]}, {"configurable": {"thread_id": "foreign"}})
    with pytest.raises(InputError, match="the graph of thread 'foreign' is not known") as refused:
        await desk.answer(thread="foreign", kind="approve")
    assert "--target TARGET" in refused.value.hint
    assert await desk.answer(thread="foreign", kind="approve", target=desk.graph) == 0
    assert (await engine.state("foreign")).values["log"] == ["pay? True"]


async def test_a_thread_that_does_not_wait_says_what_it_is_and_who_answered_last(desk: Desk) -> None:
    await desk.ask("pay?")
    assert await desk.answer(kind="approve") == 0
    with pytest.raises(AnswerRefused, match="does not wait for an answer: it is done; its last question"):
        await desk.answer(kind="approve")
    assert await desk.sent() == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--all"], "--all needs --approve or --reject"),
        (["--reason", "no"], "--reason needs --reject"),
        (["abcdef=1", "--approve"], "ID=JSON excludes --approve"),
        (["abcdef=1", "abcdef=2"], "names interrupt abcdef twice"),
        (["abcdef"], "'abcdef' is not ID=JSON"),
        (["abcdef=NaN"], "is not JSON"),
        (["abcdef=yes"], "text needs its double quotes"),
    ],
)
def test_words_that_say_nothing_clear_send_nothing(cli: Cli, threads_file: Path, words: list[str], said: str) -> None:
    done = cli("answer", "trip/1 é", "--db", str(threads_file), *words)
    assert done.status == 64
    assert said in done.err
    assert done.out == ""


# -- decisions -------------------------------------------------------------------------------------------------------


async def test_decisions_are_listed_newest_first_with_all_that_is_known(desk: Desk, engine: LocalEngine) -> None:
    await desk.ask("old?", thread="other")
    assert await desk.decisions() == 0
    assert desk.out == "no decisions\n"
    assert await desk.answer(kind="approve", thread="other") == 0
    [asked] = await desk.ask(batch("pay"))
    assert await desk.answer(f"{asked}=true") == 1
    assert await desk.answer(kind="reject", reason="too\x1b much") == 0

    assert await desk.decisions() == 0
    heading, newest, refused, oldest = desk.out.splitlines()
    assert heading.split() == ["time", "(UTC)", "who", "thread", "asked", "decision", "by", "outcome"]
    assert all(part in newest for part in ("pay", "reject: too", "command line", "applied"))
    assert "\x1b" not in desk.out
    assert "refused: it must be {" in refused
    assert "other" in oldest

    for columns in (40, 60, 80):  # too narrow for a table
        assert await desk.decisions(terminal=Terminal(columns=columns)) == 0
        lines = desk.out.splitlines()
        assert max(map(width, lines[:-1])) <= columns
        assert ("applied  pay" in lines[0], "thread t" in lines[1], len(lines)) == (True, True, 7)

    assert await desk.decisions(as_json=True, thread="t") == 0
    first, second = desk.objects
    assert {**first, "id": "", "time": "", "settled": "", "user": "", "host": "", "run": "", "checkpoint": ""} == {
        **dict.fromkeys(("id", "time", "settled", "user", "host", "run", "checkpoint", "act", "why"), ""),
        "graph": desk.graph,
        "file": (await engine.state("t")).file,
        "thread": "t",
        "interrupt": asked,
        "path": ["ask"],
        "actions": ["pay"],
        "payload": second["payload"],
        "decision": {"decisions": [{"type": "reject", "message": "too\x1b much"}]},
        "by": "command line",
        "outcome": "applied",
    }
    assert len(first["payload"]) == 64


async def test_decisions_are_filtered_before_they_are_cut(desk: Desk) -> None:
    [asked] = await desk.ask(batch("pay"))
    assert await desk.answer(kind="reject") == 0
    for wrong in ("1", "2"):
        assert await desk.answer(f"{asked}={wrong}") == 1
    assert await desk.decisions(as_json=True, limit=1) == 0
    assert [each["decision"] for each in desk.objects] == [2]
    assert await desk.decisions(as_json=True, limit=1, outcome="applied") == 0
    assert [each["outcome"] for each in desk.objects] == ["applied"]
    assert await desk.decisions(as_json=True, outcome="lost") == 0
    assert desk.objects == []
