"""What graphs of every kind ask for in practice, through `graphdeck run` alone: questions, stops, failures, limits."""

import json
from pathlib import Path
from typing import Any

import pytest

AGENT = """
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import tool

class Mailer(BaseChatModel):
    @property
    def _llm_type(self): return "mailer"
    def bind_tools(self, tools, **options): return self
    def _generate(self, messages, stop=None, run_manager=None, **options):
        if any(isinstance(message, ToolMessage) for message in messages):
            reply = AIMessage("all is sent")
        else:
            calls = [{"name": "send", "args": {"to": to}, "id": to} for to in ("ann", "bob")]
            reply = AIMessage("", tool_calls=calls)
        return ChatResult(generations=[ChatGeneration(message=reply)])

@tool
def send(to: str) -> str:
    "Send a mail."
    return f"sent to {to}"

asks = HumanInTheLoopMiddleware({"send": True}, interrupt_mode="MODE")
graph = create_agent(Mailer(), [send], middleware=[asks])
"""

HEAD = """
import operator
from typing import Annotated, Any
from typing_extensions import TypedDict
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import RetryPolicy, interrupt

class State(TypedDict, total=False):
    log: Annotated[list[Any], operator.add]
"""

THREE = """
def ask(name):
    def node(state):
        print("asks", name)
        return {"log": [f"{name}={interrupt({'question': name})}"]}
    return node

builder = StateGraph(State)
for name in ("legal", "money", "press"):
    builder.add_node(name, ask(name))
    builder.add_edge(START, name)
    builder.add_edge(name, "publish")
builder.add_node("publish", lambda state: {"log": ["published"]})
graph = builder.compile()
"""

TEAM = """
class Desk(TypedDict, total=False):
    draft: str
    log: Annotated[list[Any], operator.add]

def write(state):
    return {"draft": "first words"}

def review(state):
    return {"log": [f"{state['draft']}: {interrupt('Good enough?')}"]}

desk = StateGraph(Desk).add_node(write).add_node(review)
desk = desk.add_edge(START, "write").add_edge("write", "review").compile()
team = StateGraph(Desk).add_node("desk", desk).add_edge(START, "desk").compile()
graph = StateGraph(State).add_node("team", team).add_edge(START, "team").compile()
"""

STEPS = """
class Context(TypedDict):
    colour: str

def first(state):
    return {"log": ["first"]}

def second(state, runtime: Runtime[Context]):
    return {"log": [f"second in {(runtime.context or {}).get('colour')}"]}

def third(state):
    return {"log": ["third"]}

builder = StateGraph(State, context_schema=Context)
builder.add_sequence([first, second, third])
builder.add_edge(START, "first")
graph = builder.compile(interrupt_before=STATIC)
"""

FLAKY = """
import pathlib

def flaky(state):
    tries = pathlib.Path(__file__).with_name("tries")
    count = int(tries.read_text()) + 1 if tries.exists() else 1
    tries.write_text(str(count))
    if count % 3:
        raise ConnectionError(f"try {count}")
    return {"log": [f"worked at try {count}"]}

retry = RetryPolicy(initial_interval=0.001, jitter=False, max_attempts=ATTEMPTS)
builder = StateGraph(State).add_node("steady", lambda state: {"log": ["steady"]})
builder.add_node("flaky", flaky, retry_policy=retry)
graph = builder.add_edge(START, "steady").add_edge("steady", "flaky").compile()
"""

RUN = ("run", "agent.py:graph", "--thread", "t", "--json")


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write the graph's file."""

    def write(source: str) -> None:
        (tmp_path / "agent.py").write_text(source)

    return write


def answers(given: dict[str, Any]) -> list[str]:
    """Answers as words of the command line."""
    return [word for key, answer in given.items() for word in ("--answer", f"{key}={json.dumps(answer)}")]


async def log(graphdeck: Any) -> Any:
    """The log in the state."""
    return json.loads((await graphdeck("show", "t", "log", "--json")).out)["value"]


async def saved(graphdeck: Any) -> list[str]:
    """All that the file tells of the thread: its checkpoints, its state, what waits."""
    return [(await graphdeck(command, "t", "--json")).out for command in ("history", "show")]


# -- questions -------------------------------------------------------------------------------------------------------


async def ask_agent(graphdeck: Any, write: Any, mode: str) -> list[dict[str, Any]]:
    """Let the agent ask; its interrupts."""
    write(AGENT.replace("MODE", mode))
    asked = await graphdeck(*RUN, "--message", "mail both")
    assert (asked.status, asked.events[-1]["status"]) == (2, "waiting")
    return list(asked.named("interrupt"))


async def tool_results(graphdeck: Any) -> dict[str, str]:
    messages = json.loads((await graphdeck("show", "t", "messages", "--json")).out)["value"]
    return {each["tool_call_id"]: each["content"] for each in messages if each["type"] == "tool"}


