"""A `graphdeck.toml` to its rules, or to what is wrong with it: by file, line and key.

[[rule]]
tool = "book_*"                    # the tool's name; * stands for any text
where.total = "<= 100"             # an argument; nested ones as where.guest.name, elements as where.to."*"
where.city = ["Rome", "Oslo"]      # one of several
then = "allow"                     # allow, ask or refuse
reason = "small bookings"          # shown; a refused call gets it as its answer
"""

import hashlib
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from graphdeck.tools.policy.conditions import test_of
from graphdeck.tools.policy.rules import Condition, Rule, RuleFile

LARGEST: Final = 1_000_000
"""Bytes of a file of rules at the most."""
_KEYS: Final = ("tool", "where", "then", "reason")
_HEADER: Final = re.compile(r"\s*\[\[\s*([\"']?)rule\1\s*\]\]")
_AT: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_rules(path: Path, whose: str) -> RuleFile | None:
    """The rules of a file; None where there is none. It never raises: what is wrong stands in `problems`."""
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            return _broken(path, whose, "is no file")
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except FileNotFoundError:
        return _broken(path, whose, "leads nowhere") if path.is_symlink() else None
    except OSError as error:
        return _broken(path, whose, f"cannot be read: {error.strerror}")
    if len(content) > LARGEST:
        return _broken(path, whose, f"is larger than {LARGEST:,} bytes")
    found = _read(path, whose, content)
    if whose == "yours" and mode & stat.S_IWOTH:
        problem = f"{path} can be written by everybody on this machine: chmod o-w it"
        found = found._replace(problems=(*found.problems, problem))
    return found._replace(digest=hashlib.sha256(content).hexdigest())


def _broken(path: Path, whose: str, what: str) -> RuleFile:
    return RuleFile(path, whose, problems=(f"{path} {what}",))


def _read(path: Path, whose: str, content: bytes) -> RuleFile:
    import tomllib  # only where somebody has rules

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return _broken(path, whose, f"line {line}: not UTF-8 text")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _broken(path, whose, _syntax_error(text, str(error)))
    except RecursionError:
        return _broken(path, whose, "is nested too deeply")
    return _Reader(path, whose, text).rules(data)


def _syntax_error(text: str, message: str) -> str:
    """`line 3, column 8, key then: ...`, out of what tomllib says."""
    lines = text.splitlines()
    at = _AT.search(message)
    number = int(at[1]) if at and at[1] else max(1, len(lines))
    column = f", column {at[2]}" if at and at[2] else ""
    key = re.match(r"\s*([^=#\[\]]*[^=#\[\]\s])\s*=", lines[number - 1]) if number <= len(lines) else None
    return f"line {number}{column}{f', key {key[1]}' if key else ''}: {_AT.sub('', message)}"


class _Reader:
    """Reads one file's tables, and gathers what is wrong with them."""

    def __init__(self, path: Path, whose: str, text: str) -> None:
        self._path, self._whose = path, whose
        self._lines = text.splitlines()
        self._headers = [number for number, line in enumerate(self._lines, 1) if _HEADER.match(line)]
        self._problems: list[str] = []

    def rules(self, data: Mapping[str, Any]) -> RuleFile:
        """The file's rules."""
        for key in data:
            if key != "rule":
                self._tell(self._line_of(key), key, "no such key; rules are written as [[rule]]")
        tables = data.get("rule", [])
        if not isinstance(tables, list):
            self._tell(self._line_of("rule"), "rule", "rules are written as [[rule]]")
            tables = []
        rules = [rule for index, table in enumerate(tables) if (rule := self._rule(index, table)) is not None]
        return RuleFile(self._path, self._whose, tuple(rules), tuple(self._problems))

    def _rule(self, index: int, table: object) -> Rule | None:
        line = self._headers[index] if index < len(self._headers) else self._line_of("rule")
        if not isinstance(table, dict):
            self._tell(line, "rule", "a rule is a table: [[rule]]")
            return None
        before = len(self._problems)
        for key in table:
            if key not in _KEYS:
                self._tell(self._line_of(key, line), key, f"no such key; a rule has {', '.join(_KEYS)}")
        tool, then, reason = table.get("tool"), table.get("then"), table.get("reason", "")
        if not isinstance(tool, str) or not tool or set("?[]") & set(tool):
            wrong = "missing: the name of a tool" if tool is None else "the name of a tool, in which * is any text"
            self._tell(self._line_of("tool", line), "tool", wrong)
        if then not in ("allow", "ask", "refuse"):
            wrong = "missing" if then is None else f"{then!r} is none of them"
            self._tell(self._line_of("then", line), "then", f'{wrong}: "allow", "ask" or "refuse"')
        if not isinstance(reason, str):
            self._tell(self._line_of("reason", line), "reason", "has to be a text")
        where = tuple(self._conditions(table.get("where", {}), (), line))
        if len(self._problems) > before:
            return None
        return Rule(f"{self._whose} {index + 1}", line, table["tool"], table["then"], where, reason.strip())

    def _conditions(self, value: Any, path: tuple[str, ...], line: int) -> Iterator[Condition]:
        """The conditions of a table in `where`; a table in it is a longer path."""
        at = self._line_of(path[0] if path else "where", line)
        key = ".".join(("where", *path))
        if isinstance(value, dict) and (value or not path):
            for name, below in value.items():
                yield from self._conditions(below, (*path, name), line)
        elif not path or isinstance(value, dict) or value == []:
            self._tell(at, key, "says nothing; write where.ARGUMENT = VALUE")
        else:
            try:
                yield Condition(path, tuple(map(test_of, value if isinstance(value, list) else [value])))
            except ValueError as error:
                self._tell(at, key, str(error))

    def _tell(self, line: int, key: str, what: str) -> None:
        self._problems.append(f"{self._path} line {line}, key {key}: {what}")

    def _line_of(self, key: str, header: int = 0) -> int:
        """The line of a key below the header of its rule, else anywhere; the header's where it cannot be told."""
        wanted = re.compile(rf"(?:\s*|.*[\s.,{{\[\"']){re.escape(key)}[\"']?\s*[\].=]")
        for number, line in enumerate(self._lines[header:], header + 1):
            if header and _HEADER.match(line):
                break
            if wanted.match(line):
                return number
        return header or 1
