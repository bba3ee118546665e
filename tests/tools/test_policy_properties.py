"""What holds of every policy: a project never loosens, and what is broken never allows."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphdeck.tools.policy import Effect, Policy, RuleFile, load_policy
from graphdeck.tools.policy.kept import Grant
from graphdeck.tools.policy.reading import read_rules

TIGHTNESS = {"allow": 0, "ask": 1, "refuse": 2}

values = st.sampled_from(
    [0, 1, 50, 100, 100.5, math.nan, True, False, None, "50", "Rome", "rome", "", [1, 2], {"b": 1}]
)
arguments = st.dictionaries(st.sampled_from(["a", "b"]), values, max_size=2)
tools = st.sampled_from(["book", "pay"])
tests = st.sampled_from(["<= 50", "> 50", "!= 1", 1, 50, True, "R*", "*", "rome", ["Rome", "> 50"], {"b": 1}, {"*": 1}])
rule_tables = st.fixed_dictionaries(
    {"tool": st.sampled_from(["book", "pay", "*", "b*"]), "then": st.sampled_from(["allow", "ask", "refuse"])},
    optional={"where": st.dictionaries(st.sampled_from(["a", "b"]), tests, max_size=2)},
)


def toml(tables: list[dict[str, Any]]) -> str:
    lines = []
    for table in tables:
        lines.append("[[rule]]")
        for key, value in table.items():
            items = [(f"where.{name}", test) for name, test in value.items()] if key == "where" else [(key, value)]
            lines += [f"{name} = {_inline(item)}" for name, item in items]
    return "\n".join(lines) + "\n"


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}" = {_inline(item)}' for key, item in value.items()) + "}"
    return json.dumps(value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("rules")


def read(folder: Path, whose: str, text: str, *, may_allow: bool) -> RuleFile:
    path = folder / f"{whose}.toml"
    path.write_text(text)
    found = read_rules(path, whose)
    assert found is not None
    return found._replace(may_allow=may_allow)


def effects(policy: Policy, tool: str, args: dict[str, Any]) -> Effect:
    return policy.verdict(tool, args, "t", "/f").effect


rule_lists = st.lists(rule_tables, max_size=4)


@settings(max_examples=50, deadline=None)
@given(rule_lists, rule_lists, tools, arguments)
def test_a_project_never_makes_a_verdict_looser(
    folder: Path, yours: list[Any], project: list[Any], tool: str, args: dict[str, Any]
) -> None:
    own = read(folder, "yours", toml(yours), may_allow=True)
    theirs = read(folder, "project", toml(project), may_allow=False)
    alone, both = effects(Policy((own,)), tool, args), effects(Policy((own, theirs)), tool, args)
    assert not own.problems + theirs.problems
    assert TIGHTNESS[both] >= TIGHTNESS[alone]
    trusted = effects(Policy((own, theirs._replace(may_allow=True))), tool, args)
    if own.verdict(tool, args) is not None:
        assert TIGHTNESS[trusted] >= TIGHTNESS[alone]


@settings(max_examples=50, deadline=None)
@given(rule_lists, tools, arguments, st.sampled_from(["[[rule", "x = 1\n", "[[rule]]\n", '[[rule]]\ntool = "*"\n']))
def test_a_broken_file_never_allows(
    folder: Path, yours: list[Any], tool: str, args: dict[str, Any], fault: str
) -> None:
    text = toml(yours)
    broken = read(folder, "yours", fault + text if fault == "x = 1\n" else text + fault, may_allow=True)
    assert broken.problems
    anything = Grant("/f", "t", tool, None)
    policy = Policy((broken,), (anything,))
    assert effects(policy, tool, args) != "allow"


@settings(max_examples=50, deadline=None)
@given(rule_lists, tools, arguments)
def test_ask_all_only_takes_allowing_away(folder: Path, yours: list[Any], tool: str, args: dict[str, Any]) -> None:
    own = read(folder, "yours", toml(yours), may_allow=True)
    usual, careful = effects(Policy((own,)), tool, args), effects(Policy((own,), ask_all=True), tool, args)
    assert careful == ("ask" if usual == "allow" else usual)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200))
def test_no_text_makes_reading_fail(folder: Path, text: str) -> None:
    path = folder / "graphdeck.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    policy = load_policy(None, folder, state=folder)
    assert policy.verdict("book", {}, "t").effect == "ask" or not policy.problems