async def test_one_question_for_a_batch_of_tools(graphdeck: Any, write: Any) -> None:
    (question,) = await ask_agent(graphdeck, write, "batched")
    assert [action["args"] for action in question["value"]["action_requests"]] == [{"to": "ann"}, {"to": "bob"}]
    decisions = [{"type": "approve"}, {"type": "reject", "message": "not bob"}]
    done = await graphdeck(*RUN, *answers({question["id"]: {"decisions": decisions}}))
    assert done.status == 0
    results = await tool_results(graphdeck)
    assert results["ann"] == "sent to ann"
    assert "not bob" in results["bob"]
    assert "sent" not in results["bob"]


async def test_one_question_for_each_tool(graphdeck: Any, write: Any) -> None:
    questions = await ask_agent(graphdeck, write, "per_call")
    assert len(questions) == 2
    decided = {
        question["id"]: {"type": "approve"} if "bob" in json.dumps(question["value"]) else {"type": "reject"}
        for question in questions
    }
    done = await graphdeck(*RUN, *answers(decided))
    assert done.status == 0
    results = await tool_results(graphdeck)
    assert results["bob"] == "sent to bob"
    assert "sent" not in results["ann"]


APPROVE = {"type": "approve"}
WRONG: dict[str, list[Any]] = {
    "batched": [True, {"decisions": [APPROVE]}, {"decisions": [APPROVE] * 3}, {"decisions": [APPROVE, {"type": "no"}]}],
    "per_call": ["yes", {"decisions": [APPROVE]}, {"type": "no"}],
}


@pytest.mark.parametrize("mode", WRONG)
async def test_a_wrong_decision_is_refused_and_nothing_is_saved(mode: str, graphdeck: Any, write: Any) -> None:
    questions = await ask_agent(graphdeck, write, mode)
    before = await saved(graphdeck)
    for answer in WRONG[mode]:
        refused = await graphdeck(*RUN, *answers({question["id"]: answer for question in questions}))
        assert refused.status == 1, answer
        assert [event["event"] for event in refused.events] == ["run_started", "run_ended"]
        error = refused.events[-1]["error"]
        assert error["type"] == "answer"
        assert error["hint"]
        assert await saved(graphdeck) == before
    right: Any = {"decisions": [APPROVE] * 2} if mode == "batched" else APPROVE
    assert (await graphdeck(*RUN, *answers({question["id"]: right for question in questions}))).status == 0


async def test_three_questions_side_by_side_are_answered_by_one_command(graphdeck: Any, write: Any) -> None:
    write(HEAD + THREE)
    asked = await graphdeck(*RUN, "--input", "{}")
    assert asked.status == 2
    ids = {event["value"]["question"]: event["id"] for event in asked.named("interrupt")}
    assert set(ids) == {"legal", "money", "press"}
    done = await graphdeck(*RUN, *answers({ids["legal"]: False, ids["money"]: [1, 2], ids["press"]: "fine"}))
    assert done.status == 0
    assert await log(graphdeck) == ["legal=False", "money=[1, 2]", "press=fine", "published"]
    assert len([event for event in done.named("node_started") if event["node"] == "publish"]) == 1


async def test_of_three_answers_a_wrong_id_stops_all(graphdeck: Any, write: Any) -> None:
    write(HEAD + THREE)
    asked = await graphdeck(*RUN, "--input", "{}")
    before = await saved(graphdeck)
    first, second, _ = (event["id"] for event in asked.named("interrupt"))
    refused = await graphdeck(*RUN, *answers({first: True, second: True, "0" * 32: True}))
    assert refused.status == 1
    assert "0" * 32 in refused.events[-1]["error"]["message"]
    assert await saved(graphdeck) == before


async def test_a_question_from_a_subgraph_comes_once_with_its_path_and_the_inner_state(
    graphdeck: Any, write: Any
) -> None:
    write(HEAD + TEAM)
    asked = await graphdeck(*RUN, "--input", "{}")
    (question,) = asked.named("interrupt")
    assert [part.partition(":")[0] for part in question["ns"]] == ["team", "desk"]
    assert (question["node"], question["value"]) == ("review", "Good enough?")
    (shown,) = (await graphdeck("show", "t", "--json")).events
    assert [each["id"] for each in shown["interrupts"]] == [question["id"]]
    (team,) = shown["subgraphs"]
    (desk,) = team["subgraphs"]
    assert desk["values"]["draft"] == "first words"
    for_people = await graphdeck("run", "agent.py:graph", "--thread", "t")
    assert for_people.status == 2
    assert "team:desk:review" in for_people.out
    assert (await graphdeck(*RUN, *answers({question["id"]: "yes"}))).status == 0
    assert await log(graphdeck) == ["first words: yes"]


# -- stops -----------------------------------------------------------------------------------------------------------


