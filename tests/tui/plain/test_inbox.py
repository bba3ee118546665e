"""`graphdeck inbox`: lines with the command that answers, JSON lines, several files, nothing that waits."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, TypedDict

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

Cli = Callable[..., Any]

CALL = {"name": "book_hotel", "args": {"hotel": "Casa Verde", "nights": 3}}
HITL: Any = {
    "action_requests": [CALL],
    "review_configs": [{"action_name": "book_hotel", "allowed_decisions": ["approve", "reject"]}],
}


class State(TypedDict, total=False):
    said: Any


@pytest.fixture
def wait(tmp_path: Path) -> Callable[..., None]:
    """Lets threads wait with a question, in a file that another program writes."""

    def run(file: str, **questions: Any) -> None:
        with closing(sqlite3.connect(tmp_path / file, check_same_thread=False)) as connection:
            for thread, question in questions.items():
                builder = StateGraph(State).add_node("ask", lambda _, asks=question: {"said": interrupt(asks)})
                graph = builder.add_edge(START, "ask").compile(checkpointer=SqliteSaver(connection))
                graph.invoke({"said": ""}, {"configurable": {"thread_id": thread}})

    return run


def test_lines_tell_what_is_asked_and_the_command_that_answers(cli: Cli, wait: Callable[..., None]) -> None:
    wait("s.sqlite", one="which of the two?", two=HITL)
    done = cli("inbox", "--db", "s.sqlite")
    lines = done.out.splitlines()
    assert (done.status, done.err, lines[0]) == (0, "", "2 threads wait for you")
    assert lines[1].startswith("◆ book_hotel  two")
    assert 'hotel="Casa Verde" nights=3' in lines[2]
    file = str(Path("s.sqlite").absolute())
    assert f"    graphdeck answer two --target TARGET --approve --db {file}" in lines
    assert f"    graphdeck answer two --target TARGET --reject --db {file}" in lines
    assert any('"which of the two?"' in line for line in lines)


def test_several_actions_are_decided_alike_or_one_by_one(cli: Cli, wait: Callable[..., None]) -> None:
    both = {
        "action_requests": [CALL, {**CALL, "name": "send_mail"}],
        "review_configs": [*HITL["review_configs"], {"action_name": "send_mail", "allowed_decisions": ["approve"]}],
    }
    wait("s.sqlite", t=both)
    said = [line.strip() for line in cli("inbox", "--db", "s.sqlite").out.splitlines() if "graphdeck answer" in line]
    assert [line.partition(" --db ")[0] for line in said[:1]] == ["graphdeck answer t --target TARGET --approve --all"]
    assert len(said) == 2, "send_mail takes no rejection"
    assert said[1].endswith("(the JSON is an example)")


def test_json_has_an_object_for_each_question(cli: Cli, wait: Callable[..., None]) -> None:
    wait("s.sqlite", one="which?", two=HITL)
    done = cli("inbox", "--db", "s.sqlite", "--json")
    two, one = map(json.loads, done.out.splitlines())
    assert {"thread", "graph", "node", "interrupt", "value", "since"} <= one.keys()
    assert (one["thread"], one["node"], one["value"], one["graph"]) == ("one", "ask", "which?", "")
    assert (two["value"], two["status"], len(two["interrupt"])) == (HITL, "waiting", 32)
    assert one["since"] < two["since"]


def test_several_files_and_one_that_cannot_be_read(cli: Cli, wait: Callable[..., None], tmp_path: Path) -> None:
    wait("a.sqlite", one="?")
    wait("b.sqlite", two="?")
    (tmp_path / "c.sqlite").write_text("no database")
    done = cli("inbox", "--db", "a.sqlite", "--db", "b.sqlite", "--json")
    assert done.status == 0
    assert [json.loads(line)["thread"] for line in done.out.splitlines()] == ["two", "one"]
    done = cli("inbox", "--db", "a.sqlite", "--db", "c.sqlite", "--json")
    assert [json.loads(line)["thread"] for line in done.out.splitlines()] == ["one"]
    assert done.status == 1
    assert "c.sqlite is not a SQLite file" in done.err


def test_nothing_waits_and_there_is_no_file(cli: Cli, wait: Callable[..., None]) -> None:
    wait("s.sqlite")
    assert cli("inbox", "--db", "missing.sqlite").status == 64
    with closing(sqlite3.connect("s.sqlite")) as connection:
        SqliteSaver(connection).setup()
    done = cli("inbox", "--db", "s.sqlite")
    assert (done.status, done.out) == (0, "nothing waits for a person\n")
    assert cli("inbox", "--db", "s.sqlite", "--json").out == ""


def test_deceptive_and_hostile_questions_are_safe_and_marked(cli: Cli, wait: Callable[..., None]) -> None:
    call = {"action_requests": [{"name": "pay\x1b[2J", "args": {"to": "Kim \u202edrow"}}], "review_configs": []}
    wait("s.sqlite", t=call)
    out = cli("inbox", "--db", "s.sqlite").out
    assert "not what it seems" in out
    assert "\x1b" not in out
    assert "\u202e" not in out
