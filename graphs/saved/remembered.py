"""What readers derived from rows that cannot change, as far as somebody may need it again."""

from typing import Any


class Remembered:
    """Facts by key. Once they are too many, those go that nobody has asked for since they last were."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._weight = 0
        self._facts: dict[object, tuple[Any, int]] = {}
        self._older: dict[object, tuple[Any, int]] = {}

    def get(self, key: object, default: Any = None) -> Any:
        """A fact; the default where it is not known."""
        known = self._facts.get(key)
        if known is None:
            known = self._older.get(key)
            if known is None:
                return default
            self.put(key, *known)
        return known[0]

    def put(self, key: object, fact: object, weight: int = 1) -> None:
        """Keep a fact; `weight` is about how many small objects need as much memory."""
        self._weight += weight
        if self._weight > self._most:
            self._older, self._facts, self._weight = self._facts, {}, weight
        self._facts[key] = (fact, weight)
