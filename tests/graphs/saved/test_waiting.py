"""What waits for a person over all threads of a file: it agrees with the threads' own status."""

import contextlib
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send, interrupt

from graphdeck.graphs.named import Named
from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.state import read_state
from graphdeck.graphs.saved.threads import list_threads
from graphdeck.graphs.saved.waiting import waiting_places, waiting_row

Look = Callable[[], CheckpointFile]


class State(TypedDict, total=False):
    log: Annotated[list[str], operator.add]


def config(thread: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread}}


def ask(state: State) -> State:
    return {"log": [interrupt("what?")]}


def ask_twice(state: State) -> State:
    return {"log": [interrupt("first?"), interrupt("second?")]}


def say(state: State) -> State:
    return {"log": ["said"]}


def fail(state: State) -> State:
    raise ValueError("no luck")


def compiled(saver: SqliteSaver, *nodes: Any, **options: Any) -> Any:
    """All nodes side by side, then `end`."""
    builder = StateGraph(State)
    for number, node in enumerate(nodes):
        builder.add_node(f"n{number}", node)
        builder.add_edge(START, f"n{number}")
        builder.add_edge(f"n{number}", "end")
    return builder.add_node("end", say).compile(checkpointer=saver, **options)


def invoke(graph: Any, thread: str, given: Any = None) -> None:
    with contextlib.suppress(ValueError):
        graph.invoke({"log": []} if given is None else given, config(thread))


def answer(graph: Any, thread: str, count: int = 1, value: Any = "yes") -> None:
    """Answer so many of the questions that wait."""
    asked = graph.get_state(config(thread)).interrupts[:count]
    invoke(graph, thread, Command(resume={question.id: value for question in asked}))


def threads_of_many_shapes(saver: SqliteSaver) -> None:
    """One thread for each way to stop; the names of those that wait begin with `waits`."""
    one, both, twice = compiled(saver, ask), compiled(saver, ask, ask), compiled(saver, ask_twice)
    for thread in ("waits", "answered", "waits again", "by hand", "waits as answered wrongly"):
        invoke(one, thread)
    answer(one, "answered")
    invoke(one, "waits again", {"log": ["anew"]})
    one.update_state(config("by hand"), {"log": ["x"]}, as_node="n0")
    invoke(one, "waits as answered wrongly", Command(resume={"0" * 32: "for another"}))
    for thread in ("waits for two", "waits for one of two", "both answered"):
        invoke(both, thread)
    answer(both, "waits for one of two")
    answer(both, "both answered", 2)
    for thread in ("waits for the second", "both given"):
        invoke(twice, thread)
        answer(twice, thread)
    answer(twice, "both given")
    # One after the other: else the failure may end the step before its sibling's question is written.
    in_turn = compiled(saver, ask, fail).with_config(max_concurrency=1)
    invoke(in_turn, "waits beside a failure")
    invoke(compiled(saver, say, fail), "failed")
    invoke(compiled(saver, say), "done")
    invoke(compiled(saver, say, interrupt_before=["end"]), "breakpoint of another program")
    inner = StateGraph(State).add_node("deep", ask).add_edge(START, "deep").compile()
    invoke(compiled(saver, inner), "waits in a subgraph")
    invoke(compiled(saver, inner), "answered in a subgraph")
    answer(compiled(saver, inner), "answered in a subgraph")
    fan = StateGraph(State).add_node("one", ask)
    fan.add_conditional_edges(START, lambda _: [Send("one", {}), Send("one", {})], ["one"])
    invoke(fan.compile(checkpointer=saver), "waits for two sends")
    functional(saver).invoke("x", config("waits in the functional API"))


def functional(saver: SqliteSaver) -> Any:
    @task
    def inside(word: str) -> Any:
        return interrupt(word)

    @entrypoint(checkpointer=saver)
    def flow(word: str) -> Any:
        return inside(word).result()

    return flow


def found(file: CheckpointFile, **how: Any) -> list[str]:
    return [place.thread for place in waiting_places(file, **how)]


def test_it_agrees_with_the_status_of_every_thread(saver: SqliteSaver, look: Look) -> None:
    threads_of_many_shapes(saver)
    file = look()
    rows = list_threads(file).rows
    assert set(found(file)) == {row.thread for row in rows if row.status == "waiting"}
    assert set(found(file)) == {row.thread for row in rows if row.thread.startswith("waits")}


