"""`graphdeck configs`, and a run with a named config: options beside it win, what is missing or gone is told."""

import json
from typing import Any

import pytest

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.run_configs import RunConfig
from graphdeck.tui.cli import commands
from graphdeck.tui.plain.answer import AnswerOptions, answer
from graphdeck.tui.plain.arguments import RunOptions, request_of
from graphdeck.tui.plain.configs import configs
from graphdeck.tui.plain.run import run
from graphdeck.tui.plain.terminal import Terminal
from told import WriteGraph

AGENT = """
    from typing import TypedDict
    from langgraph.graph import START, StateGraph
    from langgraph.runtime import Runtime
    from langgraph.types import interrupt
    from pydantic import BaseModel, SecretStr

    class State(TypedDict, total=False):
        said: str

    class Ctx(BaseModel):
        user: str
        door: SecretStr

    def work(state, runtime: Runtime[Ctx]):
        interrupt("agreed?")
        return {"said": f"{runtime.context.user} {runtime.context.door.get_secret_value()}"}

    graph = StateGraph(State, context_schema=Ctx).add_node(work).add_edge(START, "work").compile()
"""


async def test_a_run_takes_a_config_and_what_is_given_beside_it_wins(
    engine: LocalEngine, write_graph: WriteGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = write_graph(AGENT)
    context: Any = {"user": "ana", "door": "hunter2", "old": 1}
    await engine.keep_config(graph, RunConfig(name="my config", context=context, durability="async"))

    async def ran(*words: str) -> tuple[int, str, str]:
        with commands.commands["run"].make_context("run", [graph, "--thread", "t", *words]) as read:
            given = {name: value for name, value in read.params.items() if name not in ("db", "as_json")}
        capsys.readouterr()
        status = await run(engine, request_of(RunOptions(**given)), as_json=read.params["as_json"])
        return status, *capsys.readouterr()

    door = ("--config", "my config", "--context", '{"door": "x"}')
    status, out, err = await ran("--input", "{}", "--before", "work", *door)
    assert status == 2
    assert "old any more, so it was left away" in err
    assert "durability async" in out
    assert """--context '{"door": "x"}' --config 'my config'""" in out
    status, out, _ = await ran(*door, "--durability", "sync", "--json")
    started, *_, last = map(json.loads, out.splitlines())
    assert (status, started["durability"], last["status"]) == (2, "sync", "waiting")
    [question] = (await engine.state("t")).interrupts
    given = AnswerOptions(thread="t", answers=(f"{question.id}=true",), context='{"door": "x"}', config="my config")
    assert await answer(engine, given) == 0
    assert (await engine.state("t")).values["said"] == "ana x"
    for words, told in {
        ("--config", "my confg"): "did you mean my config?",
        ("--config", "my config"): "kept without door, which may be secret",
    }.items():
        status, out, err = await ran("--input", "{}", *words)
        assert (status, "✗ failed" in out) == (64, True)
        assert told in err
    status, out, _ = await ran("--config", "no", "--json")
    first, last = map(json.loads, out.splitlines())
    assert (status, first["event"], last["event"], last["error"]["type"]) == (64, "run_started", "run_ended", "config")


async def test_configs_are_listed_with_what_they_hold(
    engine: LocalEngine, write_graph: WriteGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    graph = write_graph(AGENT)
    assert await configs(engine, "", versions=False, as_json=False, terminal=Terminal()) == 0
    assert capsys.readouterr().out == "no configs are kept\n"
    for limit in (3, 4):
        config = RunConfig(name="a\u202eb", context={"user": "\x1b[1m", "token": "hunter2"}, recursion_limit=limit)
        await engine.keep_config(graph, config)
    for columns in (200, 80, 40):
        assert await configs(engine, graph, versions=False, as_json=False, terminal=Terminal(columns=columns)) == 0
        out = capsys.readouterr().out
        assert "a⟨U+202E⟩b" in out
        assert out.replace("\n", "").isprintable()
        assert ("limit 4; without token: maybe secret" in out) == (columns == 200)
        assert all(len(line) <= columns for line in out.splitlines() if "--json" not in line)
        assert ("(some texts are cut" in out) == (columns < 200)
    assert await configs(engine, graph, versions=True, as_json=True, terminal=Terminal()) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["config"], each["version"], each["recursion_limit"]) for each in found] == [
        ("a\u202eb", 2, 4), ("a\u202eb", 1, 3)
    ]  # fmt: skip
    assert found[0]["left_out"] == [["token"]]
    assert set(found[0]) == {
        "config", "graph", "version", "time", "context", "recursion_limit", "durability", "left_out", "gone"
    }  # fmt: skip
