"""States, questions and statuses of threads that the real engine left, kind of stop by kind of stop."""

import dataclasses
import operator
from collections.abc import Callable
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.errors import GraphRecursionError
from langgraph.func import entrypoint, task
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Command, Send, interrupt
from pydantic import BaseModel, ValidationError

from graphdeck.graphs.saved.compared import read_differences
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.history import read_history
from graphdeck.graphs.saved.state import read_state
from graphdeck.graphs.saved.threads import list_threads

Look = Callable[[], CheckpointFile]


class State(TypedDict):
    log: Annotated[list[str], operator.add]


def config(thread: str = "t", checkpoint: str | None = None) -> RunnableConfig:
    here = {"thread_id": thread} | ({"checkpoint_id": checkpoint} if checkpoint else {})
    return {"configurable": here}


def says(name: str) -> Callable[[State], dict[str, list[str]]]:
    return lambda state: {"log": [name]}


def asks(name: str) -> Callable[[State], dict[str, list[str]]]:
    return lambda state: {"log": [f"{name}: {interrupt(f'{name}?')}"]}


def fails(state: State) -> dict[str, list[str]]:
    raise ValueError("no luck")


def graph_of(edges: list[tuple[str | list[str], str]], **nodes: Any) -> "StateGraph[State]":
    graph = StateGraph(State)
    for name, node in nodes.items():
        graph.add_node(name, node)
    for source, target in edges:
        graph.add_edge(source, target)
    return graph


# -- waiting ---------------------------------------------------------------------------------------------------


def test_parallel_questions_are_all_listed_until_answered(saver: SqliteSaver, look: Look) -> None:
    names = ("a", "b", "c")
    edges: list[tuple[str | list[str], str]] = [(START, name) for name in names]
    graph = graph_of(edges, **{name: asks(name) for name in names}).compile(checkpointer=saver)
    graph.invoke({"log": []}, config())
    state = read_state(look(), "t")
    assert state.status == "waiting"
    assert state.next == names
    assert [(question.node, question.value, question.ns) for question in state.interrupts] == [
        (name, f"{name}?", ()) for name in names
    ]
    assert {question.id for question in state.interrupts} == {q.id for q in graph.get_state(config()).interrupts}

    answered = next(question.id for question in state.interrupts if question.node == "b")
    graph.invoke(Command(resume={answered: "yes"}), config())
    state = read_state(look(), "t")
    assert [question.node for question in state.interrupts] == ["a", "c"]
    assert state.next == ("a", "c")
    (row,) = list_threads(look()).rows
    assert set(row.interrupts) == {question.id for question in state.interrupts}
    assert row.next == ("a", "c")


def test_a_question_two_subgraphs_deep_is_shown_once_with_its_path(saver: SqliteSaver, look: Look) -> None:
    desk = graph_of([(START, "review")], review=asks("review")).compile()
    team = graph_of([(START, "desk")], desk=desk).compile()
    graph = graph_of([(START, "plan"), ("plan", "team")], plan=says("plan"), team=team).compile(checkpointer=saver)
    graph.invoke({"log": []}, config())

    state = read_state(look(), "t")
    assert state.next == ("team",)
    (question,) = state.interrupts
    assert question.path == ("team", "desk", "review")
    assert question.value == "review?"
    outer = graph.get_state(config(), subgraphs=True).tasks[0]
    assert outer.state is not None
    inner = outer.state.tasks[0]  # type: ignore[union-attr] # a snapshot, as subgraphs were asked for
    assert question.ns == (f"team:{outer.id}", f"desk:{inner.id}")
    assert question.id == outer.interrupts[0].id

    (shown,) = state.subgraphs
    assert shown.ns == f"team:{outer.id}"
    assert shown.values == {"log": ["plan"]}
    (deepest,) = shown.subgraphs
    assert deepest.next == ("review",)
    assert deepest.status == "waiting"
    assert deepest.interrupts == state.interrupts

    graph.invoke(Command(resume={question.id: "ok"}), config())
    state = read_state(look(), "t")
    assert (state.status, state.interrupts, state.subgraphs) == ("done", (), ())


def test_a_subgraph_that_keeps_its_own_state(saver: SqliteSaver, look: Look) -> None:
    team = graph_of([(START, "review")], review=asks("review")).compile(checkpointer=True)
    graph = graph_of([(START, "team")], team=team).compile(checkpointer=saver)
    for answer in ("one", "two"):
        graph.invoke({"log": []}, config())
        (question,) = read_state(look(), "t").interrupts
        assert question.path == ("team", "review")
        graph.invoke(Command(resume={question.id: answer}), config())
        assert read_state(look(), "t").subgraphs == ()


