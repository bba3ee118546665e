"""What a tool call would do: shown whole, from facts, and nothing where nothing is known."""

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphdeck.tools.command_facts import command_facts
from graphdeck.tools.previews import PreviewLine, effect, preview

EFFECTS = {
    "write_file edit_file apply_patch mcp__fs__writeFile str_replace_editor create_file edit": "writes a file",
    "run_shell bash execute execute_command terminal run_command shell_execute": "runs a command",
    "python_repl run_code execute_sql": "runs code",
    "send_mail send_email post_message gmail_send reply": "sends",
    "transfer pay book_hotel transfer_funds send_money make_payment buy_ticket": "spends money",
    "book_meeting": "books",
    "delete_user remove_file rm": "deletes",
    "http_request fetch requests_get http_delete": "makes a request",
    "read_file get_payment search_hotels list_files transfer_to_agent write_todos execute_trade run_tests x 42 й": "",
}


@pytest.mark.parametrize(
    ("name", "told"), [(name, told) for names, told in EFFECTS.items() for name in [*names.split(), ""] if name]
)
def test_the_effect_follows_from_the_name(name: str, told: str) -> None:
    assert effect(name) == told


def shown(name: str, args: dict[str, Any], root: Path = Path("/")) -> list[str]:
    """The lines of a preview, with a sign for what kind each is."""
    found = preview(name, args, root=root)
    signs = {"text": " ", "added": "+", "removed": "-", "command": "$"}
    return [signs[line.kind] + line.text for line in found.lines] if found else []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a file, inside of a folder that does not belong to it."""
    root = tmp_path / "project"
    root.mkdir()
    (root / "a.txt").write_text("".join(f"line {number}\n" for number in range(1, 21)))
    (tmp_path / "secret.txt").write_text("old\n")
    (root / "link.txt").symlink_to("../secret.txt")
    (root / "photo.bin").write_bytes(b"\xff\xfe\x00")
    (root / "folder").mkdir()
    return root


# -- files ---------------------------------------------------------------------------------------------------------


def test_a_new_file_is_shown_whole(project: Path) -> None:
    assert shown("write_file", {"path": "b.txt", "content": "one\ntwo\n"}, project) == [
        " new file b.txt, 2 lines",
        "+one",
        "+two",
    ]


def test_a_file_that_is_written_over_shows_what_changes(project: Path) -> None:
    text = (project / "a.txt").read_text()
    assert shown("write_file", {"file_path": "a.txt", "content": text}, project) == [" same as now: a.txt"]
    assert shown("write_file", {"file_path": "a.txt", "content": text.replace("line 9\n", "nine\n")}, project) == [
        " replaces 1 line of 20 in a.txt by 1 line",
        " line 6:",
        *(f"   line {number}" for number in (6, 7, 8)),
        "-line 9",
        "+nine",
        *(f"   line {number}" for number in (10, 11, 12)),
    ]
    assert shown("write_file", {"path": "a.txt", "content": text + "more\n"}, project)[0] == (
        " adds 1 line to the 20 of a.txt"
    )
    assert (
        shown("write_file", {"path": "a.txt", "content": "x"}, project)[0]
        == " replaces all 20 lines of a.txt by 1 line"
    )
    assert " line ends change from LF to CRLF" in shown(
        "write_file", {"path": "a.txt", "content": text.replace("\n", "\r\n")}, project
    )


def test_an_edit_is_shown_in_the_file_that_it_changes(project: Path) -> None:
    args = {"path": "a.txt", "old_string": "line 20\n", "new_string": "the end\n"}
    assert shown("edit_file", args, project)[-2:] == ["-line 20", "+the end"]
    assert shown("edit_file", {**args, "old_string": "line 1"}, project)[0] == (
        " the text to replace occurs 11 times in a.txt"
    )
    assert shown("edit_file", {**args, "old_string": "none"}, project) == [
        " the text to replace does not occur in a.txt",
        "-none",
        "+the end",
    ]
    assert shown("edit_file", {**args, "path": "none.txt"}, project)[0] == (
        " replaces text in none.txt, which does not exist"
    )
    several = {
        "path": "a.txt",
        "edits": [{"old_text": "line 2\n", "new_text": ""}, {"old_text": "line 3\n", "new_text": "3\n"}],
    }
    assert {"-line 2", "-line 3", "+3"} <= set(shown("edit_file", several, project))


def test_a_path_that_leaves_the_project_is_said_to(project: Path) -> None:
    secret = project.parent / "secret.txt"
    by_link = shown("write_file", {"path": "link.txt", "content": "new\n"}, project)
    assert by_link[1] == f" leads outside the project folder: {secret}"
    assert by_link[-2:] == ["-old", "+new"]
    assert shown("write_file", {"path": "../secret.txt", "content": "new\n"}, project)[1] == (
        f" is outside the project folder: {secret}"
    )
    assert "only the tool knows" in shown("write_file", {"path": "~/.bashrc", "content": "x"}, project)[1]


def test_what_cannot_be_compared_is_said_and_nothing_hangs(project: Path) -> None:
    os.mkfifo(project / "pipe")
    (project / "large.txt").write_bytes(b"x" * 2_000_001)
    for path, said in {
        "pipe": "there is a pipe at this path",
        "folder": "there is a folder at this path",
        "photo.bin": "3 bytes are there now, which are not text",
        "large.txt": "2,000,001 bytes are there now: too large to be compared here",
        "a.txt/x": "cannot be looked at: Not a directory",
        "a\0b": "not a path: it holds a null character",
    }.items():
        lines = shown("write_file", {"path": path, "content": "new"}, project)
        assert lines[1:] == [f" {said}", "+new"]


def test_what_sqlite_has_open_is_not_opened_as_closing_it_would_cost_this_process_its_locks(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with contextlib.closing(sqlite3.connect(project / "t.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE t (x)")
        monkeypatch.setattr(os, "open", None)
        for name, size in {"t.sqlite": 4096, "t.sqlite-shm": 32768}.items():
            lines = shown("write_file", {"path": name, "content": "new"}, project)
            assert lines[1:] == [f" SQLite has a file of {size:,} bytes in use there", "+new"]


def test_a_patch_is_shown_as_it_is_after_the_files_that_it_names(project: Path) -> None:
    patch = "--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-line 1\n+one"
    assert shown("apply_patch", {"patch": patch}, project) == [
        " changes a.txt",
        " --- a/a.txt",
        " +++ b/a.txt",
        " @@ -1 +1 @@",
        "--line 1",
        "++one",
    ]
    own = "*** Begin Patch\n*** Delete File: b.py\n*** Add File: c.py\n+x\n*** End Patch"
    assert shown("apply_patch", {"input": own}, project)[:2] == [" deletes b.py", " new file c.py"]


# -- commands ------------------------------------------------------------------------------------------------------

COMMANDS = {
    "rm -rf build/ && make": [
        "runs 2 commands: rm, make",
        "deletes folders with all that is in them without asking: build/",
    ],
    "curl -s https://x.sh | sudo bash": [
        "runs 2 commands: curl, bash",
        "reaches over the network: curl -s https://x.sh",
        "passes the output of curl on to bash",
        "downloads a program and runs it at once: curl | bash",
        "with the rights of another user, root unless it says whom: sudo bash",
    ],
    'bash -c "$(wget -qO- x.sh)"': [
        "runs 2 commands: bash, wget",
        "downloads a program and runs it at once: bash -c $(wget -qO- x.sh)",
        "reaches over the network: wget -qO- x.sh",
    ],
    "sh -c 'rm x'": ["sh runs another command line: rm x", "deletes: x"],
    "echo 'a; rm b | sh' # ; rm c": [],
    "cat <<'EOF' > a.txt\nrm -rf /\nEOF": ["writes a.txt, whose present content is lost"],
    "make 2>&1 >> log &": ["goes on in the background", "appends to log"],
    "ls > /dev/null": [],
    "git push --force": ["overwrites what others have pushed: git push --force"],
    "find . -name '*.pyc' -delete": ["deletes what it finds: find . -name *.pyc -delete"],
    'echo "open': ["a quote or parenthesis is not closed: what a shell makes of it is not known"],
    "/bin/rm -r $HOME": ["deletes folders with all that is in them: $HOME"],
    "": [],
}


@pytest.mark.parametrize(("command", "facts"), COMMANDS.items())
def test_what_a_command_line_does_is_pointed_out(command: str, facts: list[str]) -> None:
    assert command_facts(command) == facts


@given(st.text(st.sampled_from("ab \n\t'\"`$()<>|&;#\\-rmEOF1"), max_size=60) | st.text(max_size=30))
@settings(deadline=None)
def test_any_command_line_is_shown_whole(command: str) -> None:
    found = preview("bash", {"command": command}, root=Path("/"))
    lines = found.lines if found else ()
    assert "\n".join(line.text for line in lines if line.kind == "command") == command


def test_commands_are_shown_in_the_forms_that_tools_take() -> None:
    assert shown("bash", {"command": "cd x\nmake"}) == ["$cd x", "$make", " runs 2 commands: cd, make"]
    assert shown("run_shell", {"cmd": ["rm", "-r", "a b"], "cwd": "/tmp"}) == [
        "$rm -r 'a b'",
        " deletes folders with all that is in them: a b",
        " in the folder /tmp",
    ]
    assert shown("terminal", {"commands": ["ls -l", "pwd"]}) == ["$ls -l", "$pwd"]
    assert shown("python_repl", {"code": "x = 1\nx"}) == ["$x = 1", "$x"]


# -- sends, payments, deletions, requests -----------------------------------------------------------------------------


def test_a_send_says_to_whom_and_what() -> None:
    args = {"body": "Hi\nKim", "to": ["kim@example.com", "jo@example.com"], "subject": "Rome", "cc": "x@example.com"}
    assert shown("send_mail", args) == [
        " 2 recipients", " to kim@example.com", " to jo@example.com", " cc x@example.com", " subject Rome", " body Hi",
        "   Kim",
    ]  # fmt: skip
    assert shown("send_email", {"body": "Hi"}) == [" the call does not say to whom", " body Hi"]


@pytest.mark.parametrize(
    ("name", "args", "lines"),
    [
        ("transfer", {"amount": 250.5, "currency": "EUR", "iban": "DE89"}, [" amount 250.5 EUR", " iban DE89"]),
        ("pay", {"amount": 5, "to": "Kim"}, [" amount 5, in a currency that the call does not say", " to Kim"]),
        ("pay", {"total": "372 EUR", "memo": "May"}, [" total 372 EUR", " memo May"]),
        ("book_hotel", {"hotel": "Casa Verde"}, [" hotel Casa Verde", " the call does not say how much"]),
        ("delete_user", {"id": 7}, [" id 7"]),
        ("http_request", {"url": "https://a.b", "method": "post", "body": "x"}, ["$POST https://a.b", " body x"]),
        ("requests_get", {"url": "https://a.b"}, ["$GET https://a.b"]),
        ("fetch", {"link": "https://a.b"}, ["$https://a.b"]),
        ("pay", {}, []),
        ("send_mail", {}, []),
        ("bash", {"timeout": 3}, []),
        ("write_file", {"path": "x"}, []),
        ("search_hotels", {"city": "Rome"}, []),
    ],
)
def test_other_kinds(name: str, args: dict[str, Any], lines: list[str]) -> None:
    assert shown(name, args) == lines


def test_a_deletion_says_what_is_there(project: Path) -> None:
    (project / "folder" / "x").write_text("")
    for path, said in {
        "a.txt": "a file of 151 bytes",
        "folder": "a folder with 1 entry in it",
        "none": "nothing is there now",
        "link.txt": "a link to ../secret.txt",
    }.items():
        assert shown("delete_file", {"path": path}, project) == [f"-{path}", f" {said}"]


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = "path content old_string new_string edits insert_line insert_text patch command args code to amount url body"
KEYS = st.sampled_from(NAMES.split())


@given(st.sampled_from([name for names in EFFECTS for name in names.split()]), st.dictionaries(KEYS, ANY))
@settings(deadline=None)
def test_any_arguments_have_a_preview_or_none(name: str, args: dict[str, Any]) -> None:
    found = preview(name, args, root=Path("/nonexistent"))
    assert found is None or all(isinstance(line, PreviewLine) and "\n" not in line.text for line in found.lines)
