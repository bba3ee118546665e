"""The way in reads without click only what click would read alike."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdeck.tui.cli import commands, workbench
from graphdeck.tui.start import Opening, plain_opening

NAMES = ("agent.py:graph", "./threads", ".", "travel", "threads", "t.1", "t", "")
WORDS = (*NAMES, "--db", "--thread", "--inbox", "-", "--", "-h")


@given(st.lists(st.sampled_from(WORDS), max_size=6))
def test_plain_words_mean_what_click_reads_in_them(words: list[str]) -> None:
    opening = plain_opening(words)
    if opening is not None:
        read = workbench.make_context("graphdeck", list(words)).params
        db = None if opening.db is None else Path(opening.db)
        told = {"target": opening.target, "db": db, "thread": opening.thread, "inbox": opening.inbox}
        assert read == {**told, "ask_all": False}


@pytest.mark.parametrize(
    ("words", "opening"),
    [
        ((), Opening()),
        (("agent.py:graph",), Opening("agent.py:graph")),
        (("--thread", "t", "agent.py", "--db", "x"), Opening("agent.py", "x", "t")),
        (("--inbox", "--db", "x"), Opening(db="x", inbox=True)),
    ],
)
def test_the_usual_words_are_plain(words: tuple[str, ...], opening: Opening) -> None:
    assert plain_opening(words) == opening


@pytest.mark.parametrize("command", [*commands.commands, "--help", "--version"])
def test_commands_are_left_to_click(command: str) -> None:
    assert plain_opening([command]) is None
    assert plain_opening(["--db", "x", command]) is None


def test_plain_words_need_no_click(tmp_path: Path) -> None:
    script = (
        "import sys, graphdeck.tui.start as start\n"
        "sys.stdin.isatty = sys.stdout.isatty = lambda: True\n"
        "start.open_workbench = lambda *words, **options: print(words, options, 'click' in sys.modules)\n"
        "start.main(['agent.py'])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == "('agent.py', None, None) {'inbox': False} False\n", done.stderr


@pytest.mark.parametrize(("wished", "told"), [("", "240 None"), ("30", "30 30")])
def test_textual_may_paint_often_unless_it_is_told_otherwise_and_workers_do_not_find_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wished: str, told: str
) -> None:
    script = (
        "import asyncio, os\n"
        "def run(whole):\n"
        "    from textual import constants\n"
        "    whole.close()\n"
        "    print(constants.MAX_FPS, os.environ.get('TEXTUAL_FPS'))\n"
        "asyncio.run = run\n"
        "from graphdeck.tui.start import open_workbench\n"
        "open_workbench(None, None, None)\n"
    )
    monkeypatch.setenv("TEXTUAL_FPS", wished)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert done.stdout == f"{told}\n", done.stderr


@pytest.mark.parametrize("words", ["'threads'", "'agent.py'"])
def test_an_interrupt_while_it_still_imports_leaves_no_traceback(tmp_path: Path, words: str) -> None:
    script = (
        "import sys, graphdeck.tui.start as start\n"
        "class Pressed:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in ('click', 'textual'):\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed())\n"
        "sys.stdin.isatty = sys.stdout.isatty = lambda: True\n"
        f"start.main([{words}])\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
