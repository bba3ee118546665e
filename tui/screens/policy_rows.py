"""The rules in force as rows: whose they are, in their order, what is wrong with them, and what is granted. Pure."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from graphdeck.graphs.frozen import Frozen
from graphdeck.tools.policy import Grant, Policy, Rule, RuleFile, config_folder
from graphdeck.tui.theme import ERROR, MUTED, WARNING

ORDER: Final = "A refusal of any file holds. Else a grant. Else the tighter of what the files say. Else it asks."
_WHOSE: Final = {"yours": "Your rules", "project": "The project's rules"}


class PolicyRow(Frozen):
    """One row; raw text, not yet safe."""

    text: str = ""
    """What it says."""
    style: str = ""
    """How it looks."""
    grant: Grant | None = None
    """The grant that it shows."""
    is_gap: bool = False
    """It is empty, and the cursor does not stand on it."""


def policy_rows(policy: Policy) -> list[PolicyRow]:
    """All rows: the user's file, the project's, the grants."""
    by_owner = {file.whose: file for file in policy.files}
    rows: list[PolicyRow] = []
    if policy.ask_all:
        rows += [PolicyRow(text="--ask-all: nothing is allowed", style=WARNING), PolicyRow(is_gap=True)]
    for whose, place in (("yours", str(config_folder() / "graphdeck.toml")), ("project", "graphdeck.toml")):
        rows += _file_rows(by_owner[whose], policy) if whose in by_owner else _no_file(whose, place)
        rows.append(PolicyRow(is_gap=True))
    return [*rows, *_grant_rows(policy)]


def project_of(policy: Policy) -> RuleFile | None:
    """The project's file, where it has one."""
    return next((file for file in policy.files if file.whose == "project"), None)


def allowing(file: RuleFile) -> list[Rule]:
    """What a file would allow."""
    return [rule for rule in file.rules if rule.then == "allow"]


def why_not_trust(policy: Policy) -> str:
    """Why there is nothing to trust now; empty where there is."""
    file = project_of(policy)
    if file is None:
        return "the project has no graphdeck.toml"
    if file.may_allow:
        return ""
    if file.problems:
        return "the project's file is broken: correct it first"
    return "" if allowing(file) else "the project's file allows nothing: there is nothing to trust"


def rule_text(rule: Rule) -> str:
    """A rule in a line."""
    return f"{rule.then:<6}  {rule}{f': {rule.reason}' if rule.reason else ''}"


def grant_text(grant: Grant) -> str:
    """A grant in a line."""
    call = f"{grant.tool} {'with any arguments' if grant.args is None else grant.args}"
    return f"{call}  in {grant.thread} of {Path(grant.file).name}, since {grant.since}"


def _no_file(whose: str, place: str) -> Iterator[PolicyRow]:
    yield PolicyRow(text=_WHOSE[whose], style="bold")
    yield PolicyRow(text=f"  none: there is no {place}", style=MUTED)


def _file_rows(file: RuleFile, policy: Policy) -> Iterator[PolicyRow]:
    trust = ""
    if file.whose == "project" and allowing(file):
        trust = ", trusted" if file.may_allow else ", not trusted: what it allows does not count"
    yield PolicyRow(text=f"{_WHOSE[file.whose]}{trust}", style="bold")
    yield PolicyRow(text=f"  {file.path}", style=MUTED)
    for problem in file.problems:
        yield PolicyRow(text=f"  broken: {problem}", style=ERROR)
    for number, rule in enumerate(file.rules, 1):
        counts = rule.then != "allow" or (file.may_allow and not policy.ask_all and not policy.problems)
        yield PolicyRow(text=f"  {number:>2}  {rule_text(rule)}", style="" if counts else MUTED)
    if not file.rules and not file.problems:
        yield PolicyRow(text="  empty", style=MUTED)


def _grant_rows(policy: Policy) -> Iterator[PolicyRow]:
    yield PolicyRow(text="Granted in a thread", style="bold")
    for grant in policy.grants:
        yield PolicyRow(text=f"  {grant_text(grant)}", style=MUTED if policy.ask_all else "", grant=grant)
    if not policy.grants:
        yield PolicyRow(text="  nothing: g in a question grants its call, G its tool with any arguments", style=MUTED)
