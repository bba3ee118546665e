"""history, diff, show --checkpoint and follow, on a thread with branches, failures and subgraphs."""

import operator
import shlex
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Send, interrupt

from graphdeck.graphs.differences import Change
from graphdeck.graphs.records import CheckpointRow
from graphdeck.graphs.tasks import RanTask
from graphdeck.tui.plain.diff import change_line
from graphdeck.tui.plain.history import history_lines
from graphdeck.tui.plain.terminal import Terminal
from graphdeck.tui.text import width

Cli = Callable[..., Any]
JsonLines = Callable[[str], Sequence[dict[str, Any]]]
NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


class State(TypedDict, total=False):
    city: str
    text: str
    log: Annotated[list[str], operator.add]


def _fail(state: State) -> State:
    raise ValueError("no\x1b[2J route")


def _wait(state: State) -> State:
    return {"city": interrupt("where?")}


@pytest.fixture
def db(tmp_path: Path) -> tuple[str, str]:
    """Thread `t`: plan -> two searches -> a subgraph that asks, beside a node that fails; then a fork at step 1."""
    path = tmp_path / "t.sqlite"
    config: Any = {"configurable": {"thread_id": "t"}}
    inner: Any = StateGraph(State).add_node("ask", _wait)
    builder: Any = StateGraph(State)
    builder.add_node("plan", lambda state: {"text": "A quiet hotel in Roma, three nights"})
    builder.add_node("search", lambda state: {"log": ["found"]})
    builder.add_node("team", inner.add_edge(START, "ask").compile()).add_node("bad", _fail)
    builder.add_node("good", lambda state: {"log": ["good"]})
    builder.add_edge(START, "plan").add_edge("search", "team").add_edge("search", "bad").add_edge("search", "good")
    builder.add_conditional_edges("plan", lambda state: [Send("search", {}), Send("search", {})], ["search"])
    with SqliteSaver.from_conn_string(str(path)) as saver:
        saver.setup()
        graph = builder.compile(checkpointer=saver)
        with pytest.raises(ValueError, match="route"):
            graph.invoke({"city": "Roma", "log": []}, config)
        old = [state for state in graph.get_state_history(config) if state.next == ("search", "search")]
        graph.update_state(
            old[0].config, {"city": "Rome", "text": "A loud hotel in Rome, three nights"}, as_node="team"
        )
    return ("--db", str(path))


def test_the_tree_says_what_ran_and_where_it_stands(cli: Cli, db: tuple[str, str]) -> None:
    heading, *lines = cli("history", "t", *db).out.splitlines()
    assert heading.split() == ["step", "source", "ran", "changed", "age", "checkpoint"]
    assert [" ".join(line.split()[:-2]) for line in lines[:2]] == [
        "● 2 update → END city, text",
        "├─✗ 2 loop search ×2 → bad, good, team log",
    ]
    assert lines[2].startswith("│     ✗ bad: ValueError('no")
    assert lines[3] == "│     ◆ team: waiting for an answer"
    assert [" ".join(line.split()[:-2]) for line in lines[4:7]] == [
        "◦ 1 loop plan → search ×2 text",
        "◦ 0 loop START → plan city, log",
        "◦ -1 input → START",
    ]
    assert lines[7] == "2 branches: the newest is on the left"
    assert "1 subgraph ran, for the checkpoints of one:  graphdeck history t --ns team:" in lines[8]
    ns = lines[8].split()[-3]
    inside = cli("history", "t", "--ns", ns, *db).out.splitlines()
    assert [line.split()[:5] for line in inside[1:3]] == [
        ["◆", "0", "loop", "START", "→"],
        ["│", "◆", "ask:", "waiting", "for"],
    ]
    shown = cli("show", "t", "--checkpoint", "0", "--ns", ns, *db).out
    assert "inside team  step 0" in shown.splitlines()[0]
    command = shlex.split(shown.splitlines()[-1].partition("graphdeck ")[2])
    assert command[:3] == ["show", "t", "city"]
    assert cli(*command).out == "Roma\n"