def test_subgraphs_called_in_one_function(saver: SqliteSaver, look: Look) -> None:
    first = graph_of([(START, "one")], one=says("one")).compile()
    second = graph_of([(START, "two")], two=asks("two")).compile()

    def both(state: State) -> Any:
        return second.invoke(first.invoke(state))  # type: ignore[arg-type] # the output is the state

    graph_of([(START, "both")], both=both).compile(checkpointer=saver).invoke({"log": []}, config())
    state = read_state(look(), "t")
    (question,) = state.interrupts
    assert question.path == ("both", "two")
    assert len(state.subgraphs) == 2


def test_a_declared_answer_schema_is_read(saver: SqliteSaver, look: Look) -> None:
    schema = {"type": "integer", "minimum": 1}

    def node(state: State) -> dict[str, list[str]]:
        return {"log": [str(interrupt("how many?", response_schema=schema))]}

    graph_of([(START, "node")], node=node).compile(checkpointer=saver).invoke({"log": []}, config())
    (question,) = read_state(look(), "t").interrupts
    assert question.schema == schema


def test_a_thread_whose_node_is_gone_still_waits(saver: SqliteSaver, look: Look) -> None:
    graph_of([(START, "old")], old=asks("old")).compile(checkpointer=saver).invoke({"log": []}, config())
    assert graph_of([(START, "new")], new=says("new")).compile(checkpointer=saver).get_state(config()).next == ()
    state = read_state(look(), "t")
    assert (state.status, state.next) == ("waiting", ("old",))


def test_a_thread_that_does_not_fit_its_schema_is_read(saver: SqliteSaver, look: Look) -> None:
    """Case 013: fed a text for a number, LangGraph refuses to read the thread from then on."""

    class Order(BaseModel):
        number: int
        note: str = ""

    builder = StateGraph(Order).add_node("quote", lambda state: {}).add_edge(START, "quote")
    graph: Any = builder.compile(checkpointer=saver)
    with pytest.raises(ValidationError):
        graph.invoke({"number": "seven", "note": "x"}, config())
    with pytest.raises(ValidationError):
        graph.get_state(config())
    file = look()
    state = read_state(file, "t")
    assert state.values == {"number": "seven", "note": "x"}
    assert (state.status, state.next, state.step) == ("stopped", ("quote",), 0)
    newest, first = read_history(file, "t")
    assert (newest.changed, first.changed) == (("number", "note"), ())
    assert [task.wrote for task in newest.made_by] == [("number", "note")]
    assert [change.path for change in read_differences(file, "t", newest.checkpoint)] == ["/number", "/note"]
    assert [row.thread for row in list_threads(file).rows] == ["t"]


# -- failed, stopped, breakpoint -------------------------------------------------------------------------------


def test_a_failed_node(saver: SqliteSaver, look: Look) -> None:
    graph = graph_of([(START, "good"), ("good", "bad")], good=says("good"), bad=fails).compile(checkpointer=saver)
    with pytest.raises(ValueError, match="no luck"):
        graph.invoke({"log": []}, config())
    state = read_state(look(), "t")
    assert (state.status, state.next, state.values) == ("failed", ("bad",), {"log": ["good"]})
    assert [(failed.node, failed.error) for failed in state.failed] == [("bad", "ValueError('no luck')")]
    assert list_threads(look()).rows[0].status == "failed"


def test_cancelled_siblings_of_a_failed_task_are_no_failures(saver: SqliteSaver, look: Look) -> None:
    edges: list[tuple[str | list[str], str]] = [(START, "bad"), (START, "slow")]
    graph = graph_of(edges, bad=fails, slow=says("slow")).compile(checkpointer=saver, interrupt_before=["slow"])
    graph.invoke({"log": []}, config())
    head = graph.get_state(config()).config
    saver.put_writes(head, [("__error__", "CancelledError()")], "id-1", "~__pregel_pull, slow")
    state = read_state(look(), "t")
    assert (state.status, state.failed) == ("stopped", ())
    saver.put_writes(head, [("__error__", "ValueError('x')")], "id-2", "~__pregel_pull, bad")
    state = read_state(look(), "t")
    assert (state.status, [failed.node for failed in state.failed]) == ("failed", ["bad"])


def test_a_static_breakpoint_is_told_from_a_stop_by_the_callers_record(saver: SqliteSaver, look: Look) -> None:
    graph = graph_of([(START, "a"), ("a", "b")], a=says("a"), b=says("b"))
    graph.compile(checkpointer=saver, interrupt_before=["b"]).invoke({"log": []}, config())
    state = read_state(look(), "t")
    assert (state.status, state.next) == ("stopped", ("b",))
    asked: list[tuple[str, str]] = []

    def stopped_by_breakpoint(thread: str, checkpoint: str) -> bool:
        asked.append((thread, checkpoint))
        return True

    assert read_state(look(), "t", stopped_by_breakpoint=stopped_by_breakpoint).status == "breakpoint"
    assert list_threads(look(), stopped_by_breakpoint=stopped_by_breakpoint).rows[0].status == "breakpoint"
    assert set(asked) == {("t", state.checkpoint)}
    assert read_state(look(), "t", holder=lambda thread: "pid 1").status == "running"


