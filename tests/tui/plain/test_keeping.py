"""tag, copy, prune, export, import and the search in all state, on a file made by LangGraph's own saver."""

import json
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from graphdeck.graphs.local.engine import LocalEngine
from graphdeck.graphs.local.memory import remember_file
from graphdeck.graphs.local.workers import WorkerPool
from graphdeck.tui.amounts import bytes_text, count_text
from graphdeck.tui.plain import manage, transfer

Cli = Callable[..., Any]
JsonLines = Callable[[str], Sequence[dict[str, Any]]]

WAITING = "trip/1 é"


@pytest_asyncio.fixture
async def engine(threads_file: Path, pool: WorkerPool) -> AsyncIterator[LocalEngine]:
    """An engine on the file whose workers come from the warm host."""
    engine = LocalEngine(threads_file.parent, [threads_file], pool=pool)
    yield engine
    await engine.close()


@pytest.fixture
def db(threads_file: Path) -> tuple[str, str]:
    """The option that names the file."""
    return ("--db", str(threads_file))


def test_tags_are_given_taken_and_found(
    cli: Cli, db: tuple[str, str], threads_file: Path, json_lines: JsonLines
) -> None:
    before = threads_file.read_bytes()
    assert cli("tag", "old", "red", "+h\x1b", *db).out == "old: red, h⟨U+001B⟩\n"
    assert cli("tag", "old", "-h\x1b", "-none", *db).out == "old: red\n"
    assert "#red" in cli("threads", "--tag", "red", *db).out
    (row,) = json_lines(cli("threads", "--search", "RED", "--json", *db).out)
    assert (row["thread"], row["tags"]) == ("old", ["red"])
    assert cli("tag", "old", "-red", *db).out == "old: no tags\n"
    assert threads_file.read_bytes() == before


def test_threads_are_chosen_by_graph_and_time_and_sorted_by_size(
    cli: Cli, db: tuple[str, str], json_lines: JsonLines
) -> None:
    def ids(*words: str) -> list[str]:
        return [row["thread"] for row in json_lines(cli("threads", *db, *words, "--json").out)]

    assert ids("--graph", "TRIPS", "--since", "1h") == [WAITING, "plain", "old"]
    assert ids("--since", "0m") == []
    assert ids("--graph", "other") == []
    sizes = [row["size"] for row in json_lines(cli("threads", *db, "--sort", "size", "--json").out)]
    assert sizes == sorted(sizes, reverse=True)
    assert bytes_text(sizes[0]) in cli("threads", *db, "--sort", "size").out
    refused = cli("threads", *db, "--since", "yesterday")
    assert refused.status == 64
    assert "'yesterday' is not a time" in refused.err


def test_a_text_is_looked_for_in_all_state(cli: Cli, db: tuple[str, str], json_lines: JsonLines) -> None:
    (hit,) = json_lines(cli("threads", "--search", "OLD TOWN", "--text", "--json", *db).out)
    assert (hit["thread"], hit["step"], hit["path"], hit["where"]) == (WAITING, 1, "messages.0.content", "state")
    assert "the old town and" in hit["excerpt"]
    shown = cli("show", WAITING, hit["path"], "--checkpoint", hit["checkpoint"], *db)
    assert "old town" in shown.out
    lines = cli("threads", "--search", "hotels", "--text", *db).out.splitlines()
    assert [line.split()[0] for line in lines[:-1]] == ["trip/1", "plain", "old"]
    assert lines[-1].startswith("3 threads found in")
    (question,) = json_lines(cli("threads", "--search", "kim", "--text", "--json", *db).out)
    assert (question["where"], question["path"]) == ("write", "__interrupt__.0.value.guest")
    assert cli("threads", "--search", "hotels", "--text", "--limit", "1", *db).out.count("\n") == 2
    assert cli("threads", "--text", *db).status == 64


