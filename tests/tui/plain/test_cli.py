"""Which words are commands, what wrong ones say, and what is loaded for it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from graphdeck.graphs.wanted import ThreadSort
from graphdeck.tui import cli as cli_module
from graphdeck.tui import thread_commands
from graphdeck.tui.cli import main

Cli = Callable[..., Any]

COMMANDS = (
    "answer",
    "configs",
    "copy",
    "decisions",
    "delete",
    "diff",
    "draw",
    "export",
    "follow",
    "fork",
    "history",
    "import",
    "inbox",
    "prune",
    "rename",
    "repair",
    "run",
    "runs",
    "show",
    "tag",
    "threads",
)


def test_help_lists_the_commands(cli: Cli) -> None:
    done = cli("--help")
    assert done.status == 0
    assert tuple(sorted(cli_module.commands.commands)) == COMMANDS
    for command in COMMANDS:
        assert f"  {command} " in done.out
    assert "..." not in done.out.partition("Commands:")[2]  # each sentence is whole in 80 columns


@pytest.mark.parametrize(
    ("word", "meant"), [("runn", "run or runs"), ("thread", "threads"), ("histroy", "history"), ("awnser", "answer")]
)
def test_a_word_that_is_nearly_a_command_is_told_which_one(cli: Cli, word: str, meant: str) -> None:
    done = cli(word, "t1")
    assert done.status == 64
    assert f"there is no command '{word}'; did you mean {meant}" in done.err


@pytest.mark.parametrize(
    "words", [(), ("agent.py",), ("./threads",), ("--db", "x.sqlite"), ("--thread", "t"), ("runner",)]
)
def test_any_other_first_word_opens_the_workbench_which_needs_a_terminal(cli: Cli, words: tuple[str, ...]) -> None:
    done = cli(*words)
    assert done.status == 64
    assert "the workbench needs a terminal" in done.err
    assert "graphdeck run" in done.err


@pytest.mark.parametrize(
    ("words", "graph", "thread", "pick", "reads"),
    [
        ((), None, None, True, []),
        (("agent.py:g", "--thread", "t"), "agent.py:g", "t", True, []),
        (("--db", "other.sqlite"), None, None, True, ["other.sqlite"]),
        (("trips.sqlite",), None, None, False, ["trips.sqlite"]),
        (("./threads",), "./threads", None, True, []),
    ],
)
def test_the_workbench_gets_graph_thread_and_file(
    cli: Cli,
    monkeypatch: pytest.MonkeyPatch,
    threads_file: Path,
    words: tuple[str, ...],
    graph: str | None,
    thread: str | None,
    pick: bool,
    reads: list[str],
) -> None:
    opened: list[object] = []

    def open_app(engine: Any, graph: str | None, thread: str | None, *, pick: bool, **options: bool) -> int:
        assert options == {"ask_all": False, "inbox": False}
        opened.append((engine.files, graph, thread, pick))
        return 3

    class Engine:
        def __init__(self, folder: Path, files: tuple[Path, ...]) -> None:
            self.files = [str(file) for file in files]

        def read_ahead(self) -> None:
            """Nothing is there to be read."""

    monkeypatch.setattr("gc.disable", lambda: None)
    monkeypatch.setattr("sys.setswitchinterval", lambda seconds: None)
    monkeypatch.setattr("graphdeck.tui.app.run_app", open_app)
    monkeypatch.setattr("graphdeck.graphs.local.engine.LocalEngine", Engine)
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    assert cli(*words).status == 3
    assert opened == [(reads, graph, thread, pick)]


def test_of_two_checkpoint_files_none_is_passed_over_without_a_word(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, threads_file: Path
) -> None:
    for stream in ("stdin", "stdout"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    twice = ("--db", "a.sqlite", "--db", "b.sqlite")
    commands: list[tuple[str, ...]] = [(), ("agent.py:g",), ("run", "agent.py:g"), ("show", "t"), ("delete", "t")]
    for words in commands:
        done = cli(*words, *twice)
        assert (done.status, "--db takes one file here" in done.err) == (64, True), words
    done = cli("trips.sqlite", "--db", "other.sqlite")
    assert (done.status, "trips.sqlite is a checkpoint file, and --db names another" in done.err) == (64, True)


def test_every_order_can_be_asked_for() -> None:
    assert set(thread_commands.SORTS) == set(get_args(ThreadSort))


@pytest.mark.parametrize(
    "words",
    [
        ("run",),
        ("run", "a.py", "--nonsense"),
        ("run", "a.py", "--recursion-limit", "0"),
        ("run", "a.py", "--durability", "exit"),
        ("run", "a.py", "--answer", "x=1"),
        ("run", "a.py", "--input", "{"),
        ("threads", "--status", "sleeping"),
        ("threads", "--limit", "0"),
        ("show",),
        ("delete",),
        ("rename", "t"),
        ("draw", "a.py", "--style", "spiral"),
        ("draw", "a.py", "--mermaid", "--json"),
        ("draw", "no_such_file.py:graph"),
        ("agent.py", "and more"),
    ],
)
def test_wrong_words_exit_with_64_and_print_nothing_to_standard_output(cli: Cli, words: tuple[str, ...]) -> None:
    done = cli(*words)
    assert (done.status, done.out) == (64, "")
    assert "rror: " in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str) -> None:
    heavy = ["asyncio", "textual", "rich", "langgraph", "langchain_core", "sqlite3", "ormsgpack"]
    script = (
        "import sys\n"
        "from graphdeck.tui.cli import main\n"
        f"try: main([{option!r}])\n"
        f"finally: print(sorted(set({heavy!r}) & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.returncode == 0


def test_reading_loads_neither_langgraph_nor_textual(threads_file: Path) -> None:
    script = (
        "import sys\n"
        "from graphdeck.tui.cli import main\n"
        f"try: main(['threads', '--db', {str(threads_file)!r}])\n"
        "finally: print([m for m in ('langgraph', 'langchain_core', 'textual', 'pydantic') if m in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=threads_file.parent)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
    assert "waiting" in done.stdout


def test_a_fault_of_ours_is_one_line_and_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(*_: object, **__: object) -> int:
        raise RuntimeError("what \x1b[31m now")

    monkeypatch.setattr(thread_commands, "with_engine", broken)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(SystemExit) as exit_:
        main(["threads"])
    out, err = capsys.readouterr()
    assert exit_.value.code == 70
    assert out == ""
    assert "RuntimeError: what ⟨U+001B⟩[31m now" in err
    assert "Traceback" not in err
    (log,) = tmp_path.glob("graphdeck-*.log")
    assert str(log) in err
    assert "RuntimeError" in log.read_text()
