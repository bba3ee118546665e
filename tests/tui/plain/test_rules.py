"""`graphdeck run` under rules: what they decide is sent and told, and everything else asks as ever."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from graphdeck.graphs.errors import AnswerRefused
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.values import Json
from graphdeck.tools.policy import Kept, load_policy
from graphdeck.tui.plain.answer import AnswerOptions, answer
from graphdeck.tui.plain.run import run
from graphdeck.tui.rules import Rules
from told import WriteGraph

ORDERS = """
    import operator
    from typing import Annotated, TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.types import interrupt

    class State(TypedDict):
        calls: list
        log: Annotated[list, operator.add]
        left: int

    def tools(state):
        calls = [{"name": name, "args": args} for name, args in state["calls"]]
        configs = [{"action_name": call["name"], "allowed_decisions": ["approve", "reject"]} for call in calls]
        decisions = interrupt({"action_requests": calls, "review_configs": configs})["decisions"]
        said = [f"{call['name']} {one['type']} {one.get('message', '')}".strip() for call, one in zip(calls, decisions)]
        return {"log": said, "left": state.get("left", 0) - 1}

    builder = StateGraph(State)
    builder.add_node(tools)
    builder.add_edge(START, "tools")
    builder.add_conditional_edges("tools", lambda state: "tools" if state["left"] > 0 else "__end__")
    graph = builder.compile()
"""
"""Asks as the middleware does, for the calls of its input, `left` times."""

RULES = """
[[rule]]
tool = "pay"
where.total = "<= 100"
then = "allow"
reason = "pocket money"

[[rule]]
tool = "pay"
where.total = "> 1000"
then = "refuse"
reason = "more than anybody may spend"
"""


class Session:
    """Runs the graph by `graphdeck run`, under the rules of the test's own folders."""

    def __init__(self, engine: LocalEngine, graph: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._engine, self._graph, self._capsys = engine, graph, capsys
        self._home = home
        self.out = ""

    def write_rules(self, text: str) -> None:
        folder = self._home / "config" / "graphdeck"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "graphdeck.toml").write_text(text)

    async def run(self, *calls: tuple[str, Any], left: int = 1, as_json: bool = True, **more: Any) -> int:
        self._capsys.readouterr()
        if calls:
            more |= {"input": {"calls": [list(call) for call in calls], "left": left}, "has_input": True}
        request = RunRequest(graph=self._graph, thread="t", **more)
        status = await run(self._engine, request, as_json=as_json)
        self.out = self._capsys.readouterr().out
        return status

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def decided(self) -> list[tuple[Any, ...]]:
        keys = ("action", "decision", "rule", "reason")
        return [tuple(event[key] for key in keys) for event in self.events if event["event"] == "decided"]

    async def log(self) -> Any:
        return (await self._engine.state("t")).values["log"]


@pytest.fixture
def session(
    engine: LocalEngine, write_graph: WriteGraph, own_folders: Path, capsys: pytest.CaptureFixture[str]
) -> Session:
    """The graph above, without rules."""
    return Session(engine, write_graph(ORDERS), own_folders, capsys)


async def test_a_run_goes_on_where_rules_decide_everything(session: Session) -> None:
    session.write_rules(RULES)
    assert await session.run(("pay", {"total": 30}), ("pay", {"total": 2000})) == 0
    assert session.decided == [
        ("pay", "approve", "yours 1", "pocket money"), ("pay", "reject", "yours 2", "more than anybody may spend")
    ]  # fmt: skip
    assert await session.log() == ["pay approve", "pay reject more than anybody may spend"]
    names = [event["event"] for event in session.events]
    assert (names[0], names[-1], names.count("run_ended")) == ("run_started", "run_ended", 1)
    first = [event["seq"] for event in session.events if event["run"] == session.events[0]["run"]]
    assert first == list(range(1, len(first) + 1))


async def test_lines_say_which_rule_decided(session: Session) -> None:
    session.write_rules(RULES)
    assert await session.run(("pay", {"total": 2000}), as_json=False) == 0
    assert "■ pay  rejected by rule yours 2: more than anybody may spend\n" in session.out
    assert session.out.count("saved in") == 1
    assert "waiting for" not in session.out


async def test_one_action_that_asks_leaves_all_to_the_person(session: Session) -> None:
    session.write_rules(RULES)
    assert await session.run(("pay", {"total": 30}), ("pay", {"total": 500})) == 2
    assert session.decided == []
    assert session.events[-1]["status"] == "waiting"