async def test_copy_and_prune(
    cli: Cli, db: tuple[str, str], engine: LocalEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await manage.copy(engine, WAITING) == 0
    new = capsys.readouterr().out.split()[-1]
    assert await manage.prune(engine, new, keep=1, yes=False, dry_run=True, vacuum=True) == 0
    assert "1 checkpoint, " in capsys.readouterr().out
    assert len(await engine.history(new)) == 3
    assert await manage.prune(engine, new, keep=1, yes=False, dry_run=False, vacuum=True) == 0
    told = capsys.readouterr().out
    assert f"{new}: 1 checkpoint deleted, 2 checkpoints stay\n" in told
    assert "smaller" in told
    assert [row.step for row in await engine.history(new)] == [1, -1]
    assert [row.step for row in await engine.history(WAITING)] == [1, 0, -1]


def test_a_dry_run_changes_nothing(cli: Cli, db: tuple[str, str], threads_file: Path) -> None:
    before = threads_file.read_bytes()
    assert "1 checkpoint, " in cli("prune", WAITING, "--keep", "1", "--dry-run", *db).out
    assert "nothing to delete, 3 checkpoints stay" in cli("prune", WAITING, "--keep", "2", *db).out
    assert threads_file.read_bytes() == before


@pytest.mark.parametrize("agreed", [False, True])
async def test_a_person_is_asked_before_threads_go(
    engine: LocalEngine, monkeypatch: pytest.MonkeyPatch, agreed: bool
) -> None:
    asked: list[str] = []

    def confirm(question: str, **_: Any) -> bool:
        asked.append(question)
        return agreed

    monkeypatch.setattr("click.confirm", confirm)
    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    deleted = await manage.delete(engine, ["old", "plain"], yes=False, vacuum=False)
    pruned = await manage.prune(engine, WAITING, keep=1, dry_run=False, yes=False, vacuum=False)
    assert deleted == pruned == (0 if agreed else 1)
    assert len((await engine.threads()).rows) == (1 if agreed else 3)
    assert len(await engine.history(WAITING)) == (2 if agreed else 3)
    assert "Delete 2 threads with 6 checkpoints, " in asked[0]
    assert "Delete 1 checkpoint, " in asked[1]
    assert await manage.delete(engine, [WAITING], yes=True, vacuum=False) == 0
    assert len(asked) == 2


@pytest.mark.parametrize("words", [("delete", "old"), ("prune", WAITING, "--keep", "1")])
def test_a_person_who_would_not_see_the_question_is_refused_and_a_script_is_not(
    cli: Cli, db: tuple[str, str], threads_file: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    before = threads_file.read_bytes()
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    refused = cli(*words, *db)
    assert (refused.status, refused.out) == (64, "")
    assert "nothing was deleted" in refused.err
    assert "--yes does not ask" in refused.err
    assert threads_file.read_bytes() == before
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert cli(*words, *db).status == 0
    assert threads_file.read_bytes() != before


def test_export_and_import(cli: Cli, db: tuple[str, str], tmp_path: Path, json_lines: JsonLines) -> None:
    cli("rename", WAITING, "Rome", *db)
    (shown,) = json_lines(cli("show", WAITING, "--json", *db).out)
    (document,) = json_lines(cli("export", WAITING, *db).out.replace("\n", " "))
    (thread,) = document["threads"]
    assert (thread["thread"], thread["title"], thread["status"]) == (WAITING, "Rome", "waiting")
    assert [each["step"] for each in thread["checkpoints"]] == [1, 0, -1]
    assert thread["checkpoints"][0] == shown | {"changed": shown["changed"]} if "changed" in shown else shown
    out = tmp_path / "out.json"
    assert cli("export", "old", WAITING, "old", "--out", str(out), *db).out.startswith("2 threads exported to")
    assert [each["thread"] for each in json.loads(out.read_text())["threads"]] == ["old", WAITING]
    assert "nothing is overwritten" in cli("export", "old", "--out", str(out), *db).err
    assert "JSON" in cli("import", str(out)).err
    assert cli("export", "old", "gone", "--out", str(tmp_path / "no.json"), *db).status == 64
    alone = tmp_path / "alone.sqlite"
    assert "1 thread exported" in cli("export", WAITING, "--out", str(alone), *db).out
    assert sorted(each.name for each in tmp_path.iterdir() if "part" in each.name or "no." in each.name) == []

    assert cli("import", str(alone)).out.startswith("1 thread imported into")
    (row,) = json_lines(cli("threads", "--json").out)
    assert (row["thread"], row["title"], row["file"]) == (
        WAITING,
        "Rome",
        str(tmp_path / ".graphdeck" / "threads.sqlite"),
    )


def test_a_checkpoint_that_cannot_be_read_is_exported_as_such(
    cli: Cli, db: tuple[str, str], threads_file: Path, json_lines: JsonLines
) -> None:
    with closing(sqlite3.connect(threads_file)) as rows:
        broken = rows.execute(
            "SELECT checkpoint_id FROM checkpoints WHERE thread_id = ? ORDER BY checkpoint_id LIMIT 1", (WAITING,)
        ).fetchone()[0]
        rows.execute("UPDATE checkpoints SET checkpoint = x'c1' WHERE checkpoint_id = ?", (broken,))
        rows.commit()
    (document,) = json_lines(cli("export", WAITING, *db).out.replace("\n", " "))
    first = document["threads"][0]["checkpoints"][-1]
    assert (first["checkpoint"], first["step"]) == (broken, -1)
    assert "broken msgpack" in first["error"]


async def test_an_id_that_is_taken_is_told(
    engine: LocalEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await transfer.export(engine, ["old"], tmp_path / "old.db") == 0
    assert await transfer.import_(engine, tmp_path / "old.db") == 0
    assert "  old was there already: what was imported is " in capsys.readouterr().out
    assert len((await engine.threads()).rows) == 4


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (20_000_000, "20 MB"), (999_600, "1.0 MB")]
)
def test_sizes_for_people(count: int, text: str) -> None:
    assert bytes_text(count) == text
    assert count_text(count, "byte").endswith("byte" if count == 1 else "bytes")


@pytest.mark.parametrize(
    "words",
    [
        "answer THREAD",
        "answer THREAD --approve",
        "answer THREAD --end",
        "answer THREAD --set a=1",
        "repair THREAD",
        "fork THREAD --checkpoint 1",
        "rename THREAD x",
        "tag THREAD x",
        "copy THREAD",
        "prune THREAD --keep 1",
        "delete THREAD",
    ],
)
def test_an_id_in_two_files_is_changed_only_where_the_file_is_named(
    cli: Cli, threads_file: Path, tmp_path: Path, words: str
) -> None:
    default = tmp_path / ".graphdeck" / "threads.sqlite"
    default.parent.mkdir()
    shutil.copy(threads_file, default)
    remember_file(tmp_path, "trips.py:graph", threads_file)
    before = [file.read_bytes() for file in (default, threads_file)]
    done = cli(*(WAITING if word == "THREAD" else word for word in words.split()))
    assert done.status == 64
    assert f'thread "{WAITING}" is in {default} and in {threads_file}' in done.err
    assert "--db FILE" in done.err
    assert [file.read_bytes() for file in (default, threads_file)] == before
