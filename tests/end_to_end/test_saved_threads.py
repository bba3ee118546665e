"""Threads that plain LangGraph or a run has left, and what a person does with them by commands alone."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from pydantic import ValidationError

ORDERS = """
from langgraph.graph import START, StateGraph
from pydantic import BaseModel

class Order(BaseModel):
    number: int
    price: int = 0

def quote(state): return {"price": state.number * 2}
builder = StateGraph(Order).add_node(quote).add_edge(START, "quote")
graph = builder.compile()
"""

CRATES = """
import datetime, decimal, enum, uuid
from collections import deque
from dataclasses import dataclass
from typing import Any, TypedDict
from langgraph.graph import START, StateGraph

class Colour(enum.Enum):
    TEAL = "teal"

@dataclass
class Crate:
    label: str
    inside: dict

    def __repr__(self): raise RuntimeError("repr refused")

class Box(TypedDict, total=False):
    things: dict[Any, Any]
    note: str

def fill(state):
    return {"note": "old", "things": {
        "set": {3, 1}, "frozen": frozenset("ab"), "bytes": b"\\x00\\xff", "money": decimal.Decimal("0.10"),
        "uuid": uuid.UUID(int=7), "when": datetime.datetime(2031, 2, 3, tzinfo=datetime.timezone.utc),
        "span": datetime.timedelta(days=1), "colour": Colour.TEAL, "crate": Crate("c", {1: "int key"}),
        "deque": deque([1, 2]), "nan": float("nan"), "zero": -0.0, 7: "int key", None: "none", ("a", 1): "tuple key",
    }}

graph = StateGraph(Box).add_node(fill).add_edge(START, "fill").compile()
"""

TRIP = """
import operator
from typing import Annotated, TypedDict
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

class Trip(TypedDict, total=False):
    city: str
    log: Annotated[list[str], operator.add]

