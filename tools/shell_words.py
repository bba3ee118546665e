"""A shell's command line taken apart far enough to say what it starts, pipes and overwrites.

Not a shell: nothing is expanded or run. What it does not understand (an open quote, an odd redirection) it says.
Source: POSIX.1-2024, Shell Command Language, sections 2.2 (quoting), 2.3 (tokens), 2.7 (redirection).
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

_OPERATOR: Final = re.compile(r"&>>|<<<|<<-|&&|\|\||\|&|;;|<<|>>|&>|>&|<&|>\||<>|[;&|<>()\n]")
_SEPARATORS: Final = frozenset({"&&", "||", "|", "|&", ";", ";;", "&", "\n", "(", ")"})
_DEEPEST: Final = 10
"""Levels of `$(...)` that are followed."""


class Redirect(NamedTuple):
    """Where a command reads from or writes to."""

    operator: str
    """`>`, `>>`, `<` and their kin."""
    target: str
    """The file as it is written; a number for another stream."""


class Command(NamedTuple):
    """One simple command of a line."""

    words: tuple[str, ...]
    """Its program and arguments, without quotes; assignments before the program are left out."""
    redirects: tuple[Redirect, ...]
    """In their order."""
    after: str
    """The separator that follows: `|`, `&&`, `;`, `&`, a line end, or nothing."""


class Line(NamedTuple):
    """A command line, which may have several lines."""

    commands: tuple[Command, ...]
    """In their order; those inside of `$(...)` follow the one that they stand in."""
    substitutions: tuple[str, ...]
    """The commands inside of `$(...)` and backquotes, as they are written."""
    is_whole: bool
    """Every quote and parenthesis is closed."""


class _Reader:
    """Reads tokens from left to right; a token is a separator or redirection, or a word with a mark before it."""

    def __init__(self, text: str) -> None:
        self.text = text.replace("\\\n", "")
        self.at = 0
        self.inner: list[str] = []
        self.is_whole = True
        self._here: list[str] = []

    def tokens(self) -> Iterator[tuple[bool, str]]:
        """Each token, and whether it is an operator."""
        expects_delimiter = False
        while self.at < len(self.text):
            character = self.text[self.at]
            if character in " \t\r":
                self.at += 1
            elif character == "#":
                self.at = self._end_of_line()
            elif operator := _OPERATOR.match(self.text, self.at):
                self.at = operator.end()
                expects_delimiter = operator[0] in ("<<", "<<-")
                yield True, operator[0]
                if operator[0] == "\n":
                    self._skip_here_documents()
            else:
                word = self._word()
                if expects_delimiter:
                    self._here.append(word)
                    expects_delimiter = False
                yield False, word
        self.is_whole = self.is_whole and not self._here

    def _end_of_line(self) -> int:
        end = self.text.find("\n", self.at)
        return len(self.text) if end < 0 else end

    def _skip_here_documents(self) -> None:
        for delimiter in self._here:
            end = re.compile(rf"^\t*{re.escape(delimiter)}$", re.MULTILINE).search(self.text, self.at)
            self.is_whole = self.is_whole and end is not None
            self.at = end.end() if end else len(self.text)
        self._here = []

    def _word(self) -> str:
        parts: list[str] = []
        while self.at < len(self.text):
            character = self.text[self.at]
            if self.text.startswith(("$(", "<(", ">("), self.at) or character == "`":
                parts.append(self._substitution())
            elif character in " \t\r" or _OPERATOR.match(self.text, self.at):
                break
            elif character == "\\":
                parts.append(self.text[self.at + 1 : self.at + 2])
                self.at += 2
            elif character == "'":
                parts.append(self._until("'"))
            elif character == '"':
                parts.append(self._double_quoted())
            else:
                parts.append(character)
                self.at += 1
        return "".join(parts)

    def _until(self, end: str) -> str:
        stop = self.text.find(end, self.at + 1)
        self.is_whole = self.is_whole and stop >= 0
        start, self.at = self.at + 1, stop + 1 if stop >= 0 else len(self.text)
        return self.text[start : stop if stop >= 0 else len(self.text)]

    def _double_quoted(self) -> str:
        parts: list[str] = []
        self.at += 1
        while self.at < len(self.text):
            character = self.text[self.at]
            if character == '"':
                self.at += 1
                return "".join(parts)
            if self.text.startswith("$(", self.at) or character == "`":
                parts.append(self._substitution())
            elif character == "\\":
                parts.append(self.text[self.at + 1 : self.at + 2])
                self.at += 2
            else:
                parts.append(character)
                self.at += 1
        self.is_whole = False
        return "".join(parts)

    def _substitution(self) -> str:
        start = self.at
        if self.text[start] == "`":
            self.inner.append(self._until("`"))
            return self.text[start : self.at]
        depth = 0
        for match in re.compile(r"[()]|'[^']*'").finditer(self.text, start):
            depth += {"(": 1, ")": -1}.get(match[0], 0)
            if depth == 0 and match[0] == ")":
                self.at = match.end()
                self.inner.append(self.text[start + 2 : match.start()])
                return self.text[start : self.at]
        self.is_whole = False
        self.at = len(self.text)
        return self.text[start:]


def read_line(text: str, *, depth: int = 0) -> Line:
    """A command line, taken apart; it never raises."""
    reader = _Reader(text)
    commands: list[Command] = []
    substitutions: list[str] = []
    is_whole = True
    words: list[str] = []
    redirects: list[Redirect] = []
    redirect = ""
    for is_operator, token in [*reader.tokens(), (True, "")]:
        if not is_operator and redirect:
            redirects.append(Redirect(redirect, token))
            redirect = ""
        elif not is_operator:
            words.append(token)
        elif token in _SEPARATORS or not token:
            if words or redirects:
                commands.append(Command(_without_assignments(words), tuple(redirects), token))
            words, redirects, redirect = [], [], ""
        else:
            if words and words[-1].isdigit():  # the stream of `2>`
                words.pop()
            redirect = token
        if (is_operator and token in _SEPARATORS) or not token:
            for inner in reader.inner:
                substitutions.append(inner)
                if depth < _DEEPEST:
                    line = read_line(inner, depth=depth + 1)
                    commands += line.commands
                    substitutions += line.substitutions
                    is_whole = is_whole and line.is_whole
            reader.inner.clear()
    return Line(tuple(commands), tuple(substitutions), is_whole and reader.is_whole)


def _without_assignments(words: list[str]) -> tuple[str, ...]:
    first = next((place for place, word in enumerate(words) if not re.match(r"[A-Za-z_]\w*=", word)), len(words))
    return tuple(words[first:])
