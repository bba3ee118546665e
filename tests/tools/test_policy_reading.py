"""Files of rules that are wrong: each fault by file, line and key, and nothing is allowed."""

import os
from pathlib import Path

import pytest

from graphdeck.tools.policy import Policy, load_policy

GOOD = """\
[[rule]]
tool = "search"
then = "allow"

[[rule]]
tool = "pay"
then = "refuse"
reason = "never"

"""


def load(folder: Path, content: str | bytes) -> Policy:
    (folder / "graphdeck.toml").write_bytes(content.encode() if isinstance(content, str) else content)
    return load_policy(None, folder, state=folder)


@pytest.mark.parametrize(
    ("more", "where", "what"),
    [
        ('[[rule]]\ntool = "x"\nthen = "alow"\n', "line 12, key then", "'alow' is none of them"),
        ('[[rule]]\ntool = "x"\n', "line 10, key then", "missing"),
        ('[[rule]]\nthen = "ask"\n', "line 10, key tool", "missing"),
        ('[[rule]]\ntool = 3\nthen = "ask"\n', "line 11, key tool", "name of a tool"),
        ('[[rule]]\ntool = "a?"\nthen = "ask"\n', "line 11, key tool", "* is any text"),
        ('[[rule]]\ntool = "x"\nthen = "ask"\nwhen = "now"\n', "line 13, key when", "no such key"),
        ('[[rule]]\ntool = "x"\nthen = "ask"\nreason = 3\n', "line 13, key reason", "has to be a text"),
        ('[[rule]]\ntool = "x"\nthen = "ask"\nwhere = 3\n', "line 13, key where", "says nothing"),
        ('[[rule]]\ntool = "x"\nthen = "ask"\n[rule.where]\nn = "<= x"\n', "line 14, key where.n", "no comparison"),
        ('[[rule]]\ntool = "x"\nthen = "ask"\nwhere.n = "! 3"\n', "line 13, key where.n", "no comparison"),
        ('[[rule]]\ntool = "x"\nthen = "ask"\nwhere = {n = []}\n', "line 13, key where.n", "says nothing"),
        ('[[rule]]\ntool = "x"\nthen = "ask"\nwhere.n = nan\n', "line 13, key where.n", "nothing that can be compared"),
        ('[[rule]]\ntool = "x"\nthen = "ask"\nwhere.a.b = 2020-01-01\n', "line 13, key where.a.b", "cannot be tested"),
        ('[rules]\nx = 1\n', "line 10, key rules", "no such key"),
    ],
)  # fmt: skip
def test_a_fault_is_told_by_line_and_key_and_nothing_is_allowed(
    tmp_path: Path, more: str, where: str, what: str
) -> None:
    policy = load(tmp_path, GOOD + more)
    (problem,) = policy.problems
    assert problem.startswith(f"{tmp_path / 'graphdeck.toml'} {where}: ")
    assert what in problem
    assert policy.mode == "rules broken: asks all"
    assert policy.verdict("search", {}, "t").effect == "ask"
    assert problem in policy.verdict("search", {}, "t").reason
    assert policy.verdict("pay", {}, "t") == ("refuse", "never", "yours 2")


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (GOOD + "then = allow\n", "line 10, column 8, key then: "),
        (GOOD + 'tool = "pay"\ntool = "x"\n', "line 10, column 13, key tool: "),
        (GOOD + "[[rule]]\ntool = ", "line 11"),
        (GOOD + "[[rule\n", "line 10"),
        (b'[[rule]]\ntool = "\xff"\n', "line 2: not UTF-8 text"),
        (b"\x00", "line 1"),
        ("x=" + "[" * 10_000, ""),
        ("#" * 1_000_001, "is larger than 1,000,000 bytes"),
        ("rule = 3\n", "line 1, key rule: rules are written as [[rule]]"),
        ("rule = [3]\n", "line 1, key rule: a rule is a table"),
    ],
    ids=range(10),
)  # fmt: skip
def test_a_file_that_is_no_toml_allows_nothing(tmp_path: Path, content: str | bytes, where: str) -> None:
    policy = load(tmp_path, content)
    (problem,) = policy.problems
    assert problem.startswith(f"{tmp_path / 'graphdeck.toml'} {where}")
    assert policy.verdict("search", {}, "t").effect == policy.verdict("pay", {}, "t").effect == "ask"


def test_a_broken_file_of_the_project_stops_what_the_user_allows(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "graphdeck.toml").write_text("[[rule")
    (tmp_path / "graphdeck.toml").write_text(GOOD)
    policy = load_policy(tmp_path / "project", tmp_path, state=tmp_path)
    assert policy.verdict("search", {}, "t").effect == "ask"
    assert policy.verdict("pay", {}, "t").effect == "refuse"


def test_what_is_no_readable_file_allows_nothing(tmp_path: Path) -> None:
    path = tmp_path / "graphdeck.toml"
    path.mkdir()
    assert load_policy(None, tmp_path, state=tmp_path).problems == (f"{path} is no file",)
    path.rmdir()
    os.mkfifo(path)  # opening it would wait for ever
    assert load_policy(None, tmp_path, state=tmp_path).problems == (f"{path} is no file",)
    path.unlink()
    path.symlink_to("nowhere")
    assert load_policy(None, tmp_path, state=tmp_path).problems == (f"{path} leads nowhere",)
    assert load_policy(tmp_path, tmp_path / "none", state=tmp_path).problems == (f"{path} leads nowhere",)


def test_rules_that_everybody_may_write_allow_nothing(tmp_path: Path) -> None:
    assert load(tmp_path, GOOD).verdict("search", {}, "t").effect == "allow"
    (tmp_path / "graphdeck.toml").chmod(0o666)
    policy = load_policy(None, tmp_path, state=tmp_path)
    assert "chmod o-w" in policy.problems[0]
    assert policy.verdict("search", {}, "t").effect == "ask"


def test_rules_are_said_in_words(tmp_path: Path) -> None:
    policy = load(
        tmp_path,
        '[[rule]]\ntool = "b*"\nthen = "ask"\nwhere = {total = ["<= 100", 0], guest.name = "K*", on = true}\n',
    )
    assert str(policy.files[0].rules[0]) == 'b* where total <= 100 or = 0, guest.name = "K*", on = true'
    assert policy.files[0].rules[0].line == 1
