"""Nothing is made twice of the very same things."""

from collections.abc import Callable
from functools import wraps
from operator import is_
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def same_again(make: Callable[P, T]) -> Callable[P, T]:
    """Keep what a pure function has made last, and give it again for the very same records: they cannot have changed.

    They are told apart by which objects they are: to compare a history of thousands of rows would take as long.
    """
    last: list[tuple[tuple[object, ...], T]] = []

    @wraps(make)
    def made(*given: P.args, **named: P.kwargs) -> T:
        told = (*given, *named, *named.values())
        for known, found in last:
            if len(known) == len(told) and all(map(is_, known, told)):
                return found
        last[:] = [(told, make(*given, **named))]
        return last[0][1]

    return made
