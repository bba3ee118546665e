"""What single tasks were given and wrote, and who called whom, from rows that LangGraph's own saver has written."""

import operator
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send, interrupt

from graphdeck.graphs.errors import ThreadNotFound
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.history import read_history
from graphdeck.graphs.saved.task_values import GLANCE, read_glances, read_task_values
from graphdeck.graphs.task_ids import Caller, StepStart, call_of, pulled_node
from graphdeck.graphs.tasks import RanTask

Look = Callable[[], CheckpointFile]
CONFIG: Any = {"configurable": {"thread_id": "t"}}


class State(TypedDict, total=False):
    """A state with a list that grows."""

    topic: str
    parts: Annotated[list[str], operator.add]


class Word(TypedDict):
    """What a member of the fan-out is given."""

    word: str


@task
def twice(word: str) -> str:
    """A task that a node calls."""
    return word * 2


def spread(state: State) -> list[Send]:
    """One member, one that asks, and a large one."""
    return [Send("part", {"word": word}) for word in ("one", "ask", "x" * GLANCE)]


def part(state: Word) -> State:
    """What a member of the fan-out does."""
    if state["word"] == "ask":
        return {"parts": [interrupt("which?")]}
    return {"parts": [twice(state["word"]).result()[: GLANCE + 10]]}


def fan(saver: SqliteSaver | bool) -> Any:
    """A graph that fans out."""
    builder = StateGraph(State).add_node("plan", lambda state: {"topic": state["topic"].upper()}).add_node(part)
    builder.add_edge(START, "plan").add_conditional_edges("plan", spread, ["part"])
    return builder.compile(checkpointer=saver)


def test_each_task_of_a_send_has_its_own_argument_at_any_checkpoint_and_in_subgraphs(
    saver: SqliteSaver, look: Look
) -> None:
    outer = StateGraph(State).add_node("team", fan(True)).add_edge(START, "team").compile(checkpointer=saver)
    outer.invoke({"topic": "tea"}, CONFIG)
    file = look()
    (team,) = read_history(file, "t")[0].after
    at = read_history(file, "t", ns=team.inner[0])[0]
    glances = read_glances(file, "t", at.checkpoint, ns=at.ns)
    step = StepStart(checkpoint=at.checkpoint, step=at.step + 1, ns=at.ns)
    words = [glances[step.sent("part", place)] for place in range(3)]
    assert [each.argument for each in words[:2]] == [{"word": "one"}, {"word": "ask"}]
    assert [each.wrote for each in words[:2]] == [{"parts": ["oneone"]}, {}]
    assert str(words[2].argument).endswith(" bytes")
    assert str(words[2].wrote["parts"]).endswith(" bytes")
    whole = read_task_values(file, "t", at.checkpoint, step.sent("part", 2), ns=at.ns)
    assert whole.argument == {"word": "x" * GLANCE}
    assert whole.wrote == {"parts": ["x" * (GLANCE + 10)]}
    before = read_history(file, "t", ns=at.ns)[1]  # an older step: its task was given the state
    (plan,) = before.after
    told = read_task_values(file, "t", before.checkpoint, plan.id, ns=at.ns)
    assert (told.has_argument, told.wrote) == (False, {"topic": "TEA"})
    with pytest.raises(ThreadNotFound):
        read_task_values(file, "t", "none", plan.id)


def names_of(tasks: Sequence[RanTask], step: StepStart, guesses: tuple[str, ...]) -> dict[str, list[str]]:
    """By caller, the tasks that it called in the order of the calls; each guess is proved by the id."""
    callers: dict[str, Caller] = {
        task.path or f"~__pregel_pull, {task.node}": step.pulled(task.node, task.id) for task in tasks if not task.path
    }
    found: dict[str, list[str]] = {}
    for ran in sorted(tasks, key=lambda task: (task.path.count("~"), task.path)):
        call = call_of(ran.path)
        if call is not None:
            caller = callers[call[0]]
            (name,) = [guess for guess in guesses if step.called(guess, caller, call[1]) == ran.id]
            callers[ran.path] = caller.calls(name, ran.id, call[1])
            found.setdefault(pulled_node(call[0]) or "inner", []).append(name)
    return found


def test_who_called_whom_is_proved_by_ids(saver: SqliteSaver, look: Look) -> None:
    @task
    def once(word: str) -> str:
        return word

    @task
    def nested(word: str) -> str:
        return once(word).result() + twice(word).result()

    @task
    def ask(word: str) -> str:
        return str(interrupt(word))

    @entrypoint(checkpointer=saver)
    def main(word: str) -> str:
        return twice(word).result() + nested(word).result() + ask(word).result()

    main.invoke("a", CONFIG)
    file = look()
    (first,) = read_history(file, "t")
    step = StepStart(checkpoint=first.checkpoint, step=first.step + 1)
    guesses = ("once", "twice", "nested", "ask", "other")
    calls = {"main": ["twice", "nested", "ask"], "inner": ["once", "twice"]}
    assert names_of(first.after, step, guesses) == calls
    (entry,) = [ran for ran in first.after if not ran.path]
    given = read_task_values(file, "t", first.checkpoint, entry.id)
    assert (given.has_argument, given.argument, given.wrote) == (True, "a", {})

    main.invoke(Command(resume="yes"), CONFIG)
    newest = read_history(file, "t")[0]
    assert names_of(newest.made_by, step, guesses) == calls
    glances = read_glances(file, "t", first.checkpoint)
    assert glances[entry.id].wrote == {"__end__": "aaaaayes"}
    assert sorted(str(glances[ran.id].wrote["__return__"]) for ran in newest.made_by if ran.path) == [
        "a", "aa", "aa", "aaa", "yes",
    ]  # fmt: skip
    called = [ran.id for ran in newest.made_by if ran.path]
    assert not any(glances[id_].has_argument for id_ in called)
    assert not any(read_task_values(file, "t", first.checkpoint, id_).has_argument for id_ in called)
    assert read_task_values(file, "t", first.checkpoint, "not told of yet").argument == "a"