def look(state): return {"log": ["looked at " + state["city"]]}
def ask(state): return {"log": [f"{state['city']}: {interrupt('book?')}"]}
def tell(state): return {"log": ["told"]}
graph = StateGraph(Trip).add_sequence([look, ask, tell]).add_edge(START, "look").compile()
"""

RUN = ("run", "agent.py:graph", "--thread", "t")

Module = Callable[[str], Any]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Module]:
    """Write a module, and import it as a program of its owner would."""
    made: list[str] = []
    monkeypatch.syspath_prepend(str(tmp_path))

    def write(source: str) -> Any:
        name = f"agent_{tmp_path.name}"
        (tmp_path / f"{name}.py").write_text(source)
        made.append(name)
        return importlib.import_module(name)

    yield write
    for name in made:
        sys.modules.pop(name, None)


async def history(graphdeck: Any, *words: str) -> list[dict[str, Any]]:
    return list((await graphdeck("history", "t", "--json", *words)).events)


def at(rows: Sequence[dict[str, Any]], *following: str) -> str:
    """The newest checkpoint that has these nodes next."""
    return next(str(row["checkpoint"]) for row in rows if row["next"] == [*following])


async def test_a_thread_that_was_fed_bad_input_is_listed_looked_at_repaired_and_deleted(
    graphdeck: Any, module: Module
) -> None:
    orders = module(ORDERS)
    target, db = f"{orders.__name__}.py:graph", ("--db", "plain.sqlite")
    with SqliteSaver.from_conn_string("plain.sqlite") as saver, suppress(ValidationError):
        orders.builder.compile(checkpointer=saver).invoke({"number": "seven"}, {"configurable": {"thread_id": "t"}})
    [row] = (await graphdeck("threads", "--json", *db)).events
    assert (row["thread"], row["status"], row["next"]) == ("t", "stopped", ["quote"])
    [shown] = (await graphdeck("show", "t", "--json", *db)).events
    assert shown["values"] == {"number": "seven"}
    failed = await graphdeck("run", target, "--thread", "t", *db)
    assert failed.status == 1
    assert "fork --raw" in failed.err
    refused = await graphdeck("fork", "t", "--target", target, "--set", "number=7", *db)
    assert "fork --raw" in refused.err
    assert len(await history(graphdeck, *db)) == 2
    repaired = await graphdeck("fork", "t", "--target", target, "--set", "number=7", "--raw", *db)
    assert repaired.status == 0
    assert (await graphdeck("run", target, "--thread", "t", *db)).status == 0
    assert json.loads((await graphdeck("show", "t", "price", "--json", *db)).out)["value"] == 14
    assert (await graphdeck("delete", "t", "--yes", *db)).status == 0
    assert (await graphdeck("threads", "--json", *db)).events == []


async def test_an_edit_of_one_key_leaves_every_other_value_its_type(graphdeck: Any, module: Module) -> None:
    crates = module(CRATES)
    target = f"{crates.__name__}.py:graph"
    assert (await graphdeck("run", target, "--thread", "t", "--input", "{}")).status == 0
    for words in (("show", "t"), ("show", "t", "things"), ("diff", "t"), ("history", "t")):
        assert (await graphdeck(*words)).status == 0
    shown = (await graphdeck("show", "t", "things", "--json")).out
    for told in ('{"$type": "decimal.Decimal", "value": "0.10"}', '[7, "int key"]', '[null, "none"]', ".Crate"):
        assert told in shown
    assert (await graphdeck("fork", "t", "--target", target, "--set", 'note="new"')).status == 0
    things = [checkpoint["things"] for checkpoint in stored(("note", "old"), ("note", "new"))]
    for kept in things:
        assert {key: type(value) for key, value in kept.items()} == {
            key: type(value) for key, value in crates.fill({})["things"].items()
        }
    old, new = ({key: value for key, value in kept.items() if key not in ("nan", "crate")} for kept in things)
    assert old == new
    assert [kept["crate"].inside for kept in things] == [{1: "int key"}] * 2


def stored(*wanted: tuple[str, str]) -> list[dict[str, Any]]:
    """What LangGraph itself reads: the newest states in which a key has a value."""
    with SqliteSaver.from_conn_string(".graphdeck/threads.sqlite") as saver:
        states = [found.checkpoint["channel_values"] for found in saver.list({"configurable": {"thread_id": "t"}})]
    return [next(state for state in states if state.get(key) == value) for key, value in wanted]


async def answer(graphdeck: Any, value: str) -> None:
    [shown] = (await graphdeck("show", "t", "--json")).events
    [question] = shown["interrupts"]
    done = await graphdeck(
        "run", "agent.py:graph", "--thread", "t", "--answer", f"{question['id']}={json.dumps(value)}"
    )
    assert done.status == 0


async def log(graphdeck: Any, *words: str) -> Any:
    return json.loads((await graphdeck("show", "t", "log", "--json", *words)).out)["value"]


async def test_an_old_question_is_answered_differently_by_commands(graphdeck: Any, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(TRIP)
    assert (await graphdeck(*RUN, "--input", '{"city": "Rome"}')).status == 2
    await answer(graphdeck, "yes")
    before = await history(graphdeck)
    asked = at(before, "ask")
    told = await graphdeck("fork", "t", "--checkpoint", asked)
    assert "runs ask, which asks anew; may repeat what ask, tell did" in told.out
    assert f"--checkpoint {asked}" in told.out
    assert len(await history(graphdeck)) == len(before)
    again = await graphdeck(*RUN, "--checkpoint", asked, "--json")
    assert (again.status, [event["node"] for event in again.named("node_started")]) == (2, ["ask"])
    await answer(graphdeck, "no")
    assert await log(graphdeck) == ["looked at Rome", "Rome: no", "told"]
    assert await log(graphdeck, "--checkpoint", before[0]["checkpoint"]) == ["looked at Rome", "Rome: yes", "told"]


async def test_of_two_branches_the_older_one_is_gone_on_with(graphdeck: Any, tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(TRIP)
    assert (await graphdeck(*RUN, "--input", '{"city": "Rome"}')).status == 2
    older = await history(graphdeck)
    forked = ("fork", "t", "--checkpoint", at(older, "look"), "--set", 'city="Oslo"')
    assert (await graphdeck(*forked)).status == 0
    assert (await graphdeck(*RUN)).status == 2
    await answer(graphdeck, "yes")
    newer = await history(graphdeck)
    tip = older[0]["checkpoint"]
    back = await graphdeck(*RUN, "--checkpoint", tip, "--json")
    assert (back.status, [event["node"] for event in back.named("node_started")]) == (2, ["ask"])
    head = (await history(graphdeck))[0]
    assert (head["parent"], head["source"]) == (tip, "fork")
    await answer(graphdeck, "later")
    assert await log(graphdeck) == ["looked at Rome", "Rome: later", "told"]
    assert await log(graphdeck, "--checkpoint", newer[0]["checkpoint"]) == ["looked at Oslo", "Oslo: yes", "told"]
    kept = {row["checkpoint"]: row["parent"] for row in await history(graphdeck)}
    assert {row["checkpoint"]: row["parent"] for row in newer}.items() <= kept.items()