async def test_a_static_breakpoint_stops_and_continue_goes_on(graphdeck: Any, write: Any) -> None:
    write(HEAD + STEPS.replace("STATIC", '["second"]'))
    stopped = await graphdeck(*RUN, "--input", "{}", "--context", '{"colour": "red"}')
    assert (stopped.status, stopped.events[-1]["status"], stopped.events[-1]["next"]) == (2, "breakpoint", ["second"])
    assert not stopped.named("interrupt")
    (row,) = (await graphdeck("threads", "--json")).events
    assert (row["status"], row["next"]) == ("breakpoint", ["second"])
    anew = await graphdeck(*RUN[:-1], "--input", "{}", "--context", '{"colour": "red"}')
    assert (anew.status, anew.err) == (
        2, "second, which the thread stands before, does not run: an input begins anew\n"
    )  # fmt: skip
    assert (await graphdeck(*RUN, "--context", '{"colour": "red"}')).status == 0
    assert await log(graphdeck) == ["first", "first", "second in red", "third"]


async def test_stops_before_and_after_nodes_of_one_run(graphdeck: Any, write: Any) -> None:
    write(HEAD + STEPS.replace("STATIC", "None"))
    context = ("--context", '{"colour": "blue"}')
    stopped = await graphdeck(*RUN, "--input", "{}", "--after", "first", "--before", "third", *context)
    assert (stopped.status, stopped.events[-1]["next"]) == (2, ["second"])
    stopped = await graphdeck(*RUN, "--before", "third", *context)
    assert (stopped.status, stopped.events[-1]["next"]) == (2, ["third"])
    assert (await graphdeck(*RUN, *context)).status == 0
    assert await log(graphdeck) == ["first", "second in blue", "third"]


async def test_the_context_which_no_thread_remembers_is_asked_for_again(graphdeck: Any, write: Any) -> None:
    write(HEAD + STEPS.replace("STATIC", '["second"]'))
    stopped = await graphdeck(
        "run", "agent.py:graph", "--thread", "t", "--input", "{}", "--context", '{"colour": "red"}'
    )
    assert """--context '{"colour": "red"}'""" in stopped.out
    refused = await graphdeck(*RUN)
    assert refused.status == 64
    assert "colour" in refused.events[-1]["error"]["message"]


# -- failures and limits ---------------------------------------------------------------------------------------------


async def test_retries_are_told_and_what_failed_in_the_end_goes_on(graphdeck: Any, write: Any) -> None:
    write(HEAD + FLAKY.replace("ATTEMPTS", "2"))
    failed = await graphdeck(*RUN, "--input", "{}")
    assert (failed.status, failed.events[-1]["status"], failed.events[-1]["next"]) == (1, "failed", ["flaky"])
    assert [(event["attempt"], "try 1" in event["error"]) for event in failed.named("node_retry")] == [(1, True)]
    (row,) = (await graphdeck("threads", "--json", "--status", "failed")).events
    assert row["thread"] == "t"
    again = await graphdeck(*RUN)
    assert again.status == 0
    assert "steady" not in [event["node"] for event in again.named("node_started")]
    assert await log(graphdeck) == ["steady", "worked at try 3"]


async def test_a_recursion_limit_keeps_the_state_and_a_higher_one_goes_on(graphdeck: Any, write: Any) -> None:
    write(HEAD + STEPS.replace("STATIC", "None"))
    context = ("--context", '{"colour": "red"}')
    limited = await graphdeck(*RUN, "--input", "{}", "--recursion-limit", "2", *context)
    assert (limited.status, limited.events[-1]["status"]) == (1, "recursion_limit")
    assert limited.events[-1]["error"]["hint"]
    assert (await graphdeck(*RUN, "--recursion-limit", "9", *context)).status == 0
    assert await log(graphdeck) == ["first", "second in red", "third"]


# -- projects --------------------------------------------------------------------------------------------------------


async def test_a_langgraph_json_names_graphs_dependencies_and_variables(graphdeck: Any, tmp_path: Path) -> None:
    (tmp_path / "src" / "shop").mkdir(parents=True)
    (tmp_path / "src" / "shop" / "__init__.py").touch()
    (tmp_path / "src" / "shop" / "words.py").write_text("import os\nWORD = os.environ['SHOP_WORD']\n")
    source = HEAD + STEPS.replace("STATIC", "None").replace('"third"]', "WORD]")
    (tmp_path / "src" / "shop" / "flow.py").write_text(f"from shop.words import WORD\n{source}")
    (tmp_path / ".env").write_text("SHOP_WORD=from the file\n")
    config = {"dependencies": ["./src"], "graphs": {"flow": "./src/shop/flow.py:graph"}, "env": ".env"}
    (tmp_path / "langgraph.json").write_text(json.dumps(config))
    for target in ("langgraph.json", "flow", "."):
        ran = await graphdeck("run", target, "--thread", target, "--input", "{}", "--context", '{"colour": "red"}')
        assert ran.status == 0, ran
    (shown,) = (await graphdeck("show", "flow", "--json")).events
    assert shown["values"]["log"] == ["first", "second in red", "from the file"]
    assert Path(shown["file"]) == tmp_path / ".graphdeck" / "threads.sqlite"
