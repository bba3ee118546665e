"""Python's search for cycles of garbage, kept away from what is read of checkpoint files, and from nothing else."""

import gc
from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")
LONG: Final = 20_000
"""Objects from which on what was read is long: to look through it in search of garbage would hold up the screen."""
MOVED: Final = 200_000
"""Objects of others that counted as old with what was read, after which all is looked through."""


class Uncollected:
    """Reads without that search: what is read has no cycles.

    Each search among millions of values would take half a second, in which nothing is painted.
    """

    def __init__(self) -> None:
        self._moved = 0

    def read(self, read: Callable[[], T]) -> T:
        """Do it; what was read counts as old at once where it is long."""
        is_on = gc.isenabled()
        gc.disable()
        others = gc.get_count()[0]
        try:
            return read()
        finally:
            if gc.get_count()[0] - others > LONG:
                self._keep(others, searches=is_on)
            if is_on:
                gc.enable()

    def _keep(self, others: int, *, searches: bool) -> None:
        """Let all that is young count as old; what the screen made meanwhile is garbage soon, which is found late.

        Where Python does not search by itself, whoever has turned that off does so in its place.
        """
        gc.freeze()
        gc.unfreeze()
        self._moved += others
        if searches and self._moved > MOVED:
            self._moved = 0
            gc.collect()
