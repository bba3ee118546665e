"""How one argument is tested: by a comparison, by an exact value, or by a pattern for text.

A test answers True, False, or None where it cannot tell: the argument is missing, or of another kind. A text is never
a number, a boolean never a number, and NaN is no number at all.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias, TypeGuard

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
Answer: TypeAlias = bool | None

_COMPARISON: Final = re.compile(r"(<=|>=|==|!=|<|>)\s*([+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)\s*")
_OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_UNSAFE: Final = re.compile("[;&|`$<>\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What the `*` of an `allow` does not stand for: it would let one command become another."""


class Comparison(NamedTuple):
    """A number, compared."""

    sign: str
    """`<`, `<=`, `>`, `>=`, `==` or `!=`."""
    number: float
    """What it is compared with."""

    def ask(self, value: Json, *, careful: bool) -> Answer:
        """Whether the value is such a number."""
        del careful  # a number is one or it is not
        return _OPERATORS[self.sign](value, self.number) if is_number(value) else None

    def __str__(self) -> str:
        return f"{self.sign} {self.number}"


class Exactly(NamedTuple):
    """One number or boolean."""

    wanted: bool | float
    """The value."""

    def ask(self, value: Json, *, careful: bool) -> Answer:
        """Whether the value is this one."""
        del careful
        alike = isinstance(value, bool) if isinstance(self.wanted, bool) else is_number(value)
        return value == self.wanted if alike else None

    def __str__(self) -> str:
        return f"= {str(self.wanted).lower()}"


class Pattern(NamedTuple):
    """A text, in which `*` stands for any text."""

    text: str
    """As it was written."""

    def ask(self, value: Json, *, careful: bool) -> Answer:
        """Whether the value is such a text; letters match in either case unless `careful`.

        `careful` is for what allows: its `*` stands for no signs of a shell, no control characters and no `..`, which
        would turn an allowed command or path into another one. A lone `*` is any text all the same.
        """
        if not isinstance(value, str):
            return None
        if self.text == "*":
            return True
        if not careful:
            return _gaps(self.text.casefold(), value.casefold()) is not None
        gaps = _gaps(self.text, value)
        return gaps is not None and not any(map(_UNSAFE.search, gaps)) and (".." not in value or ".." in self.text)

    def __str__(self) -> str:
        return f'= "{self.text}"'


Test: TypeAlias = Comparison | Exactly | Pattern


def test_of(written: object) -> Test:
    """The test that a value of the TOML file stands for; raises ValueError that says what is wrong with it."""
    if isinstance(written, float) and not math.isfinite(written):
        raise ValueError(f"{written} is nothing that can be compared")
    if isinstance(written, bool | int | float):
        return Exactly(written)
    if not isinstance(written, str):
        raise ValueError(f"a {type(written).__name__} cannot be tested: write a number, true, false or a text")
    if written[:1] not in ("<", ">", "=", "!"):
        return Pattern(written)
    found = _COMPARISON.fullmatch(written)
    if found is None:
        raise ValueError(f'{written!r} is no comparison with a number, as "<= 100" is')
    number = float(found[2]) if re.search("[.eE]", found[2]) else int(found[2])
    if not math.isfinite(number):
        raise ValueError(f"{written!r} is nothing that can be compared")
    return Comparison(found[1], number)


def any_of(answers: Iterable[Answer]) -> Answer:
    """True where one is, None where one might be."""
    found = set(answers)
    return True if True in found else None if None in found else False


def all_of(answers: Iterable[Answer]) -> Answer:
    """False where one is, None where one might be."""
    found = set(answers)
    return False if False in found else None if None in found else True


def is_number(value: Json) -> TypeGuard[float]:
    """Whether a value is a number that can be compared."""
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


def _gaps(pattern: str, text: str) -> list[str] | None:
    """What each `*` stands for; None where the text is no such one. Linear in the text for each part."""
    first, *parts = pattern.split("*")
    if not parts:
        return [] if text == pattern else None
    end = len(text) - len(parts[-1])
    if not text.startswith(first) or not text.endswith(parts[-1]) or end < len(first):
        return None
    gaps, at = [], len(first)
    for part in parts[:-1]:
        found = text.find(part, at, end)
        if found < 0:
            return None
        gaps.append(text[at:found])
        at = found + len(part)
    return [*gaps, text[at:end]]
