"""threads, show, history, rename and delete on a file made by LangGraph's own saver."""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from graphdeck.tui.plain.terminal import Column, Terminal, table

JsonLines = Callable[[str], Sequence[dict[str, Any]]]
Cli = Callable[..., Any]

WAITING = "trip/1 é"


@pytest.fixture
def db(threads_file: Path) -> tuple[str, str]:
    """The option that names the file."""
    return "--db", threads_file.name


def test_threads_as_json(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    done = cli("threads", *db, "--json")
    waiting, plain, old = json_lines(done.out)
    assert (done.status, done.err) == (0, "")
    assert [row["thread"] for row in (waiting, plain, old)] == [WAITING, "plain", "old"]
    assert [row["status"] for row in (waiting, plain, old)] == ["waiting", "stopped", "done"]
    assert [row["next"] for row in (waiting, plain, old)] == [["book"], ["book"], []]
    assert waiting["graph"] == "trips.py:graph"
    assert waiting["step"] == 1
    assert waiting["title"].startswith("a quiet hotel in Rome, with a view of the old town and the river, three")
    assert len(waiting["interrupts"]) == 1
    assert datetime.fromisoformat(waiting["updated"]).tzinfo is not None


def test_threads_for_people_fit_the_terminal_and_say_what_was_cut(cli: Cli, db: tuple[str, str]) -> None:
    done = cli("threads", *db)
    heading, waiting, *_, note = done.out.splitlines()
    assert heading.split() == ["status", "age", "title", "step", "next", "graph", "thread"]
    assert waiting.startswith("◆ waiting")
    assert waiting.endswith(WAITING)
    assert "…" in waiting
    assert note == "(some texts are cut; --json has them whole)"
    assert max(map(len, done.out.splitlines())) <= 100


def test_threads_can_be_chosen_sorted_and_limited(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    def ids(*words: str) -> list[str]:
        return [row["thread"] for row in json_lines(cli("threads", *db, "--json", *words).out)]

    assert ids("--status", "waiting") == [WAITING]
    assert ids("--search", "LOOK") == ["plain"]
    assert ids("--sort", "thread") == ["old", "plain", WAITING]
    assert ids("--sort", "status") == [WAITING, "plain", "old"]
    assert ids("--limit", "2") == [WAITING, "plain"]
    assert ids("--sort", "title", "--limit", "1") == ["old"]
    assert ids("--search", "nothing has this") == []


def test_a_limit_says_that_there_is_more(cli: Cli, db: tuple[str, str]) -> None:
    assert "more threads are saved" in cli("threads", *db, "--limit", "2").out
    assert "more threads are saved" not in cli("threads", *db, "--limit", "3").out
    assert "older checkpoints are saved" in cli("history", WAITING, *db, "--limit", "2").out
    assert "older checkpoints are saved" not in cli("history", WAITING, *db, "--limit", "3").out


def test_a_file_that_cannot_be_read_hides_no_good_one(
    cli: Cli, db: tuple[str, str], tmp_path: Path, json_lines: JsonLines
) -> None:
    (tmp_path / "bad.sqlite").write_text("no database")
    done = cli("threads", *db, "--db", "bad.sqlite", "--json")
    assert [row["thread"] for row in json_lines(done.out)] == [WAITING, "plain", "old"]
    assert done.status == 1
    assert "bad.sqlite is not a SQLite file" in done.err
    done = cli("threads", *db, "--db", "bad.sqlite", "--limit", "1")
    assert "◆ waiting" in done.out
    assert "bad.sqlite is not a SQLite file" in done.err


def test_show_as_json(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    (shown,) = json_lines(cli("show", WAITING, *db, "--json").out)
    assert (shown["thread"], shown["status"], shown["step"], shown["next"]) == (WAITING, "waiting", 1, ["book"])
    assert shown["values"]["city"] == "Rome"
    assert shown["values"]["messages"][1] == {"type": "ai", "content": "four hotels found", "id": "m2"}
    (question,) = shown["interrupts"]
    assert question["node"] == "book"
    assert question["ns"] == []
    assert question["schema"] is None
    assert question["value"] == {"action": "book", "city": "Rome", "guest": "Kim \u202edrow"}


def test_show_for_people_has_the_question_and_its_command(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    (shown,) = json_lines(cli("show", WAITING, *db, "--json").out)
    text = cli("show", WAITING, *db).out
    assert "◆ waiting" in text
    assert "four hotels found" in text
    assert "Kim ⟨U+202E⟩drow" in text
    assert "\u202e" not in text
    command = f"graphdeck run trips.py:graph --thread 'trip/1 é' --answer {shown['interrupts'][0]['id']}=true --db"
    assert command in text


def test_show_one_value(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    assert cli("show", WAITING, "messages.1.content", *db).out == "four hotels found\n"
    (value,) = json_lines(cli("show", WAITING, "/messages/0/content", *db, "--json").out)
    assert value == {"path": "/messages/0/content", "value": value["value"]}
    assert value["value"].endswith("three nights, please")


def test_show_an_older_checkpoint(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    *_, first = json_lines(cli("history", WAITING, *db, "--json").out)
    (shown,) = json_lines(cli("show", WAITING, "--checkpoint", first["checkpoint"], *db, "--json").out)
    assert shown["checkpoint"] == first["checkpoint"]
    last = cli("show", WAITING, "--checkpoint", "-1", *db).out.splitlines()[-1]
    assert last.endswith(f"--checkpoint {first['checkpoint']}")
    assert shown["step"] == -1


def test_history_as_json(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    rows = json_lines(cli("history", WAITING, *db, "--json").out)
    assert [row["step"] for row in rows] == [1, 0, -1]
    assert [row["parent"] for row in rows] == [rows[1]["checkpoint"], rows[2]["checkpoint"], None]
    assert [row["source"] for row in rows] == ["loop", "loop", "input"]
    assert rows[0]["next"] == ["book"]
    assert set(rows[0]["changed"]) == {"messages", "city", "log"}
    assert set(rows[0]) == {
        *("checkpoint", "parent", "step", "source", "time", "next", "changed"),
        *("ns", "branch", "made_by", "after"),
    }
    (made,), (asks,) = rows[0]["made_by"], rows[0]["after"]
    assert (made["node"], made["keys"], made["routed"]) == ("search", ["messages", "city", "log"], ["book"])
    assert (asks["node"], asks["waits"], asks["finished"], asks["error"]) == ("book", True, False, None)


def test_rename_gives_and_takes_a_title_and_leaves_the_file_alone(
    cli: Cli, threads_file: Path, db: tuple[str, str], json_lines: JsonLines
) -> None:
    before = threads_file.read_bytes()
    assert cli("rename", "old", "Rome in May", *db).out == "old is now called Rome in May\n"
    assert json_lines(cli("threads", *db, "--search", "rome in may", "--json").out)[0]["title"] == "Rome in May"
    assert cli("rename", "old", "", *db).out == "old has no title any more\n"
    assert json_lines(cli("threads", *db, "--search", "long time", "--json").out)[0]["title"] == "a long time ago"
    assert threads_file.read_bytes() == before


def test_delete_takes_whole_names_and_all_or_none(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    def left() -> set[str]:
        return {row["thread"] for row in json_lines(cli("threads", *db, "--json").out)}

    refused = cli("delete", "old", "pla", *db)
    assert refused.status == 64
    assert "pla" in refused.err
    assert left() == {WAITING, "plain", "old"}
    assert cli("delete", "old", "plain", *db).out == "deleted old\ndeleted plain\n"
    assert left() == {WAITING}


@pytest.mark.parametrize(
    "words",
    [
        ("show", "nobody"),
        ("history", "nobody"),
        ("show", "old", "--checkpoint", "none"),
        ("show", "old", "citty"),
        ("rename", "nobody", "x"),
        ("delete", "nobody"),
    ],
)
def test_what_is_not_there_is_said_with_a_next_step(cli: Cli, db: tuple[str, str], words: tuple[str, ...]) -> None:
    done = cli(*words, *db)
    assert (done.status, done.out) == (64, "")
    assert done.err.startswith("error: ")
    assert len(done.err.splitlines()) >= 2


def test_errors_as_json(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    done = cli("show", "nobody", *db, "--json")
    assert (done.status, done.err) == (64, "")
    ((error,),) = (line.values() for line in json_lines(done.out))
    assert error["type"] == "thread"
    assert "nobody" in error["message"]
    assert error["hint"]


@pytest.mark.parametrize("command", [("threads",), ("show", "t"), ("history", "t")])
def test_what_is_no_checkpoint_file_is_refused_and_left_alone(
    cli: Cli, tmp_path: Path, command: tuple[str, ...]
) -> None:
    (tmp_path / "text.sqlite").write_text("no database, but long enough to be read as one" * 40)
    (tmp_path / "empty.sqlite").touch()
    for name, status in (("missing.sqlite", 64), ("text.sqlite", 1), ("empty.sqlite", 1)):
        done = cli(*command, "--db", name)
        assert done.status == status, name
        assert name in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["empty.sqlite", "text.sqlite"]


def test_a_reader_that_goes_away_ends_it_quietly(threads_file: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", "from graphdeck.tui.cli import main; main()", "threads", "--json"]
    with os.fdopen(writing, "w") as out:
        done = subprocess.run(
            [*command, "--db", str(threads_file)], stdout=out, stderr=subprocess.PIPE, cwd=threads_file.parent
        )
    assert done.stderr == b""
    assert done.returncode == 1


def test_tables_leave_out_empty_columns_and_measure_in_cells() -> None:
    columns = (Column("a"), Column("empty"), Column("text", least=4))
    lines, was_cut = table(columns, [["日本", "", "x" * 100], ["b", "", "y"]], Terminal(columns=40))
    assert lines[0] == "a     text"
    assert lines[2] == "b     y"
    assert len(lines[1]) == 40 - 2
    assert was_cut
