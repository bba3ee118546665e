"""What rules, trust and grants say of a tool call: nothing odd is ever allowed."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from graphdeck.tools.policy import Effect, Json, Kept, Policy, config_folder, load_policy, state_folder

Write: TypeAlias = Callable[..., Policy]


@pytest.fixture
def rules(tmp_path: Path) -> Write:
    """Writes the user's and the project's rules, trusts the latter if so told, and loads the policy."""

    def write(yours: str = "", project: str = "", *, trusted: bool = False, ask_all: bool = False) -> Policy:
        home, root, state = tmp_path / "config", tmp_path / "project", tmp_path / "state"
        for folder, text in ((home, yours), (root, project)):
            folder.mkdir(exist_ok=True)
            (folder / "graphdeck.toml").unlink(missing_ok=True)
            if text:
                (folder / "graphdeck.toml").write_text(text)
        if trusted:
            (file,) = (file for file in load_policy(root, home, state=state).files if file.whose == "project")
            Kept(state).trust(file.path, file.digest)
        return load_policy(root, home, state=state, ask_all=ask_all)

    return write


def rule(tool: str, then: Effect, where: str = "", reason: str = "") -> str:
    """One rule as TOML."""
    return f'[[rule]]\ntool = "{tool}"\nthen = "{then}"\nreason = "{reason}"\n{where}\n'


def effect(policy: Policy, tool: str = "book", **args: Any) -> Effect:
    return policy.verdict(tool, args, "t").effect


def test_without_rules_every_call_asks(rules: Write) -> None:
    policy = rules()
    assert effect(policy, "search_hotels", city="Rome") == "ask"
    assert policy.problems == ()
    assert policy.mode == "asks: all"


def test_the_first_rule_that_matches_decides_and_says_why(rules: Write) -> None:
    policy = rules(
        rule("search_*", "allow", reason="reads only")
        + rule("book", "allow", 'where.total = "<= 100"')
        + rule("book", "refuse", 'where.total = "> 1000"', "too much")
        + rule("*", "ask")
    )
    assert policy.verdict("search_hotels", {}, "t") == ("allow", "reads only", "yours 1")
    assert policy.verdict("book", {"total": 100}, "t") == ("allow", "", "yours 2")
    assert policy.verdict("book", {"total": 1000.5}, "t") == ("refuse", "too much", "yours 3")
    assert policy.verdict("book", {"total": 500}, "t") == ("ask", "", "yours 4")
    assert policy.mode == "rules: 4"


@pytest.mark.parametrize("value", ["50", "fifty", True, None, [50], {"amount": 50}, math.nan, {"$type": "float"}])
def test_only_a_number_is_compared(rules: Write, value: Any) -> None:
    policy = rules(rule("book", "allow", 'where.total = "<= 100"'))
    assert effect(policy, total=50) == "allow"
    assert effect(policy, total=value) == "ask"


@pytest.mark.parametrize("value", ["5000", True, None, math.nan])
@pytest.mark.parametrize("then", ["ask", "refuse"])
def test_what_cannot_be_tested_asks_instead_of_passing_on_to_an_allow(rules: Write, then: Effect, value: Any) -> None:
    policy = rules(rule("book", then, 'where.total = "> 1000"') + rule("*", "allow"))
    assert effect(policy, total=10) == "allow"
    assert effect(policy, total=5000) == then
    assert effect(policy, total=value) == "ask"
    assert effect(policy) == "ask"
    assert "total > 1000 cannot be tested" in policy.verdict("book", {}, "t").reason


def test_a_doubt_does_not_stop_a_later_refusal(rules: Write) -> None:
    policy = rules(
        rule("push", "refuse", "where.force = true") + rule("push", "refuse", 'where.branch = "main"', "not main")
    )
    assert policy.verdict("push", {"branch": "main"}, "t") == ("refuse", "not main", "yours 2")
    assert effect(policy, "push", branch="topic") == "ask"
    assert effect(policy, "push", branch="topic", force=False) == "ask"


def test_a_missing_argument_is_never_allowed(rules: Write) -> None:
    policy = rules(rule("book", "allow", 'where.total = "<= 100"\nwhere.city = "*"'))
    assert effect(policy, total=1, city="Rome") == "allow"
    assert effect(policy, total=1) == "ask"


def test_values_are_of_their_own_kind(rules: Write) -> None:
    policy = rules(rule("f", "allow", "where.n = 1") + rule("g", "allow", "where.on = true"))
    assert [effect(policy, "f", n=n) for n in (1, 1.0, True, "1")] == ["allow", "allow", "ask", "ask"]
    assert [effect(policy, "g", on=on) for on in (True, False, 1, "true")] == ["allow", "ask", "ask", "ask"]


def test_paths_lead_into_arguments(rules: Write) -> None:
    policy = rules(
        rule("mail", "allow", 'where.to."*" = "*@example.com"')
        + rule("book", "allow", 'where.guest.name = ["Kim", "Lou*"]\nwhere.nights.0 = "< 3"')
    )
    assert effect(policy, "mail", to=["a@example.com", "b@example.com"]) == "allow"
    assert effect(policy, "mail", to=["a@example.com", "b@example.org"]) == "ask"
    assert effect(policy, "mail", to=[]) == effect(policy, "mail", to="a@example.com") == "ask"
    assert effect(policy, guest={"name": "Louis"}, nights=[2]) == "allow"
    assert effect(policy, guest={"name": "Kim Lou"}, nights=[2]) == "ask"
    assert effect(policy, guest={"name": "Kim"}, nights=[]) == "ask"


def test_one_element_is_enough_to_refuse(rules: Write) -> None:
    policy = rules(rule("mail", "refuse", 'where.to."*" = "*@press.example"') + rule("mail", "allow"))
    assert effect(policy, "mail", to=["a@example.com", "x@press.example"]) == "refuse"
    assert effect(policy, "mail", to=["a@example.com"]) == effect(policy, "mail", to=[]) == "allow"
    assert effect(policy, "mail", to=["a@example.com", 7]) == effect(policy, "mail", to="x@press.example") == "ask"


@pytest.mark.parametrize(
    "command",
    ["git status; rm -rf /", "git status && x", "git status | sh", "git log $(x)", "git log `x`", "git log\nrm x",
     "git log > /etc/passwd", "GIT log", " git log", "git log\u2028x"],
)  # fmt: skip
def test_an_allowed_command_does_not_become_another(rules: Write, command: str) -> None:
    policy = rules(rule("shell", "allow", 'where.command = "git *"'))
    assert effect(policy, "shell", command="git log --oneline") == "allow"
    assert effect(policy, "shell", command=command) == "ask"


def test_an_allowed_folder_is_not_left(rules: Write) -> None:
    policy = rules(rule("write", "allow", 'where.path = "docs/*"'))
    assert effect(policy, "write", path="docs/a/b.md") == "allow"
    for path in ("docs/../secret", "docs/a/../../x", "docs/..", "/docs/x", "other/docs/x"):
        assert effect(policy, "write", path=path) == "ask"


def test_what_tightens_matches_letters_of_either_case_and_any_text(rules: Write) -> None:
    policy = rules(rule("sql", "refuse", 'where.query = "*drop table*"') + rule("sql", "allow", 'where.query = "*"'))
    for query in ("DROP TABLE x", "select 1;\nDrop Table x", "drop table"):
        assert effect(policy, "sql", query=query) == "refuse"
    assert effect(policy, "sql", query="select '>' || x;") == "allow"


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("a*b*c", "a-b-b-c", True), ("a*b*c", "abc", True), ("a*b*c", "acb", False), ("a*a", "a", False),
        ("*", "", True), ("**", "x", True), ("a.b", "axb", False), ("a?", "ab", False), ("", "", True),
        ("", "x", False),
    ],
)  # fmt: skip
def test_a_star_is_any_text_and_nothing_else_is_special(rules: Write, pattern: str, text: str, fits: bool) -> None:
    for then in ("allow", "refuse"):
        policy = rules(rule("f", then, f'where.x = "{pattern}"'))
        assert (effect(policy, "f", x=text) == then) is fits


# -- two files -------------------------------------------------------------------------------------------------------


def test_a_project_can_only_tighten(rules: Write) -> None:
    yours = rule("search", "allow") + rule("pay", "refuse", reason="mine") + rule("mail", "ask")
    project = rule("search", "refuse", reason="theirs") + rule("*", "allow")
    for trusted in (False, True):
        policy = rules(yours, project, trusted=trusted)
        assert policy.verdict("search", {}, "t") == ("refuse", "theirs", "project 1")
        assert policy.verdict("pay", {}, "t") == ("refuse", "mine", "yours 2")
        assert effect(policy, "mail") == "ask"


def test_an_allow_of_the_project_counts_from_when_its_content_is_trusted_until_it_changes(rules: Write) -> None:
    project = rule("search", "allow", reason="reads only")
    assert effect(rules("", project), "search") == "ask"
    assert rules("", project).mode == "asks: all"
    assert rules("", project, trusted=True).verdict("search", {}, "t") == ("allow", "reads only", "project 1")
    assert effect(rules("", project), "search") == "allow"
    assert effect(rules("", project + "# more\n"), "search") == "ask"
    assert effect(rules("", project), "search") == "allow"


def test_trust_is_taken_back(rules: Write, tmp_path: Path) -> None:
    policy = rules("", rule("search", "allow"), trusted=True)
    Kept(tmp_path / "state").distrust(policy.files[0].path)
    assert effect(rules("", rule("search", "allow")), "search") == "ask"


def test_the_same_content_elsewhere_is_not_trusted(rules: Write, tmp_path: Path) -> None:
    rules("", rule("search", "allow"), trusted=True)
    other = tmp_path / "other" / "inner"
    other.mkdir(parents=True)
    (other.parent / "graphdeck.toml").write_text(rule("search", "allow") + rule("pay", "refuse"))
    policy = load_policy(other, tmp_path / "none", state=tmp_path / "state")
    assert effect(policy, "search") == "ask"
    assert effect(policy, "pay") == "refuse"  # of the nearest file above the project's root


def test_ask_all_ignores_what_allows_and_keeps_what_refuses(rules: Write) -> None:
    yours, project = rule("search", "allow"), rule("pay", "refuse") + rule("look", "allow")
    policy = rules(yours, project, trusted=True, ask_all=True)
    assert (effect(policy, "search"), effect(policy, "look"), effect(policy, "pay")) == ("ask", "ask", "refuse")
    assert policy.mode == "rules: 1"
    assert "--ask-all" in policy.verdict("search", {}, "t").reason


def test_the_users_own_file_is_not_a_projects_file_too(tmp_path: Path) -> None:
    (tmp_path / "graphdeck.toml").write_text(rule("search", "allow"))
    policy = load_policy(tmp_path, tmp_path, state=tmp_path / "state")
    assert [file.whose for file in policy.files] == ["yours"]
    assert effect(policy, "search") == "allow"


def test_folders_are_those_of_the_environment() -> None:
    assert config_folder({"XDG_CONFIG_HOME": "/c"}) == Path("/c/graphdeck")
    assert state_folder({"XDG_STATE_HOME": "/s"}) == Path("/s/graphdeck")
    assert config_folder({"XDG_CONFIG_HOME": "relative"}) == Path.home() / ".config" / "graphdeck"
    assert state_folder({}) == Path.home() / ".local" / "state" / "graphdeck"


# -- what deceives, and what is odd ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Kim \u202edrow", "Kim\u200b", "p\u0430ypal.com", "Kim \x1b[2J"])
def test_text_that_deceives_is_never_allowed(rules: Write, name: str, tmp_path: Path) -> None:
    policy = rules(rule("*", "allow"))
    assert effect(policy, name="Kim") == effect(policy, name="ميم") == "allow"
    assert effect(policy, name=name) == effect(policy, guests=[{"name": name}]) == "ask"
    assert policy.verdict("book", {"name": name}, "t").reason.startswith("never allowed by a rule: ")
    Kept(tmp_path / "state").grant("f", "t", "book", {"name": name})
    assert rules(rule("*", "allow")).verdict("book", {"name": name}, "t", "f").effect == "ask"


@pytest.mark.parametrize("args", ["text", None, ["x"], 3])
def test_arguments_that_are_none_ask(rules: Write, args: Any) -> None:
    assert rules(rule("*", "allow")).verdict("book", args, "t").effect == "ask"


# -- grants ----------------------------------------------------------------------------------------------------------


def test_a_grant_is_for_one_call_in_one_thread_of_one_file(rules: Write, tmp_path: Path) -> None:
    given = Kept(tmp_path / "state").grant("f.sqlite", "t", "book", {"nights": 3, "hotel": "Casa"})
    policy = rules(rule("*", "ask"))
    call: dict[str, Json] = {"hotel": "Casa", "nights": 3}
    assert policy.verdict("book", call, "t", "f.sqlite") == ("allow", "granted in this thread", "grant")
    for tool, args, thread, file in (
        ("pay", call, "t", "f.sqlite"),
        ("book", {**call, "nights": 3.0}, "t", "f.sqlite"),
        ("book", {**call, "nights": "3"}, "t", "f.sqlite"),
        ("book", {**call, "more": 1}, "t", "f.sqlite"),
        ("book", call, "u", "f.sqlite"),
        ("book", call, "t", "g.sqlite"),
        ("book", call, "t", ""),
    ):
        assert policy.verdict(tool, args, thread, file).effect == "ask"
    assert rules(rule("book", "refuse")).verdict("book", call, "t", "f.sqlite").effect == "refuse"
    assert rules("broken").verdict("book", call, "t", "f.sqlite").effect == "ask"
    assert rules(ask_all=True).verdict("book", call, "t", "f.sqlite").effect == "ask"
    Kept(tmp_path / "state").revoke(given)
    assert rules().verdict("book", call, "t", "f.sqlite").effect == "ask"


def test_grants_are_listed_kept_once_and_forgotten_with_their_thread(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    for thread in ("t", "u", "t"):
        kept.grant("f", thread, "book", None)
    kept.grant("f", "t", "pay", {"a": 1})
    assert [(grant.thread, grant.tool, grant.args) for grant in kept.grants()] == [
        ("u", "book", None), ("t", "book", None), ("t", "pay", '{"a":1}'),
    ]  # fmt: skip
    kept.forget(["x"])
    assert len(kept.grants()) == 3
    kept.forget(["t", "x"])
    assert [grant.thread for grant in kept.grants()] == ["u"]


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"grants": 3, "trusted": []}', '{"grants": [{"tool": "book"}, 7]}', "\udcff"]
)
def test_a_damaged_state_holds_nothing_and_can_be_written_again(tmp_path: Path, content: str) -> None:
    (tmp_path / "policy.json").write_text(content, errors="surrogateescape")
    kept = Kept(tmp_path)
    assert kept.grants() == ()
    assert not kept.trusts(tmp_path, "x")
    assert kept.grant("f", "t", "book", {}) in kept.grants()


def test_a_grant_that_lost_its_arguments_is_none(tmp_path: Path) -> None:
    kept = Kept(tmp_path)
    kept.grant("f", "t", "book", {"a": 1})
    text = (tmp_path / "policy.json").read_text()
    (tmp_path / "policy.json").write_text(text.replace('"args"', '"arguments"'))
    assert kept.grants() == ()
