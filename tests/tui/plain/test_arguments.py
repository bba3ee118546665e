"""Words of a command line to a run, and back to a command line that a shell reads the same way."""

import io
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphdeck.graphs.errors import GraphdeckError, InputError, MissingFileError
from graphdeck.graphs.records import RunRequest
from graphdeck.graphs.values import Json
from graphdeck.tui.cli import commands
from graphdeck.tui.plain.arguments import RunOptions, command_line, request_of, shell_word


def options_of(words: list[str]) -> RunOptions:
    """The arguments as click reads them."""
    with commands.commands["run"].make_context("run", list(words)) as context:
        given_ = {name: value for name, value in context.params.items() if name not in ("db", "as_json")}
    return RunOptions(**given_)


def test_input_is_json() -> None:
    request = request_of(RunOptions(target="a.py:g", input='{"n": [1, 2.5, null, "\\ud800"]}', thread="t"))
    assert request == RunRequest(graph="a.py:g", thread="t", input={"n": [1, 2.5, None, "\ud800"]}, has_input=True)


def test_input_null_is_an_input() -> None:
    assert request_of(RunOptions(target="g", input="null")).has_input
    assert not request_of(RunOptions(target="g")).has_input


def test_message_is_a_users_message() -> None:
    request = request_of(RunOptions(target="g", message="hello"))
    assert request.input == {"messages": [{"role": "user", "content": "hello"}]}
    assert request.has_input


def test_input_from_a_file_and_from_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "with space.json"
    file.write_text('\ufeff{"a": "é"}', encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("[1]"))
    request = request_of(RunOptions(target="g", input=f"@{file}", context="-"))
    assert (request.input, request.context) == ({"a": "é"}, [1])


def test_every_new_thread_has_an_id_of_its_own() -> None:
    first, second = (request_of(RunOptions(target="g")).thread for _ in range(2))
    assert first != second
    assert len(first) == 36


def test_answers_keep_falsy_values_and_equals_signs() -> None:
    words = ("a=false", 'b="x=y"', "c=null", "d=0")
    assert request_of(RunOptions(target="g", thread="t", answers=words)).resume == {
        "a": False,
        "b": "x=y",
        "c": None,
        "d": 0,
    }


@pytest.mark.parametrize(
    "more",
    [
        {"input": "{}", "message": "x"},
        {"answers": ("a=1",)},
        {"answers": ("a=1",), "thread": "t", "input": "{}"},
        {"answers": ("a=1",), "thread": "t", "message": "x"},
        {"answers": ("a=1", "a=2"), "thread": "t"},
        {"answers": ("a",), "thread": "t"},
        {"answers": ("=1",), "thread": "t"},
        {"answers": ("a=yes",), "thread": "t"},
        {"drop_question": True, "thread": "t"},
        {"input": "-", "context": "-"},
        {"thread": ""},
        {"input": ""},
        {"input": "{'a': 1}"},
        {"input": '{"a": NaN}'},
        {"input": "1" * 5000},
        {"input": "[" * 100_000},
        {"context": "{"},
        {"input": "@no such file"},
    ],
)
def test_wrong_arguments_have_a_message_a_next_step_and_status_64(more: dict[str, Any]) -> None:
    with pytest.raises(GraphdeckError) as raised:
        request_of(RunOptions(target="g", **more))
    assert raised.value.exit_status == 64
    assert raised.value.message
    assert raised.value.hint


def test_json_errors_name_option_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "in.json"
    file.write_text('{"a": 1,\n b}')
    with pytest.raises(InputError, match=r"--input @.*in\.json is not JSON: .* at line 2, column 2"):
        request_of(RunOptions(target="g", input=f"@{file}"))
    with pytest.raises(InputError, match=r"--answer q1 is not JSON: .* at line 1, column 1"):
        request_of(RunOptions(target="g", thread="t", answers=("q1=yes",)))


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    binary = tmp_path / "b.json"
    binary.write_bytes(b'{"a": "\xff"}')
    for text, error in ((f"@{binary}", InputError), (f"@{tmp_path}", InputError), (f"@{binary}/x", MissingFileError)):
        with pytest.raises(error):
            request_of(RunOptions(target="g", input=text))


def test_standard_input_that_is_not_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff"), encoding="utf-8"))
    with pytest.raises(InputError, match="not UTF-8"):
        request_of(RunOptions(target="g", input="-"))


def in_bash(line: str) -> list[str]:
    """The words that bash makes of a line."""
    done = subprocess.run(
        ["bash", "-c", f"printf '%s\\0' {line}"], capture_output=True, check=True, env={"LC_ALL": "C.UTF-8"}
    )
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


HOSTILE = [
    "plain",
    "two words",
    "it's",
    'say "hi" $HOME `id` !x',
    "back\\slash",
    "trick\u202ename\u200b",
    "\x1b]0;title\x07",
    "line\nbreak\ttab",
    "émoji 🧳",
    "*?[a]~{b,c}",
    "\x1bAff",  # digits after an escape must not be read into it
    "",
]


def test_shell_words_are_printable_and_read_back_by_bash() -> None:
    line = " ".join(map(shell_word, HOSTILE))
    assert line.isprintable()
    assert in_bash(line) == HOSTILE


def test_the_printed_command_asks_for_the_same_run() -> None:
    request = RunRequest(
        graph="my graphs/a.py:g",
        thread="it's \x1b[1m",
        before=("a b",),
        after=("c",),
        context={"user": "é\u202e"},
        recursion_limit=7,
        durability="async",
        ask_all=True,
    )
    answers: dict[str, Json] = {"id1": {"decisions": [{"type": "approve"}]}, "id2": "it's"}
    words = in_bash(command_line(request, Path("the db.sqlite"), answers))
    assert words[:2] == ["graphdeck", "run"]
    assert words[-2:] == ["--db", "the db.sqlite"]
    again = request_of(options_of(words[2:]))
    assert again.resume == answers
    assert RunRequest(**{name: getattr(again, name) for name in kept}) == request


kept = ("graph", "thread", "before", "after", "context", "recursion_limit", "durability", "ask_all")


@given(st.text())
def test_no_shell_word_holds_what_a_terminal_would_obey(text: str) -> None:
    assert shell_word(text).isprintable()
