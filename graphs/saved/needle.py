"""A text that is looked for in stored bytes, before anything is decoded."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from graphdeck.graphs.saved.decode import Packed
from graphdeck.graphs.saved.rows import whole
from graphdeck.graphs.values import Json, to_json

_AROUND: Final = 40
"""Characters of an excerpt on each side of what was found."""


class Needle:
    """A text, found in either case.

    In bytes, letters beyond ASCII are found in lower case, in capitals, and as they were given: mixtures of these
    are not.
    """

    def __init__(self, text: str) -> None:
        self._folded = text.casefold()
        forms = {text, text.lower(), text.upper(), text.title(), text.casefold()}
        escaped = {json.dumps(form)[1:-1] for form in forms}
        self._bytes = tuple({form.encode("utf-8", "surrogatepass").lower() for form in forms | escaped})
        self._pattern = re.compile(re.escape(text), re.IGNORECASE)

    def in_bytes(self, data: bytes) -> bool:
        """Whether bytes may hold the text: in UTF-8, or escaped as in JSON."""
        lowered = data.lower()
        return any(form in lowered for form in self._bytes)

    def in_text(self, text: str) -> bool:
        """Whether a text holds it."""
        return self._folded in text.casefold()

    def find(self, outline: Any) -> tuple[tuple[str, ...], str] | None:
        """The path to the first text that holds it in a state's outline, and that text; None without one.

        Only objects whose bytes may hold it are decoded; raises `Undecodable`.
        """
        return next(self._in_outline(outline), None)

    def excerpt(self, text: str) -> str:
        """The found text with what is around it, on one line."""
        found = self._pattern.search(text)
        start, end = found.span() if found else (0, 0)
        first, last = max(0, start - _AROUND), min(len(text), end + _AROUND)
        cut = ("…" if first else "") + text[first:last] + ("…" if last < len(text) else "")
        return " ".join(cut.split())

    def _in_outline(self, outline: Any) -> Iterator[tuple[tuple[str, ...], str]]:
        waits: list[tuple[tuple[str, ...], Any]] = [((), outline)]
        while waits:
            path, value = waits.pop()
            if type(value) is Packed:
                if self.in_bytes(value.data):
                    yield from self._in_json(path, to_json(whole(value)))
            elif type(value) is str:
                if self.in_text(value):
                    yield path, value
            elif type(value) is list:
                waits += [((*path, str(index)), item) for index, item in reversed(list(enumerate(value)))]
            elif type(value) is dict and all(type(key) is str for key in value):
                waits += [((*path, key), item) for key, item in reversed(list(value.items()))]
            elif type(value) is dict:
                yield from self._in_json(path, to_json(whole(value)))

    def _in_json(self, path: tuple[str, ...], found: Json) -> Iterator[tuple[tuple[str, ...], str]]:
        waits: list[tuple[tuple[str, ...], Json]] = [(path, found)]
        while waits:
            path, value = waits.pop()
            if isinstance(value, str):
                if self.in_text(value):
                    yield path, value
            elif isinstance(value, list):
                waits += [((*path, str(index)), item) for index, item in reversed(list(enumerate(value)))]
            elif isinstance(value, dict) and value.keys() == {"$type", "value"}:
                waits += _tagged(path, value)
            elif isinstance(value, dict):
                waits += [((*path, key), item) for key, item in reversed(list(value.items()))]


def _tagged(path: tuple[str, ...], value: dict[str, Json]) -> list[tuple[tuple[str, ...], Json]]:
    """What a tagged value holds; a dict with other keys by those that are texts or numbers."""
    inner = value["value"]
    if value["$type"] != "dict" or not isinstance(inner, list):
        return [(path, inner)]
    pairs = [pair for pair in inner if isinstance(pair, list) and len(pair) == 2]
    return [((*path, str(key)), item) for key, item in reversed(pairs)]