def test_a_step_whose_tasks_have_all_finished_is_not_the_end(saver: SqliteSaver, look: Look) -> None:
    graph = graph_of([(START, "a"), ("a", "b")], a=says("a"), b=says("b"))
    graph.compile(checkpointer=saver, interrupt_before=["a"]).invoke({"log": []}, config())
    graph_ = graph.compile(checkpointer=saver)
    head = graph_.get_state(config())
    # What a process leaves that is killed after the writes of a step's last task, before the next checkpoint.
    writes = [("log", ["a"]), ("branch:to:b", None)]
    saver.put_writes(head.config, writes, head.tasks[0].id, "~__pregel_pull, a")
    state = read_state(look(), "t")
    assert (state.status, state.next) == ("stopped", None)
    assert list_threads(look()).rows[0].status == "stopped"
    graph_.invoke(None, config())
    state = read_state(look(), "t")
    assert (state.status, state.next, state.values) == ("done", (), {"log": ["a", "b"]})


def test_the_recursion_limit(saver: SqliteSaver, look: Look) -> None:
    graph = graph_of([(START, "a"), ("a", "a")], a=says("a")).compile(checkpointer=saver)
    with pytest.raises(GraphRecursionError):
        graph.invoke({"log": []}, {**config(), "recursion_limit": 3})
    state = read_state(look(), "t")
    assert (state.status, state.next) == ("stopped", ("a",))


# -- what comes next -------------------------------------------------------------------------------------------


def test_a_join_waits_for_all_even_where_a_name_has_a_plus(saver: SqliteSaver, look: Look) -> None:
    edges: list[tuple[str | list[str], str]] = [(START, "a"), (START, "a+b"), ("a", "late"), (["late", "a+b"], "end")]
    nodes = {"a": says("a"), "a+b": says("a+b"), "late": says("late"), "end": says("end")}
    graph = graph_of(edges, **nodes).compile(checkpointer=saver, interrupt_before=["late", "end"])
    graph.invoke({"log": []}, config())
    assert read_state(look(), "t").next == ("late",)
    graph.invoke(None, config())
    assert read_state(look(), "t").next == ("end",)
    graph.invoke(None, config())
    assert read_state(look(), "t").status == "done"


@pytest.mark.parametrize(
    ("sources", "is_due"), [(["a", "b", "a+b"], False), (["a", "b", "a"], True), (["a+b", "b", "a+b"], True)]
)
def test_where_the_name_of_a_join_can_be_read_in_two_ways_what_comes_next_is_not_guessed(
    saver: SqliteSaver, look: Look, sources: list[str], is_due: bool
) -> None:
    names = {"a", "b", "a+b"} - ({"a+b"} if sources[0] == "a" else {"a"})
    edges: list[tuple[str | list[str], str]] = [*((START, name) for name in sorted(names)), (sources, "end")]
    nodes = {name: says(name) for name in ("a", "b", "a+b", "end")}
    graph_of(edges, **nodes).compile(checkpointer=saver, interrupt_before=["end"]).invoke({"log": []}, config())
    assert bool(graph_of(edges, **nodes).compile(checkpointer=saver).get_state(config()).next) is is_due
    state = read_state(look(), "t")
    assert (state.status, state.next) == ("stopped", None)


def test_a_question_of_a_node_with_a_plus_before_a_join(saver: SqliteSaver, look: Look) -> None:
    edges: list[tuple[str | list[str], str]] = [(START, "a"), (START, "a+b"), (["a", "a+b"], "end")]
    nodes = {"a": says("a"), "a+b": asks("a+b"), "end": says("end")}
    graph_of(edges, **nodes).compile(checkpointer=saver).invoke({"log": []}, config())
    state = read_state(look(), "t")
    assert (state.status, state.next) == ("waiting", ("a+b",))


def test_a_deferred_node_is_due_when_all_else_has_finished(saver: SqliteSaver, look: Look) -> None:
    graph: Any = graph_of([(START, "a"), (START, "b"), ("b", "c")], a=says("a"), b=says("b"), c=says("c"))
    graph.add_node("last", says("last"), defer=True).add_edge("a", "last").add_edge("c", "last")
    compiled = graph.compile(checkpointer=saver, interrupt_before=["c", "last"])
    compiled.invoke({"log": []}, config())
    assert read_state(look(), "t").next == ("c",) == compiled.get_state(config()).next
    compiled.invoke(None, config())
    assert read_state(look(), "t").next == ("last",) == compiled.get_state(config()).next


