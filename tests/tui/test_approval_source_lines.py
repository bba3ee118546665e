"""The lines that run again are read from the source as it is now, and nothing else is claimed."""

import os
from pathlib import Path

import pytest

from graphdeck.graphs.events import Frame
from graphdeck.tui.source_lines import excerpts, read_source

SOURCE = '''\
from langgraph.types import interrupt


def desk(state):
    """Asks the desk."""
    quote = price(state)

    return ask(quote)


def ask(quote):
    return interrupt(
        quote,
    )


pick = lambda state: {"ok": interrupt(1)}
'''


@pytest.fixture
def agent(tmp_path: Path) -> Path:
    file = tmp_path / "agent.py"
    file.write_text(SOURCE)
    return file


def test_lines_run_from_the_first_statement_to_the_line_that_asks_through_every_function(agent: Path) -> None:
    desk, ask = excerpts(
        [Frame(file=str(agent), line=8, function="desk"), Frame(file=str(agent), line=12, function="ask")]
    )
    assert desk.lines == ((6, "    quote = price(state)"), (7, ""), (8, "    return ask(quote)"))
    assert ask.lines == ((12, "    return interrupt("),)
    assert not desk.trouble
    assert not ask.trouble


def test_a_lambda_is_its_own_line(agent: Path) -> None:
    (found,) = excerpts([Frame(file=str(agent), line=17, function="<lambda>")])
    assert found.lines == ((17, 'pick = lambda state: {"ok": interrupt(1)}'),)


@pytest.mark.parametrize(("line", "function"), [(12, "desk"), (900, "desk"), (8, "gone")])
def test_a_line_that_is_not_where_it_was_is_said(agent: Path, line: int, function: str) -> None:
    (found,) = excerpts([Frame(file=str(agent), line=line, function=function)])
    assert found.lines == ()
    assert "changed" in found.trouble


def test_a_file_that_is_gone_broken_or_no_file_is_said(agent: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("def desk(:")
    pipe = tmp_path / "pipe.py"
    os.mkfifo(pipe)
    troubles = [
        excerpts([Frame(file=str(file), line=1, function="desk")])[0].trouble
        for file in (tmp_path / "gone.py", broken, pipe, tmp_path, "bad\0name.py")
    ]
    assert "not there" in troubles[0]
    assert "not Python" in troubles[1]
    assert all("cannot be read" in trouble for trouble in troubles[2:])


def test_the_declared_encoding_is_kept_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    latin = tmp_path / "latin.py"
    latin.write_bytes(b"# coding: latin-1\nname = '\xe9'\n")
    assert "é" in read_source(str(latin))
    latin.write_bytes(b"# coding: klingon\n")
    with pytest.raises(ValueError, match="klingon"):
        read_source(str(latin))
