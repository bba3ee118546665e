"""A rule, a file of rules, and what the file says of a call: pure."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from graphdeck.tools.policy.conditions import Answer, Json, Pattern, Test, all_of, any_of

Effect: TypeAlias = Literal["allow", "ask", "refuse"]

EVERY = "*"
"""The step of a path that stands for every element."""


class Verdict(NamedTuple):
    """What rules say of a call."""

    effect: Effect
    """`allow`, `ask` or `refuse`."""
    reason: str = ""
    """Why, for people; a refused call gets it as its answer."""
    rule: str = ""
    """The rule that decided, as `yours 2`, `project 1` or `grant`; empty where none did."""


class Condition(NamedTuple):
    """What one argument has to be."""

    path: tuple[str, ...]
    """Keys and indices into the arguments; `*` is every element."""
    tests: tuple[Test, ...]
    """One of them has to hold."""

    def ask(self, args: Json, *, careful: bool) -> Answer:
        """Whether the argument is so; of every element, all have to be so where that is `careful`, else any."""
        return self._below(args, self.path, careful)

    def _below(self, value: Json, path: tuple[str, ...], careful: bool) -> Answer:
        if not path:
            return any_of(test.ask(value, careful=careful) for test in self.tests)
        step, rest = path[0], path[1:]
        inside = _members(value)
        if step != EVERY:
            return self._below(inside[step], rest, careful) if step in inside else None
        if not inside:
            return None if careful or not isinstance(value, list | tuple | Mapping) else False
        answers = [self._below(member, rest, careful) for member in inside.values()]
        return all_of(answers) if careful else any_of(answers)

    def __str__(self) -> str:
        return f"{'.'.join(self.path)} {' or '.join(map(str, self.tests))}"


class Rule(NamedTuple):
    """One rule."""

    name: str
    """`yours 2`, `project 1`: whose it is, and its place in the file."""
    line: int
    """Where it begins, from 1."""
    tool: str
    """The tool's name, in which `*` stands for any text."""
    then: Effect
    """What it says."""
    where: tuple[Condition, ...] = ()
    """All have to hold."""
    reason: str = ""
    """Why, for people."""

    def ask(self, tool: str, args: Json) -> Answer:
        """Whether it is about this call; None where that cannot be told."""
        careful = self.then == "allow"
        if not Pattern(self.tool).ask(tool, careful=careful):
            return False
        return all_of(condition.ask(args, careful=careful) for condition in self.where)

    @property
    def verdict(self) -> Verdict:
        """What it says of a call that it is about."""
        return Verdict(self.then, self.reason, self.name)

    def __str__(self) -> str:
        where = f" where {', '.join(map(str, self.where))}" if self.where else ""
        return f"{self.tool}{where}"


class RuleFile(NamedTuple):
    """The rules of one file."""

    path: Path
    """The file."""
    whose: str
    """`yours` or `project`."""
    rules: tuple[Rule, ...] = ()
    """Those that can be read, in their order."""
    problems: tuple[str, ...] = ()
    """What is wrong with the file, each with line and key; while there is any, nothing is allowed."""
    digest: str = ""
    """SHA-256 of its content."""
    may_allow: bool = False
    """Its `allow` counts: it is the user's own, or trusted with this content."""

    def verdict(self, tool: str, args: Mapping[str, Json]) -> Verdict | None:
        """What the first rule that is about the call says; None where none is.

        An `ask` or `refuse` of which it cannot be told whether it is about the call makes it ask, unless a later one
        refuses. An `allow` that does not count says nothing: a file that is not trusted is as if it ended there.
        """
        doubt: Verdict | None = None
        for rule in self.rules:
            answer = rule.ask(tool, args)
            if answer is None and rule.then != "allow":
                doubt = doubt or Verdict("ask", f"{rule} cannot be tested on these arguments", rule.name)
            elif answer and (doubt is None or rule.then == "refuse"):
                return None if rule.then == "allow" and not self.may_allow else rule.verdict
            elif answer:
                return doubt
        return doubt


def _members(value: Json) -> Mapping[str, Json]:
    """What a path can lead to next; nothing inside a value of a type that JSON does not have."""
    if isinstance(value, Mapping):
        return {} if "$type" in value else value
    if isinstance(value, list | tuple):
        return {str(index): member for index, member in enumerate(value)}
    return {}