def test_sends_are_named_one_by_one(saver: SqliteSaver, look: Look) -> None:
    class Item(TypedDict):
        n: int

    def work(item: Item) -> dict[str, list[str]]:
        return {"log": [str(interrupt(item["n"]) if item["n"] == 1 else item["n"])]}

    graph = graph_of([(START, "plan")], plan=says("plan"), work=work)
    graph.add_conditional_edges("plan", lambda state: [Send("work", {"n": n}) for n in range(3)], ["work"])
    compiled = graph.compile(checkpointer=saver)
    compiled.invoke({"log": []}, config())
    state = read_state(look(), "t")
    assert state.next == ("work",)
    assert [(question.node, question.value) for question in state.interrupts] == [("work", 1)]
    old = read_state(look(), "t", state.parent)
    assert old.next == ("plan",)


def test_the_functional_api_names_no_next_but_its_questions(saver: SqliteSaver, look: Look) -> None:
    @task
    def ask(word: str) -> Any:
        return interrupt(f"{word}?")

    @entrypoint(checkpointer=saver)
    def flow(word: str, *, previous: Any = None) -> Any:
        return [previous, ask(word).result()]

    flow.invoke("first", config())
    state = read_state(look(), "t")
    assert (state.status, state.next) == ("waiting", None)
    (question,) = state.interrupts
    assert (question.node, question.value, question.ns) == ("flow", "first?", ())
    flow.invoke(Command(resume={question.id: "yes"}), config())
    state = read_state(look(), "t")
    assert (state.status, state.next) == ("done", ())
    assert state.values["__end__"] == [None, "yes"]
    flow.invoke("second", config())
    assert (read_state(look(), "t").status, read_state(look(), "t").next) == ("waiting", None)


def test_a_functional_task_that_fails_is_one_failure(saver: SqliteSaver, look: Look) -> None:
    @task
    def bad() -> None:
        raise ValueError("no luck")

    @entrypoint(checkpointer=saver)
    def flow(word: str) -> Any:
        return bad().result()

    with pytest.raises(ValueError, match="no luck"):
        flow.invoke("x", config())
    state = read_state(look(), "t")
    assert state.status == "failed"
    assert [(failed.node, failed.error) for failed in state.failed] == [("flow", "ValueError('no luck')")]


def test_a_position_written_by_hand(saver: SqliteSaver, look: Look) -> None:
    graph = graph_of([(START, "a"), ("a", "b")], a=asks("a"), b=says("b")).compile(checkpointer=saver)
    graph.invoke({"log": []}, config())
    graph.update_state(config(), {"log": ["mine"]}, as_node="a")
    state = read_state(look(), "t")
    assert (state.status, state.next, state.source) == ("stopped", ("b",), "update")
    assert (state.values, state.changed) == ({"log": ["mine"]}, ("log",))
    assert read_state(look(), "t", compared=False) == dataclasses.replace(state, changed=(), lengths_before={})
    graph.update_state(config(), None, as_node=END)
    assert (read_state(look(), "t").status, read_state(look(), "t").next) == ("done", ())


class Chat(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def test_what_a_longer_conversation_begins_with_is_not_made_anew(saver: SqliteSaver, look: Look) -> None:
    builder = StateGraph(Chat)
    builder.add_node("answer", lambda state: {"messages": [AIMessage("yes", id=f"a{len(state['messages'])}")]})
    builder.add_edge(START, "answer")
    graph = builder.compile(checkpointer=saver)
    graph.invoke({"messages": [HumanMessage("one", id="h1")]}, config())
    file = look()
    first: Any = read_state(file, "t").values["messages"]
    graph.invoke({"messages": [HumanMessage("two", id="h2"), HumanMessage("changed", id="a1")]}, config())
    second: Any = read_state(file, "t").values["messages"]
    assert second == read_state(look(), "t").values["messages"]
    assert [message["content"] for message in second] == ["one", "changed", "two", "yes"]
    assert second[0] is first[0]
    assert first[1]["content"] == "yes", "what was read before stays as it was"


def test_an_old_checkpoint_shows_its_whole_step(saver: SqliteSaver, look: Look) -> None:
    graph = graph_of([(START, "a"), ("a", "b")], a=says("a"), b=says("b")).compile(checkpointer=saver)
    graph.invoke({"log": []}, config())
    for old in graph.get_state_history(config()):
        id_ = old.config["configurable"]["checkpoint_id"]
        state = read_state(look(), "t", id_)
        assert (state.checkpoint, state.next) == (id_, old.next)
        assert state.values.get("log", []) == old.values["log"]  # a reducer's empty start is not stored
