"""`graphdeck run` on real graphs in real workers: what is printed, and the exit status."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio
from click.core import Context

from graphdeck.graphs.engine import Engine
from graphdeck.graphs.errors import InputError
from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.stopping import Breakpoint, Watch
from graphdeck.tui.cli import commands
from graphdeck.tui.plain.arguments import RunOptions, request_of
from graphdeck.tui.plain.run import run

ASKING = """
    import operator
    from typing import Annotated
    from typing_extensions import TypedDict
    from langgraph.graph import END, START, StateGraph
    from langgraph.types import interrupt

    class State(TypedDict):
        city: str
        log: Annotated[list[str], operator.add]

    def book(state):
        return {"log": [f"book {interrupt({'book': state['city']})}"]}

    def mail(state):
        print("about to mail")
        return {"log": [f"mail {interrupt('Send it?')}"]}

    def publish(state):
        if state["city"] == "nowhere":
            raise ValueError("there is no such city")
        return {"log": ["published"]}

    builder = StateGraph(State)
    for node in (book, mail, publish):
        builder.add_node(node)
    builder.add_edge(START, "book")
    builder.add_edge(START, "mail")
    builder.add_edge(["book", "mail"], "publish")
    builder.add_edge("publish", END)
    graph = builder.compile()
"""

LOOP = """
    import time
    from typing import TypedDict
    from langgraph.graph import START, StateGraph

    class State(TypedDict, total=False):
        n: int

    def count(state):
        time.sleep(0.01)
        return {"n": state.get("n", 0) + 1}

    builder = StateGraph(State)
    builder.add_node(count)
    builder.add_edge(START, "count")
    builder.add_edge("count", "count")
    graph = builder.compile()
"""

STUCK = """
    import threading
    from typing import TypedDict
    from langgraph.graph import START, StateGraph

    class State(TypedDict, total=False):
        n: int

    def hang(state):
        threading.Event().wait()

    graph = StateGraph(State).add_node(hang).add_edge(START, "hang").compile()
"""


@dataclass(frozen=True)
class Ran:
    """What a run left behind."""

    status: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        assert self.out.isascii()
        return [json.loads(line) for line in self.out.splitlines()]

    def named(self, name: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == name]


class Runner:
    """Runs graphs by the words of a command line, in the session's warm host."""

    def __init__(self, engine: LocalEngine, capsys: pytest.CaptureFixture[str]) -> None:
        self._engine = engine
        self._capsys = capsys

    async def __call__(self, *words: str) -> Ran:
        self._capsys.readouterr()
        with commands.commands["run"].make_context("run", list(words)) as context:
            options, as_json = _options(context)
        status = await run(self._engine, request_of(options), as_json=as_json, stops=options.stops)
        return Ran(status, *self._capsys.readouterr())


def _options(context: Context) -> tuple[RunOptions, bool]:
    words = dict(context.params)
    del words["db"]
    as_json = words.pop("as_json")
    return RunOptions(**words), as_json


@pytest_asyncio.fixture
async def graphdeck(engine: LocalEngine, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Runner]:
    yield Runner(engine, capsys)


@pytest.fixture
def asking(write_graph: Callable[..., str]) -> str:
    """A graph that asks two questions at once, then publishes."""
    return write_graph(ASKING, "asking.py")


ROME = ("--thread", "t 1", "--input", '{"city": "Rome", "log": []}')


async def test_json_has_one_event_a_line_from_run_started_to_run_ended(graphdeck: Runner, asking: str) -> None:
    ran = await graphdeck(asking, *ROME, "--json")
    assert ran.status == 2
    first, *_, last = ran.events
    assert (first["event"], first["thread"], first["graph"]) == ("run_started", "t 1", asking)
    assert (last["event"], last["status"], sorted(last["next"])) == ("run_ended", "waiting", ["book", "mail"])
    assert last["error"] is None
    assert [event["seq"] for event in ran.events] == list(range(1, len(ran.events) + 1))
    assert {event["run"] for event in ran.events} == {first["run"]}
    questions = {event["node"]: event["value"] for event in ran.named("interrupt")}
    assert questions == {"book": {"book": "Rome"}, "mail": "Send it?"}


