"""A text looked for in all state: found wherever a person could read it, and named by a path that leads there."""

import operator
from collections.abc import Callable
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.runnables import RunnableConfig
from langgraph.channels.delta import DeltaChannel
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

from graphdeck.graphs.saved.file import CheckpointFile
from graphdeck.graphs.saved.search import search
from graphdeck.graphs.saved.state import read_value
from graphdeck.graphs.searching import SearchHit, SearchProgress

Look = Callable[[], CheckpointFile]


def add(old: list[str], new: list[list[str]]) -> list[str]:
    return [*old, *(item for items in new for item in items)]


class State(TypedDict, total=False):
    any: Any
    log: Annotated[list[str], operator.add]
    delta: Annotated[list[str], DeltaChannel(add, snapshot_frequency=50)]


def config(thread: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread}}


def node(state: State) -> Any:
    if state.get("any") == "ask":
        return {"log": [interrupt({"text": "May I go to Oslo?"})]}
    if state.get("any") == "fail":
        raise ValueError("no way to Bergen")
    return {"delta": ["on to Tromsø"], "log": ["done"]}


@pytest.fixture
def run(saver: SqliteSaver) -> Callable[..., None]:
    """Runs a graph with one node on a thread whose state begins with a value."""
    graph = StateGraph(State).add_node("node", node).add_edge(START, "node").compile(checkpointer=saver)

    def run(thread: str, value: Any) -> None:
        try:
            graph.invoke({"any": value, "log": [thread]}, config(thread))
        except ValueError:
            assert value == "fail"

    return run


def hits(file: CheckpointFile, text: str) -> list[SearchHit]:
    return [told for told in search(file, text) if isinstance(told, SearchHit)]


@pytest.mark.parametrize(
    ("value", "text", "place"),
    [
        ("A Hotel in Rome", "hotel IN rome", "any"),
        ({"a": [1, {"b": "deep inside"}]}, "p Ins", "any.a.1.b"),
        ({"with.dot": {"x/y": "needle"}}, "NEEDLE", "/any/with.dot/x~1y"),
        ({7: ["by a number"], None: "x"}, "a NUMBER", "any.7.0"),
        ([HumanMessage("hello"), AIMessage("the Fjord is blue")], "fjord", "any.1.content"),
        ([AIMessage("", tool_calls=[{"name": "book", "args": {"city": "Ålesund"}, "id": "1"}])],
         "ÅLESUND", "any.0.tool_calls.0.args.city"),
        ({"emoji": "🏔 top", "quote": 'say "yes"\n'}, 'say "YES"', "any.quote"),
        ("x" * 100_000 + " at the end", "at the end", "any"),
        ({"set", "of words"}, "OF WORDS", "any.0"),
    ],
    ids=["text", "nested", "dotted", "numbered", "message", "beyond ASCII", "quoted", "long", "set"],
)  # fmt: skip
def test_it_is_found_and_its_path_leads_to_it(
    run: Callable[..., None], look: Look, value: Any, text: str, place: str
) -> None:
    for thread in ("other", "t", "another"):
        run(thread, value if thread == "t" else f"not in {thread}")
    (hit,) = hits(look(), text)
    assert (hit.thread, hit.step, hit.path, hit.where) == ("t", 1, place, "state")
    assert text.casefold().split()[0] in hit.excerpt.casefold()
    assert len(hit.excerpt) < 200
    found = read_value(look(), "t", hit.checkpoint, hit.path).value
    assert isinstance(found, str)
    assert text.casefold() in found.casefold()


def test_what_only_writes_hold(run: Callable[..., None], look: Look) -> None:
    for thread in ("ask", "fail", "say"):
        run(thread, thread)
    found = {hit.thread: (hit.where, hit.path) for text in ("Oslo", "BERGEN", "tromsø") for hit in hits(look(), text)}
    assert found == {
        "ask": ("write", "__interrupt__.0.value.text"),
        "fail": ("write", "__error__"),
        "say": ("write", "delta.0"),
    }


@pytest.mark.parametrize("text", ["langchain_core", "HumanMessage", "branch:to", "channel_versions", "no such text"])
def test_names_of_types_and_of_what_steers_the_graph_are_no_text(
    run: Callable[..., None], look: Look, text: str
) -> None:
    run("t", [HumanMessage("hello")])
    assert hits(look(), text) == []


def test_the_newest_of_a_thread_is_told_and_once(run: Callable[..., None], look: Look) -> None:
    for thread in ("a", "b", "a"):
        run(thread, "the same words")
    told = list(search(look(), "the same"))
    found = [each for each in told if isinstance(each, SearchHit)]
    assert [(hit.thread, hit.step) for hit in found] == [("a", 4), ("b", 1)]
    progress = [each for each in told if isinstance(each, SearchProgress)]
    assert [each.read for each in progress] == sorted(each.read for each in progress)
    assert (progress[-1].read, progress[-1].hits) == (progress[-1].total, 2)


def test_rows_of_old_versions_and_broken_ones(run: Callable[..., None], look: Look, saver: SqliteSaver) -> None:
    for thread in ("json", "broken", "whole"):
        run(thread, "words")
    saver.conn.execute("UPDATE checkpoints SET type = 'json', checkpoint = ? WHERE thread_id = 'json'",
                       (b'{"channel_values": {"old": "caf\\u00e9 words"}}',))  # fmt: skip
    saver.conn.execute("UPDATE checkpoints SET checkpoint = x'81a5776f726473' WHERE thread_id = 'broken'")
    saver.conn.execute("UPDATE writes SET value = 'words' WHERE thread_id = 'broken'")
    saver.conn.commit()
    assert [(hit.thread, hit.path) for hit in hits(look(), "words")] == [("whole", "any"), ("json", "old")]
    assert [(hit.thread, hit.path) for hit in hits(look(), "CAFÉ")] == [("json", "old")]