def test_the_questions_are_those_of_the_state(saver: SqliteSaver, look: Look) -> None:
    threads_of_many_shapes(saver)
    file = look()
    for place in waiting_places(file):
        row, state = waiting_row(file, place), read_state(file, place.thread)
        assert row is not None
        assert row.interrupts == state.interrupts
        assert (row.checkpoint, row.since) == (state.checkpoint, state.time)
        assert not row.error
    deep = next(place for place in waiting_places(file) if place.thread == "waits in a subgraph")
    row = waiting_row(file, deep)
    assert row
    assert [asked.path for asked in row.interrupts] == [("n0", "deep")]


def test_the_oldest_comes_first_whatever_is_written_after_it(saver: SqliteSaver, look: Look) -> None:
    graph = compiled(saver, ask)
    for thread in ("b", "a", "c"):
        invoke(graph, thread)
    file = look()
    assert found(file) == ["b", "a", "c"]
    invoke(compiled(saver, say), "other")
    answer(graph, "a")
    invoke(graph, "d")
    assert found(file) == ["b", "c", "d"]
    saver.delete_thread("b")
    assert found(file) == ["c", "d"]


def test_a_row_whose_thread_has_gone_on_is_none(saver: SqliteSaver, look: Look) -> None:
    graph = compiled(saver, ask)
    invoke(graph, "t")
    file = look()
    (place,) = waiting_places(file)
    answer(graph, "t")
    assert waiting_row(file, place) is None
    saver.delete_thread("t")
    assert waiting_row(file, place) is None


def test_a_thread_that_someone_runs_does_not_wait(saver: SqliteSaver, look: Look) -> None:
    invoke(compiled(saver, ask), "mine")
    invoke(compiled(saver, ask), "other")
    file = look()
    holder = {"mine": "pid 4711"}
    assert found(file, holder=lambda thread: holder.get(thread, "")) == ["other"]


def test_a_breakpoint_waits_where_the_record_says_so(saver: SqliteSaver, look: Look) -> None:
    for thread in ("stopped", "by a breakpoint", "long ago"):
        invoke(compiled(saver, say, interrupt_before=["end"]), thread)
    file = look()
    at = read_state(file, "by a breakpoint").checkpoint
    record = {"by a breakpoint": at, "long ago": "an older checkpoint", "deleted": at}
    (place,) = waiting_places(file, breakpoints=record)
    row = waiting_row(file, place, breakpoints=record, names={"by a breakpoint": Named(title="Q3")})
    assert row
    assert (row.thread, row.title, row.breakpoint, row.interrupts) == ("by a breakpoint", "Q3", ("end",), ())
    saver.delete_thread("by a breakpoint")
    assert found(file, breakpoints=record) == []


def test_a_question_at_a_breakpoint_of_the_record_is_a_question(saver: SqliteSaver, look: Look) -> None:
    invoke(compiled(saver, ask), "t")
    file = look()
    record = {"t": read_state(file, "t").checkpoint}
    (place,) = waiting_places(file, breakpoints=record)
    row = waiting_row(file, place, breakpoints=record)
    assert row
    assert (len(row.interrupts), row.breakpoint) == (1, ())


def test_files_of_old_versions_count_questions_among_the_other_writes(saver: SqliteSaver, look: Look) -> None:
    invoke(compiled(saver, ask), "t")
    saver.conn.execute("ALTER TABLE writes DROP COLUMN task_path")
    saver.conn.execute("UPDATE writes SET idx = 0 WHERE channel = '__interrupt__'")
    saver.conn.commit()
    assert found(look()) == ["t"]


def test_what_cannot_be_read_is_told_in_its_row(saver: SqliteSaver, look: Look) -> None:
    invoke(compiled(saver, ask), "broken")
    saver.conn.execute("UPDATE writes SET value = x'c1' WHERE channel = '__interrupt__'")
    saver.conn.commit()
    invoke(compiled(saver, ask), "whole")
    file = look()
    rows = [waiting_row(file, place) for place in waiting_places(file)]
    assert [(row.thread, bool(row.error), len(row.interrupts)) for row in rows if row] == [
        ("broken", True, 0), ("whole", False, 1),
    ]  # fmt: skip


def test_looking_leaves_no_trace(saver: SqliteSaver, look: Look, path: Path) -> None:
    invoke(compiled(saver, ask), "t")
    saver.conn.close()
    before = (sorted(path.parent.iterdir()), path.read_bytes())
    with contextlib.closing(look()) as file:
        assert found(file) == ["t"]
    assert (sorted(path.parent.iterdir()), path.read_bytes()) == before


@pytest.mark.parametrize("name", ["", " ", "0", "a'b", "ü\u202e\ud800".encode("utf-8", "replace").decode()])
def test_ids_of_any_kind(saver: SqliteSaver, look: Look, name: str) -> None:
    invoke(compiled(saver, ask), name)
    file = look()
    assert found(file) == [name]
    assert waiting_row(file, waiting_places(file)[0])