async def test_the_printed_command_answers_both_questions_in_one_go(graphdeck: Runner, asking: str) -> None:
    asked = await graphdeck(asking, *ROME)
    assert asked.status == 2
    assert "waiting for 2 answers" in asked.out
    assert "mail │ about to mail" in asked.out
    (command,) = (line for line in asked.out.splitlines() if line.startswith("    graphdeck run "))
    printed = subprocess.run(["bash", "-c", f"printf '%s\\0' {command}"], capture_output=True, text=True, check=True)
    answered = await graphdeck(*printed.stdout.split("\0")[2:-1], "--json")
    assert answered.status == 0
    assert answered.events[-1]["status"] == "done"
    assert sorted(event["node"] for event in answered.named("node_finished")) == ["book", "mail", "publish"]


async def test_a_waiting_thread_is_not_run_without_an_answer(graphdeck: Runner, asking: str) -> None:
    asked = await graphdeck(asking, *ROME, "--json")
    again = await graphdeck(asking, "--thread", "t 1", "--json")
    assert again.status == 2
    assert [event["event"] for event in again.events] == ["run_started", "interrupt", "interrupt", "run_ended"]
    assert {event["id"] for event in again.named("interrupt")} == {event["id"] for event in asked.named("interrupt")}


async def test_new_input_does_not_drop_a_question_unless_it_is_told_to(graphdeck: Runner, asking: str) -> None:
    await graphdeck(asking, *ROME, "--json")
    refused = await graphdeck(asking, *ROME)
    assert refused.status == 1
    assert "--drop-question" in refused.err
    dropped = await graphdeck(asking, "--thread", "t 1", "--input", '{"city": "Oslo"}', "--drop-question", "--json")
    assert dropped.status == 2
    assert {"book": "Oslo"} in [event["value"] for event in dropped.named("interrupt")]


async def test_an_answer_to_a_question_that_is_gone_is_refused(graphdeck: Runner, asking: str) -> None:
    await graphdeck(asking, *ROME, "--json")
    refused = await graphdeck(asking, "--thread", "t 1", "--answer", "0123=true", "--json")
    assert refused.status == 1
    assert [event["event"] for event in refused.events] == ["run_started", "run_ended"]
    assert refused.events[-1]["error"]["type"] == "answer"
    assert "0123" in refused.events[-1]["error"]["message"]


async def test_breakpoint_failure_and_going_on(graphdeck: Runner, asking: str) -> None:
    asked = await graphdeck(asking, "--thread", "t", "--input", '{"city": "nowhere", "log": []}', "--json")
    answers = [word for event in asked.named("interrupt") for word in ("--answer", f"{event['id']}=true")]
    stopped = await graphdeck(asking, "--thread", "t", *answers, "--before", "publish")
    assert stopped.status == 2
    assert "breakpoint, next: publish" in stopped.out
    assert f"go on:  graphdeck run {asking} --thread t --before publish" in stopped.out
    failed = await graphdeck(asking, "--thread", "t")
    assert failed.status == 1
    assert "✗ publish  ValueError: there is no such city" in failed.out
    assert re.search(r'asking.py", line \d+, in publish\n +raise ValueError', failed.out)
    assert f"retry:  graphdeck run {asking} --thread t\n" in failed.out
    assert failed.err.startswith("error: ValueError: there is no such city")


TEAM = """
    import operator
    from typing import Annotated, TypedDict
    from langgraph.graph import START, StateGraph

    class State(TypedDict, total=False):
        total: int
        log: Annotated[list[str], operator.add]

    def line(**nodes):
        builder = StateGraph(State)
        builder.add_sequence(list(nodes.items()))
        builder.add_edge(START, next(iter(nodes)))
        return builder.compile()

    def add(state): return {"total": state.get("total", 0) + 10, "log": ["added"]}
    desk = line(write=add, review=add)
    graph = line(team=line(plan=add, desk=desk), count=add, end=add)
"""


