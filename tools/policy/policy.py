"""The policy: the user's rules, the project's, and grants, to one verdict on a call.

In this order:
1. In a file the first rule that is about the call speaks, and no other one.
2. Where a file refuses, the call is refused: no other file, trust or grant lets it through.
3. Where a file cannot be read whole, or `--ask-all` is given, the call asks: nothing is allowed.
4. Where the call's text deceives (hidden or look-alike characters, misleading hosts), it asks.
5. A grant for this call in this thread allows it, also where a file would ask.
6. Of what the two files say, the tighter holds. A file that says nothing does not count, nor does the `allow` of a
   project's file whose present content is not trusted.
7. Where nothing speaks, the call asks.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from graphdeck.tools.policy.conditions import Json
from graphdeck.tools.policy.kept import Grant, Kept
from graphdeck.tools.policy.places import FILE_NAME, config_folder, project_file
from graphdeck.tools.policy.reading import read_rules
from graphdeck.tools.policy.rules import RuleFile, Verdict


class Policy(NamedTuple):
    """All that decides on calls; the default asks about every one."""

    files: tuple[RuleFile, ...] = ()
    """The user's file, then the project's, as far as they are there."""
    grants: tuple[Grant, ...] = ()
    """Calls that a person has granted, in all threads."""
    ask_all: bool = False
    """Nothing is allowed."""

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with the files, each by file, line and key."""
        return tuple(problem for file in self.files for problem in file.problems)

    @property
    def mode(self) -> str:
        """For a status line: `asks: all`, `rules: 3`, `rules broken: asks all`."""
        if self.problems:
            return "rules broken: asks all"
        allow = not self.ask_all
        count = sum(rule.then != "allow" or (allow and file.may_allow) for file in self.files for rule in file.rules)
        return f"rules: {count}" if count else "asks: all"

    def verdict(self, tool: str, args: Json, thread: str, file: str = "") -> Verdict:
        """What holds for a call in a thread of a checkpoint file; without the file no grant is known.

        The module says in which order. Anything odd about the call asks.
        """
        if not isinstance(args, Mapping):
            return Verdict("ask", "these are no arguments that rules can read")
        said = [verdict for each in self.files if (verdict := each.verdict(tool, args)) is not None]
        refused = next((verdict for verdict in said if verdict.effect == "refuse"), None)
        if refused is not None:
            return refused
        if self.problems:
            return Verdict("ask", f"rules are broken: {self.problems[0]}")
        asked = next((verdict for verdict in said if verdict.effect == "ask"), Verdict("ask"))
        granted = any(grant.covers(tool, args, file, thread) for grant in self.grants)
        allowed = Verdict("allow", "granted in this thread", "grant") if granted else _allow_of(said)
        if allowed is None:
            return asked
        if self.ask_all:
            return asked._replace(reason=asked.reason or "--ask-all: nothing is allowed by rules")
        if deceives := _deception(tool, args):
            return Verdict("ask", f"never allowed by a rule: {deceives}")
        return allowed


def load_policy(
    project_root: Path | None,
    user_folder: Path | None = None,
    *,
    state: Path | None = None,
    ask_all: bool = False,
) -> Policy:
    """The policy of a project as its files are now; it never raises: what is wrong makes the policy ask.

    The folders are those of the environment unless they are given: `user_folder` has the user's own rules, `state`
    has trust and grants.
    """
    own = (user_folder or config_folder()) / FILE_NAME
    kept = Kept(state)
    found = []
    yours = read_rules(own, "yours")
    if yours is not None:
        found.append(yours._replace(may_allow=True))
    place = project_file(project_root) if project_root is not None else None
    if place is not None and not _is_same(place, own):
        project = read_rules(place, "project")
        if project is not None:
            found.append(project._replace(may_allow=kept.trusts(place, project.digest)))
    return Policy(tuple(found), kept.grants(), ask_all)


def _allow_of(said: Sequence[Verdict]) -> Verdict | None:
    """The `allow` of the files, where nothing among what they say is tighter."""
    return said[0] if said and all(verdict.effect == "allow" for verdict in said) else None


def _deception(tool: str, args: Mapping[str, Json]) -> str:
    """What of the call's text deceives, in a sentence; empty where nothing does."""
    from graphdeck.tools.deception import findings  # where something would be allowed, and nowhere else

    found = findings({tool: args})
    return found[0].text if found else ""


def _is_same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
