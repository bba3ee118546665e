"""`graphdeck fork` and `run --checkpoint`: what is said, what is written, and how it goes on."""

import dataclasses
import json
import shlex
from typing import Any

import pytest

from graphdeck.graphs.errors import InputError, PathNotFound
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.stopping import Breakpoint
from graphdeck.graphs.values import Json
from graphdeck.tui.plain.arguments import RunOptions, request_of
from graphdeck.tui.plain.checkpoints import short_id
from graphdeck.tui.plain.fork import ForkOptions, fork
from graphdeck.tui.plain.run import run
from told import WriteGraph

CHAT = """
    import operator
    from dataclasses import dataclass
    from typing import Annotated, TypedDict
    from langchain_core.messages import AIMessage, AnyMessage, ToolMessage
    from langgraph.graph import START, StateGraph
    from langgraph.graph.message import add_messages

    @dataclass
    class Box:
        sides: set[int]
        name: str = "box"

    class State(TypedDict, total=False):
        messages: Annotated[list[AnyMessage], add_messages]
        log: Annotated[list[str], operator.add]
        box: Box
        any: dict

    def model(state):
        call = {"name": "look", "args": {}, "id": "c1"}
        return {"messages": [AIMessage("looking", id="a1", tool_calls=[call])], "box": Box({1}), "any": {"s": {1}}}

    def tools(state):
        return {"messages": [ToolMessage("found", tool_call_id="c1", name="look", id="r1")], "log": ["looked"]}

    def tell(state):
        return {"messages": [AIMessage(f"about {state['messages'][0].content}")], "log": ["told"]}

    builder = StateGraph(State).add_node(model).add_node(tools).add_node(tell).add_edge(START, "model")
    graph = builder.add_edge("model", "tools").add_edge("tools", "tell").compile()
"""

ASKED: Json = {"messages": [{"role": "user", "content": "Rome", "id": "u1"}], "log": []}


class Lines:
    """Forks the thread `t`, and gives what was printed."""

    def __init__(self, engine: LocalEngine, target: str, capsys: pytest.CaptureFixture[str]) -> None:
        self.engine, self.target, self._capsys = engine, target, capsys

    async def run(self, **request: Any) -> int:
        status = await run(self.engine, RunRequest(graph=self.target, thread="t", **request))
        self._capsys.readouterr()
        return status

    async def at(self, node: str) -> str:
        return next(row.checkpoint for row in await self.engine.history("t") if row.next == (node,))

    async def fork(self, *, as_json: bool = False, **words: Any) -> str:
        assert await fork(self.engine, ForkOptions(thread="t", **words), db=None, as_json=as_json) == 0
        return self._capsys.readouterr().out

    async def value(self, key: str) -> Any:
        return (await self.engine.state("t")).values[key]


@pytest.fixture
async def lines(engine: LocalEngine, write_graph: WriteGraph, capsys: pytest.CaptureFixture[str]) -> Lines:
    lines = Lines(engine, write_graph(CHAT), capsys)
    assert await lines.run(input=ASKED, has_input=True) == 0
    return lines


async def test_a_fork_says_what_runs_writes_it_and_names_the_command_that_goes_on(lines: Lines) -> None:
    before = await lines.engine.state("t")
    at = await lines.at("tools")
    told = await lines.fork(
        checkpoint=at, edits=('messages.0.content="Oslo"', 'box.name="crate"'), appended=('log=["x"]',)
    )
    assert told.startswith("runs tools; may repeat")
    assert "(tools: look)" in told.splitlines()[0]
    assert told.splitlines()[-1] == f"go on:  graphdeck run {lines.target} --thread t"
    forked = await lines.engine.state("t")
    assert forked.parent == at
    assert forked.checkpoint in told
    assert await lines.run() == 0
    assert [message["content"] for message in await lines.value("messages")] == [
        "Oslo",
        "looking",
        "found",
        "about Oslo",
    ]
    assert await lines.value("log") == ["x", "looked", "told"]
    box: Json = {"sides": {"$type": "set", "value": [1]}, "name": "crate"}
    assert await lines.value("box") == {"$type": "agent.Box", "value": box}
    assert await lines.value("any") == {"s": {"$type": "set", "value": [1]}}  # as it was, though no schema names it
    assert await lines.engine.state("t", before.checkpoint) != before  # it is not the newest any more, but
    assert (await lines.engine.state("t", before.checkpoint)).values == before.values