async def test_a_question_that_came_in_place_of_the_one_that_a_rule_answered_is_asked(
    session: Session, engine: LocalEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.write_rules(RULES)
    start = engine.run

    async def late(request: RunRequest) -> Any:
        """Another terminal comes first: it has the agent pay more."""
        if request.resume:
            monkeypatch.setattr(engine, "run", start)
            more: Json = {"calls": [["pay", {"total": 900}]], "left": 1}
            first = await start(replace(request, resume={}, seen={}, input=more, has_input=True, drop_question=True))
            assert [event async for event in first.events()]
        return await start(request)

    monkeypatch.setattr(engine, "run", late)
    assert await session.run(("pay", {"total": 30})) == 2
    asked, end = session.events[-2:]
    assert (asked["event"], asked["value"]["action_requests"][0]["args"]) == ("interrupt", {"total": 900})
    assert (end["event"], end["status"], end["error"]) == ("run_ended", "waiting", None)
    assert end["seq"] == asked["seq"] + 1
    assert [each.outcome for each in await engine.decisions()] == ["refused", "applied"]


async def test_a_waiting_thread_goes_on_when_its_rules_have_changed(session: Session) -> None:
    assert await session.run(("pay", {"total": 30})) == 2
    session.write_rules(RULES)
    assert await session.run(ask_all=True) == 2
    assert await session.run() == 0
    assert await session.log() == ["pay approve"]


async def test_ask_all_ignores_what_allows_and_keeps_what_refuses(session: Session) -> None:
    session.write_rules(RULES)
    assert await session.run(("pay", {"total": 2000}), ask_all=True) == 0
    assert await session.log() == ["pay reject more than anybody may spend"]
    assert await session.run(("pay", {"total": 30}), ask_all=True) == 2


async def test_a_projects_allow_counts_when_it_is_trusted(session: Session, tmp_path: Path) -> None:
    (tmp_path / "graphdeck.toml").write_text('[[rule]]\ntool = "*"\nthen = "allow"\n')
    assert await session.run(("pay", {"total": 30})) == 2
    (file,) = load_policy(tmp_path).files
    Kept().trust(file.path, file.digest)
    assert await session.run() == 0
    assert session.decided == [("pay", "approve", "project 1", "")]


async def test_a_grant_answers_the_same_call_again(session: Session) -> None:
    assert await session.run(("pay", {"total": 500})) == 2
    file = session.events[0]["file"]
    Kept().grant(file, "t", "pay", {"total": 500})
    assert await session.run(left=2) == 0
    assert session.decided == [("pay", "approve", "grant", "granted in this thread")]
    assert await session.run(("pay", {"total": 501})) == 2


@pytest.mark.parametrize(
    "decision", [{"type": "approve"}, {"type": "edit", "edited_action": {"name": "pay", "args": {"total": 2000}}}]
)
async def test_an_answer_does_not_run_what_a_rule_refuses(session: Session, decision: Any) -> None:
    assert await session.run(("pay", {"total": 500 if decision["type"] == "edit" else 2000})) == 2
    (asked,) = (event["id"] for event in session.events if event["event"] == "interrupt")
    session.write_rules(RULES)
    assert await session.run(resume={asked: {"decisions": [decision]}}) == 1
    assert session.events[-1]["error"]["message"] == "rule yours 2 refuses pay: more than anybody may spend"
    assert await session.run(resume={asked: {"decisions": [{"type": "reject"}]}}) == 0


async def test_approving_on_the_command_line_does_not_run_what_a_rule_refuses(
    session: Session, engine: LocalEngine
) -> None:
    assert await session.run(("pay", {"total": 2000})) == 2
    session.write_rules(RULES)
    assert await answer(engine, AnswerOptions(thread="t", answers=(), kind="approve"), as_json=True) == 1
    assert await answer(engine, AnswerOptions(thread="t", answers=(), kind="reject"), as_json=True) == 0


async def test_broken_rules_ask(session: Session) -> None:
    session.write_rules(RULES + "x = ")
    assert await session.run(("pay", {"total": 30})) == 2


async def test_rules_do_not_answer_for_ever(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphdeck.tui.rules.MOST_IN_A_ROW", 3)
    session.write_rules('[[rule]]\ntool = "*"\nthen = "refuse"\n')
    assert await session.run(("pay", {}), left=9) == 2
    assert session.decided == [("pay", "reject", "yours 1", "refused by rule yours 1")] * 3


async def test_rules_look_into_the_file_that_the_answer_goes_to(
    session: Session, tmp_path: Path, pool: WorkerPool, write_graph: WriteGraph
) -> None:
    session.write_rules(RULES)
    graph, files = write_graph(ORDERS), (tmp_path / "small.sqlite", tmp_path / "large.sqlite")
    for file, total in zip(files, (500, 2000), strict=True):  # the same thread in two files
        engine = LocalEngine(tmp_path, [file], pool=pool)
        calls: Json = {"calls": [["pay", {"total": total}]], "left": 1}
        run = await engine.run(RunRequest(graph=graph, thread="t", input=calls, has_input=True))
        assert [event async for event in run.events()]
        await engine.close()
    both = LocalEngine(tmp_path, files, pool=pool)
    requests = [await approving(both, graph, file) for file in files]
    await Rules(both).check(requests[0])
    with pytest.raises(AnswerRefused, match="more than anybody may spend"):
        await Rules(both).check(requests[1])
    await both.close()


async def approving(engine: LocalEngine, graph: str, file: Path) -> RunRequest:
    [asked] = (await engine.state("t", file=str(file))).interrupts
    approve: Json = {"decisions": [{"type": "approve"}]}
    return RunRequest(graph=graph, thread="t", resume={asked.id: approve}, file=str(file))