async def test_stops_inside_subgraphs_by_conditions_changes_and_steps_say_why_and_what_comes_next(
    graphdeck: Runner, write_graph: Callable[..., str]
) -> None:
    team = write_graph(TEAM, "team.py")
    stop = ("--before", "team:desk:review if total > 5", "--watch", "team:desk:total")
    stopped = await graphdeck(team, "--thread", "t", "--input", "{}", *stop)
    assert stopped.status == 2
    assert stopped.out.splitlines()[-5:] == [
        "■ team:desk  has not finished",
        "◉ breakpoint, next: team",
        "  why:    breakpoint before team:desk:review, where total > 5; total changed in team:desk",
        "  stands: before team:desk:review",
        f"  go on:  graphdeck run {team} --thread t --before 'team:desk:review if total > 5' --watch team:desk:total",
    ]
    stepped = await graphdeck(team, "--thread", "t", "--step", "--json")
    assert (stepped.status, stepped.events[-1]["stops"]) == (2, [{"kind": "step"}])
    assert (stepped.events[-1]["next"], stepped.events[-1]["paths"]) == (["count"], ["count"])
    ran = await graphdeck(team, "--thread", "t", "--to", "end")
    assert ran.out.splitlines()[-3:-1] == ["◉ breakpoint, next: end", "  why:    it was to run to end"]
    for wrong in ("--before=end if total", "--to=nowhere", "--watch=nothing", "--before=end if total > 3"):
        refused = await graphdeck(team, "--thread", "t", wrong, *(("--durability", "async") if ">" in wrong else ()))
        assert (refused.status, refused.out.splitlines()[1:]) == (64, ["✗ failed"])


async def test_stops_that_the_project_keeps_count_where_it_is_said_and_are_told_of_else(
    graphdeck: Runner, engine: LocalEngine, write_graph: Callable[..., str]
) -> None:
    team = write_graph(TEAM, "team.py")
    for stop in (Breakpoint(node="count"), Breakpoint(node="end", off=True), Watch(path="team:desk:total")):
        await engine.keep_stop(team, stop)
    ran = await graphdeck(team, "--thread", "past", "--input", "{}", "--json")
    assert (ran.status, ran.err) == (
        0,
        "not used: stop before count, watch team:desk:total, kept for runs in the deck; --stops uses them\n",
    )
    stopped = await graphdeck(team, "--thread", "t", "--input", "{}", "--stops", "--after", "count")
    assert (stopped.status, stopped.err) == (2, "")
    assert stopped.out.splitlines()[-3:] == [
        "  why:    total changed in team:desk",
        "  stands: before team:desk:review",
        f"  go on:  graphdeck run {team} --thread t --after count --stops",
    ]
    await engine.forget_stop(team, Watch(path="team:desk:total"))
    assert (await graphdeck(team, "--thread", "t", "--stops", "--json")).events[-1]["paths"] == ["count"]
    assert (await graphdeck("gone.py:graph", "--thread", "t", "--stops", "--json")).status == 64


async def test_recursion_limit(graphdeck: Runner, write_graph: Callable[..., str]) -> None:
    loop = write_graph(LOOP, "loop.py")
    ran = await graphdeck(loop, "--input", "{}", "--recursion-limit", "3", "--json")
    assert (ran.status, ran.events[-1]["status"]) == (1, "recursion_limit")


@pytest.mark.parametrize(
    ("source", "variable", "kind", "status"),
    [
        (None, "graph", "target", 64),
        ("graph = 3", "graph", "target", 64),
        (LOOP, "grpah", "target", 64),
        ("import no_such_module_anywhere\ngraph = None", "graph", "target_load", 1),
        ("graph = (", "graph", "target_load", 1),
    ],
)
async def test_a_target_that_does_not_load_still_has_its_two_events(
    graphdeck: Runner, write_graph: Callable[..., str], source: str | None, variable: str, kind: str, status: int
) -> None:
    target = f"broken.py:{variable}" if source is None else write_graph(source, "broken.py", variable)
    ran = await graphdeck(target, "--input", "{}", "--json")
    assert [event["event"] for event in ran.events] == ["run_started", "run_ended"]
    ended = ran.events[-1]
    assert (ended["status"], ended["error"]["type"], ran.status) == ("failed", kind, status)
    assert ended["error"]["hint"]
    for_people = await graphdeck(target, "--input", "{}")
    assert for_people.status == status
    assert for_people.err.startswith("error: ")