async def test_stops_that_the_project_keeps_count_where_it_is_said(
    lines: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also for the run that goes on, and for one that an answer goes on with."""
    at = await lines.at("tools")
    await lines.engine.keep_stop(lines.target, Breakpoint(node="tell"))
    plain = ForkOptions(thread="t", checkpoint=at, as_node="tools")
    for options, said, command in (
        (plain, "", "--thread t"),
        (dataclasses.replace(plain, stops=True), "a breakpoint stops it at tell", "--thread t --stops"),
    ):
        assert await fork(lines.engine, options, db=None, as_json=False) == 0
        out, err = capsys.readouterr()
        assert said in out
        assert ("breakpoint" in out) is options.stops
        assert out.endswith(f"{command}\n")
        assert ("not used: stop before tell" in err) is not options.stops
    assert await run(lines.engine, RunRequest(graph=lines.target, thread="t"), stops=True) == 2
    assert (await lines.engine.state("t")).next == ("tell",)


async def test_without_edits_nothing_is_written(lines: Lines) -> None:
    at = await lines.at("tell")
    before = await lines.engine.history("t")
    told = json.loads(await lines.fork(checkpoint=short_id(at), as_json=True))
    assert (told["written"], told["checkpoint"], told["next"]) == (False, at, ["tell"])
    words = shlex.split(told["command"])
    assert await lines.engine.history("t") == before
    request = request_of(RunOptions(target=words[2], thread=words[4], checkpoint=short_id(words[6])))
    assert await run(lines.engine, request) == 0
    assert await lines.value("log") == ["looked", "told"]
    assert len(await lines.engine.history("t")) == len(before) + 2
    told = json.loads((await lines.fork(checkpoint=at, as_node="model", as_json=True)).splitlines()[-1])
    assert (told["written"], told["next"]) == (True, ["tools"])
    assert (await lines.engine.state("t")).next == ("tools",)


REFUSED: dict[str, dict[str, Any]] = {
    "--set 'log' is not PATH=JSON": {"edits": ("log",)},
    "--set log is not JSON": {"edits": ("log=x",)},
    "it has no key 'nobody'": {"edits": ("nobody=1",)},
    "box.name: input should be a valid string": {"edits": ("box.name=1",)},
    "any holds a set, which the schema does not name": {"edits": ("any.t=1",)},
    "messages.0 is no message": {"edits": ("messages=[1]",)},
    "'log' is given twice": {"edits": ("log=[]",), "appended": ("log=[]",)},
    "no node 'nobody'": {"as_node": "nobody"},
    "--raw and --append exclude": {"raw": True, "appended": ("log=[]",)},
}


async def test_what_cannot_be_written_is_refused_before_it_is(lines: Lines) -> None:
    before = await lines.engine.history("t")
    for said, words in REFUSED.items():
        with pytest.raises(InputError, match=said):
            await lines.fork(**words)
    with pytest.raises(PathNotFound, match='no "9" in a list of 2'):
        await lines.fork(edits=("log.9=1",))
    assert await lines.engine.history("t") == before


BAD = """
    from langgraph.graph import START, StateGraph
    from pydantic import BaseModel

    class State(BaseModel):
        n: int = 0

    def bad(state): return {"n": "text"}
    def last(state): return {"n": state.n + 1}

    graph = StateGraph(State).add_node(bad).add_node(last).add_edge(START, "bad").add_edge("bad", "last").compile()
"""


async def test_a_raw_edit_says_whether_it_repairs(
    engine: LocalEngine, write_graph: WriteGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = Lines(engine, write_graph(BAD), capsys)
    assert await lines.run(input={}, has_input=True) == 1
    for value, status in (('"seven"', 1), ("7", 0)):
        options = ForkOptions(thread="t", edits=(f"n={value}",), raw=True)
        assert await fork(engine, options, db=None, as_json=False) == status
        out, err = capsys.readouterr()
        assert out.startswith("only a raw edit can repair this state, then it runs last: ")
        assert ("the graph still cannot read it: n: input should be a valid integer" in err) == bool(status)
    assert await lines.run() == 0
    assert await lines.value("n") == 8


@pytest.mark.parametrize("words", [{"checkpoint": "1"}, {"checkpoint": "1", "thread": "t", "answers": ("a=1",)}])
def test_what_a_run_from_a_checkpoint_needs(words: Any) -> None:
    with pytest.raises(InputError, match="--checkpoint"):
        request_of(RunOptions(target="agent.py:graph", **words))