def test_differences_by_path_and_word(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    rows = json_lines(cli("history", "t", *db, "--json").out)
    newest, old = rows[0], rows[1]
    assert [row["branch"] for row in rows] == [0, 1, 0, 0, 0]
    out = cli("diff", "t", *db).out.splitlines()
    assert out == [
        f"step 2 ({newest['checkpoint'][-8:]}) against its parent {newest['parent'][-8:]}: 2 changes",
        "~ /city  [-Roma-]{+Rome+}",
        "~ /text  A [-quiet-]{+loud+} hotel in [-Roma-]{+Rome+}, three nights",
    ]
    one = json_lines(cli("diff", "t", "1", *db, "--json").out)
    assert one == [{"path": "/text", "kind": "added", "after": "A quiet hotel in Roma, three nights"}]
    tips = json_lines(cli("diff", "t", old["checkpoint"][-8:], newest["checkpoint"], *db, "--json").out)
    assert [(change["path"], change["kind"]) for change in tips] == [
        ("/city", "changed"),
        ("/text", "changed"),
        ("/log/0", "removed"),
        ("/log/1", "removed"),
    ]
    assert cli("diff", "t", "--json", "-1", "-1", *db).status == 64
    assert cli("diff", "t", *db, "--", "-1", "-1").out.endswith(": no changes\n")
    assert cli("show", "t", "text", "--checkpoint", "1", *db).out == "A quiet hotel in Roma, three nights\n"


def test_what_a_step_has_written_before_its_end_is_told(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    row = json_lines(cli("history", "t", *db, "--json").out)[1]
    where = ("--checkpoint", row["checkpoint"][-6:], *db)
    out = cli("show", "t", *where).out
    assert "◦ good  has finished, is not run again, and joins log when the step ends" in out
    assert "✗ bad  ValueError" in out
    (shown,) = json_lines(cli("show", "t", "--json", *where).out)
    assert shown["finished"] == [{"node": "good", "results": [], "keys": ["log"]}]
    assert [question["node"] for question in shown["interrupts"]] == ["ask"]


def test_a_name_of_several_checkpoints_or_of_none(cli: Cli, db: tuple[str, str]) -> None:
    several = cli("diff", "t", "2", *db)
    assert several.status == 64
    assert '2 checkpoints of thread "t" are called "2"' in several.err
    assert "(step 2, update)" in several.err
    none = cli("show", "t", "--checkpoint", "none", *db)
    assert none.status == 64
    assert "lists its checkpoints" in none.err


def test_following_a_thread_that_nobody_runs(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    done = cli("follow", "t", "--json", *db)
    assert done.status == 0
    started, checkpoint, ended = json_lines(done.out)
    assert (started["event"], started["thread"]) == ("run_started", "t")
    assert (checkpoint["event"], checkpoint["source"], checkpoint["next"]) == ("checkpoint", "update", [])
    assert (ended["event"], ended["status"]) == ("run_ended", "done")
    assert "● done" in cli("follow", "t", *db).out
    assert cli("follow", "nobody", *db).status == 64


def test_hostile_names_and_long_values_fit_and_stay_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHDECK_ASCII", "1")
    ran = tuple(RanTask(id=str(n), node="pay\x1b[2J", error="CancelledError()", finished=False) for n in range(9))
    row = CheckpointRow(
        checkpoint="c" * 36, parent=None, step=3, source="loop", time="", next=("a" * 90,), changed=("k\u202e",) * 40,
        made_by=(RanTask(id="1", node="b\x07"),), after=ran, error="it is broken",
    )  # fmt: skip
    lines = history_lines([row], Terminal(ascii_only=True), NOW)
    assert any("9 cancelled" in line for line in lines)
    change = Change(path="/k\x1b", kind="changed", before={"a": ["x" * 999]}, after="y\x1b" * 999)
    lines.append(change_line(change, Terminal(ascii_only=True)))
    assert all(line.isascii() and line.isprintable() for line in lines)
    assert max(map(width, lines)) <= 80