async def test_a_new_thread_needs_input_where_the_schema_requires_a_key(
    graphdeck: Runner, asking: str, write_graph: Callable[..., str]
) -> None:
    assert (await graphdeck(asking, "--json")).status == 64
    loop = write_graph(LOOP, "loop.py")
    assert (await graphdeck(loop, "--recursion-limit", "2", "--json")).events[-1]["status"] == "recursion_limit"


class _Broken:
    """An engine with a fault."""

    async def stops(self, graph: str) -> tuple[()]:
        return ()

    async def run(self, request: RunRequest) -> None:
        raise {"unexpected": ZeroDivisionError("oh"), "refused": InputError("no", "yes")}[request.thread]


@pytest.mark.parametrize(("thread", "kind"), [("unexpected", "error"), ("refused", "input")])
async def test_the_two_events_come_whatever_happens(capsys: pytest.CaptureFixture[str], thread: str, kind: str) -> None:
    request = RunRequest(graph="g", thread=thread)
    if thread == "unexpected":
        with pytest.raises(ZeroDivisionError):
            await run(cast(Engine, _Broken()), request, as_json=True)
    else:
        assert await run(cast(Engine, _Broken()), request, as_json=True) == 64
    sys.stdout.flush()
    started, ended = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (started["event"], started["seq"], started["thread"]) == ("run_started", 1, thread)
    assert (ended["event"], ended["seq"], ended["status"], ended["error"]["type"]) == ("run_ended", 2, "failed", kind)
    assert started["run"] == ended["run"]


# -- a process of its own, for signals and pipes ---------------------------------------------------------------------

COMMAND = [sys.executable, "-c", "from graphdeck.tui.cli import main; main()", "run"]


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    """Starts `graphdeck run WORDS...` with pipes; whatever still runs at the end is killed."""
    running: list[subprocess.Popen[str]] = []

    def start(*words: str) -> "subprocess.Popen[str]":
        pipe = subprocess.PIPE
        process = subprocess.Popen([*COMMAND, *words], stdout=pipe, stderr=pipe, text=True, cwd=tmp_path)
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def read_until(stream: Any, text: str) -> None:
    """Read lines until one holds the text."""
    for line in stream:
        if text in line:
            return
    raise AssertionError(f"{text!r} never came")


def test_ctrl_c_stops_at_the_next_step(
    started: Callable[..., "subprocess.Popen[str]"], write_graph: Callable[..., str]
) -> None:
    process = started(write_graph(LOOP, "loop.py"), "--recursion-limit", "100000", "--json")
    read_until(process.stdout, '"node_finished"')
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    ended = json.loads(out.splitlines()[-1])
    assert (ended["event"], ended["status"], ended["next"]) == ("run_ended", "stopped", ["count"])
    assert err.startswith("stopping at the next step boundary")
    assert process.returncode == 130


def test_three_ctrl_c_end_even_a_node_that_hangs(
    started: Callable[..., "subprocess.Popen[str]"], write_graph: Callable[..., str]
) -> None:
    process = started(write_graph(STUCK, "stuck.py"), "--json")
    read_until(process.stdout, '"node_started"')
    for said in ("stopping", "cancelling", "killing"):
        process.send_signal(signal.SIGINT)
        read_until(process.stderr, said)
    out, err = process.communicate(timeout=20)
    assert json.loads(out.splitlines()[-1])["event"] == "run_ended"
    assert "Traceback" not in err
    assert process.returncode == 130


def test_a_reader_that_goes_away_stops_the_run_quietly(
    started: Callable[..., "subprocess.Popen[str]"], write_graph: Callable[..., str]
) -> None:
    process = started(write_graph(LOOP, "loop.py"), "--recursion-limit", "100000", "--json")
    assert process.stdout is not None
    read_until(process.stdout, '"node_finished"')
    process.stdout.close()
    assert process.wait(timeout=20) == 1
    assert process.stderr is not None
    assert process.stderr.read() == ""
